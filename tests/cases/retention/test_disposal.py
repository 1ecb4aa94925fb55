"""Destroying: nothing is left, and a crash at any point leaves nothing half done."""
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import connection
from django.db.models import ProtectedError
from django.utils import timezone

from cases.audit.models import Entry
from cases.escalation.models import Attempt, Escalation
from cases.evidence.ending import pages_of
from cases.evidence.instruction import Instruction, Order
from cases.evidence.models import Evidence, Page
from cases.evidence.services import NotNow, look
from cases.hashing.models import ListEntry, Match, MediaHash
from cases.models import Case, Link, Trace
from cases.notifications.models import Address, Notification
from cases.outbox.models import Job
from cases.retention import disposal, replay, services, tasks, tombstones
from cases.retention.disposal import carry_out, orphan_keys
from cases.retention.models import Disposal, Hold
from cases.triage.evidence import suspect_child
from cases.triage.models import Subject
from cases.vault import ceremony, hpke, pages
from cases.vault.models import DataKey, DataKeyWrap
from portal.accounts import invitations
from portal.accounts.models import User
from tests.factories.cases import keyring_of, make_case, make_member, make_unit
from tests.fixtures.jobs import RunJobs
from tests.fixtures.roles import acting_as


def left_of(case_id) -> dict[str, int]:
    """Rows of any model that points to the case."""
    return {model._meta.label: rows for model in apps.get_models() for field in model._meta.local_fields
            if field.related_model is Case and (rows := model._base_manager.filter(**{field.name: case_id}).count())}


def test_nothing_of_a_disposed_case_is_left_but_its_traces_in_the_log(case, nadia):
    services.place_hold(case=case, reason=Hold.Reason.COURT, by=nadia)
    services.lift_hold(case=case, because=Hold.Lifted.OVER, by=nadia)
    other, case_id = Case.objects.exclude(pk=case.pk).get(), case.pk
    assert len(disposal.keys_of(case)) == 6            # case, conversation, notice, address, two files
    decided = services.erase(case=case)
    carry_out(disposal_id=decided.pk)
    assert list(Case.objects.all()) == [other]
    assert left_of(case_id) == {}
    for model in (Evidence, Page, Escalation, Attempt, Match, Link, Trace, Subject, Address, Notification,
                  Hold):
        assert not model.objects.exists(), model
    assert MediaHash.objects.get().case == other
    assert set(DataKeyWrap.objects.values_list("key", flat=True)) == {other.key_id, other.conversation_key_id}
    assert DataKey.objects.filter(destroyed_at=None).count() == 2
    assert Entry.objects.filter(event="case_disposed", subject=case_id, actor="reporter").count() == 1
    connection.check_constraints()
    decided.refresh_from_db()
    assert (decided.case, decided.digest) == (None, tombstones.digest("case", case_id))
    assert decided.finished_at


def test_the_list_keeps_a_fingerprint_while_another_case_stands_behind_it(case, nadia):
    assert ListEntry.objects.get().state == ListEntry.State.ACTIVE
    carry_out(disposal_id=services.erase(case=case).pk)
    assert ListEntry.objects.get().state == ListEntry.State.WITHDRAWN


def test_a_report_that_stood_behind_it_keeps_its_keys(case):
    behind = make_case(make_unit(), story="Alike")
    Case.objects.filter(pk=behind.pk).update(folded_into=case)
    carry_out(disposal_id=services.erase(case=case).pk)
    assert not DataKey.objects.filter(pk__in=[behind.key_id, behind.conversation_key_id]).exclude(destroyed_at=None).exists()
    assert DataKeyWrap.objects.filter(key=behind.key_id).exists()


def test_its_jobs_are_gone_and_those_of_others_are_not(case):
    mine = {job.pk for job in Job.objects.all() if str(case.pk) in job.payload.values()}
    notice = Job.objects.get(task="escalation.deliver").pk
    kept = Job.objects.create(task="hashing.match", payload={"case_id": str(make_case(make_unit()).pk)}, due_at=case.opened_at)
    carry_out(disposal_id=services.erase(case=case).pk)
    left = set(Job.objects.values_list("pk", flat=True))
    assert mine
    assert not left & {*mine, notice}
    assert kept.pk in left


