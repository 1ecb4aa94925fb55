"""Who among staff is told, when, and how little."""
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone, translation

from cases.models import HARM_NAMES, Case
from cases.notifications import services, wording
from cases.notifications.models import Notification, Occasion, Preference
from cases.notifications.services import AT_ONCE, QUARTER
from cases.outbox.models import Job
from cases.priority import CLOCKS, Danger, Level
from cases.services import assign
from cases.units.models import Membership, Unit
from portal.accounts.models import User
from tests.cases.notifications.conftest import STORY
from tests.factories.cases import make_case, make_member
from tests.fixtures.jobs import RunJobs, Worker, wait_for

NUMBERS = {"count": 3, "new": 1, "overdue": 2, "waiting": 3, "unread": 4}


def told(occasion: Occasion) -> set[tuple[str, str]]:
    rows = Notification.objects.filter(occasion=occasion.value).select_related("member")
    return {(row.member.name, row.kind) for row in rows}


def test_duty_members_hear_of_an_urgent_case_by_mail_and_sms(case: Case, sana: User, run_jobs: RunJobs,
                                                             mailoutbox: list[EmailMessage],
                                                             sms_files: Path):
    Case.objects.filter(pk=case.pk).update(priority=Level.P2.value)
    case.refresh_from_db()
    services.urgent(case=case)
    run_jobs()
    assert told(Occasion.URGENT) == {("Ayesha Khan", "email"), ("Ayesha Khan", "sms")}
    assert "1 urgent report has arrived.\nhttp" in mailoutbox[0].body
    assert "urgent" not in mailoutbox[0].subject
    assert len(list(sms_files.iterdir())) == 1


def test_nobody_on_duty_means_everybody(unit: Unit, sana: User, run_jobs: RunJobs):
    case = make_case(unit, dangers=[Danger.LIFE])
    services.urgent(case=case)
    run_jobs()
    assert told(Occasion.URGENT) == {("Sana Malik", "email")}


def test_if_nobody_is_left_the_administrators_are_told_by_the_worker(unit: Unit, run_jobs: RunJobs):
    """By a query that reads no password: the worker's role may not."""
    make_member("Nida", role="administrator")
    case = make_case(unit)
    Membership.objects.filter(unit=unit).delete()
    services.tell_assignee(case=case, occasion=Occasion.MESSAGE)
    run_jobs()
    assert told(Occasion.NOBODY) == {("Nida", "email")}


def test_a_case_that_can_wait_alarms_nobody(case: Case):
    Case.objects.filter(pk=case.pk).update(priority=Level.P3.value)
    case.refresh_from_db()
    services.urgent(case=case)
    assert not Job.objects.filter(task="notifications.urgent").exists()


def test_the_assignee_is_told_and_without_one_who_is_on_duty(case: Case, ayesha: User, sana: User, run_jobs: RunJobs):
    services.tell_assignee(case=case, occasion=Occasion.MESSAGE)
    run_jobs()
    assert told(Occasion.MESSAGE) == {("Ayesha Khan", "email")}
    assign(case=case, to=sana, by=ayesha)
    services.tell_assignee(case=case, occasion=Occasion.ANSWER)
    run_jobs()
    assert told(Occasion.ANSWER) == {("Sana Malik", "email")}


def test_an_assignee_who_has_left_is_not_told_but_who_is_on_duty(case: Case, ayesha: User, sana: User, run_jobs: RunJobs):
    assign(case=case, to=sana, by=ayesha)
    User.objects.filter(pk=sana.pk).update(is_active=False)
    services.tell_assignee(case=case, occasion=Occasion.FAILED)
    run_jobs()
    assert told(Occasion.FAILED) == {("Ayesha Khan", "email")}


def test_who_left_between_asking_and_sending_gets_nothing(ayesha: User, run_jobs: RunJobs, mailoutbox: list[EmailMessage]):
    services.tell_members(occasion=Occasion.MESSAGE, members=[ayesha])
    User.objects.filter(pk=ayesha.pk).update(is_active=False)
    run_jobs()
    assert not mailoutbox


def test_preferences_are_kept(ayesha: User):
    Preference.objects.create(member=ayesha, email=False, sms=True, digest=True)
    services.tell_members(occasion=Occasion.URGENT, members=[ayesha])
    services.tell_members(occasion=Occasion.MESSAGE, members=[ayesha])
    assert told(Occasion.URGENT) == {("Ayesha Khan", "sms")}
    assert not told(Occasion.MESSAGE)


