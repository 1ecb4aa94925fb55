"""What a browser sealed, as it arrives: kept whole, or refused whole."""
import copy
import html
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from cases.audit.models import Entry
from cases.hashing.models import MediaHash, Variant
from cases.intake import receipts, throttle
from cases.intake.models import Receipt
from cases.intake.sealed import LONGEST_BODY, Malformed, parse
from cases.models import Case, Consent
from cases.notifications.models import Address
from cases.outbox.models import Job
from cases.units.models import Unit
from cases.vault import custody, envelope, hpke, unseal
from cases.vault.models import DataKey, UnitKey
from tests.cases.hashing.conftest import new_variants
from tests.cases.intake.browser import ANSWERS, STORY, Browser, another_lock
from tests.cases.intake.conftest import CODE, Reporter, fingerprint

pytestmark = pytest.mark.django_db
WITHOUT_FRESH_FIXTURES = hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def browser(units, lock, worker_key, redis_server) -> Browser:
    return Browser(units["adults"], lock)


def nothing_is_kept() -> bool:
    return not any(model.objects.exists() for model in (Case, DataKey, Receipt, Consent, Address, MediaHash, Job))


# --- kept ---------------------------------------------------------------------------------------------------------------
def test_a_sealed_report_becomes_a_case_that_the_unit_reads(browser: Browser, unit_private):
    browser.leave_address()
    browser.body["platforms"] = ["not-on-our-list"]
    answer = browser.send()
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    case = Case.objects.get()
    key = unseal.key_for_unit(case.key, case=case.pk, keyring=unit_private(case.unit))
    assert json.loads(envelope.open_blob(key, case.answers, case=case.pk, field="answers", record=case.pk)) == ANSWERS
    assert envelope.open_blob(key, case.summary, case=case.pk, field="summary", record=case.pk).decode() == STORY
    assert (case.unit.code, case.language, case.platforms, case.priority) == ("adults", "ur", [], 2)
    assert [wrap.recipient for wrap in case.key.wraps.all()] == ["unit"]
    assert sorted(wrap.recipient for wrap in case.conversation_key.wraps.all()) == ["reporter", "unit"]
    assert Entry.objects.filter(event="case_opened", subject=str(case.pk), actor="reporter").exists()
    assert list(case.history.values_list("said", flat=True)) == ["received"]
    assert Job.objects.filter(task="notifications.urgent").exists()


def test_the_code_that_the_browser_made_opens_the_conversation_and_not_the_answers(browser: Browser):
    browser.send()
    found = receipts.find(receipts.derive(CODE))
    case = found.receipt.case
    assert unseal.key_for_reporter(case.conversation_key, case=case.pk, private=found.private) == browser.talk
    with pytest.raises(unseal.NotHeld):
        unseal.key_for_reporter(case.key, case=case.pk, private=found.private)


def test_the_last_page_has_no_code_and_says_when(browser: Browser):
    page = html.unescape(browser.send(language="en").content.decode())
    assert 'id="code" translate="no"></p>' in page
    assert "<time datetime=" in page


def test_an_address_is_the_workers_alone(browser: Browser):
    browser.leave_address(b"noor@example.net")
    browser.send()
    address = Address.objects.get()
    assert ([wrap.recipient for wrap in address.key.wraps.all()], address.hours) == (["worker"], [[9, 12]])
    key = unseal.key_for_worker(address.key, case=address.case_id)
    plain = envelope.open_blob(key, address.sealed, case=address.case_id, field="address", record=address.pk)
    assert plain == b"noor@example.net"


def test_fingerprints_are_kept_and_asked_to_be_matched(browser: Browser):
    browser.body["fingerprints"] = [fingerprint(1), f"{fingerprint(2)}:{','.join(new_variants('0f' * 32))}"]
    browser.body["consents"].append(browser.consent(Consent.Act.SHARE_HASHES, "yes"))
    assert browser.send().status_code == 200
    assert Variant.objects.filter(media__number=2).count() == Variant.objects.count() == 14
    assert list(MediaHash.objects.values_list("number", flat=True)) == [1, 2]
    assert Job.objects.filter(task="hashing.match").exists()


