"""Taking in, opening, ending: who may, what is left, and what the log says. The job runs under the worker's database role."""
import io
import uuid
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from PIL import Image

from cases.audit.models import Entry
from cases.audit.services import record_read
from cases.evidence import selectors, services
from cases.evidence.handing_off import hand_off
from cases.evidence.instruction import Instruction, Order
from cases.evidence.models import Evidence, Exposure, Page
from cases.evidence.processing import process
from cases.evidence.services import NotForYou, NotNow, NotSeen, Refusal, Refused
from cases.models import Case
from cases.notifications.models import Notification, Occasion
from cases.outbox.models import Job
from cases.vault import ceremony, custody, hpke, pages
from cases.vault.models import DataKey, DataKeyWrap
from cases.vault.unseal import NotHeld
from portal.accounts.models import User
from tests.cases.evidence.conftest import SCREEN, SMALL, Send
from tests.factories.cases import keyring_of, make_case, make_member, make_unit
from tests.factories.evidence import kept as at_rest
from tests.fixtures.jobs import RunJobs
from tests.fixtures.roles import acting_as

State, Why = Evidence.State, Evidence.Why


# --- taking in --------------------------------------------------------------------------------------------------------
def test_a_file_is_sealed_to_the_worker_and_its_job_is_asked_for(send: Send, case: Case):
    evidence = send()
    assert (evidence.state, evidence.why, evidence.kind, evidence.settled_at) == (State.ARRIVED, "", "png", None)
    assert {wrap.recipient for wrap in DataKeyWrap.objects.filter(key=evidence.key)} == {"worker"}
    assert Job.objects.get(task="evidence.process").payload == {"evidence_id": str(evidence.pk)}
    assert Entry.objects.get(event="evidence_arrived").subject == str(case.pk)
    assert SCREEN[:64] not in b"".join(bytes(page.blob) for page in Page.objects.all())


@pytest.mark.parametrize(("content", "code"), [
    (b"", Refusal.EMPTY), (b"GIF89a" + bytes(100), Refusal.NOT_A_PICTURE), (b"%PDF-1.7", Refusal.NOT_A_PICTURE),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal.NOT_A_PICTURE), (b"RIFF1234WAVE", Refusal.NOT_A_PICTURE),
    (b"\x89PNG\r\n\x1a\n" + bytes(services.MOST_BYTES), Refusal.TOO_BIG)])
def test_what_is_no_picture_is_refused_at_the_door(send: Send, content: bytes, code: Refusal):
    with pytest.raises(Refused) as refused:
        send(content)
    assert refused.value.code == code
    assert not Evidence.objects.exists()
    assert not DataKey.objects.filter(wraps__recipient="worker").exists()


def test_a_ticket_is_for_five_files_each_once(send: Send):
    for number in range(1, 6):
        send(number=number)
    for number, code in ((0, Refusal.NUMBER), (6, Refusal.NUMBER), (3, Refusal.AGAIN)):
        with pytest.raises(Refused) as refused:
            send(number=number)
        assert refused.value.code == code
    assert Evidence.objects.count() == 5
    assert Job.objects.filter(task="evidence.process").count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_case_that_was_erased_meanwhile_takes_nothing(send: Send, case: Case):
    with pytest.raises(Refused) as refused:
        send(of=Case(pk=uuid.uuid4()))
    assert refused.value.code == Refusal.GONE
    assert not Page.objects.exists()


def test_without_a_worker_s_key_nothing_is_taken_in(send: Send, settings: LazySettings):
    settings.ROOT_PUBLIC_KEY = b"\4" * 65
    with pytest.raises(Refused) as refused:
        send()
    assert refused.value.code == Refusal.AWAY


# --- coming to rest ---------------------------------------------------------------------------------------------------
def test_it_comes_to_rest_clean_and_sealed_to_the_unit_only(send: Send, run_jobs: RunJobs, hina: User):
    arrived = send()
    assert run_jobs() == ["evidence.process"]
    evidence = Evidence.objects.get()
    assert (evidence.state, evidence.width, evidence.height, evidence.quality) == (State.KEPT, *SMALL, 100)
    assert [len(value) for value in (evidence.pdq, evidence.phash, evidence.dhash, evidence.sha256)] == [64, 16, 16, 64]
    assert evidence.key_id != arrived.key_id
    assert not DataKeyWrap.objects.filter(key=arrived.key_id).exists()
    assert DataKey.objects.get(pk=arrived.key_id).destroyed_at
    assert {wrap.recipient for wrap in DataKeyWrap.objects.filter(key=evidence.key)} == {"unit"}
    seen = services.look(evidence=evidence, by=hina, keyring=keyring_of(hina))
    with Image.open(io.BytesIO(seen.content)) as picture:
        assert (picture.format, picture.size, seen.media_type) == ("WEBP", SMALL, "image/webp")


