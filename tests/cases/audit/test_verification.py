"""Whatever one fault is planted anywhere in a log, verification finds it; and a log without faults is sound.

Where the last entry goes together with its link, after the last checkpoint, nothing but a witness can tell: such faults are
planted one place earlier."""
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings, strategies as st

from cases.audit import triggers, verification, witness
from cases.audit.models import AuditLink, Checkpoint, Entry
from cases.audit.services import checkpoint, link, record, signing_public_key
from cases.audit.verification import Verification, verify
from tests.cases.audit.intruder import intruder

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:.*function-scoped fixture")]
LENGTH, SIGNED = 12, 8                              # entries; the checkpoint stands over the first SIGNED
FAULTS: dict[str, Callable[[int], None]] = {}
Fault = Callable[[int], None]


def fault(plant: Fault) -> Fault:
    FAULTS[plant.__name__] = plant
    return plant


def entry_at(position: int) -> Entry:
    return Entry.objects.get(pk=AuditLink.objects.get(position=position).entry)


def altered(**values: object) -> Fault:
    return lambda position: Entry.objects.filter(pk=entry_at(position).pk).update(**values) and None


FAULTS |= {"another_actor": altered(actor="system"), "another_event": altered(event="case_disposed"),
           "another_subject": altered(subject="list"), "another_detail": altered(details={"n": 99}),
           "another_time": altered(at=timezone.now() - timedelta(days=3))}


@fault
def removed(position: int) -> None:
    entry_at(position).delete()


@fault
def removed_with_its_link(position: int) -> None:
    position = min(position, LENGTH - 1)
    removed(position)
    AuditLink.objects.filter(position=position).delete()


@fault
def closed_up(position: int) -> None:
    """Removed, and what follows moved one place down."""
    removed_with_its_link(position := min(position, LENGTH - 1))
    for stored in AuditLink.objects.filter(position__gt=position).order_by("position"):
        AuditLink.objects.filter(position=stored.position).update(position=stored.position - 1)


@fault
def reordered(position: int) -> None:
    """Two entries change places."""
    first, other = (AuditLink.objects.get(position=one) for one in (position, position % LENGTH + 1))
    AuditLink.objects.filter(position=other.position).delete()
    AuditLink.objects.filter(position=first.position).update(entry=other.entry)
    AuditLink.objects.create(position=other.position, entry=first.entry, hash=other.hash)


@fault
def another_hash(position: int) -> None:
    AuditLink.objects.filter(position=position).update(hash=bytes(32))


@fault
def truncated(position: int) -> None:
    """Everything from here on is gone, entries and links: the checkpoint tells, where it stood at or after the cut."""
    gone = AuditLink.objects.filter(position__gte=min(position, SIGNED))
    Entry.objects.filter(pk__in=list(gone.values_list("entry", flat=True))).delete()
    gone.delete()


@fault
def rewritten(position: int) -> None:
    """Altered, and the chain computed anew by whoever has the database but not the signing key."""
    Entry.objects.filter(pk=entry_at(min(position, SIGNED)).pk).update(actor="system")
    AuditLink.objects.all().delete()
    link()


@fault
def backdated(position: int) -> None:
    """A forged row, inserted as any process may insert, that claims to be old."""
    Entry.objects.create(at=timezone.now() - timedelta(hours=position), event="case_read", subject=str(uuid4()), actor="system")
    link()


@fault
def postdated(position: int) -> None:
    Entry.objects.create(at=timezone.now() + timedelta(hours=position), event="case_read", subject=str(uuid4()), actor="system")
    link()


@fault
def checkpoint_forged(position: int) -> None:
    head = AuditLink.objects.get(position=position)
    Checkpoint.objects.filter(position=SIGNED).delete()
    Checkpoint.objects.create(position=position, at=timezone.now(), hash=head.hash,
                              signature=Ed25519PrivateKey.generate().sign(b"whatever"))


def write(count: int) -> None:
    for n in range(count):
        record("case_opened", subject=uuid4(), actor="reporter", n=n)


def a_log() -> Checkpoint:
    write(SIGNED)
    point = checkpoint()
    assert point is not None
    write(LENGTH - SIGNED)
    link()
    return point


def with_fault(plant: Fault, position: int) -> Verification:
    with transaction.atomic():
        a_log()
        assert verify().sound
        with intruder():
            plant(position)
        found = verify()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("plant", FAULTS.values(), ids=FAULTS)
@settings(max_examples=8)
@given(position=st.integers(1, LENGTH), batch=st.integers(1, LENGTH + 1))
def test_one_fault_anywhere_is_found(plant: Fault, position: int, batch: int) -> None:
    before, verification.BATCH = verification.BATCH, batch
    try:
        found = with_fault(plant, position)
    finally:
        verification.BATCH = before
    assert not found.sound, found
    assert found.unguarded == []


@pytest.mark.parametrize("plant", [FAULTS["another_actor"], FAULTS["removed"], FAULTS["another_hash"]])
def test_the_place_is_named(plant: Fault) -> None:
    assert with_fault(plant, 5).broken_at == 5


