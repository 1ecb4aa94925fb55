"""One picture that is reported again and again: no report costs more for it, and no child's picture slips through."""
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.hashing import alike, foreign, listing, services
from cases.hashing.models import ListEntry, Match, MediaHash
from cases.hashing.services import PublishRefused, Refusal
from cases.models import Case, Link
from tests.cases.hashing.conftest import fingerprint, near, new_pdq
from tests.factories.lists import publish, two_people

FEW = 3


@pytest.fixture(autouse=True)
def a_small_crowd(monkeypatch):
    monkeypatch.setattr(alike, "CROWD", FEW)


@pytest.fixture
def report(make_case):
    def make(*values: str, **facts) -> Case:
        case = make_case(**facts)
        services.store(case=case, fingerprints=[fingerprint(n, value) for n, value in enumerate(values, 1)])
        services.match(case_id=case.pk)
        return case
    return make


def others_of(case: Case) -> set:
    return set(MediaHash.objects.filter(pk__in=Match.objects.filter(a__case=case).values("b")).values_list("case", flat=True))


def test_the_work_of_a_report_grows_no_more_once_many_hold_its_picture(make_case):
    value, queries = new_pdq(), []
    for _ in range(12):
        case = make_case()
        services.store(case=case, fingerprints=[fingerprint(n, near(value, 2)) for n in (1, 2, 3)])
        with CaptureQueriesContext(connection) as seen:
            found = services.match(case_id=case.pk)
        queries.append(len(seen))
    assert 3 * FEW <= len(found) <= 5 * FEW                     # the nearest of each file of either side
    assert len(set(queries[FEW + 3:])) == 1
    assert Link.objects.filter(a=case).count() + Link.objects.filter(b=case).count() == FEW


def test_a_crowd_is_tied_to_its_latest_and_another_picture_of_the_case_to_its_own(report):
    value, other = new_pdq(), new_pdq()
    first = report(near(value, 2), other)
    cases = [report(near(value, 2)) for _ in range(FEW + 2)]
    last = report(near(value, 2), near(other, 4))
    assert others_of(last) == {first.pk, *(case.pk for case in cases[-FEW:])}


def test_a_childs_case_comes_before_the_latest(report):
    value = new_pdq()
    child = report(near(value, 2), child=True)
    for _ in range(FEW + 2):
        report(near(value, 2))
    last = report(near(value, 2))
    assert child.pk in others_of(last)
    assert services.refusal(last) == Refusal.CHILD_MATCH
    assert Case.objects.get(pk=last.pk).seen_rule == "seen_with_child"


def test_a_childs_report_takes_every_copy_off_the_list_and_raises_every_case(report, run_jobs):
    value = new_pdq()
    cases = [report(near(value, 2)) for _ in range(FEW + 4)]
    entries = [entry for case in cases[:2] for entry in publish(case, despite=True)]
    report(near(value, 2), child=True)
    assert not ListEntry.objects.filter(pk__in=[entry.pk for entry in entries], state="active").exists()
    assert {services.refusal(case) for case in cases} == {Refusal.CHILD_MATCH}
    run_jobs()
    assert set(Case.objects.filter(pk__in=[case.pk for case in cases]).values_list("seen_rule", flat=True)) == {"seen_with_child"}


def test_a_second_childs_report_adds_nothing_to_what_is_guarded_already(report):
    value = new_pdq()
    for _ in range(FEW + 4):
        report(near(value, 2))
    report(near(value, 2), child=True)
    before = Match.objects.count()
    report(near(value, 2), child=True)
    assert Match.objects.count() == before + FEW


def test_a_childs_case_that_was_never_tied_is_found_before_anything_is_listed(report):
    value, (one, _other) = new_pdq(), two_people()
    adult = report(near(value, 2))
    children = [report(near(value, 2), child=True) for _ in range(FEW + 3)]
    for tied in Match.objects.filter(b__case=adult).values_list("a__case", flat=True):
        Case.objects.get(pk=tied).delete()
    assert services.refusal(adult) is None
    assert Case.objects.filter(pk__in=[case.pk for case in children]).exists()
    with pytest.raises(PublishRefused) as error:
        listing.propose(case=adult, by=one)
    assert error.value.reason == Refusal.CHILD_MATCH


def test_what_a_list_of_child_imagery_has_of_a_crowd_guards_all_of_it(report, run_jobs):
    value = new_pdq()
    edge = near(value, 20)
    known = report(edge)
    for _ in range(FEW + 2):
        report(near(value, 2))
    (entry,) = publish(last := report(near(value, 2)), despite=True)
    assert known.pk not in others_of(last)
    row = foreign.Row("r1", "pdq", near(edge, 28), known.opened_at)
    foreign.take_in(source="children", rows=[row], child=True)
    run_jobs()
    entry.refresh_from_db()
    assert entry.state != ListEntry.State.ACTIVE
    assert services.refusal(last) == Refusal.CHILD_MATCH
