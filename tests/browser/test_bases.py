"""The two base templates and the form templates, in Chromium, in both languages."""
import pytest
from playwright.sync_api import expect

from tests.browser.look import Watch, look, shoot


@pytest.fixture
def specimen(settings, live) -> str:
    settings.ROOT_URLCONF = "tests.browser.specimen"
    return live


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("javascript", [True, False])
def test_a_form_with_mistakes(specimen, open_page, language, javascript):
    page = open_page(width=360, javascript=javascript)
    watch = Watch(page, specimen)
    page.goto(f"{specimen}/{language}/specimen/")
    shoot(page, f"form-{language}")
    page.locator(".actions .btn").click()
    summary = page.locator("#error-summary")
    expect(summary).to_be_visible()
    if javascript:
        expect(summary).to_be_focused()
        assert look(page) == []
        shoot(page, f"form-errors-{language}")
    summary.locator("a").first.click()
    expect(page.locator("#id_harm_0")).to_be_focused()
    assert watch.faults == []
    assert not [request.url for request in watch.requests if "woff2" in request.url]


@pytest.mark.parametrize("javascript", [True, False])
def test_the_language_changes_and_what_was_typed_stays(specimen, open_page, javascript):
    page = open_page(width=360, javascript=javascript)
    page.goto(f"{specimen}/en/specimen/")
    page.locator("#id_words").fill("آج رات تک پیسے مانگے")
    page.locator("#id_harm_1").check()
    page.get_by_role("button", name="اردو").click()
    assert page.url == f"{specimen}/ur/specimen/"
    expect(page.locator("#id_words")).to_have_value("آج رات تک پیسے مانگے")
    expect(page.locator("#id_harm_1")).to_be_checked()
    expect(page.locator("#error-summary")).to_have_count(0)


def test_enter_in_a_field_goes_on_and_neither_back_nor_to_the_other_language(specimen, open_page):
    page = open_page()
    page.goto(f"{specimen}/en/specimen/")
    page.locator("#id_link").fill("https://example.com/")
    page.locator("#id_link").press("Enter")
    expect(page.locator("#done")).to_have_text("act=next")
    assert page.url == f"{specimen}/en/specimen/"


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_staff_page(specimen, open_page, language):
    page = open_page(width=1280)
    watch = Watch(page, specimen)
    page.context.add_cookies([{"name": "language", "value": language, "url": f"{specimen}/desk/"}])
    page.goto(f"{specimen}/desk/specimen")
    shoot(page, f"desk-{language}")
    assert look(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    shoot(page, f"desk-{language}-phone")
    assert watch.faults == []


def test_staff_change_their_language_where_they_are(specimen, open_page):
    page = open_page()
    page.context.add_cookies([{"name": "language", "value": "en", "url": f"{specimen}/desk/"}])
    page.goto(f"{specimen}/desk/specimen")
    page.get_by_role("button", name="اردو").click()
    assert page.url == f"{specimen}/desk/specimen"
    assert page.locator("html").get_attribute("lang") == "ur"


def test_the_queue_by_keyboard_and_without(specimen, open_page):
    page = open_page()
    page.goto(f"{specimen}/desk/specimen")
    bar, count = page.locator(".bulk"), page.locator("[data-count]")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(count).to_have_text("1")
    boxes = page.locator("tbody input[type=checkbox]")
    boxes.nth(0).click()
    expect(bar).to_be_hidden()
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(count).to_have_text("3")
    page.locator("#q").focus()
    page.keyboard.type("jx")
    expect(page.locator("#q")).to_have_value("jx")
    page.locator("[data-keys]").click()
    page.keyboard.press("x")
    expect(count).to_have_text("3")
