"""Headers and rules that hold for every answer."""
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]
OURS = "'self'"
POLICY = {
    "default-src": "'none'", "script-src": OURS, "style-src": OURS, "img-src": OURS, "font-src": OURS, "connect-src": OURS,
    "worker-src": OURS, "form-action": OURS, "base-uri": "'none'", "frame-ancestors": "'none'",
}
# Wagtail's editor writes <style> elements, shows pictures before they are stored, and previews pages in a frame of its own.
EDITOR = {"style-src": "'self' 'unsafe-inline'", "img-src": "'self' data: blob:", "media-src": OURS,
          "frame-src": OURS, "frame-ancestors": OURS}
HEADERS = {
    # Not "no-referrer": browsers then send `Origin: null` with our own forms, and a foreign form could no longer be told apart.
    # Other sites learn as little from "same-origin".
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(),"
                          " display-capture=(), browsing-topics=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
STAFF = ("/desk/", "/cms/")                             # pages that may keep a session
NOT_PAGES = ("/exchange/", "/static/", "/media/", "/healthz")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SecurityHeaders:
    """Content-Security-Policy and its companions on every answer.

    A view that needs another policy sets `response.csp = {"img-src": "'self' data:"}`; what it does not name stays.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        editor = request.path.startswith("/cms/")
        policy = POLICY | (EDITOR if editor else {}) | getattr(response, "csp", {})
        response.headers.setdefault("Content-Security-Policy", in_words(policy))
        response.headers.setdefault("X-Frame-Options", "SAMEORIGIN" if editor else "DENY")
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains")
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class PublicPages:
    """The public is nobody: no cookie comes in, none goes out, nothing is kept by the browser, and no other site may post.

    Partners and monitors are nobody either. Of staff, who are somebody, the browser keeps no page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(STAFF):
            return kept_by_nobody(self.get_response(request))
        page = not request.path.startswith(NOT_PAGES)
        if page and foreign(request):
            return render(request, "403_foreign.html", status=403)
        request.META.pop("HTTP_COOKIE", None)           # a member of staff reads the public site as anybody does
        response = self.get_response(request)
        response.cookies.clear()
        if page:
            patch_vary_headers(response, ["Save-Data"])
        if must_not_be_kept(request, response) if page else response.status_code >= 400:
            add_never_cache_headers(response)
        return response


class Languages(LocaleMiddleware):
    """Staff pages have one address in both languages. Django would look for a missing one under /en/, which the CMS
    catches."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code == 404 and request.path.startswith(STAFF):
            return response
        return super().process_response(request, response)


def in_words(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def kept_by_nobody(response: HttpResponse) -> HttpResponse:
    """A refused act shows what was typed and unsealed. A view that says itself how long its answer lasts is left alone."""
    if "Cache-Control" not in response.headers:
        add_never_cache_headers(response)
    return response


def foreign(request: HttpRequest) -> bool:
    """Anonymous forms carry no token, as there is no authority to borrow; still, no other site may post in a visitor's name."""
    if request.method in SAFE:
        return False
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    origin = request.headers.get("Origin")
    return origin is not None and origin not in {f"{request.scheme}://{request.get_host()}", settings.ORIGINS["public"]}


def must_not_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    """Awareness pages may say how long they last; report, inbox, exit, errors and answers to a POST may not."""
    match = request.resolver_match
    intake = match is not None and match.app_name == "intake"
    return intake or request.method not in SAFE or response.status_code >= 400 or "Cache-Control" not in response.headers
