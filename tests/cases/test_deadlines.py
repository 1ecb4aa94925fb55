"""The clock of a case: started anew by our own steps, standing still while the reporter owes a word, and then going on."""
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from cases import deadlines
from cases.models import Case
from cases.priority import CLOCKS, Clock, Danger, Harm, Level
from cases.services import change_status, set_priority
from cases.units.models import Unit
from cases.units.services import set_limit
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, reporter_writes

MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)      # 10:00 in Karachi
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make_unit()


@pytest.fixture
def ayesha(unit: Unit) -> User:
    return make_member("Ayesha Khan", unit)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):
    def set_to(moment: datetime) -> datetime:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return moment
    set_to(MONDAY)
    return set_to


def fresh(case: Case) -> Case:
    return Case.objects.select_related("unit__calendar").get(pk=case.pk)


def moved(case: Case, by: User, *statuses: Status) -> Case:
    for status in statuses:
        change_status(case=case, to=status, by=by)
    return fresh(case)


@pytest.mark.parametrize(("harm", "left"), [
    (Harm.INTIMATE_IMAGES, timedelta(hours=4)),         # 24 h on the wall, 20 of them used
    (Harm.BULLYING, timedelta(hours=17)),               # 24 h of work, seven of them on that day
])
def test_waiting_on_the_reporter_keeps_what_is_left(unit, ayesha, at, harm, left):
    case = make_case(unit, harm=harm)
    moved(case, ayesha, Status.IN_REVIEW)
    at(MONDAY + 20 * HOUR)
    case = moved(case, ayesha, Status.WAITING_REPORTER)
    assert (case.due_at, case.alarm_at) == (None, None)
    assert timedelta(seconds=case.clock_seconds) == left
    again = at(MONDAY + timedelta(days=3))
    reporter_writes(case, "Here is the link.")
    case = fresh(case)
    assert case.status == Status.IN_REVIEW
    assert case.clock_started_at == again
    assert deadlines.time_of(unit.calendar, CLOCKS[Level(case.priority)]).between(again, case.due_at) == left


def test_what_was_told_before_the_pause_is_not_told_again(unit, ayesha, at):
    case = moved(make_case(unit), ayesha, Status.IN_REVIEW)
    Case.objects.filter(pk=case.pk).update(warned_at=MONDAY, breached_at=MONDAY, reminders=2)
    at(MONDAY + timedelta(days=2))
    case = moved(case, ayesha, Status.WAITING_REPORTER)
    assert case.clock_seconds == 0
    now = at(MONDAY + timedelta(days=3))
    case = moved(case, ayesha, Status.IN_REVIEW)
    assert (case.due_at, case.breached_at, case.reminders) == (now, MONDAY, 2)
    assert case.alarm_at >= now + timedelta(hours=24)


def test_a_resumed_clock_warns_when_a_quarter_of_the_whole_is_left(unit, ayesha, at):
    case = moved(make_case(unit), ayesha, Status.IN_REVIEW)
    at(MONDAY + 10 * HOUR)
    moved(case, ayesha, Status.WAITING_REPORTER)
    at(MONDAY + 100 * HOUR)
    case = moved(case, ayesha, Status.IN_REVIEW)
    assert case.due_at == MONDAY + 114 * HOUR
    assert case.alarm_at == MONDAY + 108 * HOUR


def test_our_own_steps_start_it_anew_and_closing_ends_it(unit, ayesha, at):
    case = make_case(unit)
    assert (case.due_at, case.alarm_at) == (MONDAY + 24 * HOUR, MONDAY + 18 * HOUR)
    at(MONDAY + HOUR)
    assert moved(case, ayesha, Status.IN_REVIEW).due_at == MONDAY + 25 * HOUR
    at(MONDAY + 2 * HOUR)
    case = moved(case, ayesha, Status.WAITING_OUTSIDE)
    assert case.due_at == MONDAY + 2 * HOUR + deadlines.FIRST_CHECK
    assert case.clock_seconds is None
    case = moved(case, ayesha, Status.IN_REVIEW)
    assert case.due_at == MONDAY + 26 * HOUR
    change_status(case=case, to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)
    case = fresh(case)
    assert (case.due_at, case.alarm_at, case.clock_seconds) == (None, None, None)


def test_more_urgent_is_due_sooner_and_less_urgent_as_from_its_start(unit, ayesha, at):
    case = moved(make_case(unit), ayesha, Status.IN_REVIEW)
    now = at(MONDAY + HOUR)
    set_priority(case=case, level=Level.P1, by=ayesha)
    case = fresh(case)
    assert (case.due_at, case.alarm_at) == (now + HOUR, now + 45 * timedelta(minutes=1))
    at(MONDAY + 90 * timedelta(minutes=1))
    set_priority(case=case, level=Level.P3, by=ayesha)
    case = fresh(case)
    assert (case.due_at, case.alarm_at) == (MONDAY + 24 * HOUR, MONDAY + 18 * HOUR)


def test_the_priority_may_change_while_the_clock_stands_still(unit, ayesha, at):
    case = moved(make_case(unit), ayesha, Status.IN_REVIEW, Status.WAITING_REPORTER)
    set_priority(case=case, level=Level.P2, by=ayesha)
    assert fresh(case).clock_seconds == 4 * 3600
    now = at(MONDAY + 9 * HOUR)
    assert moved(case, ayesha, Status.IN_REVIEW).due_at == now + 4 * HOUR


def test_a_unit_gives_itself_other_hours_from_a_day_on(unit, ayesha, at):
    before = make_case(unit)
    set_limit(unit=unit, level=Level.P3.value, hours=8, working=True, by=ayesha)
    assert deadlines.limit_of(unit, Level.P3) == Clock(8, working=True)
    assert deadlines.limit_of(unit, Level.P1) == CLOCKS[Level.P1]
    assert deadlines.limit_of(make_unit("children"), Level.P3) == CLOCKS[Level.P3]
    assert fresh(before).due_at == MONDAY + 24 * HOUR          # what runs keeps what it was given
    assert make_case(unit).due_at == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    unit.limits.update(since=timezone.now() + HOUR)
    assert deadlines.limit_of(unit, Level.P3) == CLOCKS[Level.P3]


def test_a_clock_from_before_they_could_pause_starts_anew(unit, ayesha, at):
    case = moved(make_case(unit), ayesha, Status.IN_REVIEW, Status.WAITING_REPORTER)
    Case.objects.filter(pk=case.pk).update(clock_seconds=None)
    now = at(MONDAY + HOUR)
    assert moved(case, ayesha, Status.IN_REVIEW).due_at == now + 24 * HOUR


@pytest.mark.parametrize("level", Level)
def test_reminders_come_at_full_quarters_and_never_at_once(level):
    for minutes in range(0, 70, 7):
        now = MONDAY + timedelta(minutes=minutes, seconds=11)
        at = deadlines.remind_at(level, now)
        assert at.minute % 15 == at.second == 0
        assert now + HOUR <= at


def test_life_has_an_hour(unit, at):
    assert make_case(unit, dangers=[Danger.LIFE]).due_at == MONDAY + HOUR
