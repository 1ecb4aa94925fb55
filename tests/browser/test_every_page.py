"""Every page that this suite can reach, looked at in both languages: widths, large text, forced colours, axe, our own rules.

Footer and advice pages have tests of their own. With SHOTS=directory each page is kept at 360 and 1280 px for a person to see.
"""
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.coordination import seats
from cases.coordination.models import Body
from cases.escalation import registry, services as escalation
from cases.escalation.models import Channel, Escalation, Ladder, Platform
from cases.escalation.notices import Notice
from cases.exchange.partners import add_partner
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import Benign, ListEntry
from cases.hashing.services import match, store
from cases.models import Case, Consent
from cases.priority import Danger, Harm
from cases.referral.models import Referral
from cases.retention import services as retention
from cases.retention.models import Disposal, Hold
from cases.services import assign, change_status
from cases.triage import fulltext
from cases.triage.services import set_up_replies
from cases.units.services import set_up_units
from cases.vault import custody, receipt as codes
from cases.vault.turnstile import derive
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from portal.demonstration.past import tally_months
from tests.browser.look import Watch, look, shoot
from tests.cases.intake.reporter import give_receipt, staff_writes
from tests.factories.cases import make_case, make_liaison, make_member, make_unit, reporter_consents, reporter_writes, signed_in
from tests.factories.figures import make_edition
from tests.fixtures.browser import OpenPage

LANGUAGES = pytest.mark.parametrize("language", ["en", "ur"])
STORY = "وہ کہتا ہے کہ میری تصویریں میرے گھر والوں کو بھیج دے گا۔ Profile: darkmoon, 2 posts."
LINK = "https://www.tiktok.com/@darkmoon.laila/video/7300012345678901234?lang=ur-PK&is_from_webapp=1&sender_device=pc"


class Eye:
    """Looks at the page that is open and gathers what is wrong with it, so that one run tells all."""

    def __init__(self, page: Page, base: str, language: str) -> None:
        self.page, self.base, self.language = page, base, language
        self.watch = Watch(page, base)
        self.faults: list[str] = []

    def __call__(self, name: str) -> None:
        self.faults += [f"{name}: {fault}" for fault in look(self.page)]
        before = self.page.viewport_size or {}
        for width in (360, 1280):
            self.page.set_viewport_size({"width": width, "height": 740})
            shoot(self.page, f"{name}-{self.language}-{width}")
        self.page.set_viewport_size({"width": before["width"], "height": before["height"]})

    def goto(self, path: str) -> None:
        self.page.goto(self.base + path)

    def verdict(self) -> None:
        expected = ("the server responded with a status of 4",)           # a refused form answers 400; Chromium notes that
        self.page.complaints[:] = [words for words in self.page.complaints if not any(each in words for each in expected)]
        faults = [words for words in self.watch.faults if not any(each in words for each in expected)]
        assert not [*self.faults, *faults], "\n".join([*self.faults, *faults])


@pytest.fixture
def eye(live: str, open_page: OpenPage) -> Callable[..., Eye]:
    def new(language: str, member: User | None = None, *, unlocked: bool = True) -> Eye:
        page = open_page(width=360, height=740)
        if member:
            cookies = signed_in(member, language=language, unlocked=unlocked).cookies.items()
            page.context.add_cookies([{"name": name, "value": morsel.value, "url": live} for name, morsel in cookies])
        return Eye(page, live, language)
    return new


@pytest.fixture
def house(live: str, tmp_path: Path, settings: LazySettings) -> None:
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    custody.new_worker_key()
    for unit in set_up_units().values():
        custody.new_unit_key(unit, members=[], actor="system")
    registry.seed()


def tick(page: Page, **choices: str) -> None:
    for name, value in choices.items():
        page.locator(f"[name={name}][value='{value}']").check()


def click(page: Page, selector: str) -> None:
    """Press what leads to another page, and wait for that page."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def press_on(page: Page) -> None:
    """The page's own way on: the last button of its actions."""
    click(page, "main .actions button[name=act] >> nth=-1")


