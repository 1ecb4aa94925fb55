"""The inbox of a browser that opens and seals by itself: a locator comes in the place of the code, ciphertext for words."""
import uuid
from base64 import b64encode
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.audit.models import Entry
from cases.intake import state, throttle, visit
from cases.models import Case, Consent, Message
from cases.vault import envelope, hpke, receipt as codes
from cases.vault.models import DataKeyWrap
from tests.cases.intake.conftest import CODE
from tests.cases.intake.reporter import Reporter, staff_writes
from tests.factories.cases import make_member, reporter_reads, reporter_writes, secrets_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_server")]
Act, Answer = Consent.Act, Consent.Answer
WORDS = "وہ پھر لکھ رہا ہے"


@pytest.fixture
def case(receipt) -> Case:
    return receipt.case


@pytest.fixture
def reporter(receipt, derived) -> Reporter:
    """In a browser that has the code."""
    one = Reporter()
    one.post(locator=derived.locator.hex())
    return one


def sealed(case: Case, text: str, *, field: str = "message", row: uuid.UUID | None = None) -> dict[str, str]:
    """What the browser posts in the place of words."""
    row = row or uuid.uuid4()
    blob = envelope.seal(secrets_of(case).conversation, text.encode(), case=case.pk, field=field, record=row)
    return {"sealed": b64encode(blob).decode(), "row": str(row)}


def messages(case: Case) -> list[str]:
    return [reporter_reads(case, message) for message in Message.objects.filter(case=case)]


# --- opening ------------------------------------------------------------------------------------------------------------
def test_the_page_holds_ciphertext_and_what_a_code_opens_it_with(case, receipt, derived):
    letter = staff_writes(case, "You did nothing wrong.", make_member("Ayesha", case.unit))
    reporter_writes(case, WORDS)
    reporter = Reporter()
    html = reporter.post(locator=derived.locator.hex())
    wrap = DataKeyWrap.objects.get(key=case.conversation_key, recipient="reporter")
    for blob in (letter.body, receipt.locked, wrap.sealed):
        assert b64encode(blob).decode() in html
    assert f'data-record="{letter.pk}"' in html
    assert "We have your report" in html
    for secret in ("nothing wrong", WORDS, secrets_of(case).reporter.hex(), derived.unlock.hex(), case.ref, "Ayesha"):
        assert secret not in html
    assert Entry.objects.filter(event="inbox_read", subject=str(case.pk)).count() == 1


def test_the_visit_holds_the_locator_and_no_private_key(reporter, derived):
    told = state.open_record(reporter.visit, belongs=visit.BELONGS, lifetime=visit.LIFETIME)
    assert (told["locator"], told["private"]) == (derived.locator.hex(), "")
    assert visit.resume(reporter.visit).private is None


def test_unknown_and_ended_receipts_are_asked_for_alike(receipt, derived):
    """The same page after the same questions to the database, however near the locator comes."""
    near = derived.locator[:-1] + bytes([derived.locator[-1] ^ 1])
    Case.objects.update(status="closed", outcome="removed", closed_at=timezone.now() - timedelta(days=181))
    answers = []
    for locator in (near, derived.locator, bytes(32)):
        with CaptureQueriesContext(connection) as asked:
            html = Reporter().post(locator=locator.hex())
        assert "We find no report with this code" in html
        answers.append((len(asked), len(html)))
    assert len(set(answers)) == 1
    assert not any(derived.locator.hex() in query["sql"] for query in asked), "only digests are compared"


@pytest.mark.parametrize("posted", ["", "00", "zz" * 32, "AB" * 32, "ab" * 33, "<script>"])
def test_what_is_no_locator_finds_nothing(receipt, posted):
    html = Reporter().post(locator=posted)
    assert "We find no report with this code" in html
    assert "<script>alert" not in html


def test_one_locator_for_each_salt_is_tried(receipt, derived):
    reporter = Reporter()
    body = urlencode({"locator": [bytes(32).hex(), derived.locator.hex()]}, doseq=True)
    reporter.response = reporter.client.post(reporter.url, body, content_type="application/x-www-form-urlencoded")
    assert "Your report</h1>" in reporter.html


def test_wrong_locators_count_like_wrong_codes(receipt, derived, monkeypatch):
    monkeypatch.setattr(throttle, "WRONG_CODES", throttle.Limit("wrong-codes", 1, 600))
    reporter = Reporter()
    reporter.post(locator=bytes(32).hex())
    assert "Please try again in an hour" in reporter.post(locator=derived.locator.hex())
    assert reporter.response.status_code == 429


def test_the_form_carries_the_salts_that_codes_are_derived_with(client):
    html = client.get("/en/inbox/").content.decode()
    assert settings.RECEIPT_SALTS[1].hex() in html


