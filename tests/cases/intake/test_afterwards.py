"""After a report was closed: what the reporter thinks of our work, and "it is online again"."""
from base64 import b64encode
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.conversation.models import Ask, Opinion
from cases.escalation.models import Sighting
from cases.intake.inbox_services import TOLD_FOR
from cases.models import Case, Message
from cases.outbox.models import Job
from cases.priority import Level
from cases.public_words import Said
from cases.services import assign, change_status, set_priority, tell_status
from cases.statistics.counting import Dimension, keep
from cases.statistics.models import Tally
from cases.vault import envelope
from cases.workflow import Outcome, Status
from tests.cases.intake.reporter import Reporter, staff_writes, visiting
from tests.factories.cases import make_member, reporter_writes, secrets_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_server")]
WORDS = "آپ نے جلدی مدد کی"


@pytest.fixture
def ayesha(receipt):
    return make_member("Ayesha Khan", receipt.case.unit)


@pytest.fixture
def case(receipt, ayesha) -> Case:
    """Closed as removed."""
    case = change_status(case=assign(case=receipt.case, to=ayesha, by=ayesha), to=Status.IN_REVIEW, by=ayesha)
    case = set_priority(case=case, level=Level.P2, by=ayesha)
    return change_status(case=case, to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)


def opened(receipt, *, browser: bool = False, language: str = "en") -> Reporter:
    one = Reporter(language)
    one.post(visit=visiting(receipt, None if browser else secrets_of(receipt.case).reporter))
    return one


def words_of(case: Case) -> str:
    opinion = Opinion.objects.get(case=case)
    key = secrets_of(case).conversation
    return envelope.open_blob(key, opinion.words, case=case.pk, field="opinion", record=opinion.pk).decode()


def test_one_tap_is_an_opinion_and_another_tap_another(case, receipt):
    reporter = opened(receipt, language="ur")
    assert "کیا ہم نے آپ کی مدد کی؟" in reporter.html
    assert 'id="id_opinion"' not in reporter.html
    for choice in ("no", "yes"):
        assert 'id="id_opinion"' in reporter.press(f"opinion:{choice}", message="آدھی بات")
    assert "آدھی بات" in reporter.html
    assert Opinion.objects.get(case=case).choice == "yes"
    assert "Your report</h1>" in opened(receipt).press("opinion:excellent")


def test_words_to_it_are_sealed_here_or_by_the_browser_and_make_the_case_unread(client, case, receipt, ayesha):
    reporter = opened(receipt)
    assert "id_opinion_error" not in reporter.press("opinion_words", opinion=WORDS), "no opinion yet"
    reporter.press("opinion:partly")
    assert 'id="id_opinion_error"' in reporter.press("opinion_words", opinion="")
    too_long = reporter.press("opinion_words", opinion="ا" * 2001)
    assert "at most 2000" in too_long
    assert "ا" * 2001 in too_long
    assert "Thank you." in reporter.press("opinion_words", opinion=WORDS)
    assert words_of(case) == WORDS
    case.refresh_from_db()
    assert (case.status, case.unread) == ("closed", True)
    page = signed_in(ayesha).get(f"/desk/case/{case.ref}/").content.decode()
    assert WORDS in page
    assert "Partly" in page
    assert WORDS not in signed_in(ayesha, unlocked=False).get(f"/desk/case/{case.ref}/").content.decode()


def test_the_browser_seals_the_words(case, receipt):
    reporter = opened(receipt, browser=True)
    reporter.press("opinion:yes")
    row = Opinion.objects.get(case=case).pk
    assert f'data-record="{row}"' in reporter.html
    assert "at most 2000 characters. It is now 2001." in reporter.press("opinion_words", over="2001 2000")
    reporter.press("opinion_words", opinion="typed in the clear")
    assert Opinion.objects.get(case=case).words is None
    blob = envelope.seal(secrets_of(case).conversation, WORDS.encode(), case=case.pk, field="opinion", record=row)
    reporter.press("opinion_words", sealed=b64encode(blob).decode(), row=str(row))
    assert words_of(case) == WORDS


