"""From a decision to an answer, over the real database, the real outbox and Django's mail."""
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from cases.escalation import chasing, delivery, notices, registry, services
from cases.escalation.models import Attempt, Channel, Escalation
from cases.escalation.notices import Missing, Notice
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import ListEntry
from cases.hashing.services import PublishRefused, match, store
from cases.models import Case, Consent
from cases.outbox.models import Job
from cases.priority import Harm
from cases.services import change_status
from cases.vault import custody
from cases.vault.models import DataKeyWrap
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents
from tests.factories.lists import second_yes
from tests.fixtures.jobs import RunJobs

State = Escalation.State
PDQ = "5" * 64


@pytest.fixture
def ayesha(db: None) -> User:
    custody.new_worker_key()
    registry.seed()
    return make_member("Ayesha Khan", make_unit())


@pytest.fixture
def case(ayesha: User) -> Case:
    """An adult's case in review, whose reporter agreed to everything that a notice needs."""
    return ready(make_case(make_unit(), platforms=("tiktok",), links=("https://tiktok.example/v/1",)), ayesha)


def ready(case: Case, by: User) -> Case:
    for act in (Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES):
        reporter_consents(case, act)
    store(case=case, fingerprints=[Fingerprint(1, PDQ, 90, "a" * 64, "b" * 32)])
    return change_status(case=case, to=Status.IN_REVIEW, by=by)


def mail_channel(platform: str = "tiktok") -> Channel:
    return Channel.objects.get(platform__slug=platform, kind="email", harms=[])


def notice(**changes: Any) -> Notice:
    parts: dict[str, Any] = {"reference": services.new_reference(), "links": ("https://tiktok.example/v/1",), "hashes": (),
                             "reasons": "Published without consent.",
                             "policy": "", "law": "", "child": False, "signature": "A. Khan, Ministry"}
    return Notice(**(parts | changes))


def ask(case: Case, by: User, **changes: Any) -> Escalation:
    made = services.request(case=case, channel=mail_channel(), notice=notice(**changes), by=by)
    if made.entries.exists():
        second_yes(case)
    return made


