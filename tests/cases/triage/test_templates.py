"""Templates: their little language, what of a case fills them, what is refused, and who keeps them."""
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from cases.audit.models import Entry
from cases.clock.models import Calendar
from cases.clock.services import PAKISTAN_HOURS
from cases.escalation import registry
from cases.models import Message
from cases.services import change_status
from cases.triage.blanks import Blank, Filled, Malformed, fill, passages
from cases.triage.facts import facts_of, opening
from cases.triage.models import Reply
from cases.triage.replies import REPLIES
from cases.triage.services import set_up_replies
from cases.workflow import Status
from tests.factories.cases import make_case, make_member, reporter_reads, signed_in

ASKED = {"name_en": "Asked", "name_ur": "کہہ دیا", "text_en": "We asked {platform}.[[ Again on {next_check}.]]",
         "text_ur": "ہم نے {platform} سے کہا۔[[ پھر {next_check} کو۔]]"}


def template(**fields):
    return Reply.objects.create(**ASKED | fields)


def write(client, case, **data):
    return client.post(f"/desk/case/{case.ref}/write/", {"version": case.version, **data})


def said(page):
    return page.context["write_form"]["text"].value()


# --- the little language --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("text", "facts", "keep", "words", "missing"), [
    ("Ask {platform}.", {Blank.PLATFORM: "X"}, None, "Ask X.", ()),
    ("Ask {platform}.", {}, None, "Ask {platform}.", (Blank.PLATFORM,)),
    ("Hello.[[ On {next_check}.]] Bye.", {}, None, "Hello. Bye.", ()),
    ("Hello.[[ On {next_check}.]] Bye.", {Blank.NEXT_CHECK: "Monday"}, None, "Hello. On Monday. Bye.", ()),
    ("Hello.[[ On {next_check}.]]", {Blank.NEXT_CHECK: "Monday"}, [], "Hello.", ()),
    ("Hello.[[ On {next_check}.]]", {}, [0], "Hello. On {next_check}.", (Blank.NEXT_CHECK,)),
    ("A\n\n[[{unit}]]\n\nB", {}, None, "A\n\nB", ()),
    ("[[a]] and [b] and }", {}, None, "a and [b] and }", ()),
])
def test_what_is_not_known_is_left_out_or_missing(text, facts, keep, words, missing):
    assert fill(text, facts, keep=keep) == Filled(words, missing)


@pytest.mark.parametrize("text", ["{plattform}", "{}", "{name}", "[[ open", "closed ]]", "[[ a [[ b ]] ]]", "]] [["])
def test_what_nothing_fills_and_crooked_passages_are_refused(text):
    with pytest.raises(Malformed):
        list(passages(text))


def test_those_that_come_along_are_well_formed_in_both_languages():
    for ready in REPLIES:
        english, urdu = ([each.blanks for each in passages(text)] for text in (ready.text_en, ready.text_ur))
        assert english == urdu, ready.name_en


# --- facts ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("language", "words"), [
    ("en", "Monday to Thursday 09:00–17:00; Friday 09:00–12:30 and 14:30–17:00"),
    ("ur", "پیر تا جمعرات 09:00–17:00؛ جمعہ 09:00–12:30 اور 14:30–17:00")])
def test_opening_hours_are_told_shortly(language, words):
    with override(language):
        assert opening(Calendar(hours=PAKISTAN_HOURS)) == words
        assert opening(Calendar(hours={})) == ""


def test_facts_come_from_the_case_in_the_readers_language(unit):
    registry.seed()
    case = make_case(unit, platforms=["tiktok"])
    case = change_status(case=change_status(case=case, to=Status.IN_REVIEW, by=None), to=Status.WAITING_OUTSIDE, by=None,
                         next_check=timezone.now() + timedelta(days=2))
    facts = facts_of(case, "ur", platforms={"tiktok": "ٹک ٹاک"})
    assert (facts[Blank.PLATFORM], facts[Blank.UNIT], facts[Blank.REFERENCE]) == ("ٹک ٹاک", unit.name_ur, "")
    assert facts[Blank.NEXT_CHECK]


# --- at the case ------------------------------------------------------------------------------------------------------------
def test_what_fits_the_case_is_offered_first_filled_in_and_in_both_languages(client, unit):
    registry.seed()
    case = make_case(unit, platforms=["tiktok"], language="ur")
    template(statuses=["closed"])
    template(harms=[case.harm], text_en="Do not pay {platform}.", text_ur="{platform} کو کچھ نہ دیں۔")
    first, second = client.get(f"/desk/case/{case.ref}/").context["replies"]
    assert (first.fits, second.fits) == (True, False)
    assert (first.words, first.own) == ("ٹک ٹاک کو کچھ نہ دیں۔", "Do not pay TikTok.")


