from django.urls import include, path

from portal import pages

urlpatterns = [
    path("", include("portal.urls.shared")),
    path("desk/language", pages.language, name="language"),
    path("desk/", include("portal.accounts.urls")),
    path("desk/", include("cases.triage.urls")),
]
