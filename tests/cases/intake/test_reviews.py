"""A second look or a complaint: from the inbox to a supervisor of another unit, past the caseworker and their unit."""
import uuid
from base64 import b64encode

import pytest
from django.db import connection

from cases.audit.models import Entry
from cases.conversation import reviewing
from cases.conversation.models import Review
from cases.handover.services import transfer
from cases.intake import receipts
from cases.models import Case
from cases.notifications.models import Notification
from cases.outbox.models import Job
from cases.retention.disposal import keys_of
from cases.services import assign, change_status
from cases.vault import custody, envelope, hpke, unseal
from cases.vault.models import DataKeyWrap, UnitKey
from cases.workflow import Status
from tests.cases.intake.reporter import Reporter, visiting
from tests.factories.cases import keyring_of, make_member, make_unit, secrets_of, signed_in
from tests.fixtures.roles import acting_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_server")]
WORDS = "اس نے مجھ پر ہنس کر کہا کہ قصور میرا ہے"


@pytest.fixture
def case(receipt) -> Case:
    return change_status(case=receipt.case, to=Status.IN_REVIEW, by=None)


@pytest.fixture
def ayesha(receipt):
    """Has the case."""
    return make_member("Ayesha Khan", receipt.case.unit)


@pytest.fixture
def farah(receipt):
    """The supervisor of another unit."""
    return make_member("Farah Iqbal", make_unit("integrity"), role="supervisor")


def opened(receipt, *, browser: bool = False, language: str = "en") -> Reporter:
    one = Reporter(language)
    one.post(visit=visiting(receipt, None if browser else secrets_of(receipt.case).reporter))
    return one


def ask(reporter: Reporter, words: str = WORDS, kind: str = "staff") -> str:
    reporter.press("review")
    return reporter.press("review:yes", review=words, review_kind=kind)


def work_off() -> None:
    with acting_as("worker"):
        for job in Job.objects.filter(task="conversation.review"):
            reviewing.tell_readers(Review.objects.select_related("case", "reader").defer("body", "answer").get(
                pk=job.payload["review_id"]))


# --- the whole way --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "ur"])
def test_from_the_inbox_to_another_unit_and_back(case, receipt, ayesha, farah, language):
    assign(case=case, to=ayesha, by=ayesha)
    reporter = opened(receipt, language=language)
    html = ask(reporter)
    assert 'data-notice="reviewed"' in html
    assert 'value="review"' not in html, "one at a time"
    review = Review.objects.get()
    work_off()
    assert [row.member for row in Notification.objects.filter(occasion="review")] == [farah]
    desk = signed_in(farah, language=language)
    assert review.case.ref in desk.get("/desk/reviews/").content.decode()
    assert WORDS in desk.get(f"/desk/reviews/{review.pk}/").content.decode()
    assert WORDS not in signed_in(farah, unlocked=False).get(f"/desk/reviews/{review.pk}/").content.decode()
    assert desk.post(f"/desk/reviews/{review.pk}/", {"text": ""}).status_code == 400
    assert desk.post(f"/desk/reviews/{review.pk}/", {"text": "معاف کیجیے۔ آپ کا قصور نہیں۔"}).status_code == 302
    assert "معاف کیجیے" in opened(receipt, language=language).html
    assert 'data-field="review_answer"' in opened(receipt, browser=True).html
    assert Entry.objects.filter(subject=str(review.pk)).count() == 4           # asked, read twice, answered
    assert "معاف کیجیے" in desk.get(f"/desk/reviews/{review.pk}/").content.decode()


# --- unseen -----------------------------------------------------------------------------------------------------------------
def test_neither_the_caseworker_nor_the_unit_nor_the_log_of_the_case_knows(case, receipt, ayesha, farah):
    before = set(Entry.objects.filter(subject=str(case.pk)).values_list("event", flat=True))
    case.refresh_from_db()
    was = (case.unread, case.version, case.status, case.messages.count())
    ask(opened(receipt))
    case.refresh_from_db()
    assert was == (case.unread, case.version, case.status, case.messages.count())
    review, own = Review.objects.get(), make_member("Nadia", case.unit, role="supervisor")
    both = make_member("Tariq", case.unit, make_unit("integrity"), role="supervisor")
    for member, answer in ((ayesha, 403), (own, 404), (both, 404), (make_member("Imran", make_unit("integrity")), 403)):
        browser = signed_in(member)
        assert browser.get(f"/desk/reviews/{review.pk}/").status_code == answer
        assert case.ref not in browser.get("/desk/reviews/").content.decode()
        page = browser.get(f"/desk/case/{case.ref}/").content.decode()
        assert str(review.pk) not in page
        assert "A complaint about staff" not in page
    after = set(Entry.objects.filter(subject=str(case.pk)).values_list("event", flat=True))
    assert after - before <= {"inbox_read", "case_read"}
    assert not Entry.objects.filter(event__startswith="review", details__icontains=str(case.pk)).exists()
    with pytest.raises(unseal.NotHeld):
        unseal.key_for_unit(review.key, case=case.pk, keyring=keyring_of(ayesha))


