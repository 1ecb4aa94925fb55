"""Notices encrypted to a recipient's key, by real GnuPG to real keys: what arrives opens to the very bytes, and nothing leaves in
clear when a key or the program will not do."""
import hashlib
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from cases.escalation import batches, registry, services
from cases.escalation.channels import pgp
from cases.escalation.failures import Failure
from cases.escalation.models import Attempt, Capability, Channel, DeadLetter, Escalation
from cases.escalation.notices import Notice
from cases.escalation.registry import book
from cases.escalation.registry.changes import Step, diff
from cases.escalation.registry.checks import problems
from cases.escalation.registry.entries import key_of, row_of, rows
from cases.models import Case
from portal.accounts.models import User
from tests.cases.escalation.conftest import REASONS, Platform
from tests.cases.escalation.pgp_keys import Owner, owner
from tests.fixtures.jobs import RunJobs

State = Escalation.State
DATE = "Mon, 23 Nov 2026 12:00:00 +0500"
EXPIRED = ("--faked-system-time", "20200101T000000", "future-default", "default", "1d")


@pytest.fixture(scope="module")
def platforms_key() -> Iterator[Owner]:
    with owner() as made:
        yield made


@pytest.fixture
def sealed_way(case: Case, platforms_key: Owner) -> Channel:
    """The way by mail of `notice`, with a key."""
    channel = Channel.objects.get(platform__slug="tiktok", kind="email", harms=[])
    channel.pgp_key = platforms_key.key
    channel.save()
    return channel


def left(platform: Platform, way: Channel) -> list[bytes]:
    """What was sent there; staff are told of dead letters at other addresses."""
    return [bytes(mail.content or b"") for mail in platform.mails if way.address in mail.rcpt_tos]


def parts_of(platform: Platform) -> tuple[Message, bytes]:
    """The one mail that arrived, and what is encrypted in it."""
    [mail] = platform.mails
    outside = message_from_bytes(bytes(mail.content or b""))
    assert outside.get_content_type() == "multipart/encrypted"
    assert outside.get_param("protocol") == "application/pgp-encrypted"
    version, sealed = outside.get_payload()
    assert version.get_content_type() == "application/pgp-encrypted"
    assert version.get_payload(decode=True).split() == [b"Version:", b"1"]
    assert sealed.get_content_type() == "application/octet-stream"
    return outside, sealed.get_payload(decode=True)


def test_what_arrives_opens_to_the_very_bytes_and_shows_nothing_outside(sealed_way: Channel, notice: Escalation,
                                                                        platform: Platform, platforms_key: Owner,
                                                                        run_jobs: RunJobs) -> None:
    homes = set(pgp.MEMORY.glob("mehfooz-gpg-*"))
    Channel.objects.update(capabilities=[Capability.PAPER.value])
    run_jobs()
    outside, sealed = parts_of(platform)
    inside = message_from_bytes(platforms_key.opened(sealed))
    text, letter = inside.get_payload()
    words = text.get_payload(decode=True).replace(b"\r\n", b"\n")
    assert REASONS.encode() in words
    assert letter.get_payload(decode=True).startswith(b"%PDF")
    proof = Attempt.objects.get().proof
    assert proof["sha256"] == hashlib.sha256(words + letter.get_payload(decode=True)).hexdigest()
    assert proof["pgp"] == pgp.fingerprint(platforms_key.key) != ""
    [mail] = platform.mails
    for shown in (REASONS, "tiktok.example/v/1", "remove", "PDF", "Content-Language"):
        assert shown.encode() not in bytes(mail.content or b"")
    assert outside["Subject"] == f"[{notice.reference}]"
    assert inside["Subject"] == f"[{notice.reference}] Request to remove content"
    assert outside["Message-ID"] == f"<{notice.pk.hex}@example.org>"
    assert outside["List-Id"] == "<removal-requests.example.org>"
    assert outside["Reply-To"].startswith("takedown+")
    assert set(pgp.MEMORY.glob("mehfooz-gpg-*")) <= homes


def test_byte_for_byte_with_the_thread_outside(platforms_key: Owner) -> None:
    """What is encrypted is what would have left in clear, but for the headers that servers and threads need."""
    body, before = "Urdu: ہٹا دیں\n" + "x" * 2000 + "\nFrom the office\n", "<1@example.org>"
    clear = EmailMessage("[MZ-1] Request to remove content", body, "a@example.org", ["b@example.org"], reply_to=["c@example.org"],
                         headers={"Message-ID": "<2@example.org>", "In-Reply-To": before, "References": before, "Date": DATE})
    sealed = pgp.Sealed(clear, platforms_key.key).message()
    inside = clear.message()
    for name in ("From", "To", "Reply-To", "Date", "Message-ID", "In-Reply-To", "References"):
        assert sealed[name]
        del inside[name]
    inside.set_param("protected-headers", "v1")
    [_version, part] = sealed.get_payload()
    assert platforms_key.opened(part.get_payload(decode=True)) == inside.as_bytes(linesep="\r\n")


