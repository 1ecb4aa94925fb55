"""Reports that staff type for somebody who called, wrote or came; and the calls that are not ours."""
import re
from hashlib import sha256

import pytest
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.intake import receipts
from cases.intake.desk import aloud
from cases.intake.models import Receipt
from cases.models import Case, Consent, Taking
from cases.notifications.models import Address
from cases.statistics import calls
from cases.statistics.models import Call
from cases.statistics.words import REASON_NAMES, SENT_NAMES, Reason, SentTo
from cases.vault import custody
from portal.accounts.models import User
from portal.accounts.pages import home_of
from tests.cases.intake.conftest import STORY, WHAT, WHO
from tests.cases.intake.test_report import everything_stored
from tests.factories.cases import make_member, make_unit, signed_in

pytestmark = pytest.mark.django_db
PAGE, NOT_OURS = "/desk/intake/", "/desk/intake/not-ours/"
AGREED = {"ask_platform": "yes", "assent": "haan, zaroor", "pass_police": "no", "pass_pta": "no", "contact": "sms",
          "address": "0300 1234567", "safe_to_contact": "رات کو نہیں"}
CALL = {"source": "phone", "language": "ur", "heard": "on", **WHO, **WHAT, **STORY, **AGREED}
TYPED = [STORY["story"], "example.com/post", "@someone", "ایک پرانا دوست", "haan, zaroor", "1234567", "رات کو نہیں"]


@pytest.fixture
def rabia(units) -> User:
    """Types in reports, and may do nothing else."""
    custody.new_worker_key()
    return make_member("Rabia", role="intake_operator")


def token(html: str) -> str:
    return re.search(r'name="token" value="([^"]+)"', html)[1]


def sent(client: Client, **changed: str) -> str:
    """The receipt: typed, read back, sent."""
    checked = client.post(PAGE, CALL | changed)
    assert checked.status_code == 200, checked.content.decode()
    return client.post(PAGE, CALL | changed | {"token": token(checked.content.decode()), "act": "send"}).content.decode()


def code_in(html: str) -> str:
    return "".join(re.findall(r"<span>(\d{4})</span>", html))


def test_a_call_becomes_a_case_that_its_operator_cannot_read(rabia):
    client = signed_in(rabia, unlocked=False)
    assert client.get("/desk/").status_code == 403
    assert home_of(rabia) == PAGE
    html = sent(client)
    case = Case.objects.get()
    assert (case.source, case.language, case.harm, case.unit.code) == ("phone", "ur", "sextortion", "adults")
    taking = Taking.objects.get(case=case)
    assert (taking.by_id, taking.heard) == (rabia.pk, aloud.newest("ur").version)
    assert Entry.objects.filter(event="report_taken", subject=str(case.pk), actor=str(rabia.pk)).exists()
    assert Consent.objects.get(case=case, act="ask_platform").answer == "yes"
    assert Address.objects.get(case=case).kind == "sms"
    stored = everything_stored()
    for secret in [*TYPED, code_in(html), code_in(html)[:12]]:
        assert secret not in stored
    assert client.get(f"/desk/case/{case.ref}/").status_code == 403
    assert case.ref not in html


def test_the_receipt_is_in_the_readers_language_and_its_code_opens_the_inbox(rabia):
    html = sent(signed_in(rabia, unlocked=False))
    assert '<article class="ticket paper" lang="ur" dir="rtl">' in html
    assert "/ur/inbox/" in html
    assert "رسید" in html
    derived = receipts.derive(code_in(html))
    assert receipts.find(derived).receipt == Receipt.objects.get()


def test_the_receipt_is_a_file_too_while_its_page_is_open(rabia):
    client = signed_in(rabia, unlocked=False)
    token_of_paper = re.search(r'name="paper" value="([^"]+)"', sent(client))[1]
    fields = {"paper": token_of_paper, "name": ["پولیس"], "number": ["15"]}
    answer = client.post("/desk/intake/receipt.pdf", fields)
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == 'attachment; filename="note.pdf"'
    other = signed_in(make_member("Sana", role="intake_operator"), unlocked=False)
    assert other.post("/desk/intake/receipt.pdf", fields).status_code == 403
    assert client.post("/desk/intake/receipt.pdf", fields | {"paper": "x"}).status_code == 403


