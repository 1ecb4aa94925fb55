"""Splitting at the desk: who may, what the two pages show, and where each part lies."""
import pytest
from django.utils import timezone

from cases.hashing.models import MediaHash
from cases.merging.models import Splitting
from cases.models import Case, Exclusion, Trace
from cases.triage import walls
from cases.triage.models import Subject
from tests.factories.cases import make_case, make_member, reporter_writes, signed_in

PAGE, OTHER = "https://x.example/the-page/1", "https://y.example/other/2"
ABOUT = "Her uncle publishes where she lives and which school she goes to."
WHY = "Two people do two things; each needs another platform."
pytestmark = pytest.mark.django_db


@pytest.fixture
def case(unit, ayesha) -> Case:
    return make_case(unit, links=[PAGE, OTHER, "https://x.example/the-page/3"], handles=["@one.one", "@two.two"])


def form(case: Case, **typed: object) -> dict[str, object]:
    case.refresh_from_db()
    return {"version": str(case.version), "second_harm": "doxxing", "text": ABOUT, "reason": WHY, **typed}


def split(member, case: Case, **typed: object):
    return signed_in(member).post(f"/desk/case/{case.ref}/split/", form(case, **typed))


def unsplit(member, case: Case):
    case.refresh_from_db()
    typed = {"version": case.version, "reason": "One man does both, after all."}
    return signed_in(member).post(f"/desk/case/{case.ref}/unsplit/", typed)


def page(member, case: Case) -> str:
    return signed_in(member).get(f"/desk/case/{case.ref}/").content.decode()


def test_owner_colleague_and_stranger(unit, case, ayesha, bilal, stranger):
    assert split(stranger, case).status_code == 404
    refused = split(ayesha, case, second_harm="", links=[OTHER])
    assert refused.status_code == 400
    assert ABOUT in refused.content.decode()
    assert split(ayesha, case, links=["https://elsewhere.example/"]).status_code == 400
    assert split(ayesha, case, links=[OTHER], handles=["@two.two"]).status_code == 302
    second = Case.objects.get(split_of=case)
    assert (second.harm, second.source, second.status, second.unit) == ("doxxing", "split", "in_review", case.unit)
    first_page, second_page = page(bilal, case), page(bilal, second)
    for there, words in ((first_page, (PAGE, "@one.one", second.ref)), (second_page, (OTHER, "@two.two", ABOUT, WHY, case.ref))):
        assert all(one in there for one in words)
    assert not any(one in first_page for one in (OTHER, "@two.two", ABOUT, WHY))
    assert not any(one in second_page for one in (PAGE, "@one.one"))
    assert 'id="write"' in first_page
    assert 'id="write"' not in second_page
    assert WHY.encode() not in bytes(Splitting.objects.get().reason)
    assert signed_in(bilal).post(f"/desk/case/{second.ref}/write/", {"version": 1, "text": "Salam"}).status_code == 403
    for address in ("split", "unsplit"):
        assert signed_in(stranger).get(f"/desk/case/{second.ref}/{address}/").status_code == 404
    assert "split that one again" in signed_in(bilal).get(f"/desk/case/{second.ref}/split/").content.decode()
    assert unsplit(bilal, second).status_code == 302
    together = page(bilal, case)
    assert all(one in together for one in (PAGE, OTHER, "@one.one", "@two.two"))
    assert Case.objects.get(pk=second.pk).merged_into_id == case.pk
    assert signed_in(bilal).get(f"/desk/case/{second.ref}/unsplit/").status_code == 404


def test_every_part_lies_in_one_case(unit, case, ayesha):
    client = signed_in(ayesha)
    for kind, text in (("account", "@bad.actor"), ("doer", "Kashif of the bakery")):
        assert client.post(f"/desk/case/{case.ref}/subject/", {"version": 1, "kind": kind, "text": text}).status_code == 302
    account, doer = Subject.objects.order_by("at")
    files = [MediaHash.objects.create(case=case, number=n, pdq=f"{n:064x}", quality=90, sha256=f"{n:064x}", md5="0" * 32,
                                      at=timezone.now(), matched_at=timezone.now()) for n in (1, 2)]
    tags = set(Trace.objects.values_list("tag", flat=True))
    assert split(ayesha, case, links=[OTHER], people=[str(account.pk)], pictures=[str(files[1].pk)]).status_code == 302
    second = Case.objects.get(split_of=case)
    assert dict(Subject.objects.values_list("pk", "case")) == {account.pk: second.pk, doer.pk: case.pk}
    assert dict(MediaHash.objects.values_list("number", "case")) == {1: case.pk, 2: second.pk}
    assert "@bad.actor" in page(ayesha, second)
    assert "@bad.actor" not in page(ayesha, case)
    assert set(Trace.objects.filter(subject=account.pk).values_list("case", flat=True)) == {second.pk}
    assert tags <= set(Trace.objects.values_list("tag", flat=True))
    assert not set(case.traces.values_list("tag", flat=True)) & set(second.traces.values_list("tag", flat=True))
    assert unsplit(ayesha, second).status_code == 302
    assert set(Subject.objects.values_list("case", flat=True)) == {case.pk}
    assert set(MediaHash.objects.values_list("case", flat=True)) == {case.pk}
    assert not second.traces.exists()
    assert "@bad.actor" in page(ayesha, case)


def test_walls_are_the_same_on_both_sides(unit, case, ayesha, bilal):
    head, chief = make_member("Head", unit, role="supervisor"), make_member("Chief", unit, role="supervisor")
    zara = make_member("Zara", unit)
    walls.exclude(case=case, member=bilal, cause=Exclusion.Cause.KNOWS, by=head)
    split(ayesha, case)
    second = Case.objects.get(split_of=case)
    walls.exclude(case=second, member=zara, cause=Exclusion.Cause.KNOWS, by=head)
    for member in (bilal, zara):
        for each in (case, second):
            assert signed_in(member).get(f"/desk/case/{each.ref}/").status_code == 404
    walls.lift(exclusion=Exclusion.objects.get(case=case, member=bilal), reason=b"sealed", by=chief)
    assert ABOUT in page(bilal, second)
    assert signed_in(chief).get(f"/desk/case/{second.ref}/access/").status_code == 200
    Case.objects.filter(pk=case.pk).update(assignee=ayesha)
    walls.restrict(case=case, on=True, by=head)
    second.refresh_from_db()
    assert (second.restricted, second.assignee) == (True, ayesha)
    assert ABOUT not in page(bilal, second)


def test_a_case_is_not_split_while_something_else_hangs_on_it(unit, case, ayesha):
    split(ayesha, case)
    second = Case.objects.get(split_of=case)
    for led, into in ((second, case), (make_case(unit), case), (make_case(unit), second)):
        answer = signed_in(ayesha).post(f"/desk/case/{into.ref}/merge/", {
            "version": Case.objects.get(pk=into.pk).version, "ref": led.ref, "leads": "this", "reason": WHY})
        assert answer.status_code == 409
        assert "was split" in answer.content.decode()
    assert split(ayesha, second).status_code == 409


def test_the_first_is_unread_and_the_second_never(unit, case, ayesha):
    split(ayesha, case)
    reporter_writes(case, "Also this")
    assert dict(Case.objects.values_list("source", "unread")) == {"web": True, "split": False}