@LANGUAGES
def test_every_step_of_the_report(house: None, eye: Callable[..., Eye], language: str, tmp_path: Path) -> None:
    see = eye(language)
    page = see.page
    page.add_init_script("delete self.WebAssembly")         # the server's own pages; the browser's: test_sealed_report.py
    see.goto(f"/{language}/report/")
    see("report-1-who")
    page.locator("[name=age_now]").fill("abc")
    press_on(page)
    expect(page.locator("#error-summary")).to_be_visible()
    see("report-1-who-error")
    tick(page, dangers="life", relation="me")
    page.locator("[name=age_now]").fill("24")
    press_on(page)
    see("report-2-what")
    press_on(page)
    see("report-2-what-error")
    tick(page, harm="not_us_speech")
    press_on(page)
    see("report-elsewhere")
    click(page, "button[value=back]")
    tick(page, harm="sextortion", conflict="police")
    press_on(page)
    see("report-3-pictures")
    press_on(page)
    page.locator("[name=links]").fill("not a link at all")
    press_on(page)
    see("report-4-story-error")
    tick(page, platforms="tiktok", wanted="remove")
    typed = {"links": LINK, "handles": "@darkmoon.laila\n0300-1234567", "story": STORY, "who_does_it": "Danyal"}
    for name, words in typed.items():
        page.locator(f"[name={name}]").fill(words)
    see("report-4-story")
    press_on(page)
    see("report-5-consent")
    tick(page, ask_platform="yes", contact="sms", hours="9-12")
    press_on(page)
    expect(page.locator("#error-summary")).to_be_visible()
    see("report-5-consent-error")
    page.locator("[name=assent]").fill("I agree")
    page.locator("[name=address]").fill("0300 1234567")
    press_on(page)
    see("report-6-check")
    press_on(page)
    see("report-7-receipt")
    press_on(page)
    see("report-7-receipt-error")
    page.locator("[name=kept]").check()
    press_on(page)
    expect(page.locator("input[name=page]")).to_have_value("done")
    see("report-8-done")
    see.verdict()


@pytest.fixture
def told(house: None, settings: LazySettings) -> tuple[Case, str]:
    """A case in the middle of everything, and its receipt code."""
    ayesha, code = make_member("Ayesha Khan"), codes.new_code()
    case = make_case(make_unit(), story=STORY, links=[LINK], harm=Harm.SEXTORTION, platforms=("tiktok",))
    give_receipt(case, derive(code, settings.RECEIPT_SALTS[1]))
    for act in Consent.Act:
        answer = Consent.Answer.YES if act == Consent.Act.ASK_PLATFORM else Consent.Answer.ASK_FIRST
        reporter_consents(case, act, answer, assent="I agree")
    change_status(case=case, to=Status.IN_REVIEW, by=ayesha)
    staff_writes(case, "ہم نے آپ کی رپورٹ پڑھ لی ہے۔ کیا یہ لنک درست ہے؟ https://www.tiktok.com/@darkmoon.laila", ayesha)
    reporter_writes(case, "جی ہاں، اور ایک اور بھی ہے: @darkmoon2")
    return case, code


@LANGUAGES
def test_every_page_of_the_inbox(told: tuple[Case, str], eye: Callable[..., Eye], language: str) -> None:
    see = eye(language)
    page = see.page
    see.goto(f"/{language}/inbox/")
    see("inbox-1-code")
    page.locator("#id_code").fill("1234 567")
    click(page, "button[value=open]")
    expect(page.locator("#error-summary")).to_be_visible()
    see("inbox-1-code-error")
    page.locator("#id_code").fill(told[1])
    click(page, "button[value=open]")
    expect(page.locator(".said")).to_be_visible()
    see("inbox-2-open")
    click(page, "button[value=write]")
    expect(page.locator("#error-summary")).to_be_visible()
    see("inbox-2-open-error")
    page.locator("#id_message").fill(STORY)
    click(page, "button[value=write]")
    expect(page.locator("[data-notice=sent]")).to_have_count(1)
    see("inbox-3-written")
    click(page, "button[value=withdraw]")
    expect(page.locator("button[value=keep]")).to_be_visible()
    see("inbox-4-withdraw")
    see.verdict()


