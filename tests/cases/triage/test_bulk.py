"""One act on many cases: who may, what is tried, done, left and undone, and that each row is done once whoever is killed."""
import threading

import pytest
from django.db import OperationalError, connection
from django.test import Client

from cases.audit.models import Entry
from cases.models import Case, Consent, Message
from cases.outbox.models import Job
from cases.priority import Harm, Level
from cases.retention import disposal, services as retention
from cases.services import change_status, set_priority
from cases.triage import services, walls
from cases.triage.bulk import running, selecting, starting
from cases.triage.labelling import add_label, make_label
from cases.triage.models import BulkRow, BulkRun, Note, Reply
from cases.units.services import leave_unit
from cases.vault import envelope
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.factories.cases import (
    keyring_of,
    make_case,
    make_member,
    make_unit,
    reporter_consents,
    reporter_reads,
    reporter_writes,
    secrets_of,
    signed_in,
)

WHY = "All of them name the same page; decided this morning."
Act, State = BulkRun.Act, BulkRow.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def head(unit, ayesha) -> User:
    return make_member("Head", unit, role="supervisor")


@pytest.fixture
def cases(unit, ayesha) -> list[Case]:
    return [make_case(unit, story=f"Story {number}") for number in range(4)]


def now_(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def choose(client: Client, act: str, cases: list[Case], **more: object):
    return client.post("/desk/bulk/", {"act": act, "ref": [case.ref for case in cases], **more})


def begun(member: User, act: str, cases: list[Case], **typed: object) -> BulkRun:
    """Chosen, tried and started as a browser does it; not yet done."""
    client = signed_in(member)
    address = choose(client, act, cases).headers["Location"]
    tried = client.post(address, {"do": "try", "reason": WHY, **typed})
    assert tried.status_code == 200
    client.post(address, {"do": "start", "reason": WHY, **typed})
    return BulkRun.objects.get(pk=address.split("/")[-2])


def done(run: BulkRun) -> dict[str, str]:
    """Reference → what became of it."""
    rows = BulkRow.objects.filter(run=run).select_related("case")
    return {row.case.ref: row.why or row.state for row in rows}


def note_of(case: Case) -> str:
    note = Note.objects.get(case=case)
    return envelope.open_blob(secrets_of(case).key, note.body, case=case.pk, field="note", record=note.pk).decode()


# --- each act, and its undoing ----------------------------------------------------------------------------------------
def test_priority_is_tried_done_explained_and_undone(cases, head, run_jobs):
    client, (one, two, same, changed) = signed_in(head), cases
    set_priority(case=same, level=Level.P1, by=head)
    before = now_(one)
    address = choose(client, "priority", cases).headers["Location"]
    tried = client.post(address, {"do": "try", "level": 1, "reason": WHY}).content.decode()
    for words in ("3 would be changed", "1 left as it is", "It is so already", "Do it with 3 cases", WHY):
        assert words in tried
    assert not Note.objects.exists()
    set_priority(case=changed, level=Level.P2, by=head)
    client.post(address, {"do": "start", "level": 1, "reason": WHY})
    assert (now_(one).priority, Job.objects.filter(task="triage.bulk").count()) == (before.priority, 1)
    assert "0 of 4" not in client.get(address).content.decode()        # two are settled: they were refused at once
    run_jobs()
    run = BulkRun.objects.get()
    assert done(run) == {one.ref: "done", two.ref: "done", same.ref: "same", changed.ref: "changed"}
    assert (now_(one).priority, now_(one).priority_rule, note_of(one)) == (1, "by_hand", WHY)
    assert WHY.encode() not in b"".join(bytes(row.note or b"") for row in BulkRow.objects.all())
    assert Entry.objects.filter(event="priority_set", actor=str(head.pk), subject=str(one.pk)).count() == 1
    set_priority(case=now_(two), level=Level.P3, by=head)
    back = client.post(address, {"do": "undo"}).headers["Location"]
    client.post(back, {"do": "start", "reason": WHY})
    run_jobs()
    undo = BulkRun.objects.get(undoes=run)
    assert done(undo) == {one.ref: "done", two.ref: "changed"}
    assert (now_(one).priority, now_(one).priority_rule, now_(one).due_at) == (
        before.priority, before.priority_rule, before.due_at)
    assert client.post(address, {"do": "undo"}).status_code == 403


def test_assign_leaves_what_its_own_page_would_refuse(cases, unit, ayesha, bilal, head, run_jobs):
    free, taken, woman, walled = cases
    services.hand(case=taken, to=head, by=head)
    Case.objects.filter(pk=woman.pk).update(wants_woman=True)
    walls.exclude(case=walled, member=bilal, cause=walls.Exclusion.Cause.KNOWS, by=head)
    run = begun(ayesha, "assign", cases, to=bilal.pk)
    run_jobs()
    assert done(run) == {free.ref: "done", taken.ref: "theirs", woman.ref: "kept", walled.ref: "not_member"}
    assert now_(free).assignee_id == bilal.pk
    run = begun(head, "assign", [taken], to="")
    run_jobs()
    assert (done(run), now_(taken).assignee_id) == ({taken.ref: "done"}, None)


def test_status_moves_in_words_the_reporters_agreed_to(cases, ayesha, run_jobs):
    open_, waits, agreed, closed = (change_status(case=case, to=Status.IN_REVIEW, by=ayesha) for case in cases)
    waits = change_status(case=waits, to=Status.WAITING_REPORTER, by=ayesha)
    closed = change_status(case=closed, to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)
    reporter_consents(agreed, Consent.Act.PASS_POLICE)
    run = begun(ayesha, "move", [open_, waits, agreed, closed], move="closed_referred")
    run_jobs()
    assert done(run) == {open_.ref: "not_agreed", waits.ref: "not_agreed", agreed.ref: "done", closed.ref: "same"}
    assert now_(agreed).outcome == "referred"
    run = begun(ayesha, "move", [open_, waits], move="closed_not_for_us")
    run_jobs()
    back = selecting.undoing(run=run, by=ayesha)
    starting.start(run=back, by=ayesha, comment=WHY, keyring=keyring_of(ayesha))
    run_jobs()
    assert done(back) == {open_.ref: "done", waits.ref: "no_way_back"}
    assert (now_(open_).status, now_(waits).status) == ("in_review", "closed")


def test_a_ready_reply_reaches_each_reporter_in_their_language(unit, ayesha, run_jobs):
    reply = Reply.objects.create(name_en="Hello", name_ur="سلام", text_en="We read it.", text_ur="ہم نے پڑھ لیا۔")
    ours, theirs = make_case(unit, language="en"), make_case(unit, language="ur")
    run = begun(ayesha, "write", [ours, theirs], reply=reply.pk)
    assert b"We read it" not in bytes(BulkRow.objects.get(case=ours).message)
    run_jobs()
    assert set(done(run).values()) == {"done"}
    for case, words in ((ours, "We read it."), (theirs, "ہم نے پڑھ لیا۔")):
        message = Message.objects.get(case=case)
        assert (reporter_reads(case, message), message.by_id) == (words, ayesha.pk)
    assert not BulkRow.objects.exclude(message=None).exists()
    Reply.objects.filter(pk=reply.pk).update(text_en="Ask {platform} under {reference}.", text_ur="{reference}")
    run = begun(ayesha, "write", [ours, theirs], reply=reply.pk)
    run_jobs()
    assert set(done(run).values()) <= {"blank", "waiting"}


def test_merging_and_taking_apart(cases, unit, ayesha, run_jobs):
    child = make_case(unit, age_now=12)
    run = begun(ayesha, "merge", [*cases, child])
    run_jobs()
    leading, *led = cases
    assert done(run) == {leading.ref: "leads", child.ref: "merge_child", **{case.ref: "done" for case in led}}
    assert set(Case.objects.filter(merged_into=leading)) == set(led)
    assert WHY in signed_in(ayesha).get(f"/desk/case/{led[0].ref}/").content.decode()
    back = selecting.undoing(run=run, by=ayesha)
    starting.start(run=back, by=ayesha, comment="Not the same after all.", keyring=keyring_of(ayesha))
    run_jobs()
    assert set(done(back).values()) == {"done"}
    assert not Case.objects.exclude(merged_into=None).exists()


def test_taking_needs_no_comment_no_vault_and_is_undone_at_once(cases, unit, ayesha, bilal):
    services.hand(case=cases[0], to=bilal, by=bilal)
    client = signed_in(ayesha, unlocked=False)
    choose(client, "", cases, go="take")
    address = f"/desk/bulk/{BulkRun.objects.get().pk}/"
    assert "A colleague has it" in client.get(address).content.decode()
    assert Case.objects.filter(assignee=ayesha, status="in_review").count() == 3
    client.post(address, {"do": "undo"})
    assert not Case.objects.filter(assignee=ayesha).exists()
    assert now_(cases[0]).assignee_id == bilal.pk


def test_labels_are_put_on_and_taken_off(cases, unit, ayesha, run_jobs):
    ours = make_label(unit=unit, name_en="Same page", name_ur="ایک ہی صفحہ", by=ayesha)
    add_label(case=cases[0], label=ours, by=ayesha)
    run = begun(ayesha, "label", cases, label=ours.pk)
    run_jobs()
    assert sorted(done(run).values()) == ["done", "done", "done", "same"]
    back = selecting.undoing(run=run, by=ayesha)
    starting.start(run=back, by=ayesha, comment=WHY, keyring=keyring_of(ayesha))
    run_jobs()
    assert list(Case.objects.filter(labelled__label=ours)) == [cases[0]]
    run = begun(ayesha, "unlabel", cases, label=ours.pk)
    run_jobs()
    assert sorted(done(run).values()) == ["done", "same", "same", "same"]


def test_all_of_a_view_is_what_it_showed(unit, ayesha, monkeypatch):
    monkeypatch.setattr("cases.triage.queue.PAGE", 2)
    shown = [make_case(unit, harm=Harm.DOXXING) for _number in range(3)]
    make_case(unit)
    client = signed_in(ayesha)
    page = client.get("/desk/?harm=doxxing")
    assert "All 3 of this view" in page.content.decode()
    typed = {"view": page.context["view"], "at": page.context["at"], "all": "1"}
    make_case(unit, harm=Harm.DOXXING)                                      # came while the member was reading
    choose(client, "priority", shown[:1], **typed)
    assert {row.case_id for row in BulkRow.objects.all()} == {case.pk for case in shown}
    answer = choose(client, "priority", [], **typed | {"view": "harm=nonsense"})
    assert answer.headers["Location"] == "/desk/?harm=nonsense"
    assert BulkRun.objects.count() == 1


# --- who may ----------------------------------------------------------------------------------------------------------
def test_owner_colleague_and_stranger(cases, ayesha, bilal, stranger, unit):
    address = choose(signed_in(ayesha), "priority", cases).headers["Location"]
    assert signed_in(ayesha).get(address).status_code == 200
    for other in (bilal, stranger):
        assert signed_in(other).get(address).status_code == 404
        assert signed_in(other).post(address, {"do": "start", "level": 1, "reason": WHY}).status_code == 404
        assert address not in signed_in(other).get("/desk/bulk/").content.decode()
    assert address in signed_in(ayesha).get("/desk/bulk/").content.decode()
    choose(signed_in(stranger), "priority", cases)
    assert not BulkRun.objects.filter(by=stranger).exists()                 # no case of theirs was chosen
    assert signed_in(make_member("Editor", unit, role="campaign_editor")).get("/desk/bulk/").status_code == 403


def test_a_locked_vault_keeps_what_was_typed_and_a_comment_is_needed(cases, ayesha):
    address = choose(signed_in(ayesha), "priority", cases).headers["Location"]
    short = signed_in(ayesha).post(address, {"do": "start", "level": 1, "reason": "no"})
    locked = signed_in(ayesha, unlocked=False).post(address, {"do": "start", "level": 1, "reason": WHY})
    assert (short.status_code, locked.status_code) == (400, 409)
    assert WHY in locked.content.decode()
    assert BulkRun.objects.get().state == BulkRun.State.DRAFT


def test_permission_is_asked_when_the_row_has_its_turn(cases, unit, ayesha, bilal, head, run_jobs):
    run = begun(ayesha, "priority", cases, level=1)
    walls.exclude(case=cases[0], member=ayesha, cause=walls.Exclusion.Cause.KNOWS, by=head)
    Case.objects.filter(pk=cases[1].pk).update(restricted=True)
    run_jobs()
    assert sorted(done(run).values()) == ["done", "done", "gone", "kept"]
    run = begun(head, "priority", cases[2:], level=2)
    leave_unit(unit=unit, member=head, by=None)
    run_jobs()
    assert set(done(run).values()) == {"gone"}
    assert not BulkRow.objects.exclude(note=None).exists()


# --- stopped, killed, destroyed ---------------------------------------------------------------------------------------
def test_a_worker_killed_in_the_middle_leaves_each_row_done_once(cases, ayesha, run_jobs, monkeypatch):
    run = begun(ayesha, "priority", cases, level=1)
    whole, turns = running.act, iter(range(9))

    def dies(*given: object):
        answer = whole(*given)
        if next(turns) == 1:
            raise KeyboardInterrupt             # after the second row's work and before its commit, as a power cut does it
        return answer
    monkeypatch.setattr(running, "act", dies)
    with pytest.raises(KeyboardInterrupt):
        running.work(run_id=run.pk)
    assert sorted(done(run).values()) == ["done", "waiting", "waiting", "waiting"]
    run_jobs()                                  # what the sweeper rings for
    assert set(done(run).values()) == {"done"}
    assert Note.objects.count() == Entry.objects.filter(event="priority_set").count() == 4
    assert BulkRun.objects.get().state == BulkRun.State.DONE


def test_in_slices_with_one_row_that_breaks_and_a_database_that_does(cases, ayesha, run_jobs, monkeypatch):
    run = begun(ayesha, "priority", cases, level=1)
    Note.objects.create(id=BulkRow.objects.get(case=cases[0]).pk, case=cases[0], by=ayesha, body=b"x", at=run.started_at)
    monkeypatch.setattr(running, "SLICE", 1)
    assert running.work(run_id=run.pk, most=1) == 1
    assert sorted(done(run).values()) == ["failed", "waiting", "waiting", "waiting"]
    run_jobs()
    assert sorted(done(run).values()) == ["done", "done", "done", "failed"]
    second = begun(ayesha, "priority", cases[1:2], level=2)

    def away(*_given: object):
        raise OperationalError
    monkeypatch.setattr(running, "act", away)
    with pytest.raises(OperationalError):
        running.work(run_id=second.pk)
    assert set(done(second).values()) == {"waiting"}


def test_stopped_and_destroyed_cases(cases, ayesha, run_jobs, settings, tmp_path):
    settings.TOMBSTONES = tmp_path / "tombstones"
    run = begun(ayesha, "priority", cases, level=1)
    disposal.carry_out(disposal_id=retention.erase(case=now_(cases[0])).pk)
    client, address = signed_in(ayesha), f"/desk/bulk/{run.pk}/"
    assert "0 of 3 cases so far" in client.get(address).content.decode()
    client.post(address, {"do": "stop"})
    run_jobs()
    assert set(done(run).values()) == {"stopped"}
    assert "You stopped before its turn" in client.get(address).content.decode()
    assert not Note.objects.exists()


def test_what_a_reporter_writes_meanwhile_is_not_run_over(cases, ayesha, run_jobs):
    change_status(case=cases[0], to=Status.IN_REVIEW, by=ayesha)
    waits = change_status(case=cases[0], to=Status.WAITING_REPORTER, by=ayesha)
    run = begun(ayesha, "move", [waits], move="closed_not_removed")
    reporter_writes(waits, "Here is the link")
    run_jobs()
    assert (done(run), now_(waits).status) == ({waits.ref: "changed"}, "in_review")


def test_more_than_a_thousand_are_not_cut_to_a_guess(cases, ayesha, monkeypatch):
    monkeypatch.setattr(selecting, "AT_MOST", 3)
    with pytest.raises(selecting.TooMany):
        selecting.draft(act=Act.PRIORITY, cases=Case.objects.all(), by=ayesha)
    assert not BulkRun.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_runs_over_one_case_change_it_once():
    unit = make_unit()
    members = [make_member("Ayesha", unit), make_member("Bilal", unit)]
    case = make_case(unit)
    runs = []
    for member, level in zip(members, (1, 2), strict=True):
        run = selecting.draft(act=Act.PRIORITY, cases=Case.objects.filter(pk=case.pk), by=member)
        BulkRun.objects.filter(pk=run.pk).update(params={"level": level})
        run.refresh_from_db()
        runs.append(starting.start(run=run, by=member, comment=WHY, keyring=keyring_of(member)))
    gate = threading.Barrier(2)

    def work(pk: object) -> None:
        gate.wait(10)
        running.work(run_id=pk)
        connection.close()

    threads = [threading.Thread(target=work, args=(run.pk,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(why for run in runs for why in done(run).values()) == ["changed", "done"]
    assert Note.objects.count() == 1
    assert Case.objects.get().version == 2
