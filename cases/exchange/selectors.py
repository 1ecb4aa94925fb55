"""What the desk may know of partners: what they pulled, when, how far behind they are, what they said."""
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import IntegerField, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from cases.audit.models import Entry
from cases.exchange.models import Feedback, Partner, Recall, Source
from cases.exchange.words import verdict
from cases.hashing.entries import OFF
from cases.hashing.models import ListEntry

WEEK = timedelta(days=7)
UNREADABLE = _("What it sent cannot be read. We took nothing of it and ask again.")
TROUBLES = {
    "keys": _("It does not accept our keys. Somebody has to ask for new ones."),
    "unreachable": _("It cannot be reached. We ask again."),
    "timeout": _("It was too slow and did not come to the end of a page. We ask again from there."),
    "broken": _("The line broke off in the middle of a page. We ask again from there."),
    "too_large": _("It sent more than a page can hold. Somebody has to look."),
    "endless": _("It leads us in a circle: page after page with nothing new. Somebody has to look."),
    "expired": _("It no longer knew the page where we were. We begin that part again."),
    "no_file": _("The file is not there. Somebody has to look."),
    "clock": _("Its clock is more than a day ahead. We took nothing of what it sent and ask again."),
    "file": _("The file cannot be read as a list. We took nothing of it and changed nothing."),
    **dict.fromkeys(("json", "xml", "hashRecords", "queryResult", "nextPageToken", "nextSetTimestamp", "next"), UNREADABLE),
}


def listed_for(partner: Partner) -> QuerySet[ListEntry]:
    """Every entry that ever was on a list which the partner is enabled for."""
    return ListEntry.objects.exclude(published_at=None).filter(kind__in=partner.kinds, category__in=partner.categories)


@dataclass(frozen=True)
class PartnerReport:
    """`lag`: since when there has been a change that the partner has not pulled; None when it has all, or never came.
    `unchanged`: of the pulls, those answered "nothing new". `waiting`: entries with a verdict that is not carried into
    cases yet."""
    partner: Partner
    last: datetime | None
    protocol: str
    pulls: int
    unchanged: int
    handed: int
    lag: datetime | None
    feedback: dict[str, int]
    waiting: int
    recalls: int
    keys_since: datetime | None

    @property
    def categories(self) -> list[str]:
        return [str(ListEntry.Category(category).label) for category in self.partner.categories]


def report_on(partner: Partner) -> PartnerReport:
    fetched = Entry.objects.filter(actor=f"partner:{partner.pk}", event="list_fetched")
    last, week = fetched.order_by("-at").first(), fetched.filter(at__gte=timezone.now() - WEEK)
    unchanged = week.filter(details__unchanged=True)
    new = week.exclude(pk__in=unchanged.values("pk"))
    handed = new.aggregate(n=Sum(Cast(KeyTextTransform("count", "details"), IntegerField())))["n"] or 0
    verdicts = Counter(Feedback.objects.filter(partner=partner).order_by("value").values_list("value", flat=True))
    said = {verdict(value): n for value, n in verdicts.items()}
    keys = partner.credentials.filter(ends_at=None).values_list("made_at", flat=True).first()
    waiting = Feedback.objects.filter(partner=partner, applied_at=None).order_by().values("entry").distinct().count()
    gone = Recall.objects.filter(partner=partner, confirmed_at=None, entry__state__in=OFF)
    return PartnerReport(partner, last.at if last else None, last.details["protocol"] if last else "", week.count(),
                         unchanged.count(), handed, behind(partner, last), said,
                         waiting, gone.count(), keys)


def behind(partner: Partner, last: Entry | None) -> datetime | None:
    """When the oldest change happened that the partner's last request did not bring: not when it asked, but how far it came."""
    if last is None:
        return None
    came = datetime.fromisoformat(last.details["reached"]) if "reached" in last.details else last.at
    return listed_for(partner).filter(modified_at__gt=came).order_by("modified_at").values_list("modified_at", flat=True).first()


def reports() -> list[PartnerReport]:
    return [report_on(partner) for partner in Partner.objects.order_by("-active", "name")]


@dataclass(frozen=True)
class SourceReport:
    """`trouble`: in words; empty while all is well."""
    source: Source
    trouble: str


def sources() -> list[SourceReport]:
    return [SourceReport(source, in_words(source.trouble)) for source in Source.objects.order_by("slug")]


def in_words(code: str) -> str:
    if not code:
        return ""
    if code in TROUBLES:
        return str(TROUBLES[code])
    if code.isdigit():
        return gettext("It answered with the code %(code)s. We ask again.") % {"code": code}
    return str(UNREADABLE)
