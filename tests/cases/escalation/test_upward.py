"""Fingerprints that go upward: what two people put on the list, in the words of the stock client, and nothing else."""
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.utils import timezone
from threatexchange.exchanges.clients.fb_threatexchange.api import ThreatExchangeAPI
from threatexchange.exchanges.clients.stopncii.api import (
    StopNCIIAPI,
    StopNCIICSPFeedbackValue,
    StopNCIIEndpoint,
    StopNCIISignalType,
)

from cases.escalation import services, uploads
from cases.escalation.models import Attempt, Channel, Escalation, Upload
from cases.exchange.applying import note_recalls
from cases.hashing.entries import suspend
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import ListEntry
from cases.hashing.services import store
from cases.hashing.video import FrameHash, VideoFingerprint
from cases.models import Case, Consent
from cases.outbox.models import Job
from cases.services import change_status
from cases.vault.custody import new_worker_key
from cases.workflow import Status
from portal.accounts.models import User
from tests.cases.escalation.test_services import notice
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents
from tests.factories.lists import publish, second_yes
from tests.fakes.upward import Upward
from tests.fixtures.jobs import RunJobs

PDQ = "5" * 64
KINDS = ("stopncii", "threatexchange")


@pytest.fixture
def upward(settings: LazySettings) -> Iterator[Upward]:
    with Upward() as server:
        settings.EXCHANGE_UPWARD = {
            "stopncii": {"url": server.url, "function_key": "f", "subscription_key": "s"},
            "threatexchange": {"url": server.url, "token": "123|t", "privacy_group": "99"}}
        yield server


@pytest.fixture
def ayesha(db: None, settings: LazySettings, tmp_path: Any) -> User:
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    new_worker_key()
    return make_member("Ayesha", make_unit())


@pytest.fixture
def case(ayesha: User) -> Case:
    case = make_case(make_unit())
    for act in (Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES):
        reporter_consents(case, act)
    store(case=case, fingerprints=[Fingerprint(1, PDQ, 90, "a" * 64, "b" * 32)])
    return change_status(case=case, to=Status.IN_REVIEW, by=ayesha)


def ask(case: Case, ayesha: User, kind: str) -> Escalation:
    call_command("add_upward_channel", kind, verbosity=0)
    return services.request(case=case, channel=Channel.objects.get(kind=kind), notice=notice(hashes=(PDQ,)), by=ayesha)


def again(run_jobs: RunJobs) -> None:
    Job.objects.filter(task="escalation.submit", state=Job.State.QUEUED).update(rings=1)
    run_jobs()


@pytest.mark.parametrize("kind", KINDS)
def test_it_leaves_when_a_second_person_has_agreed_and_not_before(case: Case, ayesha: User, upward: Upward, run_jobs: RunJobs,
                                                                  kind: str) -> None:
    escalation = ask(case, ayesha, kind)
    run_jobs()
    assert upward.taken == []
    second_yes(case)
    again(run_jobs)
    escalation.refresh_from_db()
    assert escalation.state == Escalation.State.SENT
    assert Attempt.objects.get(ok=True).proof["count"] == "1"
    [(_path, _keys, body)] = upward.taken
    assert PDQ in str(body)
    assert "Published without consent" not in str(body), "no words of ours"
    again(run_jobs)
    assert len(upward.taken) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_video_leaves_by_its_md5_and_comes_back_by_it(ayesha: User, upward: Upward, run_jobs: RunJobs, kind: str) -> None:
    case, md5 = make_case(make_unit()), "d" * 32
    for act in (Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES):
        reporter_consents(case, act)
    store(case=case, fingerprints=[VideoFingerprint(1, "c" * 64, md5, (FrameHash(0, PDQ, 90),))])
    call_command("add_upward_channel", kind, verbosity=0)
    escalation = services.request(case=change_status(case=case, to=Status.IN_REVIEW, by=ayesha),
                                  channel=Channel.objects.get(kind=kind), notice=notice(hashes=(md5,)), by=ayesha)
    second_yes(case)
    run_jobs()
    escalation.refresh_from_db()
    assert escalation.state == Escalation.State.SENT
    [(_path, _keys, body)] = upward.taken
    assert md5 in str(body)
    assert PDQ not in str(body), "a video's pictures are never handed on"
    assert bool(Upload.objects.get().remote) == (kind == "threatexchange")


def test_stopncii_is_asked_as_the_stock_client_asks(case: Case, ayesha: User, upward: Upward, run_jobs: RunJobs) -> None:
    StopNCIIAPI("s", "f", {StopNCIIEndpoint.SubmitHashes: "f"}, upward.url).submit_hash(StopNCIISignalType.ImagePDQ, PDQ)
    ask(case, ayesha, "stopncii")
    second_yes(case)
    run_jobs()
    theirs, ours = upward.taken
    theirs[2]["hashRecords"][0]["signalType"] = "ImagePDQ"              # it writes "StopNCIISignalType.ImagePDQ"
    for _path, _keys, body in upward.taken:
        assert isinstance(body["hashRecords"][0].pop("lastModtimestamp"), int)
    assert theirs == ours


def test_threatexchange_is_asked_as_the_stock_client_asks(case: Case, ayesha: User, upward: Upward, run_jobs: RunJobs) -> None:
    ask(case, ayesha, "threatexchange")
    second_yes(case)
    run_jobs()
    [(path, _keys, ours)] = upward.taken
    posted = {name: value for name, value in ours.items() if name != "access_token"}
    client = ThreatExchangeAPI("123|t", endpoint_override=upward.url)
    complaint, failure, _answer = client.upload_threat_descriptor(posted, False, False)
    assert (complaint, failure) == (None, None), "the stock client's own check of what a descriptor needs"
    assert upward.taken[1][0] == path
    assert upward.taken[1][2] == ours


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("status", "becomes"), [(503, "requested"), (429, "requested"), (403, "failed"), (302, "failed")])
def test_a_refusal_is_for_a_person_and_an_outage_is_not(case: Case, ayesha: User, upward: Upward, run_jobs: RunJobs, kind: str,
                                                        status: int, becomes: str) -> None:
    upward.status = status
    escalation = ask(case, ayesha, kind)
    second_yes(case)
    run_jobs()
    escalation.refresh_from_db()
    assert escalation.state == becomes


