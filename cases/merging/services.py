"""Several reports about one thing are worked as one case, and taken apart again. Each call is one transaction.

The merged case keeps its keys, its receipt and its rows: nothing is copied, so erasing either side stays what it was. It leaves
the queues and its clock stands; the leading case runs for it (the sooner clock, the higher priority, unread when its reporter
writes), and its reporter reads how that goes on, in words that their own answers allow. No case leads and is led at once.

Order of locks: for what is merged, the leading case first and those it leads after it; two that are not yet, by id.
"""
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases import deadlines
from cases.audit.services import actor, record
from cases.merging.models import Merging
from cases.merging.selectors import Refusal, led_by, refusal
from cases.models import UNIT_ONLY, Case, Message
from cases.notifications.services import drop_address, tell_reporter, urgent
from cases.permissions import Staff
from cases.priority import BY_HAND, MERGED, Level
from cases.public_words import Said
from cases.selectors import agreed, cases_for, opened_by
from cases.services import change_status, lock_case, mark_read, own_level, set_level, tell_status
from cases.workflow import TRANSITIONS, Outcome, Status

LEVEL = ["priority", "priority_rule", *deadlines.COLUMNS, "unread", "version"]


class MergeRefused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@transaction.atomic
def merge(*, case: Case, into: Case, merging_id: UUID, reason: bytes, by: Staff) -> Merging:
    """From now on `into` is worked and `case` is not. `reason` is sealed under the key of `case` for the row `merging_id`.

    Raises MergeRefused.
    """
    locked = {each.pk: lock_case(each, alone=False) for each in sorted((case, into), key=lambda each: each.pk)}
    led, leading = locked[case.pk], locked[into.pk]
    if reason_not := refusal(led, leading, by):
        raise MergeRefused(reason_not)
    now = timezone.now()
    row = Merging.objects.create(id=merging_id, case=led, into=leading, by_id=by.pk, at=now, reason=reason, due_at=led.due_at)
    leading.unread = leading.unread or _unread(led)
    _raise(leading, Level(led.priority))
    if led.due_at:
        if leading.due_at is None or led.due_at < leading.due_at:
            _same_clock(leading, led)
        deadlines.pause(led, now)
    leading.version += 1
    leading.save(update_fields=LEVEL)
    led.merged_into, led.version = leading, led.version + 1
    led.save(update_fields=["merged_into", "version", *deadlines.COLUMNS])
    record("case_merged", subject=led.pk, actor=actor(by), into=leading.pk)
    record("case_leads", subject=leading.pk, actor=actor(by), other=led.pk)
    return row


@transaction.atomic
def unmerge(*, case: Case, by: Staff | None, reason: bytes | None = None) -> Case | None:
    """`case` is worked by itself again: its clock goes on where it stood, and the leading one is as urgent as it is itself.

    `reason` is sealed under the key of `case` for the row of its merging; None for the portal (`by=None`). None when it was not
    merged (any more).
    """
    row = Merging.objects.filter(case=case, undone_at=None).first()
    if row is None:
        return None
    leading, led, now = lock_case(Case(pk=row.into_id), alone=False), lock_case(case, alone=False), timezone.now()
    done = Merging.objects.filter(pk=row.pk, undone_at=None).update(undone_at=now, undone_by=by.pk if by else None,
                                                                   undo_reason=reason)
    if not done:
        return None
    led.merged_into, led.version = None, led.version + 1
    _go_on(led, row, now)
    led.save(update_fields=["merged_into", "version", *deadlines.COLUMNS])
    _settle(leading)
    leading.version += 1
    leading.save(update_fields=LEVEL)
    record("case_unmerged", subject=led.pk, actor=actor(by), out_of=leading.pk)
    record("case_leads_no_more", subject=leading.pk, actor=actor(by), other=led.pk)
    return led


def _same_clock(leading: Case, led: Case) -> None:
    for name in deadlines.COLUMNS:
        setattr(leading, name, getattr(led, name))


def _go_on(led: Case, row: Merging, now: datetime) -> None:
    """With what was left of its clock; a moment that was promised stays promised."""
    if led.status == Status.WAITING_OUTSIDE:
        deadlines.check(led, max(now, row.due_at or now + deadlines.FIRST_CHECK), now)
    elif led.status in deadlines.OURS:
        deadlines.resume(led, now)


def _raise(leading: Case, level: Level) -> None:
    if level < leading.priority:
        set_level(leading, level, MERGED)


def _settle(leading: Case) -> None:
    """What made the leading case more urgent than it is itself may have gone, or come. What a member set by hand stays."""
    if leading.priority_rule == MERGED:
        set_level(leading, *own_level(leading))
    if leading.priority_rule != BY_HAND:
        for led in led_by(leading).defer(*UNIT_ONLY):
            _raise(leading, Level(led.priority))


