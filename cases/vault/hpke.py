"""Sealing to a public key: HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256) / HKDF-SHA256 / AES-256-GCM. Pure.

The suite is the one that every browser's WebCrypto has. A byte in front of each blob names it, so that a hybrid suite
can be added beside it. Keys travel raw: 32 bytes private (big-endian scalar), 65 bytes public (uncompressed point).
"""
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cases.vault.aead import OpenFailed, Stored, framed

__all__ = ["PRIVATE_BYTES", "PUBLIC_BYTES", "KeyRefused", "OpenFailed", "context", "is_public", "is_sealed", "new_pair",
           "open_blob", "public_of", "seal"]

P256_SHA256_AES256GCM = 1
SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
CURVE = ec.SECP256R1()
PRIVATE_BYTES = 32
PUBLIC_BYTES = 65
TAG_BYTES = 16
UNCOMPRESSED = 4


class KeyRefused(ValueError):
    """Not an uncompressed point on P-256, or not a private scalar of it."""


def new_pair() -> tuple[bytes, bytes]:
    """(private: 32 bytes, public: 65 bytes)"""
    private = ec.generate_private_key(CURVE)
    return private.private_numbers().private_value.to_bytes(PRIVATE_BYTES, "big"), _raw(private.public_key())


def public_of(private: bytes) -> bytes:
    """The 65-byte public half of a 32-byte private key."""
    return _raw(_private(private).public_key())


def context(purpose: str, *, scope: UUID, key: UUID, kind: str, recipient: str, version: int) -> bytes:
    """HPKE `info`: what is sealed and for whom, so that a blob moved elsewhere does not open.

    `purpose` "data-key": `scope` the case, `key` the DataKey; "unit-key": `scope` the unit, `key` the UnitKey.
    `kind` and `recipient` name the reader ("unit", its UUID), `version` the reader's key version.
    """
    return framed(purpose.encode(), scope.bytes, key.bytes, kind.encode(), recipient.encode(), version.to_bytes(4, "big"))


def seal(public: Stored, plain: bytes, *, info: bytes) -> bytes:
    """suite (1) ‖ encapsulated key (65) ‖ ciphertext and tag (len(plain) + 16); KeyRefused if `public` is no key."""
    return bytes([P256_SHA256_AES256GCM]) + SUITE.encrypt(plain, _public(public), info=info)


def open_blob(private: bytes, blob: Stored, *, info: bytes) -> bytes:
    """The plain bytes of seal(), or OpenFailed."""
    blob = bytes(blob)
    if not blob or blob[0] != P256_SHA256_AES256GCM:
        raise OpenFailed
    try:
        return SUITE.decrypt(blob[1:], _private(private), info=info)
    except InvalidTag as error:
        raise OpenFailed from error


def is_public(blob: Stored) -> bool:
    """Whether these bytes are a public key: a point on the curve, uncompressed."""
    try:
        return bool(_public(blob))
    except KeyRefused:
        return False


def is_sealed(blob: Stored, *, length: int) -> bool:
    """Whether this has the shape of `length` plain bytes sealed by this suite; it may still open for nobody."""
    blob = bytes(blob)
    if len(blob) != 1 + PUBLIC_BYTES + length + TAG_BYTES or blob[0] != P256_SHA256_AES256GCM:
        return False
    return is_public(blob[1:1 + PUBLIC_BYTES])


def _raw(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _public(public: Stored) -> ec.EllipticCurvePublicKey:
    public = bytes(public)
    if len(public) != PUBLIC_BYTES or public[0] != UNCOMPRESSED:
        raise KeyRefused("a public key is 65 bytes, uncompressed")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public)
    except ValueError as error:
        raise KeyRefused("not a point on P-256") from error


def _private(private: bytes) -> ec.EllipticCurvePrivateKey:
    if len(private) != PRIVATE_BYTES:
        raise KeyRefused("a private key is 32 bytes")
    try:
        return ec.derive_private_key(int.from_bytes(private, "big"), CURVE)
    except ValueError as error:
        raise KeyRefused("not a private key of P-256") from error
