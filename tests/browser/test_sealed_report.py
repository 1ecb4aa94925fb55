"""The report sealed in the reporter's browser: what leaves the phone, what the desk reads, and what goes wrong on the way."""
import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from cases.escalation import registry
from cases.hashing.models import MediaHash
from cases.intake import receipts
from cases.models import Case, Consent
from cases.notifications.models import Address
from cases.triage import reading
from cases.triage.reading import State
from cases.units.models import Unit
from cases.units.services import set_up_units
from cases.vault import custody, envelope, hpke, unseal
from cases.vault.models import UnitKey
from portal.accounts.models import User
from tests.browser.look import Watch, look, shoot
from tests.browser.sealing import STORY, TYPED, Person, Recorder
from tests.factories.cases import keyring_of, make_member
from tests.fixtures.browser import OpenPage

PHONES = pytest.mark.parametrize(("language", "width"), [("ur", 360), ("en", 1280)])


@pytest.fixture
def hina(live: str, tmp_path: Path, settings: LazySettings) -> User:
    """A portal that can seal, and a member who reads what adults report."""
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    custody.new_worker_key()
    units = set_up_units()
    hina = make_member("Hina Baloch", units["adults"])
    for code in ("children", "integrity"):
        custody.new_unit_key(units[code], members=[], actor="system")
    registry.seed()
    return hina


@pytest.fixture
def person(live: str, hina: User, open_page: OpenPage) -> Callable[..., Person]:
    def new(language: str = "en", width: int = 360, **options: object) -> Person:
        return Person(open_page(width=width, height=740, **options), live, language)
    return new


def everything_stored() -> bytes:
    with connection.cursor() as cursor:
        cells: list[bytes] = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            cells += [bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                      for row in cursor.fetchall() for cell in row]
    return b"\n".join(cells)


def no_fault(page: Page, *expected: str) -> None:
    """A refused post is noted by Chromium as an error; anything else is ours."""
    page.complaints[:] = [words for words in page.complaints if not any(each in words for each in expected)]


# --- the whole way ----------------------------------------------------------------------------------------------------
@PHONES
def test_nothing_typed_leaves_the_phone_in_the_clear_and_the_desk_reads_it(
        hina: User, person: Callable[..., Person], picture: Path, language: str, width: int):
    at = person(language, width)
    watch, recorder = Watch(at.page, at.base), Recorder(at.page)
    at.to_receipt(picture)
    assert recorder.posts == [f"{language}/report/"] * 2, "who and what are asked; moving between typed steps posts nothing"
    assert not Case.objects.exists()
    at.send()
    assert recorder.posts[2:] == [f"{language}/report/send/"]
    assert "".join(at.page.locator("#code span").all_inner_texts()) == at.code
    assert recorder.leaked(at.code) == set()
    assert at.page.context.cookies() == []
    assert at.page.evaluate("localStorage.length + sessionStorage.length + JSON.stringify(history.state).length") < 40
    assert at.page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert watch.faults == []

    case = Case.objects.get()
    assert (case.unit.code, case.platforms, case.language, case.harm, case.dangers) == (
        "adults", ["instagram"], language, "intimate_images", ["deadline"])
    opened = reading.read_case(case, keyring=keyring_of(hina), by=hina)
    answers = opened.answers
    assert (opened.state, answers.story, answers.links, answers.handles, answers.who_does_it, answers.platform_other) == (
        State.OPEN, STORY, ("https://example.com/post/77", "https://instagram.com/p/2"), ("@badboy77", "0300-7654321"),
        TYPED["who_does_it"], TYPED["platform_other"])
    assert (answers.relation, answers.age_now, answers.age_then, answers.wanted) == ("me", 24, None, ("remove",))
    assert [text.words for text in opened.assents.values()] == ["مجھے منظور ہے I agree"]
    assert reading.summaries([case], keyring=keyring_of(hina), by=hina)[case.pk].words == STORY[:120]
    assert dict(Consent.objects.values_list("act", "answer")) == {
        "share_hashes": "yes", "ask_platform": "yes", "pass_police": "no", "pass_pta": "no"}
    assert MediaHash.objects.get().case == case
    stored = everything_stored()
    assert not [secret for secret in (*TYPED.values(), at.code, "noor.kiran") if secret.encode() in stored]


def test_the_code_made_in_the_browser_opens_the_inbox_and_the_address_reaches_the_worker(person: Callable[..., Person]):
    at = person("ur")
    at.to_receipt()
    at.send()
    found, address = receipts.find(receipts.derive(at.code)), Address.objects.get()
    case = found.receipt.case
    unseal.key_for_reporter(case.conversation_key, case=case.pk, private=found.private)
    with pytest.raises(unseal.NotHeld):
        unseal.key_for_reporter(case.key, case=case.pk, private=found.private)
    key = unseal.key_for_worker(address.key, case=case.pk)
    plain = envelope.open_blob(key, address.sealed, case=case.pk, field="address", record=address.pk)
    assert (plain.decode(), address.hours, address.kind) == ("noor.kiran.1187@example.net", [[9, 12]], "email")


