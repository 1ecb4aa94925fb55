"""Two people at once: whoever leaves while a colleague rotates or hands over a key keeps none, and nobody waits for ever."""
import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from cases.handover import services as handover
from cases.permissions import Role
from cases.services import assign, change_status
from cases.vault import custody, unseal
from cases.vault.models import KeyGrant, UnitKey
from cases.workflow import Status
from portal.accounts import people, services
from portal.accounts.models import User
from tests.factories.cases import fingerprint_of, keyring_of, make_case, make_member, signed_in

NEW = "پانچ لفظ جو کوئی نہیں جانتا"
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Beside:
    """`act`, begun in another connection while the caller's transaction is open; `finish()` after it is closed."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act, self.answer, self.error = act, None, None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.thread.join(0.5)

    def run(self) -> None:
        try:
            self.answer = self.act()
        except Exception as error:              # noqa: BLE001  raised again where the test sees it
            self.error = error
        finally:
            connection.close()

    def finish(self):
        self.thread.join(20)
        assert not self.thread.is_alive()
        if self.error:
            raise self.error
        return self.answer


@pytest.fixture
def bilal(unit, ayesha) -> User:
    return make_member("Bilal Raza", unit)


@pytest.fixture
def rabia() -> User:
    return make_member("Rabia", role="administrator")


def owes_a_rotation(unit) -> bool:
    return UnitKey.objects.filter(unit=unit).latest("version").rotate_since is not None


def test_who_is_switched_off_during_a_rotation_does_not_get_the_new_key(unit, ayesha, bilal, rabia):
    with transaction.atomic():
        handover.rotate(unit=unit, by=ayesha, keyring=keyring_of(ayesha))
        leaving = Beside(lambda: people.deactivate(member=bilal, by=rabia))
    leaving.finish()
    assert not KeyGrant.objects.filter(member=bilal).exists()
    assert owes_a_rotation(unit)


def test_who_leaves_while_the_key_is_handed_over_does_not_keep_it(unit, ayesha, rabia):
    newcomer = make_member("Newcomer", unit, keys=False)
    seen = fingerprint_of(newcomer)
    with transaction.atomic():
        services.grant(unit=unit, colleague=newcomer, by=ayesha, keyring=keyring_of(ayesha), seen=seen)
        leaving = Beside(lambda: people.change(member=newcomer, role=Role.AUDITOR, units=[], by=rabia))
    leaving.finish()
    assert not KeyGrant.objects.filter(member=newcomer).exists()
    assert owes_a_rotation(unit)


def test_nothing_is_handed_to_who_is_leaving(unit, ayesha, rabia):
    newcomer = make_member("Newcomer", unit, keys=False)
    seen = fingerprint_of(newcomer)
    with transaction.atomic():
        people.deactivate(member=newcomer, by=rabia)
        granting = Beside(lambda: services.grant(unit=unit, colleague=newcomer, by=ayesha, keyring=keyring_of(ayesha), seen=seen))
    with pytest.raises(custody.NotAMember):
        granting.finish()
    assert not KeyGrant.objects.filter(member=newcomer).exists()


def test_no_key_is_handed_to_a_pair_that_is_being_replaced(unit, ayesha, bilal):
    KeyGrant.objects.filter(member=bilal).delete()
    seen = fingerprint_of(bilal)
    with transaction.atomic():
        services.new_passphrase(member=bilal, passphrase=NEW)
        granting = Beside(lambda: services.grant(unit=unit, colleague=bilal, by=ayesha, keyring=keyring_of(ayesha), seen=seen))
    with pytest.raises(custody.KeyMissing):
        granting.finish()
    private = unseal.unlock_staff(bilal, NEW)
    assert not unseal.keyring(bilal, private).units         # empty, and not "another pair's"


def test_the_second_of_two_who_rotate_at_once_is_told_and_makes_no_third_version(unit, ayesha, bilal):
    custody.revoke(unit, make_member("Leaver", unit), actor="system")
    browser = signed_in(bilal)
    with transaction.atomic():
        handover.rotate(unit=unit, by=ayesha, keyring=keyring_of(ayesha))
        pressing = Beside(lambda: browser.post("/desk/keys/rotate/", {"unit": unit.pk}))
    assert pressing.finish()["Location"] == "/desk/keys/"
    assert "by a colleague" in browser.get("/desk/keys/").content.decode()
    assert UnitKey.objects.filter(unit=unit).count() == 2


def test_a_report_that_arrives_while_somebody_leaves_is_kept(unit, ayesha, bilal, rabia):
    """The report holds the unit's key and then looks at the unit; leaving takes them the other way round."""
    with transaction.atomic():
        make_case(unit)
        leaving = Beside(lambda: people.deactivate(member=bilal, by=rabia))
    leaving.finish()
    assert not KeyGrant.objects.filter(member=bilal).exists()


def test_a_member_who_writes_while_being_seen_off_is_not_in_the_way(unit, ayesha, bilal, rabia):
    """Both lock the case, and what is written names the member."""
    case = make_case(unit)
    assign(case=case, to=bilal, by=ayesha)
    with transaction.atomic():
        change_status(case=case, to=Status.IN_REVIEW, by=bilal)
        leaving = Beside(lambda: people.deactivate(member=bilal, by=rabia))
    leaving.finish()
    case.refresh_from_db()
    assert case.assignee is None
