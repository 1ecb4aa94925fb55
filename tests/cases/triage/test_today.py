"""The morning page: every number is the length of the list it leads to."""
import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from cases.escalation import registry
from cases.escalation.models import Channel, Escalation
from cases.evidence.models import Exposure
from cases.models import Case, Exclusion
from cases.outbox.models import Job
from cases.priority import Danger
from cases.services import assign
from cases.triage import reminding, todo, walls
from cases.triage.filters import midnight
from cases.triage.models import Reminder
from cases.units import duty
from cases.units.welfare import FILES_A_DAY, set_welfare
from cases.vault import custody, envelope
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, signed_in

TODAY = "/desk/today/"


@pytest.fixture
def head(unit) -> User:
    return make_member("Nadia Aslam", unit, role="supervisor")


def notice(case: Case, state: str, platform: str = "tiktok") -> None:
    channel = Channel.objects.select_related("platform").filter(platform__slug=platform).first()
    sealed = custody.keep(envelope.new_key(), case=case.pk, unit=case.unit)
    Escalation.objects.create(case=case, platform=channel.platform, channel=channel, reference=uuid.uuid4().hex[:12], state=state,
                              notice_key=sealed, notice=b"sealed", by=case.unit.memberships.first().member,
                              requested_at=timezone.now())


def numbers(lines) -> dict[str, int]:
    return {str(line.name): line.count for line in lines if line.count}


def test_each_number_leads_to_exactly_those_cases(unit, ayesha, bilal, head, client):
    now = timezone.now()
    tonight = midnight(timezone.localdate() + timedelta(days=1))
    late, soon, tomorrow, urgent = make_case(unit), make_case(unit), make_case(unit), make_case(unit, dangers=[Danger.LIFE])
    make_case(make_unit("children"))
    dues = {late: now - timedelta(hours=1), soon: tonight - timedelta(seconds=1), tomorrow: tonight, urgent: None}
    for case, due in dues.items():
        Case.objects.filter(pk=case.pk).update(due_at=due)
    assign(case=late, to=ayesha, by=ayesha)
    assign(case=tomorrow, to=bilal, by=bilal)
    todo.add(case=tomorrow, task_id=Case().pk, words=b"sealed", by=bilal, to=ayesha)
    reminding.remind(case=soon, row=Reminder().pk, day=timezone.localdate() + timedelta(days=1), reason=b"sealed", by=ayesha)
    Reminder.objects.update(at=now)
    registry.seed()
    notice(late, "failed")
    notice(soon, "failed")
    notice(soon, "no_answer")                 # a new one settles what went wrong with the first
    page = client.get(TODAY).context["page"]
    assert numbers(page.units[0].lines) == {
        "Urgent, and nobody has them": 1, "Late": 1, "Due by the end of today, late ones too": 2, "Nobody has them": 2,
        "Not read yet": 4, "A notice could not be sent": 1, "A platform did not answer in time": 1, "All open": 4}
    assert numbers(page.own) == {"My late cases": 1, "My cases due by the end of today": 1, "My cases": 1,
                                 "A reminder of mine has come": 1, "A task of mine": 1}
    for line in [*page.own, *page.units[0].lines]:
        assert len(client.get("/desk/" + line.address).context["rows"]) == line.count, line
    assert make_unit("children").pk not in [each.unit.pk for each in page.units]
    walls.exclude(case=late, member=ayesha, cause=Exclusion.Cause.KNOWS, by=head)
    assert "Late" not in numbers(client.get(TODAY).context["page"].units[0].lines)             # a wall has no second side
    assert signed_in(make_member("Kamran", role="analyst"), unlocked=False).get(TODAY).status_code == 403


def test_who_is_on_duty_and_whether_there_is_a_gap(unit, ayesha, bilal, head, client):
    def watch():
        return client.get(TODAY).context["page"].units[0].duty
    assert (watch().now, watch().gaps, watch().kept) == ([], [], False)     # no roster: no gap to be told of
    unit.memberships.filter(member=bilal).update(on_duty=True)
    assert watch().now == [(bilal, None)]
    now = timezone.now()
    ends = now + timedelta(hours=8)
    duty.add_shifts(unit=unit, member=ayesha, times=[(now, ends)], by=head)
    found = watch()
    assert found.now == [(ayesha, ends)]
    assert [start for start, _end in found.gaps] == [ends]
    duty.add_shifts(unit=unit, member=bilal, times=[(ends, ends + timedelta(hours=20))], by=head)
    assert watch().gaps == []
    User.objects.filter(pk=bilal.pk).update(is_active=False)                # who has left covers nothing
    assert len(watch().gaps) == 1


def test_what_else_waits_and_who_is_told(unit, ayesha, bilal, head, client):
    registry.seed()
    Channel.objects.update(last_verified_at=timezone.localdate())
    page = client.get(TODAY).context["page"]
    assert (page.seen, page.resting, page.stopped, page.stale) == (0, 0, [], [])
    Exposure.objects.create(member=ayesha, day=timezone.localdate(), opened=FILES_A_DAY)
    Exposure.objects.create(member=bilal, day=timezone.localdate() - timedelta(days=1), opened=99)
    for task, state in (("notifications.send", "failed"), ("notifications.send", "failed"), ("hashing.match", "done"),
                        ("escalation.deliver", "failed"), ("vault.renew_worker_key", "failed")):
        Job.objects.create(task=task, state=state, due_at=timezone.now(), finished_at=timezone.now())
    old = Channel.objects.filter(platform__slug="tiktok").first()
    Channel.objects.filter(pk=old.pk).update(last_verified_at=date(2020, 1, 1))
    page = client.get(TODAY).context["page"]
    assert (page.seen, page.resting, page.stopped, page.stale) == (FILES_A_DAY, 0, [], [old])
    assert "Take a break" in client.get(TODAY).content.decode()
    boss = signed_in(head, unlocked=False)
    page = boss.get(TODAY).context["page"]
    assert (page.seen, page.resting) == (0, 1)
    set_welfare(unit=unit, files_a_day=FILES_A_DAY + 1, phone="1099", hours_en="At night too", hours_ur="رات کو بھی", by=head)
    assert boss.get(TODAY).context["page"].resting == 0
    assert "tel:1099" in client.get(TODAY).content.decode()
    assert [(str(name), count) for name, count in page.stopped] == [("Telling members and reporters", 2),
                                                                    ("Other work of the portal", 1)]


# session, member, news, units, colleagues, all counts, shifts, who is marked, limits of files, exposure, jobs, channels
QUERIES = 13


def test_it_costs_the_same_however_much_waits(unit, ayesha, head, django_assert_num_queries):
    boss = signed_in(head, unlocked=False)
    boss.get(TODAY)
    with django_assert_num_queries(QUERIES):
        boss.get(TODAY)
    for code in ("children", "integrity"):
        unit_too = make_unit(code)
        unit_too.memberships.create(member=head, on_duty=True)
        make_case(unit_too)
    with django_assert_num_queries(QUERIES):
        boss.get(TODAY)