def test_who_did_something_in_the_case_or_is_walled_off_does_not_read_it(case, receipt, ayesha, farah):
    ask(opened(receipt))
    review = Review.objects.select_related("case", "reader").get()
    assert list(reviewing.reviews_for(farah)) == [review]
    from_before = make_member("Hina", make_unit("integrity"), role="supervisor")
    change_status(case=case, to=Status.WAITING_OUTSIDE, by=from_before)
    assert not reviewing.reviews_for(from_before).exists()
    assert from_before not in reviewing.readers_of(review)
    assert farah in reviewing.readers_of(review)


def test_a_case_that_is_handed_over_leaves_the_review_where_it_is(case, receipt, ayesha, farah):
    ask(opened(receipt))
    review, nadia = Review.objects.get(), make_member("Nadia", case.unit, make_unit("integrity"), role="supervisor")
    to = make_unit("children")
    make_member("Sana", to)
    transfer(case=case, to=to, by=nadia, keyring=keyring_of(nadia))
    assert review.key in keys_of(case), "and goes when the case goes"
    wrap = DataKeyWrap.objects.get(key=review.key, recipient="unit")
    assert wrap.recipient_id == str(make_unit("integrity").pk)
    assert reviewing.reviews_for(farah).count() == 1


# --- where nobody could ---------------------------------------------------------------------------------------------------
def test_with_one_unit_nothing_is_taken_and_both_sides_are_told(case, receipt, ayesha):
    admin = make_member("Rabia", role="administrator")
    html = opened(receipt, language="ur").press("review")
    assert "وفاقی محتسب" in html
    assert 'name="review"' not in html
    assert Job.objects.filter(task="conversation.unreadable").count() == 1
    with acting_as("worker"):
        for _ in range(2):
            reviewing.tell_administrators()
    assert {row.member for row in Notification.objects.filter(occasion="unreviewed")} == {admin}
    opened(receipt).press("review:yes", review=WORDS, review_kind="staff")
    assert not Review.objects.exists()


def test_where_no_supervisor_is_independent_it_waits_sealed_and_says_so(case, receipt, ayesha):
    make_member("Tariq", case.unit, make_unit("integrity"), role="supervisor")
    admin = make_member("Rabia", role="administrator")
    ask(opened(receipt))
    work_off()
    assert {row.member for row in Notification.objects.filter(occasion="unreviewed")} == {admin}
    assert "no supervisor who is independent" in opened(receipt).html


# --- what is typed ----------------------------------------------------------------------------------------------------------
def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(receipt, case, ayesha, farah):
    reporter = opened(receipt, language="ur")
    reporter.press("review", message="آدھی بات")
    html = reporter.press("review:yes", review=WORDS, message="آدھی بات")
    assert reporter.response.status_code == 400
    assert "ایک جواب چنیں" in html
    assert WORDS in html
    assert 'id="id_review_error"' in reporter.press("review:yes", review="", review_kind="staff", message="آدھی بات")
    assert "آدھی بات" in reporter.press("keep", message="آدھی بات")
    assert not Review.objects.exists()


def test_the_browser_seals_it_to_the_other_unit_alone(case, receipt, ayesha, farah):
    reporter = opened(receipt, browser=True)
    assert "data-review=" in reporter.press("review")
    assert "Write something first" in reporter.press("review:yes", review="typed in the clear", review_kind="staff")
    assert "does not trust the key" in reporter.press("review:yes", review_kind="staff", flaw="keys")
    unit = UnitKey.objects.get(unit__code="integrity")
    sent = sealed(case, unit)
    wrong = sealed(case, UnitKey.objects.get(unit=case.unit))
    for bad in ({"wrap": "AQID"}, {"version": "99"}, {"version": "x"}, {"row": "none"}, {"review_key": ""}):
        reporter.press("review:yes", review_kind="staff", **sent | bad)
        assert not Review.objects.exists(), bad
    for _ in range(2):
        reporter.press("review:yes", review_kind="second_look", **sent)
    review = Review.objects.get()
    assert WORDS in signed_in(farah).get(f"/desk/reviews/{review.pk}/").content.decode()
    assert reviewing.reader_for(case).code == "integrity"
    assert wrong["wrap"] != sent["wrap"]


def sealed(case: Case, unit: UnitKey) -> dict[str, str]:
    """What static/js/asked.mjs makes."""
    secret, key, row = envelope.new_key(), uuid.uuid4(), uuid.uuid4()
    info = hpke.context("data-key", scope=case.pk, key=key, kind="unit", recipient=str(unit.unit_id), version=unit.version)
    body = envelope.seal(secret, WORDS.encode(), case=case.pk, field="review", record=row)
    return {"row": str(row), "review_key": str(key), "version": str(unit.version), "sealed": b64encode(body).decode(),
            "wrap": b64encode(hpke.seal(unit.public, secret, info=info)).decode()}


def test_the_public_role_reads_no_review_but_its_own(case, receipt, ayesha, farah):
    ask(opened(receipt))
    receipts.show(bytes(32))                    # somebody else's code, in the same transaction
    with acting_as("public"):
        assert connection.vendor == "sqlite" or not Review.objects.exists()


def test_the_code_ends_and_with_it_the_way_to_an_answer(case, receipt, ayesha, farah):
    ask(opened(receipt))
    custody.drop_reporter_wrap(case.conversation_key)
    page = signed_in(farah).post(f"/desk/reviews/{Review.objects.get().pk}/", {"text": "Hello"})
    assert page.status_code == 409
    assert "would reach nobody" in page.content.decode()
