"""Footer and error pages in Chromium, and the way out with and without JavaScript."""
import pytest
from playwright.sync_api import Page, expect

from tests.browser.look import Watch, look, shoot
from tests.factories.figures import make_edition

PATHS = ["privacy/", "accessibility/", "your-report/", "leaving/", "numbers/", "figures/", "figures/2025/"]
WEATHER = "https://weather.example/"


@pytest.fixture
def weather(settings):
    """The page that quick exit leads to, answered inside the browser so that no test leaves the machine."""
    settings.EXIT_URL = WEATHER

    def serve(page: Page) -> Page:
        page.route(WEATHER, lambda route: route.fulfill(body="<title>Weather</title><h1>Sunny</h1>", content_type="text/html"))
        return page

    return serve


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_footer_pages_look_right(live, open_page, language):
    page = open_page(width=360)
    watch = Watch(page, live)
    make_edition(2025)
    for path in PATHS:
        page.goto(f"{live}/{language}/{path}")
        shoot(page, f"{path.strip('/').replace('/', '-')}-{language}")
        assert look(page) == []
    assert watch.faults == []
    fonts = [request.url for request in watch.requests if request.url.endswith(".woff2")]
    assert len(set(fonts)) == (1 if language == "ur" else 0)


def test_an_error_page_looks_right(live, open_page):
    page = open_page(width=360)
    page.goto(f"{live}/en/no/such/page/")
    shoot(page, "404")
    page.complaints.clear()                             # Chromium writes the 404 to its console
    assert look(page) == []


def test_the_button_leaves_at_once_and_clears(live, open_page, weather):
    page = weather(open_page())
    page.goto(f"{live}/en/privacy/")
    with page.expect_request("**/exit") as beacon:
        page.get_by_role("link", name="Exit now").click()
    page.wait_for_url(WEATHER)
    assert beacon.value.method == "POST"
    assert page.evaluate("history.length") <= 2


def test_shift_three_times_leaves_but_typing_capitals_does_not(live, open_page, weather):
    page = weather(open_page())
    page.goto(f"{live}/en/privacy/")
    for letter in "SHIFT":
        page.keyboard.press(f"Shift+{letter}")
    expect(page.locator(".exit b.on")).to_have_count(0)
    page.keyboard.press("Shift")
    expect(page.locator("#exit-live")).to_have_text("Shift, press 2 more times to exit.")
    page.keyboard.press("Shift")
    expect(page.locator(".exit b.on")).to_have_count(2)
    page.keyboard.press("Shift")
    page.wait_for_url(WEATHER)


@pytest.mark.window
def test_without_javascript_the_button_is_a_link_that_leaves(live, open_page, weather):
    page = weather(open_page(javascript=False))
    page.goto(f"{live}/ur/privacy/")
    page.locator(".exit").click()
    page.wait_for_url(WEATHER)


def test_nothing_is_left_in_the_browser(live, open_page):
    page = open_page()
    page.goto(f"{live}/en/privacy/")
    page.get_by_role("link", name="اردو").click()
    assert page.url == f"{live}/ur/privacy/"
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_our_own_form_says_where_it_comes_from_and_a_foreign_one_is_refused(live, open_page):
    """The reason for Referrer-Policy: same-origin. Under no-referrer Chromium sends `Origin: null` with our own forms."""
    page = open_page()
    page.goto(f"{live}/en/privacy/")
    submit = """() => { const form = document.createElement('form'); form.method = 'post'; form.action = '%s/exit';
                        document.body.append(form); form.submit(); }"""
    with page.expect_response("**/exit") as own:
        page.evaluate(submit % live)
    assert own.value.request.all_headers()["origin"] == live
    assert own.value.status == 204
    page.goto("about:blank")
    with page.expect_response("**/exit") as foreign:
        page.evaluate(submit % live)
    assert foreign.value.status == 403
    expect(page.get_by_role("heading", name="This form came from another site")).to_be_visible()
    page.complaints.clear()