def test_supervisors_hear_of_a_wish_set_aside(unit: Unit, ayesha: User):
    make_member("Nadia Aslam", unit, role="supervisor")
    services.tell_supervisors(case=make_case(unit), occasion=Occasion.WISH)
    assert told(Occasion.WISH) == {("Nadia Aslam", "email")}


def test_a_message_sent_twice_by_the_queue_leaves_once(ayesha: User, run_jobs: RunJobs, mailoutbox: list[EmailMessage]):
    row, = services.tell_members(occasion=Occasion.MESSAGE, members=[ayesha])
    run_jobs()
    services.send(notification_id=row.pk)
    assert len(mailoutbox) == 1


# --- content-free -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("occasion", list(Occasion))
def test_no_message_names_a_case_a_person_or_a_harm(case: Case, ayesha: User, occasion: Occasion, language: str,
                                                    run_jobs: RunJobs,
                                                    mailoutbox: list[EmailMessage], sms_files: Path):
    User.objects.filter(pk=ayesha.pk).update(language=language)
    services.tell_members(occasion=occasion, members=[ayesha], **NUMBERS)
    run_jobs()
    mail = mailoutbox[0].message().as_string() + mailoutbox[0].subject + mailoutbox[0].body
    everything = mail + "".join(path.name + path.read_text() for path in sms_files.glob("*"))
    with translation.override(language):
        names = [str(name) for name in HARM_NAMES.values()]
    for secret in [case.ref, str(case.pk), case.pk.hex, ayesha.name, "Ayesha", STORY, "rupees", "facebook", *names]:
        assert secret not in everything


@pytest.mark.parametrize("occasion", list(Occasion))
def test_every_occasion_has_its_words_in_both_languages(occasion: Occasion):
    english, urdu = (wording.sentence(occasion, NUMBERS, language=language) for language in ("en", "ur"))
    assert english != urdu
    assert english.isascii()
    assert "%" not in english + urdu


def test_p1_leaves_time_for_lost_doorbells(settings):
    """Two jobs one after the other, each rung again and swept once, stay within a minute."""
    assert 2 * (settings.OUTBOX_RING_AGAIN_SECONDS + settings.OUTBOX_SWEEP_SECONDS) < 60 <= CLOCKS[Level.P1].hours * 3600


# --- a real worker ----------------------------------------------------------------------------------------------------
@pytest.mark.postgres
def test_a_real_worker_tells_of_an_urgent_case_within_a_minute(celery_worker: Worker, unit: Unit, ayesha: User):
    case = make_case(unit, dangers=[Danger.LIFE])
    services.urgent(case=case)
    wait_for(lambda: Notification.objects.filter(occasion="urgent").exclude(sent_at=None).count() == 2, seconds=60)
    sent = Notification.objects.filter(occasion="urgent").latest("sent_at").sent_at
    assert sent
    assert sent - case.opened_at < timedelta(seconds=60)


def test_of_a_flood_the_sixth_urgent_report_and_all_after_it_are_one_message(case: Case, run_jobs: RunJobs,
                                                                             mailoutbox: list[EmailMessage]):
    Case.objects.filter(pk=case.pk).update(priority=Level.P2.value)
    case.refresh_from_db()
    members = Notification.objects.filter(occasion="urgent", kind="email")
    for _ in range(AT_ONCE):
        services.urgent(case=case)
        run_jobs()
    one_by_one = len(mailoutbox)
    assert members.exclude(sent_at=None).count() == one_by_one >= AT_ONCE
    for _ in range(3):
        services.urgent(case=case)
        run_jobs()
    assert len(mailoutbox) == one_by_one
    assert {row.counts["count"] for row in members.filter(sent_at=None)} == {3}
    waiting = Job.objects.filter(task="notifications.send", payload__notification_id=str(members.get(sent_at=None).pk)).get()
    assert timedelta(minutes=14) < waiting.due_at - timezone.now() <= timedelta(minutes=15)
    Notification.objects.update(created_at=timezone.now() - QUARTER)
    services.urgent(case=case)
    run_jobs()
    assert len(mailoutbox) == one_by_one + 1
