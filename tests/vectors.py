"""Published test vectors of the vault's formats: `python -m tests.vectors` writes docs/vectors/*.json.

Every byte is made here from the text of docs/envelope.md and RFC 9180 with fixed keys and nonces, without cases.vault, so that
the product, this script and whoever writes a third implementation check one another.
"""
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "vectors"
CURVE = ec.SECP256R1()
KEM_ID = b"KEM" + (0x10).to_bytes(2, "big")
SUITE_ID = b"HPKE" + (0x10).to_bytes(2, "big") + (1).to_bytes(2, "big") + (2).to_bytes(2, "big")


def fixed(name: str, length: int = 32) -> bytes:
    """Bytes that look random and are the same for ever."""
    return hashlib.shake_256(f"mehfooz test vector: {name}".encode()).digest(length)


def fixed_uuid(name: str) -> UUID:
    return UUID(bytes=fixed(name, 16), version=4)


# --- HPKE, RFC 9180 -----------------------------------------------------------------------------------------------------
def point(private: bytes) -> bytes:
    key = ec.derive_private_key(int.from_bytes(private, "big"), CURVE)
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.new(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, hashlib.sha256).digest()


def expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info       # at most 32 bytes: one block of HKDF
    return hmac.new(prk, labeled + b"\x01", hashlib.sha256).digest()[:length]


def hpke_seal(ephemeral: bytes, public: bytes, info: bytes, plain: bytes, aad: bytes = b"") -> bytes:
    """enc ‖ ct with the given ephemeral private key: sections 4.1 (Encap), 5.1 (KeySchedule), 5.2 (Seal)."""
    encapsulated = point(ephemeral)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public)
    shared = ec.derive_private_key(int.from_bytes(ephemeral, "big"), CURVE).exchange(ec.ECDH(), theirs)
    eae_prk = extract(KEM_ID, b"", b"eae_prk", shared)
    shared_secret = expand(KEM_ID, eae_prk, b"shared_secret", encapsulated + public, 32)
    schedule = b"\x00" + extract(SUITE_ID, b"", b"psk_id_hash", b"") + extract(SUITE_ID, b"", b"info_hash", info)
    secret = extract(SUITE_ID, shared_secret, b"secret", b"")
    key, nonce = expand(SUITE_ID, secret, b"key", schedule, 32), expand(SUITE_ID, secret, b"base_nonce", schedule, 12)
    return encapsulated + AESGCM(key).encrypt(nonce, plain, aad)


# --- docs/envelope.md ---------------------------------------------------------------------------------------------------
def framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def field_vector(name: str, plain: bytes, field: str) -> dict[str, str]:
    key, nonce, case, record = fixed(f"{name} key"), fixed(f"{name} nonce", 12), fixed_uuid("case"), fixed_uuid(f"{name} record")
    size = min(size for size in (256, 1024, 4096, 16384, 65536) if size >= len(plain) + 4)
    padded = len(plain).to_bytes(4, "big") + plain + bytes(size - 4 - len(plain))
    aad = framed(b"\x01", case.bytes, field.encode(), record.bytes)
    blob = b"\x01" + nonce + AESGCM(key).encrypt(nonce, padded, aad)
    return {"name": name, "case": str(case), "field": field, "record": str(record), "key": key.hex(), "plain": plain.hex(),
            "nonce": nonce.hex(), "aad": aad.hex(), "blob": blob.hex()}


def wrap_vector(purpose: str, kind: str, recipient: str, version: int) -> dict[str, str | int]:
    name = f"{purpose} to {kind}"
    scope, key = fixed_uuid("case" if purpose == "data-key" else "unit"), fixed_uuid(f"{name} row")
    plain, private, ephemeral = fixed(f"{name} secret"), fixed(f"{name} private"), fixed(f"{name} ephemeral")
    info = framed(purpose.encode(), scope.bytes, key.bytes, kind.encode(), recipient.encode(), version.to_bytes(4, "big"))
    blob = b"\x01" + hpke_seal(ephemeral, point(private), info, plain)
    return {"purpose": purpose, "scope": str(scope), "key": str(key), "kind": kind, "recipient": recipient, "version": version,
            "private": private.hex(), "public": point(private).hex(), "ephemeral_private": ephemeral.hex(), "plain": plain.hex(),
            "info": info.hex(), "blob": blob.hex()}


def envelope() -> dict[str, object]:
    case, unit, member = (str(fixed_uuid(name)) for name in ("case", "unit", "member"))
    return {
        "format": "docs/envelope.md; all bytes in hex",
        "fields": [field_vector("empty", b"", "body"), field_vector("Urdu", "کوئی مجھے دھمکی دے رہا ہے۔".encode(), "answers"),
                   field_vector("fills 256", b"x" * 252, "summary"), field_vector("spills to 1024", b"x" * 253, "summary")],
        "wraps": [wrap_vector("data-key", "unit", unit, 3), wrap_vector("data-key", "reporter", case, 1),
                  wrap_vector("data-key", "worker", "worker", 7), wrap_vector("unit-key", "member", member, 3),
                  wrap_vector("unit-key", "unit", unit, 4)],
    }


def receipt_vector(name: str, code: str, typed: list[str]) -> dict[str, object]:
    salt, private, nonce = fixed("receipt salt"), fixed(f"{name} reporter"), fixed(f"{name} lock nonce", 12)
    both = Argon2id(salt=salt, length=64, iterations=3, lanes=1, memory_cost=65536).derive(code.encode())
    locked = b"\x01" + nonce + AESGCM(both[32:]).encrypt(nonce, private, framed(b"reporter-private"))
    return {"name": name, "typed": typed, "code": code, "salt": salt.hex(), "locator": both[:32].hex(), "unlock": both[32:].hex(),
            "locator_digest": hashlib.sha256(both[:32]).hexdigest(), "private": private.hex(), "public": point(private).hex(),
            "nonce": nonce.hex(), "locked": locked.hex()}


