"""Folded reports at the desk: one row, a page of suspicions, a person's word on them, and words compared without being kept."""
import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.flood import services
from cases.flood.models import Fold, FoldRule
from cases.models import Case, Exclusion
from cases.priority import Harm
from cases.services import assign
from cases.triage import walls
from cases.triage.models import BulkRun, Note
from tests.factories.cases import make_case, make_member, signed_in
from tests.fixtures.jobs import RunJobs

FLOODS, COMPARE, RULES = "/desk/floods/", "/desk/floods/compare/", "/desk/settings/floods/"
WHY = "The same text from one sender; we looked at three of them."
STORY = "They write the same lies about our school every night and nobody there answers when we call."


@pytest.fixture
def head(unit):
    return make_member("Nadia Aslam", unit, role="supervisor")


def report(unit, story: str = STORY, **facts) -> Case:
    return make_case(unit, story=story, **{"harm": Harm.BULLYING, **facts})


def refs(client, query: str) -> set[str]:
    return {row.case.ref for row in client.get(f"/desk/?{query}").context["rows"]}


def press(client, act: str, run_jobs: RunJobs, **params: str) -> BulkRun:
    """As the page does it: begin, say why, do."""
    where = client.post("/desk/bulk/", {"go": act, **params}).headers["Location"]
    assert client.post(where, {"do": "start", "reason": WHY}).status_code == 302
    run_jobs()
    return BulkRun.objects.get(pk=where.split("/")[-2])


def test_alike_reports_are_one_row_until_a_person_says_otherwise(unit, ayesha, head, client, run_jobs):
    first, *others = (report(unit) for _ in range(4))
    apart = report(unit, "My brother was beaten because of a picture that somebody else put there.")
    assert client.get("/desk/").status_code == 200
    assert client.post(COMPARE).status_code == 302
    assert refs(client, "") == {first.ref, apart.ref}
    row = next(row for row in client.get("/desk/").context["rows"] if row.case.ref == first.ref)
    assert row.case.alike == 3
    everyone = {first.ref, *(case.ref for case in others)}
    assert refs(client, f"fold={first.ref}") == everyone            # what the row stands for is what the filter shows
    assert refs(client, f"q={others[0].ref}") == {others[0].ref}
    flood, = client.get(FLOODS).context["floods"]
    assert (flood.case.ref, flood.waiting, flood.kinds) == (first.ref, 3, ["Nearly the same words or links"])
    assert STORY[:60] in client.get(FLOODS).content.decode()
    assert "looks like others" in client.get(f"/desk/case/{others[0].ref}/").content.decode()
    walls.exclude(case=others[2], member=ayesha, cause=Exclusion.Cause.KNOWS, by=head)
    assert refs(client, f"fold={first.ref}") == everyone - {others[2].ref}
    run = press(client, "confirm", run_jobs, all="1", view=f"fold={first.ref}", at=str(timezone.now().timestamp() + 9))
    assert Fold.objects.filter(confirmed_by=ayesha).count() == run.rows.filter(state="done").count() == 2
    assert Note.objects.count() == 2                                # why, sealed in each
    assert not any(WHY.encode() in bytes(note.body) for note in Note.objects.all())
    press(client, "unfold", run_jobs, ref=others[0].ref)
    assert others[0].ref in refs(client, "")
    assert Case.objects.get(pk=others[0].pk).due_at is not None
    assert Entry.objects.get(event="case_unfolded").actor == str(ayesha.pk)
    client.post(COMPARE)
    assert others[0].ref in refs(client, "")                        # released is released
    back = client.post(f"/desk/bulk/{BulkRun.objects.filter(act='unfold').latest('made_at').pk}/", {"do": "undo"})
    client.post(back.headers["Location"], {"do": "start", "reason": WHY})
    run_jobs()
    assert others[0].ref not in refs(client, "")


def test_words_are_compared_for_who_may_read_them_and_nothing_is_kept(unit, ayesha, bilal, client):
    cases = [report(unit) for _ in range(3)]
    linked = [report(unit, f"{words} of my own, and what they did there to me", links=["https://www.facebook.com/a/1?fbclid=x"])
              for words in ("Some words", "Quite other ones entirely", "Nothing at all like these here")]
    report(unit, age_now=14)
    kept = report(unit)
    assign(case=kept, to=bilal, by=bilal)
    Case.objects.filter(pk=kept.pk).update(restricted=True)
    locked = signed_in(bilal, unlocked=False)
    assert locked.post(COMPARE).status_code in {302, 409, 200}
    assert not Fold.objects.exists()
    stranger = signed_in(make_member("Kamran", unit, keys=False))
    stranger.post(COMPARE)
    assert not Fold.objects.exists()                                # holds no key: nothing was read
    client.post(COMPARE)
    assert set(Fold.objects.values_list("case", "into")) == {
        (cases[1].pk, cases[0].pk), (cases[2].pk, cases[0].pk), (linked[1].pk, linked[0].pk), (linked[2].pk, linked[0].pk)}
    read = Entry.objects.get(event="alike_read")
    assert set(read.details["cases"]) == {str(case.pk) for case in (*cases, *linked)}
    later = report(unit, STORY + " Again.")
    client.post(COMPARE)
    assert Fold.objects.get(case=later).into_id == cases[0].pk      # joins what stands for such reports


def test_supervisors_set_from_how_many_on(unit, ayesha, head, client):
    boss = signed_in(head, unlocked=False)
    assert client.get(RULES).status_code == 403
    assert boss.post(RULES, {"kind": "burst", "burst-many": "1", "burst-minutes": "5"}).status_code == 400
    assert boss.post(RULES, {"kind": "burst", "burst-many": "30", "burst-minutes": "5"}).status_code == 302
    assert list(FoldRule.objects.values_list("kind", "many", "minutes")) == [("burst", 30, 5)]
    assert "30 reports within 5 minutes" in boss.get(FLOODS).content.decode()
    assert signed_in(make_member("Rabia", role="analyst"), unlocked=False).get(FLOODS).status_code == 403


def test_a_supervisor_folds_by_hand(unit, ayesha, client, run_jobs):
    first, second, child = report(unit), report(unit, "Quite another text, and still the same sender."), report(unit, age_now=12)
    where = client.post("/desk/bulk/", {"act": "fold", "ref": [first.ref, second.ref, child.ref]}).headers["Location"]
    client.post(where, {"do": "start", "reason": WHY, "into": first.ref})
    run_jobs()
    rows = dict(BulkRun.objects.get().rows.values_list("case__ref", "why"))
    assert rows == {first.ref: "leads", second.ref: "", child.ref: "not_calm"}
    assert services.Fold.objects.get().confirmed_at is not None
