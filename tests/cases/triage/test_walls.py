"""A wall: for an excluded member the case does not exist, wherever cases are listed, counted, found or told of."""
import ast
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from cases.audit.models import Entry
from cases.hashing.models import Match, MediaHash
from cases.models import Case, ClockEvent, Exclusion, Link, Trace
from cases.notifications import clocks, services as notifications
from cases.notifications.models import Notification, Occasion
from cases.priority import Danger
from cases.retention import services as retention
from cases.retention.models import Proposal
from cases.selectors import cases_for
from cases.services import NotAMember, assign, link_cases
from cases.triage import digest, walls
from cases.triage.selectors import colleagues
from portal.accounts import people
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, signed_in

Cause = Exclusion.Cause
LIFT = "Her cousin has moved to another district and is no party any more."
pytestmark = pytest.mark.django_db


@pytest.fixture
def head(unit) -> User:
    return make_member("Head", unit, role="supervisor")


def wall(case: Case, member: User, by: User) -> Exclusion:
    return walls.exclude(case=case, member=member, cause=Cause.KNOWS, by=by)


def desk_pages() -> list[str]:
    """Every address of the desk that needs no case: queue, account, keys, log and what others add."""
    waiting: list[URLPattern | URLResolver] = [*get_resolver("portal.urls.desk").url_patterns]
    prefixes, found = [""] * len(waiting), []
    for pattern, prefix in zip(waiting, prefixes, strict=False):
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            waiting += pattern.url_patterns
            prefixes += [path] * len(pattern.url_patterns)
        elif "<" not in path and path.startswith("desk/"):
            found.append(f"/{path}")
    return found


def test_every_page_of_the_desk_is_silent_about_it(unit, ayesha, bilal, head, case):
    """All of them, also those that are added later: neither reference nor id stands on any."""
    other = make_case(unit)
    link_cases(a=case, b=other, because=Link.Because.HANDLE)
    wall(case, ayesha, head)
    pages = [*desk_pages(), f"/desk/case/{other.ref}/", f"/desk/case/{other.ref}/access/", f"/desk/?q={case.ref}",
             "/desk/?assignee=nobody"]
    assert "/desk/" in pages
    client = signed_in(ayesha)
    for page in pages:
        answer = client.get(page)
        text = answer.content.decode() if answer.status_code == 200 else ""
        shown = text.replace(f'value="{case.ref}"', "").replace(f"?q={case.ref}", "").replace(f"q%3D{case.ref}", "")
        shown = shown.replace(f"Reference: {case.ref}", "")         # the filter, in words: what the reader typed
        assert case.ref not in shown, page
        assert str(case.pk) not in text, page
    assert case.ref in signed_in(bilal).get("/desk/").content.decode()


def test_its_own_addresses_answer_as_if_it_never_was(ayesha, bilal, head, case, client):
    assert client.get(f"/desk/case/{case.ref}/").status_code == 200
    wall(case, ayesha, head)
    never = case.ref[:-1] + ("2" if case.ref[-1] != "2" else "3")
    for part in ("", "access/", "escalate/"):
        known, unknown = (client.get(f"/desk/case/{ref}/{part}") for ref in (case.ref, never))
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
        assert known.status_code == 404
    for part in ("hand", "move", "write", "note", "read", "access/aside", "access/glass"):
        assert client.post(f"/desk/case/{case.ref}/{part}/", {"me": 1}).status_code == 404
    client.post("/desk/bulk/", {"go": "take", "ref": [case.ref]})
    assert Case.objects.get(pk=case.pk).assignee_id is None


def test_counts_links_and_equal_names_pass_over_it(unit, ayesha, head, client):
    typed = {"links": ["https://www.facebook.com/groups/1/posts/88"]}
    hidden, shown = make_case(unit, **typed), make_case(unit, **typed)
    for case in (hidden, shown):
        client.post(f"/desk/case/{case.ref}/hand/", {"version": 1, "me": 1})
    assert "Named in 1 other case" in client.get(f"/desk/case/{shown.ref}/").content.decode()
    pictures = [MediaHash.objects.create(case=case, number=1, pdq="0" * 64, quality=90, at=timezone.now())
                for case in (hidden, shown)]
    first, second = sorted(pictures, key=lambda one: one.pk)
    Match.objects.create(a=first, b=second, distance=2, at=timezone.now())
    before = client.get("/desk/").context["tabs"][0].count
    wall(hidden, ayesha, head)
    page = client.get(f"/desk/case/{shown.ref}/").content.decode()
    assert "Named in" not in page
    assert hidden.ref not in page
    assert "Another unit" not in page
    queue = client.get("/desk/")
    assert queue.context["tabs"][0].count == before - 1
    assert not queue.context["rows"][0].case.linked
    assert Trace.objects.count() == 2
    assert digest.counts(ayesha, timezone.now())["waiting"] + digest.counts(ayesha, timezone.now())["new"] <= 1