def test_the_server_path_is_taken_when_it_is_chosen(receipt):
    html = Reporter().post(code=CODE, act="server")
    assert "Our server opened this page" in html
    assert "data-sealed" not in html


def test_nothing_opens_in_the_browser_without_the_reporters_wrap(case, receipt, derived):
    DataKeyWrap.objects.filter(key=case.conversation_key, recipient="reporter").delete()
    html = Reporter().post(locator=derived.locator.hex())
    assert "do not open with your code" in html
    assert 'name="message"' not in html


def test_what_the_page_holds_opens_by_the_code_alone(case, receipt, derived, reporter):
    """The browser's part, done here by the same rules."""
    private = codes.unlock_private(derived.unlock, receipt.locked)
    wrap = DataKeyWrap.objects.get(key=case.conversation_key, recipient="reporter")
    info = hpke.context("data-key", scope=case.pk, key=case.conversation_key_id, kind="reporter", recipient=str(case.pk),
                        version=1)
    assert hpke.open_blob(private, wrap.sealed, info=info) == secrets_of(case).conversation


# --- writing ------------------------------------------------------------------------------------------------------------
def test_sealed_words_become_a_message_once(case, reporter):
    token, words = reporter.visit, sealed(case, WORDS)
    for _ in range(2):
        html = reporter.post(visit=token, act="write", **words)
    assert "Your message is with us." in html
    assert messages(case) == [WORDS]


def test_typed_words_are_not_taken_where_the_browser_seals(case, reporter):
    reporter.press("write", message="typed in the clear")
    reporter.press("answer:ask_platform", ask_platform="yes", assent="typed in the clear")
    assert messages(case) == []
    assert not Consent.objects.filter(case=case).exists()


@pytest.mark.parametrize("bad", [{"sealed": "AQID"}, {"sealed": "no base64!"}, {"sealed": "A" * 90000}, {"row": "no id"},
                                 {"row": ""}])
def test_what_is_no_sealed_field_is_refused_beside_the_field(case, reporter, bad):
    html = reporter.press("write", **sealed(case, WORDS) | bad)
    assert "This did not arrive whole" in html
    assert 'id="id_message_error"' in html
    assert messages(case) == []


@pytest.mark.parametrize(("fields", "complaint"), [
    ({}, "Write something first."), ({"over": "4001 4000"}, "at most 4000 characters. It is now 4001."),
    ({"over": "x"}, "Write something first.")])
def test_the_browser_says_why_it_sends_nothing(reporter, fields, complaint):
    assert complaint in reporter.press("write", **fields)


def test_another_cases_message_is_not_written_over(case, reporter):
    other = staff_writes(case, "Ours", make_member("Sana", case.unit))
    reporter.press("write", **sealed(case, WORDS, row=other.pk))
    assert messages(case) == ["Ours"]


def test_sealed_words_of_assent_are_kept_with_the_answer(case, reporter):
    words = sealed(case, "میں اجازت دیتی ہوں", field="assent")
    reporter.press("answer:ask_platform", ask_platform="yes", **words)
    given = Consent.objects.get(case=case, act=Act.ASK_PLATFORM)
    assert (given.answer, str(given.pk)) == (Answer.YES, words["row"])
    opened = envelope.open_blob(secrets_of(case).conversation, given.assent, case=case.pk, field="assent", record=given.pk)
    assert opened.decode() == "میں اجازت دیتی ہوں"


def test_a_yes_without_words_is_asked_for_them_and_other_answers_take_none(case, reporter):
    assert "Type “I agree”, or" in reporter.press("answer:ask_platform", ask_platform="yes")
    assert "This is too long" in reporter.press("answer:ask_platform", ask_platform="yes", over="201 200")
    reporter.press("answer:pass_police", **{"pass_police": "yes"} | sealed(case, WORDS, field="assent"))
    assert Consent.objects.get(case=case).assent is None


def test_the_row_of_an_earlier_answer_changes_nothing(case, reporter):
    words = sealed(case, "I agree", field="assent")
    reporter.press("answer:ask_platform", ask_platform="yes", **words)
    reporter.press("answer:ask_platform", ask_platform="no")
    html = reporter.press("answer:ask_platform", ask_platform="yes", **words)
    assert reporter.response.status_code == 200
    assert "Your report</h1>" in html
    assert list(Consent.objects.filter(case=case).values_list("answer", flat=True)) == ["yes", "no"]


def test_withdrawing_works_as_ever(case, reporter):
    assert "Withdraw your report?" in reporter.press("withdraw")
    assert "Your report is withdrawn." in reporter.press("withdraw:yes")
    case.refresh_from_db()
    assert case.outcome == "withdrawn"


def test_an_expired_page_says_that_what_was_written_is_kept(reporter):
    html = reporter.post(visit="x", act="write", wrote="1")
    assert "What you wrote is kept and not sent yet." in html
