"""The roster: who is on duty, where nobody is, who may change it, and what the public is told of it."""
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from cases.audit.models import Entry
from cases.units import duty
from cases.units.models import Cover, Shift, Unit
from cases.units.selectors import members_on_duty
from cases.units.services import leave_unit
from portal.accounts.models import User
from tests.factories.cases import make_member, make_unit
from tests.fixtures.roles import acting_as

MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)           # 09:00 in Karachi
HOUR = timedelta(hours=1)
MOMENTS = st.integers(0, 200).map(lambda n: MONDAY + n * HOUR)
WINDOWS = st.lists(st.tuples(MOMENTS, st.integers(1, 30)).map(lambda each: (each[0], each[0] + each[1] * HOUR)), max_size=12)


@given(WINDOWS)
def test_merging_loses_no_time_and_invents_none(windows) -> None:
    whole = duty.merged(windows)
    assert all(a[1] < b[0] for a, b in zip(whole, whole[1:], strict=False))
    for n in range(0, 240):
        moment = MONDAY + n * HOUR + HOUR / 2
        assert any(a <= moment < b for a, b in whole) == any(a <= moment < b for a, b in windows)


@pytest.fixture
def unit(db: None) -> Unit:
    return make_unit()


@pytest.fixture
def ayesha(unit: Unit) -> User:
    return make_member("Ayesha Khan", unit, on_duty=True)


@pytest.fixture
def bilal(unit: Unit) -> User:
    return make_member("Bilal Raza", unit)


@pytest.fixture
def head(unit: Unit) -> User:
    return make_member("Nadia Aslam", unit, role="supervisor")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):
    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    set_to(MONDAY)
    return set_to


def shift(unit: Unit, member: User, starts: float, hours: float, by: User) -> Shift:
    times = (MONDAY + starts * HOUR, MONDAY + (starts + hours) * HOUR)
    duty.add_shifts(unit=unit, member=member, times=[times], by=by)
    return Shift.objects.get(unit=unit, member=member, starts_at=times[0])


def test_the_roster_comes_before_the_flag(unit, ayesha, bilal, head, at):
    assert list(members_on_duty(unit)) == [ayesha]
    shift(unit, bilal, 0, 8, head)
    assert list(members_on_duty(unit)) == [bilal]
    at(MONDAY + 8 * HOUR)
    assert list(members_on_duty(unit)) == [ayesha]              # a shift's last moment is no longer on it
    at(MONDAY)
    leave_unit(unit=unit, member=bilal, by=head)
    assert list(members_on_duty(unit)) == [ayesha]
    with acting_as("worker"):                                   # who reads no password
        assert [member.name for member in members_on_duty(unit)] == ["Ayesha Khan"]


def test_gaps_are_what_no_shift_covers(unit, ayesha, bilal, head, at):
    day = (MONDAY, MONDAY + 24 * HOUR)
    assert duty.gaps(unit, *day) == [day]
    shift(unit, ayesha, 0, 8, head)
    shift(unit, bilal, 6, 6, head)
    late = shift(unit, ayesha, 20, 8, head)
    assert duty.gaps(unit, *day) == [(MONDAY + 12 * HOUR, MONDAY + 20 * HOUR)]
    duty.drop_shift(shift=late, by=head)
    assert duty.gaps(unit, *day) == [(MONDAY + 12 * HOUR, MONDAY + 24 * HOUR)]


def test_a_shift_is_its_members_to_hand_on_and_a_supervisors(unit, ayesha, bilal, head, at):
    other = make_member("Sana Malik", make_unit("children"), role="supervisor")
    row = shift(unit, ayesha, 0, 8, head)
    for by, to in ((bilal, bilal), (other, bilal), (ayesha, other)):
        with pytest.raises(duty.NotTheirs):
            duty.hand_on(shift=row, to=to, by=by)
    for by in (ayesha, other):
        with pytest.raises(duty.NotTheirs):
            duty.drop_shift(shift=row, by=by)
        with pytest.raises(duty.NotTheirs):
            duty.add_shifts(unit=unit, member=ayesha, times=[(MONDAY, MONDAY + HOUR)], by=by)
    with pytest.raises(duty.NotTheirs):
        duty.add_shifts(unit=unit, member=other, times=[(MONDAY, MONDAY + HOUR)], by=head)
    assert duty.hand_on(shift=row, to=bilal, by=ayesha).member == bilal
    assert duty.hand_on(shift=row, to=ayesha, by=head).member == ayesha
    assert Entry.objects.filter(event="shift_handed_on", subject=str(unit.pk)).count() == 2


def test_the_public_reads_when_reports_are_read_again_and_no_names(unit, ayesha, head, at):
    """By the roster as far as it goes, then by the calendar; what the worker wrote lasts two weeks without it."""
    shift(unit, ayesha, 2, 4, head)
    with acting_as("worker"):
        duty.publish_covers()
        assert duty.publish_covers() == 0
    assert "Ayesha" not in repr(list(Cover.objects.values()))
    with acting_as("public"):
        assert duty.reads_again(MONDAY, unit) == MONDAY + 2 * HOUR
        assert duty.reads_again(MONDAY + 3 * HOUR, unit) is None
        assert duty.reads_again(MONDAY + 30 * HOUR) is None             # Tuesday, 15:00: office hours
        assert duty.reads_again(MONDAY + 40 * HOUR, unit) == MONDAY + 48 * HOUR
        assert duty.reads_again(MONDAY + timedelta(days=30), unit) is None      # nothing is known: nothing is said
    covered = Cover.objects.get(unit=make_unit("children"))
    covered.windows = [[MONDAY.isoformat(), (MONDAY + HOUR).isoformat()]]
    covered.save()
    assert duty.reads_again(MONDAY) is None                             # some unit reads now
