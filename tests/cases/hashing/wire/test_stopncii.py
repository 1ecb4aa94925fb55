"""Our side of the format against the stock client's own parser and writer."""
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from threatexchange.exchanges.clients.stopncii import api as stock

from cases.hashing.wire import stopncii

NOW = datetime(2026, 11, 22, 9, 30, 15, 987654, tzinfo=UTC)
PDQ = "f0" * 32


class Wire(stock.StopNCIIAPI):
    """The stock client with its two HTTP calls replaced by a string each way."""

    def __init__(self, answer=None):
        super().__init__("subscription", "fetch")
        self.answer, self.sent = answer, None

    def _get(self, endpoint, **params):
        self.sent = {key: str(value) for key, value in params.items()}
        return json.loads(json.dumps(self.answer))

    def _post(self, endpoint, *, json=None):
        self.sent = json


def record(seconds: int = 0, **changes) -> stopncii.HashRecord:
    return stopncii.HashRecord(**{"modified_at": NOW + timedelta(seconds=seconds), "value": PDQ, "numbers": ("6b7f",),
                                  "status": stopncii.CaseStatus.ACTIVE, **changes})


def test_the_stock_client_reads_a_page():
    token = stopncii.PageToken(NOW, uuid.uuid4())
    feedback = stopncii.Feedback(stopncii.FeedbackValue.BLOCKED, "Chatter", ("reviewed",))
    page = stopncii.FetchResponse((record(-3), record(feedbacks=(feedback,))), NOW - timedelta(days=1), token)
    got = Wire(page.as_json()).fetch_hashes()
    assert (got.count, got.hasMoreRecords, got.nextPageToken) == (2, True, str(token))
    assert got.nextSetTimestamp == got.hashRecords[-1].lastModtimestamp == int(NOW.timestamp())
    first, last = got.hashRecords
    assert first.signalType is stock.StopNCIISignalType.ImagePDQ
    assert (first.hashValue, first.hashStatus) == (PDQ, stock.StopNCIICaseStatus.Active)
    assert first.caseNumbers == {"6b7f": stock.StopNCIICaseStatus.Active}
    assert last.CSPFeedbacks == [stock.StopNCIICSPFeedback(stock.StopNCIICSPFeedbackValue.Blocked, {"reviewed"}, "Chatter")]


def test_the_stock_client_reads_a_withdrawal():
    page = stopncii.FetchResponse((record(status=stopncii.CaseStatus.WITHDRAWN),), NOW)
    got = Wire(page.as_json()).fetch_hashes().hashRecords[0]
    assert got.hashStatus is stock.StopNCIICaseStatus.Withdrawn
    assert set(got.caseNumbers.values()) == {stock.StopNCIICaseStatus.Withdrawn}


def test_an_empty_page_leaves_the_clients_mark_where_it_is():
    request = stopncii.FetchRequest.parse({"startTimestamp": "1795329818", "pageSize": "800"})
    got = Wire(stopncii.FetchResponse((), request.mark).as_json()).fetch_hashes()
    assert (got.count, got.hasMoreRecords, got.nextPageToken, got.nextSetTimestamp) == (0, False, None, 1795329818)
    later = stopncii.FetchRequest(NOW, after=stopncii.PageToken(NOW + timedelta(hours=1), uuid.uuid4()))
    assert later.mark > later.since


def test_the_stock_clients_own_request_is_understood():
    wire = Wire({"count": 0, "nextPageToken": None, "nextSetTimestamp": 10, "hasMoreRecords": False, "hashRecords": []})
    wire.fetch_hashes()
    assert stopncii.FetchRequest.parse(wire.sent) == stopncii.FetchRequest(stopncii.from_seconds(10), 800, None)
    token = stopncii.PullToken(stopncii.PageToken(NOW, uuid.uuid4()), stopncii.from_seconds(98), NOW)
    wire.fetch_hashes(start_timestamp=99, page_size=5, next_page=str(token))
    assert stopncii.FetchRequest.parse(wire.sent) == stopncii.FetchRequest(token.since, 5, token.after, token.began), \
        "the token counts, not what stands beside it"


