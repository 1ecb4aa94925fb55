"""A morning's triage of ten cases by keyboard alone: taken, moved on and answered, from the queue to the end of the list."""
from playwright.sync_api import Page, expect

from cases.models import Case, Message
from cases.workflow import Status
from tests.browser.test_desk import enter
from tests.factories.cases import make_case, make_member, make_unit

CASES = 10


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def leads_on(page: Page, key: str) -> None:
    with page.expect_navigation():
        press(page, key)


def tab_to(page: Page, words: str) -> None:
    for _step in range(30):
        if page.evaluate("document.activeElement.innerText").strip() == words:
            return
        press(page, "Tab")
    raise AssertionError(f"no way by Tab to “{words}”")


def test_ten_cases_by_keyboard_alone(live, page):
    unit = make_unit()
    ayesha = make_member("Ayesha Khan", unit, is_woman=True)
    for number in range(CASES):
        make_case(unit, story=f"Story {number}")
    enter(page, live, ayesha)
    page.goto(f"{live}/desk/?assignee=nobody")               # taken, a case leaves the list, and the next is next
    press(page, "j")
    leads_on(page, "o")
    seen = []
    for number in range(CASES):
        seen.append(page.locator("h1 bdi, .casehead bdi").first.inner_text())
        leads_on(page, "a")
        press(page, "m", "Space")
        leads_on(page, "Enter")
        press(page, "w")
        page.keyboard.insert_text(f"We have read it, {number}.")
        tab_to(page, "Send reply")
        leads_on(page, "Enter")
        if number < CASES - 1:
            leads_on(page, "n")
    expect(page.locator("[data-key=n]")).to_have_count(0)
    leads_on(page, "u")
    assert page.url.startswith(f"{live}/desk/")
    assert len(set(seen)) == CASES
    assert set(Case.objects.values_list("assignee", "status")) == {(ayesha.pk, Status.WAITING_REPORTER)}
    assert Message.objects.filter(author="staff").values("case").distinct().count() == CASES
