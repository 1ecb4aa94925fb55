"""A report from the website that is another body's matter."""
import pytest

from cases.models import Message
from cases.statistics.models import Call
from cases.units.services import set_up_practice
from tests.factories.cases import make_case, make_member, reporter_reads, signed_in

pytestmark = pytest.mark.django_db
CHOSEN = {"reason": "money", "sent_to": "nccia"}


def at(case) -> str:
    return f"/desk/case/{case.ref}/not-ours/"


def test_the_reporter_is_told_where_to_go_and_the_case_is_closed_and_counted(case, client, stranger):
    asked = client.get(at(case))
    assert asked.status_code == 200
    assert at(case) in client.get(f"/desk/case/{case.ref}/").content.decode()
    wish = CHOSEN | {"version": case.version}
    assert signed_in(stranger).post(at(case), wish).status_code == 404
    assert client.post(at(case), wish | {"sent_to": ""}).status_code == 400
    assert client.post(at(case), wish | {"version": 99}).status_code == 409
    assert not Call.objects.exists()
    assert client.post(at(case), wish).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.outcome) == ("closed", "not_for_us")
    assert "1799" in reporter_reads(case, Message.objects.get(case=case))
    row = Call.objects.get()
    assert (row.came, row.reason, row.sent_to, row.n) == ("web", "money", "nccia", 1)


def test_of_a_made_up_one_nothing_is_counted():
    practice = set_up_practice()
    member = make_member("Maryam Iqbal", practice)
    case = make_case(practice)
    assert signed_in(member).post(at(case), CHOSEN | {"version": case.version}).status_code == 302
    assert not Call.objects.exists()


def test_it_waits_for_the_vault_and_a_childs_case_is_closed_by_two(unit, ayesha, case):
    locked = signed_in(ayesha, unlocked=False).post(at(case), CHOSEN | {"version": case.version})
    assert (locked.status_code, "carried-reason" in locked.content.decode()) == (409, True)
    child = make_case(unit, age_now=12)
    answer = signed_in(ayesha).post(at(child), CHOSEN | {"version": child.version})
    assert (answer.status_code, "closed by two" in answer.content.decode()) == (409, True)
    assert not Message.objects.exists()
    assert not Call.objects.exists()
