from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.audit.models import Entry
from cases.models import Case
from cases.priority import Harm
from cases.services import change_status
from cases.triage import cursor, digest, queue
from cases.triage.queue import PAGE
from cases.units.services import join_unit
from cases.vault.models import KeyGrant
from cases.workflow import Outcome, Status
from tests.factories.cases import STORY, make_case, make_member, make_unit, reporter_writes, signed_in

pytestmark = pytest.mark.django_db
QUEUE = "/desk/"


def refs(response) -> list[str]:
    return [row.case.ref for row in response.context["rows"]]


def test_a_member_reads_the_summaries_of_their_unit_and_the_log_says_so(client, case, ayesha):
    response = client.get(QUEUE)
    assert STORY in response.content.decode()
    entry = Entry.objects.get(event="queue_read")
    assert (entry.actor, entry.details) == (str(ayesha.pk), {"cases": [str(case.pk)]})


def test_a_colleague_reads_the_same_and_a_stranger_nothing(case, bilal, stranger):
    assert refs(signed_in(bilal).get(QUEUE)) == [case.ref]
    assert refs(signed_in(stranger).get(QUEUE)) == []
    assert Entry.objects.filter(event="queue_read", actor=str(stranger.pk)).count() == 0


def test_a_locked_member_sees_what_it_is_about_and_no_word_of_it(ayesha, case):
    page = signed_in(ayesha, unlocked=False).get(QUEUE).content.decode()
    assert case.ref in page
    assert "Intimate pictures shared" in page
    assert STORY not in page
    assert reverse("accounts:unlock") in page
    assert not Entry.objects.filter(event="queue_read").exists()


def test_a_member_without_a_grant_sees_sealed_rows(unit, ayesha, case):
    KeyGrant.objects.filter(member=ayesha).delete()
    response = signed_in(ayesha).get(QUEUE)
    assert response.context["rows"][0].summary.state == "no_key"


def test_a_summary_that_does_not_open_is_a_state_and_not_an_error(client, case):
    Case.objects.filter(pk=case.pk).update(summary=b"\x01" + bytes(300))
    response = client.get(QUEUE)
    assert response.status_code == 200
    assert "Could not be opened: ask the reporter" in response.content.decode()


def test_roles_without_cases_and_nobody_do_not_enter(unit, case):
    assert signed_in(make_member("Editor", unit, role="campaign_editor")).get(QUEUE).status_code == 403
    assert Client().get(QUEUE).status_code == 302


def test_what_is_due_first_is_on_top_and_a_clock_that_stands_still_at_the_end(client, unit):
    later, still, first = (make_case(unit) for _ in range(3))
    now = timezone.now()
    for one, due in ((later, now + timedelta(hours=3)), (still, None), (first, now - timedelta(minutes=5))):
        Case.objects.filter(pk=one.pk).update(due_at=due)
    response = client.get(QUEUE)
    assert refs(response) == [first.ref, later.ref, still.ref]
    assert response.content.decode().count("due late") == 1


def test_pages_neither_repeat_nor_skip_when_the_queue_moves(client, unit):
    due = timezone.now() + timedelta(hours=1)
    cases = [make_case(unit) for _ in range(PAGE + 3)]
    Case.objects.update(due_at=due)                                       # all equal: the key decides
    Case.objects.filter(pk=cases[0].pk).update(due_at=None)
    first = client.get(QUEUE)
    Case.objects.filter(ref=refs(first)[0]).update(due_at=due - timedelta(hours=2))
    second = client.get(QUEUE + first.context["more"])
    assert len(refs(first)) == PAGE
    assert sorted(refs(first) + refs(second)) == sorted(case.ref for case in cases)
    assert refs(second)[-1] == cases[0].ref
    assert not second.context["more"]


@pytest.mark.parametrize("bent", ["x", "~", "~x", "yesterday~2b1a3f5e-0000-4000-8000-000000000000",
                                  "0001-01-01T00:00:00+14:00~2b1a3f5e-0000-4000-8000-000000000000"])
def test_a_bent_cursor_is_the_first_page(client, case, bent):
    assert cursor.read(bent) is None
    assert refs(client.get(QUEUE, {"after": bent})) == [case.ref]


def test_a_message_to_a_closed_case_is_found_under_unread(client, unit, ayesha):
    quiet, written = make_case(unit), make_case(unit)
    reporter_writes(quiet, "Thank you")
    client.post(f"/desk/case/{quiet.ref}/read/")
    for one in (quiet, written):
        change_status(case=one, to=Status.IN_REVIEW, by=ayesha)
        change_status(case=one, to=Status.CLOSED, by=ayesha, outcome=Outcome.NOT_REMOVED)
    reporter_writes(written, "It is there again")
    response = client.get(QUEUE, {"unread": "on"})
    assert refs(response) == [written.ref]
    assert [tab.count for tab in response.context["tabs"] if tab.here] == [1]
    assert refs(client.get(QUEUE, {"unread": "on", "status": "in_review"})) == []
    assert digest.counts(ayesha, timezone.now()) == {"new": 0, "overdue": 0, "waiting": 0, "unread": 1}
    client.post(f"/desk/case/{written.ref}/read/")
    assert refs(client.get(QUEUE, {"unread": "on"})) == []


