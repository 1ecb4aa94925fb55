from datetime import timedelta

from celery.schedules import crontab
from django.core.mail import EmailMessage
from django.utils import timezone

from cases.models import Case
from cases.notifications.models import Notification, Preference
from cases.services import change_status
from cases.triage.digest import counts, send_digests
from cases.triage.models import SavedView
from cases.triage.saved import save_view
from cases.units.models import Unit
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from portal.schedule import PERIODIC
from tests.factories.cases import make_case, make_member, reporter_writes, signed_in
from tests.fixtures.jobs import RunJobs


def test_it_counts_what_the_members_units_have_open(unit: Unit, ayesha: User, stranger: User):
    waiting, written, closed = make_case(unit), make_case(unit), make_case(unit)
    make_case(unit)
    for one in (waiting, written, closed):
        change_status(case=one, to=Status.IN_REVIEW, by=ayesha)
        Case.objects.filter(pk=one.pk).update(unread=False)
    change_status(case=waiting, to=Status.WAITING_OUTSIDE, by=ayesha)
    change_status(case=closed, to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)
    reporter_writes(written, "Thank you")
    now = timezone.now()
    assert counts(ayesha, now) == {"new": 1, "overdue": 0, "waiting": 1, "unread": 1}
    assert counts(ayesha, now + timedelta(days=60))["overdue"] == 3
    assert not any(counts(stranger, now).values())


def test_members_get_numbers_and_nothing_else(case: Case, ayesha: User, stranger: User, run_jobs: RunJobs,
                                              mailoutbox: list[EmailMessage]):
    assert send_digests(timezone.now()) == 1            # the stranger's unit has nothing to tell
    run_jobs()
    mail, = mailoutbox
    assert mail.to == [ayesha.email]
    assert mail.body.startswith("Cases this morning: new 1, overdue 0, waiting on others 0, unread messages 0.\nhttp")


def test_views_that_a_member_chose_are_counted_without_their_names(unit: Unit, ayesha: User, stranger: User, run_jobs: RunJobs,
                                                                   mailoutbox: list[EmailMessage]):
    make_case(unit, age_now=15)
    make_case(unit)
    for name, params in (("Court", {"child": "on"}), ("Everything", {}), ("Not wanted", {}), ("Gone", {"label": "gone"})):
        save_view(view=SavedView(owner_id=ayesha.pk), unit=None, name_en=name, name_ur="", params=params, by=ayesha)
    browser, theirs = signed_in(ayesha), signed_in(stranger)
    assert 'id="div_id_views"' not in theirs.get("/desk/news/ways/").content.decode()
    form = browser.get("/desk/news/ways/").context["form"]
    court, everything, _other, gone = (value for value, _name in form.fields["views"].choices)
    ticked = {name: field.initial for name, field in form.fields.items()}
    assert browser.post("/desk/news/ways/", ticked | {"views": [gone, everything, court]}).status_code == 302
    assert theirs.post("/desk/news/ways/", ticked | {"views": [court]}).status_code == 302
    assert send_digests(timezone.now()) == 1
    run_jobs()
    mail, = mailoutbox
    assert "unread messages 0. In your views, in their order: 1 · 2 · 0\nhttp" in mail.body
    assert "Court" not in mail.body


def test_who_declined_it_gets_none(case: Case, ayesha: User):
    Preference.objects.create(member=ayesha, digest=False)
    send_digests(timezone.now())
    assert not Notification.objects.filter(member=ayesha).exists()


def test_who_may_read_no_cases_is_told_no_numbers(case: Case, unit: Unit):
    auditor = make_member("Imran Ali", unit, role="auditor")
    send_digests(timezone.now())
    assert not Notification.objects.filter(member=auditor).exists()


def test_it_is_sent_at_half_past_eight():
    periodic, = (one for one in PERIODIC if one.task == "triage.digest")
    assert periodic.when == crontab(hour="8", minute="30")
