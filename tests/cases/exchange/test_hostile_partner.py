"""A partner, or whoever stole its keys: what it is not to learn, and what it is not to do to reporters and to other partners."""
import secrets
from datetime import UTC, datetime, timedelta
from importlib import import_module
from uuid import UUID

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cases.escalation.models import Escalation
from cases.exchange import applying, throttle
from cases.exchange.models import Credential, Feedback, Pull, Submission
from cases.exchange.partners import add_partner, retire_partner, rotate_keys
from cases.exchange.selectors import report_on
from cases.hashing import entries as hashing
from cases.hashing.foreign import lists_that_know
from cases.hashing.models import ForeignHash, ListEntry, Listing
from cases.hashing.wire.ncmec import stamp
from cases.hashing.wire.stopncii import EPOCH, PageToken, PullToken
from cases.models import Case
from cases.outbox.models import Job
from tests.cases.exchange.conftest import BASE, Platform, Publish, seconds
from tests.cases.exchange.test_feedback import PDQ, ayesha, case, escalation, state  # noqa: F401  fixtures
from tests.cases.exchange.test_ncmec import ask
from tests.factories.lists import two_people
from tests.fixtures.jobs import RunJobs

AGO = timedelta(minutes=5)


# --- hashes whose person took the consent back --------------------------------------------------------------------------
def test_a_pull_of_several_pages_hands_out_nothing_withdrawn_before_it_began(platform: Platform, publish: Publish) -> None:
    """From the second page on, the mark lies behind the publication of what this partner never had."""
    kept = publish(5, at=timezone.now() - AGO)
    gone, = publish(1, at=timezone.now() - AGO)
    hashing.withdraw(entries=[gone])
    records, _mark = platform.pull(size=2)
    assert sorted(record["hashValue"] for record in records) == sorted(entry.value for entry in kept)


def test_a_clock_that_was_set_back_changes_nothing_of_that(platform: Platform, publish: Publish) -> None:
    kept = publish(3, at=timezone.now() + timedelta(minutes=50))           # stamped before the clock was set back
    gone, = publish(1, at=timezone.now() + timedelta(minutes=50))
    hashing.withdraw(entries=[gone])
    records, _mark = platform.pull(size=2)
    assert sorted(record["hashValue"] for record in records) == sorted(entry.value for entry in kept)


def test_what_was_withdrawn_before_a_partner_took_part_is_not_for_it(publish: Publish) -> None:
    gone, = publish(1, at=timezone.now() - AGO)
    hashing.withdraw(entries=[gone])
    new = Platform(*add_partner(name="New", platform="x"))
    assert new.fetch(startTimestamp=seconds(gone)).json()["hashRecords"] == []


@pytest.mark.parametrize("had", [False, True])
def test_what_a_partner_claims_brings_it_nothing_it_never_had(platform: Platform, other: Platform, publish: Publish,
                                                              had: bool) -> None:
    """It was there all the time and came only afterwards, saying what it likes of how far it had come."""
    gone, = publish(1, at=timezone.now() - AGO)
    (platform if had else other).pull()
    hashing.withdraw(entries=[gone])
    forged = PullToken(PageToken(EPOCH, UUID(int=0)), timezone.now(), EPOCH)
    for claim in ({"startTimestamp": seconds(gone)}, {"nextPageToken": str(forged)}):
        told = platform.fetch(**claim).json()["hashRecords"]
        assert [(one["hashValue"], one["hashStatus"]) for one in told] == ([(gone.value, "Withdrawn")] if had else [])


def test_listed_twice_and_withdrawn_twice_it_is_nothing_for_who_came_in_between(platform: Platform, other: Platform,
                                                                                publish: Publish) -> None:
    entry, = publish(1, at=timezone.now() - AGO)
    _records, first = other.pull()
    hashing.withdraw(entries=[entry])
    publish(1)
    _records, between = platform.pull()                          # nothing of it, but something
    Listing.objects.update(state=Listing.State.APPROVED)
    hashing.activate(entries=[entry], by=two_people()[0], subject="hash_list")
    hashing.withdraw(entries=[entry])
    assert entry.value not in str(platform.pull(since=between))
    assert not applying.may_hold(platform.partner, ListEntry.objects.get(pk=entry.pk))
    assert entry.value in str(other.pull(since=first)), "it had it the first time"


def test_however_often_a_partner_asks_there_is_one_row_for_one_list(platform: Platform, publish: Publish) -> None:
    publish(5, moments=[timezone.now() - AGO + timedelta(seconds=n) for n in range(5)])
    for _again in range(3):
        platform.pull(size=2)
    platform.fetch(startTimestamp=99_999_999_999)                # reads nothing, so it came no further
    row = Pull.objects.get()
    assert row.reached == row.newest == ListEntry.objects.latest("modified_at").modified_at


