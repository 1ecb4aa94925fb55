"""Reports that look alike become one row of the queue, and come out again. Nobody is refused and nothing is deleted: a folded
report is found by its reference and behind the one that stands for it; its clock waits, and goes on with what was left.

The portal folds by a rule, once a minute, and a person confirms or releases. What stops being calm (its reporter writes, somebody
takes it, what is known of it changes) is a row of its own again within a minute, by itself.
"""
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from cases import deadlines
from cases.audit.models import Entry
from cases.audit.services import actor, record
from cases.flood.models import Fold, FoldRule
from cases.flood.rules import Kind, Rule, calm, groups, rules
from cases.models import UNIT_ONLY, Case, Message
from cases.permissions import Staff
from cases.priority import Level
from cases.services import lock_case
from cases.workflow import Status

FOLDED = ["folded_into", "version", *deadlines.COLUMNS]
AT_ONCE, HOUR = 200, 3600


class NotCalm(Exception):
    """It is never folded away, or the one that should stand for it cannot."""


# --- one report -------------------------------------------------------------------------------------------------------
@transaction.atomic
def fold(*, case: Case, into: Case, kind: Fold.Kind, alike: str = "", by: Staff | None = None) -> Fold:
    """Behind `into`, which is of the same unit and stands in the queue itself. By a member: confirmed at once. Raises NotCalm."""
    head, fresh = lock_case(into, alone=False), lock_case(case, alone=False)
    again = Fold.objects.filter(case=fresh).first()
    if not fits(head, fresh) or (again and by is None) or not may_fold_now(fresh):
        raise NotCalm(fresh.ref)
    now = timezone.now()
    deadlines.pause(fresh, now)
    fresh.folded_into, fresh.version = head, fresh.version + 1
    fresh.save(update_fields=FOLDED)
    row = again or Fold(case=fresh)
    row.into, row.kind, row.alike, row.at, row.over_at, row.over_by = head, kind.value, alike, now, None, None
    row.confirmed_at, row.confirmed_by_id = (now, by.pk) if by else (None, None)
    row.save()
    record("case_folded", subject=fresh.pk, actor=actor(by), into=head.pk, rule=kind.value)
    return row


def fits(head: Case, case: Case) -> bool:
    return head.pk != case.pk and head.unit_id == case.unit_id and stands(head) and not head.unit.practice


def stands(head: Case) -> bool:
    """Whether a report can stand for others: it is a row of the open queue itself."""
    return head.status != Status.CLOSED and head.merged_into_id is None and head.folded_into_id is None


def may_fold_now(case: Case) -> bool:
    behind, led = Case.objects.filter(folded_into=case.pk), Case.objects.filter(merged_into=case.pk)
    wrote = Message.objects.filter(case=case, author=Message.Author.REPORTER.value)
    return (case.folded_into_id is None and Case.objects.filter(calm(), pk=case.pk).exists()
            and not behind.exists() and not led.exists() and not wrote.exists())


@transaction.atomic
def unfold(*, case: Case, by: Staff | None) -> Fold | None:
    """A row of its own again, its clock with what was left. None when it was not folded."""
    fresh = lock_case(case, alone=False)
    row = Fold.objects.select_for_update().filter(case=fresh, over_at=None).first()
    if row is None:
        return None
    now = timezone.now()
    fresh.folded_into, fresh.version = None, fresh.version + 1
    if fresh.due_at is None and fresh.status in deadlines.OURS and fresh.merged_into_id is None:
        full = deadlines.limit_of(fresh.unit, Level(fresh.priority)).hours * HOUR       # it may be more urgent by now
        fresh.clock_seconds = full if fresh.clock_seconds is None else min(fresh.clock_seconds, full)
        deadlines.resume(fresh, now)
    fresh.save(update_fields=FOLDED)
    row.over_at, row.over_by_id = now, by.pk if by else None
    row.save(update_fields=["over_at", "over_by"])
    record("case_unfolded", subject=fresh.pk, actor=actor(by), out_of=row.into_id)
    return row


@transaction.atomic
def confirm(*, case: Case, by: Staff) -> bool:
    """A person has looked: it is one of many alike. False when there was nothing to confirm."""
    done = Fold.objects.filter(case=case, over_at=None, confirmed_at=None).update(confirmed_at=timezone.now(), confirmed_by=by.pk)
    if done:
        record("fold_confirmed", subject=case.pk, actor=actor(by))
    return bool(done)


@transaction.atomic
def set_rule(*, kind: Fold.Kind, many: int, minutes: int, by: Staff) -> None:
    FoldRule.objects.update_or_create(kind=kind.value, defaults={"many": many, "minutes": minutes})
    record("fold_rule_set", subject=kind.value, actor=actor(by), count=many, minutes=minutes)


# --- each minute ------------------------------------------------------------------------------------------------------
def watch(now: datetime) -> int:
    """Fold what the rules find, after what must come out has come out. Returns how many were folded."""
    come_out()
    return sum(apply(rule, now) for rule in rules())


def apply(rule: Rule, now: datetime) -> int:
    count = 0
    for alike, cases in groups(rule, now).items():
        head = standing_for(alike, now - rule.within)
        if head is None and len(cases) >= rule.many and (rule.kind == Kind.PICTURES or not read_by_anybody(cases)):
            head, cases = cases[0], cases[1:]
        if head is not None:
            count += fold_all(head, cases, rule.kind, alike)
    return count


def standing_for(alike: str, since: datetime) -> UUID | None:
    """The report behind which others of the kind were folded lately; a flood goes on."""
    rows = Fold.objects.filter(alike=alike, over_at=None, at__gte=since).exclude(into=None).order_by("at")
    return rows.values_list("into", flat=True).first()


def read_by_anybody(cases: Sequence[UUID]) -> bool:
    """Whether a reporter of half of them came back and read: then it is people, whom something happened to at once."""
    came = Entry.objects.filter(event="inbox_read", subject__in=[str(pk) for pk in cases]).values("subject").distinct().count()
    return came * 2 >= len(cases)


def fold_all(head: UUID, cases: Iterable[UUID], kind: Fold.Kind, alike: str = "") -> int:
    """Each in a transaction of its own. What is no longer calm, or its head no longer there, is left."""
    count, rows = 0, Case.objects.defer(*UNIT_ONLY).in_bulk([head, *cases])
    for pk in cases:
        if pk in rows and head in rows:
            try:
                fold(case=rows[pk], into=rows[head], kind=kind, alike=alike)
                count += 1
            except NotCalm:
                continue
    return count


def come_out() -> int:
    """What is calm no longer, and what stood behind a report that stands for nothing any more. Returns how many came out."""
    rows = Case.objects.filter(fold__over_at=None, fold__isnull=False).exclude(status=Status.CLOSED.value).defer(*UNIT_ONLY)
    head_gone = Q(folded_into=None) | Q(folded_into__status=Status.CLOSED.value) | Q(folded_into__merged_into__isnull=False) \
        | Q(folded_into__folded_into__isnull=False) | ~Q(folded_into__unit=F("unit"))
    stray = rows.filter(~calm() | head_gone | Q(messages__author=Message.Author.REPORTER.value)).distinct()
    return sum(unfold(case=case, by=None) is not None for case in list(stray[:AT_ONCE]))