@transaction.atomic
def settle(*, case_id: UUID) -> None:
    """Something of this case is other than it was when it was merged, or one that it led was destroyed: its priority, its facts.
    A child's case and another's come apart; who is on duty is told of a leading case that is more urgent now."""
    case = _there(case_id)
    if case is None:
        return
    for led in [case] if case.merged_into_id else _led(case):
        if led.child != (led.merged_into if led is case else case).child:
            unmerge(case=led, by=None)
    case.refresh_from_db(fields=["merged_into"])
    leading = lock_case(Case(pk=case.merged_into_id or case.pk), alone=False)
    before = leading.priority
    _settle(leading)
    if case.merged_into_id:
        _raise(leading, Level(case.priority))           # news: a hand that set it before did not know
    leading.save(update_fields=LEVEL)
    if leading.priority < before and leading.status != Status.CLOSED:
        record("priority_raised", subject=leading.pk, actor="system", rule=leading.priority_rule, to=leading.priority)
        urgent(case=leading)


@transaction.atomic
def release(*, case_id: UUID) -> int:
    """The leading case is withdrawn, destroyed or another unit's: those it leads come back to the queue. Returns how many."""
    case = _there(case_id)
    return sum(unmerge(case=led, by=None) is not None for led in _led(case)) if case else 0


@transaction.atomic
def part(*, case: Case) -> None:
    """The case goes elsewhere: nothing hangs on it any more, and it hangs on nothing."""
    release(case_id=case.pk)
    unmerge(case=case, by=None)


def _there(case_id: UUID) -> Case | None:
    return Case.objects.defer(*UNIT_ONLY).filter(pk=case_id).first()


def _led(case: Case) -> list[Case]:
    return list(led_by(case).defer(*UNIT_ONLY).order_by("pk"))


# --- what happens on one side -----------------------------------------------------------------------------------------
@transaction.atomic
def reach(*, case_id: UUID) -> None:
    """The reporter of a merged case has written: its leading case is unread and has a clock. If that is closed and the merged
    one open again, they are taken apart, or nobody would see it."""
    case = _there(case_id)
    if case is None or case.merged_into_id is None:
        return
    leading = lock_case(Case(pk=case.merged_into_id), alone=False)
    if leading.status == Status.CLOSED and case.status != Status.CLOSED:
        unmerge(case=case, by=None)
        return
    leading.unread = True
    if leading.due_at is None and leading.status != Status.CLOSED:
        deadlines.resume(leading, timezone.now())
    leading.save(update_fields=["unread", *deadlines.COLUMNS])


@transaction.atomic
def follow(*, case: Case, to: Status | None, said: Said, by: Staff | None, outcome: Outcome | None = None, platform: str = "",
           next_check: datetime | None = None) -> None:
    """The leading case has moved (`to`), or was told something (None): so are the merged ones, and their reporters are told.

    Who has not agreed to what the words tell of reads that the report is being worked on. If that is the end of the leading case,
    theirs is taken out of it and goes back to the queue. What its own reporter withdrew stays as it is.
    """
    for led in _led(case):
        if led.outcome == Outcome.WITHDRAWN or led.status == Status.CLOSED and to in {None, Status.CLOSED}:
            continue
        allowed = agreed(led, said)
        if to == Status.CLOSED and not allowed:
            unmerge(case=led, by=None)
        elif allowed or to is not None:
            words = {"said": said, "platform": platform, "next_check": next_check} if allowed else {"said": Said.IN_REVIEW}
            _step(led, to, by, outcome, **words)


def _step(led: Case, to: Status | None, by: Staff | None, outcome: Outcome | None, *, said: Said,
          **words: str | datetime | None) -> None:
    """Along the table, through the review where it knows no straight way."""
    if to is None or to == led.status:
        tell_status(case=led, said=said, **words)                                   # type: ignore[arg-type]   # as given
    else:
        if to not in TRANSITIONS[Status(led.status)]:
            change_status(case=led, to=Status.IN_REVIEW, by=by)
        change_status(case=led, to=to, by=by, outcome=outcome, said=said, **words)   # type: ignore[arg-type]
    if to == Status.CLOSED:
        drop_address(case=led, actor=actor(by))
    else:
        tell_reporter(case=led)


# --- read and unread --------------------------------------------------------------------------------------------------
@transaction.atomic
def read_along(*, case: Case, by: Staff) -> int:
    """The messages of merged cases were read on the page of the leading one, as far as the member opens those cases."""
    there = list(cases_for(by).filter(merged_into=case.pk).defer(*UNIT_ONLY))
    doors = opened_by(by, there)
    return sum(mark_read(case=led, by=by) for led in there if led.pk in doors)


def settle_unread(*, case: Case) -> None:
    """Something was read, here or there: the leading case is unread while any message of it or of a merged one is."""
    leading = case.merged_into_id or case.pk
    waiting = Message.objects.filter(Q(case=leading) | Q(case__merged_into=leading), author=Message.Author.REPORTER.value,
                                     read_at=None)
    Case.objects.filter(pk=leading).update(unread=waiting.exists())


def _unread(case: Case) -> bool:
    return Message.objects.filter(case=case, author=Message.Author.REPORTER.value, read_at=None).exists()