def test_what_waits_to_leave_does_not_leave_any_more(case, run_jobs, mailoutbox, settings, tmp_path):
    """The worker was away: a notice and an SMS wait in the queue, and the reporter erases."""
    settings.SMS_FILE_PATH = tmp_path / "sms"
    services.erase(case=case)
    assert "escalation.deliver" in run_jobs()
    assert mailoutbox == []
    assert not [*settings.SMS_FILE_PATH.glob("*")]
    assert not Case.objects.filter(pk=case.pk).exists()


def test_the_job_does_it(case, run_jobs):
    services.erase(case=case)
    assert "retention.carry_out" in run_jobs()
    assert not Case.objects.filter(pk=case.pk).exists()
    assert Disposal.objects.get().finished_at


# --- crashes ----------------------------------------------------------------------------------------------------------
class PowerCut(BaseException):
    pass


def cut(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def fall(*_args: object, **_kwargs: object) -> None:
        raise PowerCut
    monkeypatch.setattr(where, fall)


@pytest.mark.parametrize("where", [
    "cases.retention.tombstones.append", "cases.retention.disposal.withdraw_hashes", "cases.vault.custody.destroy",
    "cases.retention.disposal.record", "cases.models.Case.delete"])
def test_a_crash_at_any_point_is_resumed_and_done_once(case, nadia, where):
    decided, case_id = services.erase(case=case), case.pk
    with pytest.MonkeyPatch.context() as broken:
        cut(broken, where)
        with pytest.raises(PowerCut):
            carry_out(disposal_id=decided.pk)
    assert Case.objects.filter(pk=case_id).exists()              # whole, keys and all: nothing is half destroyed
    assert DataKeyWrap.objects.filter(key=case.key_id).exists()
    with pytest.raises(services.TooLate):
        services.place_hold(case=case, reason=Hold.Reason.COURT, by=nadia)
    assert services.resume() == 1
    carry_out(disposal_id=decided.pk)
    carry_out(disposal_id=decided.pk)                            # and once more
    assert not Case.objects.filter(pk=case_id).exists()
    assert Entry.objects.filter(event="case_disposed", subject=case_id).count() == 1
    assert services.resume() == 0


def test_the_tombstone_is_on_the_disk_before_anything_is_destroyed(case, monkeypatch):
    decided = services.erase(case=case)
    cut(monkeypatch, "cases.retention.disposal.destroy")
    with pytest.raises(PowerCut):
        carry_out(disposal_id=decided.pk)
    assert [(stone.what, stone.digest) for stone in tombstones.read()] == [("case", decided.digest)]


def test_the_tombstones_say_nothing_of_the_case(case, settings):
    decided = services.erase(case=case)
    carry_out(disposal_id=decided.pk)
    text = settings.TOMBSTONES.read_text()
    assert not [word for word in (str(case.pk), case.pk.hex, case.ref) if word in text]
    assert text == f"case {decided.digest} {timezone.localdate()}\n"


@pytest.mark.parametrize("torn", [f"case {'b' * 20}", f"case {'b' * 64} 2026-0", f"case {'b' * 64} 2026-01-0", "\0\0\0"])
def test_a_torn_line_is_passed_over_and_the_next_begins_a_new_one(settings, torn):
    settings.TOMBSTONES.parent.mkdir(parents=True)
    settings.TOMBSTONES.write_text(f"case {'a' * 64} 2026-01-01\n{torn}")
    assert [stone.digest[0] for stone in tombstones.read()] == ["a"]
    tombstones.append([tombstones.Tombstone("case", "c" * 64, next(iter(tombstones.read())).day)])
    assert [stone.digest[0] for stone in tombstones.read()] == ["a", "c"]


# --- keys -------------------------------------------------------------------------------------------------------------
def test_a_key_cannot_go_before_its_record(case):
    with pytest.raises(ProtectedError):
        case.key.delete()


def test_a_careless_delete_is_found(case):
    Case.objects.filter(pk=case.pk).delete()
    assert len(orphan_keys()) == 6


def test_at_night_keys_that_nothing_points_to_are_destroyed_and_others_are_not(case):
    other = make_case(make_unit(), story="Kept")
    Case.objects.filter(pk=case.pk).delete()
    tasks.destroy_orphans()
    assert len(orphan_keys()) == 6                      # made today: a form may still be on its way
    DataKey.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    tasks.destroy_orphans()
    assert orphan_keys() == []
    assert other.key.wraps.exists()
    assert DataKeyWrap.objects.filter(key__destroyed_at__isnull=False).count() == 0
    assert Entry.objects.get(event="orphan_keys_destroyed").details == {"count": 6}
    tasks.destroy_orphans()
    assert Entry.objects.filter(event="orphan_keys_destroyed").count() == 1


def test_an_invitation_points_to_its_key_too(office, nadia):
    invitations.issue(member=make_member("Newcomer", make_unit(), keys=False), by=nadia, mail=True)
    DataKey.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert orphan_keys() == []


def test_whatever_points_to_a_key_points_to_its_case():
    """Or disposal would not find the key. An invitation of staff, the secret of a webhook, and a mail that nobody
    has looked at yet are of no case."""
    of_no_case = {"accounts.Invitation", "cases_escalation.Arrival", "cases_notifications.Webhook"}
    for model, _column in disposal._key_columns():
        assert model._meta.label in of_no_case or model is Case or disposal._column_to(Case, model), model


def test_a_restored_file_whose_key_was_destroyed_since_says_that_it_is_gone(case, nadia):
    """As it stands in the backup it rests and opens; its key has a tombstone."""
    rests, waits = Evidence.objects.get(state="kept"), Evidence.objects.get(state="arrived")
    tombstones.append([tombstones.Tombstone("key", tombstones.digest("key", file.key_id), timezone.localdate())
                       for file in (rests, waits)])
    assert replay.replay() == replay.Again(cases=0, keys=2, files=0)
    assert set(Evidence.objects.values_list("pk", "state", "why", "key")) == {
        (rests.pk, "destroyed", "intimate", None), (waits.pk, "failed", "gave_up", None)}
    assert not Page.objects.exists()


# --- locks ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def locked(case: Case, nadia: User, run_jobs: RunJobs, settings: LazySettings) -> tuple[Evidence, bytes]:
    """A file of the case as it stood in a backup, and the private recovery key. Since then it was locked."""
    private, settings.RECOVERY_PUBLIC_KEY = hpke.new_pair()
    settings.LEGAL_INSTRUCTION = Instruction(Order.PRESERVE, "Legal/2026/15")
    before = Evidence.objects.get(state="kept")
    kept = list(DataKeyWrap.objects.filter(key=before.key_id))
    with acting_as("desk"):
        suspect_child(evidence=before, by=nadia, keyring=keyring_of(nadia))
    assert "retention.write_down" in run_jobs()
    before.save()
    DataKeyWrap.objects.bulk_create(kept)
    assert look(evidence=before, by=nadia, keyring=keyring_of(nadia)).content
    return before, private


def test_a_restored_file_that_was_locked_since_opens_for_nobody_again(locked, nadia):
    file, private = locked
    assert replay.replay() == replay.Again(cases=0, keys=0, files=1)
    file.refresh_from_db()
    assert (file.state, file.why, timezone.localdate(file.settled_at)) == ("locked", "child", timezone.localdate())
    assert not DataKeyWrap.objects.filter(key=file.key_id).exists()
    with pytest.raises(NotNow):
        look(evidence=file, by=nadia, keyring=keyring_of(nadia))
    secret = hpke.open_blob(private, file.preserved, info=ceremony.preserved_context(case=file.case_id, file=file.pk))
    assert pages.join(secret, pages_of(file), case=file.case_id, record=file.pk)          # three share-holders still do
    assert replay.replay().files == 0


def test_one_that_the_worker_locked_before_anybody_saw_it_says_so(locked):
    file, _private = locked
    Evidence.objects.filter(pk=file.pk).update(state="arrived", settled_at=None)
    assert replay.replay().files == 1
    file.refresh_from_db()
    assert (file.state, file.why) == ("locked", "child_list")


def test_a_locked_file_is_written_down_once_and_a_torn_line_of_it_is_none(locked, settings):
    file, _private = locked
    stone = next(stone for stone in tombstones.read() if stone.what == "locked")
    Evidence.objects.filter(pk=file.pk).update(state="locked", why="child", preserved=bytes.fromhex(stone.sealed))
    assert replay.write_down() == 0
    settings.TOMBSTONES.write_text(settings.TOMBSTONES.read_text().replace(stone.sealed, stone.sealed[:-9]))
    assert stone not in tombstones.read()
    assert replay.write_down() == 1
