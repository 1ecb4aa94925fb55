"""The report as a person without JavaScript sends it: real forms, real sealing, the real database."""
import json
import re
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from cases.audit.models import Entry
from cases.hashing.models import MediaHash, Variant
from cases.intake import receipts, state, throttle
from cases.intake.models import Receipt
from cases.models import Case, Consent
from cases.notifications.models import Address
from cases.outbox.models import Job
from cases.units.models import Unit
from cases.vault import custody, envelope, hpke, turnstile, unseal
from cases.vault.models import DataKey, UnitKey
from tests.cases.hashing.conftest import new_variants
from tests.cases.intake.conftest import CONSENT, STORY, WHAT, WHO, Reporter, fingerprint

pytestmark = pytest.mark.django_db
TYPED = ["میری تصویریں", "example.com/post", "@someone", "ایک پرانا دوست", "a forum", "مجھے منظور ہے", "رات کو نہیں"]


def everything_stored() -> str:
    """Every table as text, as a thief of the database would read it; bytes as they are."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [bytes(cell).decode("utf-8", "ignore") if isinstance(cell, bytes | memoryview) else str(cell)
                      for row in cursor.fetchall() for cell in row]
    return "\n".join(found)


# --- the whole way ----------------------------------------------------------------------------------------------------
def test_a_report_becomes_a_case_that_holds_nothing_in_the_clear(reporter):
    person = reporter().to_the_code()
    code = person.draft.code
    assert not Case.objects.exists()                                   # nothing is stored before Send
    assert not DataKey.objects.exists()
    person.send()
    assert person.at == "done"
    assert " ".join(re.findall(r"<span>(\d{4})</span>", person.text)) == " ".join(code[i:i + 4] for i in range(0, 20, 4))
    case = Case.objects.get()
    assert (case.unit.code, case.harm, case.age_band, case.language, case.dangers) == (
        "adults", "sextortion", "adult", "ur", ["deadline"])
    stored = everything_stored()
    for secret in [*TYPED, code, code[:12]]:
        assert secret not in stored
    assert list(case.history.values_list("said", flat=True)) == ["received"]
    assert Entry.objects.filter(event="case_opened", subject=str(case.pk), actor="reporter").exists()


def test_the_receipt_code_opens_the_conversation_and_not_the_answers(reporter):
    person = reporter().to_the_code()
    code = person.draft.code
    person.send()
    found = receipts.find(receipts.derive(code))
    case = found.receipt.case
    key = unseal.key_for_reporter(case.conversation_key, case=case.pk, private=found.private)
    given = Consent.objects.get(act="ask_platform")
    assert envelope.open_blob(key, given.assent, case=case.pk, field="assent", record=given.pk).decode() == "مجھے منظور ہے"
    with pytest.raises(unseal.NotHeld):
        unseal.key_for_reporter(case.key, case=case.pk, private=found.private)


def test_a_member_of_the_unit_reads_what_was_typed(reporter, unit_private):
    reporter().to_the_code().send()
    case = Case.objects.get()
    key = unseal.key_for_unit(case.key, case=case.pk, keyring=unit_private(case.unit))
    answers = json.loads(envelope.open_blob(key, case.answers, case=case.pk, field="answers", record=case.pk))
    assert answers == {
        "version": 1, "relation": "me", "age_now": 24, "age_then": None, "story": STORY["story"],
        "links": ["https://example.com/post/1", "https://instagram.com/p/2"], "handles": ["@someone"],
        "platform_other": "a forum",
        "wanted": ["remove", "stop"], "who_does_it": "ایک پرانا دوست", "safe_to_contact": "رات کو نہیں"}
    assert envelope.open_blob(key, case.summary, case=case.pk, field="summary", record=case.pk).decode() == STORY["story"]


def test_what_was_agreed_is_kept_per_act_and_dated(reporter):
    reporter().to_the_code().send()
    assert dict(Consent.objects.values_list("act", "answer")) == {
        "ask_platform": "yes", "pass_police": "ask_first", "pass_pta": "no"}        # no pictures: nothing to share, so not asked
    assert Consent.objects.filter(at=None).count() == 0


def test_fingerprints_rest_in_their_table_and_ask_to_be_matched(reporter):
    prints = [fingerprint(1), f"{fingerprint(2)}:{','.join(new_variants('0f' * 32))}", fingerprint(1)]
    person = reporter().to_the_code(pictures={"fingerprint": prints}, consent=CONSENT | {"share_hashes": "yes"})
    person.send()
    assert Variant.objects.filter(media__number=2).count() == Variant.objects.count() == 14
    assert list(MediaHash.objects.values_list("number", "sha256")) == [(1, f"{1:064x}"), (2, f"{2:064x}")]
    assert Job.objects.get(task="hashing.match").payload == {"case_id": str(Case.objects.get().pk)}
    assert Consent.objects.get(act="share_hashes").answer == "yes"


@pytest.mark.parametrize(("harm", "alarms"), [("sextortion", 1), ("bullying", 0)])
def test_an_urgent_report_alarms_who_is_on_duty(reporter, harm, alarms):
    reporter().to_the_code(who=WHO | {"dangers": []}, what={"harm": harm, "conflict": ""}, consent=CONSENT).send()
    case = Case.objects.get()
    asked = Job.objects.filter(task="notifications.urgent", payload={"case_id": str(case.pk)})
    assert (case.priority <= 2, asked.count()) == (bool(alarms), alarms)


def test_an_address_is_sealed_to_the_worker_and_nobody_else(reporter, worker_key):
    contact = {"contact": "sms", "address": "۰۳۰۰ ۱۲۳۴۵۶۷", "hours": ["9-12", "15-18"]}
    reporter().to_the_code(consent=CONSENT | contact).send()
    address = Address.objects.get()
    assert address.hours == [[9, 12], [15, 18]]
    assert [wrap.recipient for wrap in address.key.wraps.all()] == ["worker"]
    key = unseal.key_for_worker(address.key, case=address.case_id)
    plain = envelope.open_blob(key, address.sealed, case=address.case_id, field="address", record=address.pk)
    assert plain == b"+923001234567"
    assert "3001234567" not in everything_stored()


def test_the_last_page_promises_what_the_clock_says(reporter):
    person = reporter("en").to_the_code()
    person.send()
    due = Case.objects.get().due_at
    said = datetime.fromisoformat(re.search(r'<time datetime="([^"]+)"', person.text)[1])
    assert abs(said - due) < timedelta(minutes=1)


# --- who reads it, and what is asked ----------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "what", "unit"), [
    ({"relation": "me", "age_now": "15"}, WHAT, "children"),
    ({"relation": "my_child", "age_now": "۹"}, {"harm": "bullying"}, "children"),
    ({"relation": "me", "age_now": "30", "age_then": "16"}, {"harm": "deepfake"}, "children"),
    ({"relation": "someone_else"}, {"harm": "child_imagery"}, "children"),
    ({"relation": "me", "age_now": "15"}, WHAT | {"conflict": "police"}, "integrity"),
    ({"relation": "me"}, {"harm": "blasphemy_accusation"}, "adults"),
])
def test_the_unit_is_fixed_before_anything_is_typed_and_counted_again_at_send(reporter, who, what, unit):
    person = reporter()
    person.press(**who)
    person.press(**what)
    assert person.draft.unit == unit
    assert person.draft.key_version == 1
    person.to_the_code().send()
    assert Case.objects.get().unit.code == unit


def test_a_new_key_between_routing_and_send_is_the_one_that_seals(reporter, unit_private):
    person = reporter().to_the_code()
    unit = Unit.objects.get(code="adults")
    custody.new_unit_key(unit, members=[], actor="system", keyring=unit_private(unit))
    person.send()
    assert {wrap.version for wrap in Case.objects.get().key.wraps.all()} == {2}
    assert UnitKey.objects.filter(unit=unit).count() == 2


def test_the_body_that_is_accused_is_not_suggested(reporter):
    person = reporter("en")
    person.press(**WHO)
    person.press(**WHAT | {"conflict": "police"})
    person.press()
    person.press(**STORY)
    assert person.at == "consent"
    assert 'name="pass_police"' not in person.text
    assert 'name="pass_pta"' in person.text


def test_a_childs_fingerprints_are_matched_but_nobody_is_asked_to_share_them(reporter):
    person = reporter("en").to_the_code(who={"relation": "me", "age_now": "15"}, pictures={"fingerprint": [fingerprint(1)]})
    person.send()
    assert Case.objects.get().child
    assert MediaHash.objects.count() == 1
    assert not Consent.objects.filter(act="share_hashes").exists()


@pytest.mark.parametrize(("who", "harm", "asked"), [
    ({"relation": "me"}, "doxxing", False), ({"relation": "me"}, "blasphemy_accusation", False),
    ({"relation": "someone_else"}, "child_imagery", False), ({"relation": "me", "age_now": "16"}, "child_imagery", True),
    ({"relation": "me"}, "private_images", True), ({"relation": "me"}, "sextortion", True),
])
def test_pictures_are_asked_for_only_where_they_help(reporter, who, harm, asked):
    person = reporter("en")
    person.press(**who)
    person.press(harm=harm)
    assert person.at == ("pictures" if asked else "story")
    assert f"of {5 if asked else 4}" in person.text


@pytest.mark.parametrize(("language", "who", "harm", "leads", "not_to"), [
    ("ur", {"age_now": "15"}, "sextortion", "https://takeitdown.ncmec.org/ur/", "stopncii.org"),
    ("en", {"age_now": "15"}, "sextortion", 'https://takeitdown.ncmec.org/"', "stopncii.org"),
    ("ur", {"age_now": "30"}, "deepfake", "https://stopncii.org/?lang=ur-pk", "takeitdown"),
    ("en", {"age_now": "30"}, "deepfake", 'https://stopncii.org/"', "takeitdown"),
    ("en", {"age_now": "30", "age_then": "16"}, "intimate_images", "takeitdown", "stopncii.org"),
    ("en", {"age_now": "30"}, "private_images", "", "stopncii.org"),
])
def test_children_are_led_to_take_it_down_and_adults_to_stopncii(reporter, language, who, harm, leads, not_to):
    person = reporter(language)
    person.press(relation="me", **who)
    person.press(harm=harm)
    assert person.at == "pictures"
    assert leads in person.text
    assert not_to not in person.text


def test_danger_brings_the_helplines_before_anything_else(reporter):
    person = reporter("en")
    assert person.text.index("tel:15") < person.text.index("<fieldset")
    person.press(relation="me", dangers=["life"])
    assert person.text.index("You told us of danger") < person.text.index("<fieldset")
    calm = reporter("en")
    calm.press(relation="me")
    assert "You told us of danger" not in calm.text


@pytest.mark.parametrize(("choice", "body"), [("not_us_speech", "PTA"), ("not_us_extremism", "NCCIA"), ("not_us_money", "1799"),
                                              ("not_us_device", "complaint.pta.gov.pk"), ("not_us_offline", "1099")])
def test_what_is_not_for_us_shows_who_it_is_for_and_stores_nothing(reporter, choice, body):
    person = reporter("en")
    person.press(**WHO)
    entries = Entry.objects.count()
    person.press(harm=choice)
    assert person.at == "elsewhere"
    assert body in person.text
    person.press("back")
    assert person.at == "what"
    assert not Case.objects.exists()
    assert Entry.objects.count() == entries


# --- back, change, language -------------------------------------------------------------------------------------------
def test_back_keeps_what_was_typed_even_if_it_is_not_right_yet(reporter):
    person = reporter("en")
    person.press(**WHO)
    person.press(**WHAT)
    person.press()
    person.press("back", story="half a thought", links="not a link")
    assert person.at == "pictures"
    person.press()
    assert "half a thought" in person.text
    assert "not a link" in person.text
    assert "error-summary" not in person.text


def test_the_other_language_keeps_everything(reporter):
    person = reporter("ur")
    person.press(**WHO)
    person.press("language", language="en", harm="deepfake", wants_woman="on")
    assert person.at == "what"
    assert 'lang="en" dir="ltr"' in person.text
    assert re.search(r'value="deepfake"[^>]* checked', person.text)
    assert re.search(r'name="wants_woman"[^>]* checked', person.text)
    person.to_the_code().send()
    assert Case.objects.get().language == "en"


def test_a_change_leads_straight_back_to_the_answers(reporter):
    person = reporter("en").to_the_code()
    person.press("back")
    assert person.at == "check"
    person.press("change:story")
    person.press(**STORY | {"story": "another story"})
    assert person.at == "check"
    assert "another story" in person.text


def test_a_change_that_brings_a_new_question_asks_it(reporter):
    person = reporter("en").to_the_code(what={"harm": "doxxing"})
    person.press("back")
    person.press("change:what")
    person.press(harm="sextortion")
    assert person.at == "pictures"
    person.press()
    assert person.at == "check"


# --- what is typed wrong ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("language", "answers", "words"), [
    ("en", {}, "Tell us who this is being done to."),
    ("ur", {}, "بتائیں کہ یہ کس کے ساتھ ہو رہا ہے۔"),
    ("en", {"relation": "me", "age_now": "abc"}, "number of years"),
    ("en", {"relation": "me", "age_now": "121"}, "number of years"),
    ("en", {"relation": "me", "age_now": "-5"}, "number of years"),
    ("en", {"relation": "me", "age_now": "12.5"}, "number of years"),
    ("en", {"relation": "my_child"}, "how old your child is"),
    ("en", {"relation": "me", "age_now": "15", "age_then": "16"}, "cannot be higher"),
    ("en", {"relation": "nobody"}, "Select a valid choice"),
    ("en", {"relation": "me", "dangers": ["volcano"]}, "Select a valid choice"),
])
def test_an_error_is_said_beside_the_field_and_keeps_the_page(reporter, language, answers, words):
    person = reporter(language)
    text = person.press(**answers)
    assert (person.status, person.at) == (200, "who")
    assert 'id="error-summary"' in text
    assert text.count(words) == 2                          # above and beside the field
    if "age_now" in answers:
        assert f'value="{answers["age_now"]}"' in text


@pytest.mark.parametrize("typed", ["17", "۱۷", "١٧", " 17 ", "\u200f17"])
def test_ages_in_any_digits(reporter, typed):
    person = reporter()
    person.press(relation="me", age_now=typed)
    person.press(**WHAT)
    assert person.draft.unit == "children"


def test_joiners_and_bidi_marks_stay_in_the_story_and_leave_links_and_names(reporter, unit_private):
    odd = {"story": "نہیں\u200cجانتا \u202eevil\u202c", "links": "https://exa\u202emple.com/\u200bp",
           "handles": "@some\u2066one\u2069"}
    reporter().to_the_code(story=STORY | odd).send()
    case = Case.objects.get()
    key = unseal.key_for_unit(case.key, case=case.pk, keyring=unit_private(case.unit))
    answers = json.loads(envelope.open_blob(key, case.answers, case=case.pk, field="answers", record=case.pk))
    assert answers["story"] == odd["story"]
    assert answers["links"] == ["https://example.com/p"]
    assert answers["handles"] == ["@someone"]


@pytest.mark.parametrize(("bad", "words"), [
    (["zz" * 90], "arrived damaged"), ([fingerprint(1)[:-1]], "arrived damaged"), ([fingerprint(1).upper()], "arrived damaged"),
    ([fingerprint(1).replace(":88:", ":49:")], "too plain"), ([fingerprint(1).replace(":88:", ":101:")], "too plain"),
    ([fingerprint(n) for n in range(11)], "more than ten"),
])
def test_fingerprints_that_are_none_are_refused_kindly(reporter, bad, words):
    person = reporter("en")
    person.press(**WHO)
    person.press(**WHAT)
    assert words in person.press(fingerprint=bad)
    assert person.at == "pictures"
    assert person.draft.answers["who"]["relation"] == ["me"]


@pytest.mark.parametrize("count", [400, 10_000])
def test_thousands_of_fingerprints_are_refused_at_once_and_nothing_typed_is_lost(reporter, count):
    person = reporter("en")
    person.press(**WHO)
    person.press(**WHAT)
    text = person.press(fingerprint=[fingerprint(n) for n in range(count)])
    assert (person.status, person.at) == (200, "pictures")
    assert "more than ten pictures" in text
    assert text.count('name="fingerprint" value') <= 11
    assert person.draft.answers["what"]["harm"] == ["sextortion"]


def test_a_story_that_is_too_long_comes_back_whole_enough_to_shorten(reporter):
    person = reporter("en")
    person.press(**WHO)
    person.press(**WHAT)
    person.press()
    text = person.press(**STORY | {"story": "word " * 60_000})
    assert (person.status, person.at) == (200, "story")
    assert "too long: at most 8000" in text
    assert "word word word" in text
    assert "example.com/post/1" in text
    person.press(**STORY)
    assert person.at == "consent"


def test_the_longest_report_that_the_fields_allow_fits_the_form(reporter):
    long = {"story": "ا" * 7999 + "\n", "links": "\n".join("https://example.com/" + "x" * 270 + str(n) for n in range(20)),
            "handles": "\n".join("ن" * 40 + str(n) for n in range(20)), "who_does_it": "ب" * 500, "platform_other": "پ" * 100}
    person = reporter("en").to_the_code(story=STORY | long, pictures={"fingerprint": [fingerprint(n) for n in range(10)]},
                                        consent=CONSENT
                                        | {"share_hashes": "no", "safe_to_contact": "ت" * 300, "assent": "ٹ" * 200})
    assert len(person.carried["state"]) <= state.LONGEST
    person.send()
    assert person.at == "done"


@pytest.mark.parametrize(("answers", "words"), [
    ({"links": "just some words"}, "does not look like a link"), ({"links": "javascript:alert(1)"}, "does not look like a link"),
    ({"links": "mailto:a@b.example"}, "does not look like a link"), ({"links": "http://[::1"}, "does not look like a link"),
    ({"handles": "\n".join(f"@n{n}" for n in range(21))}, "At most 20 lines"), ({"handles": "x" * 121}, "at most 120 characters"),
])
def test_links_and_accounts_are_checked_kindly(reporter, answers, words):
    person = reporter("en")
    person.press(**WHO)
    person.press(harm="doxxing")
    assert words in person.press(**STORY | answers)
    assert person.at == "story"


@pytest.mark.parametrize(("answers", "words"), [
    ({"assent": ""}, "Type “I agree”"), ({"contact": "sms", "address": "12"}, "mobile number such as"),
    ({"contact": "email", "address": "nobody"}, "e-mail address such as"), ({"contact": "email"}, "e-mail address such as"),
    ({"pass_police": "maybe"}, "Select a valid choice"),
])
def test_consents_and_contact_are_checked(reporter, answers, words):
    person = reporter("en")
    person.press(**WHO)
    person.press(harm="doxxing")
    person.press(**STORY)
    assert words in person.press(**CONSENT | answers)
    assert person.at == "consent"


def test_an_address_given_without_the_wish_to_be_told_is_dropped(reporter):
    reporter().to_the_code(consent=CONSENT | {"address": "a@example.com"}).send()
    assert not Address.objects.exists()


# --- the code ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed_back", [lambda code: code, lambda code: code[-4:], lambda code: " ".join(code[-4:]),
                                        lambda code: code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))])
def test_the_code_is_typed_back_in_any_digits(reporter, typed_back):
    person = reporter().to_the_code()
    person.press("send", typed=typed_back(person.draft.code))
    assert person.at == "done"


def test_whoever_kept_it_need_not_type(reporter):
    person = reporter().to_the_code()
    person.press("send", kept="on")
    assert person.at == "done"


@pytest.mark.parametrize(("answers", "words"),
                         [({}, "so that we know you have the code"), ({"typed": "0000 1"}, "not the last four digits")])
def test_without_it_nothing_is_sent(reporter, answers, words):
    person = reporter("en").to_the_code()
    assert words in person.press("send", **answers)
    assert (person.at, Case.objects.count()) == ("receipt", 0)


# --- twice, late, forged ----------------------------------------------------------------------------------------------
def test_sending_twice_opens_one_case_and_shows_the_same_receipt(reporter):
    person = reporter("en").to_the_code()
    before = dict(person.carried)
    code = person.draft.code
    person.send()
    keys = DataKey.objects.count()
    person.carried = before
    text = person.send()
    assert person.at == "done"
    assert "We already had this report" in text
    assert f"<span>{code[-4:]}</span>" in text
    assert (Case.objects.count(), Receipt.objects.count(), DataKey.objects.count()) == (1, 1, keys)
    assert receipts.find(receipts.derive(code)).receipt.case == Case.objects.get()


def test_an_old_page_sent_again_after_other_answers_is_still_the_same_report(reporter):
    """The ids and the code are made with the first page, so a replay from any page ends in the same case."""
    person = reporter("en")
    first = dict(person.carried)
    person.to_the_code().send()
    code = person.draft.code
    person.carried = first
    person.to_the_code(story=STORY | {"story": "told anew"})
    assert person.draft.code == code
    assert "We already had this report" in person.send()
    assert Case.objects.count() == 1


@pytest.mark.parametrize("sealed", ["", "x", "AAAA" * 50, "محفوظ", "A" * 100_000])
def test_forged_state_asks_again_and_keeps_what_this_page_carried(reporter, sealed):
    person = reporter("en")
    person.press(**WHO)
    person.press(**WHAT)
    person.press()
    person.carried["state"] = sealed
    text = person.press(**STORY)
    assert (person.status, person.at) == (200, "who")
    assert "open for more than two hours" in text
    person.press(**WHO)
    person.press(harm="doxxing")
    assert STORY["story"] in person.text


def test_expired_state_asks_again(reporter, monkeypatch):
    person = reporter("en").to_the_code()
    now = state.time.time()
    monkeypatch.setattr(state.time, "time", lambda: now + state.LIFETIME + 60)
    text = person.press("send", kept="on")
    assert (person.at, Case.objects.count()) == ("who", 0)
    assert "cross it out" in text


def test_somebody_elses_page_name_or_act_is_harmless(reporter):
    for fields in ({"page": "done"}, {"page": "receipt", "act": "send", "kept": "on"}, {"page": "check"}, {"page": "nonsense"},
                   {"act": "change:nonsense"}, {"act": "change:story"}, {"page": "elsewhere"}, {"page": "pictures"}):
        person = reporter("en")
        person.carried |= {"page": fields.get("page", "who")}
        person.press(**{"act": fields.get("act", "next"), **{k: v for k, v in fields.items() if k not in {"page", "act"}}})
        assert person.status == 200
        assert not Case.objects.exists()


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_cannot_post(reporter, headers):
    person = reporter().to_the_code()
    person.press("send", kept="on", headers=headers)
    assert (person.status, Case.objects.count()) == (403, 0)


def test_a_file_never_gets_in(reporter, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    person = reporter()
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"\xff" * 3_000_000)
    with picture.open("rb") as file:
        answer = person.client.post("/ur/report/", {**person.carried, "page": "pictures", "pictures": file})
    assert answer.status_code == 200
    assert [path.name for path in tmp_path.iterdir()] == ["picture.jpg"]


def test_no_cookie_no_cache_and_a_neutral_title(reporter):
    person = reporter("en").to_the_code()
    person.send()
    assert not person.client.cookies
    assert "no-store" in person.response.headers["Cache-Control"]
    assert "<title>Form</title>" in person.text


# --- when it cannot be taken ------------------------------------------------------------------------------------------
def test_a_crowd_loses_nothing(reporter, monkeypatch):
    person = reporter("en").to_the_code()
    usual = turnstile.ARGON2ID
    monkeypatch.setattr(turnstile, "ARGON2ID", turnstile.Turnstile(at_once=0, waiting=0))
    assert "Many people are sending" in person.send()
    assert (person.at, Case.objects.count()) == ("receipt", 0)
    monkeypatch.setattr(turnstile, "ARGON2ID", usual)
    person.send()
    assert person.at == "done"


def test_a_flood_from_one_address_waits_and_others_do_not(reporter, monkeypatch):
    monkeypatch.setattr(throttle, "REPORTS", throttle.Limit("reports", 1, 3600))
    reporter("en").to_the_code().send()
    second = reporter("en").to_the_code()
    assert "Very many reports" in second.send()
    assert Case.objects.count() == 1
    cache.clear()
    second.send()
    assert Case.objects.count() == 2


def test_without_the_units_key_no_report_is_asked_for(reporter):
    UnitKey.objects.all().delete()
    person = reporter("en")
    person.press(**WHO)
    assert "We are not open for these reports yet" in person.press(**WHAT)


def test_with_a_unit_key_that_nobody_signed_no_report_is_asked_for(reporter):
    UnitKey.objects.update(public=hpke.new_pair()[1])
    person = reporter("en")
    person.press(**WHO)
    assert "We cannot seal a report just now" in person.press(**WHAT)
    UnitKey.objects.update(anchored=False, signature=b"")
    assert "We are not open for these reports yet" in person.press(**WHAT)
    assert person.at == "what"


# --- weight -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "ur"])
def test_asking_costs_few_queries(reporter, language, django_assert_max_num_queries):
    person = Reporter(language)
    person.press(**WHO)
    with django_assert_max_num_queries(6):
        person.press(**WHAT)


@pytest.mark.parametrize(("conflict", "harm", "gone", "stays"), [
    ("", "sextortion", "", "15"), ("police", "sextortion", "15", "1122"), ("ministry", "sextortion", "1099", "15"),
    ("cybercrime", "sextortion", "1799", "15"), ("", "blasphemy_accusation", "1799", "1122")])
def test_the_body_that_is_accused_is_no_helpline_either(reporter, conflict, harm, gone, stays):
    at = reporter("en")
    at.press(**WHO | {"dangers": ["life"]})
    at.press(harm=harm, conflict=conflict)
    at.press() if at.at == "pictures" else None
    at.to_the_code(what={"harm": harm, "conflict": conflict})
    at.send()
    assert at.at == "done"
    called = set(re.findall(r'"tel:(\d+)"', at.text.partition("<main")[2]))
    assert stays in called
    assert gone not in called
