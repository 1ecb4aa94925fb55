import pytest
from django.db import connection
from django.db.models import ProtectedError

from cases.audit.models import Entry
from cases.escalation import registry, services
from cases.escalation.models import Channel, Escalation
from cases.escalation.notices import Notice
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import ListEntry, MediaHash
from cases.hashing.services import store
from cases.models import Case, Consent
from cases.retention.models import Disposal, Hold
from cases.retention.services import Held, dispose, orphan_keys
from cases.services import change_status
from cases.vault import custody
from cases.vault.models import DataKey, DataKeyWrap
from cases.workflow import Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents, reporter_writes

PDQ = "5" * 64


@pytest.fixture
def ayesha(db: None) -> User:
    custody.new_worker_key()
    registry.seed()
    return make_member("Ayesha", make_unit())


@pytest.fixture
def case(ayesha: User) -> Case:
    """Escalated, with a fingerprint on the list, a message and consents."""
    case = make_case(make_unit())
    for act in (Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES):
        reporter_consents(case, act, assent="yes")
    store(case=case, fingerprints=[Fingerprint(1, PDQ, 90, "a" * 64, "b" * 32)])
    reporter_writes(case, "Hello")
    case = change_status(case=case, to=Status.IN_REVIEW, by=ayesha)
    notice = Notice(services.new_reference(), ("https://x.example/1",), (PDQ,), "Without consent.", "", "", False, "A. Khan")
    services.request(case=case, channel=Channel.objects.filter(kind="email").first(), notice=notice, by=ayesha)
    return case


def test_nothing_of_a_disposed_case_is_left_but_its_traces_in_the_log(case: Case, ayesha: User) -> None:
    other = make_case(make_unit())
    assert orphan_keys() == []
    dispose(case=case, by=ayesha)
    assert list(Case.objects.all()) == [other]
    assert not MediaHash.objects.exists()
    assert not Escalation.objects.exists()
    assert ListEntry.objects.get().state == ListEntry.State.WITHDRAWN
    assert DataKeyWrap.objects.exclude(key__in=[other.key_id, other.conversation_key_id]).count() == 0
    assert DataKey.objects.filter(destroyed_at=None).count() == 2
    assert Disposal.objects.count() == 1
    assert Entry.objects.filter(event="case_disposed").count() == 1
    assert orphan_keys() == []
    connection.check_constraints()


def test_a_hold_stops_it(case: Case, ayesha: User) -> None:
    Hold.objects.create(case=case, by=ayesha, at=case.opened_at)
    with pytest.raises(Held):
        dispose(case=case, by=ayesha)
    assert Case.objects.filter(pk=case.pk).exists()


def test_a_key_cannot_go_before_its_record(case: Case) -> None:
    with pytest.raises(ProtectedError):
        case.key.delete()


def test_a_careless_delete_is_found(case: Case) -> None:
    Case.objects.filter(pk=case.pk).delete()
    assert len(orphan_keys()) == 3
