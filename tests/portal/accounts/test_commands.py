"""A real first set-up, from an empty database, by its commands."""
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from awareness.groups import EDITORS
from cases.escalation.models import Platform
from cases.units.models import Membership, Unit
from cases.vault.models import UnitKey, WorkerKey
from portal.accounts.models import User
from tests.factories.cases import make_member, make_unit
from tests.portal.accounts.conftest import set_up_factor

SANA = ("sana@example.org", "--name", "Sana Malik", "--role", "caseworker", "--unit", "adults")


@pytest.fixture(autouse=True)
def worker_keys(settings, tmp_path):
    settings.WORKER_KEYS = tmp_path / "worker-keys"


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_set_up_makes_what_a_portal_needs_and_can_be_repeated(settings):
    said = run("set_up")
    assert set(Unit.objects.filter(practice=False).values_list("code", flat=True)) == {"adults", "children", "integrity"}
    assert Unit.objects.get(practice=True).code == "practice"
    assert "unit adults: gets its key when its first member chooses a passphrase" in said
    assert str(settings.WORKER_KEYS) in said
    platforms = Platform.objects.count()
    assert platforms > 0
    assert "platforms: 0 added" in run("set_up")
    assert (WorkerKey.objects.count(), Platform.objects.count()) == (1, platforms)


def test_set_up_gives_waiting_units_their_key():
    unit = make_unit()
    make_member("Ayesha", unit, keys=False)
    assert "unit adults: is open for reports" in run("set_up")
    assert UnitKey.objects.get(unit=unit).grants.count() == 1


def test_add_member_prints_a_password_for_one_use():
    run("set_up")
    said = run("add_member", *SANA, "--woman", "--on-duty", "--phone", "+923001234567")
    password = re.search(r"once: (([a-z2-9]{5}-){3}[a-z2-9]{5})$", said.strip())[1]
    sana = User.objects.get(email="sana@example.org")
    assert sana.check_password(password)
    assert sana.must_change_password
    assert (sana.role, sana.language, sana.phone) == ("caseworker", "ur", "+923001234567")
    membership = Membership.objects.get(member=sana)
    assert (membership.unit.code, membership.is_woman, membership.on_duty) == ("adults", True, True)


def test_campaign_staff_get_their_rights():
    run("set_up")
    run("add_member", "e@example.org", "--name", "E", "--role", "campaign_editor")
    assert list(User.objects.get().groups.values_list("name", flat=True)) == [EDITORS]


@pytest.mark.parametrize(("words", "said"), [
    (("no-address", *SANA[1:]), "no e-mail address"), ((*SANA[:-1], "moon"), "no unit moon"),
    (SANA[:-2], "give --unit"), ((*SANA[:4], "king"), "invalid choice")])
def test_a_mistake_is_explained_and_adds_nobody(words, said):
    run("set_up")
    with pytest.raises(CommandError, match=said):
        run("add_member", *words)
    assert not User.objects.exists()


def test_an_address_has_one_account():
    run("set_up")
    run("add_member", *SANA)
    with pytest.raises(CommandError, match="reset_member"):
        run("add_member", "Sana@Example.org", *SANA[1:])


def test_reset_member_forgets_the_telephone():
    run("set_up")
    run("add_member", *SANA)
    sana = User.objects.get()
    set_up_factor(sana)
    password = run("reset_member", "sana@example.org").split()[-1]
    sana.refresh_from_db()
    assert sana.check_password(password)
    assert sana.must_change_password
    assert not hasattr(User.objects.get(), "second_factor")
    assert not sana.recovery_codes.exists()


def test_reset_member_refuses_to_lose_a_unit():
    unit = make_unit()
    make_member("Ayesha", unit, email="ayesha@example.org")
    with pytest.raises(CommandError, match="adults"):
        run("reset_member", "ayesha@example.org", "--passphrase")
    make_member("Bilal", unit)
    run("reset_member", "ayesha@example.org", "--passphrase")
    assert User.objects.get(email="ayesha@example.org").must_change_passphrase
    with pytest.raises(CommandError, match="No member"):
        run("reset_member", "nobody@example.org")
