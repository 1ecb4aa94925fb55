"""`partner/`: the desk of who speaks for a body. `bodies/`: the office's pages about them."""
from django.urls import path

from cases.liaison import staff_views, views

app_name = "liaison"
urlpatterns = [
    path("partner/", views.start, name="start"),
    path("partner/item/<uuid:shown>/", views.item, name="item"),
    path("partner/item/<uuid:shown>/answer/", views.answer, name="answer"),
    path("partner/item/<uuid:shown>/download/", views.download, name="download_once"),
    path("partner/policy/", views.thread, name="thread"),
    path("partner/keys/", views.keys, name="keys"),
    path("bodies/", staff_views.bodies, name="bodies"),
    path("bodies/<slug:slug>/", staff_views.body, name="body"),
    path("bodies/<slug:slug>/retire/", staff_views.retire, name="retire_body"),
]