def test_sending_twice_opens_one_case(browser: Browser):
    assert browser.send(language="en").status_code == 200
    keys = DataKey.objects.count()
    again = browser.send(language="en")
    assert (again.status_code, "We already had this report" in again.content.decode()) == (200, True)
    browser.seal_keys()                                       # sealed anew meanwhile, as after a new unit key
    assert browser.send().status_code == 200
    assert (Case.objects.count(), DataKey.objects.count(), Receipt.objects.count()) == (1, keys, 1)


# --- whom it was sealed to ------------------------------------------------------------------------------------------------
def test_sealed_to_another_unit_than_routing_says_is_sealed_again(browser: Browser):
    browser.body["facts"]["age_now"] = "13_15"
    answer = browser.send()
    assert (answer.status_code, answer.json()["outcome"]) == (409, "again")
    assert answer.json()["seal"]["unit"] == str(Unit.objects.get(code="children").pk)
    assert nothing_is_kept()


def test_a_version_replaced_a_day_ago_is_sealed_again_and_a_newer_one_is_still_good(browser: Browser, unit_private):
    unit = browser.unit
    custody.new_unit_key(unit, members=[], actor="system", keyring=unit_private(unit))
    assert browser.send().status_code == 200
    late = Browser(unit, another_lock(browser.lock))
    late.seal_keys(version=1)
    UnitKey.objects.filter(unit=unit, version=2).update(created_at=timezone.now() - custody.REPLACED_FOR)
    answer = late.send()
    assert (answer.status_code, answer.json()["seal"]["chain"][-1]["version"]) == (409, 2)
    assert Case.objects.count() == 1
    late.seal_keys()
    assert late.send().status_code == 200


def test_a_unit_key_that_no_signature_leads_to_is_not_offered(browser: Browser):
    UnitKey.objects.filter(unit__code="children").update(public=hpke.new_pair()[1])
    browser.body["facts"]["age_now"] = "13_15"
    answer = browser.send()
    assert (answer.status_code, answer.json()) == (503, {"outcome": "closed"})


