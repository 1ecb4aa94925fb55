"""What the public sees. Wagtail comes last: it catches every path."""
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls

urlpatterns = [
    path("", include("portal.urls.shared")),
    *i18n_patterns(
        path("figures/", include("cases.statistics.urls")),
        path("", include("cases.intake.urls")),
        path("", include(wagtail_urls)),
    ),
]
