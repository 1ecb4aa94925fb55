"""Fetching answers from the office's mailbox by IMAP4rev1 (RFC 3501), over TLS and nothing else.

A mail leaves the mailbox only after its transaction has committed; one that is fetched twice is one, for its Message-ID is
known. Strangers' mail goes to a folder of the same mailbox, where whoever looks after it finds it.
"""
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings

from cases.escalation.inbound.mail import MOST_BYTES
from cases.escalation.inbound.taking import take_in
from cases.outbox.errors import Retry, Stop
from cases.vault.custody import KeyMissing

AT_ONCE = 200                    # mails of one run; the next comes within a minute
TIMEOUT = 30                     # seconds, for each step
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


def fetch() -> int:
    """Take in what lies in the mailbox; how many mails there were. Raises Retry, Stop."""
    if not settings.IMAP["host"]:
        return 0
    try:
        with mailbox() as box:
            uids = found(box)
            for uid in uids:
                with suppress(KeyMissing):              # the unit has no key yet: the mail waits where it is
                    settle(box, uid, mine=take_in(fetched(box, uid)))
            box.expunge()
            return len(uids)
    except imaplib.IMAP4.abort as error:                # the line was cut, or they are about to go
        raise Retry(code="abort") from error
    except imaplib.IMAP4.error as error:                # they say no: name, password or folder
        raise Stop("login") from error
    except ssl.SSLError as error:
        raise Retry(code="tls") from error
    except OSError as error:
        raise Retry(code=type(error).__name__.lower()) from error


@contextmanager
def mailbox() -> Iterator[imaplib.IMAP4_SSL]:
    context = ssl.create_default_context(cafile=settings.IMAP["ca_file"] or None)
    box = imaplib.IMAP4_SSL(str(settings.IMAP["host"]), int(settings.IMAP["port"]), ssl_context=context, timeout=TIMEOUT)
    try:
        box.login(settings.IMAP["user"], str(settings.IMAP_PASSWORD))
        box.create(quoted(str(settings.IMAP["strays"])))     # says no where it is there already
        refuse_unless_ok(box.select(quoted(str(settings.IMAP["folder"])))[0])
        yield box
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            box.logout()


def quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def refuse_unless_ok(said: str) -> None:
    if said != "OK":
        raise imaplib.IMAP4.error(said)


def found(box: imaplib.IMAP4_SSL) -> list[str]:
    """UIDs, the oldest first."""
    said, [listed, *_rest] = box.uid("SEARCH", "UNDELETED")
    refuse_unless_ok(said)
    return [uid.decode() for uid in (listed or b"").split()[:AT_ONCE]]


def fetched(box: imaplib.IMAP4_SSL, uid: str) -> bytes:
    """The mail; of one that is too large only its head, which is read as what it is: unreadable."""
    _said, sizes = box.uid("FETCH", uid, "(RFC822.SIZE)")
    size = SIZE.search(b" ".join(each for each in sizes if isinstance(each, bytes)))
    if size and int(size[1]) > MOST_BYTES:
        return b""
    said, parts = box.uid("FETCH", uid, "(BODY.PEEK[])")
    refuse_unless_ok(said)
    return next((part[1] for part in parts if isinstance(part, tuple)), b"")


def settle(box: imaplib.IMAP4_SSL, uid: str, *, mine: bool) -> None:
    """What was sealed here is deleted there; a stranger's is put aside. Called after the commit."""
    if not mine:
        refuse_unless_ok(box.uid("COPY", uid, quoted(str(settings.IMAP["strays"])))[0])
    refuse_unless_ok(box.uid("STORE", uid, "+FLAGS.SILENT", "(\\Deleted)")[0])
