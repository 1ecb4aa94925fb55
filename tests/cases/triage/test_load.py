"""A supervisor's numbers, and a member's reminders."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case, Exclusion
from cases.notifications import clocks
from cases.notifications.models import Notification
from cases.priority import Danger
from cases.services import assign, change_status
from cases.triage import reminding, walls
from cases.triage.models import Reminder
from cases.units.services import leave_unit
from cases.workflow import Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, signed_in
from tests.fixtures.roles import acting_as

LOAD = "/desk/load/"
REASON = "Ask whether her brother still has the phone."


@pytest.fixture
def head(unit) -> User:
    return make_member("Nadia Aslam", unit, role="supervisor")


def numbers(line) -> list[int]:
    return [cell.number for cell in line.cells]


def test_each_number_is_right_and_leads_to_those_cases(unit, ayesha, bilal, head, client):
    first, second, third = (make_case(unit) for _ in range(3))
    urgent = make_case(unit, dangers=[Danger.LIFE])
    make_case(make_unit("children"))
    for case in (first, second):
        assign(case=case, to=ayesha, by=ayesha)
    change_status(case=first, to=Status.IN_REVIEW, by=ayesha)
    change_status(case=first, to=Status.WAITING_REPORTER, by=ayesha)
    Case.objects.filter(pk=second.pk).update(due_at=timezone.now() - timedelta(hours=1))
    clocks.sound(urgent.due_at)
    boss = signed_in(head, unlocked=False)
    assert client.get(LOAD).status_code == 403
    load, = boss.get(LOAD).context["loads"]
    lines = {str(line.name): line for line in load.members}
    assert set(lines) == {"Ayesha Khan", "Bilal Raza", "Nadia Aslam"}
    assert numbers(lines["Ayesha Khan"]) == [2, 1, 0, 1]
    assert numbers(lines["Bilal Raza"]) == [0, 0, 0, 0]
    assert numbers(load.nobody) == [2, 0, 1, 0]
    assert [number for _name, number in load.total] == [4, 1, 1, 1]
    assert [numbers(line) for line in load.levels] == [[1, 0, 1, 0], [0] * 4, [3, 1, 0, 1], [0] * 4]
    assert [line.lately for line in load.levels] == [1, 0, 0, 0]
    for line in [*load.members, load.nobody, *load.levels]:
        for what, cell in zip(("open", "late", "breached", "waiting"), line.cells, strict=True):
            if cell.address and what != "breached":
                assert len(boss.get(f"/desk/{cell.address}").context["rows"]) == cell.number
    walls.exclude(case=third, member=head, cause=Exclusion.Cause.KNOWS, by=head)
    assert boss.get(LOAD).context["loads"][0].total[0][1] == 3                 # a wall has no second side
    leave_unit(unit=unit, member=ayesha, by=head)
    assert "Ayesha Khan" in boss.get(LOAD).content.decode()                 # who left and still has cases is not forgotten


def test_the_page_costs_the_same_however_many_cases_there_are(unit, head, django_assert_num_queries):
    boss = signed_in(head, unlocked=False)
    make_case(unit)
    boss.get(LOAD)
    with django_assert_num_queries(QUERIES):
        boss.get(LOAD)
    for _ in range(5):
        make_case(unit)
    with django_assert_num_queries(QUERIES):
        boss.get(LOAD)


# session, member, news, counts, breaches, units; of the unit members, and in three who is on duty
QUERIES = 10


# --- reminders --------------------------------------------------------------------------------------------------------
def test_a_member_is_reminded_once_in_the_morning_and_nobody_else_reads_why(unit, ayesha, bilal, case, client):
    tomorrow = timezone.localdate() + timedelta(days=1)
    address = f"/desk/case/{case.ref}/remind/"
    for day in (timezone.localdate(), tomorrow + timedelta(days=500)):
        refused = client.post(address, {"version": case.version, "day": day.isoformat(), "reason": REASON})
        assert refused.status_code == 400
        assert REASON in refused.content.decode()                           # nothing typed is lost
    assert client.post(address, {"version": case.version, "day": tomorrow.isoformat(), "reason": REASON}).status_code == 302
    row = Reminder.objects.get()
    assert b"brother" not in bytes(row.reason)
    assert timezone.localtime(row.at).strftime("%H:%M") == "08:30"
    assert REASON in client.get(f"/desk/case/{case.ref}/").content.decode()
    assert REASON not in signed_in(bilal).get(f"/desk/case/{case.ref}/").content.decode()
    assert reminding.tell_due(row.at - timedelta(seconds=1)) == 0
    with acting_as("worker"):
        assert reminding.tell_due(row.at + timedelta(days=3)) == 1          # late, after a standstill: once
        assert reminding.tell_due(row.at + timedelta(days=3)) == 0
    assert list(Notification.objects.values_list("member", "occasion", "counts")) == [(ayesha.pk, "reminder", {"count": 1})]
    assert signed_in(bilal).post(f"{address}{row.pk}/").status_code == 404
    assert client.post(f"{address}{row.pk}/").status_code == 302
    assert not Reminder.objects.exists()


def test_of_a_case_that_is_no_longer_there_for_them_nothing_is_said(unit, ayesha, bilal, case):
    now = timezone.now()
    for number in range(2):
        reminding.remind(case=case, row=Reminder().pk, day=timezone.localdate() + timedelta(days=number + 1), reason=b"sealed",
                         by=ayesha)
    walls.exclude(case=case, member=ayesha, cause=Exclusion.Cause.KNOWS, by=ayesha)
    assert reminding.tell_due(now + timedelta(days=9)) == 2
    assert not Notification.objects.filter(occasion="reminder").exists()