def test_a_batch_is_encrypted_too(sealed_way: Channel, case: Case, ayesha: User, platform: Platform,
                                  platforms_key: Owner) -> None:
    batch = batches.begin(channel=sealed_way, by=ayesha)
    words = Notice(reference=services.new_reference(), links=("https://tiktok.example/v/1",), hashes=(), reasons=REASONS,
                   policy="", law="", child=False, signature="A. Khan, Ministry")
    services.request(case=case, channel=sealed_way, notice=words, by=ayesha, batch=batch)
    batches.deliver(batch_id=batch.pk)
    outside, sealed = parts_of(platform)
    assert outside["Subject"] == f"[{batch.reference}]"
    assert REASONS.encode() in message_from_bytes(platforms_key.opened(sealed)).get_payload(decode=True)


def test_a_key_that_has_expired_is_a_dead_letter_and_nothing_leaves(sealed_way: Channel, notice: Escalation, platform: Platform,
                                                                     run_jobs: RunJobs) -> None:
    with owner(*EXPIRED) as late:
        Channel.objects.filter(pk=sealed_way.pk).update(pgp_key=late.key)
    run_jobs()
    notice.refresh_from_db()
    assert (notice.state, left(platform, sealed_way)) == (State.FAILED, [])
    assert [letter.failure for letter in DeadLetter.objects.all()] == [Failure.KEY]
    assert Attempt.objects.get().failure == Failure.KEY


@pytest.mark.parametrize(("program", "failure", "state"), [
    ("gpg-that-is-not-installed", Failure.OUR_SIDE, State.FAILED), ("true", Failure.KEY, State.FAILED)])
def test_without_gnupg_nothing_leaves(sealed_way: Channel, notice: Escalation, platform: Platform, run_jobs: RunJobs,
                                      monkeypatch: pytest.MonkeyPatch, program: str, failure: Failure, state: State) -> None:
    monkeypatch.setattr(pgp, "GPG", program)
    run_jobs()
    notice.refresh_from_db()
    assert (notice.state, left(platform, sealed_way)) == (state, [])
    assert [letter.failure for letter in DeadLetter.objects.all()] == [failure]


def test_a_gnupg_that_hangs_is_tried_again_and_nothing_leaves(sealed_way: Channel, notice: Escalation, platform: Platform,
                                                              run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgp, "PATIENCE", 0.0001)
    run_jobs()
    notice.refresh_from_db()
    assert (notice.state, left(platform, sealed_way), Attempt.objects.get().failure) == (State.REQUESTED, [], Failure.OUR_SIDE)


def test_what_is_no_key_to_encrypt_to(platforms_key: Owner) -> None:
    wrong = {"words": pgp.Reason.MALFORMED, platforms_key.private: pgp.Reason.SECRET, "x" * 30_000: pgp.Reason.MALFORMED}
    with owner("ed25519", "sign", "1y") as signer, owner(*EXPIRED) as late, owner() as gone:
        gone.revoke()
        wrong |= {signer.key: pgp.Reason.NO_ENCRYPTION, late.key: pgp.Reason.EXPIRED, gone.key: pgp.Reason.REVOKED,
                  signer.key + platforms_key.key: pgp.Reason.SEVERAL}
        assert pgp.fingerprint(late.key)                        # it can be named all the same
    for key, reason in wrong.items():
        with pytest.raises(pgp.Unusable) as refused:
            pgp.checked(key)
        assert refused.value.reason == reason
    pgp.checked(platforms_key.key)


def test_the_registry_takes_a_good_key_of_a_mail_address_by_two(db: None, platforms_key: Owner) -> None:
    registry.seed()
    mail, form = (Channel.objects.filter(kind=kind).first() for kind in ("email", "webform"))
    known = set(rows())
    assert problems(key_of(mail), row_of(mail) | {"pgp_key": platforms_key.key}, known=known) == {}
    assert "pgp_key" in problems(key_of(mail), row_of(mail) | {"pgp_key": "words"}, known=known)
    assert "pgp_key" in problems(key_of(form), row_of(form) | {"pgp_key": platforms_key.key}, known=known)
    assert Step(key_of(mail), "pgp_key", "", platforms_key.key).by_two
    mail.pgp_key, mail.last_verified_at = platforms_key.key, timezone.localdate()
    mail.save()
    assert "BEGIN PGP PUBLIC KEY" in book.write()
    assert diff(rows(), book.read(book.write())) == []
