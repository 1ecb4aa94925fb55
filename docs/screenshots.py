"""Makes the pictures of README.md and docs/guide/ from a demonstration of its own: `./mehfooz screenshots`.

Sizes are fixed; what they show is made up (portal/demonstration). Each picture has at most 128 colours, so that the guides
stay light.
"""
import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).with_name("img")
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
LIMIT = 150 * 1024                                  # bytes
# the first picture of the demonstration's second report (portal/demonstration/cases.py)
DEMONSTRATED = "b197958dd1743ca7f531113c99d164427d6fad42a8408d3ef597cd726e48107e"
SOUGHT = {"en": "group", "ur": "پیسے"}               # stands in some of its reports
STARTS_WITHIN = 180                                 # seconds
LOOKED_AT_WITHIN = 15                               # seconds; the worker looks at a file


@contextlib.contextmanager
def demonstration(data: Path) -> Iterator[str]:
    """The portal as `./mehfooz run` starts it, on a port of its own; stopped as Ctrl-C does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "portal.serve"], stdout=subprocess.DEVNULL,
                               env={**os.environ, "MEHFOOZ_DATA": str(data), "PORT": str(port)})
    try:
        give_up = time.monotonic() + STARTS_WITHIN
        while not serves(f"http://127.0.0.1:{port}/healthz"):
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError("the demonstration did not start")
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def serves(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  loopback
            return bool(answer.status == 200)
    except OSError:
        return False


class Camera:
    """Opens pages of one demonstration in one language and keeps what they look like."""

    def __init__(self, browser: Browser, base: str, language: str, accounts: dict[str, dict[str, str]]) -> None:
        self.browser, self.base, self.language, self.accounts = browser, base, language, accounts

    def keep(self, page: Page, name: str) -> None:
        """The part of the page that is in view."""
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        path = PICTURES / f"{name}-{self.language}.png"
        shot.save(path, optimize=True)
        if path.stat().st_size > LIMIT:
            raise RuntimeError(f"{path.name} is larger than {LIMIT} bytes")

    def phone(self) -> Page:
        return self.browser.new_page(viewport=PHONE, device_scale_factor=1.5)

    def signed_in(self, account: str) -> Page:
        page = self.browser.new_page(viewport=DESK)
        page.goto(f"{self.base}/desk/sign-in/")
        page.locator("input[type=email]").fill(self.accounts[account]["email"])
        page.locator("input[type=password]").fill(self.accounts[account]["password"])
        with page.expect_navigation():
            page.locator("main form .btn").click()
        change = page.locator(f"header button[name=language][value={self.language}]")
        if change.count():
            with page.expect_navigation():
                change.click()
        return page


def next_page(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main .actions button[name=act]").last.click()


def of_the_report(camera: Camera) -> None:
    """The first step, pictures, and the receipt code."""
    page = camera.phone()
    page.goto(f"{camera.base}/{camera.language}/report/")
    camera.keep(page, "report")
    page.locator("[name=relation][value=me]").check()
    page.locator("[name=age_now]").fill("24")
    next_page(page)
    page.locator("[name=harm][value=sextortion]").check()
    next_page(page)
    camera.keep(page, "pictures")
    for _step in ("pictures", "story", "consent", "check"):
        next_page(page)
    camera.keep(page, "receipt")


def drawn() -> bytes:
    """A file to send, with nothing in it."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((540, 960)).save(out, "PNG")
    return out.getvalue()


def of_the_screenshots(camera: Camera) -> None:
    """Where they are chosen, and what the inbox says of them."""
    page = camera.phone()
    page.goto(f"{camera.base}/{camera.language}/report/")
    page.locator("[name=relation][value=me]").check()
    page.locator("[name=age_now]").fill("24")
    next_page(page)
    page.locator("[name=harm][value=impersonation]").check()
    for _step in ("what", "pictures", "story", "consent", "check"):
        next_page(page)
    code = "".join(page.locator("#code span").all_inner_texts())
    page.locator("[name=kept]").check()
    next_page(page)
    page.locator("button[form=files]").click()
    page.locator("#file").wait_for()
    camera.keep(page, "files")
    page.locator("#file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": drawn()})
    page.locator(".files .ok").wait_for()
    time.sleep(LOOKED_AT_WITHIN)
    page.goto(f"{camera.base}/{camera.language}/inbox/")
    page.locator("#id_code").fill(code)
    page.locator("button[value=open]").click()
    page.locator("main .files").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('main .files').previousElementSibling.scrollIntoView()")
    camera.keep(page, "files-inbox")


def of_the_desk(camera: Camera) -> None:
    """Queue, a case, and its notice, as a supervisor of all units sees them."""
    page = camera.signed_in("nadia")
    page.goto(f"{camera.base}/desk/")
    camera.keep(page, "queue")
    page.goto(f"{camera.base}/desk/?status=in_review&harm=intimate_images")
    case = page.locator(".ref").first.get_attribute("href")
    page.goto(f"{camera.base}{case}")
    camera.keep(page, "case")
    page.locator("#move").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#move').scrollIntoView()")
    camera.keep(page, "next-step")
    page.goto(f"{camera.base}{case}escalate/")
    with page.expect_navigation():
        page.locator("main table a").first.click()
    camera.keep(page, "notice")


