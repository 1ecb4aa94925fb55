"""The footer's pages (in both languages) of the public site."""
from django.urls import path

from portal import pages

urlpatterns = [
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("your-report/", pages.your_report, name="your_report"),
    path("numbers/", pages.numbers, name="numbers"),
    path("leaving/", pages.leaving, name="leaving"),
]
