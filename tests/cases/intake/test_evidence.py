"""Screenshots after Send and from the inbox: who gets a ticket, what it takes, and that no byte reaches a disk."""
import io
import re
import sys
import time
import uuid
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image

from cases.evidence import services
from cases.evidence.ending import settle
from cases.evidence.models import Evidence
from cases.intake import evidence_ticket as tickets, evidence_views, throttle
from cases.intake.evidence_ticket import Ticket
from cases.intake.evidence_words import BY_STATE, BY_WHY, GONE, LOOKED_AT
from cases.intake.state import Lost
from cases.models import Case
from cases.priority import Harm
from cases.services import change_status
from cases.vault import custody
from cases.workflow import Outcome, Status
from tests.cases.intake.browser import Browser, another_lock
from tests.cases.intake.conftest import CONSENT, STORY, WHAT, WHO
from tests.cases.intake.reporter import URLENCODED, Reporter as Visitor, visiting
from tests.factories.cases import make_case, make_unit, secrets_of

pytestmark = pytest.mark.django_db
State, Why = Evidence.State, Evidence.Why
URL = "/en/files/"


def screenshot(colour: int = 200, kind: str = "PNG", size: tuple[int, int] = (64, 96)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (colour, 120, 80)).save(out, kind)
    return out.getvalue()


@pytest.fixture
def case(worker_key: None, redis_server: None) -> Case:
    return make_case(make_unit(), harm=Harm.HONOUR_THREAT)


class Sender:
    """Holds a ticket as a page does, and sends files as the form or the script does."""

    def __init__(self, case: Case, *, script: bool = True) -> None:
        self.ticket, self.script, self.client = tickets.seal(Ticket(case.pk)), script, Client()
        self.response = HttpResponse()

    def send(self, content: bytes | None = None, *, number: object = "", ticket: str = "", **more: Any) -> str:
        fields = {"ticket": ticket or self.ticket, "number": str(number), **more}
        if content is not None:
            fields["file"] = io.BytesIO(content)
            fields["file"].name = "WhatsApp Saima 0300-1234567.png"
        headers = {"Accept": "application/json"} if self.script else {}
        self.response = self.client.post(URL, fields, headers=headers)
        if self.script:
            self.ticket = self.response.json()["ticket"] or self.ticket
            return str(self.response.json()["outcome"])
        if found := re.search(r'name="ticket" value="([^"]+)"', self.html):
            self.ticket = unescape(found[1])
        return self.html

    @property
    def html(self) -> str:
        return self.response.content.decode()


@pytest.fixture
def sender(case: Case) -> Sender:
    return Sender(case)


def numbers(case: Case) -> list[int]:
    return sorted(Evidence.objects.filter(case=case).values_list("number", flat=True))


# --- who gets a ticket ------------------------------------------------------------------------------------------------
def offered(html: str) -> str:
    found = re.search(r'id="files" action="/\w\w/files/"><input type="hidden" name="ticket" value="([^"]+)"', html)
    return unescape(found[1]) if found else ""


def test_the_last_page_offers_it_and_the_ticket_is_of_that_case(reporter, worker_key):
    page = reporter().to_the_code().send()
    ticket = tickets.resume(offered(page))
    assert ticket.case == Case.objects.get().pk
    assert "Do you have screenshots?" in page or "اسکرین شاٹ" in page
    assert ticket.id == tickets.resume(offered(page)).id


def test_showing_the_last_page_again_makes_no_other_ticket(reporter, worker_key):
    walker = reporter().to_the_code()
    first = tickets.resume(offered(walker.send()))
    assert tickets.resume(offered(walker.press("language", language="ur"))).id == first.id


def test_a_report_that_the_browser_sealed_gets_one_too(units, lock, worker_key, redis_server):
    browser = Browser(units["adults"], lock)
    for _once_more_after_a_lost_answer in range(2):
        assert tickets.resume(offered(browser.send().content.decode())).case == browser.case


CHILDREN = [({"harm": "child_imagery"}, {}), ({"harm": "sextortion"}, {"age_now": "15"}),
            ({"harm": "deepfake"}, {"age_then": "12"}), ({"harm": "intimate_images"}, {"age_now": "17"})]


