"""Keys of partner bodies: what is sealed to one opens for its people and for nobody else."""
import uuid

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from cases.units.models import Unit
from cases.vault import bodies, envelope
from cases.vault.custody import Recipient
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.models import BodyKey, DataKey, DataKeyWrap
from cases.vault.signing import KeyMissing, KeyRefused
from cases.vault.unseal import OpenFailed, body_keyring, key_for_body, key_for_unit, keyring
from portal.accounts.models import User
from tests.factories.cases import fingerprint_of, make_member, make_unit, private_of

BODIES = [uuid.uuid4() for _number in range(3)]


@pytest.fixture
def people(db: None) -> dict[uuid.UUID, User]:
    """One who speaks for each body."""
    found = {body: make_member(f"Of {body}", role="liaison") for body in BODIES}
    for body, member in found.items():
        bodies.new_key(body, members=[member], actor="system")
    return found


def ring(member: User) -> Keyring:
    return body_keyring(member, private_of(member))


@hypothesis_settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(BODIES), min_size=1, max_size=5))
def test_a_body_opens_only_what_was_sealed_to_it(people: dict[uuid.UUID, User], shown_to: list[uuid.UUID]) -> None:
    secrets = [(body, uuid.uuid4(), envelope.new_key()) for body in shown_to]
    keys = [bodies.keep(secret, shown=row, body=body) for body, row, secret in secrets]
    for reader, member in people.items():
        held = ring(member)
        for (body, row, secret), key in zip(secrets, keys, strict=True):
            if reader == body:
                assert key_for_body(key, shown=row, keyring=held) == secret
            else:
                with pytest.raises(NotHeld):
                    key_for_body(key, shown=row, keyring=held)


def test_a_wrap_that_was_moved_opens_nothing(people: dict[uuid.UUID, User]) -> None:
    """To another body's name, another row or another key."""
    row, body = uuid.uuid4(), BODIES[0]
    key = bodies.keep(envelope.new_key(), shown=row, body=body)
    with pytest.raises(OpenFailed):
        key_for_body(key, shown=uuid.uuid4(), keyring=ring(people[body]))
    other = DataKey.objects.create()
    DataKeyWrap.objects.filter(key=key).update(key=other)
    with pytest.raises(OpenFailed):
        key_for_body(other, shown=row, keyring=ring(people[body]))
    DataKeyWrap.objects.filter(key=other).update(key=key, recipient_id=str(BODIES[1]))
    with pytest.raises(OpenFailed):
        key_for_body(key, shown=row, keyring=ring(people[BODIES[1]]))


def test_a_units_keys_and_a_bodys_open_nothing_of_one_another(people: dict[uuid.UUID, User]) -> None:
    unit: Unit = make_unit()
    ayesha, row = make_member("Ayesha", unit), uuid.uuid4()
    key = bodies.keep(envelope.new_key(), shown=row, body=BODIES[0])
    with pytest.raises(NotHeld):
        key_for_unit(key, case=row, keyring=keyring(ayesha, private_of(ayesha)))
    DataKeyWrap.objects.filter(key=key).update(recipient=Recipient.UNIT)
    with pytest.raises(NotHeld):
        key_for_unit(key, case=row, keyring=keyring(ayesha, private_of(ayesha)))


def test_nothing_is_sealed_to_a_key_that_was_put_in_its_place(people: dict[uuid.UUID, User]) -> None:
    BodyKey.objects.filter(body=BODIES[0]).update(public=bytes(bodies.newest(BODIES[1]).public))
    with pytest.raises(KeyRefused):
        bodies.keep(envelope.new_key(), shown=uuid.uuid4(), body=BODIES[0])
    with pytest.raises(KeyMissing):
        bodies.keep(envelope.new_key(), shown=uuid.uuid4(), body=uuid.uuid4())


def test_a_key_of_a_colleague_that_was_swapped_is_not_given_the_next_version(people: dict[uuid.UUID, User]) -> None:
    body = BODIES[0]
    zara, held = make_member("Zara", role="liaison"), ring(people[body])
    bodies.grant(body, zara, keyring=held, actor="system", seen=fingerprint_of(zara))
    grant = zara.body_grants.select_related("key").get()
    assert bodies.attested(grant, held)
    zara.staff_key.public = people[BODIES[1]].staff_key.public
    zara.staff_key.save()
    assert not bodies.attested(grant, held)
