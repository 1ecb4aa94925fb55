"""A case that waits for its reporter: neutral reminders, and what the caseworker is told of the silence."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.conversation.silence import Silence, remind, silence
from cases.models import Message
from cases.notifications.models import Kind, Notification
from cases.notifications.services import keep_address
from cases.services import change_status
from cases.vault import custody
from cases.workflow import Status
from tests.cases.intake.reporter import staff_writes
from tests.factories.cases import make_case, make_member, make_unit, reporter_writes, signed_in
from tests.fixtures.roles import acting_as


@pytest.fixture
def ayesha(db):
    return make_member("Ayesha Khan", make_unit())


@pytest.fixture
def case(ayesha, settings, tmp_path):
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    custody.new_worker_key()
    case = make_case(make_unit())
    keep_address(case=case, kind=Kind.EMAIL, value="noor@example.net")
    staff_writes(case, "Where is it?", ayesha)
    return change_status(case=change_status(case=case, to=Status.IN_REVIEW, by=ayesha), to=Status.WAITING_REPORTER, by=ayesha)


def on(days: float) -> int:
    with acting_as("worker"):
        return remind(timezone.now() + timedelta(days=days))


def test_three_reminders_each_once_and_one_for_days_that_were_missed(case):
    assert [on(days) for days in (1, 3.1, 3.2, 8, 8.1, 15, 40)] == [0, 1, 0, 1, 0, 1, 0]
    assert Entry.objects.filter(event="reporter_nudged", subject=str(case.pk)).count() == 3
    assert {row.occasion for row in Notification.objects.filter(address__case=case)} == {"waiting"}


def test_an_answer_ends_it_and_a_new_question_begins_anew(case, ayesha):
    assert on(20) == 1
    reporter_writes(case, "Here")
    assert on(21) == 0
    change_status(case=case, to=Status.WAITING_REPORTER, by=ayesha)
    assert on(3.1) == 1


def test_who_left_no_address_is_not_reminded(ayesha):
    case = change_status(case=make_case(make_unit()), to=Status.IN_REVIEW, by=ayesha)
    change_status(case=case, to=Status.WAITING_REPORTER, by=ayesha)
    assert on(20) == 0


def test_the_caseworker_is_told_of_the_silence_and_whether_it_was_read(case, ayesha):
    later = timezone.now() + timedelta(days=9)
    assert silence(case) is None
    assert silence(case, later) == Silence(9, True, None)
    read = timezone.now()
    Message.objects.filter(case=case).update(read_at=read)
    assert silence(case, later) == Silence(9, True, read)
    case.history.update(at=timezone.now() - timedelta(days=9))
    page = signed_in(ayesha).get(f"/desk/case/{case.ref}/").content.decode()
    assert "No answer for 9 days." in page
    assert "Read by the reporter:" in page
    reporter_writes(case, "Here")
    case.refresh_from_db()
    assert silence(case, later) is None
