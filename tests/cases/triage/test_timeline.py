"""The timeline: who did what and who may see it, by pages of the newest, without a word of what others may know."""
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.hashing.models import Match
from cases.models import Case, Consent, Exclusion, Message
from cases.permissions import Role
from cases.priority import Level, Seen as SeenOften
from cases.services import raise_priority, set_priority
from cases.triage import logged, reading, timeline as module, walls
from cases.triage.timeline import Who, cursor, moment, timeline
from tests.cases.triage.test_case import escalated, picture
from tests.factories.cases import keyring_of, make_case, make_member, make_unit, reporter_consents, reporter_writes, signed_in

pytestmark = pytest.mark.django_db


def titles(case: Case, member: object, **which: str) -> list[str]:
    return [event.title.replace("\u2068", "").replace("\u2069", "") for event in timeline(case, member, {}, **which).events]


def happened(case: Case, by: object) -> None:
    client = signed_in(by)
    client.post(f"/desk/case/{case.ref}/hand/", {"version": case.version, "me": "1"})
    reporter_writes(case, "Hello?")
    set_priority(case=case, level=Level.P1, by=by)
    client.post(f"/desk/case/{case.ref}/task/", {"version": 1, "text": "Ring them"})
    escalated(case, by)
    reporter_consents(case, Consent.Act.ASK_PLATFORM)


def test_it_tells_who_did_what_and_the_filter_leaves_one_kind(ayesha, case):
    happened(case, ayesha)
    everything = titles(case, ayesha)
    told = ["Ayesha Khan: took the case", "Ayesha Khan: Priority: Urgent", "Ayesha Khan: wrote down a task", "Reporter",
            "Facebook answered: Removed", "Sent to Facebook"]
    assert set(told) <= set(everything)
    parts = {who: titles(case, ayesha, who=who.value) for who in Who}
    assert sorted(sum(parts.values(), [])) == sorted(everything)
    assert parts[Who.PLATFORM] == ["Facebook answered: Removed"]
    assert parts[Who.REPORTER][0] == "Reporter"
    assert titles(case, ayesha, who="nonsense") == everything


def test_each_entry_says_who_may_see_it_and_walls_are_the_supervisors(client, ayesha, unit, case):
    excluded, chief = make_member("Omar", unit), make_member("Sana", unit, role=Role.SUPERVISOR)
    walls.exclude(case=case, member=excluded, cause=Exclusion.Cause.KNOWS, by=chief)
    wall = "Sana: Omar is kept from the case"
    assert wall in titles(case, chief)
    assert wall not in titles(case, ayesha)
    assert [event.seen_by for event in timeline(case, chief, {}).events][-1] == "supervisors only"
    page = client.get(f"/desk/case/{case.ref}/").content.decode()
    assert "reporter and staff" in page
    assert "Omar" not in page[page.index('id="timeline"'):page.index("</ol>", page.index('id="timeline"'))]


def test_a_long_one_is_folded_and_only_what_shows_is_unsealed(client, ayesha, case, monkeypatch):
    monkeypatch.setattr(module, "PAGE", 3)
    for number in range(5):
        reporter_writes(case, f"Message {number}")
    first = client.get(f"/desk/case/{case.ref}/")
    page = first.content.decode()
    assert [f"Message {number}" in page for number in range(5)] == [False, False, True, True, True]
    assert Entry.objects.get(event="case_read").details["messages"] == 3
    earlier = first.context["timeline"].earlier
    page = client.get(f"/desk/case/{case.ref}/?before={earlier}").content.decode()
    assert [f"Message {number}" in page for number in range(5)] == [True, True, False, False, False]
    assert "The newest" in page
    for nonsense in ("x", "-1", "9" * 40, "١"):
        assert "Message 4" in client.get(f"/desk/case/{case.ref}/", {"before": nonsense, "who": nonsense}).content.decode()


def test_no_entry_is_lost_or_doubled_between_pages_of_one_moment(ayesha, case, monkeypatch):
    for number in range(6):
        reporter_writes(case, f"Message {number}")
    Message.objects.update(at=datetime(2027, 1, 2, 3, 4, 5, 678901, tzinfo=UTC))
    whole = titles(case, ayesha)
    monkeypatch.setattr(module, "PAGE", 4)
    found, before = [], ""
    while True:
        page = timeline(case, ayesha, {}, before=before)
        found = [event.title.replace("\u2068", "").replace("\u2069", "") for event in page.events] + found
        if not (before := page.earlier):
            break
    assert found == whole


def test_a_cursor_says_its_moment_to_the_microsecond():
    for at in (datetime(2026, 11, 23, 8, 7, 6, 999999, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC) + timedelta(microseconds=1)):
        assert moment(cursor(at)) == at


def test_a_match_is_told_with_cases_that_the_reader_opens_and_no_others(ayesha, bilal, unit, case):
    near, far, walled = make_case(unit), make_case(make_unit("children")), make_case(unit)
    own = picture(case, 1, "a")
    for other in (near, far, walled):
        Match.objects.create(a=picture(other, 1, "a"), b=own, distance=0, at=timezone.now())
    walls.exclude(case=walled, member=ayesha, cause=Exclusion.Cause.KNOWS, by=ayesha)
    assert [title for title in titles(case, ayesha) if "Picture" in title] == [f"Picture 1 is known from {near.ref}"]
    assert not [each for each in timeline(case, ayesha, {}, withheld=True).events if "Picture" in each.title]


def test_a_rule_about_other_cases_is_not_named(ayesha, case):
    raise_priority(case=case, seen=SeenOften(cases=9, child=True))
    told = [title for title in titles(case, ayesha) if title.startswith("Priority")]
    assert told
    assert not [title for title in told if "picture" in title]


def test_what_was_not_read_stays_sealed(ayesha, case):
    reporter_writes(case, "Seen")
    page = timeline(case, ayesha, {})
    opened = reading.read_case(case, keyring=keyring_of(ayesha), by=ayesha)
    assert opened.messages == {}
    assert [event.text for event in page.worded(opened).events if event.row] == [None]


def test_the_timeline_names_only_what_something_records():
    told = {"logged.py", "presenters.py"}
    code = "".join(path.read_text() for room in ("cases", "portal") for path in Path(room).rglob("*.py") if path.name not in told)
    assert sorted(event for event in logged.EVENTS | logged.SUPERVISORS if f'"{event}"' not in code) == []
