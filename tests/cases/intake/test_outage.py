"""The database goes away in the middle: every page says so, and carries on where it was."""
import html
import re
import time

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from cases.intake.posting import FIELDS
from cases.models import Case
from tests.cases.intake.conftest import CODE, CONSENT, STORY, WHAT, WHO, Reporter
from tests.cases.intake.reporter import Reporter as InboxReporter

TYPED = {**STORY, "story": 'He wrote "<b>pay</b>"\nor else & then\n\nmore'}


@pytest.fixture
def away(monkeypatch):
    def gone(*_args, **_kwargs):
        raise OperationalError("FATAL: could not write block of the row (Ayesha, 0300 1234567)")

    def switch(off: bool):
        if off:
            monkeypatch.setattr(CursorWrapper, "execute", gone)
        else:
            monkeypatch.undo()
    return switch


def hidden(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return [(html.unescape(name), html.unescape(value)) for name, value in found]


def test_a_step_comes_back_whole_and_goes_on(reporter: type[Reporter], away, caplog):
    at = reporter("en")
    at.press(**WHO), at.press(**WHAT), at.press()
    carried = dict(at.carried)
    away(True)
    at.press(**TYPED)
    assert at.status == 503
    assert "Nothing is lost" in at.text
    assert "no-store" in at.response["Cache-Control"]
    fields = dict(hidden(at.response.content.decode()))
    assert (fields["state"], fields["story"], fields["act"]) == (carried["state"], TYPED["story"], "next")
    assert "0300 1234567" not in caplog.text, "the words of the database are not logged"
    assert "He wrote" not in caplog.text
    away(False)
    at.carried = carried
    at.press(**TYPED)
    assert at.at == "consent"


def test_send_is_pressed_again_and_opens_one_case(reporter: type[Reporter], away):
    at = reporter("ur").to_the_code(story=TYPED, consent=CONSENT)
    away(True)
    at.send()
    assert (at.status, "دوبارہ کوشش" in at.text) == (503, True)
    away(False)
    at.send(), at.send()
    assert Case.objects.count() == 1


def test_the_inbox_comes_back_with_the_message(receipt, redis_server, away):

    at = InboxReporter()
    at.post(code=CODE)
    visit = at.visit
    away(True)
    page = at.press("write", message="Are you\nthere?")
    assert at.response.status_code == 503
    assert dict(hidden(page)) == {"visit": visit, "act": "write", "message": "Are you\nthere?"}
    away(False)


def test_the_first_page_of_the_inbox_asks_nothing(away, client, db):
    away(True)
    status = client.get("/en/inbox/").status_code
    away(False)
    assert status == 200


def test_a_million_fields_take_no_longer_than_a_thousand(reporter: type[Reporter]):
    at = reporter("en")
    body = "&".join(["a"] * 1_000_000)
    start = time.process_time()
    at.read(at.client.post("/en/report/", body, content_type="application/x-www-form-urlencoded"))
    assert (at.status, time.process_time() - start < 1.5) == (200, True)
    at.press(**WHO, junk=["x"] * (FIELDS + 5))
    assert at.status == 200
