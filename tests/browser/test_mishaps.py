"""What goes wrong on a phone while a report is made or an inbox read: scripts that come late, in part or never, old browsers,
answers that break off. Nothing is lost, nothing is stuck, and what the page says is true."""
import re
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from cases.intake import receipts
from cases.models import Case, Consent, Message
from cases.selectors import agrees
from cases.triage import reading
from cases.vault.signing import verify_key
from portal.accounts.models import User
from tests.browser.look import look, shoot
from tests.browser.sealing import STORY, Person, Recorder
from tests.browser.test_inbox import CODE, case, derived, enter
from tests.browser.test_sealed_inbox import inbox
from tests.browser.test_sealed_report import hina, no_fault, person
from tests.factories.cases import keyring_of, reporter_consents
from tests.fixtures.browser import OpenPage

__all__ = ["case", "derived", "hina", "person"]
REPORT, SEALING, PICTURES = "**/js/report*.mjs", "**/js/vault/sealing.mjs", "**/js/pictures*.mjs"
ABORTED = "ERR_FAILED"


def lose(page: Page, what: str, times: int | None = None) -> None:
    page.route(what, lambda route: route.abort(), times=times)


# --- the report's scripts -------------------------------------------------------------------------------------------------
def test_continue_was_pressed_before_the_script_had_come(person: Callable[..., Person]):
    at = person()
    lose(at.page, REPORT, times=1)
    at.begin()
    at.back("who")
    expect(at.page.locator("[name=relation][value=me]")).to_be_checked()
    at.on("what")
    expect(at.page.locator("[name=harm][value=intimate_images]")).to_be_checked()
    at.on("pictures")
    expect(at.page.locator(".where")).to_contain_text("Sealed on this phone")
    no_fault(at.page, ABORTED)


def test_the_first_step_is_changed_from_the_answers_though_the_script_came_after_it(person: Callable[..., Person]):
    at = person()
    lose(at.page, REPORT, times=1)
    at.to_check()
    at.page.locator("button[value='change:who']").click()
    at.at("who")
    at.page.locator("[name=age_now]").fill("30")
    at.on("what")
    at.on("check")
    expect(at.page.locator("[data-of=story]")).to_contain_text("lake in Hunza")
    no_fault(at.page, ABORTED)


def test_back_from_elsewhere_though_the_script_came_after_it(person: Callable[..., Person]):
    at = person("ur")
    lose(at.page, REPORT, times=2)
    at.begin(harm="not_us_money")
    at.on("elsewhere")
    at.back("what")
    expect(at.page.locator("[name=harm][value=not_us_money]")).to_be_checked()
    at.back("who")
    no_fault(at.page, ABORTED)


def test_what_the_servers_pages_took_is_there_when_the_script_comes(person: Callable[..., Person]):
    at = person()
    lose(at.page, REPORT)
    at.begin()
    at.on("pictures")
    at.on("story")
    expect(at.page.locator(".where")).to_contain_text("Sealed on our server")
    at.write({"story": STORY})
    at.back("pictures")
    at.page.unroute(REPORT)
    at.back("what")
    at.on("pictures")
    at.on("story")
    expect(at.page.locator(".where")).to_contain_text("Sealed on this phone")
    expect(at.page.locator("[name=story]")).to_have_value(STORY)
    no_fault(at.page, ABORTED)


@pytest.mark.parametrize("part", [SEALING, "**/js/report/typed*.mjs"], ids=["sealing", "typed"])
def test_a_part_that_did_not_come_may_come_with_the_next_press(person: Callable[..., Person], part: str):
    at = person("ur")
    lose(at.page, part)
    at.begin()
    at.on("what")
    expect(at.page.locator("main button[value=weaker]")).to_be_visible()
    assert look(at.page, widths=(360,)) == []
    shoot(at.page, "part-missing-ur-360")
    at.page.unroute(part)
    at.on("pictures")
    expect(at.page.locator(".where")).to_contain_text("اسی فون")
    no_fault(at.page, ABORTED)


def test_where_a_part_never_comes_the_server_seals_if_that_is_chosen(person: Callable[..., Person]):
    at = person()
    lose(at.page, SEALING)
    at.begin()
    at.on("what")
    at.said("could not be loaded. Nothing was sent.")
    at.page.locator("main button[value=weaker]").click()
    at.at("pictures")
    expect(at.page.locator(".where")).to_contain_text("Sealed on our server")
    no_fault(at.page, ABORTED)


def test_without_the_part_that_makes_fingerprints_the_report_goes_on(person: Callable[..., Person]):
    at = person("ur")
    lose(at.page, PICTURES)
    at.begin()
    at.on("pictures")
    expect(at.page.locator("[data-cannot]")).to_be_visible()
    at.on("story")
    no_fault(at.page, ABORTED)


# --- old browsers ---------------------------------------------------------------------------------------------------------
def test_a_browser_of_2020_seals(person: Callable[..., Person], hina: User):
    at = person()
    at.page.add_init_script("delete Array.prototype.at; delete Object.hasOwn; delete AbortSignal.timeout")
    at.to_receipt()
    at.send()
    assert reading.read_answers(Case.objects.get(), keyring=keyring_of(hina), by=hina).story == STORY


OLD_SAFARI = "delete SubmitEvent.prototype.submitter"


def test_where_forms_do_not_tell_which_button_was_pressed_the_server_seals(person: Callable[..., Person]):
    at = person()
    at.page.add_init_script(OLD_SAFARI)
    at.begin()
    at.on("pictures")
    expect(at.page.locator(".where")).to_contain_text("Sealed on our server")
    at.back("what")


