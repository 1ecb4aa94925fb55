"""Reports that are many and alike: what is folded, what never is, what comes out again, and that nobody is refused."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.audit.services import record
from cases.flood import services
from cases.flood.models import Fold
from cases.flood.rules import Kind
from cases.hashing.models import MediaHash
from cases.merging.services import merge
from cases.models import Case
from cases.priority import Danger, Harm
from cases.services import assign, change_status
from cases.workflow import Outcome, Status
from tests.factories.cases import make_case, make_member, make_unit, reporter_writes
from tests.fixtures.roles import acting_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make_unit()


@pytest.fixture
def ayesha(unit):
    return make_member("Ayesha Khan", unit)


def report(unit, digit: str = "", **facts) -> Case:
    case = make_case(unit, **{"harm": Harm.BULLYING, **facts})
    if digit:
        MediaHash.objects.create(case=case, number=1, pdq=digit * 64, quality=90, sha256=case.pk.hex * 2, md5="0" * 32,
                                 at=timezone.now())
    return case


def close(case, by) -> None:
    change_status(case=case, to=Status.IN_REVIEW, by=by)
    change_status(case=case, to=Status.CLOSED, by=by, outcome=Outcome.NOT_FOR_US)


def watch() -> int:
    with acting_as("worker"):
        return services.watch(timezone.now())


def folded() -> set:
    return set(Case.objects.exclude(folded_into=None).values_list("pk", flat=True))


def test_the_same_pictures_become_one_row_and_later_ones_join(unit):
    services.set_rule(kind=Kind.PICTURES, many=3, minutes=60, by=make_member("Nadia", unit, role="supervisor"))
    first, second = report(unit, "a"), report(unit, "a")
    others = [report(unit, "b"), report(unit), report(make_unit("children"), "a")]
    assert watch() == 0                                         # two are no flood
    due = Case.objects.get(pk=second.pk).due_at
    third = report(unit, "a")
    assert watch() == 2
    assert folded() == {second.pk, third.pk}
    assert set(Case.objects.filter(folded_into=first).values_list("due_at", "alarm_at")) == {(None, None)}
    fourth = report(unit, "a")                                  # one alone, but a flood goes on
    assert watch() == 1
    assert folded() == {second.pk, third.pk, fourth.pk}
    assert not folded() & {each.pk for each in others}
    assert Fold.objects.filter(kind="pictures", confirmed_at=None, over_at=None).count() == 3
    assert Entry.objects.filter(event="case_folded", actor="system").count() == 3
    services.unfold(case=second, by=None)
    second.refresh_from_db()
    assert abs((second.due_at - due).total_seconds()) < 5       # with what was left of its clock
    assert watch() == 0                                         # what was released is not folded again


def test_many_alike_within_minutes_unless_their_reporters_come_back_to_read(unit):
    services.set_rule(kind=Kind.BURST, many=4, minutes=10, by=make_member("Nadia", unit, role="supervisor"))
    cases = [report(unit) for _ in range(4)]
    other = report(unit, harm=Harm.STALKING)
    for case in cases[:2]:
        record("inbox_read", subject=case.pk, actor="reporter")
    assert watch() == 0                                         # people, to whom something happened at once
    fifth = report(unit)
    Case.objects.filter(pk=fifth.pk).update(opened_at=timezone.now() - timedelta(minutes=11))
    assert watch() == 0
    sixth = report(unit)
    assert watch() == 4
    assert folded() == {cases[1].pk, cases[2].pk, cases[3].pk, sixth.pk}
    assert other.pk not in folded()


def test_a_child_a_danger_a_wish_or_somebodys_work_is_never_folded_away(unit, ayesha):
    services.set_rule(kind=Kind.PICTURES, many=2, minutes=60, by=ayesha)
    calm = report(unit, "a")
    never = [report(unit, "a", age_now=15), report(unit, "a", dangers=[Danger.DEADLINE]), report(unit, "a", wants_woman=True),
             report(unit, "a", conflict="police"), report(unit, "a", harm=Harm.HONOUR_THREAT)]
    taken = report(unit, "a")
    assign(case=taken, to=ayesha, by=ayesha)
    wrote = report(unit, "a")
    reporter_writes(wrote, "Please hurry.")
    assert watch() == 0
    for case in (*never, taken, wrote):
        with pytest.raises(services.NotCalm):
            services.fold(case=case, into=calm, kind=Kind.HAND, by=ayesha)      # nor by hand
    assert all(Case.objects.exclude(pk=calm.pk).values_list("due_at", flat=True))
    with pytest.raises(services.NotCalm):
        services.fold(case=calm, into=calm, kind=Kind.HAND, by=ayesha)
    with pytest.raises(services.NotCalm):
        services.fold(case=calm, into=report(make_unit("children")), kind=Kind.HAND, by=ayesha)


def test_what_is_calm_no_longer_comes_out_by_itself(unit, ayesha):
    head = report(unit)
    wrote, taken, child, merged, reviewed, stays, closed = (report(unit) for _ in range(7))
    for case in (wrote, taken, child, merged, reviewed, stays, closed):
        services.fold(case=case, into=head, kind=Kind.HAND, by=ayesha)
    reporter_writes(wrote, "Is anybody there?")
    assign(case=taken, to=ayesha, by=ayesha)
    Case.objects.filter(pk=child.pk).update(child=True, priority=1)
    merge(case=merged, into=head, merging_id=merged.pk, reason=b"sealed", by=ayesha)
    change_status(case=reviewed, to=Status.IN_REVIEW, by=ayesha)
    close(closed, ayesha)
    watch()
    assert folded() == {stays.pk, closed.pk}
    child.refresh_from_db()
    assert child.due_at - timezone.now() <= timedelta(hours=1)          # as urgent as it is by now
    merged.refresh_from_db()
    assert (merged.due_at, merged.merged_into_id) == (None, head.pk)


@pytest.mark.parametrize("ends", ["closed", "moved", "destroyed"])
def test_nothing_stays_behind_a_report_that_stands_for_nothing_any_more(unit, ayesha, ends):
    head, case = report(unit), report(unit)
    services.fold(case=case, into=head, kind=Kind.HAND, by=ayesha)
    if ends == "closed":
        close(head, ayesha)
    elif ends == "moved":
        Case.objects.filter(pk=head.pk).update(unit=make_unit("children"))
    else:
        Case.objects.filter(pk=case.pk).update(folded_into=None)        # as the database does when the other goes
        Fold.objects.update(into=None)
    watch()
    case.refresh_from_db()
    assert case.folded_into_id is None
    assert case.due_at is not None
