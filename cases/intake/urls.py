from django.urls import path

from cases.intake import evidence_views, inbox_views, sealed_views, views

app_name = "intake"
urlpatterns = [
    path("report/", views.report_page, name="report"),
    path("report/send/", sealed_views.send_sealed, name="send"),
    path("files/", evidence_views.files_page, name="files"),
    path("inbox/", inbox_views.inbox_page, name="inbox"),
]