# --- refused whole --------------------------------------------------------------------------------------------------------
def at(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(body: Any) -> None:
        for step in path[:-1]:
            body = body[step]
        body[path[-1]] = value
    return change


def short(*path: str) -> Callable[[dict[str, Any]], None]:
    """A blob of one byte less."""
    def change(body: Any) -> None:
        for step in path[:-1]:
            body = body[step]
        body[path[-1]] = body[path[-1]][4:]
    return change


def same_key(body: dict[str, Any]) -> None:
    body["conversation"]["id"] = body["key"]["id"]


def reporter_reads_all(body: dict[str, Any]) -> None:
    body["key"]["wraps"]["reporter"] = body["conversation"]["wraps"]["reporter"]


def nobody_reads(body: dict[str, Any]) -> None:
    del body["conversation"]["wraps"]["unit"]


@pytest.mark.parametrize("change", [
    at("case", value="00000000-0000-0000-0000-000000000000"), at("case", value="{" + str(uuid.uuid4()) + "}"),
    at("submission", value=7), at("unit", value=None), at("answers", value=""), at("answers", value="محفوظ"),
    short("answers"), short("summary"), short("receipt", "locked"), short("receipt", "locator"), short("receipt", "public"),
    at("receipt", "public", value="BAAA" * 21 + "BAA="), at("receipt", "salt_version", value=2),
    at("receipt", "salt_version", value=True), at("facts", "harm", value="not_us_money"), at("facts", "age_now", value="24"),
    at("facts", "dangers", value=["volcano"]), at("facts", "dangers", value=["life"] * 6), at("facts", "conflict", value="army"),
    at("facts", "wants_woman", value="yes"), at("facts", "relation", value="me"), at("facts", value=[]),
    at("platforms", value=["x" * 31]), at("platforms", value=["<script>"]), at("platforms", value="tiktok"),
    at("consents", value=[]), at("consents", 0, "assent", value=None), at("consents", 1, "assent", value="AAAA"),
    at("consents", 1, "answer", value="perhaps"), at("consents", 1, "act", value="ask_platform"),
    at("fingerprints", value=["zz"]), at("fingerprints", value=[fingerprint(n) for n in range(11)]), at("contact", value={}),
    at("key", "wraps", "unit", "version", value=0), at("key", "wraps", "unit", "version", value=9),
    short("key", "wraps", "unit", "sealed"),
    at("key", "wraps", "unit", "sealed", value="AQ" * 76), same_key, reporter_reads_all, nobody_reads,
    lambda body: body.pop("summary"), lambda body: body.update(more=1),
])
def test_what_our_page_does_not_send_opens_nothing(browser: Browser, change):
    body = copy.deepcopy(browser.body)
    change(body)
    answer = browser.send(body)
    assert answer.status_code == (409 if body["key"]["wraps"]["unit"].get("version") == 9 else 400)
    assert nothing_is_kept()


@pytest.mark.parametrize("bad", ["zz", fingerprint(9).replace(":88:", ":12:"), "video:x"])
def test_a_fingerprint_that_is_refused_is_named_so_that_its_file_can_be_left_out(browser: Browser, bad: str):
    browser.body["fingerprints"] = [fingerprint(1), fingerprint(2), bad]
    answer = browser.send()
    assert (answer.status_code, answer.json()) == (400, {"outcome": "fingerprint", "place": 2})
    assert nothing_is_kept()


@pytest.mark.parametrize("change", [
    at("contact", "kind", value="pigeon"), at("contact", "hours", value=["0-24"]), at("contact", "hours", value=[9]),
    at("contact", "id", value="x"), at("contact", "sealed", value="noor@example.net"),
    short("contact", "key", "wraps", "worker", "sealed"),
    at("contact", "key", "id", value=None), lambda body: body["contact"].update(address="noor@example.net"),
])
def test_a_contact_that_is_none_opens_nothing(browser: Browser, change):
    browser.leave_address()
    change(browser.body)
    assert browser.send().status_code == 400
    assert nothing_is_kept()


def test_a_childs_fingerprints_cannot_be_offered_by_posting_it(units, lock, worker_key, redis_server):
    browser = Browser(units["children"], lock, age_now="13_15")
    browser.body["fingerprints"] = [fingerprint(1)]
    assert browser.send().status_code == 200
    sly = Browser(units["children"], another_lock(lock), age_now="13_15")
    sly.body["fingerprints"] = [fingerprint(2)]
    sly.body["consents"].append(sly.consent(Consent.Act.SHARE_HASHES, "yes"))
    assert sly.send().status_code == 400
    assert not Consent.objects.filter(act=Consent.Act.SHARE_HASHES).exists()


def test_ids_of_another_report_open_nothing_more(browser: Browser):
    """Another's case, key, consent or locator, said again under a new submission: we have that one, or it is refused."""
    browser.send()
    expected = {("case",): 200, ("key", "id"): 200, ("conversation", "id"): 200, ("consents", 0, "id"): 400,
                ("receipt", "locator"): 400}
    for path, status in expected.items():
        sly = Browser(browser.unit, another_lock(browser.lock))
        value: Any = browser.body
        for step in path:
            value = value[step]
        at(*path, value=value)(sly.body)
        assert sly.send().status_code == status, path
    assert (Case.objects.count(), Receipt.objects.count()) == (1, 1)


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b'"x"', b"{", b"[" * 100_000, b"\xff\xfe",
                                 b"{" + b" " * LONGEST_BODY + b"}"])
def test_what_is_no_report_at_all_gets_a_clear_answer(browser: Browser, raw):
    answer = browser.send(raw=raw)
    assert (answer.status_code, answer.json()) == (400, {"outcome": "odd"})


