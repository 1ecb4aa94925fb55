"""The one filter language: each filter finds what it names, and what cannot be read finds nothing."""
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.utils import timezone, translation

from cases.escalation import registry
from cases.hashing.models import ForeignHash, ForeignMatch, MediaHash
from cases.models import Case, Exclusion, Link
from cases.priority import Danger, Harm
from cases.services import link_cases
from cases.triage import walls
from cases.triage.filters import RULES, FilterForm, Known, read
from cases.triage.labelling import add_label, make_label, retire_label
from cases.triage.references import starts
from cases.units.services import join_unit
from tests.factories.cases import make_case, make_member, make_unit, signed_in

pytestmark = pytest.mark.django_db


def found(member, **params: str) -> set[str]:
    this = read(params, member)
    assert this.readable, this.form.errors
    return {case.ref for case in this.cases(member, timezone.now())}


def change(case: Case, **fields) -> str:
    Case.objects.filter(pk=case.pk).update(**fields)
    return case.ref


def test_every_field_means_something_and_nothing_else_does():
    assert set(RULES) == set(FilterForm.base_fields)


def test_each_filter_finds_what_it_names(unit, ayesha, bilal):
    registry.seed()
    now = timezone.now()
    child = make_case(unit, harm=Harm.SEXTORTION, age_now=15, dangers=[Danger.LIFE], platforms=("tiktok",)).ref
    his = change(make_case(unit), assignee=bilal, status="in_review", due_at=now + timedelta(hours=30), unread=False)
    late = change(make_case(unit, platforms=("facebook", "instagram")), due_at=now - timedelta(hours=1), unread=False)
    asked = change(make_case(unit), status="waiting_reporter", due_at=None, written_in="ps", assignee=ayesha, unread=False)
    outside = change(make_case(unit), status="waiting_outside", restricted=True, opened_at=now - timedelta(days=9),
                     due_at=now + timedelta(days=2), unread=False)
    closed = change(make_case(unit), status="closed", outcome="removed", closed_at=now, due_at=None, unread=False)
    every = {child, his, late, asked, outside}
    expected = [
        ({}, every), ({"status": "closed"}, {closed}), ({"status": "in_review"}, {his}), ({"outcome": "removed"}, {closed}),
        ({"harm": "sextortion"}, {child}), ({"priority": "1"}, {child}), ({"unit": str(unit.pk)}, every),
        ({"child": "on"}, {child}), ({"unread": "on"}, {child}), ({"restricted": "on"}, {outside}), ({"assignee": "me"}, {asked}),
        ({"assignee": "nobody"}, {child, late, outside}), ({"assignee": str(bilal.pk)}, {his}), ({"late": "on"}, {late}),
        ({"due": "1d"}, {child, late}), ({"due": "3d"}, {child, late, his, outside}), ({"waiting": "us"}, {child, his, late}),
        ({"waiting": "reporter"}, {asked}), ({"waiting": "outside"}, {outside}), ({"waiting": "others"}, {asked, outside}),
        ({"waiting": "unit"}, set()), ({"platform": "instagram"}, {late}), ({"platform": "tiktok"}, {child}),
        ({"written": "ps"}, {asked}), ({"written": "unknown"}, every - {asked}),
        ({"since": f"{now:%Y-%m-%d}"}, every - {outside}), ({"until": f"{now - timedelta(days=5):%Y-%m-%d}"}, {outside}),
        ({"q": f" {his.lower()} "}, {his}), ({"q": closed[3:]}, {closed}),
        ({"q": closed[:4]}, {ref for ref in every | {closed} if ref.startswith(closed[:4])}),
        ({"child": "on", "platform": "tiktok", "priority": "1"}, {child}), ({"child": "on", "platform": "instagram"}, set()),
    ]
    for params, refs in expected:
        assert found(ayesha, **params) == refs, params


def test_a_label_finds_the_cases_that_carry_it(unit, ayesha, case):
    label = make_label(unit=unit, name_en="Court asks", name_ur="عدالت", by=ayesha)
    make_case(unit)
    add_label(case=case, label=label, by=ayesha)
    assert found(ayesha, label=str(label.pk)) == {case.ref}


def test_what_a_case_is_linked_by(unit, ayesha, bilal, case):
    tied, listed = make_case(unit), make_case(unit)
    link_cases(a=case, b=tied, because=Link.Because.HANDLE)
    picture = MediaHash.objects.create(case=listed, number=1, pdq="f" * 64, quality=90, sha256="1" * 64, md5="0" * 32,
                                       at=timezone.now())
    foreign = ForeignHash.objects.create(source="example", remote="1", kind="pdq", value="f" * 64, updated=timezone.now(),
                                         seen_at=timezone.now())
    ForeignMatch.objects.create(hash=picture, foreign=foreign, distance=0, at=timezone.now())
    assert found(ayesha, linked="any") == found(ayesha, linked="handle") == {case.ref, tied.ref}
    assert found(ayesha, linked="hash") == set()
    assert found(ayesha, linked="listed") == {listed.ref}
    walls.exclude(case=tied, member=ayesha, cause=Exclusion.Cause.KNOWS, by=ayesha)
    assert found(ayesha, linked="any") == set()         # a case behind a wall links nothing


