"""Workers die in the middle of their work and Redis forgets everything, while people report: no report and no notice is lost.

The worker is a real one, over a real Redis; SIGKILL reaches it and its children. Its leases last ten minutes: the test lets them
lapse by moving them, once nobody can hold them any more.
"""
import email
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from email.message import Message

import pytest
from django.conf import settings as real_settings
from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone

from cases.escalation import gates, registry, services
from cases.escalation.models import Attempt, Channel, Escalation
from cases.escalation.notices import Notice
from cases.intake import receipts
from cases.models import Case, Consent
from cases.notifications.models import Notification
from cases.notifications.services import AT_ONCE
from cases.outbox.models import Job
from cases.services import change_status
from cases.units.services import set_up_units
from cases.vault import custody
from cases.workflow import Status
from portal.accounts.models import User
from tests.cases.intake.conftest import Reporter
from tests.factories.cases import make_case, make_member, reporter_consents
from tests.fixtures.jobs import Worker, wait_for
from tests.services import SERVICES

pytestmark = pytest.mark.postgres
REPORTS, NOTICES = AT_ONCE, 5           # each of so many urgent reports rings by itself; later ones are folded into one message
MAIL = real_settings.EMAIL_FILE_PATH            # where the worker of a demonstration puts what it sends


@pytest.fixture
def ayesha(celery_worker: Worker) -> Iterator[User]:
    """On duty in every unit; the portal can seal."""
    empty_mailbox()                             # of what the worker sent for the tests before
    custody.new_worker_key()
    registry.seed()
    yield make_member("Ayesha Khan", *set_up_units().values(), on_duty=True)
    empty_mailbox()


@pytest.fixture
def agreed(ayesha: User) -> list[Case]:
    """Cases in review whose reporters agreed to a notice."""
    cases = [make_case(set_up_units()["adults"], platforms=("tiktok",)) for _ in range(NOTICES)]
    for case in cases:
        reporter_consents(case, Consent.Act.ASK_PLATFORM)
    return [change_status(case=case, to=Status.IN_REVIEW, by=ayesha) for case in cases]


def test_killed_workers_and_a_forgetful_broker_lose_nothing(celery_worker: Worker, ayesha: User, agreed: list[Case]) -> None:
    first, *others = agreed
    with ThreadPoolExecutor(1) as people:
        reports = people.submit(report_many)
        twice = killed_after_sending(celery_worker, first, ayesha)
        SERVICES.empty_redis()
        for case in others:
            ask(case, ayesha)
        celery_worker.start()
        wait_for(lambda: sent_ids()[message_id(twice)] == 2, seconds=60)
        celery_worker.kill()                    # whatever it was at
        codes = acknowledged(reports)
        SERVICES.empty_redis()
    lapse()
    celery_worker.start()
    wait_for(settled, seconds=60)

    assert [receipts.find(receipts.derive(code)).receipt.case.status for code in codes] == [Status.NEW] * REPORTS
    assert Case.objects.count() == REPORTS + NOTICES
    assert not Notification.objects.filter(sent_at=None).exists()
    assert Notification.objects.count() == REPORTS
    notices = Escalation.objects.all()
    assert [notice.state for notice in notices] == [Escalation.State.SENT] * NOTICES
    assert set(sent_ids()) == {message_id(notice) for notice in notices} | alarm_ids()
    assert 2 <= sent_ids()[message_id(twice)] <= Attempt.objects.filter(escalation=twice).count()      # always the same notice


def report_many() -> list[str]:
    """Report again and again, as a person does who has no script; the receipt codes of those reports that were acknowledged."""
    codes: list[str] = []
    try:
        for _ in range(REPORTS):
            reporter = Reporter("en").to_the_code()
            codes.append(reporter.draft.code)
            reporter.send()
            assert reporter.at == "done", reporter.text
    finally:
        connections.close_all()
    return codes


def acknowledged(reports: Future[list[str]]) -> list[str]:
    codes = reports.result(60)
    assert len(codes) == REPORTS
    return codes


def killed_after_sending(worker: Worker, case: Case, by: User) -> Escalation:
    """The worst moment: the notice has left, and the worker dies before it can write that down (it waits for our lock)."""
    escalation = ask(case, by)
    with transaction.atomic():
        Escalation.objects.select_for_update(no_key=True).get(pk=escalation.pk)      # so that it may still note its attempt
        wait_for(lambda: sent_ids()[message_id(escalation)] == 1)
        worker.kill()
    escalation.refresh_from_db()
    assert escalation.state == Escalation.State.REQUESTED
    lapse()
    return escalation


def ask(case: Case, by: User) -> Escalation:
    notice = Notice(reference=services.new_reference(), links=("https://tiktok.example/v/1",), hashes=(), policy="", law="",
                    child=False, reasons="Published without consent.", signature="A. Khan, Ministry")
    channel = Channel.objects.get(platform__slug="tiktok", kind="email", harms=[])
    return services.request(case=case, channel=channel, notice=notice, by=by)


def empty_mailbox() -> None:
    for path in MAIL.glob("*"):
        path.unlink()


def lapse() -> None:
    """Ten minutes pass: the leases of a worker that is dead end, and what it was sending is under way no more."""
    Job.objects.filter(state=Job.State.RUNNING).update(due_at=timezone.now())
    Attempt.objects.filter(error=gates.SENDING).update(at=F("at") - gates.PROBE)


def settled() -> bool:
    return not Job.objects.exclude(state=Job.State.DONE).exists()


def sent_ids() -> Counter[str]:
    """How often each Message-ID left the house."""
    return Counter(str(message["Message-ID"]) for message in mails())


def mails() -> Iterator[Message]:
    """A file is named by the second and an address in memory, which forked workers share: it may hold several."""
    for path in MAIL.glob("*.log"):
        for written in path.read_bytes().split(b"-" * 79 + b"\n"):
            if written.strip():
                yield email.message_from_bytes(written)


def message_id(escalation: Escalation) -> str:
    return f"<{escalation.pk.hex}@{real_settings.NOTICE_FROM_EMAIL.rpartition('@')[2]}>"


def alarm_ids() -> set[str]:
    """The Message-IDs of what staff were told, one for each message: the id of its job."""
    jobs = Job.objects.filter(task="notifications.send").values_list("pk", flat=True)
    return {f"<{pk}@{real_settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>" for pk in jobs}
