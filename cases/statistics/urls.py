from django.urls import path

from cases.statistics import publish_views, views

app_name = "statistics"
urlpatterns = [
    path("figures/", views.figures, name="figures"),
    path("figures.csv", views.download, name="download"),
    path("figures/publish/", publish_views.publications, name="publications"),
    path("figures/publish/<uuid:publication>/", publish_views.publication, name="publication"),
    path("figures/publish/<uuid:publication>/publish/", publish_views.publish, name="publish"),
    path("figures/publish/<uuid:publication>/withdraw/", publish_views.withdraw, name="withdraw"),
]