def test_what_the_log_knows_of_before_is_taken_over(platform: Platform, other: Platform, publish: Publish) -> None:
    publish(5, moments=[timezone.now() - AGO + timedelta(seconds=n) for n in range(5)])
    platform.fetch(pageSize=2)
    platform.pull(size=2)
    ask(platform.keys, "/v2/entries")
    other.fetch(startTimestamp=99_999_999_999)
    told = list(Pull.objects.order_by("pk").values_list("partner", "protocol", "newest", "reached", "mark"))
    Pull.objects.all().delete()
    import_module("cases.exchange.migrations.0006_what_each_has_pulled").from_the_log(apps, None)
    assert list(Pull.objects.order_by("pk").values_list("partner", "protocol", "newest", "reached", "mark")) == told


def test_a_token_of_before_is_asked_for_again_by_name(platform: Platform) -> None:
    answer = platform.fetch(nextPageToken="A" * 32)
    assert (answer.status_code, answer.json()["error"]) == (400, "nextPageToken")


# --- what must not fall over ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("query", ["from=0001-01-01T00:00:00Z", "from=0001-01-01T00:00:00Z&to=0001-01-01T00:00:01Z",
                                   "start=99999999999&max=99999999999", "size=0", "from=1969-12-31T23:59:59Z"])
def test_a_range_at_the_edge_of_time_is_answered(platform: Platform, query: str) -> None:
    assert ask(platform.keys, f"/v2/entries?{query}").status_code == 200


