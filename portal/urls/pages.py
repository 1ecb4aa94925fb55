"""The footer's pages (in both languages) of the public site."""
from django.urls import path

from portal import figures, pages

urlpatterns = [
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("your-report/", pages.your_report, name="your_report"),
    path("numbers/", pages.numbers, name="numbers"),
    path("figures/", figures.figures, name="public_figures"),
    path("figures/<slug:span>/", figures.edition, name="public_edition"),
    path("leaving/", pages.leaving, name="leaving"),
]
