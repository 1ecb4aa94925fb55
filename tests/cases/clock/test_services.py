from datetime import UTC, date, datetime, timedelta

import pytest

from cases.clock.services import NATIONAL_DAYS, default_calendar, due_at, share_used
from cases.priority import CLOCKS, Clock, Level

FRIDAY_EVENING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)      # 18:00 in Karachi


@pytest.mark.django_db
def test_urgent_clocks_run_through_nights_and_holidays():
    assert due_at(default_calendar(), FRIDAY_EVENING, CLOCKS[Level.P1]) == FRIDAY_EVENING + timedelta(hours=1)


@pytest.mark.django_db
def test_working_clocks_stand_still_while_the_unit_is_closed():
    due = due_at(default_calendar(), FRIDAY_EVENING, Clock(8, working=True))
    assert due == datetime(2026, 11, 23, 12, 0, tzinfo=UTC)     # Monday 17:00 in Karachi


@pytest.mark.django_db
def test_a_holiday_that_the_ministry_enters_counts():
    calendar = default_calendar()
    calendar.holidays.create(day=date(2026, 11, 23), name_en="Announced", name_ur="اعلان")
    assert due_at(calendar, FRIDAY_EVENING, Clock(8, working=True)) == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_the_default_calendar_is_made_once_and_then_left_alone():
    calendar = default_calendar()
    assert calendar.holidays.count() == 2 * len(NATIONAL_DAYS)
    calendar.hours = {"0": [["10:00", "12:00"]]}
    calendar.save()
    calendar.holidays.all().delete()
    again = default_calendar()
    assert (again.pk, again.hours, again.holidays.count()) == (calendar.pk, {"0": [["10:00", "12:00"]]}, 0)


@pytest.mark.parametrize(("minutes", "share"), [(-5, 0.0), (0, 0.0), (45, 0.75), (60, 1.0), (90, 1.5)])
def test_share_used(minutes, share):
    assert share_used(FRIDAY_EVENING, FRIDAY_EVENING + timedelta(hours=1),
                      FRIDAY_EVENING + timedelta(minutes=minutes)) == share


def test_a_clock_without_length_has_run_out():
    assert share_used(FRIDAY_EVENING, FRIDAY_EVENING, FRIDAY_EVENING) == 1.0
