"""Asking the reporter from the case page, and the answers there: owner, colleague, stranger."""
import uuid

import pytest

from cases.audit.models import Entry
from cases.conversation import services
from cases.conversation.models import Ask
from cases.models import Link, Trace
from cases.services import change_status
from cases.vault import envelope
from cases.workflow import Status
from tests.factories.cases import make_case, secrets_of, signed_in

LINK = "https://www.instagram.com/p/Cxyz/"


def reporter_answers(case, row, text):
    sealed = envelope.seal(secrets_of(case).conversation, text.encode(), case=case.pk, field="ask", record=row.pk)
    assert services.answer(case=case, ask_id=row.pk, sealed=sealed)


def ask(client, case, what, **more):
    case.refresh_from_db()
    return client.post(f"/desk/case/{case.ref}/asks/", {"version": case.version, "what": what, **more})


def page(client, case):
    return client.get(f"/desk/case/{case.ref}/").content.decode()


def test_owner_and_colleague_ask_and_a_stranger_does_not(client, bilal, stranger, case):
    change_status(case=case, to=Status.IN_REVIEW, by=None)
    assert ask(client, case, "links:").status_code == 302
    case.refresh_from_db()
    assert case.status == "waiting_reporter"
    again = ask(signed_in(bilal), case, "links:")
    assert again.status_code == 409
    assert "waits for an answer already" in again.content.decode()
    row = Ask.objects.get()
    assert ask(signed_in(stranger), case, "age:now").status_code == 404
    assert signed_in(stranger).post(f"/desk/case/{case.ref}/asks/{row.pk}/back/").status_code == 404
    assert client.post(f"/desk/case/{case.ref}/asks/{uuid.uuid4()}/back/").status_code == 404
    assert signed_in(bilal).post(f"/desk/case/{case.ref}/asks/{row.pk}/back/").status_code == 302
    assert "Taken back" in page(client, case)
    assert Entry.objects.filter(event__in=["reporter_asked", "question_taken_back"], subject=str(case.pk)).count() == 2


@pytest.mark.parametrize("what", ["", "nonsense", "links:back", "consent:nothing", "age:"])
def test_what_is_no_question_is_refused(client, case, what):
    assert ask(client, case, what).status_code == 400
    assert not Ask.objects.exists()


def test_the_body_that_is_accused_is_not_asked_about(client, unit):
    case = make_case(unit, conflict="police")
    assert ask(client, case, "consent:pass_police").status_code == 400
    assert ask(client, case, "consent:ask_platform").status_code == 302


def test_links_are_shown_offered_to_a_notice_and_tagged_with_the_first_act(client, ayesha, unit, case):
    other = make_case(unit, links=[LINK])
    client.post(f"/desk/case/{other.ref}/hand/", {"version": other.version, "me": "1"})
    row = services.ask(case=case, kind=Ask.Kind.LINKS, by=ayesha)
    reporter_answers(case, row, f"{LINK}\n<script>alert(1)</script>")
    html = page(client, case)
    assert LINK in html.split('id="asks"')[1]
    assert "<script>alert" not in html
    assert not Trace.objects.filter(case=case).exists(), "a GET writes nothing"
    client.post(f"/desk/case/{case.ref}/read/")
    assert Trace.objects.filter(case=case, kind="url").exists()
    assert Link.objects.filter(because="handle").count() == 1
    row.refresh_from_db()
    assert row.tagged_at is not None


def test_without_the_vault_an_answer_is_sealed(client, ayesha, case):
    row = services.ask(case=case, kind=Ask.Kind.DATE, about=Ask.About.SEEN, by=ayesha)
    reporter_answers(case, row, "2026-11-21")
    assert "2026-11-21" in page(client, case)
    assert "2026-11-21" not in page(signed_in(ayesha, unlocked=False), case)


def test_where_they_can_be_reached_is_not_on_the_page(client, ayesha, case):
    row = services.ask(case=case, kind=Ask.Kind.CONTACT, by=ayesha)
    reporter_answers(case, row, "+923001234567")
    assert "3001234567" not in page(client, case)
