"""What a ministry sets by itself: calendars and deadlines. Who may, what is refused, what follows."""
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.clock.models import Holiday, Period
from cases.clock.services import hours_of
from cases.deadlines import limit_of
from cases.models import Case
from cases.outbox.models import Job
from cases.priority import Clock, Harm, Level
from cases.units.models import Unit
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, signed_in
from tests.fixtures.jobs import RunJobs

LIMITS = "/desk/settings/deadlines/"
TIMES = {"adults-hours1": "1", "adults-hours2": "4", "adults-hours3": "24", "adults-hours4": "24", "adults-working4": "on"}


@pytest.fixture
def head(unit: Unit) -> User:
    return make_member("Nadia Aslam", unit, role="supervisor")


@pytest.fixture
def boss(head: User) -> Client:
    return signed_in(head)


@pytest.fixture
def calendar(unit: Unit) -> str:
    return f"/desk/settings/calendars/{unit.calendar_id}/"


def test_supervisors_and_administrators_set_calendars_and_nobody_else(client: Client, boss: Client, calendar: str):
    rabia = signed_in(make_member("Rabia", role="administrator"), unlocked=False)
    for address in ("/desk/settings/", "/desk/settings/calendars/", calendar, LIMITS):
        assert client.get(address).status_code == 403 or address == "/desk/settings/"
        assert [who.get(address).status_code for who in (boss, rabia)] == [200, 200]
    assert client.post(LIMITS, {"unit": "adults", **TIMES}).status_code == 403
    assert b"/desk/settings/calendars/" not in client.get("/desk/settings/").content


def test_a_supervisor_sets_only_what_is_their_own_units(boss: Client):
    other = make_unit("children")
    assert [each.unit.code for each, _form in boss.get(LIMITS).context["rows"]] == ["adults"]
    assert boss.post(LIMITS, {"unit": other.code}).status_code == 404
    apart = type(other.calendar).objects.create(name="Apart", hours={"0": [["09:00", "10:00"]]})
    Unit.objects.filter(pk=other.pk).update(calendar=apart)
    assert boss.get(f"/desk/settings/calendars/{apart.pk}/").status_code == 404


def test_eid_is_entered_when_it_is_announced_and_running_clocks_move(unit, head, boss, calendar, run_jobs: RunJobs):
    case = make_case(unit, harm=Harm.BULLYING)
    first = timezone.localdate(case.due_at)
    sent = {"act": "holiday", "occasion": "eid_ul_fitr", "first": first.isoformat(),
            "last": (first + timedelta(days=2)).isoformat()}
    assert boss.post(calendar, sent, follow=True).redirect_chain
    assert Holiday.objects.filter(day__range=(first, first + timedelta(days=2)), name_ur="عید الفطر").count() == 3
    assert "notifications.recount" in run_jobs()
    due = Case.objects.get(pk=case.pk).due_at
    assert timezone.localdate(due) > first + timedelta(days=2)
    said = Entry.objects.get(event="calendar_changed", actor=str(head.pk))
    assert said.details == {"what": "holidays", "count": 3, "calendar": unit.calendar_id, "first": first.isoformat(),
                            "last": (first + timedelta(days=2)).isoformat()}
    holiday = Holiday.objects.get(day=first)
    boss.post(calendar, {"act": "no_holiday", "which": holiday.pk})
    assert not Holiday.objects.filter(pk=holiday.pk).exists()


def test_a_unit_may_have_a_calendar_of_its_own(unit, boss, calendar):
    other, before = make_unit("children"), unit.calendar
    boss.post(calendar, {"act": "period", "occasion": "ramzan", "first": "2027-02-08", "days": "08:00-14:00"})
    assert boss.post("/desk/settings/calendars/", {"unit": other.code}).status_code == 404
    assert boss.post("/desk/settings/calendars/", {"unit": "adults"}).status_code == 302
    own = Unit.objects.get(pk=unit.pk).calendar
    assert (own.hours, own.holidays.count(), own.periods.count()) == (before.hours, before.holidays.count(), 1)
    assert Unit.objects.get(pk=other.pk).calendar == before
    assert boss.post("/desk/settings/calendars/", {"unit": "adults"}).status_code == 302
    assert Unit.objects.get(pk=unit.pk).calendar == own                     # it has its own already


def test_ramzan_has_hours_of_its_own(unit, boss, calendar):
    sent = {"act": "period", "occasion": "ramzan", "first": "2027-02-08", "last": "2027-03-09", "days": "۰۸:۰۰-۱۴:۰۰",
            "friday": "8:00-12:00", "weekend": ""}
    assert boss.post(calendar, sent).status_code == 302
    assert Period.objects.get().hours["4"] == [["08:00", "12:00"]]
    hours = hours_of(unit.calendar)
    assert [len(hours.windows(day)) for day in (date(2027, 2, 8), date(2027, 2, 12), date(2027, 2, 13))] == [1, 1, 0]
    assert hours.windows(date(2027, 2, 8))[0][1].hour == 9             # 14:00 in Karachi
    again = boss.post(calendar, {**sent, "first": "2027-03-09", "last": ""})
    assert again.status_code == 409
    assert "has some of these days" in again.content.decode()
    assert 'value="2027-03-09"' in again.content.decode()             # nothing typed is lost
    assert boss.post(calendar, {"act": "no_period", "which": Period.objects.get().pk}).status_code == 302
    assert not Period.objects.exists()


