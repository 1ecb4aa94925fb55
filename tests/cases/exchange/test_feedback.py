"""What a partner says, taken at the door and applied by the worker."""
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from cases.audit.models import Entry
from cases.escalation import registry
from cases.escalation.models import Channel, Escalation
from cases.escalation.notices import Notice
from cases.escalation.services import new_reference, request
from cases.exchange.models import Feedback
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import ListEntry
from cases.hashing.services import store
from cases.models import Case, Consent
from cases.notifications.models import Notification
from cases.outbox.models import Job
from cases.public_words import sentence
from cases.services import change_status
from cases.vault.custody import new_worker_key
from cases.workflow import Status
from portal.accounts.models import User
from tests.cases.exchange.conftest import BASE, Platform, Publish
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents
from tests.factories.lists import second_yes
from tests.fixtures.jobs import RunJobs

State = Escalation.State
PDQ = "5" * 64


@pytest.fixture
def ayesha(db: None, settings: Any, tmp_path: Any) -> User:
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    new_worker_key()
    registry.seed()
    return make_member("Ayesha Khan", make_unit(), on_duty=True)


@pytest.fixture
def case(ayesha: User) -> Case:
    case = make_case(make_unit(), platforms=("tiktok",))
    for act in (Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES):
        reporter_consents(case, act)
    store(case=case, fingerprints=[Fingerprint(1, PDQ, 90, "a" * 64, "b" * 32)])
    return change_status(case=case, to=Status.IN_REVIEW, by=ayesha)


@pytest.fixture
def escalation(case: Case, ayesha: User) -> Escalation:
    """Asked for, not yet sent; `run_jobs` sends it."""
    notice = Notice(reference=new_reference(), links=(), hashes=(PDQ,), reasons="Published without consent.", policy="", law="",
                    child=False, signature="A. Khan, Ministry")
    channel = Channel.objects.get(platform__slug="tiktok", kind="email", harms=[])
    made = request(case=case, channel=channel, notice=notice, by=ayesha)
    second_yes(case)
    return made


def state(escalation: Escalation) -> str:
    escalation.refresh_from_db()
    return escalation.state


# --- at the door ------------------------------------------------------------------------------------------------------
def test_what_is_not_on_the_list_is_named(platform: Platform, publish: Publish):
    entry, = publish()
    answer = platform.say((entry.value, "Blocked"), ("0" * 64, "Blocked"), ("a" * 32, "NotBlocked"))
    assert answer.status_code == 200
    assert answer.json() == {"count": 1, "unknown": ["0" * 64, "a" * 32]}
    taken = Entry.objects.get(event="feedback_taken")
    assert (taken.actor, taken.details) == (f"partner:{platform.partner.pk}", {"count": 1, "unknown": 2})


def test_the_same_verdict_again_is_nothing_new(platform: Platform, publish: Publish):
    entry, = publish()
    for _ in range(3):
        platform.say((entry.value, "Blocked"), (entry.value.upper(), "Blocked"))
    assert Feedback.objects.count() == Job.objects.filter(task="exchange.feedback").count() == 1


def test_a_change_of_mind_is(platform: Platform, other: Platform, publish: Publish):
    entry, = publish()
    for verdict in ("Blocked", "NotBlocked", "Blocked"):
        platform.say((entry.value, verdict))
    other.say((entry.value, "Blocked"))
    assert [row.value for row in Feedback.objects.filter(partner=platform.partner)] == ["Blocked", "NotBlocked", "Blocked"]
    assert Feedback.objects.filter(partner=other.partner).count() == 1


LINE = {"hashValue": PDQ, "feedbackValue": "Blocked", "tags": []}


@pytest.mark.parametrize(("body", "part"), [
    ("", "json"), ("{", "json"), ("[" * 100_000, "json"), (b"\xff\xfe", "json"), ("[]", "hashFeedbacks"), ("{}", "hashFeedbacks"),
    ({"hashFeedbacks": {}}, "hashFeedbacks"), ({"hashFeedbacks": [1]}, "hashFeedbacks"),
    ({"hashFeedbacks": [LINE | {"hashValue": "5" * 63}]}, "hashValue"),
    ({"hashFeedbacks": [LINE | {"hashValue": "z" * 64}]}, "hashValue"),
    ({"hashFeedbacks": [LINE | {"hashValue": "۵" * 64}]}, "hashValue"),
    ({"hashFeedbacks": [LINE | {"hashValue": None}]}, "hashValue"),
    ({"hashFeedbacks": [LINE | {"feedbackValue": "Maybe"}]}, "feedbackValue"),
    ({"hashFeedbacks": [LINE, LINE | {"feedbackValue": 1}]}, "feedbackValue"),
    ({"hashFeedbacks": [LINE | {"tags": "x"}]}, "tags"),
    ({"hashFeedbacks": [LINE | {"signalType": "ImageMD5"}]}, "signalType")])
def test_a_malformed_submission_is_refused_whole(platform: Platform, body: object, part: str):
    answer = platform.post(body)
    assert (answer.status_code, answer.json()["error"]) == (400, part)
    assert not Feedback.objects.exists()


@pytest.mark.parametrize(("lines", "part"), [(1001, "count"), (10_000, "body")])
def test_too_much_at_once_is_413(platform: Platform, settings: LazySettings, lines: int, part: str):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024               # of the process that serves it: only the desk takes more
    answer = platform.say(*[(f"{n:064x}", "Blocked") for n in range(lines)])
    assert (answer.status_code, answer.json()["error"]) == (413, part)