def test_a_compressed_body_is_not_unpacked(platform: Platform) -> None:
    answer = Client().post(f"{BASE}/SubmitHashes", b"\x1f\x8b" + b"0" * 1000, content_type="application/json",
                           headers={**platform.headers, "Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["error"]) == (400, "json")


def test_what_only_looks_like_the_same_answer_is_sent(platform: Platform, other: Platform, publish: Publish) -> None:
    """The mark of one partner's page is of no use to another, or for another page."""
    publish(3)
    mine, theirs = platform.fetch(), other.fetch()
    assert mine["ETag"] != theirs["ETag"]
    for who, tag, query in ((other, mine, {}), (platform, mine, {"pageSize": "2"})):
        answer = Client().get(f"{BASE}/FetchHashes", query, headers={**who.headers, "If-None-Match": tag["ETag"]})
        assert answer.status_code == 200


# --- keys ----------------------------------------------------------------------------------------------------------------
def test_stolen_keys_stay_dead_when_the_clock_goes_back(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    rotate_keys(partner=platform.partner, overlap=timedelta())
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now - timedelta(hours=1))
    assert platform.fetch().status_code == 401
    assert Credential.objects.count() == 1


def test_what_a_retired_partner_left_behind_says_nothing(platform: Platform, publish: Publish, run_jobs: RunJobs) -> None:
    entry, = publish()
    platform.say((entry.value, "NotBlocked"))
    retire_partner(partner=platform.partner)
    run_jobs()
    entry.refresh_from_db()
    assert entry.state == "active"
    assert Feedback.objects.get().applied_at


# --- verdicts --------------------------------------------------------------------------------------------------------------
def test_one_partner_does_not_empty_the_list_for_all_others(platform: Platform, other: Platform, publish: Publish,
                                                            run_jobs: RunJobs) -> None:
    values = [entry.value for entry in publish(40)]
    platform.say(*[(value, "NotBlocked") for value in values])
    run_jobs()
    suspended = ListEntry.objects.filter(state="suspended")
    assert suspended.count() == applying.FEWEST_SUSPENDED
    assert report_on(platform.partner).waiting == 40 - applying.FEWEST_SUSPENDED
    left = ListEntry.objects.filter(state="active").first()
    other.say((left.value, "NotBlocked"))
    run_jobs()
    assert suspended.count() == applying.FEWEST_SUSPENDED + 1, "the brake is each partner's own"
    retire_partner(partner=platform.partner)                     # its keys were stolen, so nothing more of it counts
    assert all(applying.apply(feedback_id=row.pk) for row in Feedback.objects.filter(applied_at=None))
    assert suspended.count() == applying.FEWEST_SUSPENDED + 1


def test_of_a_partner_that_changes_its_mind_the_newest_word_counts(platform: Platform, case: Case, escalation: Escalation,  # noqa: F811
                                                                   run_jobs: RunJobs) -> None:
    run_jobs()
    for verdict in ["Blocked", "NotBlocked"] * 10 + ["Blocked"]:
        platform.say((PDQ, verdict))
    told = case.history.count()
    run_jobs()
    assert state(escalation) == Escalation.State.ACTIONED
    assert case.history.count() == told + 1


def test_a_reporter_is_not_tossed_to_and_fro(platform: Platform, case: Case, escalation: Escalation,  # noqa: F811
                                             run_jobs: RunJobs) -> None:
    run_jobs()
    told = case.history.count()
    for verdict in ["Blocked", "PendingReview", "NotBlocked"] * 5:
        platform.say((PDQ, verdict))
        run_jobs()
    assert case.history.count() - told <= applying.MOST_CHANGES
    assert report_on(platform.partner).waiting == 1, "what waits is the newest"


def test_in_one_submission_the_last_line_counts(platform: Platform, publish: Publish) -> None:
    entry, = publish()
    lines = [(entry.value, verdict) for verdict in ["Blocked", "NotBlocked"] * 400]
    assert platform.say(*lines).json() == {"count": 1, "unknown": []}
    assert Feedback.objects.get().value == "NotBlocked"


def test_refusals_beyond_the_brake_are_carried_on_for_as_long_as_it_takes(platform: Platform, publish: Publish, run_jobs: RunJobs,
                                                                         ) -> None:
    platform.say(*[(entry.value, "NotBlocked") for entry in publish(applying.FEWEST_SUSPENDED + 1)])
    run_jobs()
    job = Job.objects.get(task="exchange.feedback")
    Job.objects.update(attempts=1_000, due_at=timezone.now(), rings=1)              # three weeks of half hours
    run_jobs()
    job.refresh_from_db()
    assert (job.state, report_on(platform.partner).waiting) == ("queued", 1)


# --- what fills tables -----------------------------------------------------------------------------------------------------
def test_a_partner_sends_so_much_in_a_day_and_no_more(platform: Platform, other: Platform, publish: Publish,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_LINES", 5)
    entry, = publish()
    for _ in range(2):
        assert submit(platform, *(secrets.token_hex(32) for _ in range(2))).status_code == 200
    assert platform.say((entry.value, "Blocked")).status_code == 200
    refused = submit(platform, secrets.token_hex(32))
    assert (refused.status_code, refused.json()["error"]) == (429, "day")
    assert refused["Retry-After"]
    assert platform.say((entry.value, "NotBlocked")).status_code == 429
    assert Submission.objects.count() == 4
    assert platform.fetch().status_code == submit(other, secrets.token_hex(32)).status_code == 200


def test_of_one_partner_so_many_stand_and_no_more_however_many_days_it_takes(
        platform: Platform, other: Platform, monkeypatch: pytest.MonkeyPatch, run_jobs: RunJobs) -> None:
    monkeypatch.setattr(throttle, "MOST_SUBMITTED", 4)
    values = [secrets.token_hex(32) for _ in range(5)]
    assert submit(platform, *values[:2]).status_code == submit(platform, *values[:2]).status_code == 200
    refused = submit(platform, values[2])
    assert (refused.status_code, refused.json()["error"]) == (409, "full"), "what was sent twice is not seen to be yet"
    assert " 4. " in refused.json()["message"]
    run_jobs()
    assert submit(platform, *values[2:]).status_code == 409
    assert Submission.objects.count() == 0, "nothing of it was taken"
    assert submit(platform, *values[2:4]).status_code == 200
    run_jobs()
    assert submit(platform, values[4]).status_code == 409
    assert ForeignHash.objects.count() == 4
    assert submit(other, values[4]).status_code == 200


def test_what_a_retired_partner_submitted_marks_no_case_any_more(platform: Platform, case: Case, run_jobs: RunJobs) -> None:  # noqa: F811
    submit(platform, PDQ, secrets.token_hex(32))
    run_jobs()
    assert lists_that_know(case.pk) == [applying.source_of(platform.partner)]
    submit(platform, secrets.token_hex(32))
    retire_partner(partner=platform.partner)
    run_jobs()
    assert lists_that_know(case.pk) == []
    assert not ForeignHash.objects.exclude(value="").exists()
    assert not Submission.objects.exists()


def submit(who: Platform, *values: str) -> HttpResponse:
    return Client().post(f"{BASE}/SubmitHashes", {"hashRecords": [{"hashValue": value} for value in values]},
                         content_type="application/json", headers=who.headers)


# --- the page that shows it --------------------------------------------------------------------------------------------------
def test_nothing_new_is_counted_as_nothing_new(platform: Platform, publish: Publish) -> None:
    publish(5)
    first = platform.fetch()
    for _ in range(3):
        Client().get(f"{BASE}/FetchHashes", headers={**platform.headers, "If-None-Match": first["ETag"]})
    report = report_on(platform.partner)
    assert (report.pulls, report.unchanged, report.handed) == (4, 3, 5)


def test_tombstones_are_no_fingerprints(platform: Platform, publish: Publish) -> None:
    entries = publish(3, at=timezone.now() - AGO)
    _records, mark = platform.pull()
    hashing.withdraw(entries=entries[:2])
    platform.pull(since=mark)
    assert report_on(platform.partner).handed == 3 + 1, "one of that last second came twice"


def test_a_partner_that_stopped_after_a_page_is_behind(platform: Platform, publish: Publish) -> None:
    entries = publish(5, moments=[datetime(2026, 11, 1, 12, minute, tzinfo=UTC) for minute in range(5)])
    platform.fetch(pageSize=2)
    assert report_on(platform.partner).lag == entries[2].modified_at
    platform.pull(size=2)
    assert report_on(platform.partner).lag is None


def test_a_partner_that_asks_for_a_range_long_ago_is_behind(platform: Platform, publish: Publish) -> None:
    entry, = publish(at=timezone.now() - AGO)
    ask(platform.keys, f"/v2/entries?to={stamp(timezone.now() - 2 * AGO)}")
    assert report_on(platform.partner).lag == entry.modified_at
    ask(platform.keys, "/v2/entries")
    assert report_on(platform.partner).lag is None