@LANGUAGES
def test_the_doors_of_the_staff(live: str, eye: Callable[..., Eye], language: str) -> None:
    ayesha = make_member("Ayesha Khan", make_unit("children"), make_unit("adults"))
    see = eye(language, make_member("Zara Tariq", role="analyst"))
    see.goto("/desk/account/")
    see("staff-account")
    see.verdict()
    see = eye(language, make_member("Kamran Javed", role="auditor"))
    see.goto("/desk/audit/")
    see("staff-audit")
    see.verdict()
    at_the_telephone(eye(language, make_member("Rabia", role="intake_operator"), unlocked=False))
    from_a_list(eye(language, make_member("Nadia", role="supervisor"), unlocked=False))
    see = eye(language, ayesha, unlocked=False)
    see.goto("/desk/unlock/")
    see("staff-unlock")
    see.page.locator("[name=passphrase]").fill("a wrong one")
    click(see.page, "main form .btn")
    see("staff-unlock-error")
    see.verdict()
    see = eye(language)
    see.page.context.add_cookies([{"name": "language", "value": language, "url": see.base}])
    see.goto("/desk/sign-in/")
    see("staff-sign-in")
    see.page.locator("[name=email], [name=username]").first.fill("nobody@example.org")
    see.page.locator("[name=password]").fill("not a password")
    click(see.page, "main form .btn")
    see("staff-sign-in-error")
    see.verdict()


def at_the_telephone(see: Eye) -> None:
    """An operator types what a caller says, reads it back, and hands over the receipt."""
    page = see.page
    see.goto("/desk/intake/")
    press_on(page)
    expect(page.locator("#error-summary")).to_be_visible()
    see("staff-take-error")
    page.locator("[name=heard]").check()
    tick(page, relation="me", harm="sextortion", dangers="life", language="ur")
    page.locator("[name=story]").fill(STORY)
    page.locator("[name=handles]").fill("@darkmoon.laila")
    press_on(page)
    see("staff-take-check")
    click(page, "button[value=send]")
    expect(page.locator(".key span")).to_have_count(5)
    see("staff-take-receipt")
    see.verdict()


def from_a_list(see: Eye) -> None:
    """A supervisor looks what a file would do, takes what is good, and saves the receipts."""
    rows = f"relation,harm,age_now,story\nme,sextortion,24,{STORY.replace(',', '،')}\nyou,bullying,x,\n"
    see.goto("/desk/import/")
    see.page.locator("[name=file]").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    click(see.page, "button[value=try]")
    see.page.locator("[name=codes]").check()
    see("staff-import-tried")
    click(see.page, "button[value=go]")
    with see.page.expect_download() as sheets:
        see.page.locator("button[name=start]").click()
    assert sheets.value.path().read_bytes().startswith(b"%PDF-")
    see("staff-import-taken")
    see.verdict()


