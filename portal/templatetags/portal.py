"""Tags every template has (`builtins` in the settings), so none of them needs a {% load %}."""
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from cases.paper.runs import runs
from portal import icons

register = template.Library()
MONTHS = (gettext_lazy("January"), gettext_lazy("February"), gettext_lazy("March"), gettext_lazy("April"),
          gettext_lazy("May"), gettext_lazy("June"), gettext_lazy("July"), gettext_lazy("August"),
          gettext_lazy("September"), gettext_lazy("October"), gettext_lazy("November"), gettext_lazy("December"))


@register.simple_tag
def ltr(value: object) -> SafeString:
    """A reference, code, hash, number or link: in an Urdu sentence "26-10917" would otherwise read "10917-26"."""
    return format_html('<bdi dir="ltr">{}</bdi>', value)


@register.filter
def isolate(text: str) -> SafeString:
    """What somebody typed, escaped, with each link, reference and telephone number kept from being turned round (see `ltr`)."""
    return format_html_join("", "{}", ((ltr(part) if kept else part,) for part, kept in runs(text)))


@register.filter
def listed(items: Iterable[object]) -> SafeString:
    """Names one after another, each kept apart from its neighbours' direction, with the comma of the page's language."""
    return format_html_join(gettext(", "), "<bdi>{}</bdi>", ((item,) for item in items))


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """`{% icon "lock" %}`: decoration beside words, hidden from screen readers. Arrows mirror themselves in Urdu."""
    classes = " ".join(filter(None, ["i", "flip" if name in icons.MIRRORED else "", extra]))
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', classes, icons.PATHS[name])


@register.simple_tag
def mark() -> SafeString:
    return mark_safe(icons.MARK)        # a constant of ours


@register.simple_tag
def wordmark() -> SafeString:
    """The mark and the name; in Urdu the name is drawn, so that no page needs the font for it."""
    name = (mark_safe(render_to_string("includes/wordmark_ur.svg")) if (get_language() or "").startswith("ur")
            else format_html("<span>{}</span>", "Mehfooz"))
    return mark_safe(icons.MARK + name)


@register.simple_tag
def portal_url(role: str, name: str, *args: Any, **kwargs: Any) -> str:
    """`{% portal_url "desk" "triage:case" reference %}`: a link into another role, which may live on another host."""
    path = reverse(name, urlconf=settings.URLCONFS[role], args=args, kwargs=kwargs)
    return path if settings.ORIGINS[role] == own_origin() else settings.ORIGINS[role] + path


def own_origin() -> str:
    return settings.ORIGINS.get(settings.PORTAL_ROLE, settings.BASE_URL)


@register.simple_tag
def local_time(moment: datetime | None, *, date_only: bool = False) -> SafeString | str:
    """Pakistan's date and time in words, with the exact moment for machines. Empty for None."""
    if moment is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(timespec="seconds"),
                       in_words(moment, date_only=date_only))


def in_words(moment: datetime, *, date_only: bool = False) -> str:
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    parts = {"day": local.day, "month": MONTHS[local.month - 1], "year": local.year, "time": f"{local:%H:%M}"}
    if date_only:
        return gettext("%(day)d %(month)s %(year)d") % parts
    return gettext("%(day)d %(month)s %(year)d, %(time)s") % parts


@register.simple_tag
def local_day(day: date) -> SafeString:
    """A day of a calendar with its weekday: whoever enters a holiday looks for the Friday."""
    parts = {"weekday": gettext(day.strftime("%A")), "day": day.day, "month": MONTHS[day.month - 1], "year": day.year}
    words = gettext("%(weekday)s, %(day)d %(month)s %(year)d") % parts
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), words)


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """ "5 minutes ago", "in 3 hours": the largest unit that fits, cut down, never up. Empty for None."""
    if moment is None:
        return ""
    seconds = int((timezone.now() - moment).total_seconds())
    return format_html('<time datetime="{}" title="{}">{}</time>',
                       moment.isoformat(timespec="seconds"), in_words(moment), past(seconds) if seconds >= 0 else ahead(-seconds))


def past(seconds: int) -> str:
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}
    if hours:
        return ngettext("%(n)d hour ago", "%(n)d hours ago", hours) % {"n": hours}
    if minutes:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    return gettext("just now")


def ahead(seconds: int) -> str:
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    if hours:
        return ngettext("in %(n)d hour", "in %(n)d hours", hours) % {"n": hours}
    return ngettext("in %(n)d minute", "in %(n)d minutes", minutes) % {"n": minutes}


@register.inclusion_tag("includes/switch_language.html", takes_context=True)
def switch_language(context: template.Context, form: str = "") -> dict[str, Any]:
    """The same page in the other language.

    `{% switch_language %}` is a link. A page that was made by a POST passes the id of its form, `{% switch_language
    form="report" %}`: then it is a submit button of that form (act=language), and what was typed comes along.
    """
    request: HttpRequest | None = context.get("request")
    other = "en" if (get_language() or "").startswith("ur") else "ur"
    return {"form": form, "other": other, "name": dict(settings.LANGUAGES)[other],
            "path": in_language(request.path, other) if request else f"/{other}/"}


def in_language(path: str, language: str) -> str:
    """`/en/report/` → `/ur/report/`; a path without a language leads to that language's front page."""
    _, first, *rest = path.split("/")
    return "/".join(["", language, *rest]) if first in dict(settings.LANGUAGES) else f"/{language}/"


@register.inclusion_tag("includes/nav_link.html", takes_context=True)
def nav_link(context: template.Context, name: str, words: str, role: str = "desk") -> dict[str, Any]:
    """An entry of the staff menu; nothing if no role routes that name."""
    try:
        url = portal_url(role, name)
    except NoReverseMatch:
        return {}
    match = getattr(context.get("request"), "resolver_match", None)
    return {"url": url, "words": words, "here": bool(match and match.view_name == name)}