def test_a_thousand_at_once_are_taken(platform: Platform, publish: Publish):
    entries = publish(1000)
    assert platform.say(*[(entry.value, "Blocked") for entry in entries]).json() == {"count": 1000, "unknown": []}


@pytest.mark.parametrize(("method", "endpoint"), [("get", "SubmitFeedback"), ("post", "FetchHashes"), ("put", "SubmitFeedback")])
def test_each_endpoint_has_its_method(platform: Platform, method: str, endpoint: str):
    assert getattr(Client(), method)(f"{BASE}/{endpoint}", headers=platform.headers).status_code == 405


# --- by the worker ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("verdict", "becomes", "status", "said"), [
    ("Blocked", State.ACTIONED, Status.IN_REVIEW, "TikTok says the content has been removed"),
    ("NotBlocked", State.REFUSED, Status.IN_REVIEW, "TikTok did not remove the content"),
    ("PendingReview", State.ACKNOWLEDGED, Status.WAITING_OUTSIDE, "TikTok has seen our request")])
def test_a_verdict_moves_the_escalation_and_is_told_to_both_sides(platform: Platform, case: Case, escalation: Escalation,
                                                                  run_jobs: RunJobs,
                                                                  verdict: str, becomes: State, status: Status, said: str):
    run_jobs()
    platform.say((PDQ, verdict))
    assert state(escalation) == State.SENT                       # the door itself moves nothing
    run_jobs()
    assert state(escalation) == becomes
    case.refresh_from_db()
    newest = case.history.latest("at")
    assert case.status == status
    assert sentence(newest.said, platform=escalation.platform.name, next_check=newest.next_check).startswith(said)
    assert Notification.objects.filter(occasion="answer", member__name="Ayesha Khan").exists()
    moved = Entry.objects.filter(event="escalation_moved").latest("at")
    assert (moved.actor, moved.subject) == (f"partner:{platform.partner.pk}", str(case.pk))
    assert Feedback.objects.get().applied_at


@pytest.mark.parametrize("verdict", ["Unknown", "None", "QualityUnknown", "Withdrawn", "Deleted"])
def test_what_is_no_verdict_is_kept_and_moves_nothing(platform: Platform, escalation: Escalation, run_jobs: RunJobs,
                                                      verdict: str):
    run_jobs()
    platform.say((PDQ, verdict))
    run_jobs()
    assert state(escalation) == State.SENT
    assert Feedback.objects.get().applied_at


def test_applied_twice_it_moves_once(platform: Platform, escalation: Escalation, run_jobs: RunJobs):
    run_jobs()
    platform.say((PDQ, "Blocked"))
    run_jobs()
    Job.objects.filter(task="exchange.feedback").update(state=Job.State.QUEUED)
    run_jobs()
    assert Entry.objects.filter(event="feedback_applied").count() == 1
    assert Entry.objects.filter(event="escalation_moved", details__to="actioned").count() == 1


def test_another_platforms_verdict_moves_nothing(other: Platform, escalation: Escalation, run_jobs: RunJobs):
    run_jobs()
    other.say((PDQ, "Blocked"))
    run_jobs()
    assert state(escalation) == State.SENT


def test_removed_before_the_notice_left_it_is_not_sent_any_more(platform: Platform, escalation: Escalation, run_jobs: RunJobs,
                                                                mailoutbox: list):
    Job.objects.filter(task="escalation.deliver").update(rings=0, due_at="2030-01-01T00:00Z")
    platform.say((PDQ, "Blocked"))
    run_jobs()
    assert state(escalation) == State.ACTIONED
    Job.objects.filter(task="escalation.deliver").update(rings=1)
    run_jobs()
    assert not [mail for mail in mailoutbox if escalation.reference in mail.body]


def test_any_other_verdict_waits_until_the_notice_has_left(platform: Platform, escalation: Escalation, run_jobs: RunJobs):
    Job.objects.filter(task="escalation.deliver").update(rings=0, due_at="2030-01-01T00:00Z")
    platform.say((PDQ, "NotBlocked"))
    run_jobs()
    assert state(escalation) == State.REQUESTED
    assert not Feedback.objects.get().applied_at
    Job.objects.filter(state=Job.State.QUEUED).update(rings=1)
    run_jobs()
    assert state(escalation) == State.REFUSED
    assert Feedback.objects.get().applied_at


def test_feedback_on_an_entry_that_is_gone_does_no_harm(platform: Platform, publish: Publish, run_jobs: RunJobs):
    entry, = publish()
    platform.say((entry.value, "Blocked"))
    ListEntry.objects.all().delete()
    run_jobs()
    assert Job.objects.get(task="exchange.feedback").state == Job.State.DONE


# --- the compartment --------------------------------------------------------------------------------------------------
def test_the_exchange_role_does_not_load_what_opens_cases():
    """The URLs are asked for as the process does when it starts; what it may not do, it cannot even name."""
    code = ("import django; django.setup()\n"
            "from django.urls import get_resolver; get_resolver().url_patterns\n"
            "import sys; print([m for m in ('cases.vault.unseal', 'cases.escalation.services', 'cases.triage.views', "
            "'cases.intake.views')"
            " if m in sys.modules])")
    environment = {**os.environ, "PORTAL_ROLE": "exchange"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
