"""Closing a child's case takes two people; opening any case again takes a reason; every outcome has its words."""
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.audit.models import Entry
from cases.models import Case, Exclusion
from cases.notifications.models import News
from cases.permissions import Role
from cases.public_words import Said, sentence
from cases.retention.periods import PERIODS
from cases.services import SAID_BY_OUTCOME, assign, change_status
from cases.triage import closing, services, walls
from cases.triage.models import Closing, Note
from cases.triage.moves import closing_move
from cases.workflow import Outcome, Status
from tests.factories.cases import make_case, make_member, make_unit, signed_in

pytestmark = pytest.mark.django_db
WHY = "The school and the police have it now"


@pytest.fixture
def case(unit, ayesha) -> Case:
    case = make_case(unit, age_now=14)
    assign(case=case, to=ayesha, by=ayesha)
    return change_status(case=case, to=Status.IN_REVIEW, by=ayesha)


@pytest.fixture
def chief(unit, ayesha):
    return make_member("Nadia Shah", unit, role=Role.SUPERVISOR)


def ask(client, case: Case, **fields: object):
    typed = {"version": case.version, "move": "closed_removed", "reason": WHY}
    return client.post(f"/desk/case/{case.ref}/move/", typed | fields)


def decide(member, case: Case, act: str, **fields: object):
    row = Closing.objects.latest("at")
    return signed_in(member).post(f"/desk/case/{case.ref}/closing/{row.pk}/", {"version": case.version, "act": act, **fields})


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_one_asks_and_another_closes_it(client, ayesha, chief, case):
    assert ask(client, case, reason="").status_code == 400
    assert ask(client, case)["Location"].endswith("#closing")
    row = Closing.objects.get()
    assert now(case).status == Status.IN_REVIEW
    assert WHY.encode() not in bytes(row.reason)
    assert [(each.member, each.occasion) for each in News.objects.all()] == [(chief, "closing")]
    page = signed_in(chief).get(f"/desk/case/{case.ref}/").content.decode()
    assert WHY in page
    assert "A colleague asks to close this child’s case" in signed_in(chief).get("/desk/tasks/").content.decode()
    assert "A colleague asks" not in client.get("/desk/tasks/").content.decode()
    assert decide(chief, case, "agree").status_code == 302
    assert (now(case).status, now(case).outcome) == (Status.CLOSED, Outcome.REMOVED)
    assert News.objects.get(occasion="decided").member == ayesha
    assert set(Entry.objects.filter(event__startswith="closing_").values_list("event", "actor")) == {
        ("closing_asked", str(ayesha.pk)), ("closing_agreed", str(chief.pk))}


def test_nobody_agrees_with_themself_and_only_a_supervisor_agrees(client, ayesha, bilal, chief, case, stranger):
    ask(signed_in(chief), case)
    for member, answer in ((chief, 403), (bilal, 403), (stranger, 404)):
        assert decide(member, case, "agree").status_code == answer
    assert now(case).status == Status.IN_REVIEW
    assert "closing/" not in client.get(f"/desk/case/{case.ref}/").content.decode()
    row = Closing.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():       # nor does the database
        Closing.objects.filter(pk=row.pk).update(state="agreed", decided_by=chief, decided_at=timezone.now())


def test_a_refusal_says_why_and_the_case_stays_open(client, chief, case):
    ask(client, case)
    assert decide(chief, case, "refuse").status_code == 400
    assert decide(chief, case, "refuse", reason="Ask the mother first").status_code == 302
    page = client.get(f"/desk/case/{case.ref}/").content.decode()
    assert "Ask the mother first" in page
    assert now(case).status == Status.IN_REVIEW
    assert decide(chief, case, "agree").status_code == 409
    assert decide(chief, case, "").status_code == 400


def test_who_asked_takes_it_back_and_a_new_wish_replaces_the_old(client, ayesha, chief, case):
    ask(client, case)
    ask(client, case, move="closed_stopped")
    assert sorted(Closing.objects.values_list("state", "said")) == [("over", "closed_removed"), ("waiting", "closed_stopped")]
    assert decide(chief, case, "take_back").status_code == 403
    assert decide(ayesha, case, "take_back").status_code == 302
    assert not closing.waiting().exists()
    assert decide(chief, case, "agree").status_code == 409


def test_after_a_week_nobody_can_agree(client, chief, case):
    ask(client, case)
    Closing.objects.update(at=timezone.now() - closing.EXPIRES - timedelta(minutes=1))
    assert "Nobody decided in time." in signed_in(chief).get(f"/desk/case/{case.ref}/").content.decode()
    assert "A colleague asks" not in signed_in(chief).get("/desk/tasks/").content.decode()
    assert decide(chief, case, "agree").status_code == 409
    assert now(case).status == Status.IN_REVIEW


def test_no_other_way_leads_round_it(ayesha, chief, unit, case):
    with pytest.raises(services.NeedsSecond):
        services.move(case=case, choice=closing_move(Said.CLOSED_REMOVED), by=ayesha)
    walls.exclude(case=case, member=chief, cause=Exclusion.Cause.KNOWS, by=chief)
    row = closing.ask(case=case, choice=closing_move(Said.CLOSED_REMOVED), closing_id=uuid4(), reason=b"x", by=ayesha)
    assert not News.objects.filter(member=chief, occasion="closing").exists()
    with pytest.raises(closing.NotTheirs):
        closing.agree(closing=row, by=chief)
    adult = make_case(unit)
    change_status(case=adult, to=Status.IN_REVIEW, by=ayesha)
    assert services.move(case=adult, choice=closing_move(Said.CLOSED_REMOVED), by=ayesha).status == Status.CLOSED


def test_opening_again_needs_a_reason_that_stays_as_a_note(client, ayesha, unit):
    case = make_case(unit)
    change_status(case=case, to=Status.IN_REVIEW, by=ayesha)
    case = change_status(case=case, to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)
    address = f"/desk/case/{case.ref}/move/"
    assert client.post(address, {"version": case.version, "move": "in_review"}).status_code == 400
    response = client.post(address, {"version": case.version, "move": "in_review", "reason": "It is back on a mirror"})
    assert response.status_code == 302
    assert now(case).status == Status.IN_REVIEW
    assert b"mirror" not in bytes(Note.objects.get().body)
    assert "It is back on a mirror" in client.get(f"/desk/case/{case.ref}/").content.decode()
    assert Entry.objects.filter(event="case_reopened", subject=str(case.pk)).exists()


def test_every_outcome_has_its_words_and_its_time(unit):
    assert set(SAID_BY_OUTCOME) == set(Outcome)
    assert {period.outcome for period in PERIODS if not period.unit} == set(Outcome)
    for said in SAID_BY_OUTCOME.values():
        assert closing_move(said).said == said
        assert "closed" in sentence(said)


def test_another_units_supervisor_is_not_asked(client, case):
    other = make_member("Rabia", make_unit("children"), role=Role.SUPERVISOR)
    ask(client, case)
    assert not News.objects.filter(member=other).exists()
    assert case.ref not in signed_in(other).get("/desk/tasks/").content.decode()
