from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import StringIO
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.utils import timezone

from cases.audit import chain, services, tasks, verification
from cases.audit.models import AuditLink, Checkpoint, Entry
from cases.audit.services import checkpoint, link, record, signing_public_key
from cases.audit.verification import verify
from tests.cases.audit.intruder import intruder
from tests.cases.audit.linkers import three_at_once

pytestmark = pytest.mark.django_db


def write(count: int) -> list[Entry]:
    return [record("case_opened", subject=uuid4(), actor="reporter", number=n, unit=uuid4()) for n in range(count)]


def test_the_canonical_form_is_what_this_vector_says():
    entry = chain.canonical(id=UUID(int=1), at=datetime(2026, 11, 22, 21, 0, tzinfo=UTC), event="case_opened",
                            subject=str(UUID(int=2)), actor="reporter", details={"level": 1, "harm": "doxxing"})
    assert entry == (b'{"actor":"reporter","at":"2026-11-22T21:00:00.000000+00:00","details":{"harm":"doxxing","level":1},'
                     b'"event":"case_opened","id":"00000000-0000-0000-0000-000000000001",'
                     b'"subject":"00000000-0000-0000-0000-000000000002"}')
    assert chain.next_hash(chain.GENESIS, entry) == sha256(bytes(32) + entry).digest()


def test_every_entry_is_linked_once_in_order_of_time(monkeypatch):
    monkeypatch.setattr(services, "BATCH", 3)
    entries = write(8)
    assert link() == 8
    assert link() == 0
    links = list(AuditLink.objects.all())
    assert [stored.position for stored in links] == list(range(1, 9))
    assert [stored.entry for stored in links] == [e.pk for e in sorted(entries, key=lambda e: (e.at, e.pk))]
    assert verify().sound


def test_an_entry_that_was_committed_late_is_linked_all_the_same():
    write(3)
    link()
    late = Entry.objects.create(at=timezone.now() - timedelta(minutes=10), event="case_opened", subject="x", actor="system")
    assert link() == 1
    assert AuditLink.objects.last().entry == late.pk
    assert verify().sound


def test_after_hours_without_a_worker_the_log_is_linked_in_order_and_sound():
    record("case_opened", subject=uuid4(), actor="reporter")
    link()
    with intruder():
        Entry.objects.update(at=timezone.now() - timedelta(hours=9))
        AuditLink.objects.all().delete()
    link()
    for hours in (8, 5, 3, 1, 0):
        Entry.objects.create(at=timezone.now() - timedelta(hours=hours), event="case_opened", subject="x", actor="system")
    tasks.link()
    assert AuditLink.objects.count() == 6
    checkpoint()
    assert verify().sound


def test_the_frequent_linker_looks_at_what_is_recent_and_the_checkpoint_at_all():
    old = record("case_opened", subject=uuid4(), actor="reporter")
    with intruder():
        Entry.objects.filter(pk=old.pk).update(at=timezone.now() - tasks.RECENT - timedelta(minutes=1))
    AuditLink.objects.create(position=1, entry=(first := record("case_opened", subject=uuid4(), actor="reporter")).pk, hash=b"x")
    new = record("case_opened", subject=uuid4(), actor="reporter")
    tasks.link()
    assert [stored.entry for stored in AuditLink.objects.all()] == [first.pk, new.pk]
    tasks.checkpoint()
    assert [stored.entry for stored in AuditLink.objects.all()] == [first.pk, new.pk, old.pk]


def test_the_tail_is_reported_and_is_no_fault():
    write(2)
    link()
    tail = write(3)
    found = verify()
    assert (found.entries, found.links, found.tail, found.tail_since) == (5, 2, 3, min(e.at for e in tail))
    assert found.sound


def test_an_altered_entry_breaks_the_chain_where_it_stands(monkeypatch):
    monkeypatch.setattr(verification, "BATCH", 2)
    write(5)
    link()
    with intruder():
        Entry.objects.filter(pk=AuditLink.objects.get(position=3).entry).update(actor="system")
    found = verify()
    assert found.broken_at == 3
    assert not found.sound
    assert found.missing == []


