"""Kept cases, and breaking the glass: a reason, an hour, and those told who must know."""
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.audit.models import Entry
from cases.models import BreakGlass, Case
from cases.notifications.models import Notification
from cases.services import assign
from cases.triage import walls
from portal.accounts.models import User
from tests.factories.cases import STORY, make_case, make_member, signed_in

REASON = "She writes that they are on their way to her house now; Ayesha does not answer."
FORM = {"cause": "life", "reason": REASON}
pytestmark = pytest.mark.django_db


@pytest.fixture
def head(unit) -> User:
    return make_member("Head", unit, role="supervisor")


@pytest.fixture
def kept(case, ayesha, head) -> Case:
    """Ayesha has it, and a supervisor keeps it for her."""
    assign(case=case, to=ayesha, by=head)
    return walls.restrict(case=case, on=True, by=head)


def page(member: User, case: Case, **options: bool) -> str:
    return signed_in(member, **options).get(f"/desk/case/{case.ref}/").content.decode()


def break_it(member: User, case: Case, data: dict[str, str] | None = None, **options: bool):
    return signed_in(member, **options).post(f"/desk/case/{case.ref}/access/glass/", FORM if data is None else data)


def test_a_restricted_case_is_read_by_who_has_it(kept, ayesha, bilal, head):
    assert STORY in page(ayesha, kept)
    for member in (bilal, head):
        text = page(member, kept)
        assert STORY not in text
        assert "kept for the member who has it" in text
        assert STORY not in signed_in(member).get("/desk/").content.decode()
    assert set(Entry.objects.filter(event="case_read").values_list("actor", flat=True)) == {str(ayesha.pk)}


def test_a_wish_for_a_woman_keeps_the_words_from_the_men_of_the_unit(unit, ayesha, bilal):
    amna, case = make_member("Amna", unit, is_woman=True), make_case(unit, wants_woman=True)
    assert STORY in page(amna, case)
    assert STORY not in page(bilal, case)
    assert "kept for others of your unit" in page(bilal, case)


def test_what_needs_the_words_is_not_done_without_them(kept, bilal):
    client = signed_in(bilal)
    for act, typed in (("write", {"text": "Dear friend"}), ("note", {"text": "Dear friend"}), ("move", {"move": "in_review"})):
        answer = client.post(f"/desk/case/{kept.ref}/{act}/", {"version": kept.version, **typed})
        assert answer.status_code == 409, act
        assert "Not done: this case is kept" in answer.content.decode()
        assert "Dear friend" in answer.content.decode() or act == "move"
    assert client.post(f"/desk/case/{kept.ref}/read/").status_code == 403
    assert client.get(f"/desk/case/{kept.ref}/escalate/").status_code == 403
    assert client.post(f"/desk/case/{kept.ref}/hand/", {"version": kept.version, "me": 1}).status_code == 403


def test_only_a_supervisor_gives_out_a_restricted_case(kept, ayesha, bilal, head):
    def give(by: User, **to: object) -> int:
        kept.refresh_from_db()
        return signed_in(by).post(f"/desk/case/{kept.ref}/hand/", {"version": kept.version, **to}).status_code

    assert give(ayesha, to=bilal.pk) == 403
    assert give(ayesha, to="") == 302
    assert give(bilal, me=1) == 403
    assert give(head, to=bilal.pk) == 302
    assert STORY in page(bilal, kept)


def test_broken_glass_opens_for_an_hour_and_every_reading_says_so(kept, ayesha, bilal, head):
    auditor = make_member("Kamran", role="auditor")
    assert break_it(bilal, kept).status_code == 302
    glass = BreakGlass.objects.get()
    assert glass.until - glass.at == timedelta(minutes=60)
    assert STORY in page(bilal, kept)
    assert "Emergency access until" in page(bilal, kept)
    signed_in(bilal).get("/desk/")
    for event in ("case_read", "queue_read"):
        rows = Entry.objects.filter(event=event, actor=str(bilal.pk))
        assert rows
        assert all(row.details["glass"] == [str(glass.pk)] for row in rows)
    assert {(row.member_id, row.occasion) for row in Notification.objects.filter(occasion="glass")} == {
        (head.pk, "glass"), (auditor.pk, "glass")}
    BreakGlass.objects.update(at=timezone.now() - timedelta(minutes=61), until=timezone.now() - timedelta(minutes=1))
    assert STORY not in page(bilal, kept)
    assert STORY not in signed_in(bilal).get("/desk/").content.decode()


