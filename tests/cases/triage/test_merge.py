"""Merging at the desk: who may, what the pages show, and what they keep to themselves."""
import pytest

from cases.merging.models import Merging
from cases.models import Case
from cases.triage import walls
from tests.factories.cases import STORY, make_case, make_member, reporter_writes, signed_in

WHY = "Both name the same page and the same evening."
pytestmark = pytest.mark.django_db


def form(case: Case, other: Case, **typed: str) -> dict[str, str]:
    case.refresh_from_db()
    return {"version": str(case.version), "ref": other.ref.lower(), "leads": "this", "reason": WHY, **typed}


def merge(member, case: Case, other: Case, **typed: str):
    return signed_in(member).post(f"/desk/case/{case.ref}/merge/", form(case, other, **typed))


def page(member, case: Case) -> str:
    return signed_in(member).get(f"/desk/case/{case.ref}/").content.decode()


def queue(member) -> list[str]:
    return [row.case.ref for row in signed_in(member).get("/desk/").context["rows"]]


def test_owner_colleague_and_stranger(unit, case, ayesha, bilal, stranger):
    other = make_case(unit, story="My sister wrote too")
    assert merge(stranger, case, other).status_code == 404
    assert merge(ayesha, case, other).status_code == 302
    assert queue(bilal) == [case.ref]
    reporter_writes(other, "They posted it again tonight")
    reporter_writes(case, "Only mine")
    leading, led = page(bilal, case), page(bilal, other)
    assert "They posted it again tonight" in leading
    assert f'Reporter of <bdi class="ltr" dir="ltr">{other.ref}' in leading
    assert "Only mine" not in led
    assert WHY in led
    assert WHY.encode() not in bytes(Merging.objects.get().reason)
    assert other.ref in signed_in(bilal).get(f"/desk/?q={other.ref}").content.decode()
    assert signed_in(stranger).get(f"/desk/case/{other.ref}/unmerge/").status_code == 404
    why = {"version": "1", "reason": "Another page after all, I looked."}
    answer = signed_in(bilal).post(f"/desk/case/{other.ref}/unmerge/", why)
    assert answer.status_code == 302
    assert set(queue(bilal)) == {case.ref, other.ref}
    assert "They posted it again tonight" not in page(bilal, case)
    assert signed_in(bilal).get(f"/desk/case/{other.ref}/unmerge/").status_code == 404


def test_the_other_may_lead_and_a_refusal_keeps_what_was_typed(unit, case, ayesha):
    other = make_case(unit)
    refused = merge(ayesha, case, make_case(unit, age_now=14))
    assert refused.status_code == 409
    assert "other rules hold for each" in refused.content.decode()
    assert WHY in refused.content.decode()
    assert merge(ayesha, case, other, ref="26-NOPE").status_code == 409
    assert merge(ayesha, case, other, leads="other").status_code == 302
    assert Case.objects.get(pk=case.pk).merged_into_id == other.pk


def test_a_case_behind_a_wall_is_not_named(unit, case, ayesha, bilal):
    head = make_member("Head", unit, role="supervisor")
    other, kept = make_case(unit, story="Hidden words"), make_case(unit, wants_woman=True)
    signed_in(head)
    for each in (other, kept):
        merge(head if each is other else make_member("Zara", unit, is_woman=True), case, each)
    reporter_writes(other, "Hidden too")
    reporter_writes(kept, "Kept words")
    walls.exclude(case=other, member=bilal, cause=walls.Exclusion.Cause.KNOWS, by=head)
    seen = page(bilal, case)
    for words in (other.ref, "Hidden too", kept.ref, "Kept words"):
        assert words not in seen
    assert "A case kept for others of your unit" in seen
    assert STORY in seen


def test_without_an_open_vault_the_form_waits(unit, case, ayesha):
    other = make_case(unit)
    answer = signed_in(ayesha, unlocked=False).post(f"/desk/case/{case.ref}/merge/", form(case, other))
    assert answer.status_code == 409
    assert WHY in answer.content.decode()
    assert not Merging.objects.exists()
