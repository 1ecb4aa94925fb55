"""One report, two cases: what the reporter reads, and that whatever ends the first ends the second."""
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, strategies as st

from cases.audit.models import Entry
from cases.hashing.models import ListEntry, Match, MediaHash
from cases.hashing.services import Refusal as NotListed, refusal as not_listed
from cases.intake.inbox_services import change_answer, withdraw_report, write_back
from cases.merging.selectors import Refusal
from cases.merging.splitting import SplitRefused
from cases.models import Case, Consent, Link, Message, StatusChange
from cases.notifications.models import Notification
from cases.priority import Harm
from cases.public_words import Said, of_a_part
from cases.retention import disposal, services as retention
from cases.retention.models import Disposal, Hold, Proposal
from cases.retention.selectors import is_held
from cases.selectors import agrees
from cases.services import NoConversation, assign, change_status, link_cases
from cases.statistics.counting import Dimension, _of, facts
from cases.triage import services
from cases.triage.between import Ground, NotPermitted
from cases.triage.moves import Move
from cases.triage.reading import seal_note
from cases.triage.splitting import Chosen, divided, split as split_case, undo
from cases.triage.transfer import give_to
from cases.vault import envelope
from cases.vault.models import DataKeyWrap
from cases.workflow import Outcome, Status, TransitionRefused
from portal.accounts.models import User
from tests.factories.cases import keyring_of, make_case, make_member, make_unit, reporter_consents, secrets_of
from tests.factories.lists import publish

CLOSE = Move(Status.CLOSED, Said.CLOSED_REMOVED, Outcome.REMOVED)
LINKS = ["https://x.example/the-page/1", "https://y.example/other/2"]


@pytest.fixture
def ayesha(db: None) -> User:
    return make_member("Ayesha Khan", make_unit())


@pytest.fixture
def first(ayesha: User) -> Case:
    return change_status(case=make_case(make_unit(), links=LINKS), to=Status.IN_REVIEW, by=ayesha)


@pytest.fixture
def second(first: Case, ayesha: User) -> Case:
    return split(first, ayesha)


def split(case: Case, by: User, *, harm: Harm = Harm.DOXXING, **chosen: object) -> Case:
    return split_case(case=case, chosen=Chosen(**{"links": LINKS[1:], **chosen}), harm=harm, about="Where she lives",
                      reason="Two people do two things", by=by, keyring=keyring_of(by))


def pictures(case: Case) -> list[MediaHash]:
    return [MediaHash.objects.create(case=case, number=n, pdq=f"{n}" * 64, quality=90, sha256=f"{n}" * 64, md5=f"{n}" * 32,
                                     at=timezone.now(), matched_at=timezone.now()) for n in (1, 2)]


