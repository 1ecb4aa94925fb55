"""The inbox where the browser opens and seals it: what leaves the page, what happens when something is in the way."""
import re
import time
from base64 import b64decode
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Request, Route, expect

from cases.intake import state, visit
from cases.models import Case, Consent, Message
from cases.services import change_status
from cases.vault import envelope
from cases.vault.models import DataKeyWrap
from cases.workflow import Outcome, Status
from tests.browser.look import look, shoot
from tests.browser.test_inbox import CODE, URDU_CODE, WRITTEN, case, derived, enter
from tests.cases.intake.reporter import staff_writes
from tests.factories.cases import make_member, reporter_reads, secrets_of
from tests.fixtures.browser import OpenPage

__all__ = ["case", "derived"]
SAID, AGREED = "وہ کل پھر سکول کے باہر کھڑا تھا", "میں شبانہ اجازت دیتی ہوں"


class Recorder:
    """Every request of a page: address and body."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        page.on("request", lambda request: self.requests.append(request))

    @property
    def posts(self) -> list[dict[str, list[str]]]:
        return [parse_qs(one.post_data or "", keep_blank_values=True) for one in self.requests if one.method == "POST"]

    def holds(self, *secrets: str) -> list[str]:
        sent = "\n".join(f"{one.url} {parse_qs(one.post_data or '')} {one.post_data}" for one in self.requests)
        squeezed = re.sub(r"[\s+-]|%20", "", sent)
        return [secret for secret in secrets if secret in sent or re.sub(r"[\s-]", "", secret) in squeezed]


def inbox(page: Page, live: str, language: str = "en", code: str = CODE) -> None:
    enter(page, live, language, code)
    expect(page.locator(".letters .text")).to_have_count(2)


def messages(of: Case) -> list[str]:
    return [reporter_reads(of, message) for message in Message.objects.filter(case=of)]


def test_neither_the_code_nor_a_word_leaves_the_page(live, case, derived, open_page):
    page = open_page(width=360)
    recorder = Recorder(page)
    enter(page, live, "ur", "12 34 x")
    expect(page.locator("#id_code_error")).to_be_visible()
    expect(page.locator("#id_code")).to_have_value("12 34 x")
    page.locator("#id_code").fill(URDU_CODE)
    page.locator("#id_code").press("Enter")
    expect(page.locator(".letters .text").last).to_have_text(WRITTEN)
    page.locator("#id_message").fill(SAID)
    page.locator("button[value=write]").click()
    expect(page.locator(".letters .text")).to_have_count(3)
    expect(page.locator(".letters .text").first).to_have_text(SAID)
    page.locator("#id_message").fill("half a sentence")
    for details in page.locator("details").all():
        details.locator("summary").click()
    page.locator("input[name=ask_platform][value=no]").check()
    page.locator("button[value='answer:ask_platform']").click()
    expect(page.locator("[data-notice=answered]")).to_be_visible()
    page.locator("details:has([name=ask_platform]) summary").click()
    page.locator("input[name=ask_platform][value=yes]").check()
    page.locator("#id_assent").fill(AGREED)
    page.locator("button[value='answer:ask_platform']").click()
    expect(page.locator("#id_assent")).to_have_value("")
    expect(page.locator("#id_message")).to_have_value("half a sentence")
    page.locator("button.swap").click()
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    expect(page.locator("#id_message")).to_have_value("half a sentence")
    page.locator("button[value=withdraw]").click()
    page.locator("button[value=keep]").click()
    expect(page.locator("#id_message")).to_have_value("half a sentence")

    assert recorder.holds(SAID, AGREED, "half a sentence", WRITTEN, CODE, URDU_CODE, "12 34 x", secrets_of(case).reporter.hex(),
                          derived.unlock.hex(), secrets_of(case).conversation.hex()) == []
    assert len(recorder.posts) >= 8
    assert recorder.posts[1]["locator"] == [derived.locator.hex()]
    assert {name for post in recorder.posts for name in post} <= {
        "act", "visit", "locator", "wrote", "sealed", "row", "asking", "code", *Consent.Act.values}
    assert [post["code"] for post in recorder.posts if "code" in post] == [["00 00 x"]], "how it is malformed, not what it is"
    for post in recorder.posts:
        for token in post.get("visit", []):
            told = state.open_record(token, belongs=visit.BELONGS, lifetime=visit.LIFETIME)
            assert (told["private"], told["locator"]) == ("", derived.locator.hex())
    assert messages(case)[-1] == SAID
    given = Consent.objects.filter(case=case, act=Consent.Act.ASK_PLATFORM).last()
    assert given.answer == Consent.Answer.YES
    assert assent_of(case, given) == AGREED
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def assent_of(of: Case, given: Consent) -> str:
    return envelope.open_blob(secrets_of(of).conversation, given.assent, case=of.pk, field="assent", record=given.pk).decode()


def test_argon2_is_fetched_when_a_code_is_tried_and_not_before(live: str, case: Case, open_page: OpenPage):
    page = open_page()
    recorder = Recorder(page)
    page.goto(f"{live}/en/inbox/")
    page.wait_for_load_state("networkidle")
    assert not [one.url for one in recorder.requests if "/vault/" in one.url]
    inbox(page, live)
    assert [one.url for one in recorder.requests if "argon2-worker" in one.url]


def test_a_wrong_code_is_answered_as_ever_and_stays_in_its_field(live: str, case: Case, open_page: OpenPage):
    page = open_page()
    recorder = Recorder(page)
    wrong = "1111 2222 3333 4444 5555"
    enter(page, live, "en", wrong)
    expect(page.locator("#error-summary")).to_contain_text("We find no report with this code")
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#id_code")).to_have_value(wrong)
    assert recorder.holds(wrong) == []
    page.locator("#id_code").fill(CODE)
    page.locator("#id_code").press("Enter")
    expect(page.locator(".letters .text")).to_have_count(2)


@pytest.mark.parametrize("missing", ["argon2-worker", "sealing", "receipt"])
def test_when_a_part_cannot_be_loaded_the_server_path_is_offered_and_never_taken(live, case, open_page, missing):
    page = open_page(width=360)
    recorder = Recorder(page)
    page.route(f"**/vault/{missing}.mjs", lambda route: route.abort())
    enter(page, live, "ur", CODE)
    broken = page.locator("[data-broken]")
    expect(broken).to_be_visible()
    expect(broken).to_be_focused()
    assert recorder.posts == []
    page.complaints.clear()
    assert look(page, widths=(360,)) == []
    shoot(page, f"inbox-broken-{missing}")
    broken.locator("button").click()
    expect(page.locator(".said")).to_contain_text("فیس بک")
    assert CODE in recorder.posts[0]["code"]
    expect(page.locator("main .hint").filter(has_text="ہمارے سرور نے")).to_be_visible()
    page.locator("#id_message").fill(SAID)
    page.locator("button[value=write]").click()
    expect(page.locator(".letters .text")).to_have_count(3)
    assert messages(case)[-1] == SAID


def test_after_a_failure_the_next_try_may_succeed(live: str, case: Case, open_page: OpenPage):
    page = open_page()
    page.route("**/vault/argon2-worker.mjs", lambda route: route.abort())
    enter(page, live, "en", CODE)
    expect(page.locator("[data-broken]")).to_be_visible()
    page.complaints.clear()
    page.unroute("**/vault/argon2-worker.mjs")
    page.locator("main .actions button").click()
    expect(page.locator(".letters .text")).to_have_count(2)


def test_an_answer_that_is_lost_loses_nothing_and_sends_nothing_twice(live: str, case: Case, open_page: OpenPage):
    page = open_page(width=360)
    inbox(page, live)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/inbox/", lose)
    page.locator("#id_message").fill(SAID)
    page.locator("button[value=write]").click()
    expect(page.locator("[data-offline]")).to_be_visible()
    expect(page.locator("#id_message")).to_have_value(SAID)
    shoot(page, "inbox-offline")
    page.complaints.clear()
    page.unroute("**/inbox/")
    page.locator("button[value=write]").click()
    expect(page.locator(".letters .text")).to_have_count(3)
    expect(page.locator("#id_message")).to_have_value("")
    assert messages(case).count(SAID) == 1
    page.locator("#id_message").fill(SAID)                       # said once more on purpose: another message
    page.locator("button[value=write]").click()
    expect(page.locator(".letters .text")).to_have_count(4)


def test_after_half_an_hour_the_code_is_asked_for_and_the_message_is_there_again(live, case, open_page, monkeypatch):
    page = open_page()
    recorder = Recorder(page)
    inbox(page, live)
    page.locator("#id_message").fill(SAID)
    later = time.time() + visit.LIFETIME + 60
    with monkeypatch.context() as clock:
        clock.setattr(state.time, "time", lambda: later)
        page.locator("button[value=write]").click()
        expect(page.locator("main")).to_contain_text("What you wrote is kept and not sent yet.")
    expect(page.locator("#id_code")).to_have_value("")
    page.locator("#id_code").fill(CODE)
    page.locator("#id_code").press("Enter")
    expect(page.locator("#id_message")).to_have_value(SAID)
    assert recorder.holds(SAID, CODE) == []


def test_it_is_online_again_is_sealed_too(live: str, case: Case, open_page: OpenPage):
    change_status(case=case, to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
    page = open_page()
    recorder = Recorder(page)
    inbox(page, live)
    page.locator("#id_message").fill("https://example.com/again")
    page.locator("button[value=back_online]").click()
    expect(page.locator(".letters .text")).to_have_count(3)
    assert messages(case)[-1] == "It is online again.\n\nhttps://example.com/again"
    assert recorder.holds("example.com/again") == []


def test_erasing_ends_it_in_the_browser_too(live: str, case: Case, open_page: OpenPage):
    page = open_page(width=360)
    inbox(page, live)
    page.locator("button[value=erase]").click()
    page.locator("#id_word").fill("erase")
    page.locator("button[value='erase:yes']").click()
    expect(page.locator("h1")).to_have_text("Your report is erased")
    assert page.locator("main form").count() == 0
    assert page.locator("[data-offline]:visible").count() == 0


def test_what_cannot_be_sent_is_said_beside_the_field(live: str, case: Case, open_page: OpenPage):
    page = open_page()
    recorder = Recorder(page)
    inbox(page, live)
    page.locator("button[value=write]").click()
    expect(page.locator("#id_message_error")).to_contain_text("Write something first.")
    page.locator("#id_message").fill("y" * 4001)
    page.locator("button[value=write]").click()
    expect(page.locator("#id_message_error")).to_contain_text("at most 4000 characters. It is now 4001.")
    expect(page.locator("#id_message")).to_have_value("y" * 4001)
    page.locator("details:has([name=ask_platform]) summary").click()
    page.locator("input[name=ask_platform][value=yes]").check()
    page.locator("button[value='answer:ask_platform']").click()
    expect(page.locator("#id_assent_error")).to_contain_text("Type “I agree”")
    assert recorder.holds("yyyy") == []
    assert len(messages(case)) == 2


def test_text_is_text_and_links_keep_their_direction(live: str, case: Case, open_page: OpenPage):
    staff_writes(case, '<img src=x onerror="alert(1)"> حوالہ 26-10917 ہے', make_member("Sana", case.unit))
    page = open_page()
    enter(page, live, "ur", CODE)
    newest = page.locator(".letters .text").first
    expect(newest).to_contain_text('<img src=x onerror="alert(1)"> حوالہ 26-10917 ہے')
    assert newest.locator("img").count() == 0
    assert newest.locator("bdi[dir=ltr]").all_inner_texts()[-1] == "26-10917"


def swap_bodies(case: Case) -> None:
    first, second = Message.objects.filter(case=case)
    Message.objects.filter(pk=first.pk).update(body=second.body)
    Message.objects.filter(pk=second.pk).update(body=first.body)


def test_ciphertext_put_elsewhere_is_said_not_to_open(live: str, case: Case, open_page: OpenPage):
    swap_bodies(case)
    page = open_page()
    enter(page, live, "en", CODE)
    expect(page.locator(".letters .err").filter(has_text="does not open")).to_have_count(2)
    assert page.locator(".letters .text:visible").count() == 0


def damage(change: Callable[[bytes], bytes]) -> None:
    wrap = DataKeyWrap.objects.get(recipient="reporter")
    DataKeyWrap.objects.filter(pk=wrap.pk).update(sealed=change(bytes(wrap.sealed)))


def test_a_conversation_that_does_not_open_leaves_the_status_and_takes_no_message(live, case, open_page):
    damage(lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]))
    page = open_page()
    enter(page, live, "en", CODE)
    expect(page.locator("[data-off]")).to_be_visible()
    expect(page.locator(".said")).to_be_visible()
    assert page.locator("#id_message").count() == 0


def test_a_sealed_page_that_a_browser_kept_asks_for_the_code(live: str, case: Case, open_page: OpenPage):
    page = open_page()
    inbox(page, live)
    page.go_back()
    expect(page.locator("#id_code")).to_be_visible()
    expect(page.locator("#id_code")).to_have_value("")


def test_each_way_says_what_it_is(live: str, case: Case, open_page: OpenPage):
    plain, script = open_page(javascript=False), open_page()
    for page in (plain, script):
        page.goto(f"{live}/en/inbox/")
    expect(plain.locator("[data-server]")).to_contain_text("Without JavaScript our server has your code")
    expect(plain.locator("[data-here]")).to_be_hidden()
    expect(script.locator("[data-here]")).to_contain_text("Your code stays on this device")
    expect(script.locator("[data-server]")).to_be_hidden()


def test_without_subtle_crypto_the_form_says_so_and_works(live: str, case: Case, open_page: OpenPage):
    page = open_page()
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.goto(f"{live}/en/inbox/")
    expect(page.locator("[data-server]")).to_be_visible()
    inbox(page, live)
    expect(page.locator("main")).to_contain_text("Our server opened this page")


def test_sealed_words_have_a_padded_length(live: str, case: Case, open_page: OpenPage):
    page = open_page()
    recorder = Recorder(page)
    inbox(page, live)
    for text in ("a", "a" * 200):
        page.locator("#id_message").fill(text)
        page.locator("button[value=write]").click()
        expect(page.locator(".letters .text").first).to_have_text(text)
    assert len({len(b64decode(post["sealed"][0])) for post in recorder.posts if "sealed" in post}) == 1
