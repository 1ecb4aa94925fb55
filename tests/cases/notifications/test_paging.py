"""An urgent report that nobody takes: whom it reaches, and when it stops."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.models import Case, Exclusion
from cases.notifications import services
from cases.notifications.models import Notification, Occasion
from cases.priority import Danger
from cases.services import assign
from cases.triage import walls
from cases.units.models import Shift, Unit
from portal.accounts.models import User
from tests.cases.notifications.conftest import SetClock
from tests.factories.cases import make_case, make_member
from tests.fixtures.jobs import RunJobs

TEN = timedelta(minutes=10, seconds=1)


@pytest.fixture
def head(unit: Unit) -> User:
    return make_member("Nadia Aslam", unit, role="supervisor")


def told() -> list[str]:
    rows = Notification.objects.filter(occasion=Occasion.UNCLAIMED.value, kind="email").order_by("created_at", "member__name")
    return [row.member.name for row in rows.select_related("member")]


def urgent(unit: Unit) -> Case:
    case = make_case(unit, dangers=[Danger.LIFE])
    services.urgent(case=case)
    return case


def test_the_next_person_then_the_supervisor_and_then_it_ends(unit, ayesha, sana, head, run_jobs: RunJobs, set_clock: SetClock):
    start = timezone.now()
    case = urgent(unit)
    run_jobs()
    assert told() == []
    set_clock(start + TEN)
    run_jobs()
    assert told() == ["Nadia Aslam"]                    # by name: the supervisor reads cases too
    set_clock(start + 2 * TEN)
    run_jobs()
    assert told() == ["Nadia Aslam", "Nadia Aslam"]
    set_clock(start + 10 * TEN)
    assert "notifications.page" not in run_jobs()
    assert [entry.details["round"] for entry in Entry.objects.filter(event="case_paged", subject=str(case.pk)).order_by("at")] \
        == [1, 2]


def test_whose_shift_comes_next_is_told_first(unit, ayesha, sana, head, run_jobs: RunJobs, set_clock: SetClock):
    start = timezone.now()
    Shift.objects.create(unit=unit, member=sana, starts_at=start + timedelta(hours=2), ends_at=start + timedelta(hours=9))
    urgent(unit)
    run_jobs()
    set_clock(start + TEN)
    run_jobs()
    assert told() == ["Sana Malik"]


@pytest.mark.parametrize("after", [0, 1])
def test_whoever_takes_it_ends_it(unit, ayesha, sana, head, run_jobs: RunJobs, set_clock: SetClock, after):
    start = timezone.now()
    case = urgent(unit)
    run_jobs()
    for number in range(2):
        if number == after:
            assign(case=case, to=sana, by=sana)
        set_clock(start + (number + 1) * TEN)
        run_jobs()
    assert len(told()) == after


def test_nobody_behind_a_wall_is_paged_and_alone_means_the_supervisor(unit, ayesha, sana, head, run_jobs: RunJobs,
                                                                     set_clock: SetClock):
    start = timezone.now()
    case = urgent(unit)
    for member in (sana, head):
        walls.exclude(case=case, member=member, cause=Exclusion.Cause.KNOWS, by=member)
    run_jobs()
    set_clock(start + TEN)
    run_jobs()
    assert told() == []


def test_what_is_less_urgent_or_has_somebody_pages_nobody(unit, ayesha, sana, run_jobs: RunJobs, set_clock: SetClock):
    start = timezone.now()
    case = make_case(unit, dangers=[Danger.DEADLINE])
    services.urgent(case=case)
    taken = make_case(unit, dangers=[Danger.LIFE])
    assign(case=taken, to=ayesha, by=ayesha)
    services.urgent(case=taken)
    run_jobs()
    set_clock(start + 3 * TEN)
    run_jobs()
    assert told() == []
