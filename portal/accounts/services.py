"""Members: adding one, their first passphrase with the keys that follow from it, and a start over when something is lost."""
import secrets
from collections.abc import Iterable

from django.db import transaction

from cases.audit.services import actor, record
from cases.coordination import seats
from cases.permissions import Role
from cases.units.models import Unit
from cases.units.selectors import members_of, units_of
from cases.units.services import hold_still, join_unit
from cases.vault import custody
from cases.vault.keyring import Keyring
from cases.vault.models import StaffKey, UnitKey
from portal.accounts import alerts, arrival, invitations, second_factor, sessions, throttle
from portal.accounts.models import Identity, User
from portal.accounts.selectors import holds_alone, lost_with

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"      # none that look alike on paper


class LastHolder(Exception):
    """Nobody else holds the key of a unit: with a new pair, its cases could never be read again. The message names the units."""


def start_password() -> str:
    """For one use: four groups of five letters, 99 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))


@transaction.atomic
def add_member(*, email: str, name: str, role: Role, units: Iterable[Unit], by: User | None, is_woman: bool = False,
               on_duty: bool = False, phone: str = "", language: str = "ur") -> tuple[User, str]:
    """The member and the password for the first sign-in, which asks for another one and for a vault passphrase."""
    password = start_password()
    member = User.objects.create_user(email, password, name=name, role=role.value, phone=phone, language=language,
                                      must_change_password=True)
    record("member_added", subject=member.pk, actor=actor(by), role=role.value)
    for unit in units:
        join_unit(unit=unit, member=member, by=by, is_woman=is_woman, on_duty=on_duty)
    return member, password


@transaction.atomic
def begin(*, member: User, password: str, passphrase: str) -> None:
    """What the first sign-in asks for; either is empty when it is not owed. Raises turnstile.Busy.

    A second sending changes nothing: a second pair of keys would lose what was granted to the first.
    """
    if passphrase:
        hold_still()                    # or a colleague could hand a key to the pair that goes
    member = User.objects.select_for_update().get(pk=member.pk)
    if password and member.must_change_password:
        member.set_password(password)
        member.must_change_password = False
        record("password_changed", subject=member.pk, actor=actor(member))
    if passphrase and arrival.owes_passphrase(member):
        custody.new_staff_key(member, passphrase)
        member.must_change_passphrase = False
        make_first_keys(units_of(member), to=member)
        seats.first_key(member)
    member.save(update_fields=["password", "must_change_password", "must_change_passphrase"])


@transaction.atomic
def new_passphrase(*, member: User, passphrase: str) -> None:
    """The old one is lost: new keys; a colleague must hand over the units'. Raises LastHolder, turnstile.Busy."""
    hold_still()                        # of two last holders who do this at once, one is refused
    if alone := holds_alone(member):
        raise LastHolder(", ".join(unit.code for unit in alone))
    custody.new_staff_key(member, passphrase)
    seats.first_key(member)
    alerts.tell(member, "passphrase_changed")


@transaction.atomic
def change_passphrase(*, member: User, passphrase: str, private: bytes, but: str) -> None:
    """Another lock for the same key. Every session ends except `but`, as whoever knew the old words may have a vault open.

    Raises custody.KeyMissing when the member has another key by now, turnstile.Busy.
    """
    custody.change_passphrase(member, passphrase, private=private)
    alerts.tell(member, "passphrase_changed")
    sessions.end(member=member, by=member, but=but)


@transaction.atomic
def change_password(*, member: User, password: str, but: str) -> None:
    """Every session ends except `but` (a row key of portal.accounts.sessions). Raises turnstile.Busy."""
    member.set_password(password)
    member.save(update_fields=["password"])
    record("password_changed", subject=member.pk, actor=actor(member))
    alerts.tell(member, "password_changed")
    sessions.end(member=member, by=member, but=but)


@transaction.atomic
def make_first_keys(units: Iterable[Unit], *, to: User | None = None) -> list[Unit]:
    """A key for each unit that has none. Returns the units that got one.

    `to`: who is here, for nobody has compared the keys of others yet; None (`set_up`): all its members who have a key.
    """
    made = []
    for unit in hold_still(units):
        here = [each for each in members_of(unit) if to in {None, each}]
        holders = [each for each in here if each.reads_cases and StaffKey.objects.filter(member=each).exists()]
        if holders and not UnitKey.objects.filter(unit=unit).exists():
            custody.new_unit_key(unit, members=holders, actor="system")
            made.append(unit)
    return made


@transaction.atomic
def grant(*, unit: Unit, colleague: User, by: User, keyring: Keyring, seen: str) -> None:
    """Hand the unit's key to a colleague who waits for it and whose key has the fingerprint `seen`.

    Raises keyring.NotHeld, custody.KeyMissing, custody.NotAMember (also when the colleague left since the page was loaded).
    """
    hold_still([unit])
    if colleague not in members_of(unit) or not User.objects.get(pk=colleague.pk).reads_cases:
        raise custody.NotAMember(f"{colleague.pk} is not of unit {unit.pk} any more")
    custody.grant(custody.current_unit_key(unit), colleague, keyring=keyring, actor=actor(by), seen=seen)


@transaction.atomic
def start_over(*, member: User, by: User | None, vault: bool = False) -> str:
    """A lost password or telephone, with `vault` also a lost passphrase: a new start password; the rest is set up anew.

    Raises LastHolder, unless the ceremony can hand the key over. Sessions end, also those between password and second factor.
    """
    if vault and (lost := lost_with(member)):
        raise LastHolder(", ".join(unit.code for unit in lost))
    password = start_password()
    member.set_password(password)
    member.must_change_password, member.must_change_passphrase = True, vault or member.must_change_passphrase
    member.save(update_fields=["password", "must_change_password", "must_change_passphrase"])
    invitations.withdraw(member)
    Identity.objects.filter(member=member).delete()
    second_factor.forget(member)
    throttle.forgive(member)
    sessions.end(member=member, by=by)
    record("member_reset", subject=member.pk, actor=actor(by), vault=vault)
    alerts.tell(member, "member_reset")
    return password