def test_an_open_report_is_not_asked_for_an_opinion(receipt):
    reporter = opened(receipt)
    assert "Did we help you?" not in reporter.html
    reporter.press("opinion:yes")
    assert not Opinion.objects.exists()


def test_opinions_are_counted_without_a_word_also_when_the_case_is_gone(case, receipt):
    opened(receipt).press("opinion:no")
    keep(case)
    assert [(row.value, row.gone) for row in Tally.objects.filter(dimension=Dimension.OPINION.value)] == [("no", 1)]


def test_online_again_opens_the_case_asks_where_and_keeps_the_priority(case, receipt, ayesha):
    reporter = opened(receipt)
    html = reporter.press("back_online", message="")
    case.refresh_from_db()
    assert (case.status, case.outcome, case.unread, case.priority) == ("in_review", "", True, Level.P2)
    assert case.due_at is not None
    assert case.assignee_id == ayesha.pk
    ask = Ask.objects.get(case=case)
    assert "Where is it online again?" in html
    reporter.press(f"ask:{ask.pk}", ask="https://example.com/again")
    page = signed_in(ayesha).get(f"/desk/case/{case.ref}/").content.decode()
    assert "https://example.com/again" in page
    assert [job.payload["occasion"] for job in Job.objects.filter(task="notifications.responsible").order_by("created_at")] == [
        "back", "message"]
    assert Entry.objects.filter(event="back_online", subject=str(case.pk)).count() == 1


def test_online_again_of_a_case_that_waits_outside_is_ours_again(case, receipt, ayesha):
    opened_again = change_status(case=case, to=Status.IN_REVIEW, by=ayesha)
    change_status(case=opened_again, to=Status.WAITING_OUTSIDE, by=ayesha)
    opened(receipt).press("back_online")
    case.refresh_from_db()
    assert case.status == "in_review"
    assert Ask.objects.filter(case=case).count() == 1


def test_online_again_is_a_sighting_and_said_twice_in_a_row_is_said_once(case, receipt, ayesha):
    reporter = opened(receipt)
    reporter.press("back_online", message="https://example.com/new")
    reporter.press("back_online", message="Please hurry")
    row = Sighting.objects.get()
    assert (row.case_id, row.how, row.seen, row.escalation, row.by) == (case.pk, "reporter", "online", None, None)
    assert Entry.objects.filter(event="back_online", subject=str(case.pk)).count() == 1
    assert Job.objects.filter(task="notifications.responsible", payload__occasion="back").count() == 1
    assert Message.objects.filter(case=case).count() == 2, "what was written is never lost"
    Message.objects.update(at=timezone.now() - TOLD_FOR - timedelta(seconds=1))
    reporter.press("back_online", message="")
    assert Sighting.objects.count() == 2


def test_before_and_after_removal_the_inbox_says_in_plain_words_what_to_press(receipt, ayesha):
    assert "back_online" not in opened(receipt, language="ur").html
    case = change_status(case=receipt.case, to=Status.IN_REVIEW, by=ayesha)
    tell_status(case=case, said=Said.SEEN_GONE, platform="tiktok")
    html = opened(receipt, language="ur").html
    assert ">یہ دوبارہ آ گیا ہے</button>" in html
    assert "چاہیں تو پہلے اوپر لنک لکھ دیں" in html


def test_both_sides_see_to_the_day_what_was_read(receipt, ayesha):
    case = receipt.case
    staff_writes(case, "Where is it?", ayesha)
    reporter_writes(case, "Here")
    desk = signed_in(ayesha)
    assert "Not read by the reporter yet" in desk.get(f"/desk/case/{case.ref}/").content.decode()
    assert "read by us:" not in opened(receipt).html
    desk.post(f"/desk/case/{case.ref}/read/")
    assert "read by us:" in opened(receipt).html
    assert "Read by the reporter:" in desk.get(f"/desk/case/{case.ref}/").content.decode()