@pytest.mark.parametrize(("what", "who"), CHILDREN)
def test_never_where_a_picture_could_show_the_abuse_of_a_child(reporter, worker_key, what, who):
    page = reporter().to_the_code(who=WHO | who, what=WHAT | what).send()
    assert Case.objects.get().child
    assert not offered(page)
    assert "آپ نے رپورٹ کر کے کچھ غلط نہیں کیا" in page


def test_grooming_takes_chats(reporter, worker_key):
    assert offered(reporter().to_the_code(who=WHO | {"age_now": "14"}, what=WHAT | {"harm": "grooming"}).send())


@pytest.mark.parametrize("facts", [{"harm": "child_imagery"}, {"age_now": "16_17"}, {"age_then": "under_13"}])
def test_a_sealed_report_of_a_child_gets_none(units, lock, worker_key, redis_server, facts):
    browser = Browser(units["children"], lock, **facts)
    html = browser.send().content.decode()
    assert not offered(html)
    assert "آپ نے رپورٹ کر کے کچھ غلط نہیں کیا" in html


def test_what_is_said_after_send_makes_no_ticket(units, lock, worker_key, redis_server):
    """Sent as a child's, then posted again as an adult's: what was kept counts."""
    browser = Browser(units["children"], lock, age_now="16_17")
    browser.send()
    browser.body["facts"]["age_now"] = "adult"
    again = browser.send()
    assert again.status_code in {200, 409}
    assert not offered(again.content.decode())


def test_a_stranger_gets_no_ticket_for_a_case_whose_id_they_know(units, lock, worker_key, redis_server):
    theirs = Browser(units["adults"], lock)
    theirs.send()
    mine = Browser(units["adults"], another_lock(lock))
    mine.body["case"] = str(theirs.case)
    html = mine.send().content.decode()
    assert not offered(html)


def test_a_draft_from_before_send_that_says_otherwise_gets_none(reporter, worker_key):
    walker = reporter().to_the_code(who=WHO | {"age_now": "15"})
    before = dict(walker.carried)
    walker.send()
    walker.carried = before
    walker.press("change:who")
    walker.press(**WHO)
    answers = {"who": WHO, "what": WHAT, "story": STORY, "consent": CONSENT}
    while walker.at != "receipt":
        walker.press(**answers.get(walker.at, {}))
    assert not offered(walker.send())


# --- the ticket -------------------------------------------------------------------------------------------------------
def test_a_ticket_lasts_half_an_hour_however_much_is_sent_with_it(case, sender, monkeypatch):
    assert sender.send(screenshot()) == "arrived"
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + tickets.LIFETIME - 5)
    assert sender.send(screenshot(1)) == "arrived"
    monkeypatch.setattr(time, "time", lambda: now + tickets.LIFETIME + 5)
    assert sender.send(screenshot(2)) == "expired"
    page = Client().post(URL, urlencode({"ticket": sender.ticket}), content_type=URLENCODED)
    assert "with your receipt code" in page.content.decode()
    assert numbers(case) == [1, 2]


@pytest.mark.parametrize("sealed", ["", "x", "AAAA"])
def test_a_forged_ticket_takes_nothing(case, sender, sealed):
    assert sender.send(screenshot(), ticket=sealed or " ") == "expired"
    with pytest.raises(Lost):
        tickets.resume(sealed)
    assert not Evidence.objects.exists()


def test_an_inbox_page_is_no_ticket_and_a_ticket_opens_no_inbox(receipt, sender):
    assert sender.send(screenshot(), ticket=visiting(receipt)) == "expired"
    visitor = Visitor()
    visitor.post(visit=tickets.seal(Ticket(receipt.case_id)), act="look")
    assert 'name="code"' in visitor.html


def test_asking_without_a_ticket_leads_to_the_inbox():
    page = Client().get(URL)
    assert page.status_code == 200
    assert "/en/inbox/" in page.content.decode()
    assert "no-store" in page["Cache-Control"]


# --- one file ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_file_is_taken_in_sealed_and_nothing_of_its_name_is_kept(case, sender, kind):
    assert sender.send(screenshot(kind=kind)) == "arrived"
    row = Evidence.objects.get(case=case)
    assert (row.state, row.number, row.kind) == (State.ARRIVED, 1, kind.lower())
    assert not sender.response.cookies
    assert "no-store" in sender.response["Cache-Control"]
    for page in row.pages.all():
        assert b"PNG" not in bytes(page.blob)
        assert b"Saima" not in bytes(page.blob)