def test_nobody_behind_a_wall_is_told_or_may_be_given_it(unit, ayesha, bilal, head):
    case = make_case(unit, dangers=[Danger.LIFE])
    wall(case, ayesha, head)
    everybody = colleagues(case)
    assert ayesha not in [*everybody.women, *everybody.others]
    with pytest.raises(NotAMember):
        assign(case=case, to=ayesha, by=head)
    unit.memberships.filter(member=ayesha).update(on_duty=True)
    notifications.tell_urgent(case)
    notifications.tell_responsible(case=case, occasion=Occasion.MESSAGE)
    clocks.sound(case.due_at)
    clocks.tell(ClockEvent.objects.values_list("pk", flat=True))
    notifications.tell_supervisors(case=case, occasion=Occasion.WISH)
    told = set(Notification.objects.values_list("member", flat=True))
    assert ayesha.pk not in told
    assert {bilal.pk, head.pk} <= told


def test_a_case_that_nobody_is_left_to_open_is_not_forgotten(unit, ayesha, bilal, case):
    """One stepped aside, the other left: an administrator sees no case, but can add a member to the unit."""
    rabia = make_member("Rabia", role="administrator")
    make_member("Kamran", unit, role="auditor")                             # reads no case, so telling him helps nobody
    wall(case, ayesha, ayesha)
    people.deactivate(member=bilal, by=rabia)
    notifications.tell_responsible(case=case, occasion=Occasion.MESSAGE)
    assert [(row.member, row.occasion) for row in Notification.objects.all()] == [(rabia, "nobody")]
    assert clocks.sound(case.due_at) == 1
    clocks.tell(ClockEvent.objects.values_list("pk", flat=True))
    assert Notification.objects.filter(occasion="nobody", member=rabia).count() == 2
    assert case.ref not in repr(list(Notification.objects.values()))


def test_who_had_the_case_loses_it_and_the_supervisors_look_for_somebody_new(ayesha, bilal, head, case):
    assign(case=case, to=ayesha, by=ayesha)
    answer = signed_in(ayesha).post(f"/desk/case/{case.ref}/access/aside/", {"cause": "knows", "sure": "on"}, follow=True)
    page = answer.content.decode()
    assert "that case does not exist for you" in page
    assert case.ref not in page
    assert Case.objects.get(pk=case.pk).assignee_id is None
    assert [(row.member_id, row.occasion) for row in Notification.objects.all()] == [(head.pk, "aside")]
    entry = Entry.objects.get(event="member_excluded")
    assert (entry.subject, entry.actor, entry.details) == (str(case.pk), str(ayesha.pk),
                                                          {"member": str(ayesha.pk), "cause": "knows"})


def test_who_is_excluded_approves_no_destruction_any_more(unit, ayesha, head, case):
    """Else somebody in the story could have the case destroyed with one colleague's help, from behind the wall."""
    retention.set_up_schedules()
    second = make_member("Second", unit, role="supervisor")
    Case.objects.filter(pk=case.pk).update(status="closed", outcome="withdrawn", unread=False,
                                           closed_at=timezone.now() - timedelta(days=200))
    retention.propose(timezone.now())
    retention.approve(case=case, by=head)
    wall(case, ayesha, second)
    assert Proposal.objects.get().approved_by == head
    wall(case, head, second)
    assert Proposal.objects.get().approved_by is None
    with pytest.raises(retention.Refused, match="not_approved"):
        retention.confirm(case=case, by=second)


def test_stepping_aside_asks_twice(ayesha, bilal, case, client):
    assert client.post(f"/desk/case/{case.ref}/access/aside/", {"cause": "knows"}).status_code == 400
    assert cases_for(ayesha).filter(pk=case.pk).exists()


def test_a_colleague_excludes_nobody_and_a_strangers_supervisor_neither(ayesha, bilal, head, case, stranger):
    form = {"member": str(bilal.pk), "cause": "knows"}
    assert signed_in(ayesha).post(f"/desk/case/{case.ref}/access/exclude/", form).status_code == 403
    with pytest.raises(walls.NotAllowed):
        wall(case, bilal, ayesha)
    from_elsewhere = make_member("Boss", stranger.memberships.get().unit, role="supervisor")
    assert signed_in(from_elsewhere).post(f"/desk/case/{case.ref}/access/exclude/", form).status_code == 404
    with pytest.raises(walls.NotAllowed):
        wall(case, bilal, from_elsewhere)
    assert signed_in(head).post(f"/desk/case/{case.ref}/access/exclude/", form).status_code == 302
    assert not cases_for(bilal).filter(pk=case.pk).exists()


