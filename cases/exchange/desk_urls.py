"""What the desk serves of this room; the exchange's own role has `urls`."""
from django.urls import path

from cases.exchange.views import desk

app_name = "partners"
urlpatterns = [path("partners/", desk.partners, name="partners"), path("lists/entry/<uuid:entry>/", desk.entry, name="entry")]
