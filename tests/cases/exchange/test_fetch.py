"""What a partner is given, page by page."""
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.exchange.models import Credential, Partner
from cases.exchange.partners import retire_partner
from cases.hashing import entries as hashing
from cases.hashing.models import ListEntry, Listing
from tests.cases.exchange.conftest import BASE, Platform, Publish, seconds

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


# --- who may come in --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("headers", [
    {}, {"x-functions-key": "x" * 43}, {"x-functions-key": "x" * 43, "Ocp-Apim-Subscription-Key": "y" * 43},
    {"x-functions-key": "\u06f1"}])
@pytest.mark.parametrize("endpoint", ["FetchHashes", "SubmitFeedback"])
def test_a_stranger_gets_401_in_json(platform: Platform, headers: dict[str, str], endpoint: str):
    client = Client(enforce_csrf_checks=True)
    answer = (client.get if endpoint == "FetchHashes" else client.post)(f"{BASE}/{endpoint}", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"] == "keys"


def test_one_right_key_is_not_enough(platform: Platform, other: Platform):
    platform.keys = type(platform.keys)(platform.keys.first, other.keys.second)
    assert platform.fetch().status_code == 401


def test_a_retired_partner_is_a_stranger(platform: Platform):
    assert platform.fetch().status_code == 200
    retire_partner(partner=platform.partner)
    assert platform.fetch().status_code == 401


def test_a_refusal_is_read_in_the_language_asked_for(platform: Platform):
    answers = [Client().get(f"{BASE}/FetchHashes", headers={"Accept-Language": language}).json() for language in ("en", "ur")]
    assert answers[0]["error"] == answers[1]["error"] == "keys"
    assert answers[0]["message"].isascii()
    assert "چابیاں" in answers[1]["message"]


def test_keys_rest_as_digests(platform: Platform):
    row = str([*Partner.objects.values(), *Credential.objects.values()])
    assert platform.keys.first not in row
    assert platform.keys.second not in row


def test_a_client_that_runs_wild_waits_and_nobody_else_does(platform: Platform, other: Platform):
    Partner.objects.filter(pk=platform.partner.pk).update(per_minute=20)
    codes = [platform.fetch(pageSize=1).status_code for _ in range(22)]
    assert codes == [200] * 20 + [429, 429]
    assert platform.fetch()["Retry-After"] == "60"
    assert other.fetch().status_code == 200


def test_no_cookie_and_no_copy_in_between(platform: Platform):
    answer = platform.fetch()
    assert not answer.cookies
    assert answer["Cache-Control"] == "private, no-cache"


# --- paging -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [1, 7, 50, 800])
def test_many_with_the_same_time_all_come_once(platform: Platform, publish: Publish, size: int):
    entries = publish(20, at=NOON) + publish(13, at=NOON + timedelta(microseconds=1)) + publish(4, at=NOON + timedelta(seconds=1))
    records, mark = platform.pull(size=size)
    assert sorted(record["hashValue"] for record in records) == sorted(entry.value for entry in entries)
    assert [record["lastModtimestamp"] for record in records] == sorted(record["lastModtimestamp"] for record in records)
    assert mark == seconds(entries[-1])


def test_more_than_a_page(platform: Platform, publish: Publish):
    publish(1700, at=NOON)
    records, _mark = platform.pull()
    assert len({record["hashValue"] for record in records}) == len(records) == 1700


def test_an_interrupted_pull_loses_nothing(platform: Platform, publish: Publish):
    first, second = publish(10, at=NOON), publish(10, at=NOON + timedelta(microseconds=9))
    page = platform.fetch(startTimestamp=10, pageSize=7).json()                # and the line goes dead
    seen = {record["hashValue"] for record in page["hashRecords"]}
    records, _mark = platform.pull(since=page["nextSetTimestamp"])
    assert seen | {record["hashValue"] for record in records} == {entry.value for entry in first + second}


def test_what_is_published_while_a_partner_pulls_comes_too(platform: Platform, publish: Publish):
    publish(10, at=NOON)
    page = platform.fetch(pageSize=6).json()
    late, = publish(1, at=NOON + timedelta(microseconds=1))
    rest = platform.fetch(pageSize=6, nextPageToken=page["nextPageToken"]).json()
    assert rest["hashRecords"][-1]["hashValue"] == late.value


def test_an_empty_page_does_not_turn_the_clock_back(platform: Platform):
    answer = platform.fetch(startTimestamp=1795329818).json()
    assert answer["nextSetTimestamp"] == 1795329818
    assert (answer["count"], answer["hasMoreRecords"], answer["nextPageToken"]) == (0, False, None)


def test_a_page_is_never_larger_than_the_format_allows(platform: Platform, publish: Publish):
    publish(810, at=NOON)
    assert platform.fetch(pageSize=100000).json()["count"] == 800


@pytest.mark.parametrize(("query", "part"), [
    ({"startTimestamp": "yesterday"}, "startTimestamp"), ({"startTimestamp": "-1"}, "startTimestamp"),
    ({"startTimestamp": "9" * 30}, "startTimestamp"),
    ({"startTimestamp": "۱۲"}, "startTimestamp"), ({"pageSize": "all"}, "pageSize"), ({"nextPageToken": "x"}, "nextPageToken"),
    ({"nextPageToken": "_" * 32}, "nextPageToken"), ({"nextPageToken": "\u06f1"}, "nextPageToken")])
def test_a_malformed_query_is_named(platform: Platform, query: dict[str, str], part: str):
    answer = platform.fetch(**query)
    assert answer.status_code == 400
    assert answer.json()["error"] == part


@pytest.mark.parametrize("query", [{"startTimestamp": "99999999999"}, {"pageSize": "0"}, {"startTimestamp": ""}])
def test_an_odd_query_does_no_harm(platform: Platform, query: dict[str, str]):
    assert platform.fetch(**query).status_code in {200, 400}


# --- what a record tells ----------------------------------------------------------------------------------------------
def test_the_number_of_an_entry_is_stable_for_one_partner_and_another_for_the_next(platform: Platform, other: Platform,
                                                                                   publish: Publish):
    publish(2)
    mine, again, theirs = (
        {record["hashValue"]: tuple(record["caseNumbers"]) for record in who.pull()[0]} for who in (platform, platform, other))
    assert mine == again
    assert mine.keys() == theirs.keys()
    numbers = [one for view in (mine, theirs) for value in view.values() for one in value]
    assert len(set(numbers)) == 4
    assert not {UUID(number) for number in numbers} & {entry.pk for entry in ListEntry.objects.all()}


def test_a_record_holds_what_the_format_asks_and_no_more(platform: Platform, publish: Publish):
    publish()
    record, = platform.pull()[0]
    assert record.keys() == {"lastModtimestamp", "signalType", "hashValue", "hashStatus", "caseNumbers", "CSPFeedbacks"}
    assert record["CSPFeedbacks"] == []


# --- withdrawal -------------------------------------------------------------------------------------------------------
def test_who_pulled_it_sees_it_withdrawn(platform: Platform, publish: Publish):
    entry, = publish(at=timezone.now() - timedelta(minutes=5))
    _records, mark = platform.pull()
    hashing.withdraw(entries=[entry])
    record, = platform.pull(since=mark)[0]
    assert (record["hashValue"], record["hashStatus"]) == (entry.value, "Withdrawn")
    assert set(record["caseNumbers"].values()) == {"Withdrawn"}


def test_who_never_had_it_never_gets_it(platform: Platform, publish: Publish):
    """The person took the consent back: there is nothing to hand out any more, not even under the name of withdrawn."""
    kept, gone = publish(2, at=timezone.now() - timedelta(minutes=5))
    hashing.withdraw(entries=[gone])
    assert [record["hashValue"] for record in platform.pull()[0]] == [kept.value]


def test_withdrawn_between_two_pages_it_is_seen_on_the_second(platform: Platform, publish: Publish):
    entries = publish(3, at=timezone.now() - timedelta(minutes=5))
    page = platform.fetch(pageSize=2).json()
    gone = ListEntry.objects.get(value=page["hashRecords"][0]["hashValue"])
    hashing.withdraw(entries=[gone])
    rest = platform.fetch(pageSize=2, nextPageToken=page["nextPageToken"]).json()["hashRecords"]
    assert {(record["hashValue"], record["hashStatus"]) for record in rest} == {
        (gone.value, "Withdrawn"),
        *((entry.value, "Active") for entry in entries if entry.value not in {r["hashValue"] for r in page["hashRecords"]})}


@pytest.mark.parametrize("fraction", [0, 300_000, 999_999])
def test_the_whole_last_second_counts_as_pulled(platform: Platform, publish: Publish, fraction: int):
    """The checkpoint is in whole seconds; what lay later in that second was pulled too."""
    entry, = publish(at=NOON.replace(microsecond=fraction))
    _records, mark = platform.pull()
    hashing.withdraw(entries=[entry])
    assert [record["hashStatus"] for record in platform.pull(since=mark)[0]] == ["Withdrawn"]


def test_published_again_it_is_active_again(platform: Platform, publish: Publish):
    entry, = publish(at=NOON)
    hashing.withdraw(entries=[entry])
    Listing.objects.update(state=Listing.State.APPROVED)
    ListEntry.objects.filter(pk=entry.pk).update(state=ListEntry.State.ACTIVE, modified_at=timezone.now())
    assert [record["hashStatus"] for record in platform.pull()[0]] == ["Active"]


# --- the log ----------------------------------------------------------------------------------------------------------
def test_every_page_is_in_the_log_with_its_count_only(platform: Platform, publish: Publish):
    publish(3)
    platform.pull(size=2)
    entries = Entry.objects.filter(event="list_fetched").order_by("at")
    assert {entry.actor for entry in entries} == {f"partner:{platform.partner.pk}"}
    assert [(entry.details["protocol"], entry.details["count"]) for entry in entries] == [("stopncii", 2), ("stopncii", 1)]
    told = {"protocol", "count", "gone", "mark", "reached", "newest", "unchanged"}
    assert all(entry.details.keys() == told for entry in entries)
