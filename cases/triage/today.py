"""The morning: what waits today, as numbers. A number of cases is a filter of the queue, so that a press shows exactly those.

    page = morning(member, timezone.now())
    page.units[0].lines[0].count, .address          # 7, "?assignee=nobody"

Nothing is unsealed and no case is named. Thirteen queries, however many cases and units there are.
"""
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.escalation import gates, registry
from cases.escalation.inbound.mailbox import FETCH, Broken
from cases.escalation.models import Channel, Gate
from cases.outbox.models import Job
from cases.permissions import Permission, Staff, may
from cases.triage.filters import MINE, NOBODY, SUSPECT, TODAY, Known, read
from cases.triage.queue import COUNTED, counted
from cases.triage.welfare import opened_today
from cases.units import duty
from cases.units.duty import Window
from cases.units.models import Membership, Shift, Unit, Welfare
from cases.units.welfare import limit_among, of_units

Params = dict[str, str]
AHEAD = timedelta(hours=24)             # of the roster
LATELY = timedelta(days=7)              # of jobs that nobody retries any more
EACH = (                                # of each unit; what must not wait comes first
    (_("Urgent, and nobody has them"), {"assignee": NOBODY, "priority": "1"}, True),
    (_("Late"), {"late": "on"}, True),
    (_("Due by the end of today, late ones too"), {"due": TODAY}, False),
    (_("Nobody has them"), {"assignee": NOBODY}, False),
    (_("Not read yet"), {"unread": "on"}, False),
    (_("A notice could not be sent"), {"notice": "failed"}, True),
    (_("A platform wrote, and nobody has read it"), {"notice": "mail"}, True),
    (_("A notice that a colleague wrote waits for a second person"), {"notice": "second"}, True),
    (_("A platform did not answer in time"), {"notice": "silent"}, False),
    (_("Removed, and online again"), {"notice": "again"}, True),
    (_("Removed: look whether it is gone"), {"notice": "recheck"}, False),
    (_("Rows that stand for many alike: look at them"), {"flood": SUSPECT}, False),
    (_("All open"), {}, False),
)
OWN = (
    (_("My late cases"), {"assignee": MINE, "late": "on"}, True),
    (_("My cases due by the end of today"), {"assignee": MINE, "due": TODAY}, False),
    (_("A reminder of mine has come"), {"mine": "reminder"}, False),
    (_("A task of mine"), {"mine": "task"}, False),
    (_("My cases"), {"assignee": MINE}, False),
)
WORK = {"notifications": _("Telling members and reporters"), "hashing": _("Comparing fingerprints"), "evidence": _("Screenshots"),
        "exchange": _("Exchange with partners"), "escalation": _("Withdrawing from platforms"), "retention": _("Erasing"),
        "merging": _("Merged reports"), "triage": _("Work at the desk"), "": _("Other work of the portal")}
COMES_BACK = ("escalation.deliver", "escalation.submit")        # on its case, as a notice that could not be sent


@dataclass(frozen=True)
class Line:
    """`count` is at most COUNTED; `more`: there are more. `presses`: to be looked at first, if there are any."""
    name: Promise | str
    address: str
    count: int
    more: bool
    presses: bool = False


@dataclass(frozen=True)
class Duty:
    """Who is on duty until when, by the roster or, without one, by whom is marked; `gaps`: when nobody is, in a day."""
    now: list[tuple[Staff, datetime | None]] = field(default_factory=list)
    gaps: list[Window] = field(default_factory=list)
    kept: bool = False


@dataclass(frozen=True)
class UnitToday:
    unit: Unit
    lines: list[Line]
    duty: Duty


@dataclass(frozen=True)
class Today:
    """`seen`: files that the member opened today; from `pause` on they are asked to rest. `lines`: numbers they can call. For
    supervisors: `resting`, members who saw enough for today, `stopped`, what the portal gave up on, by kind of work, and since
    when no answers can be fetched from the `mailbox`."""
    own: list[Line]
    units: list[UnitToday]
    seen: int
    pause: int
    lines: list[Welfare] = field(default_factory=list)
    resting: int = 0
    stopped: list[tuple[Promise | str, int]] = field(default_factory=list)
    stale: list[Channel] = field(default_factory=list)
    paused: list[Gate] = field(default_factory=list)
    mailbox: Broken | None = None


