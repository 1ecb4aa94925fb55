"""The rules of portal.middleware, each with the answer that would break it."""
import io
import logging

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.log import AdminEmailHandler

from portal.middleware import PublicPages, SecurityHeaders

REQUESTS = RequestFactory(headers={"host": "testserver"})


def answer(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("ok")
    response.set_cookie("tracker", "1")
    return response


def directives(response: HttpResponse) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))


@pytest.mark.parametrize("path", ["/en/report/", "/desk/", "/exchange/x", "/nowhere"])
def test_everything_is_refused_that_is_not_ours(path):
    policy = directives(SecurityHeaders(answer)(REQUESTS.get(path)))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["worker-src"] == "'self'"
    assert "unsafe" not in str(policy)


def test_only_the_editor_may_write_styles_and_frame_itself():
    response = SecurityHeaders(answer)(REQUESTS.get("/cms/pages/"))
    policy = directives(response)
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_view_may_widen_one_directive_and_no_other():
    def view(request: HttpRequest) -> HttpResponse:
        response = HttpResponse()
        response.csp = {"img-src": "'self' data:"}
        return response

    policy = directives(SecurityHeaders(view)(REQUESTS.get("/desk/")))
    assert policy["img-src"] == "'self' data:"
    assert policy["script-src"] == "'self'"


def test_companion_headers():
    response = SecurityHeaders(answer)(REQUESTS.get("/en/"))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cross-Origin-Opener-Policy"] == response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]


def test_once_encrypted_always_encrypted_on_every_host_below(settings):
    settings.SECURE_HSTS_SECONDS = 31536000
    https = SecurityHeaders(answer)(REQUESTS.get("/en/", secure=True))
    assert https["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in SecurityHeaders(answer)(REQUESTS.get("/en/"))


@pytest.mark.parametrize("path", ["/en/report/", "/ur/inbox/", "/exit", "/en/anything/", "/exchange/x", "/static/x", "/healthz"])
def test_no_cookie_comes_in_or_goes_out_but_for_staff(path):
    seen: list[dict[str, str]] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.COOKIES)
        return answer(request)

    response = PublicPages(view)(REQUESTS.get(path, headers={"cookie": "staff=abc; language=ur"}))
    assert seen == [{}]
    assert not response.cookies


@pytest.mark.parametrize("path", ["/desk/", "/cms/pages/"])
def test_staff_pages_keep_their_cookies(path):
    request = REQUESTS.get(path, headers={"cookie": "staff=abc"})
    response = PublicPages(answer)(request)
    assert request.COOKIES == {"staff": "abc"}
    assert "tracker" in response.cookies


@pytest.mark.parametrize("path", ["/desk/case/26-ABCDEF/note/", "/cms/pages/"])
def test_no_answer_to_staff_is_kept_unless_its_view_says_so(path):
    assert "no-store" in PublicPages(answer)(REQUESTS.post(path))["Cache-Control"]
    said = PublicPages(lambda request: HttpResponse(headers={"Cache-Control": "max-age=60"}))
    assert said(REQUESTS.get(path))["Cache-Control"] == "max-age=60"


def test_partners_and_monitors_are_not_asked_whence_they_come():
    assert PublicPages(answer)(REQUESTS.post("/exchange/x", headers={"sec-fetch-site": "cross-site"})).status_code == 200


@pytest.mark.parametrize("headers", [
    {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
    {"origin": "http://testserver.evil.example"}, {"origin": "http://testserver:81"},
    {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
])
def test_another_site_may_not_post(headers):
    response = PublicPages(answer)(REQUESTS.post("/en/report/", headers=headers))
    assert response.status_code == 403
    assert "another site" in response.content.decode()
    assert "ویب سائٹ سے آیا" in response.content.decode()


@pytest.mark.parametrize("headers", [
    {}, {"origin": "http://testserver", "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"},
])
def test_our_own_form_may_post(headers):
    assert PublicPages(answer)(REQUESTS.post("/en/report/", headers=headers)).status_code == 200


def test_reading_from_a_link_elsewhere_is_welcome():
    assert PublicPages(answer)(REQUESTS.get("/en/", headers={"sec-fetch-site": "cross-site"})).status_code == 200


def test_answers_are_not_kept_unless_a_page_says_so():
    kept = PublicPages(lambda request: HttpResponse(headers={"Cache-Control": "private, max-age=60"}))
    assert kept(REQUESTS.get("/en/advice/"))["Cache-Control"] == "private, max-age=60"
    assert "no-store" in kept(REQUESTS.post("/en/advice/"))["Cache-Control"]
    assert "no-store" in PublicPages(answer)(REQUESTS.get("/en/report/"))["Cache-Control"]


def test_an_error_is_not_kept_whatever_the_view_said():
    broken = PublicPages(lambda request: HttpResponse(status=500, headers={"Cache-Control": "public, max-age=60"}))
    assert "no-store" in broken(REQUESTS.get("/en/advice/"))["Cache-Control"]


@pytest.mark.django_db
def test_logs_name_a_path_but_never_what_was_asked(client: Client, caplog: pytest.LogCaptureFixture):
    client.post("/en/inbox/nothing/?code=11112222", {"code": "33334444555566667777"})
    assert "11112222" not in caplog.text
    assert "33334444" not in caplog.text
    assert "/en/inbox/nothing/" in caplog.text


def test_a_link_to_begin_is_not_in_the_log(monkeypatch: pytest.MonkeyPatch):
    """Refused for its token, so it is still good."""
    [console] = [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]
    monkeypatch.setattr(console, "stream", written := io.StringIO())
    Client(enforce_csrf_checks=True).post("/desk/invitation/a-secret_43-letters-long/", {"password": "x"})
    assert "Forbidden" in written.getvalue()
    assert "/desk/invitation/…/" in written.getvalue()
    assert "secret" not in written.getvalue()


def test_nothing_is_mailed_to_administrators():
    handlers = [handler for name in (None, "django", "django.request", "django.security", "django.server")
                for handler in logging.getLogger(name).handlers]
    assert not [handler for handler in handlers if isinstance(handler, AdminEmailHandler)]
    assert not settings.ADMINS
