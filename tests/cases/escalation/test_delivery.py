"""Over a real SMTP server: what it says decides what follows; a broken way pauses; a dead letter goes again by a person."""
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.escalation import delivery, gates, replying, services
from cases.escalation.failures import Failure
from cases.escalation.models import Attempt, DeadLetter, Escalation, Gate, ReplyAddress
from cases.models import Case, Consent
from cases.outbox.models import Job
from cases.outbox.services import sweep
from cases.vault.models import DataKeyWrap
from cases.vault.unseal import key_for_unit
from portal.accounts.models import User
from tests.cases.escalation.conftest import Platform, asked
from tests.factories.cases import keyring_of, make_member, make_unit, reporter_consents, signed_in
from tests.fixtures.jobs import RunJobs

State = Escalation.State


def secret_of(notice: Escalation, by: User) -> bytes:
    return key_for_unit(notice.notice_key, case=notice.case_id, keyring=keyring_of(by))


def worker_reads(notice: Escalation) -> bool:
    return DataKeyWrap.objects.filter(key=notice.notice_key, recipient="worker").exists()


def due_now() -> None:
    Job.objects.filter(state=Job.State.QUEUED).update(due_at=timezone.now(), rings=1)


def test_what_left_leaves_a_proof_and_bounces_come_to_its_own_address(notice: Escalation, ayesha: User, platform: Platform,
                                                                      run_jobs: RunJobs) -> None:
    run_jobs()
    [mail] = platform.mails
    assert isinstance(mail.content, bytes)
    replies = replying.address(secret_of(notice, ayesha), notice)
    assert mail.mail_from == message_from_bytes(mail.content)["Reply-To"] == replies
    token = replies.partition("+")[2].partition("@")[0]
    assert replying.addressed([f"<{replies}>".strip("<>").upper(), f"takedown+{token}x@example.org", "takedown@example.org",
                               f"takedown+{token}@evil.example"]) == [token]
    assert token not in str(list(ReplyAddress.objects.values())), "who reads the table cannot write to the address"
    proof = Attempt.objects.get().proof
    assert proof["answer"] == "250 2.0.0 Ok: queued as 4Xyz"
    assert len(proof["sha256"]) == len(proof["wire"]) == 64
    assert replying.escalation_of(["a" * 26, token]) == notice
    assert replying.escalation_of(["a" * 26]) is None


@pytest.mark.parametrize(("rcpt", "data", "state", "failure"), [
    ("550 5.1.1 No such user", "", State.FAILED, Failure.REFUSED_ADDRESS),
    ("", "554 5.7.1 Spam", State.FAILED, Failure.POLICY), ("", "552 5.2.2 Full", State.FAILED, Failure.MAILBOX_FULL),
    ("450 4.2.0 Greylisted", "", State.REQUESTED, Failure.GREYLISTED), ("", "421 Busy", State.REQUESTED, Failure.BUSY)])
def test_what_the_server_says_decides(notice: Escalation, platform: Platform, run_jobs: RunJobs, rcpt: str, data: str,
                                      state: State, failure: Failure) -> None:
    platform.rcpt, platform.data = rcpt or platform.rcpt, data or platform.data
    run_jobs()
    notice.refresh_from_db()
    assert (notice.state, Attempt.objects.get().failure, platform.mails) == (state, failure, [])
    assert worker_reads(notice) == (state == State.REQUESTED)
    assert [letter.failure for letter in DeadLetter.objects.all()] == ([failure.value] if state == State.FAILED else [])


def test_a_server_that_stalls_and_one_that_is_not_there(notice: Escalation, platform: Platform, run_jobs: RunJobs,
                                                         settings: Any) -> None:
    platform.stall, settings.EMAIL_TIMEOUT = 0.3, 0.1
    run_jobs()
    settings.EMAIL_PORT = 1
    due_now()
    run_jobs()
    assert {each.failure for each in Attempt.objects.all()} == {Failure.TIMEOUT, Failure.UNREACHABLE}


def test_after_eight_tries_a_person_looks(notice: Escalation, platform: Platform, run_jobs: RunJobs) -> None:
    platform.data = "450 4.2.0 Greylisted"
    for _each in range(delivery.MOST_TRIES + 1):
        due_now()
        run_jobs()
    notice.refresh_from_db()
    assert (notice.state, Attempt.objects.count()) == (State.FAILED, delivery.MOST_TRIES)


