"""The page where two supervisors decide, and holds on the case page."""
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cases.models import Case
from cases.retention import services
from cases.retention.models import Disposal, Hold, Proposal
from cases.retention.services import set_up_schedules
from cases.services import change_status
from cases.triage.views.keeping import MOST
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, signed_in

pytestmark = pytest.mark.usefixtures("redis_server")
PAGE = "/desk/retention/"


@pytest.fixture
def nadia(unit, ayesha) -> User:
    return make_member("Nadia Shah", unit, role="supervisor")


@pytest.fixture
def imran(unit, nadia) -> User:
    return make_member("Imran Qureshi", unit, role="supervisor")


@pytest.fixture
def due(unit, ayesha) -> list[Case]:
    """Three cases whose time is over, proposed."""
    set_up_schedules()
    cases = [make_case(unit) for _ in range(3)]
    for case in cases:
        change_status(case=case, to=Status.IN_REVIEW, by=None)
        change_status(case=case, to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
    Case.objects.update(closed_at=timezone.now() - timedelta(days=366))
    services.propose(timezone.now())
    return cases


def press(client: Client, act: str, *cases: Case) -> HttpResponse:
    return client.post(f"{PAGE}{act}/", {"ref": [case.ref for case in cases]}, follow=True)


def words(response: HttpResponse) -> str:
    return response.content.decode()


# --- the page ---------------------------------------------------------------------------------------------------------
def test_one_approves_another_confirms_and_the_worker_destroys(due, nadia, imran, run_jobs, settings, tmp_path):
    settings.TOMBSTONES = tmp_path / "tombstones"
    first, second = signed_in(nadia, unlocked=False), signed_in(imran, unlocked=False)
    page = words(first.get(PAGE))
    assert all(case.ref in page for case in due)
    assert "3 cases approved" in words(press(first, "approve", *due))
    assert "somebody else must confirm" in words(press(first, "confirm", due[0]))
    assert Case.objects.count() == 3
    assert "3 cases are being destroyed" in words(press(second, "confirm", *due))
    run_jobs()
    assert not Case.objects.exists()
    assert "Imran Qureshi" in words(first.get(PAGE))                   # among what Nadia decided
    assert {(row.approved_by, row.confirmed_by) for row in Disposal.objects.all()} == {(nadia, imran)}


def test_each_row_has_its_own_outcome(due, nadia, imran, unit):
    services.approve(case=due[0], by=nadia)
    services.approve(case=due[1], by=nadia)
    services.place_hold(case=due[1], reason=Hold.Reason.COURT, by=nadia)
    services.approve(case=due[2], by=imran)
    answer = words(press(signed_in(imran), "confirm", *due, make_case(unit)))
    assert "1 case is being destroyed" in answer
    for said in ("a hold stands", "you approved it", "not due"):
        assert answer.count(said) == 1


def test_an_approval_can_be_taken_back(due, nadia, imran):
    services.approve(case=due[0], by=nadia)
    assert "1 approval taken back" in words(press(signed_in(imran), "put-back", due[0]))
    assert Proposal.objects.get(case=due[0]).approved_by is None


def test_nothing_chosen_and_too_much_chosen_change_nothing(due, nadia):
    client = signed_in(nadia)
    assert "Choose at least one case" in words(press(client, "approve"))
    answer = client.post(f"{PAGE}approve/", {"ref": [f"26-{n:06}" for n in range(MOST + 1)]})
    assert answer.status_code == 400
    assert "At most 100 cases" in words(answer)
    assert not Proposal.objects.exclude(approved_by=None).exists()


def test_a_supervisor_elsewhere_sees_and_decides_nothing_here(due):
    elsewhere = signed_in(make_member("Sana", make_unit("children"), role="supervisor"))
    assert due[0].ref not in words(elsewhere.get(PAGE))
    assert "0 cases approved" in words(press(elsewhere, "approve", *due))
    assert not Proposal.objects.exclude(approved_by=None).exists()


def test_nobody_but_supervisors_enters(due, ayesha, unit):
    for role in ("caseworker", "analyst", "auditor", "administrator", "intake_operator"):
        client = signed_in(make_member(role, unit, role=role))
        assert client.get(PAGE).status_code == 403
        for act in ("approve", "confirm", "put-back"):
            assert client.post(f"{PAGE}{act}/", {"ref": due[0].ref}).status_code == 403
    assert Client().get(PAGE).status_code == 302
    assert Case.objects.count() == 3


def test_what_destroys_asks_for_a_fresh_proof_and_keeps_what_was_chosen(due, nadia, imran):
    services.approve(case=due[0], by=nadia)
    answer = press(signed_in(imran, fresh=False), "confirm", due[0])
    assert answer.status_code == 401
    assert due[0].ref in words(answer)                                 # waits on the page that asks
    assert not Disposal.objects.exists()


# --- holds ------------------------------------------------------------------------------------------------------------
def test_a_caseworker_places_a_hold_and_only_a_supervisor_lifts_it(case, client, nadia):
    address = f"/desk/case/{case.ref}/"
    assert "On hold" not in words(client.get(address))
    assert "Nothing was changed" in words(client.post(f"{address}hold/", {"hold": "because"}, follow=True))
    client.post(f"{address}hold/", {"hold": "court"})
    page = words(client.get(address))
    assert "On hold: nothing may be deleted" in page
    assert "A court asked for it" in page
    assert "Only a supervisor can lift it." in page
    assert client.post(f"{address}lift-hold/", {"lift": "over"}).status_code == 403
    supervisor = signed_in(nadia)
    assert "Nothing was changed" in words(supervisor.post(f"{address}lift-hold/", {"lift": ""}, follow=True))
    supervisor.post(f"{address}lift-hold/", {"lift": "over"})
    page = words(client.get(address))
    assert "On hold" not in page
    assert "Nadia Shah" in page


def test_a_stranger_holds_nothing(case, stranger):
    assert signed_in(stranger).post(f"/desk/case/{case.ref}/hold/", {"hold": "court"}).status_code == 404
    assert not Hold.objects.exists()