PNG = b"\x89PNG\r\n\x1a\n"
REFUSED = {"none": None, "empty": b"", "gif": b"GIF89a" + bytes(100), "heic": b"\x00\x00\x00\x18ftypheic" + bytes(50),
           "large": PNG + bytes(services.MOST_BYTES), "larger than a body": PNG + bytes(services.MOST_BYTES + 2**19)}


@pytest.mark.parametrize(("file", "outcome"), [("none", "none"), ("empty", "empty"), ("gif", "kind"), ("heic", "kind"),
                                               ("large", "large"), ("larger than a body", "large")])
def test_what_is_refused_says_so_and_takes_no_number(case, sender, file, outcome):
    assert sender.send(REFUSED[file]) == outcome
    assert sender.response.status_code == 400
    assert not Evidence.objects.exists()
    assert sender.send(screenshot()) == "arrived"
    assert numbers(case) == [1]


def test_the_largest_file_is_taken(case, sender):
    assert sender.send(screenshot() + bytes(services.MOST_BYTES - len(screenshot()))) == "arrived"


def test_five_files_and_no_sixth(case, sender):
    for n in range(5):
        assert sender.send(screenshot(n), number=n + 1) == "arrived"
    assert sender.send(screenshot(99)) == "full"
    assert sender.send(screenshot(99), number=6) == "full"
    assert numbers(case) == [1, 2, 3, 4, 5]


def test_sent_again_after_a_lost_answer_it_is_kept_once(case, sender):
    ticket = sender.ticket
    assert sender.send(screenshot(), number=1) == "arrived"
    assert sender.send(screenshot(), number=1, ticket=ticket) == "arrived"
    assert sender.send(screenshot(), number=1) == "arrived"
    assert numbers(case) == [1]


def test_the_same_file_chosen_twice_is_counted_once(case, sender):
    assert sender.send(screenshot(), number=1) == "arrived"
    assert sender.send(screenshot(), number=2) == "same"
    assert numbers(case) == [1]


def test_an_old_page_used_for_another_file_drops_none(case, sender):
    """Back, and another file: the page does not know that its number is taken."""
    ticket = sender.ticket
    assert sender.send(screenshot(1), number=1) == "arrived"
    assert sender.send(screenshot(2), number=1, ticket=ticket) == "arrived"
    assert numbers(case) == [1, 2]
    assert tickets.resume(sender.ticket).free == [3, 4, 5]


def test_two_tabs_at_one_moment_lose_no_file(case, sender, monkeypatch):
    """The second asks for the same number when the first is there and has not answered yet."""
    other, receive, outcomes = Sender(case), services.receive, list[str]()
    other.ticket = sender.ticket

    def meanwhile(**asked: Any) -> Evidence:
        taken = receive(**asked)
        monkeypatch.setattr(services, "receive", receive)
        outcomes.append(other.send(screenshot(2), number=1))
        return taken
    monkeypatch.setattr(services, "receive", meanwhile)
    assert [sender.send(screenshot(1), number=1), *outcomes] == ["arrived", "arrived"]
    assert numbers(case) == [1, 2]


def test_what_was_refused_leaves_its_number_to_another(case, sender):
    assert sender.send(b"no picture", number=1) == "kind"
    assert sender.send(screenshot(), number=1) == "arrived"
    assert numbers(case) == [1]


def test_while_the_cache_is_away_what_is_sent_twice_counts_once(case, sender):
    ticket = sender.ticket
    sender.send(screenshot(), number=1)
    cache.clear()
    assert sender.send(screenshot(), number=1, ticket=ticket) == "arrived"
    assert numbers(case) == [1]


def test_old_pages_take_no_sixth_either(case, sender):
    ticket = sender.ticket
    outcomes = [sender.send(screenshot(n), ticket=ticket) for n in range(6)]
    assert outcomes == ["arrived"] * 5 + ["full"]


def test_a_case_that_was_erased_meanwhile_takes_nothing(sender, case, transactional_db):
    ghost = Sender(Case(pk=uuid.uuid4()))
    assert ghost.send(screenshot()) == "gone"


def test_without_a_worker_key_it_says_later(sender, case):
    custody.WorkerKey.objects.all().delete()
    assert sender.send(screenshot()) == "closed"
    assert sender.response.status_code == 503


def test_while_the_database_is_away_the_file_is_asked_for_again(sender, case, monkeypatch):
    def away(**_: Any) -> None:
        raise OperationalError("gone")
    monkeypatch.setattr(services, "receive", away)
    assert sender.send(screenshot()) == "away"
    assert sender.response.status_code == 503