def now_(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def said_in(case: Case) -> list[str]:
    return list(StatusChange.objects.filter(case=case).exclude(said="").order_by("at").values_list("said", flat=True))


words = st.text(max_size=4)


@given(st.lists(words, max_size=8), st.sets(words, max_size=5))
def test_no_part_is_in_both_or_in_none(values, ticked):
    goes, stays = divided(values, {*ticked, *values[:2]})
    assert Counter(goes) + Counter(stays) == Counter(values)
    assert not set(goes) & set(stays)
    assert [each for each in values if each in set(goes)] == goes


def test_every_word_of_a_split_case_is_told_or_goes_without_saying():
    told = {said: of_a_part(said) for said in Said}
    assert told[Said.CLOSED_REMOVED] == Said.PART_REMOVED
    assert told[Said.ASKED_PLATFORM] == Said.ASKED_PLATFORM
    assert not any(words.value.startswith("closed_") for words in told.values() if words)


def test_the_reporter_reads_both_where_they_always_did(first, second, ayesha):
    reporter_consents(first, Consent.Act.ASK_PLATFORM)
    assert agrees(now_(second), Consent.Act.ASK_PLATFORM)
    before = now_(first)
    asked = Move(Status.WAITING_OUTSIDE, Said.ASKED_PLATFORM)
    services.move(case=now_(second), choice=asked, by=ayesha, platform="facebook", next_check=timezone.now() + timedelta(days=1))
    services.move(case=now_(second), choice=CLOSE, by=ayesha)
    assert said_in(first)[-3:] == ["in_parts", "asked_platform", "part_removed"]
    after = now_(first)
    assert (after.status, after.due_at, after.version) == (before.status, before.due_at, before.version)
    assert Entry.objects.filter(event__in=["case_split", "case_split_off"]).count() == 2


def test_it_has_no_conversation_and_is_closed_before_the_first(first, second, ayesha):
    with pytest.raises(NoConversation):
        services.reply(case=now_(second), message_id=uuid4(), body=b"x", by=ayesha)
    for case, choice in ((second, Move(Status.WAITING_REPORTER, Said.ASKED_YOU)), (first, CLOSE)):
        with pytest.raises(TransitionRefused):
            services.move(case=now_(case), choice=choice, by=ayesha)
    for case in (second, first):
        services.move(case=now_(case), choice=CLOSE, by=ayesha)
    back = Move(Status.IN_REVIEW, Said.IN_REVIEW)
    with pytest.raises(TransitionRefused):
        services.move(case=now_(second), choice=back, by=ayesha)
    services.move(case=now_(first), choice=back, by=ayesha)
    assert services.move(case=now_(second), choice=back, by=ayesha).status == Status.IN_REVIEW
    assert not Message.objects.exists()


def test_no_key_of_the_second_opens_with_the_receipt(first, second):
    keys = disposal.keys_of(second)
    assert len(keys) == 2
    assert set(DataKeyWrap.objects.filter(key__in=keys).values_list("recipient", flat=True)) == {"unit"}


def test_who_has_the_second_is_told_that_the_reporter_wrote(first, second, ayesha, run_jobs):
    bilal, row = make_member("Bilal Raza", make_unit()), uuid4()
    for case, member in ((first, ayesha), (second, bilal)):
        assign(case=now_(case), to=member, by=ayesha)
    body = envelope.seal(secrets_of(first).conversation, b"Again", case=first.pk, field="message", record=row)
    write_back(case=now_(first), message_id=row, body=body)
    run_jobs()
    told = Notification.objects.filter(occasion="message")
    assert set(told.values_list("member", flat=True)) == {ayesha.pk, bilal.pk}
    assert not Message.objects.filter(case=second).exists()


def test_a_withdrawn_report_ends_both(first, second, run_jobs):
    withdraw_report(case=now_(first))
    assert "merging.release" in run_jobs()
    assert {(case.status, case.outcome) for case in Case.objects.all()} == {("closed", "withdrawn")}
    assert said_in(first)[-1] == "closed_withdrawn"


def test_an_erased_report_leaves_nothing_of_either(first, second, run_jobs, settings, tmp_path):
    settings.TOMBSTONES = tmp_path / "tombstones"
    keys = [*disposal.keys_of(first), *disposal.keys_of(second)]
    assert {key.pk for key in disposal.keys_beside(first)}.isdisjoint(key.pk for key in keys)
    retention.erase(case=now_(first))
    run_jobs()
    assert not Case.objects.exists()
    assert not DataKeyWrap.objects.filter(key__in=keys).exists()
    assert Disposal.objects.count() == 1


def test_holds_and_time_are_those_of_the_first(first, second, ayesha):
    retention.place_hold(case=now_(second), reason=Hold.Reason.COURT, by=ayesha)
    assert (Hold.objects.get().case_id, is_held(now_(second)), is_held(now_(first))) == (first.pk, True, True)
    retention.lift_hold(case=now_(second), because=Hold.Lifted.OVER, by=ayesha)
    retention.set_up_schedules()
    for case, days in ((second, 1), (first, 4_000)):
        change_status(case=now_(case), to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
        Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=days), unread=False)
    assert retention.propose(timezone.now()) == 0
    Case.objects.filter(pk=second.pk).update(closed_at=timezone.now() - timedelta(days=4_000))
    assert retention.propose(timezone.now()) == 1
    assert Proposal.objects.get().case_id == first.pk


