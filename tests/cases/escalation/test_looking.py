"""Looking by machine: who may let it, what the worker gets and for how long, and that it moves nothing."""
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from cases.escalation import delivery, look_wire, looking, services
from cases.escalation.channels.base import Proof
from cases.escalation.models import Channel, Escalation, Look, LookingUnit, Sighting
from cases.escalation.notices import Notice
from cases.models import Case
from cases.outbox.models import Job
from cases.retention.disposal import keys_of
from cases.units.models import Unit
from cases.vault.models import DataKey, DataKeyWrap
from portal.accounts.models import User
from tests.cases.escalation.conftest import REASONS
from tests.fakes.look_proxy import World, look_proxy
from tests.fixtures.jobs import RunJobs

HOST = "93.184.216.34"
LINKS = (f"http://{HOST}/a", "@her.account", f"http://{HOST}/b")
State = Escalation.State


@pytest.fixture
def world(settings: Any, redis_server: None) -> Iterator[World]:
    cache.clear()
    with look_proxy() as there:
        settings.LOOK_PROXY = there.url
        yield there


@pytest.fixture
def sent(case: Case, ayesha: User) -> Escalation:
    channel = Channel.objects.get(platform__slug="tiktok", kind="email", harms=[])
    words = Notice(reference=services.new_reference(), links=LINKS, hashes=(), reasons=REASONS, policy="", law="", child=False,
                   signature="A. Khan, Ministry")
    one = services.request(case=case, channel=channel, notice=words, by=ayesha)
    return delivery.sent(escalation=one, proof=Proof())


@pytest.fixture
def let(case: Case, ayesha: User) -> Unit:
    looking.let_unit(unit=case.unit, yes=True, by=ayesha)
    return case.unit


def allowed(sent: Escalation, by: User, days: int = 14) -> Look:
    return looking.allow(escalation=sent, links=looking.lookable(LINKS), days=days, by=by)


def due_now(run_jobs: RunJobs) -> list[str]:
    """What the worker does within the hour; the wait between two looks at one host is over each time."""
    ran: list[str] = []
    while Job.objects.filter(state="queued", task="escalation.look_at").exists():
        cache.clear()
        one = Job.objects.filter(state="queued", task="escalation.look_at").earliest("created_at")
        Job.objects.filter(pk=one.pk).update(due_at=timezone.now())
        ran += [name for name in run_jobs() if name == "escalation.look_at"]
    return ran


def test_it_is_off_unless_somebody_sets_a_proxy(sent, let, ayesha, settings):
    assert settings.LOOK_PROXY == ""
    with pytest.raises(services.NotNow):
        allowed(sent, ayesha)
    assert not Look.objects.exists()


def test_it_is_off_unless_the_unit_allows_it(world, sent, ayesha):
    with pytest.raises(services.NotNow):
        allowed(sent, ayesha)


def test_never_at_what_shows_a_child_and_never_for_practice(world, sent, let, case, ayesha):
    for change in ({"child": True}, {"unit__practice": True}):
        if "child" in change:
            Case.objects.filter(pk=case.pk).update(child=True)
        else:
            Case.objects.filter(pk=case.pk).update(child=False)
            Unit.objects.filter(pk=case.unit_id).update(practice=True)
        one = Escalation.objects.get(pk=sent.pk)
        with pytest.raises(services.NotNow):
            allowed(one, ayesha)


def test_the_worker_gets_a_copy_of_the_links_and_of_nothing_else(world, sent, let, ayesha):
    look = allowed(sent, ayesha)
    assert [wrap.recipient for wrap in look.key.wraps.all()] == ["worker"]
    assert looking.links_of(look) == {"0": LINKS[0], "2": LINKS[2]}
    assert HOST.encode() not in bytes(look.sealed)
    assert [wrap.recipient for wrap in sent.notice_key.wraps.all()] == ["unit"], "the notice stays closed to it"


def test_once_a_day_each_link_is_asked_for_its_headers(world, sent, let, case, ayesha, run_jobs):
    allowed(sent, ayesha)
    before = (Case.objects.get(pk=case.pk).status, Escalation.objects.get(pk=sent.pk).state)
    world.answer = b"HTTP/1.1 404 Not Found\r\n\r\n"
    for _ in range(2):                          # a second beat within the day asks for nothing more
        looking.plan(timezone.now())
    assert due_now(run_jobs) == ["escalation.look_at"] * 2
    rows = Sighting.objects.order_by("link").values_list("link", "how", "seen", "status", "by")
    assert list(rows) == [(0, "machine", "gone", 404, None), (2, "machine", "gone", 404, None)]
    assert [asked.split(b" ")[0] for asked in world.heard] == [b"HEAD", b"HEAD"]
    assert (Case.objects.get(pk=case.pk).status, Escalation.objects.get(pk=sent.pk).state) == before, "it moves nothing"
    looking.plan(timezone.now() + timedelta(days=1, minutes=1))
    assert Job.objects.filter(task="escalation.look_at", state="queued").count() == 2


