"""Lists of others that misbehave: each ends in a state that the partners' page names in words, and nothing is lost."""
import gzip
import resource
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from cases.exchange import pulling
from cases.exchange.models import Source
from cases.exchange.selectors import TROUBLES, in_words, sources
from cases.hashing import services
from cases.hashing.foreign import take_in
from cases.hashing.models import ForeignHash, ListEntry
from cases.hashing.wire.stopncii import to_seconds
from cases.outbox.errors import Retry, Stop
from tests.cases.exchange.test_pulling import NOON, Pull, held, lists, page, pull, record, xml  # noqa: F401  fixtures
from tests.cases.hashing.conftest import fingerprint, near, new_pdq
from tests.factories.lists import plain_case, publish
from tests.fakes.lists import Lists


def trouble() -> str:
    """The code, once it is clear that the page has words for it."""
    code = Source.objects.get().trouble
    (report,) = sources()
    assert bool(report.trouble) == bool(code)
    assert not code or report.trouble != code
    return code


def goes_on(pull: Pull, lists: Lists, protocol: str = "stopncii") -> None:  # noqa: F811
    """Whatever it was: when they come to their senses, the next pull brings everything."""
    value = new_pdq()
    lists.pace = 0
    lists.says(page(record(value)) if protocol == "stopncii" else xml(("1", value)))
    assert pull(protocol)
    assert value in held()
    assert trouble() == ""


# --- slow, dead, endless ------------------------------------------------------------------------------------------------
def test_who_stops_in_the_middle_of_a_page_is_waited_for_only_so_long(pull: Pull, lists: Lists,  # noqa: F811
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "TIMEOUT", (5, 0.3))
    lists.drips(page(record(new_pdq())), pace=30)
    with pytest.raises(Retry):
        pull()
    assert trouble() == "timeout"
    assert Source.objects.get().checkpoint == {}
    goes_on(pull, lists)