def test_the_same_pages_forwards_and_back(client, unit):
    due = timezone.now() + timedelta(hours=1)
    cases = [make_case(unit) for _ in range(2 * PAGE + 3)]
    for number, one in enumerate(cases):
        still = number % 5 == 0                     # every fifth clock stands still, and some moments are equal
        Case.objects.filter(pk=one.pk).update(due_at=None if still else due + timedelta(minutes=number // 4))
    pages = [client.get(QUEUE)]
    while pages[-1].context["more"]:
        pages.append(client.get(QUEUE + pages[-1].context["more"]))
    assert [len(refs(page)) for page in pages] == [PAGE, PAGE, 3]
    assert len({ref for page in pages for ref in refs(page)}) == len(cases)
    back = client.get(QUEUE + pages[-1].context["back"])
    assert refs(back) == refs(pages[1])
    first = client.get(QUEUE + back.context["back"])
    assert refs(first) == refs(pages[0])
    assert not first.context["back"]
    assert refs(client.get(QUEUE + first.context["more"])) == refs(pages[1])


def test_closed_cases_stand_newest_first(client, unit):
    now = timezone.now()
    cases = [make_case(unit) for _ in range(PAGE + 2)]
    for number, one in enumerate(cases):
        Case.objects.filter(pk=one.pk).update(status="closed", outcome="removed", due_at=None,
                                              closed_at=now - timedelta(hours=number // 2))
    first = client.get(QUEUE, {"status": "closed"})
    second = client.get(QUEUE + first.context["more"])
    times = [row.case.closed_at for page in (first, second) for row in page.context["rows"]]
    assert times == sorted(times, reverse=True)
    assert len({*refs(first), *refs(second)}) == len(cases)
    assert refs(client.get(QUEUE + second.context["back"])) == refs(first)


def test_two_units_are_one_list(unit, ayesha, stranger):
    children = make_unit("children")
    join_unit(unit=unit, member=stranger, by=None)
    due = timezone.now()
    cases = [make_case((unit, children)[number % 2]) for number in range(PAGE + 2)]
    for number, one in enumerate(cases):
        Case.objects.filter(pk=one.pk).update(due_at=due + timedelta(minutes=number))
    client = signed_in(stranger)
    first = client.get(QUEUE)
    assert refs(first) + refs(client.get(QUEUE + first.context["more"])) == [case.ref for case in cases]


def test_a_tab_counts_no_further_than_it_must(client, unit, monkeypatch):
    monkeypatch.setattr(queue, "COUNTED", 2)
    for _ in range(3):
        make_case(unit)
    response = client.get(QUEUE)
    counts = {str(tab.name): (tab.count, tab.more) for tab in response.context["tabs"]}
    assert (counts["All open"], counts["Closed"]) == ((2, True), (0, False))
    assert '<bdi dir="ltr">2+</bdi>' in response.content.decode()


def test_tabs_count_what_they_lead_to(client, unit):
    make_case(unit, harm=Harm.SEXTORTION, age_now=15)
    make_case(unit)
    tabs = client.get(QUEUE, {"child": "on"}).context["tabs"]
    assert [str(tab.name) for tab in tabs if tab.here] == ["Under 18"]
    for tab in tabs:
        assert tab.count == len(refs(client.get(QUEUE + tab.address)))


def test_a_page_costs_the_same_however_many_cases_it_shows(unit, ayesha, django_assert_num_queries, client):
    make_case(unit)
    client.get(QUEUE)                           # a first visit: the session notes that it is used
    with django_assert_num_queries(QUERIES):
        client.get(QUEUE)
    for _ in range(6):
        make_case(unit)
    client.get(QUEUE)                           # a first visit: the session notes that it is used
    with django_assert_num_queries(QUERIES):
        client.get(QUEUE)


def test_urdu_reads_right_to_left_and_marks_the_language_of_each_summary(ayesha, unit):
    make_case(unit, story="میری تصویر لگا دی گئی ہے", language="ur")
    make_case(unit, story="They posted it", language="en")
    page = signed_in(ayesha, language="ur").get(QUEUE).content.decode()
    assert '<html lang="ur" dir="rtl">' in page
    assert 'lang="ur">میری تصویر لگا دی گئی ہے' in page
    assert 'lang="en">They posted it' in page


# session, member, units, places of a page (one a unit), cases, wraps, labels, grants, keys, audit row, counts, what is owed,
# questions and requests for advice, rules of priority, to choose from: colleagues, labels, platforms; the desk and its views
QUERIES = 24
