"""What staff do on a case: who may, what is written, and that a refused act loses nothing."""
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.escalation.models import Platform
from cases.models import Case, Consent, Link, Message, StatusChange, Trace
from cases.notifications.models import Address, Kind, Notification
from cases.notifications.services import keep_address
from cases.triage.models import Note, Reply
from cases.triage.replies import REPLIES
from cases.triage.services import set_up_replies
from cases.vault import envelope
from cases.vault.custody import new_worker_key
from tests.factories.cases import (
    make_case,
    make_member,
    make_unit,
    reporter_consents,
    reporter_reads,
    reporter_writes,
    secrets_of,
    signed_in,
)

pytestmark = pytest.mark.django_db


def post(client: Client, case: Case, act: str, **data: object):
    version = Case.objects.get(pk=case.pk).version
    return client.post(f"/desk/case/{case.ref}/{act}/", {"version": version, **data})


def now_(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


# --- taking and giving -------------------------------------------------------------------------------------------------
def test_taking_a_new_case_starts_the_review(client, case, ayesha):
    assert post(client, case, "hand", me=1).status_code == 302
    assert (now_(case).assignee_id, now_(case).status) == (ayesha.pk, "in_review")
    assert Entry.objects.filter(event="case_assigned", subject=str(case.pk), actor=str(ayesha.pk)).count() == 1


def test_a_colleague_gets_it_unread_and_another_unit_cannot(client, case, bilal, stranger):
    assert post(client, case, "hand", to=stranger.pk).status_code == 400
    assert now_(case).assignee_id is None
    post(client, case, "hand", to=bilal.pk)
    assert (now_(case).assignee_id, now_(case).status) == (bilal.pk, "new")


def test_only_a_supervisor_takes_a_case_from_a_colleague(client, unit, case, bilal):
    post(signed_in(bilal), case, "hand", me=1)
    assert post(client, case, "hand", me=1).status_code == 403
    assert now_(case).assignee_id == bilal.pk
    head = make_member("Head", unit, role="supervisor")
    assert post(signed_in(head), case, "hand", me=1).status_code == 302
    assert now_(case).assignee_id == head.pk
    assert post(signed_in(head), case, "hand", to="").status_code == 302
    assert now_(case).assignee_id is None


def test_a_wish_for_a_woman_is_obeyed_or_the_supervisor_is_told(unit, ayesha, bilal):
    head = make_member("Head", unit, role="supervisor")
    case = make_case(unit, wants_woman=True)
    refused = post(signed_in(bilal), case, "hand", me=1)
    assert refused.status_code == 409
    assert "Emergency access" in refused.content.decode()
    assert post(signed_in(bilal), case, "hand", to=bilal.pk, despite_wish="on").status_code == 403
    assert now_(case).assignee_id is None
    assert not Notification.objects.exists()
    asked = post(signed_in(head), case, "hand", to=bilal.pk)
    assert "Assign all the same; the supervisor will be told" in asked.content.decode()
    post(signed_in(head), case, "hand", to=bilal.pk, despite_wish="on")
    assert now_(case).assignee_id == bilal.pk
    assert [(row.member_id, row.occasion) for row in Notification.objects.all()] == [(head.pk, "wish")]


def test_a_woman_of_the_unit_takes_it_without_a_word(unit):
    amna = make_member("Amna", unit, is_woman=True)
    case = make_case(unit, wants_woman=True)
    post(signed_in(amna), case, "hand", me=1)
    assert now_(case).assignee_id == amna.pk
    assert not Notification.objects.exists()


def test_many_are_taken_at_once_and_what_needs_a_closer_look_is_left(client, unit, ayesha, bilal, stranger):
    free, asked, his = make_case(unit), make_case(unit, wants_woman=True), make_case(unit)
    foreign = make_case(make_unit("children"))
    Case.objects.filter(pk=his.pk).update(assignee=bilal)
    response = client.post("/desk/bulk/", {"go": "take", "ref": [free.ref, asked.ref, his.ref, foreign.ref]}, follow=True)
    assert set(Case.objects.filter(assignee=ayesha)) == {free}
    page = response.content.decode()
    assert "1 case is now yours." in page
    note = page[page.index("Open these one by one"):page.index("</p>", page.index("Open these one by one"))]
    assert asked.ref in note
    assert his.ref in note
    assert foreign.ref not in note


# --- equal links and accounts ------------------------------------------------------------------------------------------
def test_taking_remembers_links_and_accounts_and_ties_cases_that_name_the_same(client, unit, stranger):
    first = make_case(unit, links=["https://www.facebook.com/groups/1/posts/88?utm_source=x"], handles=["@Bad.Actor"])
    second = make_case(unit, links=["facebook.com/groups/1/posts/88/", "https://facebook.com"], handles=["bad.actor", "x"])
    post(client, first, "hand", me=1)
    assert not Link.objects.exists()
    post(client, second, "hand", me=1)
    assert set(first.traces.values_list("kind", "tag")) == set(second.traces.values_list("kind", "tag"))
    assert Trace.objects.count() == 4                       # a bare host and a one-letter name say too little
    assert Link.objects.get().because == "handle"
    page = client.get(f"/desk/case/{second.ref}/").content.decode()
    assert page.count("Named in 1 other case") == 2
    assert first.ref in page


def test_a_locked_member_takes_a_case_and_no_trace_is_made(ayesha, unit):
    case = make_case(unit, handles=["@bad.actor"])
    post(signed_in(ayesha, unlocked=False), case, "hand", me=1)
    assert now_(case).assignee_id == ayesha.pk
    assert not Trace.objects.exists()


# --- status ------------------------------------------------------------------------------------------------------------
def test_the_words_chosen_are_the_words_read(client, case):
    Platform.objects.get_or_create(slug="facebook", defaults={"name_en": "Facebook", "name_ur": "فیس بک"})
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    post(client, case, "hand", me=1)
    due = timezone.localtime(timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    post(client, case, "move", move="asked_platform", platform="facebook", next_check=f"{due:%Y-%m-%dT%H:%M}")
    change = StatusChange.objects.filter(case=case).latest("at")
    assert (change.status, change.said, change.platform, change.next_check) == ("waiting_outside", "asked_platform", "facebook",
                                                                                due)
    assert now_(case).due_at == due
    post(client, case, "move", move="closed_removed")
    assert (now_(case).status, now_(case).outcome) == ("closed", "removed")
    post(client, case, "move", move="in_review", reason="It is back")
    assert (now_(case).status, now_(case).outcome) == ("in_review", "")


@pytest.mark.parametrize(("typed", "field"), [
    ({}, "move"), ({"move": "closed_removed"}, "move"), ({"move": "nonsense"}, "move"),
])
def test_a_new_case_cannot_be_closed_unread(client, case, typed, field):
    response = post(client, case, "move", **typed)
    assert response.status_code == 400
    assert field in response.context["move_form"].errors
    assert now_(case).status == "new"


@pytest.mark.parametrize(("typed", "field"), [({"platform": ""}, "platform"), ({"next_check": ""}, "next_check"),
                                              ({"next_check": "2020-01-01T10:00"}, "next_check")])
def test_words_that_name_a_platform_and_a_day_need_both(client, case, typed, field):
    Platform.objects.get_or_create(slug="facebook", defaults={"name_en": "Facebook"})
    post(client, case, "hand", me=1)
    good = {"move": "asked_platform", "platform": "facebook",
            "next_check": f"{timezone.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"}
    response = post(client, case, "move", **good | typed)
    assert response.status_code == 400
    assert list(response.context["move_form"].errors) == [field]
    assert now_(case).status == "in_review"


@pytest.mark.parametrize(("words", "act"), [
    ("asked_platform", "ask_platform"), ("platform_saw_it", "ask_platform"), ("closed_referred", "pass_police"),
    ("closed_referred", "pass_pta")])
def test_nobody_is_told_of_what_was_never_agreed_to(client, case, words, act):
    Platform.objects.get_or_create(slug="facebook", defaults={"name_en": "Facebook"})
    post(client, case, "hand", me=1)
    told = {"move": words, "platform": "facebook", "next_check": f"{timezone.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"}
    for answer in (None, Consent.Answer.ASK_FIRST, Consent.Answer.NO):
        if answer:
            reporter_consents(case, Consent.Act(act), answer)
        response = post(client, case, "move", **told)
        assert (response.status_code, now_(case).status) == (409, "in_review")
        assert "has not agreed to this" in response.content.decode()
    reporter_consents(case, Consent.Act(act))
    assert post(client, case, "move", **told).status_code == 302
    assert now_(case).status != "in_review"


def test_closing_forgets_where_the_reporter_could_be_told(client, case, settings, tmp_path):
    settings.WORKER_KEYS = tmp_path
    new_worker_key()
    keep_address(case=case, kind=Kind.EMAIL, value="a@example.org")
    post(client, case, "hand", me=1)
    post(client, case, "write", text="Hello")
    assert Notification.objects.filter(address__case=case).count() == 1
    post(client, case, "move", move="closed_not_for_us")
    assert not Address.objects.exists()


# --- two at once -------------------------------------------------------------------------------------------------------
def test_who_comes_second_sees_what_changed_and_keeps_what_was_chosen(client, case, bilal):
    page = client.get(f"/desk/case/{case.ref}/")
    seen = {"version": page.context["case"].version, "loaded": page.context["now"]}
    post(signed_in(bilal), case, "hand", me=1)
    response = client.post(f"/desk/case/{case.ref}/move/", {**seen, "move": "in_review"})
    trouble = response.content.decode()
    trouble = trouble[trouble.index('id="trouble"'):trouble.index("</ul>", trouble.index('id="trouble"'))]
    assert response.status_code == 409
    assert "\u2068Bilal Raza\u2069: In review" in trouble
    assert "Assigned now: <bdi>Bilal Raza</bdi>" in trouble
    assert "We have your report" not in trouble
    assert StatusChange.objects.filter(case=case).count() == 2


def test_a_second_press_after_looking_goes_through(client, case, ayesha):
    Case.objects.filter(pk=case.pk).update(version=5)
    response = client.post(f"/desk/case/{case.ref}/move/", {"version": 4, "move": "in_review"})
    assert response.status_code == 409
    assert response.context["move_form"]["move"].value() == "in_review"
    assert '<input type="hidden" name="version" value="5">' in response.content.decode()
    assert client.post(f"/desk/case/{case.ref}/move/", {"version": 5, "move": "in_review"}).status_code == 302


# --- writing -----------------------------------------------------------------------------------------------------------
def test_a_reply_is_sealed_for_the_reporter_and_reads_their_messages(client, case, ayesha):
    theirs = reporter_writes(case, "Are you there?")
    response = post(client, case, "write", text="جی، ہم یہاں ہیں۔")
    assert response.headers["Location"].endswith("#write")
    message = Message.objects.get(author="staff")
    assert reporter_reads(case, message) == "جی، ہم یہاں ہیں۔"
    assert "ہم".encode() not in bytes(message.body)
    assert message.by_id == ayesha.pk
    assert not now_(case).unread
    assert Message.objects.get(pk=theirs.pk).read_at is not None


def test_asking_stops_our_clock_only_when_the_case_is_in_review(client, case):
    post(client, case, "write", text="One", ask="on")
    assert now_(case).status == "new"
    post(client, case, "hand", me=1)
    post(client, case, "write", text="Which account?", ask="on")
    assert (now_(case).status, now_(case).due_at) == ("waiting_reporter", None)


def test_a_note_opens_with_the_case_key_only(client, case, ayesha):
    post(client, case, "note", text="Ask legal first")
    note, secrets = Note.objects.get(), secrets_of(case)
    sealed_for = {"case": case.pk, "field": "note", "record": note.pk}
    assert envelope.open_blob(secrets.key, note.body, **sealed_for) == b"Ask legal first"
    with pytest.raises(envelope.OpenFailed):
        envelope.open_blob(secrets.conversation, note.body, **sealed_for)
    assert Entry.objects.filter(event="note_added", actor=str(ayesha.pk)).count() == 1


@pytest.mark.parametrize("act", ["write", "note"])
def test_an_empty_or_endless_text_is_refused(client, case, act):
    for text in ("", "ا" * 10_001):
        assert post(client, case, act, text=text).status_code == 400
    assert post(client, case, act, text="😀" * 10_000).status_code == 302       # four bytes each still fit one message


def test_a_ready_reply_comes_in_the_reporters_language_and_sends_nothing(client, unit):
    set_up_replies()
    set_up_replies()
    assert Reply.objects.count() == len(REPLIES)
    case, reply = make_case(unit, language="ur"), Reply.objects.get(name_en="Do not pay")
    page = post(client, case, "write", text="Assalam-o-alaikum", use=reply.pk)
    assert page.context["write_form"]["text"].value() == f"Assalam-o-alaikum\n\n{reply.text_ur}"
    assert not Message.objects.exists()


def test_messages_can_be_marked_as_read_without_an_answer(client, case):
    reporter_writes(case, "Thank you")
    post(client, case, "read")
    assert not now_(case).unread
    assert Entry.objects.get(event="messages_marked").details == {"count": 1}


@pytest.mark.parametrize("nonsense", [{"loaded": "1e308"}, {"loaded": "-1e300"}, {"version": "9" * 400}, {"to": "\0"},
                                      {"move": "\0"}, {"text": "\0"}])
@pytest.mark.parametrize("act", ["hand", "move", "write", "note"])
def test_nonsense_in_a_hidden_field_is_refused_and_breaks_nothing(client, case, act, nonsense):
    assert post(client, case, act, **nonsense).status_code in {302, 400, 409}


def test_what_is_sent_after_the_session_ended_is_shown_and_not_lost(case):
    answer = Client().post(f"/desk/case/{case.ref}/note/", {"text": "A long <b>note"})
    assert answer.status_code == 401
    assert "A long &lt;b&gt;note" in answer.content.decode()
    assert "/desk/sign-in/" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert not Note.objects.exists()


def test_what_an_act_says_waits_in_no_cookie(client, unit):
    make_case(unit, wants_woman=True)
    refs = list(Case.objects.values_list("ref", flat=True))
    client.post("/desk/bulk/", {"go": "take", "ref": refs})
    assert set(client.cookies) <= {"staff", "vault", "csrf", "known", "language"}
    assert 'role="status"' in client.get("/desk/").content.decode()


def test_references_that_are_none_are_left_out(client, case):
    client.post("/desk/bulk/", {"go": "take", "ref": ["\0", "x' OR 1=1", case.ref]})
    assert now_(case).assignee_id
