"""Putting a notice or a package before a body, its answer, its one download, and the end of it. Nothing is put there that could
not leave in any other way."""
import json
import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.coordination.models import Body, Collected, Shown
from cases.coordination.selectors import WAITS, answers_to, seat_of, seated, still_open
from cases.escalation import delivery, services as notices
from cases.escalation.channels.base import Proof
from cases.escalation.delivery import open_notice
from cases.escalation.models import Channel, Escalation
from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_members
from cases.permissions import Permission, Staff, may
from cases.referral import services as referrals
from cases.referral.models import Referral
from cases.selectors import cases_for, opens
from cases.services import lock_case
from cases.vault import aead, bodies, custody, envelope

BY_HAND = {Channel.Kind.PARTNER, Channel.Kind.WEBFORM, Channel.Kind.LETTER}
MOST_BYTES = 20_000_000                 # of a package: a larger one goes another way
State = Escalation.State


class NotTheirs(Exception):
    """Not this body's, or the member may not do this."""


class Over(Exception):
    """It was answered, taken back or put there before."""


class TooLarge(Exception):
    """The package has more than MOST_BYTES."""


class AlreadyCollected(Exception):
    """The one download was made: by whom and when, `collected` says."""

    def __init__(self, collected: Collected) -> None:
        super().__init__(str(collected.shown_id))
        self.collected = collected


# --- by the unit ------------------------------------------------------------------------------------------------------
@transaction.atomic
def put(*, escalation: Escalation, body: Body, secret: bytes, by: Staff) -> Shown:
    """Show a copy of the frozen notice to the body of its platform. One that has not left in another way leaves by this.

    `secret`: the notice's key, out of an open vault. All that had to hold for any way must hold now. Raises NotTheirs, Over, as
    escalation's `check`, Practice, KeyMissing while nothing can be sealed to the body.
    """
    case = _may_show(escalation.case, by)
    escalation = Escalation.objects.select_for_update(of=("self",)).select_related("platform", "channel").get(pk=escalation.pk)
    waits = escalation.state == State.REQUESTED and escalation.channel.kind in BY_HAND
    if body.platform_id != escalation.platform_id or body.retired_at:
        raise NotTheirs(body.slug)
    if not waits and escalation.state not in WAITS or Shown.objects.filter(escalation=escalation, ended_at=None).exists():
        raise Over(escalation.reference)
    notice = open_notice(escalation, secret)
    if waits:
        notices.check(case, notice)
    else:
        notices.check_consent(case, notice)
    content = json.dumps({"notice": json.loads(notice.as_json()), "language": escalation.language}).encode()
    shown = _show(body, case, content, escalation.reference, by, escalation=escalation)
    if waits:
        delivery.sent(escalation=escalation, proof=Proof({"shown": str(shown.pk)}), by=by)
    return shown


@transaction.atomic
def put_package(*, referral: Referral, body: Body, package: bytes, name: str, sha256: str, by: Staff) -> Shown:
    """Take the package out and leave it before the body, once: from then on it counts as handed over. Raises NotTheirs, Over,
    TooLarge, KeyMissing, and as referral's `take_out`."""
    case = _may_show(referral.case, by)
    if body.authority_id != referral.authority_id or body.retired_at:
        raise NotTheirs(body.slug)
    if len(package) > MOST_BYTES:
        raise TooLarge
    taken = referrals.take_out(referral=referral, sha256=sha256, by=by)
    shown = _show(body, case, name.encode() + b"\n" + package, taken.reference, by, referral=taken)
    referrals.handed(referral=taken, by=by)
    return shown


@transaction.atomic
def withdraw(*, shown: Shown, by: Staff) -> None:
    """The body opens it no more; what was downloaded nobody can call back."""
    _may_show(shown.case, by)
    fresh = Shown.objects.select_for_update(of=("self",)).select_related("key").get(pk=shown.pk)
    _end(fresh, Shown.End.WITHDRAWN, actor(by))


def _may_show(case: Case, by: Staff) -> Case:
    """The row, locked. Raises NotTheirs, Practice."""
    if not may(by, Permission.ESCALATE) or not cases_for(by).filter(pk=case.pk).exists():
        raise NotTheirs(str(case.pk))
    fresh = lock_case(case)
    if not opens(by, fresh):
        raise NotTheirs(fresh.ref)
    if fresh.unit.practice:
        raise notices.Practice(fresh.ref)
    return fresh


