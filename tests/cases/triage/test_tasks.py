"""Tasks: what follows from the facts, and what members write down, on the case page and in a member's list."""
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.models import Case, Consent, Exclusion
from cases.notifications.models import News
from cases.permissions import Role
from cases.priority import Danger
from cases.public_words import Said
from cases.services import assign, change_status, tell_status
from cases.triage import todo, walls
from cases.triage.models import Task
from cases.workflow import Status
from tests.cases.triage.test_case import escalated
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents, reporter_writes, signed_in
from tests.factories.evidence import kept

pytestmark = pytest.mark.django_db
WORDS = "Ring the school before noon"


def address(case: Case, task: Task | None = None) -> str:
    return f"/desk/case/{case.ref}/task/" + (f"{task.pk}/" if task else "")


def write(client: Client, case: Case, **fields: object) -> Task:
    response = client.post(address(case), {"version": case.version, "text": WORDS, **fields})
    assert response.status_code == 302, response.content
    return Task.objects.latest("at")


def taken(case: Case, member: object) -> Case:
    assign(case=case, to=member, by=member)
    return change_status(case=case, to=Status.IN_REVIEW, by=member)


def list_of(client: Client) -> str:
    response = client.get("/desk/tasks/")
    assert response.status_code == 200
    return response.content.decode()


def test_what_follows_from_the_facts_comes_and_goes_by_itself(client, ayesha, case):
    taken(case, ayesha)
    assert "Nothing is waiting for you." in list_of(client)
    reporter_writes(case, "Hello?")
    reporter_consents(case, Consent.Act.PASS_POLICE, Consent.Answer.ASK_FIRST)
    kept(case)
    escalated(case, ayesha)
    tell_status(case=case, said=Said.PARTNER_MAY_HOLD, platform="facebook")
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(hours=2))
    told = ["The deadline has passed", "answer the reporter’s message", "Pass to the police", "Look at 1 screenshot",
            "\u2068Facebook\u2069 has not confirmed"]
    for page in (list_of(client), client.get(f"/desk/case/{case.ref}/").content.decode()):
        assert all(words in page for words in told)
    client.post(f"/desk/case/{case.ref}/write/", {"version": 1, "text": "May the police know?"})
    tell_status(case=case, said=Said.PARTNER_DROPPED, platform="facebook")
    page = list_of(client)
    assert [words for words in told if words in page] == ["The deadline has passed", "Look at 1 screenshot"]


def test_a_child_with_nobody_told_and_a_holder_without_key_are_said(unit):
    keyless = make_member("Zara", unit, keys=False)
    case = taken(make_case(unit, age_now=14, dangers=[Danger.ABUSE]), keyless)
    lines = {line.code for line in todo.lines_of([case], keyless, {})[case.pk]}
    assert lines == {"child_alone", "keyless"}
    escalated(case, keyless)
    assert {line.code for line in todo.lines_of([case], keyless, {})[case.pk]} == {"keyless"}


def test_a_task_is_sealed_given_done_and_undone(client, ayesha, bilal, case):
    day = timezone.localdate() + timedelta(days=1)
    task = write(client, case, to=str(bilal.pk), due_on=day.isoformat())
    assert (task.to, task.by, task.due_on) == (bilal, ayesha, day)
    assert WORDS.encode() not in bytes(task.words)
    news = News.objects.get()
    assert (news.member, news.occasion, news.case) == (bilal, "task", case)
    theirs = signed_in(bilal)
    assert WORDS in list_of(theirs)
    assert WORDS not in list_of(client)
    assert WORDS in client.get(f"/desk/case/{case.ref}/").content.decode()
    assert theirs.post(address(case, task), {"act": "done", "next": "/desk/tasks/"})["Location"] == "/desk/tasks/"
    assert WORDS not in list_of(theirs)
    assert "done by Bilal Raza" in client.get(f"/desk/case/{case.ref}/").content.decode()
    for act in ("undone", "undone", "give"):
        client.post(address(case, task), {"act": act, "to": str(ayesha.pk)})
    task.refresh_from_db()
    assert (task.done_at, task.to) == (None, ayesha)
    events = Entry.objects.filter(event__startswith="task_").order_by("at").values_list("event", flat=True)
    assert list(events) == ["task_made", "task_done", "task_undone", "task_given"]
    assert News.objects.count() == 1                            # nobody is told of what they gave themself