def test_where_forms_do_not_tell_which_button_was_pressed_the_server_opens(live: str, case: Case, open_page: OpenPage):
    page = open_page()
    page.add_init_script(OLD_SAFARI)
    page.goto(f"{live}/en/inbox/")
    expect(page.locator("[data-server]")).to_be_visible()
    inbox(page, live)
    page.locator("#id_message").fill("sent")
    page.locator("button[value=write]").click()
    expect(page.locator(".letters .text")).to_have_count(3)


# --- answers that break off -----------------------------------------------------------------------------------------------
BREAK_OFF = """() => { const text = Response.prototype.text;
  Response.prototype.text = function () { Response.prototype.text = text; return Promise.reject(TypeError('cut off')); }; }"""


def test_an_answer_that_breaks_off_does_not_stop_the_inbox(live: str, case: Case, open_page: OpenPage):
    page = open_page(width=360)
    inbox(page, live, "ur")
    page.evaluate(BREAK_OFF)
    page.locator("#id_message").fill("کل پھر")
    page.locator("button[value=write]").click()
    expect(page.locator("[data-offline]")).to_be_visible()
    expect(page.locator("#id_message")).to_have_value("کل پھر")
    page.locator("button[value=write]").click()
    expect(page.locator(".letters .text")).to_have_count(3)
    assert Message.objects.filter(case=case).count() == 3


def on_the_way(route: Route) -> None:
    route.fetch()
    route.fulfill(body="<h1>Free Wi-Fi</h1><p>Press here.", content_type="text/html")


def test_a_page_of_somebody_on_the_way_is_no_receipt(person: Callable[..., Person]):
    at = person()
    at.to_receipt()
    at.page.route("**/report/send/", on_the_way, times=1)
    at.send("receipt")
    at.said("We cannot reach our server")
    at.send()
    at.said("We already had this report")
    assert receipts.find(receipts.derive(at.code)).receipt.case == Case.objects.get()


def test_a_page_of_somebody_on_the_way_is_no_inbox(live: str, case: Case, open_page: OpenPage):
    page = open_page()
    inbox(page, live)
    page.route("**/inbox/", on_the_way, times=1)
    page.locator("button[value=look]").click()
    expect(page.locator("[data-offline]")).to_be_visible()
    page.locator("button[value=look]").click()
    expect(page.locator("[data-offline]")).to_be_hidden()


def test_a_press_is_seen_to_be_at_work(live: str, case: Case, open_page: OpenPage):
    page, held = open_page(), []
    inbox(page, live)
    page.route("**/inbox/", lambda route: held.append(route))
    page.locator("button[value=look]").click()
    expect(page.locator("#inbox[aria-busy=true]")).to_be_visible()
    page.wait_for_timeout(200)
    held[0].abort()
    expect(page.locator("[data-offline]")).to_be_visible()
    expect(page.locator("[aria-busy]")).to_have_count(0)
    no_fault(page, ABORTED)


def test_a_worker_that_the_phone_killed_is_not_waited_for(live: str, case: Case, open_page: OpenPage):
    page = open_page()
    recorder = Recorder(page)
    page.clock.install()
    page.route("**/argon2-worker*", lambda route: route.fulfill(body="0;", content_type="text/javascript"))
    enter(page, live, "en", CODE)
    expect(page.locator("[data-working]")).to_have_text("One moment …")
    page.wait_for_timeout(500)
    page.clock.fast_forward(61_000)
    expect(page.locator("[data-broken]")).to_be_visible()
    assert recorder.posts == []


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_enter_after_the_words_of_assent_gives_it(live: str, case: Case, open_page: OpenPage, javascript: bool):
    page = open_page(width=360, javascript=javascript)
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    inbox(page, live)
    page.locator("details:has([name=ask_platform]) summary").click()
    page.locator("[name=ask_platform][value=yes]").check()
    page.locator("#id_assent").press("Enter")
    expect(page.locator("#id_assent_error")).to_be_visible()
    page.locator("#id_assent").fill("I agree")
    page.locator("#id_assent").press("Enter")
    expect(page.locator("[data-notice=answered]")).to_be_visible()
    assert agrees(case, Consent.Act.ASK_PLATFORM)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_enter_after_the_word_erases(live: str, case: Case, open_page: OpenPage, javascript: bool):
    page = open_page(width=360, javascript=javascript)
    inbox(page, live)
    page.locator("button[value=erase]").click()
    page.locator("#id_word").press("Enter")
    expect(page.locator("#id_word_error")).to_be_visible()
    page.locator("#id_word").fill("erase")
    page.locator("#id_word").press("Enter")
    expect(page.locator("h1")).to_have_text("Your report is erased")
    expect(page.locator(".swap")).to_have_count(0)
    assert receipts.live(receipts.derive(CODE)[0].locator) is None
    no_fault(page, "400")


def test_an_answer_cannot_name_the_script_that_makes_fingerprints(person: Callable[..., Person]):
    """Whoever checks the scripts from outside sees the first page, not what comes in answer to a form."""
    at = person()
    recorder = Recorder(at.page)

    def another(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r'"/static/js/pictures[^"]*"', '"/media/evil.mjs"', answer.text()))

    at.page.route("**/en/report/", another)
    at.begin()
    at.on("pictures")
    expect(at.page.locator("[data-pictures]")).to_be_visible()
    assert not [one.url for one in recorder.requests if "evil" in one.url]


# --- whose key ------------------------------------------------------------------------------------------------------------
def test_keys_are_checked_against_the_root_that_the_first_page_named(person: Callable[..., Person]):
    at = person()

    def another(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace(settings.ROOT_PUBLIC_KEY.hex(), verify_key(bytes(32)).hex()))

    at.page.route("**/en/report/", another, times=1)
    at.begin()
    at.on("what")
    at.said("We cannot confirm the key")
