"""What the reporter sees and does behind the code."""
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from cases.audit.models import Entry
from cases.escalation.models import Channel, Platform
from cases.escalation.notices import Notice
from cases.escalation.services import ConsentMissing, check, request
from cases.hashing.models import ListEntry
from cases.intake import inbox_services, visit
from cases.intake.models import Receipt
from cases.intake.state import Draft, seal
from cases.models import Case, Consent, Message
from cases.notifications.models import Address, Kind
from cases.notifications.services import keep_address
from cases.outbox.models import Job
from cases.public_words import Said
from cases.services import change_status, mark_read
from cases.vault import custody
from cases.vault.models import DataKeyWrap
from cases.workflow import Outcome, Status
from tests.cases.intake.conftest import CODE
from tests.cases.intake.reporter import Reporter, staff_writes, visiting
from tests.factories.cases import make_case, make_member, reporter_consents, reporter_reads, reporter_writes, secrets_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_server")]
Act, Answer = Consent.Act, Consent.Answer


@pytest.fixture
def case(receipt) -> Case:
    return receipt.case


@pytest.fixture
def ayesha(case):
    return make_member("Ayesha Khan", case.unit)


@pytest.fixture
def reporter(case, receipt) -> Reporter:
    """Behind the code, the inbox open."""
    return opened(case, receipt)


def opened(case: Case, receipt: Receipt, language: str = "en") -> Reporter:
    one = Reporter(language)
    one.post(visit=visiting(receipt, secrets_of(case).reporter))
    return one


def messages(case: Case) -> list[str]:
    return [reporter_reads(case, message) for message in Message.objects.filter(case=case)]


# --- reading ----------------------------------------------------------------------------------------------------------
def test_status_and_history_are_sentences_with_the_platforms_name(case, receipt):
    Platform.objects.create(slug="tiktok", name_en="TikTok", name_ur="ٹک ٹاک")
    change_status(case=case, to=Status.IN_REVIEW, by=None)
    change_status(case=case, to=Status.WAITING_OUTSIDE, by=None, said=Said.ASKED_PLATFORM, platform="tiktok",
                  next_check=timezone.now() + timedelta(days=2))
    html = opened(case, receipt, "ur").html
    assert "ہم نے <bdi>ٹک ٹاک</bdi> سے مواد ہٹانے کو کہا ہے" in html
    assert html.index("مواد ہٹانے کو کہا ہے") < html.index("آپ کی رپورٹ پر کام ہو رہا ہے") < html.index("ابھی پڑھی نہیں گئی")


def test_messages_both_ways_open_and_ours_are_marked_as_read(case, ayesha, receipt):
    reporter_writes(case, "وہ پھر لکھ رہا ہے")
    sent = staff_writes(case, "We have seen it. You did nothing wrong.", ayesha)
    html = opened(case, receipt).html
    assert "وہ پھر لکھ رہا ہے" in html
    assert "You did nothing wrong." in html
    assert html.count('class="new"') == 1
    sent.refresh_from_db()
    assert sent.read_at is not None
    assert Message.objects.get(author="reporter").read_at is None
    assert 'class="new"' not in opened(case, receipt).html


def test_nothing_that_is_for_staff_only_is_shown(case, ayesha, receipt, reporter):
    staff_writes(case, "Hello", ayesha)
    html = opened(case, receipt).html
    for secret in (case.ref, "Ayesha", "thousand followers", str(case.pk)):
        assert secret not in html


def test_a_message_is_text_and_never_markup_or_a_link(case, ayesha, receipt):
    staff_writes(case, '<script>alert(1)</script><a href="https://evil.example">x</a> https://evil.example/ "quoted"', ayesha)
    reporter_writes(case, '</div><img src=x onerror="alert(2)">\u202e gnirts')
    html = opened(case, receipt).html
    assert "<script>alert" not in html
    assert "<img" not in html
    assert 'href="https://evil' not in html
    assert "script&gt;alert(1)&lt;/script&gt;" in html
    assert html.count('<div class="text" dir="auto" translate="no">') == 2


def test_what_was_typed_comes_back_escaped(reporter):
    html = reporter.press("answer:nothing", message='"><script>alert(3)</script>', assent='"><script>')
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(3)" in html


def test_a_message_that_does_not_open_is_said_to_be_so(case, ayesha, receipt):
    staff_writes(case, "Good", ayesha)
    Message.objects.create(case=case, author="staff", by=ayesha, body=b"\x01" + bytes(60), at=timezone.now())
    html = opened(case, receipt).html
    assert "Good" in html
    assert "This message does not open" in html