def test_too_many_from_one_network_wait_an_hour(case, sender, monkeypatch):
    monkeypatch.setattr(evidence_views, "FILES", throttle.Limit("files", 2, 3600))
    assert [sender.send(screenshot(n)) for n in range(3)] == ["arrived", "arrived", "crowd"]
    assert sender.response.status_code == 429


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_cannot_send_files(case, sender, headers):
    response = Client().post(URL, {"ticket": sender.ticket, "file": io.BytesIO(screenshot())}, headers=headers)
    assert response.status_code == 403
    assert not Evidence.objects.exists()


# --- bodies that lie --------------------------------------------------------------------------------------------------
BOUNDARY = b"----here"


def multipart(ticket: str, content: bytes, *, end: bool = True) -> bytes:
    field, file = b'form-data; name="ticket"', b'form-data; name="file"; filename="a.png"'
    parts = [b"--" + BOUNDARY + b"\r\nContent-Disposition: " + each for each in (
        field + b"\r\n\r\n" + ticket.encode() + b"\r\n", file + b"\r\n\r\n" + content)]
    return b"".join(parts) + (b"\r\n--" + BOUNDARY + b"--\r\n" if end else b"")


def raw(body: bytes, length: int | str, kind: str = f"multipart/form-data; boundary={BOUNDARY.decode()}") -> dict[str, Any]:
    """As a server hands it to us when the header and the body disagree."""
    lying: dict[str, Any] = {"CONTENT_LENGTH": str(length), "wsgi.input": io.BytesIO(body)}
    answer = Client().generic("POST", URL, body, kind, headers={"Accept": "application/json"}, **lying)
    told: dict[str, Any] = answer.json()
    return told


def test_a_body_that_broke_off_is_said_to_be_broken_and_nothing_is_kept(case, sender):
    body = multipart(sender.ticket, screenshot(size=(900, 900)), end=False)
    assert raw(body, len(body) + 5000)["outcome"] == "broken"
    assert raw(body[:-50], len(body))["outcome"] == "broken"
    assert not Evidence.objects.exists()


def test_a_content_length_that_is_too_short_keeps_no_half_file(case, sender):
    body = multipart(sender.ticket, screenshot(size=(900, 900)))
    assert raw(body, len(body) - 200)["outcome"] == "broken"
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("length", ["", "-1", "x", "0"])
def test_a_content_length_of_nonsense_is_no_error(case, sender, length):
    assert raw(multipart(sender.ticket, screenshot()), length)["outcome"] in {"broken", "expired"}
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=\xe9"])
def test_a_body_without_a_boundary_is_broken(case, sender, boundary):
    body = multipart(sender.ticket, screenshot())
    assert raw(body, len(body), f"multipart/form-data{boundary}")["outcome"] == "broken"


def test_a_body_that_is_too_large_is_not_taken_apart(case, sender):
    body = multipart(sender.ticket, bytes(12 * 2**20))
    assert raw(body, len(body))["outcome"] == "large"
    assert raw(body, 10 ** 12)["outcome"] == "large"


def test_thousands_of_fields_are_refused(case, sender):
    field = b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    body = field * 20_000 + multipart(sender.ticket, screenshot())
    assert raw(body, len(body))["outcome"] == "broken"


# --- memory only --------------------------------------------------------------------------------------------------------
@pytest.fixture
def written() -> Iterator[list[str]]:
    """Every file that this process opens for writing, and every temporary one, while the test listens."""
    found: list[str] = []
    watched = {"on": True}

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if not watched["on"]:
            return
        if event == "open" and isinstance(args[0], str | bytes) and (
                isinstance(args[1], str) and set(args[1]) & set("wax+") or isinstance(args[2], int) and args[2] & 0o3):
            found.append(str(args[0]))
        elif event.startswith("tempfile."):
            found.append(event)
    sys.addaudithook(hook)
    yield found
    watched["on"] = False


@pytest.mark.parametrize("size", [200, 70_000, 3_000_000, services.MOST_BYTES])
def test_at_no_size_a_byte_is_written_to_a_file(case, sender, written, size):
    content = screenshot() + bytes(size - min(size, len(screenshot())))
    assert sender.send(content) == "arrived"
    assert written == []


