"""The whole report in a real browser, in Urdu on a phone: without JavaScript, and with it and a picture."""
import os
import re
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from django.db import connection
from playwright.sync_api import Page, Response, expect

from bench.meter import fetch, weigh
from cases.escalation import registry
from cases.hashing.models import MediaHash
from cases.intake import receipts
from cases.models import Case
from cases.units.services import set_up_units
from cases.vault import custody
from tests.browser.reporter import fits, heading, press, tick
from tests.fixtures.browser import OpenPage

STORY = "وہ میری تصویریں سب کو بھیجنے کی دھمکی دے رہا ہے"
TYPED = [STORY, "example.com/post/77", "@badboy77", "میرا پرانا دوست", "مجھے منظور ہے", "03001234567", "3001234567"]


@pytest.fixture
def ready(live: str, tmp_path: Path, settings) -> str:
    """A portal that can seal: units and worker have keys, and the platforms are known."""
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    custody.new_worker_key()
    for unit in set_up_units().values():
        custody.new_unit_key(unit, members=[], actor="system")
    registry.seed()
    return live


def fill_in(page: Page, url: str, shot: "Shots", picture: Path | None = None) -> str:
    """From the first page to the last; returns the receipt code."""
    page.goto(f"{url}/ur/report/")
    shot(page, "1-who")
    tick(page, "وہ ایک مقررہ وقت تک پیسے یا تصاویر مانگ رہے ہیں")
    tick(page, "میرے ساتھ")
    page.get_by_label("اس شخص کی عمر اب کتنی ہے؟").fill("۲۴")
    press(page, "آگے بڑھیں")
    heading(page, "کیا ہو رہا ہے")
    expect(page.get_by_text("آپ نے خطرے کا بتایا ہے")).to_be_visible()
    shot(page, "2-what")
    tick(page, "کوئی تصاویر یا ویڈیو پھیلانے کی دھمکی دے رہا ہے")
    press(page, "آگے بڑھیں")
    heading(page, "تصاویر آپ ہی کے پاس رہیں گی")
    if picture:
        expect(page.locator("[data-pictures]")).to_be_visible()              # the script is at work
        page.locator("input[type=file]").set_input_files(picture)
        expect(page.get_by_text("فنگر پرنٹ تیار ہے").first).to_be_visible()
    shot(page, "3-pictures")
    press(page, "آگے بڑھیں")
    heading(page, "کہاں ہے اور کیا ہوا")
    tick(page, "انسٹاگرام")
    page.get_by_label("اس کے لنک").fill("https://example.com/post/77")
    page.get_by_label("اکاؤنٹ یا نمبر جو یہ کر رہے ہیں").fill("@badboy77")
    page.get_by_label("کیا ہوا؟").fill(STORY)
    page.get_by_label("کیا آپ کو معلوم ہے کہ یہ کون کر رہا ہے؟").fill("میرا پرانا دوست")
    shot(page, "4-story")
    press(page, "آگے بڑھیں")
    heading(page, "ہمیں کیا کرنے کی اجازت ہے")
    ask = page.get_by_role("group", name="کیا ہم وزارت کی طرف سے پلیٹ فارم کو اسے ہٹانے کا کہہ سکتے ہیں؟")
    ask.get_by_label("ہاں", exact=True).check()
    press(page, "آگے بڑھیں")
    expect(page.locator("#error-summary")).to_be_visible()           # the words of consent are missing
    shot(page, "5-consent-error")
    page.get_by_label("اگر ہاں: لکھیں «مجھے منظور ہے»").fill("مجھے منظور ہے")
    tick(page, "ایس ایم ایس سے")
    page.get_by_label("موبائل نمبر یا ای میل پتہ").fill("۰۳۰۰۱۲۳۴۵۶۷")
    press(page, "آگے بڑھیں")
    heading(page, "اپنے جواب دیکھ لیں")
    expect(page.get_by_text(STORY)).to_be_visible()
    shot(page, "6-check")
    press(page, "سب ٹھیک ہے: میرا رسید نمبر دکھائیں")
    heading(page, "بھیجنے سے پہلے: آپ کا رسید نمبر")
    groups = page.locator("#code span").all_inner_texts()
    assert [len(group) for group in groups] == [4] * 5
    shot(page, "7-receipt")
    assert not Case.objects.exists()
    page.get_by_label("رسید نمبر کے آخری چار ہندسے لکھیں").fill(groups[-1])
    press(page, "بھیجیں")
    heading(page, "آپ کی رپورٹ ہمیں مل گئی")
    assert page.locator("#code span").all_inner_texts() == groups
    shot(page, "8-done")
    return "".join(groups)


class Shots:
    """A look at each page: it fits the phone; with SHOTS=directory it is also kept for a person to see."""

    def __init__(self, directory: str, name: str) -> None:
        self.directory, self.name = directory, name

    def __call__(self, page: Page, step: str) -> None:
        fits(page)
        if self.directory:
            page.screenshot(path=f"{self.directory}/{self.name}-{step}.png", full_page=True)