def test_only_our_own_page_may_post_and_only_json(browser: Browser):
    assert browser.send(headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.send(headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.send(content_type="text/plain").status_code == 400
    assert Reporter("en").client.get("/en/report/send/").status_code == 405
    assert nothing_is_kept()


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
                           lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4))


@given(json_values)
def test_any_json_is_malformed_and_never_an_error(told):
    with pytest.raises(Malformed):
        parse(json.dumps(told).encode())


@given(st.binary(max_size=300))
def test_any_bytes_are_malformed_and_never_an_error(raw):
    with pytest.raises(Malformed):
        parse(raw)


def leaves(body: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [path] + [leaf for name, value in inside for leaf in leaves(value, (*path, name))]


@WITHOUT_FRESH_FIXTURES
@given(data=st.data())
def test_any_part_changed_to_anything_is_refused_or_well_formed(browser: Browser, data):
    """One part of a good body becomes something else: never a server error, and never half a case."""
    body = copy.deepcopy(browser.body)
    path = data.draw(st.sampled_from(leaves(body)[1:]))
    at(*path, value=data.draw(json_values))(body)
    before = Case.objects.count()
    answer = browser.send(body)
    assert answer.status_code in {200, 400, 409}
    if answer.status_code != 200:
        assert (Case.objects.count(), DataKey.objects.count()) == (before, 2 * before)


# --- when it cannot be taken ----------------------------------------------------------------------------------------------
def test_a_flood_from_one_address_waits(browser: Browser, monkeypatch):
    monkeypatch.setattr(throttle, "REPORTS", throttle.Limit("reports", 1, 3600))
    browser.send()
    second = Browser(browser.unit, another_lock(browser.lock))
    answer = second.send()
    assert (answer.status_code, answer.json()) == (429, {"outcome": "crowd"})
    cache.clear()
    assert second.send().status_code == 200


def test_while_the_database_is_away_the_page_is_told_to_wait(browser: Browser, monkeypatch, caplog):
    def gone(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("FATAL: the row (Ayesha, 0300 1234567)")
    monkeypatch.setattr(CursorWrapper, "execute", gone)
    answer = browser.send()
    monkeypatch.undo()
    assert (answer.status_code, answer.json()) == (503, {"outcome": "away"})
    assert "0300 1234567" not in caplog.text


# --- the typed steps, handed to the browser -------------------------------------------------------------------------------
def typed(reporter: type[Reporter], who: dict[str, Any], what: dict[str, Any], language: str = "en") -> str:
    at_form = reporter(language)
    at_form.press(**who)
    return at_form.press(**what, sealing="browser")


def test_the_typed_steps_come_blank_with_the_keys_to_seal_to(reporter, worker_key):
    text = typed(reporter, {"relation": "me", "age_now": "24"}, {"harm": "sextortion", "conflict": ""})
    data = json.loads(text.partition('<script id="typed" type="application/json">')[2].partition("</script>")[0])
    unit = Unit.objects.get(code="adults")
    assert data["steps"] == ["pictures", "story", "consent"]
    assert (data["seal"]["unit"], data["seal"]["chain"][-1]["version"]) == (str(unit.pk), 1)
    assert data["seal"]["worker"][0]["kind"] == "worker"
    assert data["told"] == {"relation": "me", "age_now": 24, "age_then": None}
    assert data["rules"]["story"]["story"] == {"kind": "words", "most": 8000, "bytes": 24000}
    assert 'name="share_hashes"' in text
    assert 'data-panel="receipt"' in text
    assert "Sealed on this phone" in text


def test_without_a_worker_key_all_but_an_address_can_be_sealed(reporter):
    text = typed(reporter, {"relation": "me"}, {"harm": "doxxing"})
    assert '"worker": null' in text
    assert "data-panel=\"pictures\"" not in text


def test_without_script_the_page_says_that_the_server_seals(reporter):
    person = reporter("en")
    person.press(relation="me")
    person.press(harm="doxxing")
    assert "Sealed on our server" in person.text
    assert "data-panel" not in person.text
