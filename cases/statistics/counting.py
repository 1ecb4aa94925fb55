"""What is counted of a case, alive or at its disposal: plain facts, each by itself, by month and unit.

Every night each month is counted anew from the cases that are here (`living`), so that a night without a worker is made good by
the next; what a case that is destroyed had contributed moves to `gone` in the same transaction. Pages read the sum of both and
never a case. docs/statistics.md says of each dimension what is counted, and in which month. Nothing of the practice unit
is counted.
"""
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from cases.conversation.models import Ask, Review
from cases.escalation.following import DEADLINE
from cases.escalation.models import Answer, Escalation
from cases.escalation.notices import LAW
from cases.hashing.models import Match
from cases.models import Case, ClockEvent, Message, StatusChange
from cases.outbox.services import enqueue
from cases.priority import CHILD, AgeBand, Harm
from cases.statistics.lengths import length
from cases.statistics.models import Counted, Tally
from cases.statistics.spans import monday_of
from cases.workflow import Status

OPEN, NONE = "open", "none"
BANDS = ((24, "day"), (72, "three_days"), (168, "week"))         # hours to our first message, upper ends
LATER = "later"
State = Escalation.State
DECIDED = (State.ACTIONED, State.REFUSED, State.NEEDS_MORE)     # an answer; that they have seen it is none
Where = Callable[[str, str], Q]         # the columns of the case and of the moment → which rows


class Dimension(StrEnum):
    """Of reports, in the month in which they came."""
    UNIT = "unit"
    WEEK = "week"                # its Monday
    HARM = "harm"
    AGE = "age"                  # child, adult, unknown: no finer
    WRITTEN = "written"          # the language that it is written in
    OUTCOME = "outcome"
    ANSWER = "answer"            # how long until we first wrote
    OPINION = "opinion"          # did we help; of closed cases, if they said so
    SOURCE = "source"            # how it came
    PLATFORM = "platform"        # a case may name several
    FIRST = "first"              # "1:4": priority and how long until we first did anything
    # Of notices, in the month in which they were asked for.
    NOTICE = "notice"            # "facebook:actioned"
    LAW = "law"                  # the section that the kind of harm is under
    REMOVAL = "removal"          # "facebook:48": how long from sending until it was removed
    SCORE = "score"              # "facebook:dsa:on_time:24": Kept, and how long from sending
    # Of what happened, in its month.
    BREACH = "breach"            # a deadline ran out; its priority
    EVENT = "event"              # Event
    CALL = "call"                # not tallied: cases.statistics.calls keeps them by day
    DEMAND = "demand"            # nor these, whose register stays: what was decided
    DEMANDER = "demander"        # and who asked


class Kept(StrEnum):
    """How a platform kept its time with a notice, and REMOVED beside it."""
    ON_TIME = "on_time"          # answered before the clock of the legal basis ran out
    LATE = "late"                # after
    SILENT = "silent"            # not at all, and it has run out
    REMOVED = "removed"


class Event(StrEnum):
    BACK = "back"                # a reporter said that it is online again
    SECOND_LOOK = "second_look"  # asked for
    STAFF = "staff"              # a complaint about staff
    REVIEWED = "reviewed"        # either was answered
    UNDONE = "undone"            # a match of two pictures that were not the same


Cell = tuple[Dimension, str]
Key = tuple[date, str, Dimension, str]          # month, unit, and the cell


def month_of(moment: datetime) -> date:
    return timezone.localdate(moment).replace(day=1)


def month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


# --- by night ---------------------------------------------------------------------------------------------------------
def ask() -> None:
    """A job for each month."""
    for month in months():
        enqueue("statistics.count_month", month=month.isoformat())


def count_all() -> None:
    for month in months():
        count(month)


def months() -> list[date]:
    """Those of which there may be something to count: all since the oldest case, and any that counts one."""
    oldest = Case.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    wanted = set(Tally.objects.filter(living__gt=0).values_list("month", flat=True))
    month = month_of(oldest) if oldest else month_of(timezone.now())
    while month <= timezone.localdate():
        wanted.add(month)
        month = month_after(month)
    return sorted(wanted)