def test_a_receipt_that_was_lost_on_the_way_is_shown_again_and_opens_no_second_case(rabia):
    client = signed_in(rabia, unlocked=False)
    asked = client.post(PAGE, CALL)
    again = CALL | {"token": token(asked.content.decode()), "act": "send"}
    first, second = (client.post(PAGE, again).content.decode() for _ in range(2))
    assert code_in(first) == code_in(second)
    assert Case.objects.count() == 1
    other = signed_in(make_member("Sana", role="intake_operator"), unlocked=False)
    assert code_in(other.post(PAGE, again).content.decode()) not in {"", code_in(first)}     # another member's page is a new one


def test_what_is_missing_is_said_at_once_and_nothing_typed_is_lost(rabia):
    client = signed_in(rabia, unlocked=False)
    answer = client.post(PAGE, {**CALL, "heard": "", "relation": "", "assent": "", "address": "12"})
    html = answer.content.decode()
    assert answer.status_code == 400
    for words in ("Read the text aloud first.", "Tell us who this is being done to.", "Write a mobile number"):
        assert words in html
    for typed in (STORY["story"], "@someone", "ایک پرانا دوست"):
        assert typed in html
    assert not Case.objects.exists()
    letter = sent(client, source="letter", heard="")               # nobody listens to a letter
    assert code_in(letter)
    assert Taking.objects.get().heard == ""
    change = client.post(PAGE, {**CALL, "act": "change"})
    assert (change.status_code, STORY["story"] in change.content.decode()) == (200, True)


def test_without_a_key_to_seal_to_nothing_is_lost(db):
    make_unit()
    client = signed_in(make_member("Rabia", role="intake_operator"), unlocked=False)
    plain = CALL | {"contact": "none"}
    asked = client.post(PAGE, plain)
    answer = client.post(PAGE, plain | {"token": token(asked.content.decode()), "act": "send"})
    assert answer.status_code == 503
    assert f'value="{STORY["story"]}"' in answer.content.decode()
    assert not Case.objects.exists()


def test_only_who_may_take_reports_does(units):
    for role, status in (("caseworker", 200), ("supervisor", 200), ("analyst", 403), ("auditor", 403), ("administrator", 403)):
        client = signed_in(make_member(role, role=role), unlocked=False)
        assert client.get(PAGE).status_code == status
        assert client.post(NOT_OURS, {}).status_code == (400 if status == 200 else 403)
    assert Client().get(PAGE).status_code == 302


# --- calls that are not ours ------------------------------------------------------------------------------------------
def test_a_call_that_is_not_ours_is_counted_and_forgotten(rabia):
    client = signed_in(rabia, unlocked=False)
    told = {"came": "phone", "reason": "money", "sent_to": "bank"}
    for _ in range(3):
        assert client.post(NOT_OURS, told).status_code == 302
    assert "Today: 3 calls" in client.get(PAGE).content.decode()
    client.post(NOT_OURS, {"back": "1"})
    client.post(NOT_OURS, {"back": "1"})                              # only the last one
    row = Call.objects.get()
    assert (row.day, row.came, row.reason, row.sent_to, row.n) == (timezone.localdate(), "phone", "money", "bank", 2)
    assert calls.by_reason(row.day, row.day) == {"money": 2}
    assert not Case.objects.exists()
    refused = client.post(NOT_OURS, told | {"reason": ""})
    assert (refused.status_code, "Choose what it was." in refused.content.decode()) == (400, True)


def test_what_the_report_itself_calls_another_bodys_matter_is_offered_for_counting(rabia):
    answer = signed_in(rabia, unlocked=False).post(PAGE, CALL | {"harm": "not_us_money"})
    html = answer.content.decode()
    assert "another body" in html
    assert '<option value="money" selected>' in html
    assert '<option value="nccia" selected>' in html
    assert STORY["story"] in html
    assert set(REASON_NAMES) == set(Reason)
    assert set(SENT_NAMES) == set(SentTo)


def test_a_text_that_was_read_aloud_is_never_changed():
    """Whoever changes it adds a version: cases say which one was read to their reporter."""
    digests = {text["version"]: sha256(repr((text["en"], text["ur"])).encode()).hexdigest()[:16] for text in aloud.TEXTS}
    assert digests == {"v1": "5903749f0e4eda73", "v2": "74236123cbf24939"}