@LANGUAGES
def test_from_the_queue_to_the_platform(live: str, tmp_path: Path, settings: LazySettings, eye: Callable[..., Eye],
                                        language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    custody.new_worker_key()
    registry.seed()
    unit = make_unit()
    ayesha = make_member("Ayesha Khan", unit, is_woman=True)
    set_up_replies()
    case = a_case_with_everything(ayesha)
    see = eye(language, ayesha)
    page = see.page
    see.goto("/desk/")
    see("desk-1-queue")
    see.goto(f"/desk/case/{case.ref}/")
    see("desk-2-case")
    click(page, "#move form .btn")
    see("desk-2-case-error")
    see.goto(f"/desk/case/{case.ref}/print/")
    see("desk-2-print")
    see.goto(f"/desk/case/{case.ref}/escalate/")
    see("desk-3-escalate")
    for name, kind in (("email", Channel.Kind.EMAIL), ("form", Channel.Kind.WEBFORM)):
        channel = Channel.objects.filter(platform__slug="tiktok", kind=kind).get()
        see.goto(f"/desk/case/{case.ref}/escalate/{channel.pk}/")
        see(f"desk-4-compose-{name}")
        click(page, "main form .btn.line")
        see(f"desk-5-preview-{name}")
        click(page, "button[name=send]")
        expect(page.locator("h1")).to_contain_text(Escalation.objects.latest("requested_at").reference)
        see(f"desk-6-escalation-{name}")
    silent = Escalation.objects.get(channel__kind=Channel.Kind.EMAIL)
    days_ago = timezone.now() - timedelta(days=5)
    Escalation.objects.filter(pk=silent.pk).update(state=Escalation.State.NO_ANSWER, sent_at=days_ago, next_check_at=days_ago)
    Escalation.objects.exclude(pk=silent.pk).delete()
    see.goto(f"/desk/case/{case.ref}/")
    see("desk-7-case-next-step")
    see.goto(f"/desk/case/{case.ref}/notice/{silent.reference}/")
    page.locator("#next details summary").click()
    page.locator("#next [name=reason]").fill("no")
    click(page, "#next [value=end]")
    see("desk-7-next-step-error")
    see.goto(f"/desk/case/{case.ref}/escalate/?earlier={silent.pk}&step=host")
    see("desk-7-escalate-host")
    see.goto(f"/desk/case/{case.ref}/escalate/{silent.channel_id}/?earlier={silent.pk}&step=reminder")
    see("desk-7-compose-reminder")
    see.goto(f"/desk/settings/registry/ladder/{Ladder.objects.get(slug='pictures').pk}/")
    see("desk-7-ladder")
    see.goto(f"/desk/case/{case.ref}/")
    see("desk-7-case-escalated")
    to_an_authority(see, case)
    people_and_search(see, case, monkeypatch)
    see.verdict()


def to_an_authority(see: Eye, case: Case) -> None:
    """Without a yes, so that every field is there; then somebody with power asks for it."""
    reporter_consents(case, Consent.Act.PASS_PTA)
    see.goto(f"/desk/case/{case.ref}/refer/")
    see("desk-7-refer")
    see.goto(f"/desk/case/{case.ref}/refer/ncrc/")
    click(see.page, "main form .btn")
    see("desk-7-refer-error")
    see.goto(f"/desk/case/{case.ref}/refer/pta-e-portal/")
    click(see.page, "main form .btn")
    expect(see.page.locator("h1")).to_contain_text(Referral.objects.get().reference)
    see("desk-7-referral")
    see.goto("/desk/demands/new/")
    click(see.page, "main form .btn")
    see("desk-7-demand-error")
    see.goto(f"/desk/case/{case.ref}/")


def people_and_search(see: Eye, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account is written down and looked at; then a search that goes on by itself, a case a slice."""
    page = see.page
    page.locator("#subjects summary").click()
    page.locator("#subjects [name=kind]").select_option("account")
    page.locator("#subjects [name=text]").fill("@darkmoon.laila")
    click(page, "#subjects form .btn")
    click(page, "#subjects .traces a >> nth=-1")
    see("desk-8-subject")
    monkeypatch.setattr(fulltext, "MOST", 1)
    see.goto("/desk/search/")
    page.locator("[name=words]").fill("darkmoon گهر")
    click(page, "main form .btn")
    expect(page.locator("#progress form")).to_have_count(0)
    expect(page.locator("#hits > li")).to_have_count(1)
    expect(page.locator("#hits a")).to_have_text(case.ref)
    see("desk-9-search")


def a_case_with_everything(member: User) -> Case:
    unit = make_unit()
    fingerprints = [Fingerprint(number, value * 32, 90, value * 32, value * 16) for number, value in ((1, "0f"), (2, "33"))]
    earlier = make_case(unit, story="An earlier report of the same picture.", language="en")
    case = make_case(unit, story=STORY, links=[LINK], handles=["@darkmoon.laila"], harm=Harm.SEXTORTION, platforms=("tiktok",),
                     wants_woman=True, dangers=[Danger.DEADLINE], conflict="police", who_does_it="Danyal",
                     safe_to_contact="صرف صبح 9-12")
    for each in (earlier, case):
        store(case=each, fingerprints=fingerprints)
        match(case_id=each.pk)
    for act in Consent.Act:
        answer = Consent.Answer.YES if act in {Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES} else Consent.Answer.NO
        reporter_consents(case, act, answer, assent="مجھے منظور ہے" if act == Consent.Act.ASK_PLATFORM else "")
    reporter_writes(case, "کیا وہ لوگ جان جائیں گے کہ رپورٹ میں نے کی ہے؟")
    assign(case=case, to=member, by=member)
    case.refresh_from_db()
    change_status(case=case, to=Status.IN_REVIEW, by=member)
    case.refresh_from_db()
    return case


@LANGUAGES
def test_from_a_fingerprint_to_a_shared_list(live: str, eye: Callable[..., Eye], language: str) -> None:
    unit = make_unit()
    ayesha, nadia = make_member("Ayesha Khan", unit), make_member("Nadia Shah", unit, role="supervisor")
    add_partner(name="TikTok Trust & Safety", platform="tiktok")
    case = make_case(unit, harm=Harm.SEXTORTION)
    reporter_consents(case, Consent.Act.SHARE_HASHES)
    store(case=case, fingerprints=[Fingerprint(n, value * 32, 90, value * 32, value * 16) for n, value in ((1, "0f"), (2, "33"))])
    see = eye(language, ayesha)
    see.goto(f"/desk/case/{case.ref}/list/")
    see("list-1-propose")
    click(see.page, "button[value=propose]")
    see("list-2-proposed")
    see.verdict()
    Benign.objects.create(pdq="0f" * 32, sort="logo", at=timezone.now())
    see = eye(language, nadia)
    see.goto("/desk/lists/")
    see("list-3-waiting")
    below, card = (see.page.locator(each).bounding_box() for each in ("main > .read", "main > .panel"))
    assert card["y"] - below["y"] - below["height"] > 10
    see.goto(f"/desk/case/{case.ref}/list/")
    see("list-4-decide")
    click(see.page, "button[value=approve]")
    expect(see.page.locator("[role=alert]")).to_be_visible()
    see("list-4-decide-error")
    see.page.locator("[name=despite]").check()
    click(see.page, "button[value=approve]")
    see("list-5-listed")
    see.goto(f"/desk/lists/entry/{ListEntry.objects.first().pk}/")
    see("list-6-entry")
    see.verdict()


@LANGUAGES
def test_how_long_cases_are_kept_and_what_is_counted(live: str, tmp_path: Path, settings: LazySettings, eye: Callable[..., Eye],
                                                     language: str) -> None:
    settings.WORKER_KEYS, settings.TOMBSTONES = tmp_path / "worker-keys", tmp_path / "tombstones"
    custody.new_worker_key()
    registry.seed()
    nadia = make_member("Nadia Shah", make_unit(), role="supervisor")
    imran = make_member("Imran Qureshi", make_unit(), role="supervisor")
    retention.set_up_schedules()
    cases = [make_case(make_unit(), harm=Harm.DEEPFAKE) for _number in range(7)]
    for case in cases[:4]:
        change_status(case=change_status(case=case, to=Status.IN_REVIEW, by=None), to=Status.CLOSED, by=None,
                      outcome=Outcome.REMOVED)
    Case.objects.filter(status="closed").update(closed_at=timezone.now() - timedelta(days=400))
    Case.objects.update(opened_at=timezone.now() - timedelta(days=timezone.localdate().day + 3))
    retention.propose(timezone.now())
    retention.approve(case=cases[0], by=imran)
    retention.approve(case=cases[1], by=nadia)
    see = eye(language, nadia, unlocked=False)
    see.goto("/desk/retention/")
    see("staff-retention")
    see.page.locator("[name=ref]").first.check()
    see.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    click(see.page, "form[action$='approve/'] .btn")
    see("staff-retention-none-chosen")
    retention.place_hold(case=cases[4], reason=Hold.Reason.COURT, by=imran)
    see.goto(f"/desk/case/{cases[4].ref}/#keeping")
    see("staff-case-on-hold")
    tally_months()
    see.goto("/desk/figures/")
    see("staff-figures")
    edition = make_edition(2025)
    see.goto("/desk/figures/publish/")
    see("staff-publications")
    see.goto(f"/desk/figures/publish/{edition.pk}/")
    see.page.locator("details summary").first.click()
    see("staff-publication")
    see.verdict()


@LANGUAGES
def test_the_desk_of_a_partner_body(live: str, tmp_path: Path, settings: LazySettings, eye: Callable[..., Eye],
                                    language: str) -> None:
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    custody.new_worker_key()
    registry.seed()
    nadia = make_member("Nadia Shah", make_unit(), role="supervisor", is_woman=True)
    admin = make_member("Rabia", role="administrator")
    body = Body.objects.create(slug="tiktok", kind="platform", name_en="TikTok", name_ur="ٹک ٹاک",
                               platform=Platform.objects.get(slug="tiktok"))
    omar = make_liaison("Omar Siddiqui", body)
    seats.take(member=make_member("Zara Tariq", role="liaison"), body=body, by=admin)
    case = a_case_with_everything(nadia)
    notice = Notice(escalation.new_reference(), (LINK,), (), STORY, "", "PECA 2016 s. 21", False, "A. Khan")
    one = escalation.request(case=case, channel=Channel.objects.filter(platform__slug="tiktok", kind="webform").earliest("pk"),
                             notice=notice, by=nadia)
    see = eye(language, nadia)
    see.goto(f"/desk/case/{case.ref}/notice/{one.reference}/")
    click(see.page, "#partner button[value=put]")
    see("staff-put-before-a-body")
    see.goto("/desk/bodies/")
    see("staff-bodies")
    see.goto("/desk/bodies/tiktok/")
    see.page.locator("[name=text]").fill("Which of your rules covers pictures that software has made?")
    click(see.page, "main form .btn")
    see("staff-body")
    see.verdict()
    see = eye(language, admin, unlocked=False)
    see.goto("/desk/bodies/")
    click(see.page, "main form .btn")
    see("staff-bodies-error")
    see.goto("/desk/people/invite/")
    see("staff-invite-a-liaison")
    see.verdict()
    see = eye(language, omar)
    see.goto("/desk/partner/")
    see("partner-start")
    click(see.page, "main .traces a")
    see("partner-item")
    click(see.page, "#answer .btn")
    see("partner-item-error")
    with see.page.expect_download() as letter:
        see.page.locator("#download .btn").click()
    assert letter.value.path().read_bytes().startswith(b"%PDF-")
    see.page.reload()
    see.goto("/desk/partner/policy/")
    see("partner-policy")
    see.page.locator("[name=text]").fill(f"About {case.ref}")
    click(see.page, "main form .btn")
    see("partner-policy-error")
    see.goto("/desk/partner/keys/")
    see("partner-keys")
    see.goto("/desk/account/")
    see("partner-account")
    see.verdict()


@LANGUAGES
def test_erasing_a_report_from_the_inbox(told: tuple[Case, str], eye: Callable[..., Eye], language: str) -> None:
    see = eye(language)
    page = see.page
    see.goto(f"/{language}/inbox/")
    page.locator("#id_code").fill(told[1])
    click(page, "button[value=open]")
    click(page, "button[value=erase]")
    see("inbox-5-erase")
    page.locator("#id_word").fill("no")
    click(page, "button[value='erase:yes']")
    expect(page.locator("#error-summary")).to_be_visible()
    see("inbox-5-erase-error")
    page.locator("#id_word").fill("مٹائیں" if language == "ur" else "erase")
    click(page, "button[value='erase:yes']")
    see("inbox-6-erased")
    assert Disposal.objects.get().why == Disposal.Why.REPORTER
    see.goto(f"/{language}/inbox/")
    page.locator("#id_code").fill(told[1])
    click(page, "button[value=open]")
    expect(page.locator("#error-summary")).to_be_visible()
    see.verdict()
