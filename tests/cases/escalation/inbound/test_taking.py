"""A mail comes in, over Dovecot or by HTTPS, and the unit alone reads it."""
import base64
import json
import socket
import ssl
import threading
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.escalation import chasing, replying
from cases.escalation.inbound import imap
from cases.escalation.inbound.mailbox import FETCH
from cases.escalation.inbound.taking import take_in
from cases.escalation.models import Answer, Arrival, DeadLetter, Escalation, Stray
from cases.models import Case
from cases.outbox.errors import Retry, Stop
from cases.outbox.models import Job
from cases.outbox.services import enqueue
from cases.vault import envelope
from cases.vault.models import DataKeyWrap
from cases.vault.unseal import key_for_unit
from portal.accounts.models import User
from tests.cases.escalation.conftest import asked
from tests.cases.escalation.inbound.test_mail import BOUNCE, written
from tests.factories.cases import keyring_of, make_member, make_unit, signed_in
from tests.fakes.webhook_receiver import self_signed
from tests.fixtures.dovecot import PASSWORD, Mailbox
from tests.fixtures.jobs import RunJobs
from tests.fixtures.roles import acting_as

State = Escalation.State
WORDS = "Your report was reviewed and the video was taken down."


@pytest.fixture
def sent(case: Case, ayesha: User, run_jobs: RunJobs) -> Escalation:
    notice = asked(case, ayesha)
    run_jobs()
    notice.refresh_from_db()
    return notice


@pytest.fixture
def address(sent: Escalation, ayesha: User) -> str:
    return replying.address(key_for_unit(sent.notice_key, case=sent.case_id, keyring=keyring_of(ayesha)), sent)


def to(address: str, text: str = WORDS, **headers: str) -> EmailMessage:
    message = written(text, **headers)
    message.replace_header("To", address)
    return message


def fetch(settings: Any, mailbox: Mailbox) -> int:
    settings.IMAP = {"host": "127.0.0.1", "port": mailbox.port, "user": "takedown", "folder": "INBOX", "strays": "Strays",
                     "ca_file": str(mailbox.ca_file)}
    settings.IMAP_PASSWORD = PASSWORD
    with acting_as("worker"):
        return imap.fetch()


def test_an_answer_is_fetched_sealed_read_and_understood(sent: Escalation, address: str, case: Case, ayesha: User, settings: Any,
                                                         mailbox: Mailbox) -> None:
    stranger = to("takedown@example.org", Message_ID="<s@x>")
    unknown = to("takedown+" + "a" * 26 + "@example.org", Message_ID="<u@x>")
    mailbox.put(to(address).as_bytes(), to(address).as_bytes(), stranger.as_bytes(), unknown.as_bytes())
    assert fetch(settings, mailbox) == 4
    assert (mailbox.holds("INBOX"), mailbox.holds("Strays")) == (0, 2)
    assert dict(Stray.objects.values_list("why", "count")) == {"no_token": 1, "unknown": 1}
    [row] = Answer.objects.all()
    assert set(DataKeyWrap.objects.filter(key=row.key).values_list("recipient", flat=True)) == {"unit"}
    assert WORDS.encode() not in bytes(row.body)
    sent.refresh_from_db()
    assert (row.kind, sent.state) == ("answer", State.ACKNOWLEDGED), "what it means, a person says"
    chasing.chase(timezone.now() + timedelta(hours=60))
    sent.refresh_from_db()
    assert sent.state == State.ACKNOWLEDGED, "who has written is not silent"
    page, where = signed_in(ayesha), f"/desk/case/{case.ref}/notice/{sent.reference}/"
    assert sent.reference in page.get("/desk/post/").content.decode()
    assert WORDS not in signed_in(ayesha, unlocked=False).get(where).content.decode()
    assert not Entry.objects.filter(event="answers_to_notice_read").exists()
    assert WORDS in page.get(where).content.decode()
    assert Entry.objects.filter(event="answers_to_notice_read", actor=str(ayesha.pk)).count() == 1
    said = {"outcome": "refused", "mails": str(row.pk)}
    assert page.post(where + "answer/", said).status_code == 400, "a refusal needs a reason"
    page.post(where + "answer/", said | {"reason": "not_found"})
    row = Answer.objects.defer("body").get()
    case.refresh_from_db()
    assert (row.outcome, row.reason, row.by) == ("refused", "not_found", ayesha)
    assert case.history.latest("at").said == "platform_cannot_find"
    page.post(where + "answer/", {"outcome": "needs_more", "reason": "proof"})
    assert case.history.latest("at").said == "platform_asks"
    assert Answer.objects.count() == 2
    stranger_page = signed_in(make_member("Omar", make_unit("children"))).get("/desk/post/").content.decode()
    assert sent.reference not in stranger_page


def test_a_mailbox_that_says_no(mailbox: Mailbox, settings: Any) -> None:
    assert imap.fetch() == 0, "none is named"
    settings.IMAP = {"host": "127.0.0.1", "port": mailbox.port, "user": "takedown", "folder": "INBOX", "strays": "Strays",
                     "ca_file": ""}
    settings.IMAP_PASSWORD = "wrong"  # noqa: S105
    with pytest.raises(Retry, match="tls"):
        imap.fetch()
    settings.IMAP = settings.IMAP | {"ca_file": str(mailbox.ca_file)}
    with pytest.raises(Stop, match="login"):
        imap.fetch()


