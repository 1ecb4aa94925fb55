"""What a reporter's phone may show: rarely, at a safe hour, and saying nothing."""
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage

from cases.audit.models import Entry
from cases.models import Case
from cases.notifications import services
from cases.notifications.addresses import AddressMalformed, HoursMalformed
from cases.notifications.models import Address, Kind, Notification
from cases.outbox.models import Job
from cases.services import change_status
from cases.vault import custody, envelope
from cases.vault.models import DataKey, DataKeyWrap
from cases.workflow import Outcome, Status
from tests.cases.notifications.conftest import STORY, SetClock
from tests.fakes.mail_server import MailServer
from tests.fakes.sms_gateway import Gateway
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.usefixtures("worker_key")
KARACHI = ZoneInfo("Asia/Karachi")
NUMBER = "+923457654321"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=KARACHI)


def due(case: Case) -> datetime:
    """When the message that waits for the reporter will be sent."""
    waiting = Notification.objects.get(address__case=case, sent_at=None)
    return Job.objects.get(task="notifications.send", payload__notification_id=str(waiting.pk)).due_at


def ring_overdue(now: datetime, run_jobs: RunJobs) -> list[str]:
    """What the sweeper does when a delay is over."""
    Job.objects.filter(state=Job.State.QUEUED, due_at__lte=now).update(rings=1)
    Job.objects.filter(state=Job.State.QUEUED, due_at__gt=now).update(rings=0)
    return run_jobs()


def test_an_address_rests_sealed_to_the_worker_alone(case: Case):
    address = services.keep_address(case=case, kind=Kind.SMS, value="۰۳۴۵ ۷۶۵۴۳۲۱", hours=[[9, 12]])
    assert NUMBER[-7:].encode() not in bytes(address.sealed)
    assert [wrap.recipient for wrap in address.key.wraps.all()] == ["worker"]
    assert not [entry for entry in Entry.objects.all() if NUMBER[-7:] in str(entry.details)]


def test_the_reporter_reads_one_sentence_from_a_sender_that_says_nothing(case: Case, run_jobs: RunJobs, sms_files: Path):
    services.keep_address(case=case, kind=Kind.SMS, value=NUMBER)
    services.tell_reporter(case=case)
    run_jobs()
    written, = sms_files.iterdir()
    assert written.read_text() == f"To: {NUMBER}\n\nآپ کے لیے ایک پیغام ہے\n"


def test_nor_does_the_mail_say_more(case: Case, run_jobs: RunJobs, mailoutbox: list[EmailMessage], settings: LazySettings):
    Case.objects.filter(pk=case.pk).update(language="en")
    services.keep_address(case=case, kind=Kind.EMAIL, value="sara@example.org")
    services.tell_reporter(case=case)
    run_jobs()
    mail, = mailoutbox
    assert (mail.subject, mail.body, mail.from_email) == ("There is a message for you.",) * 2 + (settings.REPORTER_FROM_EMAIL,)
    raw = mail.message().as_string()
    for word in ("http", "mehfooz", "ministry", case.ref, str(case.pk), case.pk.hex, STORY[:20]):
        assert word not in raw.lower()


def test_who_left_no_address_is_left_alone(case: Case):
    assert services.tell_reporter(case=case) is None
    assert not Job.objects.filter(task="notifications.send").exists()


def test_outside_the_safe_hours_it_waits(case: Case, set_clock: SetClock, run_jobs: RunJobs, sms_files: Path):
    set_clock(NOON)
    services.keep_address(case=case, kind=Kind.SMS, value=NUMBER, hours=[[15, 18]])
    services.tell_reporter(case=case)
    assert due(case) == NOON.replace(hour=15)
    run_jobs()
    assert not sms_files.exists()
    set_clock(NOON.replace(hour=15))
    ring_overdue(NOON.replace(hour=15), run_jobs)
    assert len(list(sms_files.iterdir())) == 1


def test_a_worker_that_was_down_does_not_send_at_night(case: Case, set_clock: SetClock, run_jobs: RunJobs, sms_files: Path):
    set_clock(NOON)
    services.keep_address(case=case, kind=Kind.SMS, value=NUMBER, hours=[[15, 18]])
    services.tell_reporter(case=case)
    night = NOON.replace(hour=23)
    set_clock(night)
    ring_overdue(night, run_jobs)
    assert not sms_files.exists()
    waiting = Job.objects.get(task="notifications.send", state=Job.State.QUEUED)
    assert waiting.due_at == NOON.replace(hour=15) + timedelta(days=1)


def test_once_a_day_however_much_happens(case: Case, set_clock: SetClock, run_jobs: RunJobs, sms_files: Path):
    services.keep_address(case=case, kind=Kind.SMS, value=NUMBER, hours=[[9, 18]])
    for minutes in range(0, 240, 20):
        set_clock(NOON + timedelta(minutes=minutes))
        services.tell_reporter(case=case)
        run_jobs()
    assert len(list(sms_files.iterdir())) == 1
    assert due(case) == NOON + timedelta(days=1)
    for hours in range(4, 60):
        now = NOON + timedelta(hours=hours)
        set_clock(now)
        ring_overdue(now, run_jobs)
    assert len(list(sms_files.iterdir())) == 2               # the many that waited became one


def test_a_retry_is_the_same_message_and_not_a_second(case: Case, gateway: Gateway, run_jobs: RunJobs):
    services.keep_address(case=case, kind=Kind.SMS, value=NUMBER)
    services.tell_reporter(case=case)
    gateway.status = 503
    run_jobs()
    gateway.status = 202
    Job.objects.filter(state=Job.State.QUEUED).update(rings=1)
    run_jobs()
    first, second = gateway.taken
    assert first["headers"]["Idempotency-Key"] == second["headers"]["Idempotency-Key"]
    assert Notification.objects.get().sent_at