# --- looks ------------------------------------------------------------------------------------------------------------
@PHONES
def test_every_step_looks_right(person: Callable[..., Person], picture: Path, language: str, width: int):
    at, faults = person(language, width), []

    def see(name: str) -> None:
        faults.extend(f"{name}: {fault}" for fault in look(at.page))
        at.page.evaluate("scrollTo(0, 0)")
        shoot(at.page, f"sealed-{name}-{language}-{width}")

    at.begin()
    at.on("pictures")
    at.page.locator("input[type=file]").set_input_files(picture)
    expect(at.page.locator(".files .ok")).to_have_count(1)
    expect(at.page.locator(".where")).to_contain_text("اسی فون" if language == "ur" else "Sealed on this phone")
    see("pictures")
    at.on("story")
    at.write({"links": "not a link", "story": "ا" * 8001})
    at.on()
    expect(at.page.locator("#error-summary")).to_be_focused()
    see("story-error")
    at.write(TYPED)
    see("story")
    at.on("consent")
    at.choose(ask_platform="yes", contact="sms")
    at.on()
    expect(at.page.locator("#error-summary li")).to_have_count(2)
    see("consent-error")
    at.write({"assent": "I agree", "address": "۰۳۰۰ ۱۲۳۴۵۶۷"})
    at.on("check")
    see("check")
    at.on("receipt")
    at.read_code()
    see("receipt")
    at.on()
    expect(at.page.locator("#error-summary")).to_be_focused()
    see("receipt-error")
    at.send()
    see("done")
    assert faults == [], "\n".join(faults)


# --- moving about -----------------------------------------------------------------------------------------------------
def test_back_and_forward_keep_what_was_typed_and_post_nothing(person: Callable[..., Person]):
    at = person()
    recorder = Recorder(at.page)
    at.to_check()
    expect(at.page.locator("[data-of=story]")).to_contain_text("lake in Hunza")
    before = len(recorder.posts)
    at.page.go_back()
    at.at("consent")
    at.page.go_back()
    at.at("story")
    expect(at.page.locator("[name=story]")).to_have_value(STORY)
    at.page.go_forward()
    at.at("consent")
    expect(at.page.locator("[name=assent]")).to_have_value("مجھے منظور ہے I agree")
    at.back("story")
    at.back("pictures")
    at.back("what")
    assert len(recorder.posts) == before
    at.on("check")                                                  # all has been answered: straight back to the answers
    at.page.locator("button[value='change:story']").click()
    at.write({"story": "told anew"})
    at.on("check")
    expect(at.page.locator("[data-of=story]")).to_contain_text("told anew")
    assert recorder.leaked() == set()


def test_other_facts_lead_to_another_unit_and_keep_what_was_typed(person: Callable[..., Person]):
    at = person()
    at.to_check()
    at.page.locator("button[value='change:who']").click()
    at.at("who")
    at.page.locator("[name=age_now]").fill("15")
    at.on("what")
    expect(at.page.locator("[name=harm][value=intimate_images]")).to_be_checked()
    at.on("check")
    expect(at.page.locator("[data-of=story]")).to_contain_text("lake in Hunza")
    at.on("receipt")
    at.read_code()
    at.send()
    case = Case.objects.get()
    assert (case.unit.code, case.age_band) == ("children", "13_15")


def test_a_new_question_is_asked(person: Callable[..., Person], picture: Path):
    at = person()
    at.to_check()
    at.page.locator("button[value='change:pictures']").click()
    at.at("pictures")
    at.page.locator("input[type=file]").set_input_files(picture)
    expect(at.page.locator(".files .ok")).to_have_count(1)
    at.on("consent")                                                # may the fingerprints be shared? Nobody was asked before
    expect(at.page.locator("[name=share_hashes]").first).to_be_visible()
    at.on("check")


