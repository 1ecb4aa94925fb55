from django.urls import path

from cases.intake import inbox_views, sealed_views, views

app_name = "intake"
urlpatterns = [
    path("report/", views.report_page, name="report"),
    path("report/send/", sealed_views.send_sealed, name="send"),
    path("inbox/", inbox_views.inbox_page, name="inbox"),
]