def test_a_conversation_key_that_does_not_open_leaves_the_status_readable(case, receipt):
    DataKeyWrap.objects.filter(key=case.conversation_key, recipient="reporter").delete()
    reporter = opened(case, receipt)
    assert "do not open with your code" in reporter.html
    assert "We have your report" in reporter.html
    reporter.press("write", message="lost?")
    assert "lost?" not in str(messages(case))
    assert reporter.response.status_code == 200
    reporter.press("answer:ask_platform", ask_platform="yes", assent="I agree")
    assert not Consent.objects.filter(case=case, act=Act.ASK_PLATFORM, answer=Answer.YES).exists()


def test_the_page_asks_the_database_the_same_however_much_there_is(case, ayesha, receipt, django_assert_max_num_queries):
    for number in range(12):
        staff_writes(case, f"Message {number}", ayesha)
    with django_assert_max_num_queries(20):
        opened(case, receipt)


# --- the sealed visit -------------------------------------------------------------------------------------------------
def test_the_page_shows_neither_key_nor_locator(case, receipt, reporter):
    assert secrets_of(case).reporter.hex() not in reporter.html
    assert receipt.locator not in reporter.html


def test_a_page_used_again_opens_the_same_inbox(case, reporter):
    token = reporter.visit
    for _ in range(2):
        assert "Your report</h1>" in reporter.post(visit=token, act="look")


@pytest.mark.parametrize("break_it", [lambda token: token[:-4] + "AAAA", lambda token: "", lambda token: "ہ" * 50,
                                      lambda token: token * 2])
def test_a_forged_page_leads_to_the_code_with_what_was_typed(reporter, break_it):
    html = reporter.post(visit=break_it(reporter.visit), act="write", message="میرا پیغام")
    assert "Type your code again" in html
    assert "What you wrote is kept" in html
    assert 'name="message" value="میرا پیغام"' in html


def test_after_half_an_hour_the_code_is_asked_for_and_the_message_is_there_again(case, receipt, reporter, monkeypatch):
    token, now = reporter.visit, time.time()
    monkeypatch.setattr(time, "time", lambda: now + visit.LIFETIME + 1)
    html = reporter.post(visit=token, act="write", message="A long story")
    assert "Type your code again" in html
    assert messages(case) == []
    html = reporter.post(code=CODE, message="A long story")
    assert "A long story</textarea>" in html


def test_anothers_receipt_opens_nothing_of_this_case(case, receipt, ayesha):
    staff_writes(case, "For one reader only", ayesha)
    stranger = make_case(case.unit)
    one = Reporter()
    one.post(visit=visiting(receipt, secrets_of(stranger).reporter))         # this locator, another's key
    assert "For one reader only" not in one.html


def test_a_draft_of_a_report_is_no_visit(reporter):
    assert "Type your code again" in reporter.post(visit=seal(Draft()), act="look")


# --- writing ----------------------------------------------------------------------------------------------------------
def test_writing_back_seals_tells_and_answers_with_the_page(case, reporter):
    html = reporter.press("write", message="  وہ مجھے ڈرا رہا ہے‌\r\nدوسری سطر ")
    assert "Your message is with us." in html
    assert messages(case) == ["وہ مجھے ڈرا رہا ہے‌\nدوسری سطر"]
    case.refresh_from_db()
    assert case.unread
    assert Job.objects.filter(task="notifications.responsible", payload__case_id=str(case.pk)).count() == 1
    assert "</textarea>" in html
    assert "ڈرا رہا" not in html[html.index("<textarea"):html.index("</textarea>")]


def test_who_writes_on_and_on_is_announced_once(case, reporter, ayesha):
    told = Job.objects.filter(task="notifications.responsible")
    for text in ("one", "two", "three"):
        reporter.press("write", message=text)
    assert (len(messages(case)), told.count()) == (3, 1)
    staff_writes(case, "We read it.", ayesha)
    mark_read(case=case, by=ayesha)
    reporter.press("write", message="and now?")
    assert told.count() == 2, "what was read is answered: that is news"
    Message.objects.update(at=F("at") - inbox_services.TOLD_FOR)
    reporter.press("write", message="still there")
    assert told.count() == 3


