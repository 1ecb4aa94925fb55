"""Two reports become one piece of work and are taken apart: what holds meanwhile, and what is left of it afterwards."""
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.conversation import services as conversation
from cases.conversation.models import Ask
from cases.intake.inbox_services import withdraw_report, write_back
from cases.merging import services as merging
from cases.merging.models import Merging
from cases.merging.selectors import Refusal
from cases.models import Case, Consent, Message, StatusChange
from cases.priority import Danger, Level
from cases.public_words import Said
from cases.retention import disposal, services as retention
from cases.services import change_status, set_priority
from cases.triage import services, walls
from cases.triage.moves import Move
from cases.vault import envelope
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents, secrets_of
from tests.fixtures.roles import acting_as

pytestmark = pytest.mark.django_db
CLOSE = Move(Status.CLOSED, Said.CLOSED_REMOVED, Outcome.REMOVED)


@pytest.fixture
def ayesha(db: None) -> User:
    return make_member("Ayesha Khan", make_unit())


@pytest.fixture
def leading(ayesha: User) -> Case:
    return change_status(case=make_case(make_unit(), story="First"), to=Status.IN_REVIEW, by=ayesha)


@pytest.fixture
def led(ayesha: User) -> Case:
    return make_case(make_unit(), story="Second", dangers=[Danger.LIFE])


def merge(case: Case, into: Case, by: User) -> Merging:
    row = uuid4()
    reason = envelope.seal(secrets_of(case).key, b"The same post", case=case.pk, field="merge_reason", record=row)
    return merging.merge(case=case, into=into, merging_id=row, reason=reason, by=by)