def test_done_twice_is_done_once(kept: Evidence):
    key = kept.key_id
    process(evidence_id=kept.pk)
    process(evidence_id=uuid.uuid4())
    kept.refresh_from_db()
    assert kept.key_id == key
    assert Entry.objects.filter(event="evidence_kept").count() == 1


# --- opening ----------------------------------------------------------------------------------------------------------
def test_each_look_is_logged_and_counted(kept: Evidence, hina: User):
    with acting_as("desk"):
        for _ in range(2):
            services.look(evidence=kept, by=hina, keyring=keyring_of(hina))
    entries = Entry.objects.filter(event="evidence_read")
    assert [(entry.actor, entry.subject, entry.details) for entry in entries] == [
        (str(hina.pk), str(kept.case_id), {"evidence": str(kept.pk)})] * 2
    [row] = selectors.exposure_of(hina, since=timezone.localdate())
    assert (row.opened, row.intimate) == (2, 0)


@pytest.mark.parametrize("role", ["caseworker", "supervisor"])
def test_a_colleague_opens_it_and_a_stranger_does_not(kept: Evidence, unit, role: str):
    colleague, stranger = make_member("Sana", unit, role=role), make_member("Omar", make_unit("children"), role=role)
    assert services.look(evidence=kept, by=colleague, keyring=keyring_of(colleague)).content
    for act in (lambda: services.look(evidence=kept, by=stranger, keyring=keyring_of(stranger)),
                lambda: services.call_intimate(evidence=kept, by=stranger, keyring=keyring_of(stranger)),
                lambda: services.suspect_child(evidence=kept, by=stranger)):
        with pytest.raises(NotForYou):
            act()
    assert list(selectors.evidence_of(kept.case, colleague)) == [kept]
    assert list(selectors.evidence_of(kept.case, stranger)) == []
    assert Exposure.objects.filter(member=stranger).count() == 0


def test_a_kept_case_and_a_wall_stand_before_its_files_too(kept: Evidence, hina: User, unit):
    Case.objects.filter(pk=kept.case_id).update(restricted=True)
    with pytest.raises(NotForYou):
        services.look(evidence=kept, by=hina, keyring=keyring_of(hina))
    assert not Entry.objects.filter(event="evidence_read").exists()


def test_with_the_vault_of_another_unit_nothing_opens(kept: Evidence, hina: User):
    other = make_member("Omar", make_unit("children"))
    with pytest.raises(NotHeld):
        services.look(evidence=kept, by=hina, keyring=keyring_of(other))
    assert not Exposure.objects.exists()


def test_what_is_on_its_way_cannot_be_opened(send: Send, hina: User):
    with pytest.raises(NotNow) as refused:
        services.look(evidence=send(), by=hina, keyring=keyring_of(hina))
    assert refused.value.state == State.ARRIVED


# --- ending -----------------------------------------------------------------------------------------------------------
def test_this_is_intimate_destroys_at_once_and_keeps_the_hash(kept: Evidence, hina: User):
    key = kept.key_id
    with acting_as("desk"):
        services.look(evidence=kept, by=hina, keyring=keyring_of(hina), blurred=True)
        services.call_intimate(evidence=kept, by=hina, keyring=keyring_of(hina))
    kept.refresh_from_db()
    assert (kept.state, kept.why, kept.key_id) == (State.DESTROYED, Why.INTIMATE, None)
    assert len(kept.pdq) == 64
    assert not Page.objects.exists()
    assert not DataKeyWrap.objects.filter(key=key).exists()
    assert Entry.objects.get(event="evidence_destroyed").details == {"evidence": str(kept.pk), "why": "intimate"}
    assert Exposure.objects.get().intimate == 1
    with pytest.raises(NotNow):
        services.call_intimate(evidence=kept, by=hina, keyring=keyring_of(hina))


def test_nobody_says_what_a_file_is_that_they_have_not_opened(kept: Evidence, hina: User, unit):
    sana = make_member("Sana", unit)
    services.look(evidence=kept, by=sana, keyring=keyring_of(sana))
    with pytest.raises(NotSeen), acting_as("desk"):
        services.call_intimate(evidence=kept, by=hina, keyring=keyring_of(hina))
    with pytest.raises(NotHeld):
        services.call_intimate(evidence=kept, by=sana, keyring=keyring_of(make_member("Omar", make_unit("children"))))
    kept.refresh_from_db()
    assert kept.state == State.KEPT
    assert not Exposure.objects.exclude(intimate=0).exists()


def test_of_many_in_an_hour_the_supervisors_are_told_once(case: Case, hina: User, unit):
    sana = make_member("Sana", unit, role="supervisor")
    for n in range(services.MOST_AN_HOUR + 2):
        file = at_rest(case, 1)
        record_read("evidence_read", subject=case.pk, actor=str(hina.pk), evidence=file.pk)
        services.call_intimate(evidence=file, by=hina, keyring=keyring_of(hina))
        told = Notification.objects.filter(occasion=Occasion.MANY)
        assert [row.member_id for row in told] == [sana.pk] * (n >= services.MOST_AN_HOUR)
    assert told.get().counts == {"count": services.MOST_AN_HOUR + 1}


