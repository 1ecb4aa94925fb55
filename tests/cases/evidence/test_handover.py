"""Files go with their case: to a newer key when somebody has left, to another unit, and to nobody once they are locked."""
import pytest
from django.conf import LazySettings

from cases.evidence import services
from cases.evidence.instruction import Instruction, Order
from cases.evidence.models import Evidence
from cases.evidence.services import NotForYou
from cases.handover.services import rewrap, rotate, transfer
from cases.units.models import Unit
from cases.vault import custody, hpke
from cases.vault.models import DataKeyWrap
from cases.vault.unseal import NotHeld
from portal.accounts.models import User
from tests.cases.evidence.conftest import Send
from tests.factories.cases import keyring_of, make_member, make_unit
from tests.fixtures.jobs import RunJobs
from tests.fixtures.roles import acting_as


def seen(evidence: Evidence, by: User) -> bytes:
    return services.look(evidence=evidence, by=by, keyring=keyring_of(by)).content


def test_after_a_rotation_a_leaver_s_copy_of_the_old_key_opens_no_file(kept: Evidence, unit: Unit, hina: User):
    leaver = make_member("Bilal", unit)
    copied, before = keyring_of(leaver), seen(kept, hina)
    custody.revoke(unit, leaver, actor="system")
    with acting_as("desk"):
        rotate(unit=unit, by=hina, keyring=keyring_of(hina))
        rewrap(unit=unit, by=hina, keyring=keyring_of(hina))
    with pytest.raises(NotHeld):
        services.look(evidence=kept, by=hina, keyring=copied)
    assert seen(kept, hina) == before


def test_files_at_rest_and_on_their_way_go_to_the_other_unit(kept: Evidence, send: Send, hina: User, run_jobs: RunJobs):
    other = make_unit("integrity")
    imran, before, waiting = make_member("Imran", other), seen(kept, hina), send(number=2)
    with acting_as("desk"):
        transfer(case=kept.case, to=other, by=hina, keyring=keyring_of(hina))
    run_jobs()
    waiting.refresh_from_db()
    assert seen(kept, imran) == before
    assert seen(waiting, imran)
    for file in (kept, waiting):
        with pytest.raises(NotForYou):
            seen(file, hina)


def test_a_locked_file_goes_along_and_opens_for_nobody(kept: Evidence, hina: User, settings: LazySettings):
    settings.RECOVERY_PUBLIC_KEY = hpke.new_pair()[1]
    settings.LEGAL_INSTRUCTION = Instruction(Order.PRESERVE, "Legal/14")
    services.suspect_child(evidence=kept, by=hina, keyring=keyring_of(hina))
    other = make_unit("integrity")
    make_member("Imran", other)
    transfer(case=kept.case, to=other, by=hina, keyring=keyring_of(hina))
    kept.refresh_from_db()
    assert kept.state == Evidence.State.LOCKED
    assert not DataKeyWrap.objects.filter(key=kept.key_id).exists()
