"""How long cases are kept. Destroying asks for a fresh proof of who is there, and that proof is the portal's to ask."""
from django.urls import path

from cases.triage.views import keeping
from portal.accounts import fresh

app_name = "retention"
urlpatterns = [
    path("retention/", keeping.due, name="due"),
    path("retention/approve/", keeping.approve, name="approve"),
    path("retention/put-back/", keeping.put_back, name="put_back"),
    path("retention/confirm/", fresh.required(keeping.confirm), name="confirm"),
    path("case/<slug:ref>/hold/", keeping.hold, name="hold"),
    path("case/<slug:ref>/lift-hold/", keeping.lift, name="lift"),
]
