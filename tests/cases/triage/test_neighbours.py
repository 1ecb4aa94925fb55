"""Next and previous case inside the list that a case was opened from."""
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from cases.models import Case, Exclusion
from cases.triage import walls
from tests.factories.cases import make_case, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases(unit) -> list[Case]:
    """Four, an hour apart; the third is a child's, the last one's clock stands still."""
    made = [make_case(unit, age_now=15 if number == 2 else 30) for number in range(4)]
    for number, case in enumerate(made):
        due = None if number == 3 else timezone.now() + timedelta(hours=number)
        Case.objects.filter(pk=case.pk).update(due_at=due)
    return made


def opened(client, case: Case, queue: str = "/desk/"):
    """The case page, by its link in the list."""
    rows = {row.case.ref: row for row in client.get(queue).context["rows"]}
    return client.get(f"/desk/case/{case.ref}/?{rows[case.ref].place}")


def ref_of(address: str) -> str:
    return address.split("/")[3] if address else ""


def around(response) -> tuple[str, str]:
    near = response.context["near"]
    return ref_of(near.previous), ref_of(near.next)


def test_one_after_the_other_in_the_lists_order(client, cases):
    one, two, three, four = (case.ref for case in cases)
    page = opened(client, cases[0])
    assert around(page) == ("", two)
    for before, after in ((one, three), (two, four), (three, "")):
        page = client.get(page.context["near"].next)
        assert around(page) == (before, after)
    assert around(client.get(page.context["near"].previous)) == (two, four)
    assert page.context["near"].words == "All open"
    back = client.get(page.context["near"].back)
    assert [row.case.ref for row in back.context["rows"]] == [four]          # the list, from this case on


def test_only_cases_of_that_list(client, cases, unit):
    child = make_case(unit, age_now=12)
    Case.objects.filter(pk=child.pk).update(due_at=timezone.now() + timedelta(days=9))
    assert around(opened(client, cases[2], "/desk/?child=on")) == ("", child.ref)


def test_they_stay_while_the_case_moves_on(client, cases):
    page = opened(client, cases[1], "/desk/?status=new")
    near = page.context["near"]
    assert f'<input type="hidden" name="list" value="{near.list}">' in page.content.decode()
    done = client.post(f"/desk/case/{cases[1].ref}/hand/", {"me": "1", "version": 1, "list": near.list, "at": near.at})
    assert urlsplit(done.headers["Location"]).path == f"/desk/case/{cases[1].ref}/"
    after = client.get(done.headers["Location"])                             # it is new no more, and its clock began again
    assert around(after) == (cases[0].ref, cases[2].ref)
    refused = client.post(f"/desk/case/{cases[1].ref}/hand/", {"to": "x", "version": 1, "list": near.list, "at": near.at})
    assert refused.status_code == 400
    assert around(refused) == (cases[0].ref, cases[2].ref)


def test_a_case_behind_a_wall_is_passed_over(client, cases, ayesha, bilal):
    walls.exclude(case=cases[1], member=ayesha, cause=Exclusion.Cause.KNOWS, by=ayesha)
    assert around(opened(client, cases[0])) == ("", cases[2].ref)
    assert around(opened(signed_in(bilal), cases[0])) == ("", cases[1].ref)


@pytest.mark.parametrize("query", ["", "?list=", "?list=&at=x", "?at=~x",
                                   "?list=status%3Dgone&at=~00000000-0000-4000-8000-000000000000"])
def test_without_a_list_there_are_none(client, case, query):
    response = client.get(f"/desk/case/{case.ref}/{query}")
    assert response.status_code == 200
    assert response.context["near"] is None


def test_the_keys_are_written_down(client, case):
    for path in ("/desk/", f"/desk/case/{case.ref}/", "/desk/keyboard/"):
        assert "<kbd>N</kbd>" in client.get(path).content.decode()
