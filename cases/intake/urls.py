from django.urls import path

from cases.intake import inbox_views, views

app_name = "intake"
urlpatterns = [
    path("report/", views.report_page, name="report"),
    path("inbox/", inbox_views.inbox_page, name="inbox"),
]