def test_a_blank_that_nothing_fills_is_named_and_never_sent(client, unit):
    case, reply = make_case(unit, platforms=["tiktok", "facebook"], language="en"), template()
    page = write(client, case, use=reply.pk)
    assert said(page) == "We asked {platform}."
    assert "the platform" in str(page.context["write_form"].errors["text"])
    refused = write(client, case, text="We asked {platform}.")
    assert refused.status_code == 400
    assert 'id="writeform_text_error"' in refused.content.decode()
    assert write(client, case, text="[[ Again ]]").status_code == 400
    assert not Message.objects.exists()


def test_what_goes_into_the_blanks_is_chosen_and_then_edited(client, unit):
    registry.seed()
    case, reply = make_case(unit, platforms=[], language="ur"), template()
    asked = write(client, case, text="السلام علیکم", fill=reply.pk)
    assert asked.context["told"].missing == (Blank.PLATFORM,)
    assert 'name="text" value="السلام علیکم"' in asked.content.decode()
    refused = write(client, case, use=reply.pk, **{"fact-chosen": 1, "text": "السلام علیکم"})
    assert refused.status_code == 400
    assert "platform" in refused.context["form"].errors
    chosen = {"fact-chosen": 1, "fact-platform": "tiktok", "fact-passage": "0", "text": "السلام علیکم"}
    assert "next_check" in write(client, case, use=reply.pk, **chosen).context["form"].errors
    soon = f"{timezone.localtime() + timedelta(days=3):%Y-%m-%dT%H:%M}"
    shown = write(client, case, fill=reply.pk, **chosen | {"fact-next_check": soon})
    assert shown.context["told"].words.startswith("ہم نے ٹک ٹاک سے کہا۔ پھر ")
    assert shown.context["own"].startswith("We asked TikTok. Again on ")
    page = write(client, case, use=reply.pk, **chosen | {"fact-next_check": soon})
    assert said(page).startswith("السلام علیکم\n\nہم نے ٹک ٹاک سے کہا۔ پھر ")
    sent = write(client, case, text=said(page))
    assert sent.status_code == 302
    assert reporter_reads(case, Message.objects.get()) == said(page)


def test_a_preview_sends_nothing(client, case):
    page = write(client, case, text="Hello <b>", preview="1")
    assert "Hello &lt;b&gt;" in page.content.decode().split('id="preview"')[1]
    assert not Message.objects.exists()


def test_a_retired_template_is_offered_no_more(client, case):
    reply = template(retired_at=timezone.now())
    assert client.get(f"/desk/case/{case.ref}/").context["replies"] == []
    assert write(client, case, use=reply.pk).status_code == 404


# --- settings ---------------------------------------------------------------------------------------------------------------
def test_a_supervisor_keeps_them_and_nobody_else(client, unit):
    nadia = signed_in(make_member("Nadia", unit, role="supervisor"))
    for path in ("settings/templates/", "settings/templates/new/"):
        assert nadia.get(f"/desk/{path}").status_code == 200
        assert client.get(f"/desk/{path}").status_code == 403
    assert client.post("/desk/settings/templates/new/", ASKED).status_code == 403
    assert nadia.post("/desk/settings/templates/new/", ASKED | {"harms": ["sextortion"]}).status_code == 302
    reply = Reply.objects.get()
    assert (reply.harms, reply.changed_by.name) == (["sextortion"], "Nadia")
    nadia.post(f"/desk/settings/templates/{reply.pk}/", ASKED | {"name_en": "Asked them"})
    nadia.post(f"/desk/settings/templates/{reply.pk}/retire/")
    reply.refresh_from_db()
    assert (reply.name_en, bool(reply.retired_at)) == ("Asked them", True)
    nadia.post(f"/desk/settings/templates/{reply.pk}/retire/", {"back": "1"})
    assert list(Entry.objects.filter(subject=f"reply-{reply.pk}").order_by("at").values_list("event", flat=True)) == [
        "reply_added", "reply_changed", "reply_retired", "reply_brought_back"]
    assert client.post(f"/desk/settings/templates/{reply.pk}/retire/").status_code == 403


@pytest.mark.parametrize(("field", "text", "complaint"), [
    ("text_ur", "", "required"), ("name_ur", "", "required"), ("text_en", "We asked {plattform}.", "{plattform}"),
    ("text_en", "We asked {platform}.[[", "double brackets|begin with"), ("text_ur", "ہم نے کہا۔", "other language")])
def test_one_language_alone_unknown_blanks_and_other_blanks_are_refused_beside_the_field(unit, field, text, complaint):
    nadia = signed_in(make_member("Nadia", unit, role="supervisor"))
    page = nadia.post("/desk/settings/templates/new/", ASKED | {field: text})
    assert page.status_code == 400
    assert any(word in str(page.context["form"].errors[field]) for word in complaint.split("|"))
    assert 'value="Asked"' in page.content.decode()
    assert not Reply.objects.exists()


def test_the_pages_are_in_urdu_too(unit):
    set_up_replies()
    nadia = signed_in(make_member("Nadia", unit, role="supervisor", language="ur"), language="ur")
    assert "سانچے" in nadia.get("/desk/settings/templates/").content.decode()