@transaction.atomic
def count(month: date) -> None:
    """The cases that are here. Doing it again changes nothing."""
    _take_turns([month])
    found = facts(_in(month))
    rows = {(row.month, row.unit, Dimension(row.dimension), row.value): row for row in Tally.objects.filter(month=month)}
    changed = [row for key, row in rows.items() if row.living != found[key]]
    for row in changed:
        row.living = found[row.month, row.unit, Dimension(row.dimension), row.value]
    Tally.objects.bulk_update(changed, ["living"])
    Tally.objects.bulk_create(_row(key, living=n) for key, n in found.items() if key not in rows)
    Counted.objects.filter(month=month).update(at=timezone.now())


@transaction.atomic
def keep(case: Case) -> None:
    """Call it in the transaction that deletes the case: from now on it is counted for good, and no longer among the living."""
    found = facts(_of(case))
    _take_turns(sorted({month for month, *_rest in found}))
    for (month, unit, dimension, value), n in sorted(found.items()):
        row, _made = Tally.objects.get_or_create(month=month, unit=unit, dimension=dimension.value, value=value)
        # What has come since the last night was not yet among the living.
        Tally.objects.filter(pk=row.pk).update(gone=F("gone") + n, living=Greatest(F("living") - n, Value(0)))


def _take_turns(months: list[date]) -> None:
    for month in months:
        Counted.objects.get_or_create(month=month)
    list(Counted.objects.select_for_update().filter(month__in=months).order_by("month"))


def _row(key: Key, *, living: int) -> Tally:
    month, unit, dimension, value = key
    return Tally(month=month, unit=unit, dimension=dimension.value, value=value, living=living)


# --- what is counted --------------------------------------------------------------------------------------------------
def _in(month: date) -> Where:
    here = timezone.get_default_timezone()
    first, after = (datetime(day.year, day.month, 1, tzinfo=here) for day in (month, month_after(month)))
    return lambda _case, moment: Q(**{f"{moment}__gte": first, f"{moment}__lt": after})


def _of(case: Case) -> Where:
    return lambda column, _moment: Q(**{column: case.pk})


def facts(where: Where) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for of_some in (_reports(where), _notices(where), _scores(where), _breaches(where), _events(where)):
        found.update(of_some)
    return found


def _reports(where: Where) -> Iterator[Key]:
    # one report, however many cases it became
    cases = Case.objects.filter(where("pk", "opened_at"), split_of=None, unit__practice=False)
    firsts = {"answered": _first(Message.objects.filter(author=Message.Author.STAFF.value), "at"),
              "moved": _first(StatusChange.objects.exclude(status=Status.NEW.value).exclude(by=None), "at"),
              "asked": _first(Escalation.objects.all(), "requested_at")}
    columns = ("unit__code", "harm", "age_band", "child", "outcome", "platforms", "written_in", "source", "priority", "opened_at",
               "opinion__choice")
    for row in cases.annotate(**firsts).values(*columns, *firsts).iterator():
        month = month_of(row["opened_at"])
        for dimension, value in _of_report(row):
            yield month, row["unit__code"], dimension, value


def _first(rows: QuerySet[Any], moment: str) -> Subquery:
    return Subquery(rows.filter(case=OuterRef("pk")).order_by(moment).values(moment)[:1])


def _of_report(row: Mapping[str, Any]) -> Iterator[Cell]:
    yield Dimension.UNIT, row["unit__code"]
    yield Dimension.WEEK, monday_of(timezone.localdate(row["opened_at"])).isoformat()
    yield Dimension.HARM, row["harm"]
    yield Dimension.AGE, _age(row["child"], AgeBand(row["age_band"]))
    yield Dimension.WRITTEN, row["written_in"] or NONE
    yield Dimension.SOURCE, row["source"]
    yield Dimension.OUTCOME, row["outcome"] or OPEN
    yield Dimension.ANSWER, _band(row["answered"] - row["opened_at"] if row["answered"] else None)
    yield Dimension.OPINION, row["opinion__choice"] or NONE
    for slug in sorted(set(row["platforms"])):
        yield Dimension.PLATFORM, slug
    ours = [row[name] for name in ("answered", "moved", "asked") if row[name]]
    yield Dimension.FIRST, f"{row['priority']}:{length(min(ours) - row['opened_at']) if ours else NONE}"


