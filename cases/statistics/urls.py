from django.urls import path

from cases.statistics import views

app_name = "statistics"
urlpatterns = [
    path("figures/", views.figures, name="figures"),
    path("figures.csv", views.download, name="download"),
]
