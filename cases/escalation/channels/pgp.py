"""Mail that only its recipient reads: PGP/MIME (RFC 3156) to the recipient's public key, by GnuPG's `gpg`.

A tool that distributions keep up to date, rather than a rewrite of OpenPGP (RFC 9580). Each call has a home of its own, empty and
in memory where the machine has that: no keyring, no agent, no network, no trust but in the key that two people put into the
registry. What is to be sealed goes through a pipe and touches no disk.
"""
import os
import subprocess
import tempfile
from email.encoders import encode_7or8bit
from email.mime.application import MIMEApplication
from functools import lru_cache
from pathlib import Path

from django.core.mail import EmailMessage, SafeMIMEMultipart
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.escalation.failures import Failure
from cases.outbox.errors import Retry, Stop

GPG = "gpg"
PATIENCE = 20                           # seconds
LONGEST_KEY = 20_000                    # characters, in ASCII armour
MEMORY = Path("/dev/shm")  # noqa: S108   # homes are made in it by mkdtemp, for this user alone
ALONE = ("--batch", "--no-tty", "--quiet", "--no-options", "--no-autostart", "--disable-dirmngr")
KEY_FILE = "key.asc"                    # in that home
LIST = ("--with-colons", "--show-keys", KEY_FILE)
ENCRYPT = ("--trust-model", "always", "--recipient-file", KEY_FILE, "--armor", "--encrypt")


class Reason(models.TextChoices):
    """Why a key cannot be used."""
    MALFORMED = "malformed", _("This is not a public PGP key in ASCII armour.")
    SECRET = "secret", _("This is a private key. It belongs to its owner alone: do not keep it, and tell them.")
    SEVERAL = "several", _("There are several keys here. Give one.")
    EXPIRED = "expired", _("This key has expired. Ask its owner for a new one.")
    REVOKED = "revoked", _("Its owner has revoked this key. Ask for a new one.")
    NO_ENCRYPTION = "no_encryption", _("This key signs only: nothing can be encrypted to it.")
    NO_GPG = "no_gpg", _("GnuPG is not installed here, so no key can be checked.")
    SLOW = "slow", _("GnuPG did not answer in time. Try again.")


class Unusable(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def checked(key: str) -> None:
    """Whether something can be encrypted to a key today, tried out. Raises Unusable."""
    looked_at(key)
    if run(ENCRYPT, key, b"?").returncode:
        raise Unusable(Reason.NO_ENCRYPTION)


def looked_at(key: str) -> str:
    """The fingerprint of one public key that is good today. Raises Unusable."""
    if len(key) > LONGEST_KEY or "PRIVATE KEY" in key:
        raise Unusable(Reason.SECRET if "PRIVATE KEY" in key else Reason.MALFORMED)
    lines = listed(key)
    mains = [line for line in lines if line[0] == "pub"]
    if any(line[0] == "sec" for line in lines):
        raise Unusable(Reason.SECRET)
    if len(mains) != 1:
        raise Unusable(Reason.SEVERAL if mains else Reason.MALFORMED)
    refuse(mains[0], [line for line in lines if line[0] == "sub"])
    return first_print(lines)


def listed(key: str) -> list[list[str]]:
    """GnuPG's listing for programs (its doc/DETAILS). Raises Unusable."""
    return [line.split(":") for line in run(LIST, key).stdout.decode("utf-8", "replace").splitlines()]


def first_print(lines: list[list[str]]) -> str:
    return next((line[9] for line in lines if line[0] == "fpr"), "")


def refuse(main: list[str], subkeys: list[list[str]]) -> None:
    """By validity (field 2) and what it can do (field 12, capitals: now and as a whole) of GnuPG's listing (doc/DETAILS)."""
    able = [line for line in [main, *subkeys] if "e" in line[11]]
    for letter, reason in (("r", Reason.REVOKED), ("e", Reason.EXPIRED)):
        if main[1] == letter or able and all(line[1] == letter for line in able):
            raise Unusable(reason)
    if "E" not in main[11]:
        raise Unusable(Reason.NO_ENCRYPTION)


def fingerprint(key: str) -> str:
    """In groups of four, as people compare it, also of a key that has expired; empty where nothing can be said of it."""
    try:
        found = print_of(key)
    except Unusable:
        return ""
    return " ".join(found[at:at + 4] for at in range(0, len(found), 4))


@lru_cache(maxsize=200)
def print_of(key: str) -> str:
    return first_print(listed(key))


def encrypt(content: bytes, key: str) -> bytes:
    """In ASCII armour. Raises Stop where no key or no program will do: a person looks, and nothing leaves in clear."""
    try:
        looked_at(key)
        sealed = run(ENCRYPT, key, content)
    except Unusable as error:
        if error.reason == Reason.SLOW:
            raise Retry(code=f"{Failure.OUR_SIDE.value} gpg_slow") from error
        failure = Failure.OUR_SIDE if error.reason == Reason.NO_GPG else Failure.KEY
        raise Stop(f"{failure.value} {error.reason.value}") from error
    if sealed.returncode or not sealed.stdout.startswith(b"-----BEGIN PGP MESSAGE-----"):
        raise Stop(f"{Failure.KEY.value} gpg_{sealed.returncode}")
    return sealed.stdout


def run(command: tuple[str, ...], key: str, content: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """`gpg` with a home that lives as long as the call and holds nothing but the key; `content` through a pipe."""
    with tempfile.TemporaryDirectory(prefix="mehfooz-gpg-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as home:
        (Path(home) / KEY_FILE).write_text(key)
        try:
            return subprocess.run([GPG, "--homedir", home, *ALONE, *command], cwd=home, input=content,  # noqa: S603  no shell
                                  capture_output=True, check=False, timeout=PATIENCE,
                                  env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": home})
        except FileNotFoundError as error:
            raise Unusable(Reason.NO_GPG) from error
        except subprocess.TimeoutExpired as error:
            raise Unusable(Reason.SLOW) from error


class Sealed(EmailMessage):
    """The mail `clear`, encrypted. Outside stands what servers and threads need, and of the subject our reference alone."""

    def __init__(self, clear: EmailMessage, key: str) -> None:
        reference = clear.subject[:clear.subject.find("]") + 1]
        super().__init__(reference, "", clear.from_email, clear.to, reply_to=clear.reply_to, headers=clear.extra_headers)
        self.clear, self.key = clear, key

    def message(self) -> SafeMIMEMultipart:     # type: ignore[override]   # its stub forgets that Django's may be one
        """Raises Stop and Retry."""
        inside = self.clear.message()
        outside = SafeMIMEMultipart("encrypted", protocol="application/pgp-encrypted")
        for name, value in list(inside.items()):
            if name == "Subject":
                outside[name] = str(self.subject)
            elif not name.lower().startswith("content-") and name != "MIME-Version":
                outside[name] = value
                del inside[name]
        inside.set_param("protected-headers", "v1")             # mail programs then show the whole subject
        plain = inside.as_bytes(linesep="\r\n")                 # type: ignore[call-arg]   # Django's own class takes it
        outside.attach(MIMEApplication(b"Version: 1\r\n", "pgp-encrypted", encode_7or8bit))
        outside.attach(MIMEApplication(encrypt(plain, self.key), "octet-stream", encode_7or8bit))
        return outside