def test_who_sends_a_byte_now_and_then_keeps_no_worker(pull: Pull, lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(pulling, "PAGE_TIME", 0.5)
    lists.drips(page(record(new_pdq())), pace=0.05)
    with pytest.raises(Retry):
        pull()
    assert trouble() == "timeout"
    goes_on(pull, lists)


@pytest.mark.parametrize("protocol", ["stopncii", "ncmec"])
def test_a_page_that_is_broken_off_names_itself(pull: Pull, lists: Lists, protocol: str) -> None:  # noqa: F811
    lists.breaks_off(page(record(new_pdq())) if protocol == "stopncii" else xml(("1", new_pdq())))
    with pytest.raises(Retry):
        pull(protocol)
    assert trouble() == "broken"
    goes_on(pull, lists, protocol)


def test_a_server_that_is_not_there_names_itself(pull: Pull, lists: Lists) -> None:  # noqa: F811
    with pytest.raises(Retry):
        pull(url="http://127.0.0.1:9")
    assert trouble() == "unreachable"


@pytest.mark.parametrize("same_rows", [True, False])
def test_pages_that_lead_in_a_circle_end(pull: Pull, lists: Lists, same_rows: bool,  # noqa: F811
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tokens in turn, or a new token each time; rows that we have, or none."""
    monkeypatch.setattr(pulling, "IDLE", 6)
    one = [record(new_pdq())]
    for n in range(60):
        lists.says(page(*(one if same_rows else []), more=f"t{n % 2 if same_rows else n}"))
    with pytest.raises(Stop):
        pull()
    assert trouble() == "endless"
    assert len(lists.asked) <= 9
    lists.answers.clear()
    goes_on(pull, lists)
    assert "nextPageToken" not in lists.asked[-1]


def test_a_long_list_that_we_have_already_is_no_circle(pull: Pull, lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(pulling, "IDLE", 2)
    pages = [[record(new_pdq()) for _ in range(30)] for _ in range(20)]
    for _again in range(2):
        for n, rows in enumerate(pages):
            lists.says(page(*rows, more=f"t{n}" if n < 19 else None))
        assert pull()
        Source.objects.update(checkpoint={})
    assert len(held()) == 600


# --- what is no page ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("protocol", "code"), [("stopncii", "json"), ("ncmec", "xml")])
def test_a_page_of_a_portal_that_wants_a_sign_in(pull: Pull, lists: Lists, protocol: str, code: str) -> None:  # noqa: F811
    lists.says(b"<!doctype html><html><body>Sign in<br></body></html>", Content_Type="text/html")
    with pytest.raises(Retry):
        pull(protocol)
    assert trouble() == code
    goes_on(pull, lists, protocol)


@pytest.mark.parametrize(("status", "code"), [(301, "301"), (302, "302"), (400, "400"), (404, "404"), (503, "503"), (204, "204")])
@pytest.mark.parametrize("protocol", ["stopncii", "ncmec"])
def test_an_answer_that_is_no_page(pull: Pull, lists: Lists, protocol: str, status: int, code: str) -> None:  # noqa: F811
    lists.says(status=status)
    with pytest.raises(Retry):
        pull(protocol)
    assert trouble() == code
    goes_on(pull, lists, protocol)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_compressed_bomb_is_broken_off_before_it_fills_the_memory(pull: Pull, lists: Lists, layers: int) -> None:  # noqa: F811
    bomb = gzip.compress(b" " * 400_000_000, 9)
    if layers == 2:
        bomb = gzip.compress(bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lists.says(bomb, Content_Encoding=", ".join(["gzip"] * layers))
    with pytest.raises(Stop):
        pull()
    assert trouble() == "too_large"
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) < 200_000, "kilobytes"


@pytest.mark.parametrize("body", [b"<a>" * 1_000_000, b"<queryResult><images count='1000000000'>" + b"<image>" * 200_000,
                                  b"<queryResult>" + b"<images/>" * 500_000 + b"</queryResult>"])
def test_a_deep_or_broad_document_ends(pull: Pull, lists: Lists, body: bytes) -> None:  # noqa: F811
    lists.says(body)
    try:
        pull("ncmec")
    except Retry:
        assert trouble() == "xml"
    assert held() == set()


def test_a_count_of_a_thousand_million_is_not_believed(pull: Pull, lists: Lists) -> None:  # noqa: F811
    value = new_pdq()
    lists.says(page(record(value)).replace(b'"count": 1,', b'"count": 1000000000,'))
    assert pull()
    assert held() == {value}


def test_an_id_of_any_length_is_kept_apart_from_others(pull: Pull, lists: Lists) -> None:  # noqa: F811
    one, two, three = new_pdq(), new_pdq(), new_pdq()
    lists.says(xml(("x" * 5000 + "1", one), ("x" * 5000 + "2", two), ("ی" * 200, three)))
    assert pull("ncmec")
    assert held() == {one, two, three}
    lists.says(xml(("x" * 5000 + "1", ""), at=NOON + timedelta(hours=1)))
    assert pull("ncmec")
    assert held() == {two, three}


# --- clocks ---------------------------------------------------------------------------------------------------------------
def test_a_clock_of_theirs_that_is_ahead_hides_nothing_when_it_is_set_right(pull: Pull, lists: Lists) -> None:  # noqa: F811
    year = to_seconds(timezone.now() + timedelta(days=365))
    lists.says(page(record(new_pdq(), year), mark=year))
    with pytest.raises(Retry):
        pull()
    assert (trouble(), Source.objects.get().checkpoint) == ("clock", {})
    goes_on(pull, lists)


def test_what_a_fast_clock_stamped_can_be_taken_back_by_a_right_one(pull: Pull, lists: Lists) -> None:  # noqa: F811
    value = new_pdq()
    lists.says(xml(("1", value), at=timezone.now() + timedelta(hours=5)))
    assert pull("ncmec")
    lists.says(xml(("1", ""), at=timezone.now() + timedelta(seconds=5)))
    assert pull("ncmec")
    assert held() == set()


@pytest.mark.parametrize("behind", [timedelta(hours=1), timedelta(days=400)])
def test_a_clock_of_theirs_that_is_behind_loses_nothing(pull: Pull, lists: Lists, behind: timedelta) -> None:  # noqa: F811
    one, two = new_pdq(), new_pdq()
    at = to_seconds(timezone.now() - behind)
    lists.says(page(record(one, at), mark=at))
    lists.says(page(record(two, at + 60), mark=at + 60))
    assert pull()
    assert pull()
    assert held() == {one, two}
    assert int(lists.asked[-1].partition("startTimestamp=")[2].partition("&")[0]) <= at


def test_our_own_clock_that_goes_back_loses_nothing(pull: Pull, lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    one, two, real = new_pdq(), new_pdq(), timezone.now
    lists.says(xml(("1", one)))
    assert pull("ncmec")
    monkeypatch.setattr(timezone, "now", lambda: real() - timedelta(hours=1))
    lists.says(xml())
    assert pull("ncmec")
    monkeypatch.undo()
    lists.says(xml(("2", two)))
    assert pull("ncmec")
    assert held() == {one, two}


# --- configured otherwise --------------------------------------------------------------------------------------------------
def test_a_list_that_is_of_children_after_all_is_so_at_the_next_pull(pull: Pull, lists: Lists) -> None:  # noqa: F811
    """What came before is not sent again, so it must be said of what is here."""
    case, value = plain_case(), new_pdq()
    services.store(case=case, fingerprints=[fingerprint(1, value)])
    (entry,) = publish(case)
    lists.says(page(record(near(value, 5))))
    assert pull()
    assert ListEntry.objects.get(pk=entry.pk).state == "active"
    lists.says(page())
    assert pull(child=True)
    assert ListEntry.objects.get(pk=entry.pk).state == "withdrawn"
    assert ForeignHash.objects.get().child


# --- the page ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", [*TROUBLES, "503", "something new"])
def test_each_trouble_is_said_in_words_in_both_languages(code: str) -> None:
    said = set()
    for language in ("en", "ur"):
        with translation.override(language):
            said.add(in_words(code))
    assert len(said - {code, ""}) == 2


def test_a_page_that_arrives_twice_at_two_workers_is_kept_once(pull: Pull, lists: Lists,  # noqa: F811
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    """While one asks, the other has kept the page and gone on."""
    value, get = new_pdq(), pulling.get

    def meanwhile(*arguments: Any, **options: Any) -> bytes:
        found = get(*arguments, **options)
        Source.objects.update(checkpoint={"since": 500, "token": ""})
        return found

    monkeypatch.setattr(pulling, "get", meanwhile)
    lists.says(page(record(value), mark=100))
    assert pull()
    assert Source.objects.get().checkpoint["since"] == 500
    take_in(source="theirs", rows=[])
    assert held() == set()
