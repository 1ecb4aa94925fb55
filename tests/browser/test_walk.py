"""The whole path as one story, over the real pieces: PostgreSQL, Redis, a Celery worker, Chromium, and the platforms' own client.

A person reports in Urdu on a phone; a caseworker reads, decides and asks the platform; the platform pulls the fingerprints,
finds a copy and answers; the person reads it with the receipt code. Afterwards nothing that anybody typed lies in the clear.
"""
import email
import email.policy
import logging
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from PIL import Image
from playwright.sync_api import Page, expect

from cases.escalation import registry
from cases.escalation.models import Escalation
from cases.exchange.partners import add_partner
from cases.hashing import pdq
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import MediaHash
from cases.hashing.services import store
from cases.models import Case, Message
from cases.priority import Harm
from cases.units.services import join_unit, set_up_units
from cases.vault import custody
from portal.accounts.models import User
from tests.browser import leaks
from tests.browser.look import Watch, shoot
from tests.browser.reporter import Reporter
from tests.browser.sealing import Recorder
from tests.cases.exchange.test_stock_client import StockClient
from tests.cases.hashing.pictures import plasma
from tests.factories.cases import make_case, make_unit
from tests.factories.lists import second_yes
from tests.fixtures.browser import OpenPage
from tests.fixtures.jobs import Worker, wait_for
from tests.services import SERVICES

pytestmark = pytest.mark.postgres
EMAIL, PASSWORD, PASSPHRASE = "hina@ministry.example", "nine blue doors in Hunza", "a second, longer one for the vault"
REPLY = "ہم نے ٹک ٹاک کو لکھ دیا ہے۔ جرم وہ کر رہا ہے جو یہ کر رہا ہے، آپ نہیں۔"
NOTE = "Ask Zainab whether the uncle in Skardu is safe."
ANSWER = "شکریہ، اب وہ ویڈیو نظر نہیں آتی مگر کمنٹ باقی ہیں"
OUTSIDE = ("mail", "sms", "demo.json")      # what has left the building, and what a visitor of the demonstration is told


@dataclass
class Overheard:
    """What Redis was told and what the portal logged since the test began."""
    ear: leaks.Ear
    log: pytest.LogCaptureFixture