def now_(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def writes(case: Case, text: str = "Again") -> None:
    """What the reporter writes, by the role that the inbox has."""
    row = uuid4()
    body = envelope.seal(secrets_of(case).conversation, text.encode(), case=case.pk, field="message", record=row)
    write_back(case=case, message_id=row, body=body)


def test_the_leading_case_runs_for_both_and_gives_back_what_it_took(leading, led, ayesha):
    before = now_(leading)
    row = merge(led, leading, ayesha)
    one, other = now_(leading), now_(led)
    assert (one.priority, one.priority_rule, one.due_at, one.alarm_at) == (Level.P1, "merged", led.due_at, led.alarm_at)
    assert (other.merged_into_id, other.due_at, other.status) == (leading.pk, None, "new")
    assert other.alarm_at is None
    assert {(e.event, e.subject) for e in Entry.objects.filter(event__in=["case_merged", "case_leads"])} == {
        ("case_merged", str(led.pk)), ("case_leads", str(leading.pk))}
    assert merging.unmerge(case=led, by=ayesha, reason=bytes(row.reason)).merged_into is None
    assert abs(now_(led).due_at - led.due_at) < timedelta(seconds=9)         # with what was left
    assert (now_(leading).priority, now_(leading).priority_rule) == (before.priority, before.priority_rule)
    assert merging.unmerge(case=led, by=ayesha, reason=b"again") is None
    assert Merging.objects.get().undone_by == ayesha


UNFIT = {
    Refusal.KEPT: lambda leading, led, by: (make_case(make_unit(), wants_woman=True), leading),
    Refusal.SAME: lambda leading, led, by: (leading, leading),
    Refusal.UNIT: lambda leading, led, by: (make_case(make_unit("children")), leading),
    Refusal.CHILD: lambda leading, led, by: (make_case(make_unit(), age_now=15), leading),
    Refusal.CLOSED: lambda leading, led, by: (led, change_status(case=leading, to=Status.CLOSED, by=by, outcome=Outcome.REMOVED)),
    Refusal.MERGED: lambda leading, led, by: (merge(led, make_case(make_unit()), by).case, leading),
    Refusal.LED: lambda leading, led, by: (led, merge(leading, make_case(make_unit()), by).case),
    Refusal.LEADS: lambda leading, led, by: (merge(make_case(make_unit()), led, by).into, leading),
}


@pytest.mark.parametrize("why", UNFIT)
def test_what_may_not_be_merged(leading, led, ayesha, why):
    make_unit("children").memberships.create(member=ayesha)
    case, into = UNFIT[why](leading, led, ayesha)
    with pytest.raises(merging.MergeRefused) as refused:
        merge(case, into, ayesha)
    assert refused.value.reason == why


def test_a_case_leads_no_more_than_it_can_show(leading, led, ayesha, monkeypatch):
    monkeypatch.setattr("cases.merging.selectors.MOST", 1)
    merge(led, leading, ayesha)
    with pytest.raises(merging.MergeRefused):
        merge(make_case(make_unit()), leading, ayesha)


def test_nobody_merges_what_is_walled_off_or_another_units(leading, led, ayesha):
    head = make_member("Head", make_unit(), role="supervisor")
    stranger = make_member("Sana", make_unit("children"))
    walls.exclude(case=led, member=ayesha, cause=walls.Exclusion.Cause.KNOWS, by=head)
    for member in (ayesha, stranger):
        with pytest.raises(merging.MergeRefused):
            merge(led, leading, member)
    assert merge(led, leading, head)


def test_a_new_message_makes_the_leading_case_unread_until_somebody_has_read_it(leading, led, ayesha, run_jobs):
    merge(led, leading, ayesha)
    services.read(case=now_(leading), by=ayesha)
    assert not now_(leading).unread
    with acting_as("worker"):
        change_status(case=leading, to=Status.WAITING_REPORTER, by=None)
    writes(now_(led))
    assert "merging.reach" in run_jobs()
    assert now_(leading).unread
    assert now_(leading).due_at is not None
    services.reply(case=now_(leading), message_id=uuid4(), body=b"x", by=ayesha)
    assert now_(leading).unread                     # the answer went to the other reporter
    assert services.read(case=now_(leading), by=ayesha) == 1
    assert not now_(leading).unread
    assert not now_(led).unread


def test_each_reporter_reads_how_it_goes_on_in_words_that_they_agreed_to(leading, led, ayesha):
    merge(led, leading, ayesha)
    reporter_consents(leading, Consent.Act.ASK_PLATFORM)
    asked = Move(Status.WAITING_OUTSIDE, Said.ASKED_PLATFORM)
    services.move(case=now_(leading), choice=asked, by=ayesha, platform="facebook", next_check=timezone.now() + timedelta(days=1))
    said = StatusChange.objects.filter(case=led).values_list("status", "said", "platform")
    assert list(said)[1:] == [("in_review", "in_review", ""), ("waiting_outside", "in_review", "")]
    assert now_(led).due_at is None
    services.move(case=now_(leading), choice=CLOSE, by=ayesha)
    assert (now_(led).status, now_(led).outcome) == ("closed", "removed")
    assert not Message.objects.filter(case=led).exists()


def test_who_did_not_agree_to_the_end_comes_back_to_the_queue(leading, led, ayesha):
    merge(led, leading, ayesha)
    reporter_consents(leading, Consent.Act.PASS_POLICE)
    services.move(case=now_(leading), choice=Move(Status.CLOSED, Said.CLOSED_REFERRED, Outcome.REFERRED), by=ayesha)
    assert (now_(leading).status, now_(led).status, now_(led).merged_into_id) == ("closed", "new", None)
    assert now_(led).due_at is not None


def test_withdrawn_or_erased_the_leading_case_takes_nobody_with_it(leading, led, ayesha, run_jobs, settings, tmp_path):
    settings.TOMBSTONES = tmp_path / "tombstones"
    third = make_case(make_unit(), story="Third")
    merge(led, leading, ayesha)
    withdraw_report(case=now_(leading))
    run_jobs()
    assert (now_(led).merged_into_id, now_(led).status) == (None, "new")
    merge(third, led, ayesha)
    retention.erase(case=now_(led))
    run_jobs()
    assert not Case.objects.filter(pk=led.pk).exists()
    assert (now_(third).merged_into_id, now_(third).due_at is None) == (None, False)
    assert not Merging.objects.filter(into=led).exists()


def test_a_merged_case_that_is_erased_leaves_nothing_behind(leading, led, ayesha, run_jobs, settings, tmp_path):
    settings.TOMBSTONES = tmp_path / "tombstones"
    merge(led, leading, ayesha)
    keys = disposal.keys_of(led)
    retention.erase(case=now_(led))
    assert "merging.settle" in run_jobs()
    assert (now_(leading).priority, Merging.objects.count()) == (leading.priority, 0)
    assert all(key.wraps.count() == 0 for key in keys)


def test_a_case_withdrawn_by_its_own_reporter_is_not_opened_again(leading, led, ayesha):
    merge(led, leading, ayesha)
    withdraw_report(case=now_(led))
    services.move(case=now_(leading), choice=CLOSE, by=ayesha)
    services.move(case=now_(leading), choice=Move(Status.IN_REVIEW, Said.IN_REVIEW), by=ayesha)
    assert now_(led).outcome == "withdrawn"


def test_a_merged_report_opened_again_by_its_reporter_stands_in_the_queue(leading, led, ayesha, run_jobs):
    merge(led, leading, ayesha)
    services.move(case=now_(leading), choice=CLOSE, by=ayesha)
    row = uuid4()
    write_back(case=now_(led), message_id=row, body=b"x", back_online=True)
    run_jobs()
    assert (now_(led).status, now_(led).merged_into_id, now_(leading).status) == ("in_review", None, "closed")
    assert now_(led).due_at is not None


def test_what_a_merged_case_becomes_the_leading_one_is(leading, ayesha, run_jobs):
    other = make_case(make_unit())
    merge(other, leading, ayesha)
    set_priority(case=now_(other), level=Level.P2, by=ayesha)
    merging.settle(case_id=other.pk)
    assert (now_(leading).priority, now_(leading).priority_rule) == (Level.P2, "merged")
    assert now_(other).due_at is None


def test_whose_facts_turn_out_to_be_a_childs_comes_apart(leading, led, ayesha, run_jobs):
    third = make_case(make_unit())
    merge(led, leading, ayesha)
    merge(third, leading, ayesha)
    Case.objects.filter(pk=third.pk).update(child=True)
    merging.settle(case_id=third.pk)
    assert (now_(third).merged_into_id, now_(led).merged_into_id) == (None, leading.pk)
    assert now_(leading).priority == Level.P1
    Case.objects.filter(pk=leading.pk).update(child=True)
    merging.settle(case_id=leading.pk)
    assert (now_(led).merged_into_id, now_(leading).priority_rule == "merged") == (None, False)


def test_a_hand_on_the_leading_case_holds_until_there_is_news(leading, led, ayesha):
    merge(led, leading, ayesha)
    set_priority(case=now_(leading), level=Level.P3, by=ayesha)
    merging.settle(case_id=leading.pk)
    assert (now_(leading).priority, now_(leading).priority_rule) == (Level.P3, "by_hand")
    merging.settle(case_id=led.pk)
    assert now_(leading).priority == Level.P1


def test_an_answer_in_a_small_form_reaches_the_leading_case_too(leading, led, ayesha, run_jobs):
    merge(led, leading, ayesha)
    services.read(case=now_(leading), by=ayesha)
    question = conversation.ask(case=now_(led), kind=Ask.Kind.LINKS, by=ayesha)
    assert conversation.answer(case=now_(led), ask_id=question.pk, sealed=None)
    assert "merging.reach" in run_jobs()
    assert now_(leading).unread
