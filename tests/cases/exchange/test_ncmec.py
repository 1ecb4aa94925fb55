"""NCMEC's format at the door: who may come in, ranges, pages, tombstones, votes."""
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from defusedxml import ElementTree
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.exchange.models import Feedback, Partner
from cases.exchange.partners import Keys, add_partner
from cases.exchange.services import entry_number
from cases.hashing.entries import withdraw
from cases.hashing.models import ListEntry
from cases.hashing.wire.ncmec import Page, parse_page, stamp
from tests.cases.exchange.conftest import Platform, Publish

BASE = "/exchange/ncmec"
AGO = timedelta(minutes=10)


def ask(keys: Keys, path: str, method: str = "get", **options: Any) -> HttpResponse:
    word = b64encode(f"{keys.first}:{keys.second}".encode()).decode()
    answer: HttpResponse = getattr(Client(enforce_csrf_checks=True), method)(
        f"{BASE}{path}", headers={"Authorization": f"Basic {word}", **options.pop("headers", {})}, **options)
    return answer


def entries(platform: Platform, path: str = "/v2/entries", *, since: datetime | None = None,
            to: datetime | None = None) -> list[Page]:
    """All pages of a range."""
    now = timezone.now()
    following, pages = f"{path}?from={stamp(since or now - timedelta(days=9))}&to={stamp(to or now)}", list[Page]()
    while following:
        answer = ask(platform.keys, following)
        assert answer.status_code == 200, answer.content
        pages.append(parse_page(answer.content))
        following = pages[-1].next
    return pages


def shown(pages: list[Page]) -> list[str]:
    return [value for page in pages for entry in page.entries for value in entry.fingerprints.values()]


def vote(platform: Platform, entry: ListEntry, body: str = "<affirmative/>", *, member: int = 1,
         kind: str = "PDQ") -> HttpResponse:
    number = entry_number(platform.partner, entry.pk)
    return ask(platform.keys, f"/v2/entries/{member}/{number}/{kind}/feedback", "put", content_type="application/xml",
               data=f'<feedbackSubmission xmlns="https://hashsharing.ncmec.org/hashsharing/v2">{body}</feedbackSubmission>')


@pytest.mark.parametrize("word", ["", "Basic", "Basic x", "Basic " + b64encode(b"a:b").decode(), "Bearer x", "Basic \u06f1"])
@pytest.mark.parametrize("path", ["status", "members", "entries", "deletions", "feedback/PDQ/reasons"])
def test_a_stranger_gets_401_in_xml(platform: Platform, path: str, word: str) -> None:
    answer = Client().get(f"{BASE}/v2/{path}", headers={"Authorization": word})
    assert (answer.status_code, answer["WWW-Authenticate"][:5]) == (401, "Basic")
    assert ElementTree.fromstring(answer.content)[0].text == "keys"


def test_pages_of_one_moment_hold_each_entry_once(platform: Platform, publish: Publish) -> None:
    values = {entry.value for entry in publish(2300, at=timezone.now() - AGO)}
    pages = entries(platform)
    assert [len(page.entries) for page in pages] == [1000, 1000, 300]
    assert sorted(shown(pages)) == sorted(values)


def test_what_is_withdrawn_between_two_pages_hides_no_other_row(platform: Platform, publish: Publish) -> None:
    """A count of rows would pass over the 1001st when one of the first thousand moves to the end."""
    listed = publish(1500, at=timezone.now() - AGO)
    now = timezone.now()
    first = parse_page(ask(platform.keys, f"/v2/entries?from={stamp(now - 2 * AGO)}&to={stamp(now)}").content)
    withdraw(entries=[next(entry for entry in listed if entry.value == shown([first])[0])])
    rest = parse_page(ask(platform.keys, first.next).content)
    assert {*shown([first]), *shown([rest])} == {entry.value for entry in listed}


def test_a_tombstone_holds_an_id_and_no_hash(platform: Platform, publish: Publish) -> None:
    entry, kept = publish(2, at=timezone.now() - AGO)
    withdraw(entries=[entry])
    ListEntry.objects.filter(pk=entry.pk).update(modified_at=timezone.now() - timedelta(seconds=9))
    text = ask(platform.keys, f"/v2/entries?from={stamp(timezone.now() - 2 * AGO)}").content.decode()
    assert entry.value not in text
    assert "<deletedImage>" in text
    (page,) = entries(platform, "/v2/deletions")
    assert [(one.number, one.fingerprints) for one in page.entries] == [(str(entry_number(platform.partner, entry.pk)), {})]
    assert kept.value in text