def test_a_notice_leaves_by_mail_and_the_reporter_is_told(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    escalation = ask(case, ayesha)
    assert escalation.state == State.REQUESTED
    assert not mail.outbox, "nothing may leave inside the request"
    run_jobs()
    escalation.refresh_from_db()
    case.refresh_from_db()
    assert escalation.state == State.SENT
    assert escalation.next_check_at - escalation.sent_at == timedelta(hours=48)
    assert case.status == Status.WAITING_OUTSIDE
    assert case.due_at == escalation.next_check_at
    said = case.history.latest("at")
    assert (said.said, said.platform, said.next_check) == ("asked_platform", "tiktok", escalation.next_check_at)
    [sent] = mail.outbox
    assert sent.to == ["legal@tiktok.com"]
    assert escalation.reference in sent.subject
    assert case.ref not in sent.subject + sent.body, "our case reference stays in the house"
    assert "https://tiktok.example/v/1" in sent.body
    proof = Attempt.objects.get(escalation=escalation)
    assert proof.ok
    assert proof.proof["message_id"] == sent.extra_headers["Message-ID"]


def test_the_worker_can_read_a_notice_only_until_it_is_sent(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    escalation = ask(case, ayesha)
    wraps = DataKeyWrap.objects.filter(key=escalation.notice_key)
    assert set(wraps.values_list("recipient", flat=True)) == {"unit", "worker"}
    run_jobs()
    assert set(wraps.values_list("recipient", flat=True)) == {"unit"}


def test_delivering_twice_sends_once(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    escalation = ask(case, ayesha)
    run_jobs()
    delivery.deliver(escalation_id=escalation.pk)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("answer", [None, Consent.Answer.NO, Consent.Answer.ASK_FIRST])
@pytest.mark.parametrize("act", [Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES])
def test_nothing_leaves_without_a_yes(ayesha: User, act: Consent.Act, answer: Consent.Answer | None) -> None:
    case = make_case(make_unit(), platforms=("tiktok",))
    for one in (Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES):
        if one != act:
            reporter_consents(case, one)
        elif answer:
            reporter_consents(case, one, answer)
    case = change_status(case=case, to=Status.IN_REVIEW, by=ayesha)
    with pytest.raises(services.ConsentMissing) as refused:
        ask(case, ayesha, hashes=(PDQ,))
    assert refused.value.act == act
    assert not Escalation.objects.exists()
    assert not ListEntry.objects.exists()


def test_a_yes_taken_back_counts(case: Case, ayesha: User) -> None:
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    with pytest.raises(services.ConsentMissing):
        ask(case, ayesha)


def test_a_yes_taken_back_stops_a_notice_that_still_waits(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    escalation = ask(case, ayesha)
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    run_jobs()
    escalation.refresh_from_db()
    assert escalation.state == State.FAILED
    assert escalation.channel.address not in {to for message in mail.outbox for to in message.to}      # only staff are told
    assert not DataKeyWrap.objects.filter(key=escalation.notice_key, recipient="worker").exists()


def test_fingerprints_of_an_adult_go_on_the_list_with_the_notice(case: Case, ayesha: User) -> None:
    escalation = ask(case, ayesha, hashes=(PDQ,))
    assert [entry.value for entry in escalation.entries.all()] == [PDQ]


def test_fingerprints_of_a_child_never_do(ayesha: User) -> None:
    case = ready(make_case(make_unit(), age_now=16, platforms=("tiktok",)), ayesha)
    with pytest.raises(PublishRefused):
        ask(case, ayesha, hashes=(PDQ,))
    assert not ListEntry.objects.exists()
    assert not Escalation.objects.exists(), "the refusal takes the whole request back"


def test_a_picture_found_to_be_a_childs_while_the_notice_waits_stays(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    escalation = ask(case, ayesha, hashes=(PDQ,))
    child = make_case(make_unit("children"), age_now=15)
    store(case=child, fingerprints=[Fingerprint(1, PDQ, 90, "c" * 64, "d" * 32)])
    match(case_id=child.pk)
    run_jobs()
    escalation.refresh_from_db()
    assert escalation.state == State.FAILED
    assert not [message for message in mail.outbox if PDQ in message.body]
    assert ListEntry.objects.get().state == ListEntry.State.SUSPENDED


@pytest.mark.parametrize("age", [16, 24])
@pytest.mark.parametrize("value", [PDQ, "A" * 64, "b" * 32])
@pytest.mark.parametrize("field", ["reasons", "policy", "law", "signature", "links"])
def test_a_fingerprint_does_not_leave_in_the_words(ayesha: User, field: str, value: str, age: int) -> None:
    case = ready(make_case(make_unit(), age_now=age, platforms=("tiktok",)), ayesha)
    with pytest.raises(services.Incomplete) as refused:
        ask(case, ayesha, **{field: (f"https://x.example/{value}",) if field == "links" else f"see {value}."})
    assert refused.value.lacks == [Missing.FINGERPRINT]
    assert not Escalation.objects.exists()


def test_a_fingerprint_of_another_case_does_not_leave(case: Case, ayesha: User) -> None:
    store(case=make_case(make_unit("children"), age_now=15), fingerprints=[Fingerprint(1, "6" * 64, 90, "c" * 64, "d" * 32)])
    with pytest.raises(services.Incomplete):
        ask(case, ayesha, hashes=(PDQ, "6" * 64))
    assert not ListEntry.objects.exists()


def test_withdrawn_consent_takes_entries_off_unless_another_case_stands_behind_them(case: Case, ayesha: User) -> None:
    ask(case, ayesha, hashes=(PDQ,))
    other = ready(make_case(make_unit(), platforms=("tiktok",)), ayesha)
    ask(other, ayesha, hashes=(PDQ,))
    assert services.withdraw_hashes(case=case) == []
    assert ListEntry.objects.get().state == ListEntry.State.ACTIVE
    Escalation.objects.filter(case=case).delete()
    assert [entry.value for entry in services.withdraw_hashes(case=other)] == [PDQ]


@pytest.mark.parametrize("answer", [Consent.Answer.NO, Consent.Answer.ASK_FIRST])
def test_a_case_that_took_its_own_yes_back_stands_behind_nothing(case: Case, ayesha: User, answer: Consent.Answer) -> None:
    ask(case, ayesha, hashes=(PDQ,))
    other = ready(make_case(make_unit(), platforms=("tiktok",)), ayesha)
    ask(other, ayesha, hashes=(PDQ,))
    for one in (case, other):
        reporter_consents(one, Consent.Act.SHARE_HASHES, answer)
        services.withdraw_hashes(case=one)
    assert ListEntry.objects.get().state == ListEntry.State.WITHDRAWN


@pytest.mark.parametrize(("changes", "lack"), [
    ({"links": (), "hashes": ()}, Missing.LOCATION), ({"reasons": "  "}, Missing.REASONS),
    ({"signature": ""}, Missing.SIGNATURE)])
def test_an_incomplete_notice_stays(case: Case, ayesha: User, changes: dict[str, Any], lack: Missing) -> None:
    with pytest.raises(services.Incomplete) as refused:
        ask(case, ayesha, **changes)
    assert refused.value.lacks == [lack]


@pytest.mark.parametrize("field", ["reasons", "policy", "law", "signature"])
@pytest.mark.parametrize("words", [
    "He is accused of blasphemy.", "اس پر توہینِ مذہب کا الزام ہے", "section 295-C", "دفعہ ۲۹۵ سی", "295 – C", "tauheen-e-risalat",
    "تَوہین", "تو\u200cہین", "توهين", "gustakh", "namoos", "BLAS\u200bPHEMY"])
def test_an_accusation_is_never_repeated(words: str, field: str) -> None:
    assert notices.missing(notice(**{field: words}), Harm.BLASPHEMY_ACCUSATION) == [Missing.ACCUSATION]
    with_our_words = notices.draft(reference="MZ-2222222222", harm=Harm.BLASPHEMY_ACCUSATION, child=False,
                                   links=["https://x.example/1"], hashes=[],
                                   policy="", signature="A", language="en")
    assert notices.missing(with_our_words, Harm.BLASPHEMY_ACCUSATION) == []


@pytest.mark.parametrize("status", [Status.NEW, Status.CLOSED])
def test_only_a_case_in_work_can_be_escalated(ayesha: User, status: Status) -> None:
    case = make_case(make_unit())
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    if status == Status.CLOSED:
        case = change_status(case=change_status(case=case, to=Status.IN_REVIEW, by=ayesha), to=status, by=ayesha,
                             outcome=Outcome.NOT_FOR_US)
    with pytest.raises(services.NotNow):
        ask(case, ayesha)


class Refusing:
    """Mail servers that answer with a code."""

    def __init__(self, code: int) -> None:
        self.code = code

    def __call__(self, *_args: object, **_kwargs: object) -> int:
        raise smtplib.SMTPDataError(self.code, b"no")


def test_a_server_that_says_later_is_asked_again(case: Case, ayesha: User, run_jobs: RunJobs,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    escalation = ask(case, ayesha)
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", Refusing(451))
    run_jobs()
    escalation.refresh_from_db()
    assert escalation.state == State.REQUESTED
    assert Attempt.objects.get().error == "greylisted 451"
    assert Job.objects.get(task="escalation.deliver").state == Job.State.QUEUED


def test_a_server_that_says_never_brings_it_back_to_a_person(case: Case, ayesha: User, run_jobs: RunJobs,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    escalation = ask(case, ayesha)
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", Refusing(550))
    run_jobs()
    escalation.refresh_from_db()
    assert escalation.state == State.FAILED
    assert Attempt.objects.get().error == "refused_address 550"
    assert not DataKeyWrap.objects.filter(key=escalation.notice_key, recipient="worker").exists()


def test_a_delivery_given_up_is_found_by_the_chase(case: Case, ayesha: User) -> None:
    escalation = ask(case, ayesha)
    Job.objects.filter(task="escalation.deliver").update(state=Job.State.FAILED)
    chasing.chase(timezone.now())
    escalation.refresh_from_db()
    assert escalation.state == State.FAILED


@pytest.mark.parametrize(("outcome", "status", "said"), [
    (State.ACKNOWLEDGED, Status.WAITING_OUTSIDE, "platform_saw_it"), (State.ACTIONED, Status.IN_REVIEW, "platform_removed"),
    (State.REFUSED, Status.IN_REVIEW, "platform_refused")])
def test_an_answer_moves_the_case_and_is_put_in_words(case: Case, ayesha: User, run_jobs: RunJobs, outcome: State, status: Status,
                                                      said: str) -> None:
    escalation = ask(case, ayesha)
    run_jobs()
    services.answer(escalation=escalation, outcome=outcome, by=ayesha)
    case.refresh_from_db()
    words = case.history.latest("at")
    assert (case.status, words.said, words.platform) == (status, said, "tiktok")
    if outcome == State.REFUSED:
        assert words.next_check == pytest.approx(case.due_at, abs=timedelta(seconds=2)), "the date told is the unit's own clock"


def test_silence_is_noticed_when_the_clock_runs_out(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    escalation = ask(case, ayesha)
    run_jobs()
    chasing.chase(timezone.now() + timedelta(hours=47))
    escalation.refresh_from_db()
    assert escalation.state == State.SENT
    chasing.chase(timezone.now() + timedelta(hours=49))
    escalation.refresh_from_db()
    case.refresh_from_db()
    assert (escalation.state, case.status) == (State.NO_ANSWER, Status.IN_REVIEW)
    assert case.history.latest("at").said == "platform_silent"


def test_one_removal_does_not_end_the_wait_for_another_platform(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    first = ask(case, ayesha)
    services.request(case=case, channel=mail_channel("telegram"), notice=notice(), by=ayesha)
    run_jobs()
    services.answer(escalation=first, outcome=State.ACTIONED, by=ayesha)
    case.refresh_from_db()
    assert (case.status, case.history.latest("at").said) == (Status.WAITING_OUTSIDE, "platform_removed")


def test_an_answer_twice_is_refused(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    escalation = ask(case, ayesha)
    run_jobs()
    services.answer(escalation=escalation, outcome=State.ACTIONED, by=ayesha)
    with pytest.raises(services.NotNow):
        services.answer(escalation=escalation, outcome=State.ACTIONED, by=ayesha)


def test_a_partners_verdict_moves_only_its_own_platforms_escalation(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    escalation = ask(case, ayesha, hashes=(PDQ,))
    run_jobs()
    entry = escalation.entries.get()
    assert services.list_answered(entry=entry, platform="telegram", outcome=State.ACTIONED, partner=ayesha.pk) == 0
    assert services.list_answered(entry=entry, platform="tiktok", outcome=State.ACTIONED, partner=ayesha.pk) == 1
    assert services.list_answered(entry=entry, platform="tiktok", outcome=State.ACTIONED, partner=ayesha.pk) == 0


def test_a_closed_case_is_promised_no_next_step(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    escalation = ask(case, ayesha)
    run_jobs()
    case = change_status(case=case, to=Status.CLOSED, by=ayesha, outcome=Outcome.WITHDRAWN)
    told = case.history.count()
    chasing.chase(timezone.now() + timedelta(hours=49))
    escalation.refresh_from_db()
    case.refresh_from_db()
    assert (escalation.state, case.status, case.history.count()) == (State.NO_ANSWER, Status.CLOSED, told)
