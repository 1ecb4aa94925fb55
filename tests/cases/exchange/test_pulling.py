"""Lists of others: pulled whole, resumed in the middle, deletions honoured, and nothing believed that makes no sense."""
import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.exchange import pulling
from cases.exchange.models import Source
from cases.exchange.partners import add_partner
from cases.hashing import foreign, services
from cases.hashing.entries import withdraw
from cases.hashing.foreign import Row, take_in
from cases.hashing.models import ForeignHash, ForeignMatch, ListEntry
from cases.hashing.services import Refusal, refusal
from cases.hashing.wire import ncmec
from cases.outbox.errors import Retry, Stop
from cases.outbox.models import Job
from tests.cases.exchange.conftest import Publish
from tests.cases.hashing.conftest import fingerprint, near, new_pdq
from tests.factories.lists import plain_case, publish as publish_case
from tests.fakes.lists import Lists
from tests.fixtures.jobs import RunJobs

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Pull = Callable[..., bool]


@pytest.fixture
def lists() -> Iterator[Lists]:
    with Lists() as server:
        yield server


@pytest.fixture
def pull(db: None, lists: Lists, settings: LazySettings) -> Pull:
    def go(protocol: str = "stopncii", **changes: Any) -> bool:
        theirs = {"slug": "theirs", "protocol": protocol, "url": lists.url, "user": "u", "password": "p"}
        settings.EXCHANGE_SOURCES = [theirs | changes]
        return pulling.pull(slug="theirs")
    return go


def record(value: str, at: int = 100, **changes: Any) -> dict[str, Any]:
    return {"lastModtimestamp": at, "signalType": "ImagePDQ", "hashValue": value, "hashStatus": "Active", "caseNumbers": {},
            "CSPFeedbacks": [], **changes}


def page(*records: dict[str, Any], mark: int = 100, more: str | None = None) -> bytes:
    return json.dumps({"count": len(records), "nextPageToken": more, "hasMoreRecords": bool(more), "nextSetTimestamp": mark,
                       "hashRecords": records}).encode()


def xml(*rows: tuple[str, str], following: str = "", at: datetime = NOON) -> bytes:
    they, image = ncmec.Member(7, "They"), ncmec.Medium.IMAGE
    entries = [ncmec.Entry(image, they, number, at, "A1", {"pdq": value} if value else {}) for number, value in rows]
    return str(ncmec.Page(tuple(entries), following)).encode()


def held() -> set[str]:
    return set(ForeignHash.objects.filter(deleted_at=None).values_list("value", flat=True))