def test_an_entry_linked_twice_is_found() -> None:
    """The intruder drops the unique index first and computes the hashes anew: the chain holds, but counts an entry twice."""
    a_log()
    with intruder(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'u' "
                           "AND conrelid = 'cases_audit_auditlink'::regclass")
            cursor.execute(f"ALTER TABLE cases_audit_auditlink DROP CONSTRAINT {cursor.fetchone()[0]}")
        else:
            cursor.execute("CREATE TABLE copied AS SELECT * FROM cases_audit_auditlink")
            cursor.execute("DROP TABLE cases_audit_auditlink")
            cursor.execute("ALTER TABLE copied RENAME TO cases_audit_auditlink")
        again = entry_at(3)
        row = (again.pk, again.at, again.event, again.subject, again.actor, again.details)
        head = bytes(AuditLink.objects.get(position=LENGTH).hash)
        digest = verification.chain.next_hash(head, verification.canonical(row))
        AuditLink.objects.create(position=LENGTH + 1, entry=again.pk, hash=digest)
    found = verify()
    assert (found.broken_at, found.twice) == (None, 1)
    assert not found.sound


def test_a_known_date_is_not_named_again() -> None:
    write(2)
    link()
    Entry.objects.create(at=timezone.now() - timedelta(days=1), event="case_read", subject="x", actor="system")
    link()
    assert verify().misdated == [3]
    assert verify(known=frozenset({3})).sound


@pytest.mark.parametrize("table", triggers.TABLES)
def test_a_tamed_trigger_is_noticed(table: str) -> None:
    """It bears the name, and lets everything pass."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
            assert triggers.unguarded(connection) == [table]
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_append_only")
            assert triggers.unguarded(connection) == []
            cursor.execute("CREATE OR REPLACE FUNCTION cases_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                           "$$ BEGIN RETURN NULL; END $$")
            assert triggers.unguarded(connection) == list(triggers.TABLES)
        else:
            cursor.execute(f"DROP TRIGGER {table}_no_delete")
            cursor.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT 1; END")
            assert triggers.unguarded(connection) == [table]
            triggers.remove(connection)
            triggers.install(connection)


# --- the witness ------------------------------------------------------------------------------------------------------
def rewrite_with_the_key() -> None:
    """The worst insider: database and signing key. Alters the first entry, links and signs everything anew."""
    with intruder():
        Entry.objects.filter(pk=entry_at(1).pk).update(actor="system")
        AuditLink.objects.all().delete()
        Checkpoint.objects.all().delete()
    checkpoint()


def kept(tmp_path: Path) -> Path:
    path = tmp_path / "witness.txt"
    with path.open("w") as file:
        call_command("checkpoints", stdout=file)
    return path


def test_only_the_witness_finds_a_past_rewritten_with_the_signing_key(tmp_path: Path) -> None:
    point, path = a_log(), kept(tmp_path)
    call_command("verify_audit", "--witness", str(path))
    rewrite_with_the_key()
    assert verify().sound
    with pytest.raises(CommandError, match=f"not as the witness wrote it down at {point.position}"):
        call_command("verify_audit", "--witness", str(path))


def test_only_the_witness_finds_an_end_cut_off_with_its_checkpoint(tmp_path: Path) -> None:
    a_log()
    path = kept(tmp_path)
    with intruder():
        AuditLink.objects.filter(position__gte=SIGNED).delete()
        Checkpoint.objects.all().delete()
        linked = AuditLink.objects.values("entry")
        Entry.objects.exclude(pk__in=linked).delete()
    assert verify().sound
    with pytest.raises(CommandError, match="not as the witness wrote it down at 8"):
        call_command("verify_audit", "--witness", str(path))


def test_a_witness_reads_mail_as_it_came_and_refuses_what_was_not_signed() -> None:
    point = a_log()
    text = ["Dear colleague,", "", "key " + signing_public_key().hex(), "> " + witness.line(point), "", "4 words but no number"]
    assert witness.read(text, signing_public_key()) == {SIGNED: bytes(point.hash)}
    position, at, digest, signature = witness.line(point).split()
    for bent in (f"{int(position) + 1} {at} {digest} {signature}", f"{position} {at} {'00' * 32} {signature}",
                 f"{position} yesterday {digest} {signature}", f"{position} {at} {digest} zz"):
        with pytest.raises(witness.NotAWitness, match="line 1 is not signed with this key"):
            witness.read([bent], signing_public_key())


def test_two_logs_signed_with_one_key_are_noticed_by_the_witness_alone(tmp_path: Path) -> None:
    a_log()
    first = kept(tmp_path).read_text().splitlines()
    rewrite_with_the_key()
    with intruder():
        AuditLink.objects.filter(position__gt=SIGNED).delete()
        Checkpoint.objects.all().delete()
        Entry.objects.exclude(pk__in=AuditLink.objects.values("entry")).delete()
    checkpoint()
    with pytest.raises(witness.NotAWitness, match="two logs were signed"):
        witness.read([*first, *kept(tmp_path).read_text().splitlines()], signing_public_key())


@pytest.mark.parametrize("text", ["", "nothing of ours\n"])
def test_a_file_without_checkpoints_is_no_comfort(tmp_path: Path, text: str) -> None:
    a_log()
    path = tmp_path / "witness.txt"
    path.write_text(text)
    with pytest.raises(CommandError, match="holds no checkpoint"):
        call_command("verify_audit", "--witness", str(path))