@pytest.fixture
def overheard(redis_server: None, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> Iterator[Overheard]:
    caplog.set_level(logging.INFO)
    ear = leaks.Ear(tmp_path)
    yield Overheard(ear, caplog)
    ear.heard()


@pytest.fixture
def office(live: str, celery_worker: Worker) -> Iterator[str]:
    """A ministry on its first day, with the worker's keys where the real worker looks for them."""
    for part in ("mail", "sms", "worker-keys"):
        shutil.rmtree(settings.DATA / part, ignore_errors=True)
    custody.new_worker_key()
    registry.seed()
    yield live
    shutil.rmtree(settings.WORKER_KEYS, ignore_errors=True)


@pytest.fixture
def hina(office: str) -> User:
    """Hired as an administrator hires: a password for the door, a passphrase of her own for the vault."""
    units = set_up_units()
    hina = User.objects.create_user(EMAIL, PASSWORD, name="Hina Baloch", role="caseworker", language="en")
    custody.new_staff_key(hina, PASSPHRASE)
    join_unit(unit=units["adults"], member=hina, by=None, is_woman=True, on_duty=True)
    for code, unit in units.items():
        custody.new_unit_key(unit, members=[hina] if code == "adults" else [], actor="system")
    return hina


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Harmless, made by code; the names say more than names should."""
    paths = [tmp_path / name for name in ("laila-hunza-2024.png", "wedding-of-farah.jpg")]
    for seed, path in enumerate(paths, start=5):
        plasma(np.random.default_rng(seed), 900, 700).save(path)
    return paths


def mails() -> list[email.message.EmailMessage]:
    """What the worker has sent so far, oldest first; the test mailbox is a directory of files."""
    found = []
    for path in sorted((settings.DATA / "mail").glob("*.log"), key=lambda each: each.stat().st_mtime):
        for part in path.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            if part.strip():
                found.append(email.message_from_bytes(part, policy=email.policy.default))
    return found


def mails_to(address: str) -> list[str]:
    """Subject and text of each."""
    return [f"{mail['subject']}\n{mail.get_content()}".strip() for mail in mails() if mail["to"] == address]


class Caseworker:
    """Hina at her desk, in English, 1280 px wide."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base

    def sign_in(self) -> None:
        page = self.page
        page.goto(f"{self.base}/desk/")
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Unlock the vault")
        page.get_by_label("passphrase").fill(PASSPHRASE)
        page.get_by_role("button", name="Unlock").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Queue")

    def open(self, case: Case, summary: str) -> None:
        row = self.page.get_by_role("row").filter(has_text=case.ref)
        expect(row).to_contain_text(summary[:40])
        row.get_by_role("link", name=case.ref).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(case.ref)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def take_and_answer(self) -> None:
        self.press("Take this case")
        expect(self.page.get_by_role("button", name="Take this case")).to_have_count(0)
        self.page.locator("#write").get_by_label("Message").fill(REPLY)
        self.press("Send reply")
        expect(self.page.locator("#timeline")).to_contain_text(REPLY)
        self.page.locator("#note").get_by_label("Note").fill(NOTE)
        self.press("Keep note")
        expect(self.page.locator("main")).to_contain_text(NOTE)

    def ask_platform(self, link: str) -> None:
        page = self.page
        page.get_by_role("link", name="Ask a platform to remove it").first.click()
        page.get_by_role("row").filter(has_text="TikTok").get_by_role("link", name="Legal notices by mail").click()
        expect(page.get_by_label("Where the content is")).to_have_value(re.compile(re.escape(link)))
        expect(page.get_by_label("Put the fingerprints on the list")).to_be_checked()
        self.press("Show what the platform will read")
        expect(page.locator("#preview")).to_contain_text(link)
        shoot(page, "walk-notice-en-1280")
        self.press("Send this notice")
        expect(page.get_by_role("status").filter(has_text="The notice is on its way.")).to_be_visible()


def test_from_the_report_to_the_answer(office: str, hina: User, pictures: list[Path], open_page: OpenPage, tmp_path: Path,
                                       overheard: Overheard):
    earlier = reported_before(pictures[0])
    stock = stock_client(office, tmp_path)
    phone, desk = open_page(width=360, height=740, locale="ur-PK"), open_page(width=1280)
    watches = [Watch(page, office) for page in (phone, desk)]
    noor, recorder = Reporter(phone, office), Recorder(phone)

    noor.report(*pictures)
    noor.left_nothing()
    noor.shoot("walk-done-ur-360")
    case = Case.objects.exclude(pk=earlier.pk).get()
    wait_for(lambda: MediaHash.objects.filter(case=case, matched_at__isnull=False).count() == 2)
    wait_for(lambda: len(mails_to(EMAIL)) == 1)                         # an urgent report for whoever is on duty
    sent = recorder.everything()
    assert not any(path.read_bytes()[2000:2064] in sent or path.stem.encode() in sent for path in pictures)

    worker = Caseworker(desk, office)
    worker.sign_in()
    worker.open(case, noor.story)
    for words in (noor.story, noor.who, noor.care, noor.link, noor.handle, earlier.ref):
        expect(desk.locator("main")).to_contain_text(words)
    worker.take_and_answer()
    shoot(desk, "walk-case-en-1280")
    noor.open_inbox()
    noor.reads("آپ کی رپورٹ پر کام ہو رہا ہے۔")
    expect(phone.locator(".letters")).to_contain_text(REPLY)
    worker.ask_platform(noor.link)

    escalation = Escalation.objects.get()
    wait_for(lambda: mails_to("legal@tiktok.com"))
    [notice] = mails_to("legal@tiktok.com")
    mine = list(MediaHash.objects.filter(case=case).order_by("number").values_list("pdq", flat=True))
    for part in (escalation.reference, noor.link, noor.handle, *mine):
        assert part in notice
    assert noor.story not in notice
    wait_for(lambda: mails_to(noor.address))
    assert [text.split("\n") for text in mails_to(noor.address)] == [["آپ کے لیے ایک پیغام ہے"] * 2]
    noor.open_inbox()
    noor.reads("ہم نے ٹک ٹاک سے مواد ہٹانے کو کہا ہے؛ اگلی جانچ")

    stock("fetch")
    assert stock.holds() == set(), "one person alone puts nothing on the list"
    second_yes(case)
    stock("fetch")
    assert stock.holds() == {value for one in MediaHash.objects.filter(case=case) for value in one.listed() if value}
    assert "(Mehfooz)" in stock("match", "photo", recompressed(pictures[0], tmp_path))
    stock.feedback(mine[0], "Blocked")
    wait_for(lambda: Escalation.objects.get().state == Escalation.State.ACTIONED)

    noor.open_inbox()
    noor.reads("ٹک ٹاک کے مطابق مواد ہٹا دیا گیا ہے؛ دوبارہ نظر آئے تو یہاں بتائیں۔")
    noor.shoot("walk-inbox-ur-360")
    noor.write(ANSWER)
    noor.left_nothing()
    wait_for(lambda: len(mails_to(EMAIL)) == 4)      # the report, the new browser, the platform's answer, the reporter's message
    desk.goto(f"{office}/desk/case/{case.ref}/")
    expect(desk.locator("main")).to_contain_text(ANSWER)
    expect(desk.locator("#escalations")).to_contain_text("Removed")
    assert [watch.faults for watch in watches] == [[], []]
    assert recorder.leaked(noor.code, typed=noor.typed) == set(), "what is typed leaves the phone sealed, in report and inbox"

    secrets = [*noor.typed, *leaks.of_code(noor.code), REPLY, NOTE, *(path.name for path in pictures), PASSWORD, PASSPHRASE]
    letters = mails_to(EMAIL)
    assert not [secret for secret in [*secrets, case.ref, "TikTok"] if any(secret in text for text in letters)]
    assert sum("/desk/" in text for text in letters) == 3                       # that of the new browser leads nowhere
    nowhere_in_the_clear(secrets, overheard=overheard, directory=tmp_path)


def test_the_same_report_and_inbox_without_javascript(office: str, hina: User, open_page: OpenPage, tmp_path: Path,
                                                      overheard: Overheard):
    phone = open_page(width=360, height=740, javascript=False)
    watch = Watch(phone, office)
    noor = Reporter(phone, office)
    noor.report()
    case = Case.objects.get()
    assert not MediaHash.objects.exists()
    noor.open_inbox()
    noor.reads("آپ کی رپورٹ مل گئی ہے؛ ابھی پڑھی نہیں گئی۔")
    noor.write(ANSWER)
    assert Message.objects.get(case=case).author == Message.Author.REPORTER
    noor.left_nothing()
    assert watch.faults == []
    nowhere_in_the_clear([*noor.typed, *leaks.of_code(noor.code)], overheard=overheard, directory=tmp_path)


def reported_before(picture: Path) -> Case:
    """Somebody else's case with a near copy of the picture: seven bits differ."""
    found = pdq.from_image(Image.open(picture))
    case = make_case(make_unit(), harm=Harm.INTIMATE_IMAGES)
    store(case=case, fingerprints=[Fingerprint(1, with_fewer_bits(found.hex, 7), 90, "a" * 64, "b" * 32)])
    wait_for(lambda: MediaHash.objects.get(case=case).matched_at)
    return case


def with_fewer_bits(value: str, count: int) -> str:
    """The fingerprint with the lowest `count` of its ones as zeros."""
    ones = [1 << place for place in range(256) if int(value, 16) >> place & 1]
    return f"{int(value, 16) - sum(ones[:count]):064x}"


def stock_client(base: str, home: Path) -> StockClient:
    _partner, keys = add_partner(name="TikTok", platform="tiktok")
    stock = StockClient(home, keys, f"{base}/exchange/stopncii/v1")
    stock("config", "collab", "edit", "stop_ncii", "--create", "Mehfooz")
    return stock


def recompressed(picture: Path, home: Path) -> Path:
    """As it comes back from a messenger: smaller and coarser."""
    path, original = home / "copy.jpg", Image.open(picture).convert("RGB")
    original.resize((original.width // 2, original.height // 2), Image.Resampling.LANCZOS).save(path, quality=40)
    return path


def nowhere_in_the_clear(secrets: list[str], *, overheard: Overheard, directory: Path) -> None:
    """In no database, broker, log or file. Each place must first show that a search there finds what is known to be there."""
    case = Case.objects.latest("opened_at")
    places = {
        "database": leaks.database_dump(str(connection.settings_dict["NAME"]), directory),
        "redis, all it heard": overheard.ear.heard(),
        "redis, what it keeps": leaks.redis_dump(),
        "the portal's log": overheard.log.text.encode(),
        **{str(path): raw for path, raw in leaks.files(SERVICES.directory, but=["pg", "var"]).items()},
        **{str(path): raw for path, raw in leaks.files(settings.DATA, but=OUTSIDE).items()},
    }
    assert leaks.found_in(places["database"], [case.ref, str(case.pk), bytes(case.answers).hex()])
    assert leaks.found_in(places["redis, all it heard"], ["notifications.send"])
    assert leaks.found_in(places[str(SERVICES.directory / "worker.log")], ["outbox"])
    leaked = {place: found for place, raw in places.items() if (found := leaks.found_in(raw, secrets))}
    assert not leaked