# --- from a portal like ours, by both protocols -------------------------------------------------------------------------
@pytest.mark.parametrize("protocol", ["stopncii", "ncmec"])
def test_from_a_real_server_whole_then_what_is_new_and_what_was_taken_back(live: str, publish: Publish, settings: LazySettings,
                                                                          protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the worker's process, whose time zone Django has set to Karachi's."""
    assert os.environ["TZ"] == settings.TIME_ZONE == "Asia/Karachi"
    monkeypatch.setattr(pulling, "SETTLES", timedelta(seconds=0))
    _partner, keys = add_partner(name="Us", platform="x")
    base = {"stopncii": f"{live}/exchange/stopncii/v1", "ncmec": f"{live}/exchange/ncmec"}[protocol]
    settings.EXCHANGE_SOURCES = [{"slug": "us", "protocol": protocol, "url": base, "user": keys.first, "password": keys.second}]
    listed = publish(2100, at=timezone.now() - timedelta(minutes=9))
    video, = publish(1, kind="md5", at=timezone.now() - timedelta(minutes=8))
    assert pulling.pull(slug="us")
    assert held() == {entry.value for entry in [*listed, video]}
    late, = publish(1)
    withdraw(entries=[listed[0]])
    if protocol == "ncmec":
        time.sleep(6)
    assert pulling.pull(slug="us")
    assert held() == {entry.value for entry in [*listed[1:], video, late]}
    source = Source.objects.get()
    assert (source.held, source.trouble) == (2101, "")
    assert source.pulled_at


# --- interrupted --------------------------------------------------------------------------------------------------------
def test_a_line_that_goes_dead_in_a_page_resumes_at_that_page(pull: Pull, lists: Lists) -> None:
    one, two = new_pdq(), new_pdq()
    lists.says(page(record(one), more="t1"))
    lists.breaks_off(page(record(two), mark=200))
    with pytest.raises(Retry):
        pull()
    assert held() == {one}
    assert Source.objects.get().trouble
    lists.says(page(record(two), mark=200))
    assert pull()
    assert held() == {one, two}
    assert "nextPageToken=t1" in lists.asked[-1]
    assert (Source.objects.get().checkpoint, Source.objects.get().trouble) == ({"since": 200, "token": ""}, "")


def test_a_range_that_was_broken_off_goes_on_where_it_was(pull: Pull, lists: Lists) -> None:
    one, two = new_pdq(), new_pdq()
    lists.says(xml(("1", one), following="/v2/entries?start=1001"))
    lists.says(status=503)
    with pytest.raises(Retry):
        pull("ncmec")
    lists.says(xml(("2", two)))
    assert pull("ncmec")
    assert lists.asked[-1] == "/v2/entries?start=1001"
    assert held() == {one, two}


def test_a_page_they_do_not_know_any_more_begins_the_range_again(pull: Pull, lists: Lists) -> None:
    one = new_pdq()
    lists.says(xml(("1", one), following="/v2/entries?start=1001"))
    lists.says(status=404)
    with pytest.raises(Retry):
        pull("ncmec")
    lists.says(xml(("1", one)))
    assert pull("ncmec")
    assert "from=1970-01-01T00%3A00%3A00Z" in lists.asked[-1]
    assert held() == {one}


def test_a_list_that_is_down_holds_up_no_other(lists: Lists, settings: LazySettings, run_jobs: RunJobs) -> None:
    value = new_pdq()
    lists.says(page(record(value)))
    settings.EXCHANGE_SOURCES = [{"slug": "down", "protocol": "ncmec", "url": "http://127.0.0.1:9"},
                                 {"slug": "theirs", "protocol": "stopncii", "url": lists.url}]
    Job.objects.create(task="exchange.pull", due_at=timezone.now(), rings=1)
    run_jobs()
    assert held() == {value}
    assert Source.objects.get(slug="down").trouble == "unreachable"


# --- what makes no sense ------------------------------------------------------------------------------------------------
BOMB = b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'"><!ENTITY c "&b;&b;&b;&b;">]><queryResult>&c;</queryResult>'


@pytest.mark.parametrize(("protocol", "body", "trouble"), [
    ("stopncii", b"", "json"), ("stopncii", b"[" * 100_000, "json"), ("stopncii", b"{}", "hashRecords"),
    ("stopncii", b'{"hashRecords": [], "nextSetTimestamp": "soon"}', "nextSetTimestamp"),
    ("stopncii", page(mark=10 ** 12), "nextSetTimestamp"), ("ncmec", b"<html>", "xml"), ("ncmec", BOMB, "xml"),
    ("ncmec", b"<html/>", "queryResult"), ("ncmec", xml(following="http://elsewhere.example/v2/entries"), "next")])
def test_a_page_that_makes_no_sense_moves_nothing(pull: Pull, lists: Lists, protocol: str, body: bytes, trouble: str) -> None:
    lists.says(body)
    with pytest.raises(Retry):
        pull(protocol)
    assert (Source.objects.get().checkpoint, Source.objects.get().trouble) == ({}, trouble)
    assert not ForeignHash.objects.exists()


def test_a_record_that_makes_no_sense_is_left_out(pull: Pull, lists: Lists) -> None:
    value = new_pdq()
    odd = [record("0" * 63), record("z" * 64), record(value, signalType="Text"), {}, {"hashValue": 5}]
    lists.says(json.dumps({**json.loads(page(*odd, record(value)))}).encode())
    assert pull()
    assert held() == {value}


@pytest.mark.parametrize(("protocol", "first", "again"), [
    ("stopncii", page(more="t"), page(more="t")),
    ("ncmec", xml(following="/v2/entries?start=2"), xml(following="/v2/entries?start=2"))])
def test_the_same_page_for_ever_ends(pull: Pull, lists: Lists, protocol: str, first: bytes, again: bytes) -> None:
    lists.says(first)
    lists.says(again)
    with pytest.raises(Retry):
        pull(protocol)
    assert len(lists.asked) == 2


@pytest.mark.parametrize("status", [401, 403])
def test_keys_that_open_nothing_are_a_persons_to_look_at(pull: Pull, lists: Lists, status: int) -> None:
    lists.says(status=status)
    with pytest.raises(Stop):
        pull()
    assert Source.objects.get().trouble == "keys"


def test_keys_are_not_taken_to_another_host(pull: Pull, lists: Lists) -> None:
    lists.says(status=302, Location=f"{lists.url}/elsewhere")
    with pytest.raises(Retry):
        pull()
    assert len(lists.asked) == 1


def test_who_asks_for_patience_gets_it(pull: Pull, lists: Lists) -> None:
    lists.says(status=429, Retry_After="120")
    with pytest.raises(Retry) as patience:
        pull()
    assert patience.value.after == 120


def test_a_page_without_end_is_broken_off(pull: Pull, lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "MOST_BYTES", 1000)
    lists.says(b"x" * 5000)
    with pytest.raises(Stop):
        pull()


def test_a_clock_that_goes_back_does_not_take_us_along(pull: Pull, lists: Lists) -> None:
    lists.says(page(record(new_pdq()), mark=500))
    lists.says(page(mark=50))
    pull()
    pull()
    assert Source.objects.get().checkpoint["since"] == 500


# --- duplicated, reordered, taken back ----------------------------------------------------------------------------------
def test_of_a_long_file_all_cases_are_locked_before_anything_leaves_a_list(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has the turn of publishing and then locks cases waits for whoever approves, who waits for the turn."""
    monkeypatch.setattr(pulling, "BATCH", 1)
    values = [new_pdq() for _ in range(2)]
    for value in values:
        services.store(case=(case := plain_case()), fingerprints=[fingerprint(pdq=value)])
        publish_case(case)
    origin, source = pulling.Origin("npo", "file", "", child=True), Source.objects.create(slug="npo")
    step = pulling.Step([Row(value, "pdq", value, NOON) for value in values], {"sha256": "1"}, done=True)
    with CaptureQueriesContext(connection) as seen:
        assert pulling.keep(origin, source, step)
    written = [query["sql"] for query in seen if query["sql"].startswith("UPDATE")]
    cases = [place for place, sql in enumerate(written) if sql.startswith('UPDATE "cases_case"')]
    entries = [place for place, sql in enumerate(written) if sql.startswith('UPDATE "cases_hashing_listentry"')]
    assert len(cases) == len(entries) == 2
    assert max(cases) < min(entries)


def test_pages_that_come_twice_or_in_another_order_end_the_same(db: None) -> None:
    value, at = new_pdq(), NOON
    there, gone = Row("7-1", "pdq", value, at), Row("7-1", "pdq", "", at + timedelta(seconds=5))
    for pages in ([[there], [gone]], [[gone], [there]], [[there, gone], [there]], [[gone, there]],
                  [[there], [gone], [gone], [there]]):
        ForeignHash.objects.all().delete()
        for rows in pages:
            take_in(source="theirs", rows=rows)
        assert held() == set(), pages
    take_in(source="theirs", rows=[Row("7-1", "pdq", value, at + timedelta(seconds=9))])
    assert held() == {value}


def test_what_they_take_back_leaves_no_hash_and_no_match(db: None) -> None:
    case, value = plain_case(), new_pdq()
    services.store(case=case, fingerprints=[fingerprint(1, value)])
    services.match(case_id=case.pk)
    take_in(source="theirs", rows=[Row("7-1", "pdq", near(value, 6), NOON)])
    assert foreign.lists_that_know(case.pk) == ["theirs"]
    take_in(source="theirs", rows=[Row("7-1", "pdq", "", NOON + timedelta(hours=1))])
    assert not ForeignMatch.objects.exists()
    assert ForeignHash.objects.get().value == ""


# --- matches ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("case_first", [True, False])
def test_a_case_is_flagged_whoever_came_first(db: None, case_first: bool) -> None:
    case, value = plain_case(), new_pdq()
    services.store(case=case, fingerprints=[fingerprint(1, value)])
    rows = [Row("1", "pdq", near(value, 20), NOON), Row("2", "pdq", new_pdq(), NOON)]
    steps = [lambda: services.match(case_id=case.pk), lambda: take_in(source="npo", rows=rows)]
    for step in steps if case_first else steps[::-1]:
        step()
    assert ForeignMatch.objects.get().distance == 20
    assert foreign.lists_that_know(case.pk) == ["npo"]


def test_what_is_on_a_list_of_children_leaves_the_adults_list(db: None) -> None:
    case, value = plain_case(), new_pdq()
    services.store(case=case, fingerprints=[fingerprint(1, value)])
    (entry,) = publish_case(case)
    take_in(source="npo", rows=[Row("1", "pdq", near(value, 8), NOON)], child=True)
    assert ListEntry.objects.get(pk=entry.pk).state == "withdrawn"
    assert refusal(case) == Refusal.CHILD_MATCH


def test_what_was_imported_is_on_no_list_of_ours(db: None, publish: Publish) -> None:
    take_in(source="npo", rows=[Row("1", "pdq", new_pdq(), NOON)])
    assert not ListEntry.objects.exists()


# --- files --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_a_file_is_the_whole_list(pull: Pull, tmp_path: Path, suffix: str) -> None:
    def write(*values: str) -> None:
        rows = [{"kind": "pdq" if len(value) == 64 else "md5", "value": value} for value in values]
        table = "".join(f"{row['kind']},{row['value']}\r\n" for row in rows)
        (tmp_path / f"list{suffix}").write_text(json.dumps(rows) if suffix == ".json" else f"kind,value\r\n{table}")
    one, two, video = new_pdq(), new_pdq(), "ab" * 16
    for values in ([one, two], [two, video], [two, video], []):
        write(*values)
        assert pull("file", url=str(tmp_path / f"list{suffix}"))
        assert held() == set(values)


@pytest.mark.parametrize("text", ["", "value\nx\n", "kind,value\npdq,zz\n", "kind,value\npdq\n", "kind,value\nurl,x\n", "\x00"])
def test_half_a_file_takes_nothing_back(pull: Pull, tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    value = new_pdq()
    path.write_text(f"kind,value\npdq,{value}\n")
    pull("file", url=str(path))
    path.write_text(text)
    with pytest.raises(Retry):
        pull("file", url=str(path))
    assert held() == {value}
    path.unlink()
    with pytest.raises(Stop):
        pull("file", url=str(path))