def test_the_listener_would_notice(written, tmp_path):
    (tmp_path / "x").write_bytes(b"x")
    assert len(written) == 1


# --- without a script -------------------------------------------------------------------------------------------------
def test_the_form_works_by_itself(case):
    sender = Sender(case, script=False)
    page = Client().post(URL, urlencode({"ticket": sender.ticket}), content_type=URLENCODED).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert page.index("No intimate pictures here") < page.index('type="file"')
    assert "File 1" in sender.send(screenshot(1), number=1)
    assert "Your file is with us" in sender.html
    assert "Choose a file first." in sender.send(number=2)
    assert "This is no picture that we can read" in sender.send(b"%PDF-1.7", number=2)
    for n in range(2, 6):
        sender.send(screenshot(n), number=n)
    assert "That is five files" in sender.html
    assert 'type="file"' not in sender.html
    assert numbers(case) == [1, 2, 3, 4, 5]


def test_what_was_typed_in_the_inbox_and_the_way_back_come_along(case, receipt):
    sender = Sender(case, script=False)
    page = sender.send(screenshot(), number=1, visit=visiting(receipt), message="half a <sentence>")
    assert page.count("half a &lt;sentence&gt;") == 3, "in the form, for the other language, and on the way back"
    assert "Back to your report" in page


# --- the inbox ----------------------------------------------------------------------------------------------------------
@pytest.fixture(params=["server", "browser"])
def visitor(request: pytest.FixtureRequest, receipt, worker_key, redis_server) -> Visitor:
    """With the code opened here, and with it opened in the browser."""
    visitor = Visitor()
    private = secrets_of(receipt.case).reporter if request.param == "server" else None
    visitor.post(visit=visiting(receipt, private), act="look")
    return visitor


def test_from_the_inbox_there_and_back(visitor, receipt):
    Case.objects.filter(pk=receipt.case_id).update(harm=Harm.HONOUR_THREAT.value)
    page = visitor.press("files", message="half a sentence")
    found = re.search(r'name="ticket" value="([^"]+)"', page)
    ticket = tickets.resume(unescape(found[1]))
    assert ticket.case == receipt.case_id
    assert "half a sentence" in page
    page = visitor.press("keep", message="half a sentence")
    assert "half a sentence" in page
    assert "Your report" in page


def test_every_state_is_told_kindly(visitor, receipt):
    told = {**BY_STATE, **BY_WHY}
    for number, (state, why) in enumerate([(State.ARRIVED, ""), (State.KEPT, ""), (State.FAILED, Why.UNREADABLE),
                                           (State.DESTROYED, Why.OWN_FINGERPRINT), (State.LOCKED, Why.CHILD)], start=1):
        row = services.receive(case_id=receipt.case_id, ticket=uuid.uuid4(), number=1, content=screenshot(number))
        if state != State.ARRIVED:
            settle(row, state, Why(why) if why else None, by=None)
        page = unescape(visitor.press("look"))
        assert str(told[why if state in GONE else state]) in page
        assert f"File {number}" in page
    assert page.count("You did nothing wrong") == 2
    assert "data:image" not in page
    assert "<img" not in page


def test_it_says_when_somebody_has_looked(visitor, receipt):
    row = services.receive(case_id=receipt.case_id, ticket=uuid.uuid4(), number=1, content=screenshot())
    settle(row, State.KEPT, by=None)
    Evidence.objects.filter(pk=row.pk).update(looked_at=timezone.now())
    assert str(BY_STATE[LOOKED_AT]) in visitor.press("look")


def test_there_are_words_for_every_way_a_file_can_end():
    assert set(BY_STATE) - {LOOKED_AT} | GONE == set(State)
    assert set(BY_WHY) == set(Why)


def test_a_report_of_a_child_offers_nothing_and_gives_nothing(visitor, receipt):
    Case.objects.filter(pk=receipt.case_id).update(harm=Harm.CHILD_IMAGERY.value)
    page = unescape(visitor.press("look"))
    assert 'value="files"' not in page
    assert "You did nothing wrong by reporting it" in page
    assert 'name="ticket"' not in visitor.press("files")


def test_a_closed_report_takes_no_files(visitor, receipt):
    case = receipt.case
    change_status(case=case, to=Status.IN_REVIEW, by=None)
    change_status(case=case, to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
    assert 'value="files"' not in visitor.press("look")
    assert 'name="ticket"' not in visitor.press("files")


