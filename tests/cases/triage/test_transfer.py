"""A case goes to another unit: who may, why, and who can read it then."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.models import Case, Consent
from cases.notifications.models import Notification
from cases.retention import services as retention
from cases.triage import walls
from cases.triage.models import Note
from portal.accounts.models import User
from tests.factories.cases import STORY, make_case, make_member, make_unit, reporter_consents, signed_in

REASON = "She is sixteen, as her third message says; please take over today."
pytestmark = pytest.mark.django_db


@pytest.fixture
def head(unit, ayesha) -> User:
    return make_member("Head", unit, role="supervisor")


@pytest.fixture
def their_head(stranger) -> User:
    return make_member("Their head", make_unit("children"), role="supervisor")


def form(case: Case, **other: str) -> dict[str, str]:
    case.refresh_from_db()
    return {"version": str(case.version), "unit": str(make_unit("children").pk), "ground": "routing", "reason": REASON,
            "sure": "on", **other}


def send(member: User, case: Case, *, unlocked: bool = True, **other: str):
    return signed_in(member, unlocked=unlocked).post(f"/desk/case/{case.ref}/transfer/", form(case, **other))


def test_the_other_unit_reads_it_then_and_this_one_no_longer(case, ayesha, head, stranger, their_head):
    assert signed_in(stranger).get(f"/desk/case/{case.ref}/").status_code == 404
    answer = send(head, case)
    assert answer.status_code == 302
    page = signed_in(stranger).get(f"/desk/case/{case.ref}/").content.decode()
    assert STORY in page
    assert REASON in page
    for member in (ayesha, head):
        assert signed_in(member).get(f"/desk/case/{case.ref}/").status_code == 404
    assert REASON.encode() not in bytes(Note.objects.get().body)
    assert Entry.objects.get(event="transfer_grounds").details == {"ground": "routing", "despite": False}
    assert Notification.objects.filter(member=their_head, occasion="moved").exists()


def test_a_wall_moves_along(case, ayesha, bilal, head, stranger, their_head):
    both = make_member("Both", case.unit, make_unit("children"))
    walls.exclude(case=case, member=both, cause=walls.Exclusion.Cause.KNOWS, by=both)
    send(head, case)
    assert signed_in(both).get(f"/desk/case/{case.ref}/").status_code == 404


def test_an_approval_to_destroy_it_does_not_move_along(case, head, stranger, their_head):
    retention.set_up_schedules()
    Case.objects.filter(pk=case.pk).update(status="closed", outcome="withdrawn", unread=False,
                                           closed_at=timezone.now() - timedelta(days=200))
    retention.propose(timezone.now())
    retention.approve(case=case, by=head)
    assert send(head, case).status_code == 302
    with pytest.raises(retention.Refused, match="not_approved"):
        retention.confirm(case=case, by=their_head)


def test_a_caseworker_and_a_stranger_give_nothing_away(case, ayesha, head, stranger, their_head):
    assert send(ayesha, case).status_code == 403
    assert send(their_head, case).status_code == 404
    assert Case.objects.get(pk=case.pk).unit == case.unit


def test_who_may_not_open_it_may_not_give_it(unit, ayesha, head, stranger):
    case = make_case(unit, wants_woman=True)
    assert send(head, case).status_code == 403


@pytest.mark.parametrize("lack", [{"ground": ""}, {"sure": ""}, {"reason": "ok"}, {"unit": "x"}, {"ground": "because"}])
def test_every_part_of_the_question_is_asked(case, head, stranger, lack):
    answer = send(head, case, **lack)
    assert answer.status_code == 400
    assert "reason" in lack or REASON in answer.content.decode()


def test_a_locked_supervisor_loses_nothing_typed(case, head, stranger):
    answer = send(head, case, unlocked=False)
    assert answer.status_code == 409
    assert REASON in answer.content.decode()
    assert not Note.objects.exists()


def test_an_old_page_moves_nothing(case, head, stranger):
    answer = send(head, case, version="0")
    assert answer.status_code == 409
    assert REASON in answer.content.decode()
    assert not Note.objects.exists()


def test_a_unit_without_a_key_is_no_place_for_a_case(case, head):
    answer = send(head, case)
    assert answer.status_code == 409
    assert "no key that can be trusted yet" in answer.content.decode()
    assert not Note.objects.exists()


def test_the_reporters_answer_decides_unless_something_weighs_more(case, unit, head, stranger, their_head):
    assert send(head, case, ground="agreed").status_code == 409, "nobody asked"
    reporter_consents(case, Consent.Act.OTHER_UNIT, Consent.Answer.NO)
    for ground in ("agreed", "routing"):
        refused = send(head, case, ground=ground)
        assert refused.status_code == 409
        assert "said no to another unit" in refused.content.decode()
        assert REASON in refused.content.decode()
    assert not Note.objects.exists()
    assert send(head, case, ground="danger").status_code == 302
    assert Entry.objects.get(event="transfer_grounds").details == {"ground": "danger", "despite": True}
    agreed = make_case(unit)
    reporter_consents(agreed, Consent.Act.OTHER_UNIT)
    assert send(head, agreed, ground="agreed").status_code == 302


def test_a_wish_for_a_woman_needs_one_there(unit, stranger):
    hina = make_member("Hina", unit, role="supervisor", is_woman=True)
    case = make_case(unit, wants_woman=True)
    assert "none who reads cases" in send(hina, case, ground="conflict").content.decode()
    make_member("Zara", make_unit("children"), is_woman=True)
    assert send(hina, case, ground="conflict").status_code == 302
