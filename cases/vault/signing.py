"""Signatures that chain public keys to the ceremony's root: ECDSA on P-256 with SHA-256 (FIPS 186-5). Pure.

Format: docs/envelope.md.

Whoever can write to the database could otherwise put their own public key in the place of a unit's, and every report from then
on would be sealed to them.
"""
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cases.vault.aead import Stored, framed
from cases.vault.hpke import KeyRefused as NoPoint, public_of

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551     # of P-256 (SP 800-186, 3.2.1.3)
HALF = 32                       # bytes of r, and of s
WIDE = 48                       # 384 bits taken modulo the order leave no bias worth the name (FIPS 186-5, A.2.1)
ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)      # RFC 6979: no weak nonce can betray the key
CHECKED = ec.ECDSA(hashes.SHA256())


class KeyMissing(Exception):
    """A unit, a member or the worker has no key yet, so nothing can be sealed to it. The message says which."""


class KeyRefused(KeyMissing, NoPoint):
    """There is a key, but no signature leads to it from the root: nothing may be sealed to it. Says where it breaks."""


@dataclass(frozen=True)
class Link:
    """One version of a key in its chain. `kind` "unit" or "worker"; `recipient` the unit's UUID as text or "worker";
    `public` for HPKE and `verify` for the next signature: 65 bytes each; `signature`: 64 bytes."""
    kind: str
    recipient: str
    version: int
    public: bytes
    verify: bytes
    signature: bytes

    @property
    def message(self) -> bytes:
        """What is signed."""
        return framed(b"key-signature", self.kind.encode(), self.recipient.encode(), self.version.to_bytes(4, "big"), self.public,
                      self.verify)


def link_of(private: bytes, *, kind: str, recipient: str, version: int) -> Link:
    """What `private` says of itself, whatever a database says; unsigned."""
    return Link(kind, recipient, version, public_of(private), verify_key(private), b"")


def verify_key(private: bytes) -> bytes:
    """The 65 public bytes that check what `private` (32 bytes: an HPKE private key, or the root) signs."""
    return _signer(private).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def sign(private: bytes, message: bytes) -> bytes:
    """r ‖ s, 32 bytes each."""
    r, s = decode_dss_signature(_signer(private).sign(message, ALGORITHM))
    return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")


def verifies(verify: bytes, signature: bytes, message: bytes) -> bool:
    if len(signature) != 2 * HALF:
        return False
    der = encode_dss_signature(int.from_bytes(signature[:HALF], "big"), int.from_bytes(signature[HALF:], "big"))
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, verify).verify(der, message, CHECKED)
    except (InvalidSignature, ValueError):      # ValueError: not a point
        return False
    return True


def check(links: Sequence[Link], root: bytes) -> Link:
    """The last link, to which one may seal. The root signed the first, each version signed the next; KeyRefused otherwise."""
    return _checked(tuple(links), root)


@lru_cache(maxsize=256)         # a chain is checked once a process and change, not once a report
def _checked(links: tuple[Link, ...], root: bytes) -> Link:
    if not links:
        raise KeyMissing("no version")
    signer, expected = root, links[0].version
    for link in links:
        same = (link.kind, link.recipient) == (links[0].kind, links[0].recipient)
        if not same or link.version != expected or not verifies(signer, link.signature, link.message):
            raise KeyRefused(f"{link.kind} {link.recipient} version {link.version}")
        signer, expected = link.verify, expected + 1
    return links[-1]


def vouch(private: bytes, member: UUID, public: Stored) -> bytes:
    """Whoever holds a unit's key attests: this is the public key I sealed it to for this member. 32 bytes of HMAC-SHA256.

    Checked by the next who rotates, so that a database cannot put another key in a colleague's place.
    """
    key = HKDF(hashes.SHA256(), 32, salt=None, info=b"grant").derive(private)
    return hmac.digest(key, framed(member.bytes, bytes(public)), "sha256")


def fingerprint(what: Stored) -> str:
    """What two people compare, aloud or on paper, to know that they mean the same key: 80 bits of SHA-256.

    Of a unit's or the worker's key: all that is signed (`Link.message`), so whose it is too; of a member's: the public key.
    """
    digest = hashlib.sha256(bytes(what)).hexdigest()[:20]
    return " ".join(digest[at:at + 4] for at in range(0, len(digest), 4))


def _signer(private: bytes) -> ec.EllipticCurvePrivateKey:
    """A scalar of its own, so that no key serves two algorithms (SP 800-57 part 1, 5.2)."""
    wide = HKDF(hashes.SHA256(), WIDE, salt=None, info=b"key-signature").derive(private)
    return ec.derive_private_key(int.from_bytes(wide, "big") % (ORDER - 1) + 1, CURVE)
