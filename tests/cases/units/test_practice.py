"""What is for practice stays within the house, unseen and uncounted: asked of the lowest floors, which no page can go round."""
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from cases.conversation.reviewing import reader_for
from cases.escalation import delivery, registry, services as escalation
from cases.escalation.channels.base import Proof
from cases.escalation.models import Attempt, Channel, Escalation
from cases.escalation.notices import Notice
from cases.flood.models import Fold
from cases.flood.services import NotCalm, fold
from cases.handover.services import SameUnit, transfer
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import IndexedHash, MediaHash
from cases.hashing.services import Refusal, match, refusal, store
from cases.intake import routing
from cases.models import Case, ClockEvent, Consent, Link, Trace
from cases.notifications import clocks, paging
from cases.notifications.models import News, Notification, Occasion
from cases.notifications.services import tell_counted, tell_members, urgent
from cases.outbox.models import Job
from cases.priority import Danger
from cases.services import change_status
from cases.statistics.counting import count_all
from cases.statistics.models import Tally
from cases.statistics.naming import units as named
from cases.triage.consulting import asked_units
from cases.triage.digest import counts, send_digests
from cases.triage.services import keep_traces
from cases.units.duty import publish_cover
from cases.units.models import Unit
from cases.units.selectors import elsewhere
from cases.units.services import PRACTICE, set_up_practice
from cases.vault import custody
from cases.vault.models import DataKeyWrap
from cases.workflow import Status
from portal.accounts.models import User
from tests.factories.cases import keyring_of, make_case, make_member, make_unit, reporter_consents
from tests.fixtures.jobs import RunJobs

State = Escalation.State


@pytest.fixture
def practice(db: None) -> Unit:
    return set_up_practice()


@pytest.fixture
def maryam(practice: Unit) -> User:
    return make_member("Maryam Iqbal", practice, role="supervisor")


@pytest.fixture
def case(practice: Unit, maryam: User) -> Case:
    return make_case(practice, dangers=[Danger.LIFE], platforms=("tiktok",), links=("https://practice.example/1",))


def notice() -> Notice:
    return Notice(reference=escalation.new_reference(), links=("https://practice.example/1",), hashes=(), reasons="For practice.",
                  policy="", law="", child=False, signature="M. Iqbal, Ministry")


def test_it_is_made_once_and_routing_never_names_it(practice: Unit) -> None:
    assert set_up_practice() == practice
    assert practice.practice
    assert not any(unit.practice for unit in [make_unit(), make_unit("children")])
    assert PRACTICE not in {row.unit for row in routing.TABLE} | {routing.DEFAULT}
    assert publish_cover(unit=practice) is False, "the public is not told when somebody practises"


@pytest.mark.parametrize("kind", ["email", "webform"])
def test_a_notice_is_kept_and_cannot_leave(case: Case, maryam: User, run_jobs: RunJobs, kind: str) -> None:
    custody.new_worker_key()
    registry.seed()
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    change_status(case=case, to=Status.IN_REVIEW, by=maryam)
    channel = Channel.objects.filter(platform__slug="tiktok", kind=kind).first()
    assert channel
    kept = escalation.request(case=case, channel=channel, notice=notice(), by=maryam)
    assert not Job.objects.filter(task__startswith="escalation.").exists()
    assert not DataKeyWrap.objects.filter(key=kept.notice_key, recipient="worker").exists(), "the worker could not even read it"
    delivery.deliver(escalation_id=kept.pk)               # a job that somebody put there by hand
    with pytest.raises(escalation.Practice):
        delivery.form_filled(escalation=kept, their_reference=b"sealed", by=maryam)
    with pytest.raises(escalation.Practice):
        delivery.sent(escalation=kept, proof=Proof({}))
    run_jobs()
    kept.refresh_from_db()
    assert (kept.state, kept.sent_at, len(mail.outbox), Attempt.objects.count()) == (State.REQUESTED, None, 0, 0)


def test_it_has_no_pictures_and_meets_none(case: Case, practice: Unit) -> None:
    same = Fingerprint(1, "5" * 64, 90, "a" * 64, "b" * 32)
    assert store(case=case, fingerprints=[same]) == []
    MediaHash.objects.create(case=case, number=1, pdq=same.pdq, quality=90, sha256=same.sha256, md5=same.md5, at=timezone.now())
    assert match(case_id=case.pk) == []
    assert not IndexedHash.objects.exists()
    assert refusal(case) == Refusal.PRACTICE
    real = make_case(make_unit())
    store(case=real, fingerprints=[same])
    assert match(case_id=real.pk) == []


def test_nobody_is_told_paged_or_reminded(case: Case, maryam: User, practice: Unit) -> None:
    urgent(case=case)
    assert tell_members(occasion=Occasion.OVERDUE, members=[maryam], case=case) == []
    tell_counted(occasion=Occasion.URGENT, member=maryam, case=case)
    assert not paging.waits(case)
    assert clocks.sound(timezone.now() + timedelta(days=30)) == 1
    assert clocks.sound(timezone.now() + timedelta(days=60)) == 0, "looked at once, and left"
    for model in (Job, News, Notification, ClockEvent):
        assert not model.objects.exists(), model
    assert send_digests(timezone.now() + timedelta(days=60)) == 0
    unit = make_unit()
    both = make_member("Nadia Shah", practice, unit)
    make_case(unit)
    assert counts(both, timezone.now())["new"] == 1, "the real one alone"


def test_no_figure_counts_it(case: Case, maryam: User) -> None:
    change_status(case=case, to=Status.IN_REVIEW, by=maryam)
    ClockEvent.objects.create(case=case, unit=case.unit, what=ClockEvent.What.BREACHED, level=1, due_at=timezone.now(),
                              at=timezone.now())
    count_all()
    assert not Tally.objects.exists()
    assert PRACTICE not in named()


def test_nothing_goes_into_it_or_out_of_it(case: Case, maryam: User, practice: Unit) -> None:
    unit = make_unit()
    ayesha = make_member("Ayesha Khan", unit)
    real = make_case(unit)
    assert not elsewhere(practice).exists()
    assert practice not in elsewhere(unit)
    assert not asked_units(case).exists()
    assert reader_for(case) is None
    assert reader_for(real) is None, "a real complaint is not read in practice"
    for moved, to, by in ((case, unit, maryam), (real, practice, ayesha)):
        with pytest.raises(SameUnit):
            transfer(case=moved, to=to, by=by, keyring=keyring_of(by))


def test_it_ties_nothing_together_and_is_not_folded(case: Case, maryam: User, practice: Unit) -> None:
    real, tag = make_case(make_unit()), ("handle", "a" * 64)
    for one in (case, real):
        keep_traces(case=one, traces=[tag])
    assert list(Trace.objects.values_list("case", flat=True)) == [real.pk]
    assert not Link.objects.exists()
    calm, other = make_case(practice), make_case(practice)
    with pytest.raises(NotCalm):
        fold(case=other, into=calm, kind=Fold.Kind.HAND, alike=uuid4().hex, by=maryam)
