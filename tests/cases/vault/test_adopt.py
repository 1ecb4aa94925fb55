"""Keys sealed in a browser: kept when they have the shape and the recipients they should have, refused otherwise."""
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from cases.vault import custody, envelope, hpke
from cases.vault.custody import KeyMissing, Outdated, Wrap, WrapRefused
from cases.vault.models import DataKey, DataKeyWrap, UnitKey, WorkerKey
from cases.vault.unseal import key_for_reporter, key_for_unit, key_for_worker

pytestmark = pytest.mark.django_db
SECRET = envelope.new_key()
PRIVATE, PUBLIC = hpke.new_pair()


@pytest.fixture
def amna(member, unit):
    amna = member("amna", unit)
    custody.new_unit_key(unit, members=[amna], actor="system")
    return amna


@pytest.fixture
def browser(case, unit):
    """Seals as the page does: `browser(key_id, "unit", version=2)`."""
    def sealed(key_id, kind, *, version=1, public=None, of_case=case, secret=SECRET) -> Wrap:
        recipients = {"unit": str(unit.pk), "reporter": str(of_case), "worker": "worker"}
        public = public or {"unit": lambda: UnitKey.objects.get(unit=unit, version=version).public, "reporter": lambda: PUBLIC,
                            "worker": lambda: WorkerKey.objects.get(version=version).public}[kind]()
        info = hpke.context("data-key", scope=of_case, key=key_id, kind=kind, recipient=recipients[kind], version=version)
        return Wrap(version, hpke.seal(public, secret, info=info))
    return sealed


def test_everybody_it_was_sealed_to_opens_it(amna, unit, case, ring, browser):
    custody.new_worker_key()
    key_id = uuid4()
    key = custody.adopt(key_id, case=case, unit=unit,
                        wraps={kind: browser(key_id, kind) for kind in ("unit", "reporter", "worker")})
    assert key.pk == key_id
    assert key_for_unit(key, case=case, keyring=ring(amna)) == SECRET
    assert key_for_reporter(key, case=case, private=PRIVATE) == SECRET
    assert key_for_worker(key, case=case) == SECRET


def test_a_key_for_the_worker_alone_needs_no_unit(case, browser):
    custody.new_worker_key()
    key_id = uuid4()
    key = custody.adopt(key_id, case=case, unit=None, wraps={"worker": browser(key_id, "worker")})
    assert key_for_worker(key, case=case) == SECRET


def test_recipients_are_exactly_those_that_make_sense(amna, unit, case, browser):
    key_id = uuid4()
    unit_wrap, reporter = browser(key_id, "unit"), browser(key_id, "reporter")
    for given, to in (({}, unit), ({"reporter": reporter}, None), ({"reporter": reporter}, unit), ({"unit": unit_wrap}, None),
                      ({"unit": unit_wrap, "friend": reporter}, unit), ({"worker": unit_wrap}, unit)):
        with pytest.raises(WrapRefused):
            custody.adopt(key_id, case=case, unit=to, wraps=given)
    assert not DataKey.objects.exists()


def test_a_shape_that_is_not_ours_is_refused(amna, unit, case, browser):
    key_id = uuid4()
    good = browser(key_id, "unit").sealed
    bad = [b"", good[:-1], good + b"x", b"\x02" + good[1:], good[:1] + bytes(65) + good[66:], good[:2] + bytes(64) + good[66:]]
    for sealed in bad:
        with pytest.raises(WrapRefused):
            custody.adopt(key_id, case=case, unit=unit, wraps={"unit": Wrap(1, sealed)})
    assert not DataKeyWrap.objects.exists()


def test_a_key_is_adopted_once(amna, unit, case, browser):
    key_id = uuid4()
    custody.adopt(key_id, case=case, unit=unit, wraps={"unit": browser(key_id, "unit")})
    with pytest.raises(WrapRefused, match="exists"):
        custody.adopt(key_id, case=case, unit=unit, wraps={"unit": browser(key_id, "unit")})
    assert DataKeyWrap.objects.count() == 1


@pytest.mark.parametrize(("hours", "accepted"), [(0, True), (23, True), (25, False)])
def test_the_version_before_is_good_for_a_day(amna, unit, case, ring, browser, hours, accepted):
    custody.new_unit_key(unit, members=[amna], actor="system", keyring=ring(amna))
    UnitKey.objects.filter(version=2).update(created_at=timezone.now() - timedelta(hours=hours))
    key_id = uuid4()
    wraps = {"unit": browser(key_id, "unit", version=1)}
    if accepted:
        key = custody.adopt(key_id, case=case, unit=unit, wraps=wraps)
        assert key_for_unit(key, case=case, keyring=ring(amna)) == SECRET
    else:
        with pytest.raises(Outdated):
            custody.adopt(key_id, case=case, unit=unit, wraps=wraps)


def test_no_other_version_is_good(amna, unit, case, ring, browser):
    for _ in range(2):
        custody.new_unit_key(unit, members=[amna], actor="system", keyring=ring(amna))
    key_id = uuid4()
    for version in (0, 1, 4, -1):
        with pytest.raises(Outdated):
            custody.adopt(key_id, case=case, unit=unit, wraps={"unit": Wrap(version, browser(key_id, "unit", version=3).sealed)})
    with pytest.raises(WrapRefused):
        custody.adopt(key_id, case=case, unit=unit, wraps={
            "unit": browser(key_id, "unit", version=3), "reporter": Wrap(2, browser(key_id, "reporter").sealed)})


def test_a_wrap_made_for_another_case_is_kept_and_opens_for_nobody(amna, unit, case, ring, browser):
    key_id = uuid4()
    key = custody.adopt(key_id, case=case, unit=unit, wraps={"unit": browser(key_id, "unit", of_case=uuid4())})
    with pytest.raises(custody.hpke.OpenFailed):
        key_for_unit(key, case=case, keyring=ring(amna))


def test_nothing_is_adopted_for_a_unit_without_a_key(units, case):
    public = hpke.new_pair()[1]
    key_id = uuid4()
    info = hpke.context("data-key", scope=case, key=key_id, kind="unit", recipient=str(units["adults"].pk), version=1)
    with pytest.raises(KeyMissing):
        custody.adopt(key_id, case=case, unit=units["adults"], wraps={"unit": Wrap(1, hpke.seal(public, SECRET, info=info))})