def test_one_host_is_asked_once_in_half_a_minute(world, sent, let, ayesha, run_jobs):
    allowed(sent, ayesha)
    looking.plan(timezone.now())
    Job.objects.filter(task="escalation.look_at").update(due_at=timezone.now())
    run_jobs()
    assert len(world.heard) == 1
    other = Job.objects.get(task="escalation.look_at", state="queued")
    assert other.due_at >= timezone.now() + timedelta(seconds=looking.HOST_GAP - 5)
    assert "turn" in other.error


@pytest.mark.parametrize(("status", "seen", "why"), [
    (200, "unsure", "answers"), (302, "unsure", "moved"), (404, "gone", ""), (410, "gone", ""), (401, "unsure", "sign_in"),
    (403, "unsure", "sign_in"), (451, "unsure", "country"), (429, "unsure", "error"), (500, "unsure", "error"),
    (None, "unsure", "error"), (100, "unsure", "error")])
def test_only_not_found_means_gone_and_nothing_means_online(status, seen, why):
    assert looking.meaning(status) == (seen, why)


def test_jobs_of_several_days_ask_once(world, sent, let, ayesha, run_jobs):
    allowed(sent, ayesha)
    for days in range(3):
        looking.plan(timezone.now() + timedelta(days=days, minutes=days))
    assert due_now(run_jobs) == ["escalation.look_at"] * 6
    assert len(world.heard) == Sighting.objects.count() == 2


def test_what_cannot_be_asked_is_noted_as_that(world, sent, let, ayesha, run_jobs):
    world.refuses = True
    allowed(sent, ayesha)
    looking.plan(timezone.now())
    due_now(run_jobs)
    assert set(Sighting.objects.values_list("seen", "why", "status")) == {("unsure", "error", None)}


@pytest.mark.parametrize("end", ["day", "unit", "member", "proxy", "child", "anew"])
def test_the_copy_is_destroyed_when_it_ends(world, sent, let, case, ayesha, settings, end):
    key = allowed(sent, ayesha, days=1).key
    if end == "unit":
        looking.let_unit(unit=case.unit, yes=False, by=ayesha)
        assert not LookingUnit.objects.exists()
    elif end == "member":
        looking.end(escalation=sent, by=ayesha)
    elif end == "anew":
        allowed(sent, ayesha)
    elif end == "proxy":
        settings.LOOK_PROXY = ""
    elif end == "child":
        Case.objects.filter(pk=case.pk).update(child=True)
    looking.plan(timezone.now() + timedelta(days=1 if end == "day" else 0, minutes=1))
    assert Look.objects.count() == (1 if end == "anew" else 0)
    assert DataKey.objects.get(pk=key.pk).destroyed_at is not None
    assert not DataKeyWrap.objects.filter(key=key).exists()


def test_the_copy_is_destroyed_with_its_case(world, sent, let, case, ayesha):
    look = allowed(sent, ayesha)
    assert look.key_id in {key.pk for key in keys_of(case)}


def test_a_job_that_comes_too_late_asks_nobody(world, sent, let, ayesha, run_jobs):
    allowed(sent, ayesha)
    looking.plan(timezone.now())
    looking.end(escalation=sent, by=ayesha)
    due_now(run_jobs)
    assert world.tunnels == []
    assert not Sighting.objects.exists()


def test_the_copy_is_sealed_anew_before_the_workers_key_is_forgotten(world, sent, let, ayesha):
    look = allowed(sent, ayesha, days=30)
    DataKey.objects.filter(pk=look.key_id).update(created_at=timezone.now() - timedelta(days=8))
    links = looking.links_of(Look.objects.select_related("key").get())
    again = Look.objects.select_related("key").get()
    assert again.key_id != look.key_id
    assert DataKey.objects.get(pk=look.key_id).destroyed_at is not None
    assert looking.links_of(again) == links


def test_account_names_private_places_and_what_is_too_long_are_left_out():
    links = ["@her", *[f"https://a.example/{n}" for n in range(30)], "https://a.example/" + "x" * 2000]
    found = looking.lookable(links)
    assert list(found) == list(range(1, 1 + looking.MOST_LINKS))
    assert all(look_wire.can_look(link) for link in found.values())