def test_a_mailbox_that_hangs_up_is_no_wrong_password(tmp_path: Path, settings: Any) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate := self_signed(tmp_path / "mailbox.pem"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        settings.IMAP = {"host": "127.0.0.1", "port": door.getsockname()[1], "user": "takedown", "folder": "INBOX",
                         "strays": "Strays", "ca_file": str(certificate)}
        settings.IMAP_PASSWORD = PASSWORD

        def greet_and_go() -> None:
            with context.wrap_socket(door.accept()[0], server_side=True) as line:
                line.sendall(b"* OK ready\r\n")

        server = threading.Thread(target=greet_and_go)
        server.start()
        with pytest.raises(Retry):
            imap.fetch()
        server.join(10)


def test_a_mailbox_that_cannot_be_reached_is_one_failed_job_and_stands_on_the_desk(mailbox: Mailbox, settings: Any, ayesha: User,
                                                                                   run_jobs: RunJobs) -> None:
    head = signed_in(make_member("Nadia", make_unit(), role="supervisor"), unlocked=False)
    good = {"host": "127.0.0.1", "port": mailbox.port, "user": "takedown", "folder": "INBOX", "strays": "Strays",
            "ca_file": str(mailbox.ca_file)}
    with socket.create_server(("127.0.0.1", 0)) as door:
        closed = door.getsockname()[1]
    settings.IMAP, settings.IMAP_PASSWORD = good | {"port": closed}, PASSWORD
    for _minute in range(3):
        enqueue(FETCH)
        run_jobs()
    failed = Job.objects.get(task=FETCH, state=Job.State.FAILED)
    first = failed.finished_at
    Job.objects.filter(pk=failed.pk).update(finished_at=first - timedelta(days=9))
    for page in ("/desk/today/", "/desk/post/"):
        words = head.get(page).content.decode()
        assert "cannot be fetched from the mailbox" in words, page
        assert "No connection came about" in words, page
    settings.IMAP_PASSWORD = "wrong"  # noqa: S105
    settings.IMAP = good
    enqueue(FETCH)
    run_jobs()
    assert Job.objects.get(task=FETCH, state=Job.State.FAILED).error == "Stop login", "the newest reason, since the first day"
    assert "Our name or key was not taken" in head.get("/desk/post/").content.decode()
    settings.IMAP_PASSWORD = PASSWORD
    enqueue(FETCH)
    run_jobs()
    assert not Job.objects.filter(task=FETCH, state=Job.State.FAILED).exists()
    assert "cannot be fetched" not in head.get("/desk/today/").content.decode()


def take(raw: bytes) -> bool:
    with acting_as("worker"):
        return take_in(raw)


def test_a_bounce_makes_a_dead_letter_and_the_reporter_is_told(sent: Escalation, address: str, case: Case) -> None:
    bounce = BOUNCE.replace(b"takedown+x@example.org", address.encode())
    assert take(bounce % (b"delayed", b"4.4.1"))
    sent.refresh_from_db()
    assert sent.state == State.SENT, "late is not lost"
    assert take(bounce.replace(b"<b@mx>", b"<c@mx>") % (b"failed", b"5.1.1"))
    sent.refresh_from_db()
    letter = DeadLetter.objects.get()
    assert (sent.state, letter.failure, letter.code) == (State.FAILED, "refused_address", "refused_address 5.1.1")
    assert case.history.latest("at").said == "platform_unreached"
    assert [row.kind for row in Answer.objects.defer("body")] == ["automatic", "bounce"]


def test_a_machines_reply_is_at_most_an_acknowledgement(sent: Escalation, address: str) -> None:
    assert take(to(address, "Your ticket is 4711.", Auto_Submitted="auto-replied").as_bytes())
    sent.refresh_from_db()
    assert sent.state == State.ACKNOWLEDGED
    assert not Answer.objects.filter(kind="answer").exists()


def handed(private: Ed25519PrivateKey, raw: bytes, *, at: int = 0) -> Any:
    when = str(int(timezone.now().timestamp()) + at)
    signature = base64.b64encode(private.sign(f"m1.{when}.".encode() + raw)).decode()
    return Client().post("/exchange/mail", raw, content_type="message/rfc822", headers={
        "webhook-id": "m1", "webhook-timestamp": when, "webhook-signature": f"v1,aaaa v1a,{signature}"})


def test_a_mail_server_hands_mails_over(sent: Escalation, address: str, ayesha: User, settings: Any, run_jobs: RunJobs) -> None:
    private = Ed25519PrivateKey.generate()
    raw = to(address).as_bytes()
    assert handed(private, raw).status_code == 401, "none is named"
    settings.INBOUND_MAIL_KEY = private.public_key().public_bytes_raw()
    assert handed(Ed25519PrivateKey.generate(), raw).status_code == handed(private, raw, at=-400).status_code == 401
    assert not Arrival.objects.exists()
    with acting_as("exchange"):
        assert handed(private, raw).status_code == 202
    arrival = Arrival.objects.get()
    assert set(DataKeyWrap.objects.filter(key=arrival.key).values_list("recipient", flat=True)) == {"worker"}
    assert WORDS.encode() not in bytes(arrival.sealed)
    assert handed(private, b"x" * 3_000_000).status_code == 413
    run_jobs()
    assert not Arrival.objects.exists()
    row = Answer.objects.get()
    key = key_for_unit(row.key, case=sent.case_id, keyring=keyring_of(ayesha))
    told = json.loads(envelope.open_blob(key, row.body, case=sent.case_id, field="answer", record=row.pk))
    assert told["text"] == WORDS