def test_undone_the_first_is_worked_for_both(first, second, ayesha):
    undo(case=now_(second), reason="One man after all", by=ayesha, keyring=keyring_of(ayesha))
    assert now_(second).merged_into_id == first.pk
    with pytest.raises(SplitRefused) as again:
        undo(case=now_(second), reason="One man after all", by=ayesha, keyring=keyring_of(ayesha))
    assert again.value.reason in {Refusal.KEPT, Refusal.MERGED}
    services.move(case=now_(first), choice=CLOSE, by=ayesha)
    assert {case.status for case in Case.objects.all()} == {"closed"}
    assert said_in(first)[-1] == "closed_removed"


def test_undoing_waits_while_one_is_closed(first, second, ayesha):
    services.move(case=now_(second), choice=CLOSE, by=ayesha)
    with pytest.raises(SplitRefused) as refused:
        undo(case=now_(second), reason="One man after all", by=ayesha, keyring=keyring_of(ayesha))
    assert refused.value.reason == Refusal.CLOSED


def test_a_no_takes_the_fingerprints_of_both_off_the_list(first, ayesha, run_jobs):
    reporter_consents(first, Consent.Act.SHARE_HASHES)
    second = split(first, ayesha, harm=Harm.DEEPFAKE, pictures=[pictures(first)[1].pk])
    assert dict(MediaHash.objects.values_list("number", "case")) == {1: first.pk, 2: second.pk}
    for case in (first, second):
        publish(now_(case), despite=True)
    assert set(ListEntry.objects.values_list("state", flat=True)) == {"active"}
    change_answer(case=now_(first), act=Consent.Act.SHARE_HASHES, answer=Consent.Answer.NO, consent_id=uuid4())
    run_jobs()
    assert set(ListEntry.objects.values_list("state", flat=True)) == {"withdrawn"}


def test_a_picture_keeps_what_it_was_found_to_be_the_same_as(first, ayesha):
    other = make_case(make_unit(), story="Another report")
    (one, two), theirs = pictures(first), pictures(other)[1]
    Match.objects.create(a=theirs, b=two, distance=0, at=timezone.now())
    link_cases(a=first, b=other, because=Link.Because.HASH)
    second = split(first, ayesha, pictures=[two.pk])
    assert {frozenset(pair) for pair in Link.objects.values_list("a", "b")} == {frozenset((second.pk, other.pk))}
    undo(case=now_(second), reason="One man after all", by=ayesha, keyring=keyring_of(ayesha))
    assert {frozenset(pair) for pair in Link.objects.values_list("a", "b")} == {frozenset((first.pk, other.pk))}
    assert set(MediaHash.objects.filter(pk__in=[one.pk, two.pk]).values_list("case", flat=True)) == {first.pk}


def test_the_database_lets_no_fingerprint_leave_its_report(first, second, ayesha):
    stranger, (one, _two) = make_case(make_unit(), story="Another report"), pictures(first)
    for to in (stranger, split(stranger, ayesha, links=[])):
        with pytest.raises(IntegrityError), transaction.atomic():
            MediaHash.objects.filter(pk=one.pk).update(case=to)
    assert MediaHash.objects.filter(pk=one.pk).update(case=second) == 1


def test_a_child_is_one_in_each_case_of_the_report(first, second):
    Case.objects.filter(pk=first.pk).update(child=True)
    assert not_listed(now_(second)) == NotListed.CHILD


def test_both_go_to_another_unit_or_neither(first, second, ayesha):
    head, children = make_member("Head", make_unit(), role="supervisor"), make_unit("children")
    make_member("Sana", children)

    def give(case: Case) -> Case:
        note, body = seal_note(case, "Please take over", keyring=keyring_of(head))
        return give_to(unit=children, case=case, ground=Ground.ROUTING, note_id=note, reason=body, by=head,
                       keyring=keyring_of(head))

    with pytest.raises(NotPermitted):
        give(now_(second))
    give(now_(first))
    assert {case.unit_id for case in Case.objects.all()} == {children.pk}


def test_it_is_no_report_of_its_own_in_the_figures(first, second):
    kinds = {dimension for _month, _unit, dimension, _value in facts(_of(second))}
    assert kinds.isdisjoint({Dimension.UNIT, Dimension.SOURCE, Dimension.OUTCOME, Dimension.HARM})
    assert facts(_of(first))
