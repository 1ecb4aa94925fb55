"""The reporter's inbox on a phone, with and without JavaScript, in both languages."""
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from bench.meter import fetch, weigh
from cases.escalation.models import Platform
from cases.intake.models import Receipt
from cases.models import Case, Consent, Message
from cases.notifications.models import Kind
from cases.notifications.services import keep_address
from cases.public_words import Said
from cases.services import change_status
from cases.vault import custody, receipt as codes
from cases.workflow import Outcome, Status
from tests.browser.look import Watch, look, shoot
from tests.cases.intake.reporter import give_receipt, staff_writes, visiting
from tests.factories.cases import (
    make_case,
    make_member,
    make_unit,
    reporter_consents,
    reporter_reads,
    reporter_writes,
    secrets_of,
)

CODE = "48219037551620846003"
URDU_CODE = codes.display(CODE).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
WRITTEN = "اس نے کل رات پھر لکھا۔ لنک: https://example.com/post/26-10917"
LIMIT_KB = 15


@pytest.fixture(scope="session")
def derived() -> codes.Derived:
    return codes.derive(CODE, settings.RECEIPT_SALTS[1])


@pytest.fixture
def case(live, derived) -> Case:
    """A case that has come some way: asked of a platform, two messages, an address."""
    custody.new_worker_key()
    case = make_case(make_unit())
    ayesha = make_member("Ayesha Khan", case.unit)
    Platform.objects.create(slug="facebook", name_en="Facebook", name_ur="فیس بک")
    give_receipt(case, derived)
    reporter_consents(case, Consent.Act.SHARE_HASHES, Consent.Answer.ASK_FIRST)
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.YES, "مجھے منظور ہے")
    reporter_consents(case, Consent.Act.PASS_POLICE, Consent.Answer.NO)
    keep_address(case=case, kind=Kind.SMS, value="+923001234567")
    change_status(case=case, to=Status.IN_REVIEW, by=ayesha)
    change_status(case=case, to=Status.WAITING_OUTSIDE, by=ayesha, said=Said.ASKED_PLATFORM, platform="facebook",
                  next_check=timezone.now() + timedelta(days=2))
    reporter_writes(case, WRITTEN)
    staff_writes(case, "ہم نے آپ کا پیغام پڑھ لیا ہے۔ جرم وہ کر رہا ہے جو یہ کر رہا ہے، آپ نہیں۔\n\nحوالہ: MZ-7K2Q9R", ayesha)
    return case


def enter(page: Page, live: str, language: str, code: str) -> None:
    page.goto(f"{live}/{language}/inbox/")
    page.locator("#id_code").fill(code)
    page.locator("#id_code").press("Enter")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_a_reporter_reads_and_answers_in_urdu_on_a_phone(live, case, open_page, javascript):
    page = open_page(width=360, javascript=javascript)
    watch = Watch(page, live)
    name = f"inbox-ur-{'script' if javascript else 'plain'}"
    enter(page, live, "ur", "1234")
    expect(page.locator("#id_code_error")).to_be_visible()
    shoot(page, f"{name}-code")
    page.locator("#id_code").fill(URDU_CODE)
    page.locator("#id_code").press("Enter")
    expect(page.locator(".said")).to_contain_text("فیس بک")
    expect(page.locator(".letters li")).to_have_count(2)
    expect(page.locator(".letters .text").last).to_have_text(WRITTEN)
    assert page.locator(".letters a").count() == 0
    shoot(page, name)
    page.locator("#id_message").fill("شکریہ۔ میں انتظار کر رہی ہوں۔")
    page.locator("button[value=write]").click()
    expect(page.locator(".letters li")).to_have_count(3)
    expect(page.locator("#id_message")).to_have_value("")
    for details in page.locator("details").all():
        details.locator("summary").click()
    shoot(page, f"{name}-answers")
    page.locator("input[name=pass_police][value=yes]").check()
    page.locator("#id_message").fill("ابھی مکمل نہیں")
    page.locator("button[value='answer:pass_police']").click()
    expect(page.locator("#id_message")).to_have_value("ابھی مکمل نہیں")
    page.locator("button[value=withdraw]").click()
    expect(page.locator("h1")).to_contain_text("واپس")
    shoot(page, f"{name}-withdraw")
    page.locator("button[value=keep]").click()
    expect(page.locator("#id_message")).to_have_value("ابھی مکمل نہیں")
    assert watch.faults == []
    assert page.context.cookies() == []
    assert Consent.objects.filter(case=case, act=Consent.Act.PASS_POLICE).last().answer == Consent.Answer.YES
    assert [reporter_reads(case, message) for message in Message.objects.filter(case=case)][-1] == "شکریہ۔ میں انتظار کر رہی ہوں۔"


@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_page_of_it_looks_right(live, case, open_page, language):
    page = open_page(width=360)
    page.goto(f"{live}/{language}/inbox/")
    assert look(page) == []
    enter(page, live, language, "99")
    expect(page.locator("#error-summary")).to_be_visible()
    assert look(page) == []
    enter(page, live, language, CODE)
    expect(page.locator(".letters .text")).to_have_count(2)
    for details in page.locator("details").all():
        details.locator("summary").click()
    assert look(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    shoot(page, f"inbox-{language}-wide")
    page.locator("button[value=write]").click()                      # nothing written: the mistake is shown
    expect(page.locator("#error-summary")).to_be_focused()
    assert look(page, widths=(360,)) == []
    page.locator("button[value=withdraw]").click()
    expect(page.locator("button[value=keep]")).to_be_visible()
    assert look(page, widths=(360,)) == []
    page.locator("button[value='withdraw:yes']").click()
    expect(page.locator(".note[role=status]")).to_be_visible()
    shoot(page, f"inbox-{language}-withdrawn")
    assert look(page, widths=(360,)) == []


def test_the_language_changes_with_what_was_typed(live, case, open_page):
    page = open_page(width=360, javascript=False)
    enter(page, live, "en", CODE)
    page.locator("#id_message").fill("half a sentence")
    page.locator("button.swap").click()
    expect(page).to_have_url(re.compile("/ur/inbox/"))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#id_message")).to_have_value("half a sentence")


def test_it_is_online_again(live, case, open_page):
    change_status(case=case, to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
    page = open_page(width=360)
    enter(page, live, "ur", CODE)
    shoot(page, "inbox-ur-closed")
    page.locator("button[value=back_online]").click()
    expect(page.locator(".said")).to_contain_text("کام ہو رہا ہے")


@pytest.mark.parametrize("language", ["en", "ur"])
def test_it_weighs_no_more_than_a_form(live, case, language):
    url = f"{live}/{language}/inbox/"
    receipt = Receipt.objects.select_related("case").get(case=case)
    token = visiting(receipt, secrets_of(case).reporter)
    for html in (fetch(url), fetch(url, {"visit": token}), fetch(url, {"visit": token, "act": "withdraw"})):
        assert weigh(url, html) <= LIMIT_KB