def test_a_stranger_finds_nothing_and_a_wall_has_no_second_side(unit, ayesha, bilal, stranger, case):
    for params in ({}, {"q": case.ref}, {"unread": "on"}, {"assignee": "nobody"}):
        assert found(stranger, **params) == set()
        assert found(bilal, **params) == {case.ref}
    walls.exclude(case=case, member=bilal, cause=Exclusion.Cause.KNOWS, by=bilal)
    assert found(bilal, q=case.ref) == set()


@pytest.mark.parametrize(("typed", "field"), [
    ("status=no_such", "status"), ("status=new&status=closed", "status"), ("priority=9", "priority"), ("child=off", "child"),
    ("late=1", "late"), ("unit=00000000-0000-4000-8000-000000000000", "unit"), ("assignee=x%00", "assignee"),
    ("label=00000000-0000-4000-8000-000000000000", "label"), ("platform=myspace", "platform"), ("written=fr", "written"),
    ("since=tomorrow", "since"), ("since=2026-02-30", "since"), ("since=2026-05-02&until=2026-05-01", "until"),
    ("q=%25", "q"), ("q=26-ABCDEFGHJKLMN", "q"), ("due=1y", "due"), ("waiting=godot", "waiting"), ("linked=x", "linked"),
    ("outcome=won", "outcome"), ("chld=on", "__all__"), ("harm=", None), ("after=x&before=y", None)])
def test_what_cannot_be_read_finds_nothing_and_says_where(unit, ayesha, case, typed, field):
    this = read(QueryDict(typed), ayesha)
    assert list(this.form.errors) == ([field] if field else [])
    assert this.cases(ayesha, timezone.now()).exists() == this.readable == (field is None)
    if field:
        page = signed_in(ayesha).get(f"/desk/?{typed}")
        assert page.status_code == 400
        assert case.ref not in page.content.decode()
        assert field == "__all__" or f'id="{field}_error"' in page.content.decode()


def test_what_is_gone_is_an_error_and_not_a_longer_list(unit, ayesha, bilal):
    label = make_label(unit=unit, name_en="Court asks", name_ur="عدالت", by=ayesha)
    assert read({"label": str(label.pk), "assignee": str(bilal.pk)}, ayesha).readable
    retire_label(label=label, by=ayesha)
    bilal.memberships.all().delete()
    gone = read({"label": str(label.pk), "assignee": str(bilal.pk), "child": "on"}, ayesha)
    assert set(gone.form.errors) == {"label", "assignee"}
    assert gone.params == {"label": str(label.pk), "assignee": str(bilal.pk), "child": "on"}        # to be mended
    assert gone.chosen == {}


def test_the_same_filter_is_the_same_whatever_way_it_was_typed(unit, ayesha):
    one = read(QueryDict("late=on&status=&q=+26-abc&status=new&after=x&child=on&child=on"), ayesha)
    assert one.params == {"q": "26-ABC", "status": "new", "child": "on", "late": "on"}
    assert read(QueryDict(urlencode(one.params)), ayesha) == one


def test_it_says_in_words_what_it_finds(unit, ayesha, bilal):
    this = read({"status": "new", "child": "on", "assignee": str(bilal.pk), "priority": "2", "since": "2026-05-01"}, ayesha)
    assert this.words == ("Status: New · Priority: High · Assigned to: Bilal Raza · Under 18 · Received from: 2026-05-01")
    assert read({}, ayesha).words == "All open"
    with translation.override("ur"):
        assert "18 سال" in read({"child": "on"}, ayesha).words


def test_days_are_pakistans(unit, ayesha, case):
    change(case, opened_at=datetime.fromisoformat("2026-05-01T23:30:00+05:00"))
    assert found(ayesha, since="2026-05-01", until="2026-05-01") == {case.ref}
    assert found(ayesha, since="2026-05-02") == set()


def test_several_filters_ask_for_their_choices_once(unit, ayesha, django_assert_num_queries):
    known = Known(ayesha)
    with django_assert_num_queries(3):          # units, labels, colleagues
        for number in ("1", "2", "3"):
            read({"priority": number, "unit": str(unit.pk), "assignee": str(ayesha.pk)}, ayesha, known)
            read({"label": "x"}, ayesha, known)


def test_a_reference_is_found_by_its_beginning_in_any_year_that_is_kept():
    now = datetime.fromisoformat("2026-05-01T00:00:00+05:00")
    assert str(starts("26-AB", now)) == "(AND: ('ref__startswith', '26-AB'))"
    assert "'16-AB'" in str(starts("AB", now))
    assert "'15-AB'" not in str(starts("AB", now))
    assert "('ref__startswith', '26')" in str(starts("26", now))


def test_a_member_of_two_units_finds_both(unit, ayesha, stranger, case):
    children = make_unit("children")
    theirs = make_case(children)
    join_unit(unit=children, member=ayesha, by=None)
    assert found(ayesha) == {case.ref, theirs.ref}
    assert found(ayesha, unit=str(children.pk)) == {theirs.ref}
    assert found(make_member("Omar", children)) == {theirs.ref}