def _notices(where: Where) -> Iterator[Key]:
    notices = Escalation.objects.filter(where("case", "requested_at")).filter(case__unit__practice=False)
    columns = ("case__unit__code", "case__harm", "platform__slug", "state", "requested_at", "sent_at", "answered_at")
    for unit, harm, slug, state, requested, sent, answered in notices.values_list(*columns).iterator():
        month = month_of(requested)
        yield month, unit, Dimension.NOTICE, f"{slug}:{state}"
        yield month, unit, Dimension.LAW, LAW.get(Harm(harm), NONE)
        if state == State.ACTIONED and answered:
            yield month, unit, Dimension.REMOVAL, f"{slug}:{length(answered - (sent or requested))}"


def _scores(where: Where) -> Iterator[Key]:
    """Of notices that arrived, or were removed before they left. One whose clock still runs, or whose answer nobody has read, is
    not counted yet."""
    said = Q(answers__kind=Answer.Kind.ANSWER.value)
    unread = Answer.objects.filter(escalation=OuterRef("pk"), kind=Answer.Kind.ANSWER.value, sorted_at=None)
    found = Escalation.objects.filter(where("case", "requested_at"), ~Q(sent_at=None) | Q(state=State.ACTIONED.value),
                                      case__unit__practice=False).exclude(state=State.FAILED.value)
    found = found.annotate(first=Min("answers__at", filter=said & Q(answers__outcome__in=DECIDED)),
                           gone=Max("answers__at", filter=said & Q(answers__outcome=State.ACTIONED.value)), unread=Exists(unread))
    columns = ("case__unit__code", "platform__slug", "basis__slug", "basis__hours", "state", "requested_at", "sent_at",
               "answered_at")
    for row in found.values(*columns, "first", "gone", "unread").iterator():
        month, start = month_of(row["requested_at"]), row["sent_at"] or row["requested_at"]
        for kept, took in _kept(row, start):
            value = f"{row['platform__slug']}:{row['basis__slug'] or NONE}:{kept}:{took}"
            yield month, row["case__unit__code"], Dimension.SCORE, value


def _kept(row: Mapping[str, Any], start: datetime) -> Iterator[tuple[Kept, str]]:
    clock = timedelta(hours=row["basis__hours"] or DEADLINE)
    last = row["answered_at"] if row["state"] in DECIDED else None      # from before answers were kept one by one
    first = row["first"] or last
    if first:
        yield Kept.ON_TIME if first - start <= clock else Kept.LATE, length(first - start)
    elif not row["unread"] and timezone.now() - start > clock:
        yield Kept.SILENT, NONE
    if row["state"] == State.ACTIONED and (gone := row["gone"] or last):
        yield Kept.REMOVED, length(gone - start)


def _breaches(where: Where) -> Iterator[Key]:
    """By when the time ran out, which may be earlier than when it was noticed; for the unit that had the case then."""
    told = ClockEvent.objects.filter(where("case", "due_at"), what=ClockEvent.What.BREACHED.value, unit__practice=False)
    for unit, level, due in told.values_list("unit__code", "level", "due_at").iterator():
        yield month_of(due), unit, Dimension.BREACH, str(level)


def _events(where: Where) -> Iterator[Key]:
    back = Ask.objects.filter(where("case", "at"), about=Ask.About.BACK.value, by=None, case__unit__practice=False)
    reviews = Review.objects.filter(where("case", "at"), about__practice=False)
    answers = Review.objects.filter(where("case", "answered_at"), about__practice=False).exclude(answered_at=None)
    undone = Match.objects.filter(where("a__case", "undone_at") | where("b__case", "undone_at"),
                                  a__case__unit__practice=False).exclude(undone_at=None)
    for unit, at in back.values_list("case__unit__code", "at"):
        yield month_of(at), unit, Dimension.EVENT, Event.BACK
    for unit, kind, at in reviews.values_list("about__code", "kind", "at"):
        yield month_of(at), unit, Dimension.EVENT, Event(kind)
    for unit, answered in answers.values_list("about__code", "answered_at"):
        yield month_of(answered), unit, Dimension.EVENT, Event.REVIEWED             # type: ignore[arg-type]   # those that have one
    for unit, taken_back in undone.values_list("a__case__unit__code", "undone_at"):
        yield month_of(taken_back), unit, Dimension.EVENT, Event.UNDONE             # type: ignore[arg-type]


def _age(child: bool, band: AgeBand) -> str:
    if child or band in CHILD:
        return "child"
    return "adult" if band == AgeBand.ADULT else "unknown"


def _band(took: timedelta | None) -> str:
    if took is None:
        return NONE
    return next((band for hours, band in BANDS if took <= timedelta(hours=hours)), LATER)