def test_withdrawing_the_address_stops_what_waits(case: Case, set_clock: SetClock, run_jobs: RunJobs, sms_files: Path):
    set_clock(NOON)
    address = services.keep_address(case=case, kind=Kind.SMS, value=NUMBER, hours=[[15, 18]])
    services.tell_reporter(case=case)
    assert services.drop_address(case=case) is True
    set_clock(NOON.replace(hour=15))
    assert ring_overdue(NOON.replace(hour=15), run_jobs) == ["notifications.send"]
    assert not sms_files.exists()
    assert not Address.objects.exists()
    assert not DataKeyWrap.objects.filter(key=address.key_id).exists()
    assert DataKey.objects.get(pk=address.key_id).destroyed_at
    assert services.drop_address(case=case) is False


def test_a_new_address_replaces_the_old_one(case: Case):
    old = services.keep_address(case=case, kind=Kind.SMS, value=NUMBER)
    new = services.keep_address(case=case, kind=Kind.EMAIL, value="sara@example.org", hours=[[9, 12]])
    assert Address.objects.get() == new
    assert DataKey.objects.get(pk=old.key_id).destroyed_at


@pytest.mark.parametrize(("kind", "value", "hours", "error"), [
    (Kind.SMS, "12", [], AddressMalformed), (Kind.EMAIL, "sara@", [], AddressMalformed),
    (Kind.SMS, NUMBER, [[12, 9]], HoursMalformed)])
def test_a_bad_address_leaves_the_old_one(case: Case, kind: Kind, value: str, hours: list, error: type[Exception]):
    old = services.keep_address(case=case, kind=Kind.SMS, value=NUMBER)
    with pytest.raises(error):
        services.keep_address(case=case, kind=kind, value=value, hours=hours)
    assert Address.objects.get() == old


def test_a_number_that_does_not_exist_is_forgotten(case: Case, gateway: Gateway, run_jobs: RunJobs):
    services.keep_address(case=case, kind=Kind.SMS, value=NUMBER)
    services.tell_reporter(case=case)
    gateway.status = 410
    run_jobs()
    assert not Address.objects.exists()
    assert Job.objects.get(task="notifications.send").state == Job.State.DONE


def test_a_mailbox_that_bounces_is_forgotten(case: Case, mail: MailServer, run_jobs: RunJobs):
    services.keep_address(case=case, kind=Kind.EMAIL, value="sara@example.org")
    services.tell_reporter(case=case)
    mail.recipient = "550 no such user"
    run_jobs()
    assert not Address.objects.exists()


def test_a_gateway_that_does_not_know_us_costs_nobody_an_address(case: Case, gateway: Gateway, run_jobs: RunJobs):
    services.keep_address(case=case, kind=Kind.SMS, value=NUMBER)
    services.tell_reporter(case=case)
    gateway.status = 401
    run_jobs()
    assert Address.objects.exists()
    assert Job.objects.get(task="notifications.send").state == Job.State.FAILED


def test_closing_the_case_ends_it(case: Case):
    services.keep_address(case=case, kind=Kind.SMS, value=NUMBER)
    assert services.drop_addresses_of_closed() == 0
    change_status(case=case, to=Status.IN_REVIEW, by=None)
    change_status(case=case, to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
    assert services.drop_addresses_of_closed() == 1
    assert not Address.objects.exists()


def test_nothing_is_logged_that_names_an_address(case: Case, gateway: Gateway, run_jobs: RunJobs,
                                                 caplog: pytest.LogCaptureFixture):
    services.keep_address(case=case, kind=Kind.SMS, value=NUMBER)
    services.tell_reporter(case=case)
    gateway.status = 500
    with caplog.at_level("DEBUG"):
        run_jobs()
    assert NUMBER[-7:] not in caplog.text
    assert not Job.objects.filter(error__contains=NUMBER[-7:]).exists()


@pytest.mark.parametrize("plain", [b"nobody@example.org\r\nBcc: all@example.org", b"not an address", b"\xff\xfe", b""])
def test_an_address_that_a_browser_sealed_is_cleaned_before_it_is_used(case: Case, run_jobs: RunJobs, plain: bytes,
                                                                      mailoutbox: list[EmailMessage]):
    """Nobody could look at it when it came; what is none is dropped, and nothing is written to it."""
    secret, row = envelope.new_key(), uuid4()
    services.keep_sealed_address(
        case=case, address_id=row, kind=Kind.EMAIL, hours=[], key=custody.keep(secret, case=case.pk, unit=None, worker=True),
        sealed=envelope.seal(secret, plain, case=case.pk, field="address", record=row))
    services.tell_reporter(case=case)
    run_jobs()
    assert (mailoutbox, Address.objects.filter(case=case).exists()) == ([], False)


def test_an_address_that_does_not_open_is_dropped(case: Case, run_jobs: RunJobs, mailoutbox: list[EmailMessage]):
    services.keep_sealed_address(case=case, address_id=uuid4(), kind=Kind.EMAIL, hours=[], sealed=b"\x01" + bytes(284),
                                 key=custody.keep(envelope.new_key(), case=case.pk, unit=None, worker=True))
    services.tell_reporter(case=case)
    run_jobs()
    assert (mailoutbox, Address.objects.filter(case=case).exists()) == ([], False)