def test_for_nobody_by_name_it_is_the_holders(client, ayesha, bilal, case):
    taken(case, ayesha)
    write(client, case)
    assert WORDS in list_of(client)
    assign(case=case, to=bilal, by=ayesha)
    assert WORDS in list_of(signed_in(bilal))
    assert WORDS not in list_of(client)


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(client, stranger, case):
    fields = {"version": case.version, "text": WORDS, "to": str(stranger.pk), "due_on": "2020-01-01"}
    response = client.post(address(case), fields)
    page = response.content.decode()
    assert response.status_code == 400
    assert "This day has passed." in page
    assert WORDS in page
    assert not Task.objects.exists()


def test_who_may_not_open_the_case_is_neither_given_nor_shown_its_tasks(client, ayesha, unit, case, stranger):
    man, woman = make_member("Danish", unit), make_member("Hina", unit, is_woman=True)
    walled, wished = make_member("Omar", unit), make_case(unit, wants_woman=True)
    walls.exclude(case=case, member=walled, cause=Exclusion.Cause.KNOWS, by=walled)
    assert {person.name for person in todo.people_for(case)} == {"Ayesha Khan", "Danish", "Hina"}
    assert {person.name for person in todo.people_for(wished)} == {"Hina"}
    task = Task.objects.create(id=uuid4(), case=wished, words=b"", to=man, by=woman, at=timezone.now())
    assert wished.ref not in list_of(signed_in(man))
    assert signed_in(man).post(address(wished, task), {"act": "done"}).status_code == 403
    assert signed_in(man).post(address(wished), {"version": 1, "text": WORDS}).status_code == 409
    own = write(client, case)
    for person, answer in ((walled, 404), (stranger, 404), (make_member("Editor", unit, role="campaign_editor"), 403)):
        assert signed_in(person).post(address(case, own), {"act": "done"}).status_code == answer
    assert Client().get("/desk/tasks/").status_code == 302
    with pytest.raises(todo.NotAReader):
        todo.give(task=own, to=walled, by=ayesha)
    with pytest.raises(todo.NotTheirs):
        todo.settle(task=own, done=True, by=walled)


def test_locked_nothing_typed_shows_and_writing_waits(ayesha, client, case):
    write(client, case, to=str(ayesha.pk))
    shut = signed_in(ayesha, unlocked=False)
    page = list_of(shut)
    assert case.ref in page
    assert WORDS not in page
    response = shut.post(address(case), {"version": case.version, "text": "Another thing"})
    assert response.status_code == 409
    assert "Another thing" in response.content.decode()
    assert Task.objects.count() == 1


def test_the_list_costs_the_same_however_much_there_is(client, ayesha, unit, django_assert_num_queries):
    def happen() -> None:
        case = taken(make_case(unit), ayesha)
        reporter_writes(case, "And?")
        write(client, Case.objects.get(pk=case.pk), to=str(ayesha.pk))

    happen()
    list_of(client)
    with django_assert_num_queries(QUERIES):
        assert list_of(client).count(WORDS) == 1
    happen()
    happen()
    with django_assert_num_queries(QUERIES):
        assert list_of(client).count(WORDS) == 3
    entry = Entry.objects.filter(event="tasks_read").latest("at")
    assert len(entry.details["cases"]) == 3


def test_what_more_there_is_than_a_page_holds_is_said(client, ayesha, unit, monkeypatch):
    monkeypatch.setattr(todo, "MOST", 1)
    for case in (make_case(unit), make_case(unit)):
        reporter_writes(taken(case, ayesha), "And?")
    assert "1 more case of yours is not looked at here." in list_of(client)


def test_a_supervisor_of_another_unit_sees_none_of_it(client, case):
    write(client, case)
    other = make_member("Nadia", make_unit("children"), role=Role.SUPERVISOR)
    assert WORDS not in list_of(signed_in(other))


# Session, member, news; tasks and cases with doors and keys; ten for the facts; what is owed; the audit row.
QUERIES = 23