def of_the_first_day(camera: Camera) -> None:
    """The walk of a newcomer who has looked at one case."""
    page = camera.signed_in("maryam")
    page.goto(f"{camera.base}/desk/first-day/")
    with page.expect_navigation():
        page.locator("main form .btn").click()
    page.locator("main ol a").first.click()
    page.locator("#move").wait_for()
    page.goto(f"{camera.base}/desk/first-day/")
    camera.keep(page, "first-day")


def of_the_search(camera: Camera) -> None:
    """Words found in what was written."""
    page = camera.signed_in("nadia")
    page.goto(f"{camera.base}/desk/search/")
    page.locator("main input[type=search]").fill(SOUGHT[camera.language])
    page.locator("main form .btn").first.click()
    page.locator("#hits mark").first.wait_for()
    camera.keep(page, "search")


def of_a_file(camera: Camera) -> None:
    """A screenshot as it is first seen."""
    page = camera.signed_in("nadia")
    page.goto(f"{camera.base}/desk/?status=in_review&harm=intimate_images")
    for case in page.locator(".ref").evaluate_all("links => links.map(link => link.getAttribute('href'))"):
        page.goto(f"{camera.base}{case}")
        files = page.locator("#evidence a[href*='/evidence/']")
        if files.count():
            page.goto(f"{camera.base}{files.first.get_attribute('href')}")
            page.locator(".evidence img").wait_for()
            return camera.keep(page, "evidence")
    raise RuntimeError("no case in review has a file")


def of_matches(camera: Camera) -> None:
    """A question of another unit, and a search for what stands on a list of others."""
    page = camera.signed_in("nadia")
    page.goto(f"{camera.base}/desk/questions/")
    page.goto(camera.base + str(page.locator("main .plainlist a").first.get_attribute("href")))
    camera.keep(page, "question")
    page.goto(camera.base + str(page.locator("main dl a").first.get_attribute("href")))
    page.locator("main table a").first.scroll_into_view_if_needed()
    page.evaluate("document.querySelector('main table').closest('section').scrollIntoView()")
    camera.keep(page, "match")
    page.goto(f"{camera.base}/desk/hashes/")
    page.locator("textarea").fill(DEMONSTRATED)
    with page.expect_navigation():
        page.locator("main form .actions .btn").click()
    camera.keep(page, "hashes")


def of_the_administrator(camera: Camera) -> None:
    """Who works here, and inviting somebody."""
    page = camera.signed_in("admin")
    page.goto(f"{camera.base}/desk/people/")
    camera.keep(page, "people")
    page.goto(f"{camera.base}/desk/people/invite/")
    camera.keep(page, "invite")


def of_the_liaison(camera: Camera) -> None:
    page = camera.signed_in("liaison")
    camera.keep(page, "partner")
    with page.expect_navigation():
        page.locator("main .traces a").first.click()
    camera.keep(page, "partner-notice")


def of_the_auditor(camera: Camera) -> None:
    """The log, as far as somebody read something."""
    page = camera.signed_in("auditor")
    page.goto(f"{camera.base}/desk/audit/?kind=reads")
    camera.keep(page, "audit")


def of_the_end(camera: Camera) -> None:
    """Cases whose time is over, and the analyst's figures."""
    page = camera.signed_in("nadia")
    page.goto(f"{camera.base}/desk/retention/")
    camera.keep(page, "retention")
    page = camera.signed_in("analyst")
    page.goto(f"{camera.base}/desk/figures/")
    camera.keep(page, "figures")


def of_the_editor(camera: Camera) -> None:
    """The overview, and an article, whose two languages stand on one page. Wagtail's own words are English."""
    page = camera.signed_in("editor")
    page.goto(f"{camera.base}/cms/")
    page.wait_for_load_state("networkidle")
    camera.keep(page, "editor-home")
    page.goto(f"{camera.base}/cms/reports/site-history/")
    article = page.locator("main a[href^='/cms/pages/']").first.get_attribute("href")
    page.goto(f"{camera.base}{article}")
    page.wait_for_load_state("networkidle")
    camera.keep(page, "editor-article")


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as data, demonstration(Path(data)) as base, sync_playwright() as playwright:
        facts = json.loads((Path(data) / "demo.json").read_text())
        accounts = {each["email"].partition("@")[0]: each for each in facts["accounts"]}
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        for language in ("en", "ur"):
            camera = Camera(browser, base, language, accounts)
            of_the_report(camera)
            of_the_screenshots(camera)
            of_the_desk(camera)
            of_the_first_day(camera)
            of_the_search(camera)
            of_a_file(camera)
            of_matches(camera)
            of_the_end(camera)
            of_the_administrator(camera)
            of_the_liaison(camera)
            of_the_auditor(camera)
        of_the_editor(Camera(browser, base, "en", accounts))
        browser.close()


if __name__ == "__main__":
    main()