@pytest.mark.parametrize(("sent", "error"), [
    ({"act": "holiday", "occasion": "other", "first": "2027-01-01"}, "Write the name in both languages."),
    ({"act": "holiday", "occasion": "ashura", "first": "2027-01-05", "last": "2027-01-01"}, "The last day is before the first."),
    ({"act": "holiday", "occasion": "ashura", "first": "2027-01-05", "last": "2028-01-01"}, "more than 60 days"),
    ({"act": "hours", "day0": "9 to 5"}, "Write from when until when"),
    ({"act": "hours", "day0": "17:00-09:00"}, "must end after it begins"),
    ({"act": "hours", "day0": "25:00-26:00"}, "must end after it begins"),
    ({"act": "hours"}, "At least one day must be open"),
    ({"act": "period", "occasion": "ramzan", "first": "2027-02-08", "days": "08:00-12:00, 11:00-14:00"}, "before the next one"),
])
def test_what_makes_no_calendar_is_refused_beside_the_field(boss, calendar, sent, error):
    answer = boss.post(calendar, sent)
    assert answer.status_code == 400
    assert error in answer.content.decode()
    assert not Job.objects.filter(task="notifications.recount").exists()


@pytest.mark.parametrize("sent", [{}, {"act": "year", "which": "1999"}, {"act": "no_holiday", "which": "x"},
                                  {"act": "no_holiday", "which": "999999"}, {"act": "drop", "which": "1"}])
def test_bent_forms_are_not_found(boss, calendar, sent):
    assert boss.post(calendar, sent).status_code == 404


def test_the_week_changes_and_so_do_the_fixed_holidays_of_a_year(unit, boss, calendar):
    Holiday.objects.all().delete()
    year = timezone.localdate().year
    assert boss.post(calendar, {"act": "year", "which": year}).status_code == 302
    assert Holiday.objects.filter(day=date(year, 8, 14), name_ur="یومِ آزادی").exists()
    assert boss.post(calendar, {"act": "hours", "day0": "10:00-12:00", "day4": "09:00-12:30, 14:30-17:00"}).status_code == 302
    unit.calendar.refresh_from_db()
    assert unit.calendar.hours == {"0": [["10:00", "12:00"]], "4": [["09:00", "12:30"], ["14:30", "17:00"]]}


def test_a_unit_sets_its_deadlines(unit, head, boss):
    assert boss.post(LIMITS, {"unit": "adults", **TIMES, "adults-hours3": "12"}).status_code == 302
    assert limit_of(unit, Level.P3) == Clock(12, working=False)
    assert unit.limits.count() == 1                                   # what stays as it was is not set again
    said = Entry.objects.get(event="limit_set")
    assert said.details == {"level": 3, "hours": 12, "working": False}
    assert "Normal, 12 hours" in boss.get(LIMITS).content.decode()
    refused = boss.post(LIMITS, {"unit": "adults", **TIMES, "adults-working1": "on", "adults-hours2": "0"})
    assert refused.status_code == 400
    assert "urgent clocks run through nights" in refused.content.decode()
    assert unit.limits.count() == 1


# --- the roster -------------------------------------------------------------------------------------------------------
def test_the_roster_shows_shifts_and_gaps_and_is_the_supervisors_to_change(unit, ayesha, bilal, client, boss, stranger):
    address = "/desk/settings/roster/adults/"
    assert client.get("/desk/settings/roster/").headers["Location"] == address
    tomorrow = timezone.localdate() + timedelta(days=1)
    night = {"act": "add", "member": str(bilal.pk), "first": tomorrow.isoformat(), "starts": "21:00", "ends": "05:00",
             "last": (tomorrow + timedelta(days=1)).isoformat()}
    assert client.post(address, night).status_code == 403
    assert signed_in(stranger).get(address).status_code == 404
    assert boss.post(address, night | {"member": str(stranger.pk)}).status_code == 400
    assert boss.post(address, night | {"first": "2020-01-01", "last": ""}).status_code == 400
    assert boss.post(address, night).status_code == 302
    rows = list(unit.shifts.all())
    assert [row.ends_at - row.starts_at for row in rows] == [timedelta(hours=8)] * 2
    shown = client.get(address).content.decode()
    assert shown.count("21:00–05:00") == 2
    assert "Nobody:" in shown
    assert 'name="act"' not in shown                                    # not hers, and she is no supervisor
    give = {"act": "give", "shift": rows[0].pk, "to": str(ayesha.pk)}
    assert client.post(address, give).status_code == 403
    assert signed_in(bilal).post(address, give).status_code == 302
    assert client.post(address, {"act": "drop", "shift": rows[0].pk}).status_code == 403
    assert boss.post(address, {"act": "drop", "shift": rows[0].pk}).status_code == 302
    assert boss.post(address, {"act": "drop", "shift": "x"}).status_code == 404
    assert list(unit.shifts.values_list("member", flat=True)) == [bilal.pk]