def test_page_sizes_stay_within_reason():
    assert stopncii.FetchRequest.parse({"pageSize": "99999"}).size == stopncii.PAGE_SIZE
    assert stopncii.FetchRequest.parse({"pageSize": "0"}).size == 1


MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))      # noqa: DTZ001


@given(MOMENTS, st.uuids(), MOMENTS, MOMENTS)
def test_a_page_token_comes_back_as_it_went(at, entry, since, began):
    token = stopncii.PageToken(at, entry)
    assert stopncii.PageToken.parse(str(token)) == token
    assert str(token).replace("_", "").replace("-", "").isalnum()                 # 24 bytes need no padding
    pull = stopncii.PullToken(token, since, began)
    assert stopncii.PullToken.parse(str(pull)) == pull


@pytest.mark.parametrize("query", [
    {"startTimestamp": "-1"}, {"startTimestamp": "soon"}, {"startTimestamp": "9" * 12}, {"startTimestamp": "۱۲"},
    {"pageSize": ""},
    {"nextPageToken": "800"}, {"nextPageToken": "é"}, {"nextPageToken": "A" * 32 + "A" * 4}, {"nextPageToken": "_" * 32},
])
def test_a_malformed_request_is_refused_by_name(query):
    with pytest.raises(stopncii.Malformed) as refused:
        stopncii.FetchRequest.parse(query)
    assert refused.value.code == next(iter(query))


@pytest.mark.parametrize("value", stock.StopNCIICSPFeedbackValue)
def test_the_stock_clients_feedback_is_understood(value):
    wire = Wire()
    wire.submit_feedback(stock.StopNCIISignalType.ImagePDQ, PDQ, value, {"one"})
    (line,) = stopncii.parse_feedback(json.loads(json.dumps(wire.sent)))
    assert (line.value, line.signal, line.tags) == (PDQ, stopncii.SignalType.IMAGE_PDQ, ("one",))
    assert line.feedback.value == value.value


def test_every_value_of_ours_is_one_of_the_clients():
    assert {value.value for value in stopncii.FeedbackValue} == {value.value for value in stock.StopNCIICSPFeedbackValue}
    assert {value.value for value in stopncii.SignalType} < {value.value for value in stock.StopNCIISignalType}


@pytest.mark.parametrize("spelling", ["ImagePDQ", str(stock.StopNCIISignalType.ImagePDQ)])
def test_both_spellings_of_the_signal_type_are_taken(spelling):
    assert stopncii.SignalType.parse(spelling) is stopncii.SignalType.IMAGE_PDQ


def feedback(**changes) -> dict:
    return {"count": 1, "hashFeedbacks": [{"tags": [], "feedbackValue": "Blocked", "hashValue": PDQ, **changes}]}


def test_upper_case_and_a_video_hash_are_taken():
    (line,) = stopncii.parse_feedback(feedback(hashValue=PDQ.upper()))
    assert line.value == PDQ
    (line,) = stopncii.parse_feedback(feedback(hashValue="ab" * 16))
    assert line.signal is stopncii.SignalType.VIDEO_MD5


@pytest.mark.parametrize(("body", "code"), [
    (None, "hashFeedbacks"),
    ([], "hashFeedbacks"),
    ({}, "hashFeedbacks"),
    ({"hashFeedbacks": {}}, "hashFeedbacks"),
    ({"hashFeedbacks": [1]}, "hashFeedbacks"),
    ({"hashFeedbacks": feedback()["hashFeedbacks"] * 10_000}, "count"),
    (feedback(hashValue=None), "hashValue"),
    (feedback(hashValue="zz" * 32), "hashValue"),
    (feedback(hashValue="f" * 63), "hashValue"),
    (feedback(hashValue=PDQ + "\n"), "hashValue"),
    (feedback(hashValue=PDQ, signalType="VideoMD5"), "hashValue"),
    (feedback(signalType="URL"), "signalType"),
    (feedback(tags="x"), "tags"),
    (feedback(tags=[1]), "tags"),
    (feedback(feedbackValue="Perhaps"), "feedbackValue"),
    (feedback(feedbackValue=None), "feedbackValue"),
])
def test_malformed_feedback_is_refused_by_name(body, code):
    with pytest.raises(stopncii.Malformed) as refused:
        stopncii.parse_feedback(body)
    assert refused.value.code == code
