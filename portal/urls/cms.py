from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path, re_path
from django.utils.translation import get_language
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.urls import serve_pattern


def live(request: HttpRequest, page_path: str) -> HttpResponse:
    """Wagtail asks for `wagtail_serve` to show "view live"; the page itself is served by the public role."""
    return redirect(f"{settings.ORIGINS['public']}/{get_language()}/{page_path}")


cms = [path("cms/", include(wagtailadmin_urls))]
urlpatterns = [
    path("", include("portal.urls.shared")),
    path("desk/", include("portal.accounts.urls")),
    *cms,
    *i18n_patterns(re_path("live/" + serve_pattern.removeprefix("^"), live, name="wagtail_serve")),
]