def test_a_broken_way_pauses_for_all_and_one_goes_to_see(case: Case, ayesha: User, platform: Platform, run_jobs: RunJobs) -> None:
    waiting = [asked(case, ayesha) for _each in range(7)]
    platform.data = "421 Busy"
    run_jobs()
    gate = Gate.objects.get()
    assert Attempt.objects.count() == gate.failures == gates.TRIP, "the sixth was not even tried"
    assert timedelta(seconds=50) < gate.probe_at - timezone.now() <= gates.SHORTEST
    page = signed_in(ayesha)
    assert "notices wait" in page.get("/desk/today/").content.decode()
    shown = page.get(f"/desk/case/{case.ref}/notice/{waiting[0].reference}/").content.decode()
    assert "They take no more for now" in shown
    long_ago = timezone.now() - timedelta(minutes=10)
    Gate.objects.update(paused_at=long_ago, probe_at=long_ago)
    due_now()
    run_jobs()
    gate.refresh_from_db()
    assert Attempt.objects.count() == gates.TRIP + 1, "one, to see"
    assert timedelta(minutes=9) < gate.probe_at - timezone.now() <= timedelta(minutes=10, seconds=5), "as long again"
    platform.data = "250 Ok"
    Gate.objects.update(probe_at=long_ago)
    due_now()
    run_jobs()
    due_now()
    run_jobs()
    assert len(platform.mails) == 7
    assert set(Escalation.objects.values_list("state", flat=True)) == {State.SENT}
    assert not gates.paused().exists()
    assert set(Entry.objects.filter(event__startswith="channel_").values_list("event", flat=True)) == {
        "channel_paused", "channel_resumed"}


def test_a_day_of_a_broken_way_brings_it_to_a_person(notice: Escalation, run_jobs: RunJobs) -> None:
    now = timezone.now()
    Gate.objects.create(channel=notice.channel, failures=9, failure="timeout", paused_at=now, probe_at=now + timedelta(hours=1))
    Escalation.objects.update(requested_at=now - timedelta(hours=25))
    run_jobs()
    assert DeadLetter.objects.get().failure == Failure.PAUSED


def test_a_channel_gets_no_more_than_its_pace(case: Case, ayesha: User, platform: Platform, run_jobs: RunJobs,
                                             settings: Any) -> None:
    settings.NOTICES_PER_MINUTE = {"email": 6}
    for _each in range(gates.BURST + 2):
        asked(case, ayesha)
    run_jobs()
    assert len(platform.mails) == gates.BURST
    waits = Job.objects.filter(task="escalation.deliver", state=Job.State.QUEUED)
    assert [job.error for job in waits] == ["Retry pace", "Retry pace"]
    Gate.objects.update(next_at=timezone.now() - timedelta(minutes=5))
    due_now()
    run_jobs()
    assert len(platform.mails) == gates.BURST + 2
    assert sweep() == 0


def test_never_two_at_once_with_the_same_notice(notice: Escalation, platform: Platform, run_jobs: RunJobs) -> None:
    other = Attempt.objects.create(escalation=notice, at=timezone.now(), ok=False, error="sending")
    run_jobs()
    assert platform.mails == []
    Attempt.objects.filter(pk=other.pk).update(at=timezone.now() - gates.PROBE)
    due_now()
    run_jobs()
    other.refresh_from_db()
    assert (len(platform.mails), other.failure) == (1, Failure.INTERRUPTED)


def test_a_dead_letter_goes_again_with_the_same_name(notice: Escalation, case: Case, ayesha: User, platform: Platform,
                                                     run_jobs: RunJobs) -> None:
    platform.rcpt = "550 5.1.1 No such user"
    run_jobs()
    page = signed_in(ayesha)
    where = f"/desk/case/{case.ref}/notice/{notice.reference}/again/"
    assert "The address does not exist or takes no mail" in page.get("/desk/post/").content.decode()
    locked = signed_in(ayesha, unlocked=False).post(where)
    assert (locked.status_code, worker_reads(notice)) == (409, False)
    platform.rcpt = "250 Ok"
    assert page.post(where, {"from": "post"})["Location"] == "/desk/post/"
    assert worker_reads(notice), "the worker opens it again, until it is sent"
    run_jobs()
    notice.refresh_from_db()
    [mail] = platform.mails
    assert notice.state == State.SENT
    assert isinstance(mail.content, bytes)
    assert message_from_bytes(mail.content)["Message-ID"] == f"<{notice.pk.hex}@example.org>"
    assert not worker_reads(notice)
    assert (DeadLetter.objects.get().how, DeadLetter.objects.get().settled_by) == ("again", ayesha)
    page.post(where)
    assert Job.objects.filter(task="escalation.deliver").count() == 2, "what has left is not sent again"


def test_a_dead_letter_needs_all_that_a_notice_needs(notice: Escalation, case: Case, ayesha: User) -> None:
    delivery.failed(escalation=notice, failure=Failure.POLICY)
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    with pytest.raises(services.ConsentMissing):
        delivery.send_again(escalation=notice, secret=secret_of(notice, ayesha), by=ayesha)
    page = signed_in(ayesha)
    page.post(f"/desk/case/{case.ref}/notice/{notice.reference}/again/")
    assert not worker_reads(notice)
    page.post(f"/desk/case/{case.ref}/notice/{notice.reference}/settled/")
    assert DeadLetter.objects.get().how == "aside"
    assert "Everything was delivered." in page.get("/desk/post/").content.decode()


def test_the_post_of_another_unit_is_not_theirs(notice: Escalation, case: Case) -> None:
    delivery.failed(escalation=notice, failure=Failure.POLICY)
    stranger = signed_in(make_member("Omar", make_unit("children")))
    assert case.ref not in stranger.get("/desk/post/").content.decode()
    for act in ("again", "settled", "answer"):
        assert stranger.post(f"/desk/case/{case.ref}/notice/{notice.reference}/{act}/").status_code == 404
