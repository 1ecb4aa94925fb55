"""Bodies, who speaks for them, and the keys in their hands."""
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.coordination.models import Body, Seat
from cases.coordination.selectors import seated
from cases.permissions import Staff
from cases.vault import bodies
from cases.vault.custody import KeyMissing
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.models import BodyGrant, StaffKey


@transaction.atomic
def make(*, body: Body, by: Staff | None) -> Body:
    """A new body, as its form filled it in."""
    body.save(force_insert=True)
    record("body_made", subject=body.pk, actor=actor(by))
    return body


@transaction.atomic
def retire(*, body: Body, by: Staff) -> None:
    """Its people sign in to nothing from now on. What is before it ends with the next `settle`."""
    if Body.objects.filter(pk=body.pk, retired_at=None).update(retired_at=timezone.now()):
        record("body_retired", subject=body.pk, actor=actor(by))


@transaction.atomic
def take(*, member: AbstractBaseUser, body: Body, by: Staff | None) -> None:
    """The member speaks for this body from now on, and for no other."""
    before = Seat.objects.filter(member_id=member.pk).first()
    if before and before.body_id == body.pk:
        return
    if before:
        leave(member=member, by=by)
    Seat.objects.create(member_id=member.pk, body=body, by_id=by.pk if by else None, since=timezone.now())
    record("seat_taken", subject=body.pk, actor=actor(by), member=member.pk)
    first_key(member)


@transaction.atomic
def leave(*, member: AbstractBaseUser, by: Staff | None) -> None:
    """Out of the seat, and the body's key with it."""
    bodies.revoke(member, actor=actor(by))
    for seat in Seat.objects.filter(member_id=member.pk):
        seat.delete()
        record("seat_left", subject=seat.body_id, actor=actor(by), member=member.pk)


@transaction.atomic
def first_key(member: Any) -> None:
    """After a member has chosen a passphrase: what was granted to an earlier pair is void, and where nobody who speaks for the
    body holds its key, a new one is made for this member."""
    seat = Seat.objects.select_for_update(of=("self",)).filter(member_id=member.pk).first()
    if seat is None or not StaffKey.objects.filter(member_id=member.pk).exists():
        return
    body = Body.objects.select_for_update().get(pk=seat.body_id)
    BodyGrant.objects.filter(member_id=member.pk).delete()
    newest = bodies.newest(body.pk)
    if not BodyGrant.objects.filter(key=newest, member__in=seated(body)).exists():
        bodies.new_key(body.pk, members=[member], actor="system")


@transaction.atomic
def hand_key(*, body: Body, colleague: AbstractBaseUser, keyring: Keyring, by: Staff, seen: str) -> None:
    """To a colleague in a seat whose key has the fingerprint `seen`. Raises NotHeld, KeyMissing."""
    Body.objects.select_for_update().get(pk=body.pk)
    if colleague not in seated(body):
        raise KeyMissing(f"{colleague.pk} does not speak for {body.pk}")
    bodies.grant(body.pk, colleague, keyring=keyring, actor=actor(by), seen=seen)


@transaction.atomic
def renew_key(*, body: Body, keyring: Keyring, by: Staff) -> None:
    """Somebody has left: a new key for those who stay and are vouched for. Raises NotHeld."""
    Body.objects.select_for_update().get(pk=body.pk)
    newest = bodies.newest(body.pk)
    if newest is None or newest.rotate_since is None:
        return
    keyring.private(body.pk, newest.version)
    grants = BodyGrant.objects.filter(key=newest, member__in=seated(body)).select_related("key", "member")
    members = [grant.member for grant in grants if bodies.attested(grant, keyring)]
    if not members:
        raise NotHeld
    bodies.new_key(body.pk, members=members, actor=actor(by), keyring=keyring)
