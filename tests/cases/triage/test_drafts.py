"""Drafts: kept sealed while somebody types, for nobody else, never lost between two tabs, gone when sent."""
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.escalation import registry
from cases.escalation.models import Channel
from cases.models import Case, Consent
from cases.retention.disposal import rows_of
from cases.services import change_status
from cases.triage import drafts
from cases.triage.models import Draft, Note
from cases.workflow import Status
from portal.accounts import people
from tests.factories.cases import make_member, reporter_consents, reporter_writes, signed_in

pytestmark = pytest.mark.django_db
WORDS = "Dear you, we have asked them and"
JSON = {"HTTP_ACCEPT": "application/json"}


def keep(client: Client, case: Case, form: str = "message", number: int = 0, text: str = WORDS, **extra: object):
    return client.post(f"/desk/case/{case.ref}/draft/{form}/", {"text": text, "draft": number}, **extra)


def page(client: Client, case: Case) -> str:
    return client.get(f"/desk/case/{case.ref}/").content.decode()


def test_what_is_typed_is_sealed_and_comes_back_to_its_author_alone(client, bilal, case):
    said = keep(client, case, **JSON)
    assert (said.status_code, said.json()["number"]) == (200, 1)
    assert keep(client, case, number=1, text=WORDS + " wait", **JSON).json()["number"] == 2
    assert keep(client, case, "note", text="Ask legal")["Location"] == f"/desk/case/{case.ref}/#note"
    assert not [row for row in Draft.objects.all() if WORDS.encode() in bytes(row.words)]
    own = page(client, case)
    assert WORDS + " wait</textarea>" in own
    assert "Ask legal</textarea>" in own
    assert WORDS not in page(signed_in(bilal), case)
    assert str(Draft.objects.first().pk) in {str(pk) for pk in rows_of(Case, {case.pk})}      # goes with the case


def test_it_is_gone_when_it_is_sent_or_thrown_away(client, case):
    keep(client, case)
    keep(client, case, "note", text="Ask legal")
    client.post(f"/desk/case/{case.ref}/write/", {"version": 1, "text": WORDS, "draft": 1})
    assert list(Draft.objects.values_list("form", flat=True)) == ["note"]
    client.post(f"/desk/case/{case.ref}/draft/note/", {"text": "Ask legal", "drop": "1"})
    assert not Draft.objects.exists()
    keep(client, case, "note", text="Ask legal")
    client.post(f"/desk/case/{case.ref}/note/", {"version": 1, "text": "Ask legal"})
    assert not Draft.objects.exists()
    assert keep(client, case, "note", number=1, **JSON).status_code == 409      # a saving that comes after the sending
    assert not Draft.objects.exists()


def test_of_two_tabs_neither_loses_its_words(client, case):
    keep(client, case)
    said = keep(client, case, text="Something else", **JSON)
    assert (said.status_code, said.json()) == (409, {"number": 1, "words": WORDS})
    both = keep(client, case, text="Something else")
    assert both.status_code == 409
    assert all(words in both.content.decode() for words in (WORDS, "Something else"))
    keep(client, case, number=1, text="Something else")
    assert "Something else</textarea>" in page(client, case)


def test_other_words_kept_before_stand_beside_a_form_that_comes_back(client, case):
    keep(client, case)
    answer = client.post(f"/desk/case/{case.ref}/write/", {"version": 1, "text": "", "draft": 0}).content.decode()
    assert "You kept other words before" in answer
    assert WORDS in answer
    own = client.post(f"/desk/case/{case.ref}/write/", {"version": 1, "text": WORDS + " more", "preview": "1", "draft": 1})
    assert "You kept other words before" not in own.content.decode()


def test_what_a_colleague_or_the_reporter_wrote_meanwhile_is_shown_before_mine_goes_out(client, bilal, case):
    loaded = timezone.now().timestamp()
    signed_in(bilal).post(f"/desk/case/{case.ref}/write/", {"version": 1, "text": "I have answered"})
    typed = {"version": 1, "text": WORDS, "loaded": f"{loaded:.3f}"}
    refused = client.post(f"/desk/case/{case.ref}/write/", typed)
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "I have answered" in text[text.index('id="trouble"'):text.index("Status now")]
    assert WORDS + "</textarea>" in text
    typed["loaded"] = f"{timezone.now().timestamp():.3f}"
    assert client.post(f"/desk/case/{case.ref}/write/", typed).status_code == 302
    reporter_writes(case, "Please hurry")
    typed["loaded"] = f"{timezone.now().timestamp() - 5:.3f}"
    assert client.post(f"/desk/case/{case.ref}/write/", typed).status_code == 409


def test_locked_nothing_is_kept_and_nothing_lost(ayesha, client, case):
    shut = signed_in(ayesha, unlocked=False)
    assert keep(shut, case, **JSON).status_code == 423
    waits = keep(shut, case)
    assert waits.status_code == 409
    assert WORDS in waits.content.decode()
    assert not Draft.objects.exists()
    keep(client, case)
    assert WORDS not in page(shut, case)


def test_who_may_not_open_the_case_keeps_no_draft_of_it(case, unit, stranger):
    editor = make_member("Editor", unit, role="campaign_editor")
    for client, answer in ((signed_in(stranger), 404), (signed_in(editor), 403), (Client(), 401)):
        assert keep(client, case).status_code == answer
    Case.objects.filter(pk=case.pk).update(restricted=True)
    assert keep(signed_in(make_member("Omar", unit)), case).status_code == 403
    assert not Draft.objects.exists()


def test_only_forms_that_exist_are_kept_and_only_their_fields(client, case):
    for form in ("hand", "notice", "notice-x", "notice-1234567890"):
        assert keep(client, case, form).status_code == 404
    client.post(f"/desk/case/{case.ref}/draft/message/", {"text": WORDS, "version": "9", "other": "x", "draft": "y"})
    assert drafts.FORMS["message"] == ("text",)
    assert WORDS in page(client, case)


def test_a_notice_is_kept_with_all_its_fields_and_gone_when_sent(client, ayesha, case):
    registry.seed()
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    change_status(case=case, to=Status.IN_REVIEW, by=ayesha)
    way = Channel.objects.filter(platform__slug="tiktok", kind="webform").earliest("pk")
    address = f"/desk/case/{case.ref}/escalate/{way.pk}/"
    reference = client.get(address).context["form"].initial["reference"]
    typed = {"reference": reference, "links": "https://tiktok.example/1", "reasons": "Posted without consent",
             "policy": "Adult sexual abuse", "law": "", "signature": "Ayesha"}
    kept = client.post(f"/desk/case/{case.ref}/draft/notice-{way.pk}/", typed | {"draft": 0})
    assert kept["Location"] == address
    again = client.get(address)
    assert {name: again.context["form"].initial[name] for name in typed} == typed
    assert client.post(address, typed | {"send": "1"}).status_code == 302
    assert not Draft.objects.exists()


def test_old_ones_go_and_a_leaver_takes_theirs_along(client, ayesha, unit, case):
    keep(client, case)
    now = timezone.now()
    assert drafts.forget(now + drafts.KEPT_FOR - timedelta(minutes=1)) == 0
    make_member("Bilal", unit)
    people.deactivate(member=ayesha, by=make_member("Admin", role="administrator"))
    assert not Draft.objects.exists()
    Draft.objects.create(case=case, member=ayesha, form="note", words=b"", at=now - drafts.KEPT_FOR - timedelta(minutes=1))
    assert drafts.forget(now) == 1
    assert not Note.objects.exists()