def morning(member: Staff, now: datetime) -> Today:
    """What is one's own counts practice too, for the list it leads to does; no practice unit waits for anybody."""
    known = Known(member)
    units, supervises = [unit for unit in known.units if not unit.practice], may(member, Permission.SUPERVISE)
    named = [(name, params, presses) for name, params, presses in OWN]
    named += [(name, {"unit": str(unit.pk), **params}, presses) for unit in units for name, params, presses in EACH]
    lines = lines_of(named, member, now, known)
    watch, set_for, exposed = duty_of(units, now), of_units(units), opened_today(units)
    tired = {pk for (pk, unit), opened in exposed.items() for each in units if each.pk == unit
             and opened >= set_for[each].files_a_day}
    stopped, mailbox = given_up(now) if supervises else ([], None)
    return Today(
        lines[:len(OWN)], [UnitToday(unit, lines[at:at + len(EACH)], watch[unit]) for unit, at in
                           zip(units, range(len(OWN), len(lines), len(EACH)), strict=True)],
        seen=max((opened for (pk, _unit), opened in exposed.items() if pk == member.pk), default=0),
        pause=limit_among(set_for.values()), lines=[each for each in set_for.values() if each.phone],
        resting=len(tired) if supervises else 0, stopped=stopped, mailbox=mailbox, stale=registry.stale(now.date()),
        paused=list(gates.paused()))


def lines_of(named: Iterable[tuple[Promise, Params, bool]], member: Staff, now: datetime, known: Known) -> list[Line]:
    """One query counts them all."""
    rows = [(name, read(params, member, known), presses) for name, params, presses in named]
    counts = counted([found.cases(member, now) for _name, found, _presses in rows])
    return [Line(name, "?" + urlencode(found.params), min(count, COUNTED), count > COUNTED, presses and count > 0)
            for (name, found, presses), count in zip(rows, counts, strict=True)]


def duty_of(units: list[Unit], now: datetime) -> dict[Unit, Duty]:
    """A unit whose roster names nobody within two weeks keeps none, so there is no gap to be told of."""
    coming = list(duty.shifts_of(units, now, now + duty.AHEAD))
    marked = Membership.objects.filter(unit__in=units, on_duty=True, member__is_active=True).select_related("member")
    by_mark = [(row.unit_id, row.member) for row in marked.defer("member__password").order_by("member__name")]
    return {unit: duty_in([row for row in coming if row.unit_id == unit.pk], [each for pk, each in by_mark if pk == unit.pk], now)
            for unit in units}


def duty_in(coming: list[Shift], marked: list[Staff], now: datetime) -> Duty:
    named = [(row.member, row.ends_at) for row in coming if row.starts_at <= now]
    gaps = duty.between([(row.starts_at, row.ends_at) for row in coming], now, now + AHEAD) if coming else []
    return Duty(named or [(each, None) for each in marked], gaps, bool(coming))


def given_up(now: datetime) -> tuple[list[tuple[Promise | str, int]], Broken | None]:
    """Jobs that failed for good, by kind of work; but not those that came back to somebody on a case. And the mailbox, which is
    tried again each minute."""
    lately = Q(finished_at__gte=now - LATELY) | Q(task=FETCH)
    rows = Job.objects.filter(lately, state=Job.State.FAILED).exclude(task__in=COMES_BACK)
    found: dict[str, int] = {}
    broken = None
    for task, count, since, error in rows.order_by().values_list("task").annotate(Count("pk"), Min("finished_at"), Max("error")):
        if task == FETCH:
            broken = Broken.of(since, error)
            continue
        room = task.split(".")[0]
        found[room if room in WORK else ""] = found.get(room if room in WORK else "", 0) + count
    return [(name, found[room]) for room, name in WORK.items() if room in found], broken
