"""What staff ask for in the inbox: one small form, answered with and without JavaScript."""
import uuid
from base64 import b64encode

import pytest

from cases.audit.models import Entry
from cases.conversation import services
from cases.conversation.models import Ask
from cases.escalation import registry
from cases.models import Case, Consent
from cases.outbox.models import Job
from cases.services import change_status
from cases.vault import envelope
from cases.workflow import Outcome, Status
from tests.cases.intake.reporter import Reporter, visiting
from tests.factories.cases import make_member, reporter_consents, secrets_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_server")]
Kind, About = Ask.Kind, Ask.About


@pytest.fixture
def case(receipt) -> Case:
    return change_status(case=receipt.case, to=Status.IN_REVIEW, by=None)


@pytest.fixture
def ayesha(case):
    return make_member("Ayesha Khan", case.unit)


def asked(case: Case, by, kind: Ask.Kind = Kind.LINKS, about: str = "", **more: str) -> Ask:
    return services.ask(case=case, kind=kind, about=about, by=by, **more)


def opened(receipt, language: str = "en") -> Reporter:
    one = Reporter(language)
    one.post(visit=visiting(receipt, secrets_of(receipt.case).reporter))
    return one


def in_the_browser(receipt) -> Reporter:
    one = Reporter()
    one.post(visit=visiting(receipt))
    return one


def answer_of(row: Ask) -> str:
    row.refresh_from_db()
    key = secrets_of(row.case).conversation
    return envelope.open_blob(key, row.answer, case=row.case_id, field="ask", record=row.pk).decode()


def status(case: Case) -> tuple[str, bool]:
    case.refresh_from_db()
    return case.status, case.unread


@pytest.mark.parametrize(("kind", "about", "typed", "kept"), [
    (Kind.LINKS, "", "https://example.com/a\r\ninstagram.com/p/2\n\n", "https://example.com/a\nhttps://instagram.com/p/2"),
    (Kind.DATE, About.SEEN, "2026-11-21", "2026-11-21"), (Kind.DATE, About.BEGAN, "۲۱/۱۱/۲۰۲۶", "2026-11-21"),
    (Kind.AGE, About.NOW, "۱۷", "17"), (Kind.PLATFORM, "", "tiktok", "tiktok"),
    (Kind.CONTACT, "", "0300 1234567", "+923001234567"), (Kind.CONTACT, "", "noor@example.net", "noor@example.net")])
def test_an_answer_is_sealed_and_ends_the_waiting(case, ayesha, receipt, kind, about, typed, kept):
    registry.seed()
    row = asked(case, ayesha, kind, about)
    assert status(case) == ("waiting_reporter", False) or case.unread is True
    reporter = opened(receipt)
    html = reporter.press(f"ask:{row.pk}", ask=typed, message="half a sentence")
    assert "Your answer is with us." in html
    assert "half a sentence" in html
    assert f"ask:{row.pk}" not in html
    assert answer_of(row) == kept
    assert status(case) == ("in_review", True)
    assert kept.encode() not in bytes(row.answer)
    reporter.press(f"ask:{row.pk}", ask="https://example.com/another")
    assert answer_of(row) == kept, "once"
    assert Job.objects.filter(task="notifications.responsible", payload__occasion="message").count() == 1
    assert Entry.objects.filter(event="reporter_answered", subject=str(case.pk)).count() == 1


@pytest.mark.parametrize(("kind", "about", "typed", "complaint"), [
    (Kind.LINKS, "", "", "یہاں جواب لکھیں"), (Kind.LINKS, "", "not a link", "لنک"),
    (Kind.LINKS, "", "https://a.pk/" + "a" * 2000, "1000"), (Kind.DATE, About.SEEN, "yesterday", "21/11/2026"),
    (Kind.DATE, About.SEEN, "2026-13-45", "21/11/2026"), (Kind.AGE, About.THEN, "seventeen", "17"),
    (Kind.PLATFORM, "", "nowhere", ""), (Kind.CONTACT, "", "my house", "0300 1234567")])