def test_the_last_reader_stays(unit, ayesha, case, client):
    answer = client.post(f"/desk/case/{case.ref}/access/aside/", {"cause": "knows", "sure": "on"})
    assert answer.status_code == 409
    assert "move it to another unit" in answer.content.decode()
    assert cases_for(ayesha).exists()


def test_a_wall_is_built_once(ayesha, head, bilal, case):
    assert wall(case, ayesha, head).pk == wall(case, ayesha, head).pk
    assert Entry.objects.filter(event="member_excluded").count() == 1
    with pytest.raises(IntegrityError, match="excluded_once|UNIQUE"), transaction.atomic():
        Exclusion.objects.create(case=case, member=ayesha, cause="knows", by=head, at=timezone.now())


# --- lifting ----------------------------------------------------------------------------------------------------------
def lift(member: User, standing: Exclusion, reason: str = LIFT, **options: bool):
    return signed_in(member, **options).post(f"/desk/case/{standing.case.ref}/access/lift/{standing.pk}/",
                                             {f"{standing.pk.hex[:8]}-reason": reason})


def test_lifting_takes_a_reason_and_another_supervisor(unit, ayesha, bilal, head, case):
    standing, second = wall(case, ayesha, head), make_member("Second", unit, role="supervisor")
    assert lift(bilal, standing).status_code == 403
    assert lift(ayesha, standing).status_code == 403
    refused = lift(head, standing)
    assert refused.status_code == 409
    assert LIFT in refused.content.decode()
    short = lift(second, standing, "ok")
    assert short.status_code == 400
    assert not cases_for(ayesha).exists()
    assert lift(second, standing).status_code == 302
    assert cases_for(ayesha).get() == case
    assert LIFT.encode() not in bytes(Exclusion.objects.get().lift_reason)
    page = signed_in(head).get(f"/desk/case/{case.ref}/access/").content.decode()
    assert LIFT in page
    assert LIFT not in signed_in(bilal).get(f"/desk/case/{case.ref}/access/").content.decode()


def test_a_locked_supervisor_loses_nothing_typed(unit, ayesha, bilal, head, case):
    standing = wall(case, ayesha, ayesha)
    answer = lift(head, standing, unlocked=False)
    assert answer.status_code == 409
    assert LIFT in answer.content.decode()
    assert Exclusion.objects.get().lifted_at is None


def test_the_database_refuses_a_wall_lifted_by_who_built_it_or_stands_behind_it(ayesha, bilal, head, case):
    standing = wall(case, ayesha, head)
    for member in (ayesha, head):
        with pytest.raises(IntegrityError, match="exclusion_lifted"), transaction.atomic():
            Exclusion.objects.filter(pk=standing.pk).update(lifted_at=timezone.now(), lifted_by=member, lift_reason=b"x")


def test_the_wall_goes_with_the_role(ayesha, bilal, head, case):
    """An excluded caseworker who becomes supervisor of the unit still does not see it."""
    wall(case, ayesha, head)
    User.objects.filter(pk=ayesha.pk).update(role="supervisor")
    assert signed_in(User.objects.get(pk=ayesha.pk)).get(f"/desk/case/{case.ref}/").status_code == 404


# --- one beginning ----------------------------------------------------------------------------------------------------
ELSEWHERE = {
    ("cases/triage/evidence.py", "is_going"),           # of a case that was opened; says whether it is being deleted
    ("cases/triage/matches.py", "reasons"),             # asks reach_of about each, and shows a rule's name
    ("cases/triage/services.py", "two_close"),          # of a case that was opened; says whether it leads a child's
    ("cases/triage/services.py", "tie"),                # ties cases together by itself; shows nothing
    ("cases/statistics/counting.py", "months"),         # how old the oldest is
    ("cases/statistics/counting.py", "_reports"),       # counts by night; pages read the counts, small ones hidden
}


@pytest.mark.parametrize("path", sorted([*Path("cases/triage").rglob("*.py"), *Path("portal/accounts").rglob("*.py"),
                                         *Path("cases/statistics").rglob("*.py")]), ids=str)
def test_whatever_shows_cases_to_staff_begins_with_cases_for(path):
    """No door of the desk asks `Case.objects`, where there are no walls."""
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef) and (str(path), function.name) not in ELSEWHERE:
            asked = [node for node in ast.walk(function) if isinstance(node, ast.Attribute) and node.attr == "objects"
                     and isinstance(node.value, ast.Name) and node.value.id == "Case"]
            assert not asked, f"{path}: {function.name} passes by the wall"


def test_nothing_of_a_case_that_nobody_knows(ayesha):
    assert Client().get(f"/desk/case/{uuid4().hex[:8]}/access/").status_code == 302
