"""A yes that is taken back while a caseworker presses Send: the fingerprints are on the list with a yes, or not at all."""
import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from cases.escalation import registry, services
from cases.escalation.models import Channel
from cases.escalation.notices import Notice
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import ListEntry
from cases.hashing.services import store
from cases.models import Case, Consent
from cases.services import change_status, lock_case
from cases.vault import custody
from cases.workflow import Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents
from tests.factories.lists import second_yes

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PDQ = "5" * 64


@pytest.fixture
def ayesha(transactional_db: None) -> User:
    custody.new_worker_key()
    registry.seed()
    return make_member("Ayesha", make_unit())


def ready(by: User) -> Case:
    case = make_case(make_unit(), platforms=("tiktok",))
    for act in (Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES):
        reporter_consents(case, act)
    store(case=case, fingerprints=[Fingerprint(1, PDQ, 90, "a" * 64, "b" * 32)])
    return change_status(case=case, to=Status.IN_REVIEW, by=by)


def ask(case: Case, by: User) -> None:
    notice = Notice(services.new_reference(), ("https://x.example/1",), (PDQ,), "Published without consent.", "", "", False, "A")
    channel = Channel.objects.get(platform__slug="tiktok", kind="email", harms=[])
    services.request(case=case, channel=channel, notice=notice, by=by)


def take_back(case: Case) -> None:
    lock_case(case)
    reporter_consents(case, Consent.Act.SHARE_HASHES, Consent.Answer.NO)
    services.withdraw_hashes(case=case)


def beside(work: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    """Run it in another thread with a connection of its own."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            with transaction.atomic():
                work()
        except services.ConsentMissing as error:
            raised.append(error)
        finally:
            connection.close()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, raised


def test_send_waits_for_the_answer_and_then_obeys_it(ayesha: User) -> None:
    case = ready(ayesha)
    with transaction.atomic():
        take_back(case)
        sending, raised = beside(lambda: ask(case, ayesha))
        sending.join(1)
        assert sending.is_alive()
    sending.join(10)
    assert raised
    assert not ListEntry.objects.exists()


def test_two_who_take_back_at_once_leave_nothing_on_the_list(ayesha: User) -> None:
    one, other = ready(ayesha), ready(ayesha)
    for case in (one, other):
        ask(case, ayesha)
        second_yes(case)
    with transaction.atomic():
        take_back(one)
        leaving, _raised = beside(lambda: take_back(other))
        leaving.join(1)
        assert leaving.is_alive()
    leaving.join(10)
    assert ListEntry.objects.get().state == ListEntry.State.WITHDRAWN