def _show(body: Body, case: Case, content: bytes, reference: str, by: Staff, **what: Any) -> Shown:
    row, secret = uuid.uuid4(), envelope.new_key()
    shown = Shown.objects.create(
        id=row, body=body, case=case, reference=reference, key=bodies.keep(secret, shown=row, body=body.pk), by_id=by.pk,
        content=aead.seal(secret, content, belongs=envelope.belongs(row, "shown", row)), at=timezone.now(), **what)
    record("partner_shown", subject=case.pk, actor=actor(by), shown=row, body=body.pk)
    tell_members(occasion=Occasion.PARTNER, members=seated(body))       # type: ignore[arg-type]   # users, whose phone mypy misses
    return shown


# --- by the body ------------------------------------------------------------------------------------------------------
def content_of(shown: Shown, secret: bytes) -> bytes:
    """As `put` and `put_package` sealed it. Raises OpenFailed."""
    return aead.open_blob(secret, shown.content, belongs=envelope.belongs(shown.pk, "shown", shown.pk))


@transaction.atomic
def answer(*, shown: Shown, outcome: str, reason: str = "", by: Staff) -> None:
    """What the body says, in its own words' place: a code. Raises NotTheirs, Over."""
    fresh = _theirs(shown, by)
    if outcome not in answers_to(fresh):
        raise Over(fresh.reference)
    record("partner_answered", subject=fresh.case_id, actor=actor(by), shown=fresh.pk, outcome=outcome)
    try:
        if fresh.escalation is not None:
            notices.answer(escalation=fresh.escalation, outcome=State(outcome), reason=reason, liaison=by)
        elif fresh.referral is not None:
            referrals.answered_there(referral=fresh.referral, outcome=Referral.State(outcome), liaison=by)
    except (notices.NotNow, referrals.Quicker) as error:
        raise Over(fresh.reference) from error
    fresh = _row(fresh)
    if not still_open(fresh):
        _end(fresh, Shown.End.ANSWERED, actor(by))


@transaction.atomic
def collect(*, shown: Shown, sha256: str, by: Staff) -> Collected:
    """Record the one download, in the transaction that ends before the bytes are sent.

    Raises NotTheirs, Over, AlreadyCollected.
    """
    fresh = _theirs(shown, by)
    if before := Collected.objects.select_related("by").filter(shown=fresh).first():
        raise AlreadyCollected(before)
    collected = Collected.objects.create(shown=fresh, by_id=by.pk, at=timezone.now(), sha256=sha256)
    record("partner_collected", subject=fresh.case_id, actor=actor(by), shown=fresh.pk)
    if fresh.referral_id:               # the package is theirs now, and rests here no more
        _forget(fresh, actor(by))
    return collected


def _theirs(shown: Shown, by: Staff) -> Shown:
    """The row, locked. Raises NotTheirs, Over."""
    seat = seat_of(by)
    if seat is None or seat.body_id != shown.body_id:
        raise NotTheirs(str(shown.pk))
    Shown.objects.select_for_update(of=("self",)).get(pk=shown.pk)
    fresh = _row(shown)
    if not still_open(fresh):
        raise Over(fresh.reference)
    return fresh


def _row(shown: Shown) -> Shown:
    rows = Shown.objects.select_related("body", "case__unit", "escalation", "referral__authority", "referral__case", "key")
    return rows.get(pk=shown.pk)


# --- the end ----------------------------------------------------------------------------------------------------------
def settle() -> int:
    """End what was answered in another way, whose body is retired, or what the reporter agrees to no more, each by itself.

    Returns how many. The worker does it, which may read nothing sealed of these.
    """
    ended = [row for row in _not_ended() if not still_open(row)]
    for row in ended:
        with transaction.atomic():
            fresh = Shown.objects.select_for_update(of=("self",)).select_related("key").defer("content").get(pk=row.pk)
            _end(fresh, end_of(row), "system")
    return len(ended)


def _not_ended() -> QuerySet[Shown]:
    rows = Shown.objects.filter(ended_at=None).select_related("body", "case__unit", "escalation", "referral__authority")
    return rows.defer("content", "escalation__notice", "escalation__their_reference", "referral__why", "referral__untold",
                      "referral__passphrase", "referral__their_reference")


def end_of(row: Shown) -> Shown.End:
    waits = row.escalation is not None and row.escalation.state in WAITS
    given = row.referral is not None and row.referral.state in {Referral.State.HANDED, Referral.State.ACCEPTED}
    return Shown.End.WITHDRAWN if waits or given else Shown.End.ANSWERED


def _end(shown: Shown, how: Shown.End, who: str) -> None:
    if shown.ended_at is not None:
        return
    _forget(shown, who)
    Shown.objects.filter(pk=shown.pk).update(ended_at=timezone.now(), end=how.value)
    record("partner_shown_over", subject=shown.case_id, actor=who, shown=shown.pk, how=how.value)


def _forget(shown: Shown, who: str) -> None:
    Shown.objects.filter(pk=shown.pk).update(content=b"")
    custody.destroy([shown.key], actor=who)
