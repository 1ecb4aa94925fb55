from django.urls import include, path

urlpatterns = [
    path("", include("portal.urls.shared")),
    path("desk/", include("portal.accounts.urls")),
    path("desk/", include("cases.triage.urls")),
]
