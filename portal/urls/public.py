"""What the public sees. Wagtail comes last: it catches every path."""
from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from wagtail.urls import serve_pattern
from wagtail.views import serve

from portal import pages

urlpatterns = [
    path("", include("portal.urls.shared")),
    path("", include("portal.urls.media")),
    path("exit", pages.leave, name="exit"),
    *i18n_patterns(
        path("", include("portal.urls.pages")),
        path("", include("cases.intake.urls")),
        re_path(serve_pattern, login_not_required(serve), name="wagtail_serve"),
    ),
]
