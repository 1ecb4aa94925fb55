"""The footer's pages, the way out, the error pages."""
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from cases.units.models import Cover
from portal import pages
from tests.factories.cases import make_unit

PAGES = ["privacy", "accessibility", "your_report", "leaving", "numbers", "public_figures"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("name", PAGES)
def test_a_footer_page_in_each_language_without_a_cookie(client: Client, name, language):
    with translation.override(language):
        response = client.get(reverse(name))
    html = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "ur" else "ltr"}">' in html
    assert not response.cookies
    assert 'data-exit' in html


def test_no_english_sentence_is_left_in_the_urdu_pages(client: Client):
    for name in PAGES:
        with translation.override("ur"):
            html = client.get(reverse(name)).content.decode()
        body = html[html.index("<main"):html.index("</main>")]
        assert "</p>" in body
        assert " the " not in body


def test_the_privacy_page_admits_what_we_cannot_do(client: Client):
    html = client.get("/en/privacy/").content.decode()
    for admission in ("already has the picture could find out", "while it is unlocked", "history", "secretly changes",
                      "180 days"):
        assert admission in html


def test_the_font_is_left_out_when_the_browser_saves_data_and_in_english(client: Client):
    assert "nastaliq.css" in client.get("/ur/privacy/").content.decode()
    assert "nastaliq.css" not in client.get("/ur/privacy/", headers={"save-data": "on"}).content.decode()
    assert "nastaliq.css" not in client.get("/en/privacy/").content.decode()
    assert "Save-Data" in client.get("/ur/privacy/")["Vary"]


def test_the_way_out_clears_and_leads_to_the_weather(client: Client, settings):
    settings.EXIT_URL = "https://weather.example/"
    response = client.get("/exit")
    assert response.status_code == 302
    assert response["Location"] == "https://weather.example/"
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert "no-store" in response["Cache-Control"]


def test_the_script_may_report_leaving_by_beacon(client: Client):
    response = client.post("/exit", headers={"sec-fetch-site": "same-origin"})
    assert response.status_code == 204
    assert response["Clear-Site-Data"] == '"cache", "storage"'


def test_another_site_cannot_clear_what_we_keep(client: Client):
    response = client.post("/exit", headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert "Clear-Site-Data" not in response


@pytest.mark.parametrize(("demo", "role", "words"), [
    (True, "all", "do not report real harm here"), (False, "all", "for trying out"), (False, "public", None),
])
def test_the_banner_says_what_this_installation_is(client: Client, settings, demo, role, words):
    settings.DEMO, settings.PORTAL_ROLE = demo, role
    html = client.get("/en/privacy/").content.decode()
    assert (words in html) if words else ('class="demo' not in html)


@pytest.mark.parametrize(("status", "english", "urdu"), [(404, "This page is not here", "یہ صفحہ یہاں نہیں ہے")])
def test_a_missing_page_is_calm_in_both_languages(client: Client, status, english, urdu):
    response = client.get("/en/no/such/page/")
    html = response.content.decode()
    assert response.status_code == status
    assert english in html
    assert urdu in html
    assert "tel:1099" in html
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "403_foreign", "404", "500"])
def test_an_error_page_needs_no_context(name):
    html = render_to_string(f"{name}.html")
    assert 'lang="ur" dir="rtl"' in html
    assert "tel:1121" in html


def test_a_broken_view_answers_calmly_and_mails_nobody(client: Client, settings, mailoutbox, monkeypatch):
    settings.ADMINS = [("Nobody", "nobody@example.org")]
    monkeypatch.setattr(pages, "page", lambda *args, **context: 1 / 0)
    client.raise_request_exception = False
    response = client.get("/en/privacy/")
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()
    assert mailoutbox == []


def test_staff_choose_their_language_with_a_cookie_that_public_pages_never_get(client: Client):
    response = client.post("/desk/language", {"language": "ur", "next": "/desk/"})
    assert response.cookies["language"].value == "ur"
    assert response.cookies["language"]["path"] == "/desk/"
    assert client.get("/desk/language").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("en", "They are read again from"), ("ur", "دوبارہ پڑھی جائیں گی")])
def test_without_cover_the_public_reads_when_reports_are_read_again(client, language, words):
    """Under the public's role, which sees no roster."""
    address, now = f"/{language}/your-report/", timezone.now()
    unit = make_unit()
    assert words not in client.get(address).content.decode()            # nothing is known: nothing is said
    ends = (now + timedelta(hours=9)).isoformat()
    cover = Cover.objects.create(unit=unit, windows=[[(now + timedelta(hours=3)).isoformat(), ends]])
    assert words in client.get(address).content.decode()
    cover.windows = [[(now - timedelta(hours=3)).isoformat(), ends]]
    cover.save()
    assert words not in client.get(address).content.decode()
