"""The desk as staff see it: both languages and directions, phone and desk, keyboard, and without JavaScript."""
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from cases.hashing.models import MediaHash
from cases.models import Case, Consent, Message
from cases.priority import Danger, Harm
from cases.triage.services import set_up_replies
from tests.browser.look import look
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents, reporter_reads, reporter_writes, signed_in

SHOTS = os.environ.get("DESK_SHOTS")        # a directory: keep a picture of every page looked at
STORIES = [("ایک فیس بک پیج پر میری نجی تصاویر لگائی گئی ہیں۔ پیج کے بارہ ہزار فالورز ہیں۔ میں نے کسی کو نہیں بتایا۔", "ur"),
           ("A man asks for 50,000 rupees by tonight or he sends the pictures to my family.", "en"),
           ("استانی کے نام اور سکول کی تصویر سے جعلی اکاؤنٹ بنایا گیا ہے۔", "ur")]


@pytest.fixture
def desk(live):
    unit = make_unit()
    ayesha, bilal = make_member("Ayesha Khan", unit, is_woman=True), make_member("Bilal Raza", unit)
    set_up_replies()
    case = make_case(unit, story=STORIES[0][0], links=["https://facebook.com/groups/1/posts/88213?id=77"], handles=["@bad.actor"],
                     wants_woman=True, safe_to_contact="صرف صبح", wanted=["remove", "stop"])
    urgent = make_case(unit, story=STORIES[1][0], harm=Harm.SEXTORTION, age_now=15, language="en",
                       dangers=[Danger.LIFE, Danger.DEADLINE],
                       conflict="police")
    quiet = make_case(unit, story=STORIES[2][0], harm=Harm.IMPERSONATION)
    Case.objects.filter(pk=urgent.pk).update(due_at=timezone.now() - timedelta(minutes=12))
    Case.objects.filter(pk=quiet.pk).update(assignee=bilal, unread=False)
    for number in (1, 2):
        MediaHash.objects.create(case=case, number=number, pdq="f8f8f0cce0f4" + "0" * 48 + "9b30", quality=90,
                                 sha256=str(number) * 64,
                                 md5="0" * 32, at=timezone.now(), matched_at=timezone.now() if number == 1 else None)
    reporter_writes(case, "کیا وہ لوگ جان جائیں گے کہ رپورٹ میں نے کی ہے؟")
    reporter_consents(case, Consent.Act.ASK_PLATFORM, assent="میں اجازت دیتی ہوں")
    reporter_consents(case, Consent.Act.PASS_POLICE, Consent.Answer.NO)
    return live, ayesha, case


def enter(page: Page, base: str, member, *, language: str = "en", unlocked: bool = True) -> None:
    client = signed_in(member, language=language, unlocked=unlocked)
    page.context.add_cookies([{"name": name, "value": morsel.value, "url": base} for name, morsel in client.cookies.items()])


def keep(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_page_stands_in_both_languages_at_every_width(desk, open_page, language):
    base, ayesha, case = desk
    complaints: list[str] = []
    for unlocked in (True, False):
        page = open_page()
        enter(page, base, ayesha, language=language, unlocked=unlocked)
        paths = {"queue": "", "case": f"case/{case.ref}/"}
        if unlocked:
            paths |= {"view": "views/save/?child=on&assignee=nobody", "views": "views/", "keyboard": "keyboard/"}
        for name, path in paths.items():
            page.goto(f"{base}/desk/{path}")
            faults = look(page)
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 740})
                keep(page, f"{name}-{language}-{width}{'' if unlocked else '-locked'}")
            complaints += faults
    assert not complaints, "\n".join(complaints)


def test_the_queue_by_keyboard(desk, page):
    base, ayesha, case = desk
    enter(page, base, ayesha)
    page.goto(base + "/desk/")
    assert not page.locator(".bulk").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-count]").inner_text() == "1"
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/desk/case/**")
    assert page.locator("h1").is_visible()
    second = page.locator("h1").inner_text()
    page.keyboard.press("n")
    page.wait_for_function("before => document.querySelector('h1').innerText !== before", arg=second)
    page.keyboard.press("p")
    page.wait_for_function("before => document.querySelector('h1').innerText === before", arg=second)
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keyboard").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.wait_for_url("**/desk/?after=**")


def test_the_rest_of_the_menu_opens_by_keyboard_and_closes_when_its_reader_goes_on(desk, page):
    base, ayesha, _case = desk
    enter(page, base, ayesha)
    page.goto(f"{base}/desk/")
    summary, link = page.locator(".menu summary"), page.locator(".menu a").first
    summary.press("Enter")
    assert link.is_visible()
    link.press("Escape")
    assert not link.is_visible()
    assert summary.evaluate("each => each === document.activeElement")
    summary.press("Enter")
    page.locator("h1").click()
    assert not link.is_visible()
    page.goto(f"{base}{link.get_attribute('href')}")
    assert page.locator(".menu [aria-current]").count() == 1


def test_a_reply_goes_out_and_what_was_typed_survives_a_colleague(desk, page):
    base, ayesha, case = desk
    enter(page, base, ayesha)
    page.goto(f"{base}/desk/case/{case.ref}/")
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)                # a colleague was quicker
    page.locator("#move").get_by_text("In review", exact=False).first.click()
    page.get_by_role("button", name="Change status").click()
    assert page.locator("#trouble").is_visible()
    assert page.get_by_label("In review").is_checked()
    page.complaints.clear()                                                        # the browser notes the 409
    page.get_by_role("button", name="Change status").click()
    page.locator("details summary", has_text="Templates").click()
    page.get_by_role("button", name="Put it in the message").first.click()
    assert "قصور نہیں" in page.locator("#writeform_text").input_value()
    page.get_by_role("button", name="Send reply").click()
    page.wait_for_url("**#write")
    assert "قصور نہیں" in reporter_reads(case, Message.objects.get(author="staff"))


def test_without_javascript_a_ready_reply_joins_what_was_typed(desk, open_page):
    base, ayesha, case = desk
    page = open_page(javascript=False)
    enter(page, base, ayesha)
    page.goto(f"{base}/desk/case/{case.ref}/")
    page.locator("#writeform_text").fill("Assalam-o-alaikum.")
    page.locator("details summary", has_text="Templates").click()
    page.locator("button[name=use]").first.click()
    text = page.locator("#writeform_text").input_value()
    assert text.startswith("Assalam-o-alaikum.")
    assert "قصور نہیں" in text
    assert not Message.objects.filter(author="staff").exists()