def test_pressing_twice_sends_once_and_another_text_is_another_message(case, reporter):
    token = reporter.visit
    for text in ("once", "once", "other"):
        reporter.post(visit=token, act="write", message=text)
    assert messages(case) == ["once", "other"]


@pytest.mark.parametrize(("typed", "complaint"), [("   ", "Write something first."), ("x" * 4001, "This is too long")])
def test_a_message_that_cannot_be_sent_is_kept(case, reporter, typed, complaint):
    html = reporter.press("write", message=typed)
    assert complaint in html
    assert typed.strip() in html
    assert messages(case) == []


def test_an_answer_ends_our_waiting(case, reporter):
    change_status(case=case, to=Status.IN_REVIEW, by=None)
    change_status(case=case, to=Status.WAITING_REPORTER, by=None)
    reporter.press("write", message="Here it is")
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW


def test_it_is_online_again_opens_a_closed_case(case, receipt):
    change_status(case=case, to=Status.IN_REVIEW, by=None)
    change_status(case=case, to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
    reporter = opened(case, receipt)
    token = reporter.visit
    for _ in range(2):
        html = reporter.post(visit=token, act="back_online", message="https://example.com/new")
    assert "Your report is being worked on." in html
    assert messages(case) == ["It is online again.\n\nhttps://example.com/new"]
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW


def test_the_button_is_not_there_before_anything_was_removed(reporter):
    assert 'value="back_online"' not in reporter.html


def test_no_word_of_it_rests_in_the_database(case, reporter):
    reporter.press("write", message="Nargis-Begum-9931")
    reporter.press("answer:ask_platform", ask_platform="yes", assent="Shabana-agrees-7740")
    assert Consent.objects.filter(act=Act.ASK_PLATFORM, answer=Answer.YES).exclude(assent=None).exists()
    token = reporter.visit
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            dump = b" ".join(bytes(cell) if isinstance(cell, (bytes, memoryview)) else str(cell).encode()
                             for row in cursor for cell in row)
        for secret in (b"Nargis-Begum", b"Shabana-agrees", token.encode(), secrets_of(case).reporter,
                       secrets_of(case).conversation):
            assert secret not in dump, table


# --- what we may do ---------------------------------------------------------------------------------------------------
def test_a_no_stops_the_next_notice(case, receipt, ayesha):
    change_status(case=case, to=Status.IN_REVIEW, by=None)
    reporter_consents(case, Act.ASK_PLATFORM, Answer.YES, "I agree")
    notice = Notice(reference="MZ-TEST", links=("https://example.com/1",), hashes=(),
                    reasons="It shows a person who did not agree.",
                    policy="", law="", child=False, signature="The office")
    case.refresh_from_db()
    check(case, notice)
    html = opened(case, receipt).press("answer:ask_platform", ask_platform="no")
    assert "Your answer is saved" in html
    channel = Channel.objects.create(platform=Platform.objects.create(slug="x", name="X"), kind="email", address="a@example.com",
                                     label="x", source="x", last_verified_at=timezone.localdate())
    with pytest.raises(ConsentMissing):
        request(case=case, channel=channel, notice=notice, by=ayesha)


def test_a_yes_to_being_represented_needs_the_reporters_own_words(case, reporter):
    html = reporter.press("answer:ask_platform", ask_platform="yes", message="kept meanwhile")
    assert "Type “I agree”, or" in html
    assert "kept meanwhile</textarea>" in html
    assert not Consent.objects.filter(case=case).exists()
    reporter.press("answer:ask_platform", ask_platform="yes", assent="میں اجازت دیتی ہوں")
    given = Consent.objects.get(case=case, act=Act.ASK_PLATFORM)
    assert given.answer == Answer.YES
    assert Entry.objects.filter(event="consent_given", actor="reporter").count() == 1


def test_an_answer_said_twice_is_one_row_and_every_change_is_dated(case, reporter):
    for answer in ("no", "no", "ask_first"):
        reporter.press("answer:pass_police", pass_police=answer)
    assert list(Consent.objects.filter(case=case, act=Act.PASS_POLICE).values_list("answer", flat=True)) == ["no", "ask_first"]


@pytest.mark.parametrize("answer", ["no", "ask_first"])
def test_anything_but_a_yes_takes_the_fingerprints_off_the_list(case, receipt, listed, answer, run_jobs):
    reporter = opened(case, receipt)
    reporter.press("answer:share_hashes", share_hashes=answer)
    run_jobs()
    listed.refresh_from_db()
    assert listed.state == ListEntry.State.WITHDRAWN


def test_a_yes_that_comes_back_before_the_worker_has_looked_leaves_them_there(case, receipt, listed, run_jobs):
    reporter = opened(case, receipt)
    for answer in ("no", "yes"):
        reporter.press("answer:share_hashes", share_hashes=answer)
    assert run_jobs() == ["escalation.withdraw"]
    listed.refresh_from_db()
    assert listed.state == ListEntry.State.ACTIVE


@pytest.mark.parametrize("fields", [{"share_hashes": "maybe"}, {}, {"share_hashes": ""}])
def test_an_answer_that_is_none_changes_nothing(case, receipt, listed, fields):
    html = opened(case, receipt).press("answer:share_hashes", **fields)
    assert "aria-invalid" in html
    assert Consent.objects.filter(case=case).count() == 1


def test_the_body_that_is_accused_is_not_offered(case, receipt):
    Case.objects.filter(pk=case.pk).update(conflict="police")
    case.refresh_from_db()
    assert "answer:pass_police" not in opened(case, receipt).html
    assert "answer:pass_pta" in opened(case, receipt).html


# --- being told, and withdrawing --------------------------------------------------------------------------------------
def test_stop_telling_deletes_the_address(case, receipt):
    custody.new_worker_key()
    keep_address(case=case, kind=Kind.SMS, value="+923001234567")
    reporter = opened(case, receipt)
    html = reporter.press("stop_telling")
    assert "Your address is deleted." in html
    assert not Address.objects.exists()
    assert 'value="stop_telling"' not in html
    assert reporter.press("stop_telling")


def test_withdrawing_asks_first_and_says_what_it_does(case, reporter):
    html = reporter.press("withdraw", message="not lost")
    assert "Withdraw your report?" in html
    assert "cannot be undone" in html
    assert 'value="not lost"' in html
    case.refresh_from_db()
    assert case.status == Status.NEW
    assert "Withdraw your report?" in reporter.press("language", asking="withdraw")
    assert "not lost</textarea>" in reporter.press("keep", message="not lost")
    case.refresh_from_db()
    assert case.status == Status.NEW


@pytest.mark.parametrize("path", [[], [Status.IN_REVIEW], [Status.IN_REVIEW, Status.WAITING_REPORTER],
                                  [Status.IN_REVIEW, Status.WAITING_OUTSIDE]])
def test_a_withdrawn_report_is_closed_from_wherever_it_was(case, receipt, listed, path, run_jobs):
    custody.new_worker_key()
    keep_address(case=case, kind=Kind.EMAIL, value="someone@example.org")
    for status in path:
        change_status(case=case, to=status, by=None)
    reporter = opened(case, receipt)
    token = reporter.visit
    for _ in range(2):
        html = reporter.post(visit=token, act="withdraw:yes", share_hashes="yes")
    run_jobs()
    case.refresh_from_db()
    listed.refresh_from_db()
    assert (case.status, case.outcome) == (Status.CLOSED, Outcome.WITHDRAWN)
    assert "Your report is closed because you withdrew it." in html
    assert ("Your report is being worked on." in html) == bool(path)          # nothing untrue for one that nobody has read
    assert listed.state == ListEntry.State.WITHDRAWN
    assert not Address.objects.exists()
    assert Consent.objects.filter(case=case).last().answer == Answer.NO
    assert Entry.objects.filter(event="report_withdrawn", actor="reporter").count() == 1
    assert 'value="withdraw"' not in html


def test_a_closed_case_is_not_closed_again(case, reporter):
    change_status(case=case, to=Status.IN_REVIEW, by=None)
    change_status(case=case, to=Status.CLOSED, by=None, outcome=Outcome.NOT_REMOVED)
    reporter.press("withdraw:yes")
    case.refresh_from_db()
    assert case.outcome == Outcome.NOT_REMOVED


def test_the_other_language_is_the_same_page_with_what_was_typed(case, receipt, reporter):
    other = Reporter("ur")
    html = other.post(visit=reporter.visit, act="language", message="half a sentence")
    assert 'dir="rtl"' in html
    assert "half a sentence</textarea>" in html
    assert "آپ کی رپورٹ" in html


def test_an_unknown_button_is_a_look(case, reporter):
    assert "Your report</h1>" in reporter.press(f"{uuid.uuid4()}:x")
    assert messages(case) == []
