"""A person who reports in Urdu on a phone: what they type, and the pages they go through."""
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.look import shoot


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def tick(page: Page, name: str) -> None:
    page.get_by_label(name, exact=True).check()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def fits(page: Page) -> None:
    """No sideways scroll, and Urdu runs from the right."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"


@dataclass
class Reporter:
    """One who lives through it. `typed` is all that must never be found in the clear."""
    page: Page
    base: str
    story: str = "میری سابقہ منگنی کی نجی تصویریں اس نے ٹک ٹاک پر ڈال دی ہیں"
    link: str = "https://www.tiktok.com/@darkmoon.laila/video/7300012345678901234"
    handle: str = "@darkmoon.laila"
    who: str = "سابق منگیتر دانیال گلگتی"
    care: str = "بھائی میرا فون دیکھتا ہے، شام کو نہ لکھیں"
    address: str = "noor.kiran.1187@example.net"
    code: str = ""
    written: list[str] = field(default_factory=list)

    @property
    def typed(self) -> list[str]:
        bare = self.link.removeprefix("https://")
        return [self.story, self.link, bare, self.handle, self.who, self.care, self.address, *self.written]

    def report(self, *pictures: Path) -> None:
        """From the first page to the last; afterwards `code` is known."""
        page = self.page
        page.goto(f"{self.base}/ur/report/")
        tick(page, "وہ ایک مقررہ وقت تک پیسے یا تصاویر مانگ رہے ہیں")
        tick(page, "میرے ساتھ")
        page.get_by_label("اس شخص کی عمر اب کتنی ہے؟").fill("۲۴")
        press(page, "آگے بڑھیں")
        heading(page, "کیا ہو رہا ہے")
        expect(page.get_by_text("آپ نے خطرے کا بتایا ہے")).to_be_visible()
        tick(page, "نجی تصاویر یا ویڈیو بغیر اجازت پھیلائی گئیں")
        press(page, "آگے بڑھیں")
        self.choose(*pictures)
        self.tell()
        self.agree(share=bool(pictures))
        self.check_and_send()

    def choose(self, *pictures: Path) -> None:
        heading(self.page, "تصاویر آپ ہی کے پاس رہیں گی")
        if pictures:
            expect(self.page.locator("[data-pictures]")).to_be_visible()      # as for a person: chosen once the script listens
            self.page.locator("input[type=file]").set_input_files(pictures)
            ready = self.page.locator(".files li").filter(has_text="فنگر پرنٹ تیار ہے")
            expect(ready).to_have_count(len(pictures))
        press(self.page, "آگے بڑھیں")

    def tell(self) -> None:
        page = self.page
        heading(page, "کہاں ہے اور کیا ہوا")
        tick(page, "ٹک ٹاک")
        page.get_by_label("اس کے لنک").fill(self.link)
        page.get_by_label("اکاؤنٹ یا نمبر جو یہ کر رہے ہیں").fill(self.handle)
        page.get_by_label("کیا ہوا؟").fill(self.story)
        page.get_by_label("کیا آپ کو معلوم ہے کہ یہ کون کر رہا ہے؟").fill(self.who)
        tick(page, "اسے انٹرنیٹ سے ہٹایا جائے")
        press(page, "آگے بڑھیں")

    def agree(self, *, share: bool) -> None:
        page = self.page
        heading(page, "ہمیں کیا کرنے کی اجازت ہے")
        if share:
            self.say_yes("کیا ہم فنگر پرنٹ پلیٹ فارموں کو دے سکتے ہیں؟")
        self.say_yes("کیا ہم وزارت کی طرف سے پلیٹ فارم کو اسے ہٹانے کا کہہ سکتے ہیں؟")
        page.get_by_label("اگر ہاں: لکھیں «مجھے منظور ہے»").fill("مجھے منظور ہے")
        tick(page, "ای میل سے")
        page.get_by_label("موبائل نمبر یا ای میل پتہ").fill(self.address)
        page.get_by_label("آپ کو لکھتے وقت ہم کس بات کا خیال رکھیں؟").fill(self.care)
        press(page, "آگے بڑھیں")

    def say_yes(self, question: str) -> None:
        self.page.get_by_role("group", name=question).get_by_label("ہاں", exact=True).check()

    def check_and_send(self) -> None:
        page = self.page
        heading(page, "اپنے جواب دیکھ لیں")
        expect(page.get_by_text(self.story)).to_be_visible()
        press(page, "سب ٹھیک ہے: میرا رسید نمبر دکھائیں")
        heading(page, "بھیجنے سے پہلے: آپ کا رسید نمبر")
        groups = page.locator("#code span").all_inner_texts()
        assert [len(group) for group in groups] == [4] * 5
        page.get_by_label("رسید نمبر کے آخری چار ہندسے لکھیں").fill(groups[-1])
        press(page, "بھیجیں")
        heading(page, "آپ کی رپورٹ ہمیں مل گئی")
        assert page.locator("#code span").all_inner_texts() == groups
        self.code = "".join(groups)

    def open_inbox(self) -> None:
        self.page.goto(f"{self.base}/ur/inbox/")
        self.page.get_by_label("آپ کا رسید نمبر").fill(self.code)
        press(self.page, "کھولیں")
        heading(self.page, "آپ کی رپورٹ")
        fits(self.page)

    def reads(self, words: str) -> None:
        expect(self.page.locator(".said")).to_contain_text(words)

    def write(self, text: str) -> None:
        self.written.append(text)
        self.page.get_by_label("ہمیں لکھیں").fill(text)
        press(self.page, "پیغام بھیجیں")
        expect(self.page.get_by_text(text)).to_be_visible()

    def left_nothing(self) -> None:
        """Neither a cookie nor anything stored."""
        assert self.page.context.cookies() == []

    def shoot(self, name: str) -> None:
        shoot(self.page, name)