def test_without_configuration_nothing_leaves(case: Case, ayesha: User, upward: Upward, settings: LazySettings,
                                              run_jobs: RunJobs) -> None:
    settings.EXCHANGE_UPWARD = {}
    escalation = ask(case, ayesha, "stopncii")
    second_yes(case)
    run_jobs()
    escalation.refresh_from_db()
    assert (escalation.state, upward.taken) == ("failed", [])


# --- taken back -------------------------------------------------------------------------------------------------------
def leave(run_jobs: RunJobs) -> None:
    """As the worker does every five minutes."""
    note_recalls()
    run_jobs()


def sent(case: Case, ayesha: User, run_jobs: RunJobs, kind: str) -> None:
    ask(case, ayesha, kind)
    second_yes(case)
    run_jobs()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gone", ["withdrawn", "disposed"])
def test_what_leaves_our_list_is_taken_back_there_though_its_case_be_gone(case: Case, ayesha: User, upward: Upward,
                                                                          run_jobs: RunJobs, kind: str, gone: str) -> None:
    sent(case, ayesha, run_jobs, kind)
    services.withdraw_hashes(case=case)
    if gone == "disposed":
        Case.objects.filter(pk=case.pk).delete()
    leave(run_jobs)
    leave(run_jobs)
    [(path, _keys, body)] = upward.taken[1:]
    if kind == "stopncii":
        line = {"tags": [], "feedbackValue": "Withdrawn", "hashValue": PDQ}
        assert (path, body["hashFeedbacks"]) == ("/SubmitFeedback", [line])
    else:
        assert (path, body) == ("/71", {"DELETE": {"access_token": "123|t"}})
    assert Upload.objects.get().taken_back_at


def test_it_is_taken_back_as_the_stock_clients_do(case: Case, ayesha: User, upward: Upward, run_jobs: RunJobs) -> None:
    sent(case, ayesha, run_jobs, KINDS[0])
    ask(case, ayesha, KINDS[1])
    run_jobs()
    services.withdraw_hashes(case=case)
    leave(run_jobs)
    ours = upward.taken[2:]
    StopNCIIAPI("s", "f", {StopNCIIEndpoint.SubmitFeedback: "f"}, upward.url).submit_feedback(
        StopNCIISignalType.ImagePDQ, PDQ, StopNCIICSPFeedbackValue.Withdrawn)
    ThreatExchangeAPI("123|t", endpoint_override=upward.url).delete_threat_descriptor("72", False, False)
    assert sorted(map(str, ours)) == sorted(map(str, upward.taken[4:]))


@pytest.mark.parametrize("kind", KINDS)
def test_the_reporter_reads_that_they_have_not_confirmed(case: Case, ayesha: User, upward: Upward, run_jobs: RunJobs,
                                                         kind: str) -> None:
    sent(case, ayesha, run_jobs, kind)
    services.withdraw_hashes(case=case)
    leave(run_jobs)
    newest = case.history.latest("at")
    assert (newest.said, newest.platform) == ("partner_may_hold", kind)


@pytest.mark.parametrize("kind", KINDS)
def test_while_they_are_away_it_is_asked_again(case: Case, ayesha: User, upward: Upward, run_jobs: RunJobs, kind: str) -> None:
    sent(case, ayesha, run_jobs, kind)
    services.withdraw_hashes(case=case)
    upward.status = 503
    leave(run_jobs)
    assert not Upload.objects.get().taken_back_at
    upward.status = 200
    Job.objects.filter(task="escalation.take_back").update(rings=1, due_at=timezone.now())
    run_jobs()
    assert Upload.objects.get().taken_back_at


@pytest.mark.parametrize("kind", KINDS)
def test_withdrawn_while_it_is_on_its_way_it_is_taken_back(case: Case, ayesha: User, upward: Upward, run_jobs: RunJobs,
                                                           kind: str) -> None:
    """Our request to forget comes before the fingerprint does, and again after it."""
    call_command("add_upward_channel", kind, verbosity=0)
    (entry,) = publish(case)
    uploads.announce(kind=kind, entries=[entry])
    services.withdraw_hashes(case=case)
    leave(run_jobs)
    uploads.arrived(kind=kind, remote={PDQ: "715"})
    before = len(upward.taken)
    run_jobs()
    assert len(upward.taken) == before + 1
    assert Upload.objects.get().taken_back_at


def test_only_suspended_it_stays_there_until_two_people_have_decided(case: Case, ayesha: User, upward: Upward,
                                                                     run_jobs: RunJobs) -> None:
    sent(case, ayesha, run_jobs, "stopncii")
    suspend(entry=ListEntry.objects.get(), partner="system")
    leave(run_jobs)
    assert len(upward.taken) == 1


def test_without_their_id_nothing_can_be_deleted_and_a_person_sees_it(case: Case, ayesha: User, upward: Upward,
                                                                      run_jobs: RunJobs) -> None:
    sent(case, ayesha, run_jobs, "threatexchange")
    Upload.objects.update(remote="")
    services.withdraw_hashes(case=case)
    leave(run_jobs)
    assert Job.objects.get(task="escalation.take_back").state == Job.State.FAILED