def test_a_missing_entry_is_named():
    write(4)
    link()
    with intruder():
        Entry.objects.filter(pk=AuditLink.objects.get(position=2).entry).delete()
    found = verify()
    assert (found.missing, found.broken_at) == ([2], 2)


def test_a_missing_link_breaks_the_chain_and_its_entry_falls_into_the_tail():
    write(4)
    link()
    with intruder():
        AuditLink.objects.filter(position=2).delete()
    found = verify()
    assert (found.broken_at, found.tail) == (3, 1)


def test_a_chain_rewritten_from_the_middle_does_not_fit_its_checkpoint():
    write(4)
    point = checkpoint()
    with intruder():
        Entry.objects.filter(pk=AuditLink.objects.get(position=2).entry).update(actor="system")
        AuditLink.objects.all().delete()
    link()
    found = verify()
    assert found.broken_at is None                      # it is a chain again,
    assert found.bad_checkpoints == [point.position]    # but not the one that was signed


def test_a_chain_cut_off_at_the_end_does_not_reach_its_checkpoint():
    write(4)
    checkpoint()
    with intruder():
        last = AuditLink.objects.get(position=4)
        Entry.objects.filter(pk=last.entry).delete()
        AuditLink.objects.filter(position=4).delete()
    assert verify().bad_checkpoints == [4]


def test_a_checkpoint_is_signed_over_its_head_and_made_only_when_something_was_added():
    write(2)
    point = checkpoint()
    assert checkpoint() is None
    assert (point.position, bytes(point.hash)) == (2, bytes(AuditLink.objects.last().hash))
    write(1)
    assert checkpoint().position == 3
    assert verify().sound
    assert verify(signing_public_key()).sound


def test_nothing_to_sign_in_an_empty_log():
    assert checkpoint() is None
    assert verify().sound


def test_a_checkpoint_signed_by_somebody_else_does_not_hold():
    write(1)
    link()
    head, at = AuditLink.objects.get(), timezone.now()
    forged = Ed25519PrivateKey.generate().sign(chain.checkpoint_text(1, at, bytes(head.hash)))
    Checkpoint.objects.create(position=1, at=at, hash=head.hash, signature=forged)
    assert verify().bad_checkpoints == [1]


@pytest.mark.django_db(transaction=True)
def test_three_linkers_at_once_make_one_chain(monkeypatch):
    monkeypatch.setattr(services, "BATCH", 1)       # as many chances to meet as there are entries
    write(40)
    assert three_at_once() == []
    assert AuditLink.objects.count() == 40
    assert verify().sound


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_sound_and_shows_head_and_key():
    write(3)
    point = checkpoint()
    write(1)
    out = told()
    assert "entries 4, linked 3, waiting 1 since" in out
    assert bytes(point.hash).hex() in out
    assert signing_public_key().hex() in out
    assert out.endswith("sound\n")


def test_the_command_fails_and_names_each_fault():
    write(3)
    checkpoint()
    with intruder():
        Entry.objects.filter(pk=AuditLink.objects.get(position=2).entry).delete()
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    with pytest.raises(CommandError) as failed:
        told("--public-key", stranger)
    assert failed.value.returncode == 1
    assert "breaks at position 2" in str(failed.value)
    assert "missing at 2" in str(failed.value)
    assert "do not hold at 3" in str(failed.value)


def test_a_replaced_key_leaves_the_log_verifiable(settings):
    """With both public halves; and a third, of nobody, proves nothing."""
    write(2)
    old = signing_public_key().hex()
    checkpoint()
    settings.AUDIT_SIGNING_KEY = bytes(range(32))
    write(2)
    checkpoint()
    with pytest.raises(CommandError, match="do not hold at 2"):
        told()
    assert told("--public-key", old, "--public-key", signing_public_key().hex()).endswith("sound\n")
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    with pytest.raises(CommandError, match="do not hold at 4"):
        told("--public-key", old, "--public-key", stranger)


def test_the_command_refuses_a_key_of_another_length():
    with pytest.raises(CommandError):
        told("--public-key", "abcd")
