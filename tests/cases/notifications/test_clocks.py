"""What is told of a clock: warned, breached, reminded; once each, up the line, and not in a storm after a standstill."""
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cases.deadlines import REMIND_AT_MOST
from cases.models import Case, ClockEvent
from cases.notifications import clocks
from cases.notifications.models import Notification, Occasion
from cases.outbox.models import Job
from cases.priority import Danger, Harm
from cases.services import assign, change_status
from cases.units.models import Unit
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, signed_in
from tests.fixtures.jobs import RunJobs

What = ClockEvent.What


@pytest.fixture
def head(unit: Unit) -> User:
    return make_member("Nadia Aslam", unit, role="supervisor")


def events(case: Case) -> list[str]:
    return list(ClockEvent.objects.filter(case=case).order_by("at", "due_at").values_list("what", flat=True))


def told(occasion: Occasion) -> dict[str, int]:
    """By e-mail: to whom, and how many cases in all."""
    numbers: dict[str, int] = {}
    for row in Notification.objects.filter(occasion=occasion.value, kind="email").select_related("member"):
        numbers[row.member.name] = numbers.get(row.member.name, 0) + row.counts["count"]
    return numbers


@pytest.mark.parametrize(("share", "number"), [(0.74, 0), (0.76, 1)])
def test_a_clock_warns_at_three_quarters(case, share, number, run_jobs: RunJobs):
    assert clocks.sound(case.clock_started_at + (case.due_at - case.clock_started_at) * share) == number
    run_jobs()
    assert events(case) == ["warned"] * number
    assert len(told(Occasion.CLOCK)) == number


def test_who_has_the_case_is_warned_and_the_supervisors_hear_of_the_breach(unit, ayesha, sana, head, case, run_jobs: RunJobs):
    assign(case=case, to=sana, by=sana)
    clocks.sound(case.alarm_at)
    run_jobs()
    assert told(Occasion.CLOCK) == {"Sana Malik": 1}
    assert clocks.sound(case.due_at - timedelta(seconds=1)) == 0
    clocks.sound(case.due_at)
    run_jobs()
    assert told(Occasion.OVERDUE) == {"Sana Malik": 1, "Nadia Aslam": 1}
    case.refresh_from_db()
    assert case.breached_at == case.due_at
    assert events(case) == ["warned", "breached"]
    shown = signed_in(ayesha).get(f"/desk/case/{case.ref}/").content.decode()
    assert shown.index("Three quarters of the time had run") < shown.index("The time ran out")


def test_reminders_come_again_go_up_the_line_and_end(unit, ayesha, head, run_jobs: RunJobs):
    make_member("Rabia", role="administrator")
    case = make_case(unit, dangers=[Danger.LIFE])
    now = case.due_at
    for number in range(REMIND_AT_MOST + 1):
        assert clocks.sound(now) == 1
        case.refresh_from_db()
        assert case.reminders == number
        assert case.alarm_at is None or (case.alarm_at > now and case.alarm_at.minute % 15 == 0)
        now = case.alarm_at
        run_jobs()
        assert bool(told(Occasion.LEFT)) == (number >= clocks.UP_THE_LINE)
    assert case.alarm_at is None
    assert events(case) == ["breached", *["reminded"] * REMIND_AT_MOST]
    assert set(told(Occasion.LEFT)) == {"Rabia"}
    assert told(Occasion.STILL)["Nadia Aslam"] == REMIND_AT_MOST


def test_after_a_standstill_each_is_told_once_and_by_the_worst(unit, ayesha, head, run_jobs: RunJobs, monkeypatch):
    """Nine days without a worker, more cases than one transaction takes: one message with their number to each person."""
    monkeypatch.setattr(clocks, "AT_ONCE", 2)
    cases = [make_case(unit) for _ in range(5)]
    late = timezone.now() + timedelta(days=9)
    assert clocks.sound(late) == 5
    assert clocks.sound(late) == 0
    run_jobs()
    assert told(Occasion.OVERDUE) == {"Ayesha Khan": 5, "Nadia Aslam": 5}
    assert not told(Occasion.CLOCK)
    assert {what for case in cases for what in events(case)} == {"breached"}
    assert Case.objects.filter(alarm_at__lte=late).count() == 0


def test_a_clock_that_stands_still_or_has_ended_tells_nothing(unit, ayesha, case):
    change_status(case=case, to=Status.IN_REVIEW, by=ayesha)
    change_status(case=case, to=Status.WAITING_REPORTER, by=ayesha)
    closed = make_case(unit)
    change_status(case=closed, to=Status.IN_REVIEW, by=ayesha)
    change_status(case=closed, to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)
    assert clocks.sound(timezone.now() + timedelta(days=99)) == 0


def test_looking_for_due_clocks_asks_the_same_few_queries_however_many_cases_there_are(unit, ayesha,
                                                                                        django_assert_num_queries):
    for _ in range(12):
        make_case(unit)
    with django_assert_num_queries(3):          # a savepoint, and the index has nothing
        clocks.sound(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM cases_case WHERE alarm_at <= now() ORDER BY alarm_at LIMIT 500")
        assert "case_alarm" in str(cursor.fetchall())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_case_that_somebody_is_changing_waits_for_the_next_minute(unit, ayesha):
    """No wait either way: the sweep steps over a locked row and leaves it whole."""
    held, free = make_case(unit), make_case(unit)
    late = timezone.now() + timedelta(days=9)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT id FROM cases_case WHERE id = %s FOR UPDATE", [held.pk])
            assert clocks.sound(late) == 1
        other.rollback()
    finally:
        other.close()
    assert events(free) == ["breached"]
    assert events(held) == []
    assert clocks.sound(late) == 1
    assert events(held) == ["breached"]


def test_what_was_noticed_and_who_is_told_stand_or_fall_together(case, monkeypatch):
    monkeypatch.setattr(clocks, "enqueue", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        clocks.sound(case.due_at)
    case.refresh_from_db()
    assert case.breached_at is None
    assert not ClockEvent.objects.exists()


def test_a_new_holiday_moves_the_clocks_of_work_and_no_others(unit, ayesha, run_jobs: RunJobs):
    working, wall = make_case(unit, harm=Harm.BULLYING), make_case(unit)
    day = timezone.localdate(working.due_at)
    unit.calendar.holidays.get_or_create(day=day, defaults={"name_en": "Announced", "name_ur": "اعلان"})
    assert clocks.recount(unit.calendar_id) == 1
    was, wall_was = working.due_at, wall.due_at
    working.refresh_from_db()
    wall.refresh_from_db()
    assert working.due_at > was
    assert working.alarm_at < working.due_at
    assert timezone.localdate(working.due_at) != day
    assert wall.due_at == wall_was
    assert clocks.recount(unit.calendar_id) == 0
    assert not Job.objects.filter(task="notifications.alarms").exists()