def test_the_last_seconds_wait_and_come_with_a_later_range(platform: Platform, publish: Publish) -> None:
    entry, = publish()
    assert shown(entries(platform, to=timezone.now() + timedelta(seconds=50))) == []
    ListEntry.objects.update(modified_at=timezone.now() - timedelta(seconds=6))
    by_a_fast_clock = timezone.now() + timedelta(seconds=40)
    assert shown(entries(platform, since=by_a_fast_clock)) == [entry.value]


@pytest.mark.parametrize("seconds", [70, 5 * 3600])
def test_a_range_that_ends_in_the_future_is_refused_loudly(platform: Platform, seconds: int) -> None:
    answer = ask(platform.keys, f"/v2/entries?to={stamp(timezone.now() + timedelta(seconds=seconds))}")
    assert (answer.status_code, ElementTree.fromstring(answer.content)[0].text) == (400, "future")
    assert "TZ=UTC" in answer.content.decode()


def test_two_partners_know_an_entry_by_different_numbers(platform: Platform, other: Platform, publish: Publish) -> None:
    entry, = publish(at=timezone.now() - AGO)
    numbers = {page.entries[0].number for who in (platform, other) for page in entries(who)}
    assert len(numbers) == 2
    assert str(entry.pk) not in numbers
    assert entry_number(platform.partner, entry_number(platform.partner, entry.pk), back=True) == entry.pk


@pytest.mark.parametrize(("given", "sees"), [({}, {"intimate", "synthetic"}), ({"categories": ["intimate"]}, {"intimate"}),
                                             ({"categories": ["child"]}, {"child"}), ({"kinds": ["md5"]}, set())])
def test_a_partner_is_given_what_it_is_enabled_for(publish: Publish, given: dict[str, Any], sees: set[str]) -> None:
    values = {category: publish(1, at=timezone.now() - AGO, category=category)[0].value
              for category in ("intimate", "synthetic", "child")}
    one = Platform(*add_partner(name="One", platform="tiktok", **given))
    wanted = {values[category] for category in sees}
    assert set(shown(entries(one))) == {record["hashValue"] for record in one.pull()[0]} == wanted
    assert set(one.say(*[(value, "Blocked") for value in values.values()]).json()["unknown"]) == {*values.values()} - wanted


def test_the_childrens_list_has_to_be_named(db: None) -> None:
    assert "child" not in Partner(name="x").categories
    with pytest.raises(ValueError, match="blasphemy"):
        add_partner(name="x", platform="x", categories=["blasphemy"])


def test_a_vote_is_a_verdict_and_about_our_entries_only(platform: Platform, publish: Publish) -> None:
    entry, = publish(at=timezone.now() - AGO)
    assert vote(platform, entry).status_code == 200
    assert vote(platform, entry, "<negative/>").status_code == 200
    assert [row.value for row in Feedback.objects.all()] == ["Blocked", "NotBlocked"]
    for answer in (vote(platform, entry, member=2), vote(platform, entry, kind="MD5"), vote(platform, entry, kind="TMK"),
                   vote(platform, ListEntry(pk=uuid4()))):
        assert answer.status_code == 400
    assert vote(platform, entry, "<maybe/>").status_code == 400
    assert Feedback.objects.count() == 2


@pytest.mark.parametrize(("method", "path"), [("post", "entries"), ("put", "entries"), ("delete", "entries"), ("post", "status")])
def test_each_endpoint_has_its_method(platform: Platform, method: str, path: str) -> None:
    assert ask(platform.keys, f"/v2/{path}", method).status_code == 405


def test_a_body_that_is_too_large_is_413(platform: Platform, publish: Publish, settings: LazySettings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024               # of the process that serves it: only the desk takes more
    entry, = publish(at=timezone.now() - AGO)
    assert vote(platform, entry, "<affirmative/>" + " " * 300_000).status_code == 413


def test_how_far_a_partner_came_is_in_the_log(platform: Platform, publish: Publish) -> None:
    publish(3, at=timezone.now() - AGO)
    entries(platform)
    fetched = Entry.objects.get(event="list_fetched")
    assert (fetched.details["protocol"], fetched.details["count"]) == ("ncmec", 3)
    assert datetime.fromisoformat(fetched.details["mark"]) < timezone.now()