def test_the_reason_is_sealed_and_read_by_supervisors(kept, bilal, ayesha, head):
    break_it(bilal, kept)
    assert REASON.encode() not in bytes(BreakGlass.objects.get().reason)
    assert REASON in signed_in(head).get(f"/desk/case/{kept.ref}/access/").content.decode()
    assert Entry.objects.filter(event="reasons_read", actor=str(head.pk)).count() == 1
    assert REASON not in signed_in(ayesha).get(f"/desk/case/{kept.ref}/access/").content.decode()
    entry = Entry.objects.get(event="glass_broken")
    assert set(entry.details) == {"glass", "cause", "until"}


@pytest.mark.parametrize("data", [{}, {"cause": "life", "reason": "now"}, {"cause": "curious", "reason": REASON}])
def test_no_reason_no_glass(kept, bilal, data):
    answer = break_it(bilal, kept, data)
    assert answer.status_code == 400
    assert not BreakGlass.objects.exists()
    assert not Notification.objects.filter(occasion="glass").exists()


def test_a_locked_member_breaks_nothing_and_loses_nothing_typed(kept, bilal):
    answer = break_it(bilal, kept, unlocked=False)
    assert answer.status_code == 409
    assert REASON in answer.content.decode()
    assert not BreakGlass.objects.exists()


def test_no_glass_for_strangers_in_walls_or_where_the_door_is_open(kept, ayesha, bilal, head, stranger):
    assert break_it(stranger, kept).status_code == 404
    assert break_it(ayesha, kept).status_code == 302
    assert not BreakGlass.objects.exists()
    walls.exclude(case=kept, member=bilal, cause=walls.Exclusion.Cause.KNOWS, by=head)
    assert break_it(bilal, kept).status_code == 404
    with pytest.raises(walls.NotAllowed):
        walls.break_glass(case=kept, glass_id=kept.pk, cause=BreakGlass.Cause.LIFE, reason=b"x", by=bilal)


def test_a_wall_built_after_the_glass_was_broken_stands(kept, bilal, head):
    break_it(bilal, kept)
    walls.exclude(case=kept, member=bilal, cause=walls.Exclusion.Cause.NAMED, by=head)
    assert signed_in(bilal).get(f"/desk/case/{kept.ref}/").status_code == 404


def test_glass_that_never_ends_is_refused_by_the_database(kept, bilal):
    now = timezone.now()
    with pytest.raises(IntegrityError, match="glass_ends"), transaction.atomic():
        BreakGlass.objects.create(case=kept, member=bilal, cause="life", reason=b"x", at=now, until=now)


def test_a_case_is_kept_for_somebody_or_not_at_all(case, ayesha, head):
    assert signed_in(ayesha).post(f"/desk/case/{case.ref}/access/restrict/", {"on": 1}).status_code == 403
    answer = signed_in(head).post(f"/desk/case/{case.ref}/access/restrict/", {"on": 1}, follow=True)
    assert "it would be kept for nobody" in answer.content.decode()
    assert not Case.objects.get(pk=case.pk).restricted


@pytest.mark.parametrize("act", ["access/glass", "access/exclude", "access/lift/00000000-0000-0000-0000-000000000000"])
def test_who_was_away_for_long_proves_who_they_are_first(kept, bilal, head, act):
    answer = signed_in(head, fresh=False).post(f"/desk/case/{kept.ref}/{act}/", FORM)
    assert answer.status_code == 401
    assert REASON in answer.content.decode()
    assert not BreakGlass.objects.exists()
