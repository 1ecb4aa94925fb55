from django.urls import path

from cases.intake import views

app_name = "intake"
urlpatterns = [
    path("report/", views.report_page, name="report"),
]
