"""Who holds a body's key, and who does not any more."""
from pathlib import Path

import pytest
from django.conf import LazySettings

from cases.coordination import seats, services
from cases.coordination.models import Body, Seat, Shown
from cases.coordination.selectors import keyless, seat_of
from cases.escalation.models import Escalation
from cases.retention import disposal
from cases.retention.services import erase
from cases.vault import bodies
from cases.vault.keyring import NotHeld
from cases.vault.models import BodyGrant, BodyKey, DataKey, DataKeyWrap
from cases.vault.signing import KeyMissing, KeyRefused
from cases.vault.unseal import key_for_body
from portal.accounts.models import User
from tests.cases.coordination.conftest import body_keyring, put
from tests.factories.cases import fingerprint_of, make_liaison, make_member, make_unit
from tests.fixtures.roles import acting_as


def test_the_first_in_a_seat_makes_the_key_and_hands_it_on(tiktok: Body, omar: User, shown: Shown) -> None:
    zara = make_liaison("Zara", tiktok)
    assert [each.colleague for each in keyless(tiktok)] == [zara]
    with pytest.raises(NotHeld):
        key_for_body(shown.key, shown=shown.pk, keyring=body_keyring(zara))
    with pytest.raises(KeyMissing):
        seats.hand_key(body=tiktok, colleague=zara, keyring=body_keyring(omar), by=omar, seen="another key")
    seats.hand_key(body=tiktok, colleague=zara, keyring=body_keyring(omar), by=omar, seen=fingerprint_of(zara))
    assert key_for_body(shown.key, shown=shown.pk, keyring=body_keyring(zara))


def test_nobody_outside_the_body_is_handed_its_key(tiktok: Body, omar: User, hina: User, ayesha: User) -> None:
    for stranger in (hina, ayesha):
        with pytest.raises(KeyMissing):
            seats.hand_key(body=tiktok, colleague=stranger, keyring=body_keyring(omar), by=omar, seen=fingerprint_of(stranger))
    zara = make_liaison("Zara", tiktok)
    with pytest.raises(NotHeld):
        seats.hand_key(body=tiktok, colleague=zara, keyring=body_keyring(hina), by=hina, seen=fingerprint_of(zara))


def test_who_leaves_opens_nothing_more_and_a_new_key_follows(tiktok: Body, omar: User, shown: Shown, ayesha: User) -> None:
    zara = make_liaison("Zara", tiktok)
    seats.hand_key(body=tiktok, colleague=zara, keyring=body_keyring(omar), by=omar, seen=fingerprint_of(zara))
    held = body_keyring(omar)
    seats.leave(member=omar, by=ayesha)
    assert not body_keyring(omar).units
    seats.renew_key(body=tiktok, keyring=body_keyring(zara), by=zara)
    assert [key.version for key in BodyKey.objects.filter(body=tiktok.pk)] == [2, 1]
    assert key_for_body(shown.key, shown=shown.pk, keyring=body_keyring(zara)), "what was shown before stays open to who stays"
    services.withdraw(shown=shown, by=ayesha)
    later = put(Escalation.objects.get(), tiktok, ayesha)
    with pytest.raises(NotHeld):
        key_for_body(later.key, shown=later.pk, keyring=held)


def test_with_the_last_in_a_seat_the_key_is_gone_and_the_next_makes_another(tiktok: Body, omar: User, ayesha: User,
                                                                            settings: object) -> None:
    seats.leave(member=omar, by=ayesha)
    settings.ROOT_SEED = b""            # type: ignore[attr-defined]   # the root is not kept here: the ceremony signs
    make_liaison("Zara", tiktok)
    assert bodies.newest(tiktok.pk).version == 2
    with pytest.raises(KeyRefused):
        bodies.hold(tiktok.pk)


def test_a_new_passphrase_voids_what_was_granted_to_the_old(tiktok: Body, omar: User) -> None:
    seats.first_key(omar)
    assert BodyGrant.objects.filter(member=omar).count() == 1
    assert bodies.newest(tiktok.pk).version == 2, "nobody else held the first"


def test_another_body_means_another_seat(tiktok: Body, police: Body, omar: User, ayesha: User) -> None:
    seats.take(member=omar, body=police, by=ayesha)
    assert Seat.objects.get(member=omar).body == police
    assert set(body_keyring(omar).units) == {police.pk}


def test_a_seat_counts_for_a_liaison_alone(tiktok: Body) -> None:
    caseworker = make_member("Bilal", make_unit())
    Seat.objects.create(member=caseworker, body=tiktok, since=caseworker.date_joined)
    assert seat_of(caseworker) is None


def test_destroying_a_case_destroys_what_its_bodies_could_open(shown: Shown, left: Shown, omar: User, settings: LazySettings,
                                                               tmp_path: Path) -> None:
    """By the worker, as in the house."""
    settings.TOMBSTONES = tmp_path / "tombstones"
    services.collect(shown=shown, sha256="ab" * 32, by=omar)
    decided = erase(case=shown.case)
    with acting_as("worker"):
        disposal.carry_out(disposal_id=decided.pk)
    assert not Shown.objects.exists()
    assert not DataKeyWrap.objects.filter(key__in=[shown.key_id, left.key_id]).exists()
    assert DataKey.objects.filter(pk__in=[shown.key_id, left.key_id], destroyed_at__isnull=False).count() == 2