def rows() -> Iterator[str]:
    """Every cell of every table, as a thief of the database file reads it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield from (bytes(cell).decode("utf-8", "ignore") if isinstance(cell, bytes | memoryview) else str(cell)
                            for cell in row)


def nothing_in_the_clear(code: str) -> None:
    stored = "\n".join(rows())
    for secret in [*TYPED, code, " ".join(code[at:at + 4] for at in range(0, 20, 4)), "holiday-at-the-lake"]:
        assert secret not in stored


@pytest.mark.parametrize("javascript", [False, True], ids=["plain", "script"])
def test_a_report_in_urdu_on_a_phone(ready: str, open_page: OpenPage, picture: Path, javascript: bool):
    posted: list[bytes] = []
    page = open_page(width=360, height=740, javascript=javascript)
    page.on("request", lambda request: posted.append(request.post_data_buffer or b""))
    code = fill_in(page, ready, Shots(os.environ.get("SHOTS", ""), "script" if javascript else "plain"),
                   picture if javascript else None)
    case = Case.objects.get()
    assert (case.unit.code, case.platforms, case.language) == ("adults", ["instagram"], "ur")
    assert MediaHash.objects.count() == (1 if javascript else 0)
    assert receipts.find(receipts.derive(code)).receipt.case == case
    nothing_in_the_clear(code)
    assert not page.context.cookies()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    raw = picture.read_bytes()
    assert not any(raw[100:160] in body or b"holiday" in body for body in posted)


def test_back_and_the_other_language_without_javascript(ready: str, open_page: OpenPage):
    page = open_page(width=360, height=740, javascript=False)
    page.goto(f"{ready}/ur/report/")
    tick(page, "میرے ساتھ")
    page.get_by_label("اس شخص کی عمر اب کتنی ہے؟").fill("24")
    press(page, "English")
    expect(page.get_by_label("How old is that person now?")).to_have_value("24")
    page.get_by_label("How old is that person now?").press("Enter")               # Enter presses Continue, not English or Back
    heading(page, "What is happening")
    tick(page, "Money fraud, a fake shop, a loan app")
    press(page, "Continue")
    heading(page, "Somebody else can help you with this")
    press(page, "Back")
    press(page, "Back")
    expect(page.get_by_label("How old is that person now?")).to_have_value("24")
    assert not Case.objects.exists()


# What makes fingerprints is fetched while the reader reads, and weighed by itself and with all else of that step (docs/adr/0012).
LATER = "(chosen|hash-worker|headers|pdq|variants|digests|video)[.]"
LOADED = f"""performance.getEntriesByType('resource').filter(one => !/{LATER}/.test(one.name))
             .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
NAMES = ["who", "what", "pictures", "story", "consent", "check", "receipt"]
CHOICES = ("[name=relation][value=me]", "[name=harm][value=sextortion]", "[name=kept]")
COMES = {"what": "js/vault/sealing", "receipt": "js/vault/argon2-worker"}
LIMIT_KB, LATER_KB, STEP_KB = 15, 12.5, 27.5           # what a step needs; what may come in useful; both


def go_through(page: Page, url: str) -> Iterator[str]:
    """Each step of an empty draft, when it and all that it loads is there."""
    page.goto(url)
    while (name := page.locator("input[name=page]").input_value()) != "done":
        page.wait_for_load_state("networkidle")
        assert page.evaluate("performance.getEntriesByType('resource').every(one => one.name.startsWith(location.origin))")
        yield name
        for choice in CHOICES:
            if page.locator(choice).count():
                page.locator(choice).check()
        page.locator("main .actions button[name=act]").last.click()
        expect(page.locator("input[name=page]")).not_to_have_value(name)


@pytest.mark.window
@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_first_load_of_each_step_is_light(ready: str, open_page: OpenPage, language: str):
    """At most 15 KB with brotli, where the server seals: the page, its style sheets, scripts and icon.

    The meter is that of `./mehfooz bench`; it must count what Chromium received.
    """
    page = open_page(width=360, height=740)
    page.add_init_script("delete self.WebAssembly")
    weights: dict[str, float] = {}
    for name in go_through(page, f"{ready}/{language}/report/"):
        html = page.content().encode()
        weights[name] = weigh(page.url, html)
        loaded = weights[name] - len(brotli.compress(html)) / 1024
        assert loaded == pytest.approx(page.evaluate(LOADED) / 1024, abs=0.1), "the meter has missed something"
    assert list(weights) == NAMES
    assert max(weights.values()) <= LIMIT_KB, weights


def content(response: Response) -> bytes:
    """Of a file as the server gives it: Chromium does not always show us what a worker was given."""
    return fetch(response.url) if response.request.method == "GET" else response.body()


@pytest.mark.parametrize("language", ["en", "ur"])
def test_what_each_step_adds_is_light_where_the_browser_seals(ready: str, open_page: OpenPage, language: str):
    """With an empty cache: everything that arrives between one step and the next, each part with brotli 11. What is fetched ahead
    of need is asked for when the step is there and the browser idle, on the step that may need it and on no other."""
    page, arrived = open_page(width=360, height=740), []
    page.on("response", lambda response: arrived.append(response))
    weights, later = dict.fromkeys(NAMES, 0.0), dict.fromkeys(NAMES, 0.0)
    for name in go_through(page, f"{ready}/{language}/report/"):
        for _ in range(100):                            # the vault comes while the reader is at "what", the worker at "receipt"
            if any(COMES.get(name, "") in response.url for response in arrived or [page]):
                break
            page.wait_for_timeout(200)
        page.wait_for_timeout(500)
        sizes = {response.url: len(brotli.compress(content(response), quality=11)) / 1024 for response in arrived}
        ahead = [bool(re.search(LATER, url)) for url in sizes]
        assert ahead == sorted(ahead), f"{name}: fetched ahead of what the step needs"
        later[name] = sum(size for url, size in sizes.items() if re.search(LATER, url))
        weights[name] = sum(sizes.values()) - later[name]
        arrived.clear()
    assert weights["story"] == weights["consent"] == weights["check"] == 0
    assert all(0 < weights[name] <= LIMIT_KB for name in ("who", "what", "pictures", "receipt")), weights
    assert 0 < later["pictures"] == sum(later.values()) <= LATER_KB, later
    assert weights["pictures"] + later["pictures"] <= STEP_KB
    if os.environ.get("SHOTS"):
        print(weights, later)  # noqa: T201