def test_the_other_language_keeps_everything_and_posts_nothing_typed(person: Callable[..., Person], picture: Path):
    at = person("en")
    recorder = Recorder(at.page)
    at.to_consent(picture)
    at.write({"assent": "I agree"})
    at.page.locator("button.swap").click()
    expect(at.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(at.page.locator(".where")).to_contain_text("اسی فون")
    expect(at.page.locator("[name=assent]")).to_have_value("I agree")
    assert at.page.url.endswith("/ur/report/")
    at.back("story")
    expect(at.page.locator("[name=story]")).to_have_value(STORY)
    expect(at.page.locator("[name=platforms][value=instagram]")).to_be_checked()
    at.back("pictures")
    expect(at.page.locator(".files .ok")).to_have_text("فنگر پرنٹ تیار ہے")
    assert look(at.page, widths=(360,)) == []
    at.back("what")
    expect(at.page.locator("h1")).to_contain_text("کیا ہو رہا ہے")
    at.on("pictures")
    at.on("story")
    at.on("consent")
    at.on("check")
    at.on("receipt")
    at.read_code()
    at.send()
    assert Case.objects.get().language == "ur"
    at.page.locator("button.swap").click()
    expect(at.page.locator("h1")).to_have_text("Your report is with us")
    assert "".join(at.page.locator("#code span").all_inner_texts()) == at.code
    assert Case.objects.count() == 1
    assert recorder.leaked(at.code) == set()


def test_the_exit_is_instant_and_leaves_nothing_for_back(person: Callable[..., Person]):
    at = person()
    at.page.route("https://www.bbc.com/**", lambda route: route.fulfill(body="<h1>Weather</h1>", content_type="text/html"))
    at.to_consent()
    at.page.locator("[data-exit]").click()
    expect(at.page.locator("h1")).to_have_text("Weather")
    at.page.go_back()
    at.page.wait_for_timeout(500)
    assert "lake in Hunza" not in at.page.content()
    assert at.page.evaluate("[...document.querySelectorAll('textarea')].every(one => !one.value)")


# --- sending ----------------------------------------------------------------------------------------------------------
def test_pressing_send_twice_opens_one_case(person: Callable[..., Person]):
    at = person()
    at.to_receipt()
    at.page.locator("[name=kept]").check()
    at.page.evaluate("""() => { const button = [...document.querySelectorAll('main .actions button')].at(-1);
                                button.click(); button.click(); }""")
    at.at("done")
    assert Case.objects.count() == 1


def test_a_lost_answer_and_a_second_send_show_the_same_receipt(person: Callable[..., Person]):
    at = person()
    at.to_receipt()

    def swallow(route: Route) -> None:
        route.fetch()
        route.abort()

    at.page.route("**/report/send/", swallow, times=1)
    at.send("receipt")
    at.said("We cannot reach our server")
    assert Case.objects.count() == 1
    at.send()
    at.said("We already had this report")
    assert "".join(at.page.locator("#code span").all_inner_texts()) == at.code
    assert (Case.objects.count(), receipts.find(receipts.derive(at.code)).receipt.case) == (1, Case.objects.get())
    no_fault(at.page, "net::ERR_FAILED")


def test_without_a_network_nothing_is_lost(person: Callable[..., Person]):
    at = person("ur")
    at.to_receipt()
    at.page.context.set_offline(True)
    at.send("receipt")
    at.said("کچھ ضائع نہیں ہوا")
    shoot(at.page, "sealed-offline-ur-360")
    at.page.go_back()
    at.at("check")
    expect(at.page.locator("[data-of=story]")).to_contain_text("lake in Hunza")
    at.page.go_forward()
    at.page.context.set_offline(False)
    at.send()
    assert Case.objects.count() == 1
    no_fault(at.page, "ERR_INTERNET_DISCONNECTED")


@PHONES
def test_a_fingerprint_that_the_server_refuses_leads_back_and_loses_nothing(person: Callable[..., Person], picture: Path,
                                                                           language: str, width: int):
    at = person(language, width)

    def spoilt(route: Route) -> None:
        body = route.request.post_data_json | {"fingerprints": ["zz"]}
        route.continue_(post_data=json.dumps(body))

    at.to_receipt(picture)
    at.page.route("**/report/send/", spoilt, times=1)
    at.send("pictures")
    at.said("ہم تک پورا نہیں پہنچا" if language == "ur" else "did not reach us whole")
    expect(at.page.locator(".files li")).to_have_count(0)
    expect(at.page.locator("[data-pictures] [role=status]")).to_have_text("")
    shoot(at.page, f"sealed-left-out-{language}-{width}")
    assert look(at.page, widths=(width,)) == []
    at.on("check")
    expect(at.page.locator("[data-of=story]")).to_contain_text("lake in Hunza")
    at.on("receipt")
    at.send()
    assert Case.objects.count() == 1
    assert not MediaHash.objects.exists()
    no_fault(at.page, "400")


def test_a_key_that_changed_meanwhile_is_sealed_to_without_a_word(hina: User, person: Callable[..., Person]):
    at = person()
    at.to_receipt()
    unit = Unit.objects.get(code="adults")
    custody.new_unit_key(unit, members=[hina], actor="system", keyring=keyring_of(hina))
    UnitKey.objects.filter(unit=unit).update(created_at=timezone.now() - custody.REPLACED_FOR)
    posts = Recorder(at.page)
    at.send()
    assert posts.posts == ["en/report/send/"] * 2
    sent = [json.loads(request.post_data or "{}") for request in posts.requests if request.method == "POST"]
    assert [one["key"]["wraps"]["unit"]["version"] for one in sent] == [1, 2]
    assert sent[0]["submission"] == sent[1]["submission"]
    case = Case.objects.get()
    assert reading.read_answers(case, keyring=keyring_of(hina), by=hina).story == STORY
    assert receipts.find(receipts.derive(at.code)).receipt.case == case
    no_fault(at.page, "409")


def test_the_version_before_is_good_for_a_day(hina: User, person: Callable[..., Person]):
    at = person()
    at.to_receipt()
    unit = Unit.objects.get(code="adults")
    custody.new_unit_key(unit, members=[hina], actor="system", keyring=keyring_of(hina))
    posts = Recorder(at.page)
    at.send()
    assert posts.posts == ["en/report/send/"]
    assert {wrap.version for wrap in Case.objects.get().key.wraps.all()} == {1}
    assert reading.read_answers(Case.objects.get(), keyring=keyring_of(hina), by=hina).story == STORY


# --- keys that are not ours -------------------------------------------------------------------------------------------
def swapped(text: str, unit: Unit) -> str:
    key = custody.current_unit_key(unit)
    mine, theirs = (b64encode(bytes(each)).decode() for each in (key.public, hpke.new_pair()[1]))
    assert mine in text
    return text.replace(mine, theirs)


def test_a_unit_key_swapped_on_the_way_is_refused_before_anything_is_typed(person: Callable[..., Person]):
    at = person()

    def swap(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        route.fulfill(response=answer, body=swapped(text, Unit.objects.get(code="adults")) if 'id="typed"' in text else text)

    at.page.route("**/en/report/", swap)
    at.begin()
    at.on("what")
    at.said("We cannot confirm the key")
    assert look(at.page, widths=(360,)) == []


def test_a_unit_key_swapped_in_the_database_is_not_even_offered(person: Callable[..., Person]):
    at = person()
    UnitKey.objects.filter(unit__code="adults").update(public=hpke.new_pair()[1])
    at.begin()
    at.on("what")
    at.said("We cannot seal a report just now")


def test_a_key_swapped_at_send_is_refused_and_nothing_is_sent_to_it(hina: User, person: Callable[..., Person]):
    at = person()
    at.to_receipt()
    unit = Unit.objects.get(code="adults")
    custody.new_unit_key(unit, members=[hina], actor="system", keyring=keyring_of(hina))
    UnitKey.objects.filter(unit=unit).update(created_at=timezone.now() - custody.REPLACED_FOR)

    def swap(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=swapped(answer.text(), unit))

    at.page.route("**/report/send/", swap)
    at.send("receipt")
    at.said("We cannot confirm the key")
    assert not Case.objects.exists()
    no_fault(at.page, "409")


# --- what the browser cannot do ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("missing", ["crypto.subtle", "WebAssembly"])
def test_a_browser_that_cannot_seal_is_told_so_and_goes_on(person: Callable[..., Person], missing: str):
    at = person()
    script = {"crypto.subtle": "Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})",
              "WebAssembly": "delete self.WebAssembly"}[missing]
    at.page.add_init_script(script)
    at.begin()
    at.on("pictures")
    expect(at.page.locator(".where")).to_contain_text("Sealed on our server")
    at.on("story")
    at.write({"story": STORY})
    at.on("consent")
    at.on("check")
    at.on("receipt")
    at.read_code()
    at.send()
    assert Case.objects.count() == 1
    assert receipts.find(receipts.derive(at.code))


def test_a_phone_that_fails_at_the_code_offers_the_weaker_way_and_says_so(person: Callable[..., Person], hina: User):
    at = person()
    at.page.route("**/argon2-worker*", lambda route: route.abort())
    at.to_receipt()
    at.send("receipt")
    at.said("could not finish the seal")
    assert not Case.objects.exists()
    at.page.locator("button[value=weaker]").click()
    at.at("check")
    expect(at.page.locator(".where")).to_contain_text("Sealed on our server")
    expect(at.page.locator("main")).to_contain_text("lake in Hunza")
    at.on("receipt")
    at.read_code()
    at.send()
    case = Case.objects.get()
    assert reading.read_answers(case, keyring=keyring_of(hina), by=hina).story == STORY
    no_fault(at.page, "ERR_FAILED", "argon2")


def test_a_browser_too_old_for_the_vault_goes_on_with_the_server(person: Callable[..., Person]):
    at = person()
    at.page.route("**/js/vault/sealing*.mjs", lambda route: route.fulfill(body="let 1;", content_type="text/javascript"))
    at.begin()
    at.on("pictures")
    expect(at.page.locator(".where")).to_contain_text("Sealed on our server")
    no_fault(at.page, "SyntaxError", "Unexpected")
