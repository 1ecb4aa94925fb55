"""Where a reporter can be reached is hidden until a member says why: owner, colleague, supervisor, stranger."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.conversation import services
from cases.conversation.models import Ask
from cases.triage.contacts import revealed_by
from cases.triage.models import Reveal
from cases.vault import envelope
from tests.factories.cases import make_case, make_member, secrets_of, signed_in

WHERE, WHY = "+923001234567", "The court wants to hear her tomorrow morning"


@pytest.fixture
def told(case, ayesha) -> Ask:
    row = services.ask(case=case, kind=Ask.Kind.CONTACT, by=ayesha)
    sealed = envelope.seal(secrets_of(case).conversation, WHERE.encode(), case=case.pk, field="ask", record=row.pk)
    services.answer(case=case, ask_id=row.pk, sealed=sealed)
    return row


def address(case, told) -> str:
    return f"/desk/case/{case.ref}/asks/{told.pk}/contact/"


def test_it_is_shown_once_for_a_reason_that_is_sealed_counted_and_read_by_the_supervisor(client, case, told, ayesha, unit):
    case_page = client.get(f"/desk/case/{case.ref}/").content.decode()
    assert WHERE not in case_page
    assert address(case, told) in case_page
    assert WHERE not in client.get(address(case, told)).content.decode()
    short = client.post(address(case, told), {"reason": "because"})
    assert short.status_code == 400
    assert "because" in short.content.decode()
    assert WHERE not in short.content.decode()
    shown = client.post(address(case, told), {"reason": WHY})
    assert WHERE in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert WHERE not in client.get(address(case, told)).content.decode(), "once"
    assert WHY.encode() not in bytes(Reveal.objects.get().reason)
    assert Entry.objects.filter(event__in=["contact_revealed", "contact_read"], subject=str(case.pk)).count() == 2
    assert WHY not in client.get(address(case, told)).content.decode()
    nadia = signed_in(make_member("Nadia", unit, role="supervisor"))
    assert WHY in nadia.get(address(case, told)).content.decode()
    exposure = nadia.get("/desk/exposure/").content.decode()
    assert "Contacts shown" in exposure
    assert case.ref not in exposure
    assert revealed_by([ayesha.pk]) == {ayesha.pk: 1}
    assert revealed_by([ayesha.pk], now=timezone.now() + timedelta(days=8)) == {}


def test_nobody_else_and_nothing_while_the_vault_is_locked(case, told, ayesha, stranger, unit):
    assert signed_in(stranger).get(address(case, told)).status_code == 404
    locked = signed_in(ayesha, unlocked=False).post(address(case, told), {"reason": WHY})
    assert WHERE not in locked.content.decode()
    assert not Reveal.objects.exists()
    kept = make_case(unit, wants_woman=True)
    row = services.ask(case=kept, kind=Ask.Kind.CONTACT, by=ayesha)
    sealed = envelope.seal(secrets_of(kept).conversation, WHERE.encode(), case=kept.pk, field="ask", record=row.pk)
    services.answer(case=kept, ask_id=row.pk, sealed=sealed)
    assert signed_in(ayesha).post(address(kept, row), {"reason": WHY}).status_code == 403
    other = services.ask(case=case, kind=Ask.Kind.LINKS, by=ayesha)
    assert signed_in(ayesha).get(address(case, other)).status_code == 404
