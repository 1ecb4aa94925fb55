"""`{% news_link %}` in the bar of every page of the desk: the list of news, and how much of it is new."""
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from cases.notifications.news import unread

register = template.Library()


@register.inclusion_tag("includes/news_link.html", takes_context=True)
def news_link(context: template.Context) -> dict[str, Any]:
    """Nothing where the list is not routed: the CMS has the same bar and no right to it."""
    try:
        url = reverse("triage:news")
    except NoReverseMatch:
        return {}
    request = context["request"]
    if getattr(request.user, "speaks_for_body", False):
        return {}                       # a liaison's own desk is all the news there is
    here = bool(request.resolver_match and request.resolver_match.view_name == "triage:news")
    return {"url": url, "unread": unread(request.user), "here": here}
