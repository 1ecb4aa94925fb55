"""A person whose browser seals the report, in either language: what they type, and a recorder of all that leaves the phone."""
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_plus

from playwright.sync_api import Page, Request, expect

from tests.browser import leaks

STORY = "وہ میری تصویریں سب کو بھیجنے کی دھمکی دے رہا ہے۔ It began at the lake in Hunza."
TYPED = {"story": STORY, "links": "https://example.com/post/77\ninstagram.com/p/2", "handles": "@badboy77\n0300-7654321",
         "who_does_it": "میرا پرانا دوست دانیال", "platform_other": "a forum called Neelum"}
AGREED = {"assent": "مجھے منظور ہے I agree", "address": "noor.kiran.1187@example.net", "safe_to_contact": "رات کو نہیں، بھائی"}
PARTS = [STORY, "lake in Hunza", "example.com/post/77", "instagram.com/p/2", "@badboy77", "badboy77", "7654321", "دانیال",
         "Neelum", "مجھے منظور", "I agree", "noor.kiran", "example.net", "بھائی"]


class Recorder:
    """Every request of a page: address, headers and body, as one thing to search."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        page.on("request", lambda request: self.requests.append(request))

    @property
    def posts(self) -> list[str]:
        return [request.url.split("/", 3)[3] for request in self.requests if request.method == "POST"]

    def everything(self) -> bytes:
        parts: list[bytes] = []
        for request in self.requests:
            body = request.post_data_buffer or b""
            parts += [request.url.encode(), unquote_plus(request.url).encode(), body,
                      unquote_plus(body.decode("utf-8", "replace")).encode(),
                      *(f"{name}: {value}".encode() for name, value in request.headers.items())]
        return b"\n".join(parts)

    def leaked(self, *code: str, typed: Iterable[str] = PARTS) -> set[str]:
        """What of the typed words and the receipt code left the phone in any spelling."""
        return leaks.found_in(self.everything(), [*typed, *(way for each in code for way in leaks.of_code(each))])


@dataclass
class Person:
    page: Page
    base: str
    language: str = "en"
    code: str = ""
    steps: list[str] = field(default_factory=list)

    def at(self, name: str) -> None:
        expect(self.page.locator("#report input[name=page]")).to_have_value(name)
        self.page.wait_for_load_state()                 # a page of the server: its script is at work

    def choose(self, **answers: str) -> None:
        for name, value in answers.items():
            self.page.locator(f"[name={name}][value='{value}']").check()

    def write(self, typed: dict[str, str]) -> None:
        for name, words in typed.items():
            self.page.locator(f"[name={name}]").fill(words)

    def on(self, to: str = "") -> None:
        """The page's own way on; then the step named is there."""
        self.page.locator("main .actions button[name=act]").last.click()
        if to:
            self.at(to)

    def back(self, to: str) -> None:
        self.page.locator("main button.back[value=back]").click()
        self.at(to)

    def begin(self, **who: str) -> None:
        self.page.goto(f"{self.base}/{self.language}/report/")
        self.choose(relation="me", dangers="deadline")
        self.page.locator("[name=age_now]").fill("۲۴")
        self.on("what")
        self.choose(**{"harm": "intimate_images", **who})

    def to_consent(self, *pictures: Path) -> None:
        self.begin()
        self.on("pictures")
        if pictures:
            self.page.locator("input[type=file]").set_input_files(pictures)
            expect(self.page.locator(".files .ok")).to_have_count(len(pictures))
        self.on("story")
        self.choose(platforms="instagram", wanted="remove")
        self.write(TYPED)
        self.on("consent")

    def to_check(self, *pictures: Path) -> None:
        self.to_consent(*pictures)
        if pictures:
            self.choose(share_hashes="yes")
        self.choose(ask_platform="yes", contact="email", hours="9-12")
        self.write(AGREED)
        self.on("check")

    def to_receipt(self, *pictures: Path) -> None:
        self.to_check(*pictures)
        self.on("receipt")
        self.read_code()

    def read_code(self) -> None:
        expect(self.page.locator("#code span")).to_have_count(5)
        self.code = "".join(self.page.locator("#code span").all_inner_texts())

    def send(self, to: str = "done") -> None:
        self.page.locator("[name=typed]").fill(self.code[-4:])
        self.on(to)

    def said(self, text: str) -> None:
        expect(self.page.locator("main .note[role=alert]")).to_contain_text(text)