def test_what_a_colleague_called_intimate_a_moment_before_is_still_told_as_a_child_s(kept: Evidence, hina: User, unit):
    head, sana = make_member("Nadia", unit, role="supervisor"), make_member("Sana", unit)
    services.look(evidence=kept, by=sana, keyring=keyring_of(sana))
    services.call_intimate(evidence=kept, by=sana, keyring=keyring_of(sana))
    with acting_as("desk"):
        services.suspect_child(evidence=kept, by=hina)
    kept.refresh_from_db()
    assert (kept.state, kept.why, kept.letter) == (State.DESTROYED, Why.INTIMATE_CHILD, "")
    assert Notification.objects.get(occasion=Occasion.LOCKED).member_id == head.pk
    assert "A colleague had called it intimate" in hand_off(kept, kept.case).lines[1]
    with pytest.raises(NotNow):
        services.suspect_child(evidence=kept, by=hina)


def test_a_suspected_child_is_destroyed_where_that_is_ordered(kept: Evidence, hina: User, unit, settings: LazySettings):
    settings.LEGAL_INSTRUCTION = Instruction(Order.DESTROY, "Legal/14")
    sana = make_member("Sana", unit, role="supervisor", phone="+923001234567")
    with acting_as("desk"):
        services.suspect_child(evidence=kept, by=hina)
    kept.refresh_from_db()
    assert (kept.state, kept.why, kept.key_id, kept.preserved) == (State.DESTROYED, Why.CHILD, None, None)
    assert not Page.objects.exists()
    told = Notification.objects.filter(occasion=Occasion.LOCKED)
    assert {(row.member_id, row.kind) for row in told} == {(sana.pk, "email"), (sana.pk, "sms")}


def test_a_suspected_child_is_locked_from_everybody_where_preserving_is_ordered(kept: Evidence, hina: User,
                                                                                settings: LazySettings):
    outside, settings.RECOVERY_PUBLIC_KEY = hpke.new_pair()
    settings.LEGAL_INSTRUCTION = Instruction(Order.PRESERVE, "Legal/14")
    seen = services.look(evidence=kept, by=hina, keyring=keyring_of(hina)).content
    with pytest.raises(custody.KeyMissing):
        services.suspect_child(evidence=kept, by=hina)
    with acting_as("desk"):
        services.suspect_child(evidence=kept, by=hina, keyring=keyring_of(hina))
    kept.refresh_from_db()
    assert (kept.state, kept.why) == (State.LOCKED, Why.CHILD)
    assert not DataKeyWrap.objects.filter(key=kept.key_id).exists()
    with pytest.raises(NotNow):
        services.look(evidence=kept, by=hina, keyring=keyring_of(hina))
    assert kept.preserved
    secret = hpke.open_blob(outside, kept.preserved, info=ceremony.preserved_context(case=kept.case_id, file=kept.pk))
    blobs = list(kept.pages.values_list("blob", flat=True))
    assert pages.join(secret, blobs, case=kept.case_id, record=kept.pk) == seen


# --- what the reporter is told ----------------------------------------------------------------------------------------
def test_the_inbox_lists_files_with_what_became_of_them(kept: Evidence, send: Send, case: Case):
    send(number=2)
    assert [(row.number, row.state, row.why) for row in selectors.told(case)] == [(1, State.KEPT, ""), (2, State.ARRIVED, "")]
    assert selectors.told(make_case(case.unit)) == []


def test_exposure_is_counted_by_day(kept: Evidence, hina: User):
    Exposure.objects.create(member=hina, day=timezone.localdate() - timedelta(days=3), opened=4)
    services.look(evidence=kept, by=hina, keyring=keyring_of(hina))
    assert [row.opened for row in selectors.exposure_of(hina, since=timezone.localdate())] == [1]
    assert [row.opened for row in selectors.exposure_of(hina, since=timezone.localdate() - timedelta(days=7))] == [4, 1]


@pytest.mark.parametrize("sql", ["SELECT pdq FROM cases_evidence_evidence", "SELECT key_id FROM cases_evidence_evidence",
                                 "SELECT blob FROM cases_evidence_page", "DELETE FROM cases_evidence_page",
                                 "UPDATE cases_evidence_evidence SET state = 'kept'"])
@pytest.mark.postgres
def test_the_public_s_login_takes_in_and_does_nothing_else(kept: Evidence, sql: str):
    with acting_as("public"), connection.cursor() as cursor, pytest.raises(ProgrammingError), transaction.atomic():
        cursor.execute(sql)
