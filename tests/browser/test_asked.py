"""What is asked in the inbox, what comes afterwards, and what goes to another unit: sealed in the browser."""
from playwright.sync_api import expect

from cases.conversation import services
from cases.conversation.models import Ask, Opinion, Review
from cases.services import change_status
from cases.triage.review_reading import seal_review_answer
from cases.vault import envelope
from cases.workflow import Outcome, Status
from tests.browser.look import look, shoot
from tests.browser.test_inbox import CODE, case, derived
from tests.browser.test_sealed_inbox import Recorder, inbox
from tests.factories.cases import keyring_of, make_member, make_unit, secrets_of, signed_in

__all__ = ["case", "derived"]
LINK, HIDDEN = "https://example.com/sealed-link", "وہ مجھ پر ہنسا تھا"


def test_links_that_staff_ask_for_are_checked_and_sealed_here(live, case, open_page):
    ayesha = make_member("Ayesha Khan", case.unit)
    row = services.ask(case=case, kind=Ask.Kind.LINKS, by=ayesha)
    page = open_page(width=360)
    recorder = Recorder(page)
    inbox(page, live, "ur")
    shoot(page, "asked-ur")
    page.locator("#id_ask").fill("no link at all")
    page.locator(f"button[value='ask:{row.pk}']").click()
    expect(page.locator("#id_ask_error")).to_be_visible()
    expect(page.locator("#id_ask")).to_have_value("no link at all")
    shoot(page, "asked-ur-error")
    assert look(page, widths=(360,)) == []
    page.locator("#id_ask").fill(LINK)
    page.locator(f"button[value='ask:{row.pk}']").click()
    expect(page.locator("[data-notice=told]")).to_be_visible()
    assert recorder.holds("no link at all", LINK, "sealed-link") == []
    row.refresh_from_db()
    key = secrets_of(case).conversation
    assert envelope.open_blob(key, row.answer, case=case.pk, field="ask", record=row.pk).decode() == LINK


def test_a_complaint_is_sealed_to_another_unit_and_its_answer_opens_here(live, case, open_page):
    farah = make_member("Farah Iqbal", make_unit("integrity"), role="supervisor")
    change_status(case=change_status(case=case, to=Status.IN_REVIEW, by=None), to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
    page = open_page(width=360)
    recorder = Recorder(page)
    inbox(page, live, "ur")
    page.locator("button[value='opinion:partly']").click()
    page.locator("#id_opinion").fill(HIDDEN)
    shoot(page, "opinion-ur")
    page.locator("button[value=opinion_words]").click()
    expect(page.locator("[data-notice=explained]")).to_be_visible()
    page.locator("button[value=review]").click()
    page.locator("#id_review").fill(HIDDEN)
    page.locator("button[value='review:yes']").click()
    expect(page.locator("#error-summary")).to_be_visible()           # what it is was not chosen
    page.complaints.clear()                                          # the browser notes the 400
    expect(page.locator("#id_review")).to_have_value(HIDDEN)
    assert look(page, widths=(360,)) == []
    page.locator("input[value=staff]").check()
    shoot(page, "review-ur")
    page.locator("button[value='review:yes']").click()
    expect(page.locator("[data-notice=reviewed]")).to_be_visible()
    assert recorder.holds(HIDDEN) == []
    review = Review.objects.select_related("case", "key").get()
    assert HIDDEN in signed_in(farah).get(f"/desk/reviews/{review.pk}/").content.decode()
    assert Opinion.objects.get(case=case).words is not None
    sealed = seal_review_answer(review, "معاف کیجیے", keyring=keyring_of(farah))
    Review.objects.filter(pk=review.pk).update(answer=sealed, answered_by=farah, answered_at=review.at)
    page.locator("button[value=look]").click()
    expect(page.locator("[data-field=review_answer]")).to_have_text("معاف کیجیے")
    shoot(page, "reviewed-ur")
    assert CODE not in str(recorder.posts)
