"""Members as an administrator sees and changes them: names, roles, units and whether somebody can work; never a case."""
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from cases.audit.services import actor, record
from cases.coordination import seats
from cases.coordination.models import Body
from cases.handover.services import release
from cases.permissions import ROLES, Permission, Role
from cases.triage.drafts import forget_of
from cases.units.models import Membership, Unit
from cases.units.services import hold_still, join_unit, leave_unit
from cases.vault import bodies, custody
from cases.vault.models import KeyGrant, StaffKey, UnitKey
from portal.accounts import invitations, services, sessions
from portal.accounts.models import Passkey, SecondFactor, User
from portal.accounts.selectors import holds_alone
from portal.accounts.services import LastHolder


class OwnAccount(Exception):
    """Nobody changes their own role, units or standing: a second person has to."""


@dataclass(frozen=True)
class Person:
    """`factor`: has set up a second factor. `key`: has chosen a passphrase. `waits`: units whose newest key they still lack."""
    member: User
    units: list[Unit]
    factor: bool
    key: bool
    waits: list[Unit]


# --- reading ----------------------------------------------------------------------------------------------------------
def search(*, words: str = "", role: str = "", unit: str = "", active: bool = True) -> QuerySet[User]:
    found = User.objects.filter(is_active=active).order_by("name", "pk")
    if words:
        found = found.filter(Q(name__icontains=words) | Q(email__icontains=words))
    if role:
        found = found.filter(role=role)
    return found.filter(memberships__unit__code=unit) if unit else found


def described(members: Iterable[User]) -> list[Person]:
    """Each with units and standing; six queries for any number of members."""
    people = list(members)
    ids = [member.pk for member in people]
    units: dict[UUID, list[Unit]] = defaultdict(list)
    for membership in Membership.objects.filter(member__in=ids).select_related("unit").order_by("unit__code"):
        units[membership.member_id].append(membership.unit)
    factors = set(SecondFactor.objects.filter(member__in=ids).values_list("member", flat=True))
    factors |= set(Passkey.objects.filter(member__in=ids).values_list("member", flat=True))
    keys = set(StaffKey.objects.filter(member__in=ids).values_list("member", flat=True))
    newest = dict(UnitKey.objects.order_by("unit", "version").values_list("unit", "pk"))      # the last of each unit stays
    granted = set(KeyGrant.objects.filter(member__in=ids, key__in=newest.values()).values_list("member", "key__unit"))
    return [Person(member, units[member.pk], member.pk in factors, member.pk in keys,
                   [unit for unit in units[member.pk] if member.reads_cases and (member.pk, unit.pk) not in granted])
            for member in people]


# --- changing ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def invite(*, email: str, name: str, role: Role, units: Collection[Unit], language: str, by: User, mail: bool,
           is_woman: bool = False, on_duty: bool = False, body: Body | None = None) -> tuple[User, str]:
    """A new member without a password, and the link to show once (empty when it goes by mail). Raises custody.KeyMissing.

    `body`: for which a liaison speaks.
    """
    member = User.objects.create_user(email, None, name=name, role=role.value, language=language, must_change_password=True)
    record("member_added", subject=member.pk, actor=actor(by), role=role.value)
    for unit in units:
        join_unit(unit=unit, member=member, by=by, is_woman=is_woman, on_duty=on_duty)
    if body is not None:
        seats.take(member=member, body=body, by=by)
    return member, invitations.issue(member=member, by=by, mail=mail)


@transaction.atomic
def change(*, member: User, role: Role, units: Collection[Unit], by: User, is_woman: bool = False, on_duty: bool = False,
           body: Body | None = None) -> None:
    """Another role, other units or body. Whoever leaves a unit, or may read no case any more, loses the unit's key; sessions end.

    Raises OwnAccount; LastHolder if a unit's cases could be read by nobody afterwards.
    """
    member = _held_still(member, by)
    reads = Permission.READ_CASES in ROLES[role]
    left = [unit for unit in _units_of(member) if unit not in units or not reads]
    if alone := [unit for unit in holds_alone(member) if unit in left]:
        raise LastHolder(", ".join(unit.code for unit in alone))
    if role != member.role:
        record("role_changed", subject=member.pk, actor=actor(by), role=role.value, was=member.role)
        member.role = role.value
        member.save(update_fields=["role"])
    forget_of(member, left)
    for unit in left:
        release(unit=unit, member=member, by=by)
        if unit not in units:
            leave_unit(unit=unit, member=member, by=by)
        custody.revoke(unit, member, actor=actor(by))
    for unit in units:
        join_unit(unit=unit, member=member, by=by, is_woman=is_woman, on_duty=on_duty)
    if body is not None:
        seats.take(member=member, body=body, by=by)
    else:
        seats.leave(member=member, by=by)
    services.make_first_keys(units, to=member)         # who has keys already does not sign in for a first time again
    sessions.end(member=member, by=by)


@transaction.atomic
def start_over(*, member: User, by: User, vault: bool, mail: bool) -> str:
    """A lost password, telephone or passphrase: a link to begin again (empty when it goes by mail). Opens no case to anybody.

    Raises OwnAccount, LastHolder, custody.KeyMissing.
    """
    member = _held_still(member, by)
    services.start_over(member=member, by=by, vault=vault)
    return invitations.issue(member=member, by=by, mail=mail)


@transaction.atomic
def deactivate(*, member: User, by: User) -> list[Unit]:
    """Switch the account off, end its sessions and take its keys. Raises OwnAccount.

    A key that nobody else holds stays sealed to the member, who can no longer sign in: taken away, it would be lost for good.
    Returns those units.
    """
    member = _held_still(member, by)
    kept, left = holds_alone(member), _units_of(member)
    forget_of(member, left)
    for unit in left:
        release(unit=unit, member=member, by=by)
    User.objects.filter(pk=member.pk).update(is_active=False)
    invitations.withdraw(member)
    sessions.end(member=member, by=by)
    for unit in left:
        if unit not in kept:
            custody.revoke(unit, member, actor=actor(by))
    bodies.revoke(member, actor=actor(by))
    record("member_deactivated", subject=member.pk, actor=actor(by), keys_kept=len(kept))
    return kept


@transaction.atomic
def reactivate(*, member: User, by: User) -> None:
    """On again, with role and units as they were and without the keys, which a colleague hands over anew. Raises OwnAccount."""
    member = _held_still(member, by)
    if User.objects.filter(pk=member.pk, is_active=False).update(is_active=True):
        record("member_reactivated", subject=member.pk, actor=actor(by))
        seats.first_key(User.objects.get(pk=member.pk))


def _units_of(member: User) -> list[Unit]:
    """Those they are in, and those whose key they hold for any other reason."""
    return list(Unit.objects.filter(Q(memberships__member=member) | Q(keys__grants__member=member)).distinct())


def _held_still(member: User, by: User) -> User:
    """The member's row, locked, and the units': of two administrators who remove the last two holders, one is refused."""
    if member.pk == by.pk:
        raise OwnAccount
    hold_still()
    return User.objects.select_for_update(no_key=True).get(pk=member.pk)
