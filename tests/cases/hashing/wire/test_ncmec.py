"""Our side of the format against the stock client's own parser and writer."""
import html
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from hypothesis import given, strategies as st
from threatexchange.exchanges.clients.ncmec import hash_api as stock

from cases.hashing.wire import ncmec
from cases.hashing.wire.stopncii import FeedbackValue, Malformed, PageToken

NOW = datetime(2026, 11, 22, 9, 30, 15, 987654, tzinfo=UTC)
PDQ, MD5 = "f0" * 32, "ab" * 16
US = ncmec.Member(1, "Mehfooz & <sons>")


class Wire(stock.NCMECHashAPI):
    """The stock client with its HTTP calls replaced by a string each way."""

    def __init__(self, answer: str = "") -> None:
        super().__init__("user", "password", SimpleNamespace(value="http://nowhere"))       # type: ignore[arg-type]
        self.answer, self.sent = answer, b""

    def _get(self, endpoint, *, path="", next_="", **params):
        tree = ElementTree.iterparse(BytesIO(self.answer.encode()))  # noqa: S314  as the client does
        for _event, element in tree:
            element.tag = element.tag.rpartition("}")[2]
        return tree.root

    def _put(self, endpoint, *, path=None, data=None):
        self.sent = data


def entry(number: str = "1", medium: ncmec.Medium = ncmec.Medium.IMAGE, **fingerprints: str) -> ncmec.Entry:
    return ncmec.Entry(medium, US, number, NOW, "NCII", fingerprints)


def test_the_stock_client_reads_a_page() -> None:
    after = ncmec.EntriesRequest(NOW - timedelta(days=1), NOW).following(PageToken(NOW, uuid4()), 2500, "entries")
    page = ncmec.Page((entry(pdq=PDQ), entry("2"), entry("3", ncmec.Medium.VIDEO, md5=MD5)), after)
    got = Wire(str(page)).get_entries()
    assert [(one.id, one.deleted, one.fingerprints, one.member_id) for one in got.updates] == [
        ("1", False, {"pdq": PDQ}, 1), ("2", True, {}, 1), ("3", False, {"md5": MD5}, 1)]
    assert got.max_timestamp == int(NOW.timestamp())
    assert got.next == after
    assert got.get_next_info() == stock.GetEntriesNextInfo(1001, 1000, 2500)


def test_the_stock_client_reads_an_empty_page_and_who_it_is() -> None:
    assert Wire(str(ncmec.Page(()))).get_entries().updates == []
    assert Wire(ncmec.status(US)).status() == stock.StatusResult(1, US.name)
    assert Wire(ncmec.members([US])).members() == [stock.StatusResult(1, US.name)]
    assert Wire(ncmec.reasons("PDQ")).feedback_reasons(stock.FingerprintType.pdq) == ncmec.REASONS


@pytest.mark.parametrize(("kind", "value"), [(stock.FeedbackType.upvote, FeedbackValue.BLOCKED),
                                             (stock.FeedbackType.downvote, FeedbackValue.NOT_BLOCKED)])
def test_we_read_the_stock_clients_votes(kind: stock.FeedbackType, value: FeedbackValue) -> None:
    client = Wire(ncmec.reasons("PDQ"))
    client.submit_feedback(1, "1", stock.FingerprintType.pdq, kind, next(iter(ncmec.REASONS)))
    assert ncmec.parse_vote(client.sent) == value


def test_we_read_our_own_pages_and_leave_out_what_makes_no_sense() -> None:
    page = ncmec.Page((entry(pdq=PDQ), entry("2"), entry("3", ncmec.Medium.VIDEO, md5=MD5)), "/v2/entries?start=1001")
    read = ncmec.parse_page(str(page).encode())
    assert [(one.number, one.fingerprints) for one in read.entries] == [("1", {"pdq": PDQ}), ("2", {}), ("3", {"md5": MD5})]
    assert read.next == page.next
    odd = str(ncmec.Page((entry(pdq="zz"), entry("2", md5=MD5), entry("", pdq=PDQ), entry("5", pdq=PDQ))))
    assert [one.number for one in ncmec.parse_page(odd.encode()).entries] == ["5"]
    assert ncmec.parse_page(odd.replace("<image>", "<picture>").replace("</image>", "</picture>").encode()).entries == ()


BOMB = ('<!DOCTYPE a [<!ENTITY b "' + "x" * 1000 + '"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
        "<feedbackSubmission>&c;</feedbackSubmission>")
OUTSIDE = ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
           "<feedbackSubmission><affirmative>&b;</affirmative></feedbackSubmission>")


@pytest.mark.parametrize(("body", "code"), [
    ("", "xml"), ("<", "xml"), ("{}", "xml"), ("<a/>", "feedbackSubmission"), (BOMB, "xml"), (OUTSIDE, "xml"),
    (BOMB.encode("utf-16").decode("latin-1"), "xml"), ("<?xml version='1.0' encoding='klingon'?><a/>", "xml"),
    ("<a>" * 50_000, "xml"), ("<feedbackSubmission/>", "feedbackSubmission"),
    ("<feedbackSubmission><affirmative/><negative/></feedbackSubmission>", "feedbackSubmission"),
    ("<feedbackSubmission><negative><reasonIds><guid>x</guid></reasonIds></negative></feedbackSubmission>", "reasonIds")])
def test_xml_that_is_none_or_a_bomb_is_refused(body: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        ncmec.parse_vote(body.encode("latin-1"))
    assert refused.value.code == code


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_refused_and_nothing_worse(body: bytes) -> None:
    for parse in (ncmec.parse_vote, ncmec.parse_page):
        try:
            parse(body)
        except Malformed:
            continue


@given(st.text(max_size=40))
def test_names_and_ids_cannot_break_out_of_the_document(text: str) -> None:
    clean = "".join(character for character in text if character.isprintable())
    page = ncmec.Page((ncmec.Entry(ncmec.Medium.IMAGE, ncmec.Member(1, clean), "x" + clean, NOW, clean, {"pdq": PDQ}),))
    (got,) = Wire(str(page)).get_entries().updates
    assert html.unescape(got.id) == html.unescape("x" + clean)


@pytest.mark.parametrize(("query", "code"), [
    ({"from": "yesterday"}, "from"), ({"to": "2026-13-01T00:00:00Z"}, "to"), ({"start": "-1"}, "start"), ({"size": "۱۲"}, "size"),
    ({"after": "x"}, "nextPageToken"), ({"to": "2026-11-22T09:31:17Z"}, "future"), ({"to": "2026-11-22T14:30:15Z"}, "future")])
def test_a_query_that_is_wrong_is_named(query: dict[str, str], code: str) -> None:
    with pytest.raises(Malformed) as refused:
        ncmec.EntriesRequest.parse(query, NOW)
    assert refused.value.code == code


def test_a_clock_that_is_half_a_minute_fast_is_let_in_and_fractions_too() -> None:
    asked = ncmec.EntriesRequest.parse({"from": "1970-01-01T00:00:00Z", "to": "2026-11-22T09:30:45.500Z"}, NOW)
    assert (asked.size, asked.to - NOW) == (1000, timedelta(seconds=29, microseconds=512346))
