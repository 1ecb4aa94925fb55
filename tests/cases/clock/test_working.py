from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from cases.clock.services import NATIONAL_DAYS, PAKISTAN_HOURS
from cases.clock.working import HoursMalformed, NeverOpens, Wall, working_hours

KARACHI = ZoneInfo("Asia/Karachi")
HOLIDAYS = [date(2026, month, day) for month, day in NATIONAL_DAYS]
OFFICE = working_hours(PAKISTAN_HOURS, HOLIDAYS, "Asia/Karachi")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(KARACHI))  # noqa: DTZ001
SPANS = st.timedeltas(timedelta(minutes=1), timedelta(hours=120))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=KARACHI)


def worked(start: datetime, end: datetime) -> timedelta:
    """Another way to the same figure: minute by minute is slow, so window by window from the table itself."""
    total, day = timedelta(), start.astimezone(KARACHI).date()
    while day <= end.astimezone(KARACHI).date():
        if day not in HOLIDAYS:
            for opens, closes in PAKISTAN_HOURS.get(str(day.weekday()), []):
                a = datetime.combine(day, time.fromisoformat(opens), KARACHI)
                b = datetime.combine(day, time.fromisoformat(closes), KARACHI)
                total += max(timedelta(), min(b, end) - max(a, start))
        day += timedelta(days=1)
    return total


@pytest.mark.parametrize(("start", "hours", "due"), [
    (local(2026, 11, 16, 9, 0), 8, local(2026, 11, 16, 17, 0)),       # Monday, the whole day
    (local(2026, 11, 16, 9, 0), 9, local(2026, 11, 17, 10, 0)),
    (local(2026, 11, 19, 16, 0), 2, local(2026, 11, 20, 10, 0)),      # Thursday to Friday
    (local(2026, 11, 20, 12, 0), 1, local(2026, 11, 20, 15, 0)),      # over the Friday prayer
    (local(2026, 11, 20, 13, 0), 1, local(2026, 11, 20, 15, 30)),     # started in it
    (local(2026, 11, 20, 16, 30), 1, local(2026, 11, 23, 9, 30)),     # over the week's end
    (local(2026, 11, 21, 3, 0), 1, local(2026, 11, 23, 10, 0)),       # Saturday
    (local(2026, 11, 6, 17, 0), 1, local(2026, 11, 10, 10, 0)),       # Iqbal Day is a Monday in 2026: three closed days
    (local(2026, 11, 16, 9, 0), 24, local(2026, 11, 18, 17, 0)),      # three working days
])
def test_due_moments_worked_out_by_hand(start, hours, due):
    assert OFFICE.add(start, timedelta(hours=hours)) == due


@given(MOMENTS, SPANS)
def test_due_is_in_open_time_and_exactly_the_span_was_worked(start, span):
    due = OFFICE.add(start, span)
    assert due.tzinfo is UTC
    assert OFFICE.is_open(due)
    assert worked(start, due) == span


@given(MOMENTS, SPANS, SPANS)
def test_more_hours_are_due_later(start, a, b):
    assert (OFFICE.add(start, a) < OFFICE.add(start, b)) == (a < b)


@given(MOMENTS, MOMENTS, SPANS)
def test_a_later_start_is_never_due_earlier(a, b, span):
    a, b = sorted([a, b])
    assert OFFICE.add(a, span) <= OFFICE.add(b, span)


@given(MOMENTS, SPANS, SPANS)
def test_two_spans_after_another_are_their_sum(start, a, b):
    assert OFFICE.add(OFFICE.add(start, a), b) == OFFICE.add(start, a + b)


RAMZAN = working_hours(PAKISTAN_HOURS, HOLIDAYS, "Asia/Karachi", [
    (date(2026, 2, 18), date(2026, 3, 19), {**{str(day): [["08:00", "14:00"]] for day in range(4)}, "4": [["08:00", "12:00"]]})])
TIMES = st.sampled_from([OFFICE, RAMZAN, Wall()])


@given(TIMES, MOMENTS, SPANS)
def test_what_lies_between_start_and_due_is_the_span(time, start, span):
    assert time.between(start, time.add(start, span)) == span


@given(TIMES, MOMENTS, SPANS, st.floats(0, 1), st.timedeltas(timedelta(), timedelta(days=60)))
def test_a_pause_keeps_what_is_left(time, start, span, share, pause):
    """Stopped somewhere before it is due and gone on with later, a clock allows exactly what it would have."""
    due = time.add(start, span)
    stopped = start + (due - start) * share
    left = time.between(stopped, due)
    again = stopped + pause
    assert time.between(start, stopped) + left == span
    assert time.add(again, left) >= due if left else True
    assert time.between(again, time.add(again, left)) == left


@given(TIMES, MOMENTS, MOMENTS, MOMENTS)
def test_time_between_adds_up_and_never_runs_backwards(time, a, b, c):
    a, b, c = sorted([a, b, c])
    assert time.between(a, b) + time.between(b, c) == time.between(a, c)
    assert time.between(c, a) == timedelta()


@given(MOMENTS, SPANS, SPANS)
def test_adding_working_time_never_goes_back_in_ramzan_either(start, a, b):
    a, b = sorted([a, b])
    assert start < RAMZAN.add(start, a) <= RAMZAN.add(start, b)


@pytest.mark.parametrize(("start", "hours", "due"), [
    (local(2026, 2, 17, 16, 0), 2, local(2026, 2, 18, 9, 0)),          # into the first day of the fast
    (local(2026, 2, 20, 11, 0), 2, local(2026, 2, 23, 9, 0)),          # a Friday in it ends at noon
    (local(2026, 3, 19, 13, 0), 2, local(2026, 3, 20, 10, 0)),         # and out of it again
])
def test_days_with_other_hours_worked_out_by_hand(start, hours, due):
    assert RAMZAN.add(start, timedelta(hours=hours)) == due


@given(st.sets(st.dates(date(2026, 3, 1), date(2026, 4, 30))), SPANS)
def test_a_run_of_holidays_is_skipped_whole(days, span):
    due = working_hours(PAKISTAN_HOURS, days, "Asia/Karachi").add(local(2026, 3, 2, 9, 0), span)
    assert due.astimezone(KARACHI).date() not in days


@given(MOMENTS)
def test_karachi_knows_no_summer_time(moment):
    assert moment.utcoffset() == timedelta(hours=5)


def test_where_the_clocks_change_only_real_hours_count():
    night = working_hours({str(day): [["00:00", "06:00"]] for day in range(7)}, [], "Europe/Berlin")
    spring = datetime(2026, 3, 29, 0, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert night.add(spring, timedelta(hours=5)).hour == 4            # 06:00 summer time; the night had five hours


@pytest.mark.parametrize("table", [
    {"7": [["09:00", "17:00"]]}, {"monday": []}, {"0": [["17:00", "09:00"]]}, {"0": [["09:00", "09:00"]]},
    {"0": [["09:00", "13:00"], ["12:00", "17:00"]]}, {"0": [["nine", "17:00"]]}, {"0": [["09:00"]]},
])
def test_a_malformed_table_is_refused(table):
    with pytest.raises(HoursMalformed):
        working_hours(table, [], "Asia/Karachi")


@pytest.mark.parametrize("table", [{}, {"0": []}])
def test_a_calendar_that_never_opens_says_so(table):
    with pytest.raises(NeverOpens):
        working_hours(table, [], "Asia/Karachi").add(local(2026, 1, 1), timedelta(hours=1))