def receipt() -> dict[str, object]:
    ways = ["12345678901234567890", "1234 5678 9012 3456 7890",
            "۱۲۳۴-۵۶۷۸-۹۰۱۲-۳۴۵۶-۷۸۹۰", "\u200f١٢٣٤ ٥٦٧٨ ٩٠١٢ ٣٤٥٦ ٧٨٩٠\u200c\n"]
    return {"format": "docs/envelope.md, receipt; all bytes in hex",
            "receipts": [receipt_vector("counted", "12345678901234567890", ways),
                         receipt_vector("leading zeros", "00000000000000000042", ["0000 0000 0000 0000 ۰۰٤2"])]}


# --- signatures: ECDSA by hand (FIPS 186-5, 6.4), the nonce of RFC 6979 ------------------------------------------------------
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def scalar_of(private: bytes) -> int:
    """HKDF-SHA256 (RFC 5869) with an empty salt, 48 bytes: two blocks; then FIPS 186-5, A.2.1."""
    prk = hmac.new(bytes(32), private, hashlib.sha256).digest()
    first = hmac.new(prk, b"key-signature\x01", hashlib.sha256).digest()
    wide = first + hmac.new(prk, first + b"key-signature\x02", hashlib.sha256).digest()
    return int.from_bytes(wide[:48], "big") % (ORDER - 1) + 1


def verify_of(private: bytes) -> bytes:
    return point(scalar_of(private).to_bytes(32, "big"))


def nonces(scalar: int, digest: bytes) -> Iterator[int]:
    seed = scalar.to_bytes(32, "big") + (int.from_bytes(digest, "big") % ORDER).to_bytes(32, "big")
    value, key = b"\x01" * 32, bytes(32)
    for mark in (b"\x00", b"\x01"):
        key = hmac.new(key, value + mark + seed, hashlib.sha256).digest()
        value = hmac.new(key, value, hashlib.sha256).digest()
    while True:
        value = hmac.new(key, value, hashlib.sha256).digest()
        if 0 < int.from_bytes(value, "big") < ORDER:
            yield int.from_bytes(value, "big")
        key = hmac.new(key, value + b"\x00", hashlib.sha256).digest()
        value = hmac.new(key, value, hashlib.sha256).digest()


def signature(private: bytes, message: bytes) -> bytes:
    scalar, digest = scalar_of(private), hashlib.sha256(message).digest()
    nonce = next(nonces(scalar, digest))
    r = int.from_bytes(point(nonce.to_bytes(32, "big"))[1:33], "big") % ORDER
    s = pow(nonce, -1, ORDER) * (int.from_bytes(digest, "big") + r * scalar) % ORDER
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def links(kind: str, recipient: str, first: int, last: int) -> list[dict[str, str | int]]:
    """Versions `first` to `last`: the root signs the first, each the next."""
    signer, made = fixed("root"), []
    for version in range(first, last + 1):
        private = fixed(f"{kind} {recipient} chain private {version}")
        public, verify = point(private), verify_of(private)
        message = framed(b"key-signature", kind.encode(), recipient.encode(), version.to_bytes(4, "big"), public, verify)
        made.append({"kind": kind, "recipient": recipient, "version": version, "private": private.hex(), "public": public.hex(),
                     "verify": verify.hex(), "message": message.hex(), "signature": signature(signer, message).hex()})
        signer = private
    return made


def chains() -> dict[str, object]:
    unit, other = str(fixed_uuid("unit")), str(fixed_uuid("another unit"))
    three, theirs, worker = links("unit", unit, 1, 3), links("unit", other, 1, 1), links("worker", "worker", 4, 5)
    swapped = [three[0], three[1] | {"public": theirs[0]["public"]}, three[2]]
    return {
        "format": "docs/envelope.md, signed keys; all bytes in hex", "root": verify_of(fixed("root")).hex(),
        "trusted": [{"name": "three versions", "links": three}, {"name": "one version", "links": three[:1]},
                    {"name": "begins at a later version", "links": worker}],
        "refused": [{"name": "no link", "links": []}, {"name": "another public key", "links": swapped},
                    {"name": "another verify key", "links": [three[0] | {"verify": theirs[0]["verify"]}, *three[1:]]},
                    {"name": "a version is missing", "links": [three[0], three[2]]},
                    {"name": "the first is missing", "links": three[1:]},
                    {"name": "the signature of another unit", "links": [three[0] | {"signature": theirs[0]["signature"]}]},
                    {"name": "another unit's key as the next", "links": [three[0], theirs[0] | {"version": 2}]},
                    {"name": "called another version", "links": [three[0] | {"version": 2}]},
                    {"name": "called another unit's", "links": [three[0] | {"recipient": other}]},
                    {"name": "called the worker's", "links": [three[0] | {"kind": "worker", "recipient": "worker"}]},
                    {"name": "unsigned", "links": [three[0] | {"signature": ""}]},
                    {"name": "signed by itself", "links": [three[0] | {
                        "signature": signature(unhex(three[0]["private"]), unhex(three[0]["message"])).hex()}]},
                    {"name": "zeros", "links": [three[0] | {"signature": "00" * 64}]},
                    {"name": "longer than a signature", "links": [three[0] | {"signature": three[0]["signature"] + "00"}]}],
    }


def unhex(value: str | int) -> bytes:
    return bytes.fromhex(str(value))


def as_text(document: dict[str, object]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


DOCUMENTS = {"envelope.json": envelope, "receipt.json": receipt, "keys.json": chains}

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file_name, document in DOCUMENTS.items():
        (FOLDER / file_name).write_text(as_text(document()))