def test_what_cannot_be_used_is_refused_and_nothing_typed_is_lost(case, ayesha, receipt, kind, about, typed, complaint):
    row = asked(case, ayesha, kind, about)
    html = opened(receipt, "ur").press(f"ask:{row.pk}", ask=typed, message="آدھی بات")
    error = html.split('id="id_ask_error"')[1].split("</p>")[0]
    assert complaint in error
    assert "آدھی بات" in html
    assert typed in html or kind == Kind.PLATFORM
    row.refresh_from_db()
    assert row.answered_at is None


def test_i_cannot_say_is_an_answer_and_the_next_question_follows(case, ayesha, receipt):
    first, second = asked(case, ayesha), asked(case, ayesha, Kind.AGE, About.NOW)
    reporter = opened(receipt)
    assert f"ask:{second.pk}" not in reporter.html, "one at a time"
    assert f"ask:{second.pk}" in reporter.press(f"ask_no:{first.pk}")
    first.refresh_from_db()
    assert (first.declined, first.answer) == (True, None)
    assert status(case) == ("in_review", True)


def test_where_the_browser_seals_no_typed_word_is_taken(case, ayesha, receipt):
    row = asked(case, ayesha)
    reporter = in_the_browser(receipt)
    assert f'data-record="{row.pk}"' in reporter.html
    assert "data-rule=" in reporter.html
    reporter.press(f"ask:{row.pk}", ask="https://example.com/typed")
    row.refresh_from_db()
    assert row.answered_at is None
    for flaw, words in (("not_a_link", "does not look like a link"), ("too_many", "At most 20 lines"), ("odd", "I cannot say")):
        html = reporter.press(f"ask:{row.pk}", flaw=flaw)
        assert words in html.split('id="id_ask_error"')[1].split("</p>")[0]
    assert "did not arrive whole" in reporter.press(f"ask:{row.pk}", sealed="AQID", row=str(row.pk))
    blob = envelope.seal(secrets_of(case).conversation, b"https://example.com/sealed", case=case.pk, field="ask", record=row.pk)
    assert "Your answer is with us." in reporter.press(f"ask:{row.pk}", sealed=b64encode(blob).decode(), row=str(row.pk))
    assert answer_of(row) == "https://example.com/sealed"


def test_consent_for_a_platform_is_asked_for_by_name_and_answered_once_more(case, ayesha, receipt):
    registry.seed()
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    row = asked(case, ayesha, Kind.CONSENT, Consent.Act.ASK_PLATFORM, platform="tiktok")
    reporter = opened(receipt)
    assert "We would like to ask \u2068TikTok\u2069" in reporter.html
    assert reporter.html.count('name="ask_platform"') == 3, "one form, not two"
    html = reporter.press("answer:ask_platform", ask_platform="yes", assent="")
    assert 'id="id_assent_error"' in html
    assert "Your answer is saved" in reporter.press("answer:ask_platform", ask_platform="yes", assent="I agree")
    row.refresh_from_db()
    assert row.answered_at is not None
    assert Consent.objects.filter(case=case, act="ask_platform", answer="yes").count() == 2
    assert status(case) == ("in_review", True)


def test_another_reports_question_and_nonsense_are_no_answer(case, ayesha, receipt):
    row = asked(case, ayesha)
    reporter = opened(receipt)
    for what in (str(uuid.uuid4()), "nonsense", "", "\0"):
        assert "Your report</h1>" in reporter.press(f"ask:{what}", ask="https://example.com/a")
    row.refresh_from_db()
    assert row.answered_at is None


def test_a_closed_case_asks_nothing(case, ayesha, receipt):
    row = asked(case, ayesha)
    change_status(case=case, to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)
    assert f"ask:{row.pk}" not in opened(receipt).html
    with pytest.raises(services.NotAllowed):
        asked(case, ayesha)
