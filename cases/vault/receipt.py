"""The receipt code: twenty digits that find a report and unlock its conversation, and are stored nowhere. Pure."""
import hashlib
import secrets
import unicodedata
from typing import NamedTuple

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from cases.vault import aead
from cases.vault.aead import OpenFailed, Stored

__all__ = ["CodeMalformed", "Derived", "OpenFailed", "derive", "display", "lock", "locator_digest", "new_code", "normalise",
           "unlock_private"]

# 66 bits: with Argon2id, a million stolen receipts still cost 680,000 core-years for the first hit
DIGITS = 20
GROUP = 4
HALF_BYTES = 32
ZEROS = "0۰٠"                   # ASCII, Urdu (U+06F0), Arabic-Indic (U+0660)
VALUE = {chr(ord(zero) + value): str(value) for zero in ZEROS for value in range(10)}
IGNORED = {"Zs", "Cf", "Pd"}    # spaces; joiners and bidi controls; hyphens
ALSO_IGNORED = "\t\r\n\u2212"   # and the minus sign, which some keyboards give for a hyphen
BELONGS = aead.framed(b"reporter-private")


class CodeMalformed(ValueError):
    """Not twenty digits. Its message never repeats what was typed."""


class Derived(NamedTuple):
    locator: bytes              # 32 bytes: finds the receipt
    unlock: bytes               # 32 bytes: opens the reporter's private key

    def __repr__(self) -> str:
        return "Derived(…)"     # a traceback or a log line must not hold keys


def new_code() -> str:
    """Twenty random ASCII digits."""
    return f"{secrets.randbelow(10 ** DIGITS):0{DIGITS}}"


def normalise(typed: str) -> str:
    """Twenty ASCII digits from what a person typed, in any of the three sets of digits and any grouping."""
    kept = [char for char in typed if unicodedata.category(char) not in IGNORED and char not in ALSO_IGNORED]
    if len(kept) != DIGITS or any(char not in VALUE for char in kept):
        raise CodeMalformed(f"a receipt code has {DIGITS} digits")
    return "".join(VALUE[char] for char in kept)


def display(code: str) -> str:
    """"1234 5678 9012 3456 7890": five groups of four, for reading aloud and writing down."""
    digits = normalise(code)
    return " ".join(digits[start:start + GROUP] for start in range(0, DIGITS, GROUP))


def derive(code: str, salt: bytes) -> Derived:
    """Argon2id (RFC 9106), 64 MiB, t=3, p=1, 64 bytes, of the normalised code under the deployment's salt.

    Takes about 0.2 s and 64 MiB: on a server call `turnstile.derive`, which lets two at a time through.
    """
    both = Argon2id(salt=salt, length=2 * HALF_BYTES, iterations=3, lanes=1,
                    memory_cost=64 * 1024).derive(normalise(code).encode())
    return Derived(both[:HALF_BYTES], both[HALF_BYTES:])


def locator_digest(locator: bytes) -> str:
    """SHA-256 in hex: what the receipt row stores, so that the row does not hold what it is asked with."""
    return hashlib.sha256(locator).hexdigest()


def lock(unlock: bytes, private: bytes) -> bytes:
    """The reporter's private key, locked for the receipt row."""
    return aead.seal(unlock, private, belongs=BELONGS)


def unlock_private(unlock: bytes, blob: Stored) -> bytes:
    """The reporter's private key (32 bytes), or OpenFailed."""
    return aead.open_blob(unlock, blob, belongs=BELONGS)
