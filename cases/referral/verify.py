"""Check an evidence package. This one file, Python 3.9 or later and `pip install cryptography` are all it takes.

    python verify.py new-key key.txt                                make a key of your own; send us the line it prints
    python verify.py open MZ-ABC.zip.age --key key.txt --to folder  open what was sealed to it
    python verify.py check folder --root 04ab…                      or a ZIP file: is it whole, and is it from us?

Ends with 0 when all is well, 1 when something is not, 2 when it could not be looked at. `--root` is the 130 characters that the
ministry publishes; without them nothing can be said of who signed. It shares no code with the program that makes packages.
"""
import argparse
import base64
import hashlib
import hmac
import io
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MANIFEST, SIGNATURE, CUSTODY = "manifest.json", "signature.json", "custody.json"
PURPOSE = b"referral-package-1"
INTRO, CHUNK, TAG = "age-encryption.org/v1", 65536, 16
MOST_BYTES = 200_000_000                # a package of ours has at most 60 MB
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
P256 = ec.SECP256R1()


class NotOurs(Exception):
    """It is no package, is damaged, or is sealed to another key. The message says which."""


# --- age (https://age-encryption.org/v1), X25519 only -----------------------------------------------------------------
def open_age(blob: bytes, secret: bytes) -> bytes:
    """What was sealed to the X25519 key `secret` (32 bytes)."""
    header, body, mac_at = _age_header(blob)
    mine = X25519PrivateKey.from_private_bytes(secret)
    file_key = next((key for arguments, wrapped in header if (key := _unwrap(mine, arguments, wrapped))), None)
    if file_key is None:
        raise NotOurs("it is sealed to another key")
    expected = hmac.digest(_hkdf(file_key, b"", b"header"), blob[:mac_at + 3], "sha256")
    stated = blob[mac_at + 4:blob.index(b"\n", mac_at)]
    if not hmac.compare_digest(_unpadded(expected), stated):
        raise NotOurs("the header was changed")
    return _stream(_hkdf(file_key, body[:16], b"payload"), body[16:])


def _age_header(blob: bytes) -> tuple[list[tuple[list[str], bytes]], bytes, int]:
    """The stanzas (arguments, body), what follows the header, and where its last line begins."""
    mac_at = blob.find(b"\n--- ") + 1
    if not blob.startswith(INTRO.encode() + b"\n") or not mac_at:
        raise NotOurs("it is not an age file")
    stanzas: list[tuple[list[str], str]] = []
    for line in blob[:mac_at].decode("ascii", "replace").splitlines()[1:]:
        if line.startswith("-> "):
            stanzas.append((line[3:].split(" "), ""))
        elif stanzas:
            stanzas[-1] = (stanzas[-1][0], stanzas[-1][1] + line)
    end = blob.index(b"\n", mac_at) + 1
    return [(arguments, _padded(body)) for arguments, body in stanzas], blob[end:], mac_at


def _unwrap(mine: X25519PrivateKey, arguments: list[str], wrapped: bytes) -> "bytes | None":
    if arguments[0] != "X25519" or len(arguments) != 2 or len(wrapped) != 32:
        return None
    share, public = _padded(arguments[1]), mine.public_key().public_bytes_raw()
    try:
        key = _hkdf(mine.exchange(X25519PublicKey.from_public_bytes(share)), share + public, INTRO.encode() + b"/X25519")
        return ChaCha20Poly1305(key).decrypt(bytes(12), wrapped, None)
    except (InvalidTag, ValueError):
        return None


def _stream(key: bytes, body: bytes) -> bytes:
    """Pieces of 64 KiB, each with its number and whether it is the last, so that none can be left out or put elsewhere."""
    plain, count = [], max(1, -(-len(body) // (CHUNK + TAG)))
    for number in range(count):
        piece = body[number * (CHUNK + TAG):(number + 1) * (CHUNK + TAG)]
        nonce = number.to_bytes(11, "big") + bytes([number == count - 1])
        try:
            plain.append(ChaCha20Poly1305(key).decrypt(nonce, piece, None))
        except InvalidTag as error:
            raise NotOurs("it is damaged or cut off") from error
    return b"".join(plain)


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=salt or None, info=info).derive(key)


def _padded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise NotOurs("it is not an age file") from error


def _unpadded(value: bytes) -> bytes:
    return base64.b64encode(value).rstrip(b"=")


# --- keys, as age writes them (BIP 173) -------------------------------------------------------------------------------
def public_text(secret: bytes) -> str:
    return _bech32("age", X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw())


def secret_text(secret: bytes) -> str:
    return _bech32("age-secret-key-", secret).upper()


def secret_of(text: str) -> bytes:
    """The key in a file of ours or of `age-keygen`."""
    line = next((line.strip().lower() for line in text.splitlines() if line.upper().startswith("AGE-SECRET-KEY-1")), "")
    word, _one, data = line.rpartition("1")
    if not line or any(char not in BECH32 for char in data) or _bech32(word, _regrouped(data[:-6])) != line:
        raise NotOurs("there is no key of age in the key file")
    return _regrouped(data[:-6])


def _regrouped(data: str) -> bytes:
    value = 0
    for char in data:
        value = value << 5 | BECH32.index(char)
    return (value >> len(data) * 5 % 8).to_bytes(len(data) * 5 // 8, "big")


def _bech32(word: str, data: bytes) -> str:
    bits, fives = int.from_bytes(data, "big") << (-len(data) * 8 % 5), -(-len(data) * 8 // 5)
    values = [bits >> 5 * (fives - 1 - at) & 31 for at in range(fives)]
    check = _polymod([ord(char) >> 5 for char in word] + [0] + [ord(char) & 31 for char in word] + values + [0] * 6) ^ 1
    values += [check >> 5 * (5 - at) & 31 for at in range(6)]
    return word + "1" + "".join(BECH32[value] for value in values)


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for at, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> at & 1 else 0
    return check


# --- checking ---------------------------------------------------------------------------------------------------------
def check(files: dict[str, bytes], root: str = "") -> list[str]:
    """What is wrong, in words; empty when nothing is. `root`: 65 bytes as hex, which the ministry publishes."""
    if MANIFEST not in files or SIGNATURE not in files:
        return ["there is no manifest or no signature"]
    try:
        manifest, signature = json.loads(files[MANIFEST]), json.loads(files[SIGNATURE])
        return [*_files(manifest, files), *_signer(files[MANIFEST], signature, root),
                *_custody(files.get(CUSTODY, b'{"entries": []}'))]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"it cannot be read as a package ({type(error).__name__})"]


def _files(manifest: dict[str, Any], files: dict[str, bytes]) -> list[str]:
    listed = {row["name"]: row for row in manifest["files"]}
    wrong = [f"{name}: missing" for name in sorted(set(listed) - set(files))]
    wrong += [f"{name}: not in the manifest" for name in sorted(set(files) - set(listed) - {MANIFEST, SIGNATURE})]
    return wrong + [f"{name}: changed" for name, row in sorted(listed.items()) if name in files
                    and hashlib.sha256(files[name]).hexdigest() != row["sha256"]]


def _signer(manifest: bytes, signature: dict[str, Any], root: str) -> list[str]:
    """The root signed the first key, each key the next, and the last one the manifest."""
    signer, expected = bytes.fromhex(root.strip() or signature["root"]), signature["chain"][0]["version"]
    for link in signature["chain"]:
        public, verify, signed = (base64.b64decode(link[name]) for name in ("public", "verify", "signature"))
        text = framed(b"key-signature", link["kind"].encode(), link["recipient"].encode(), link["version"].to_bytes(4, "big"),
                      public, verify)
        if link["version"] != expected or not _verifies(signer, signed, text):
            return ["the key that signed it is not the ministry's"]
        signer, expected = verify, expected + 1
    signed = base64.b64decode(signature["signature"])
    if not _verifies(signer, signed, framed(PURPOSE, hashlib.sha256(manifest).digest())):
        return ["the signature does not fit: the manifest was changed"]
    return []


def _verifies(public: bytes, signature: bytes, text: bytes) -> bool:
    if len(signature) != 64:
        return False
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(P256, public).verify(der, text, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _custody(text: bytes) -> list[str]:
    """Each entry that the log had linked by then: its hash is that of the one before it and of itself."""
    wrong = []
    for number, row in enumerate(json.loads(text)["entries"], start=1):
        if "hash" in row:
            entry = {name: row[name] for name in ("id", "at", "event", "subject", "actor", "details")}
            canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
            if hashlib.sha256(bytes.fromhex(row["before"]) + canonical).hexdigest() != row["hash"]:
                wrong.append(f"{CUSTODY}: entry {number} was changed")
    return wrong


def framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


# --- the command ------------------------------------------------------------------------------------------------------
def read(path: Path) -> dict[str, bytes]:
    """The files of a folder or of a plain ZIP file, by name."""
    if path.is_dir():
        return {each.relative_to(path).as_posix(): each.read_bytes() for each in sorted(path.rglob("*")) if each.is_file()}
    return unzipped(path.read_bytes())


def unzipped(blob: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            if any(info.flag_bits & 1 for info in archive.infolist()):
                raise NotOurs("it has a passphrase: open it with 7-Zip into a folder, and check that")
            if sum(info.file_size for info in archive.infolist()) > MOST_BYTES:
                raise NotOurs("it is larger than any package of ours")
            return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    except (zipfile.BadZipFile, RuntimeError) as error:
        raise NotOurs("it is not a ZIP file") from error


def open_into(blob: bytes, secret: bytes, folder: Path) -> None:
    for name, content in unzipped(open_age(blob, secret)).items():
        target = (folder / name).resolve()
        if folder.resolve() not in target.parents:
            raise NotOurs("a file in it would leave the folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def new_key(path: Path) -> str:
    secret = X25519PrivateKey.generate().private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw,
                                                       serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"# public key: {public_text(secret)}\n{secret_text(secret)}\n")
    return public_text(secret)


def main(arguments: "list[str] | None" = None) -> int:
    parser = argparse.ArgumentParser(description="Open and check an evidence package.")
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("new-key").add_argument("file", type=Path)
    opening = acts.add_parser("open")
    opening.add_argument("file", type=Path)
    opening.add_argument("--key", type=Path, required=True)
    opening.add_argument("--to", type=Path, required=True)
    checking = acts.add_parser("check")
    checking.add_argument("file", type=Path)
    checking.add_argument("--root", default="")
    asked = parser.parse_args(arguments)
    try:
        return act(asked)
    except (NotOurs, OSError) as error:
        print(f"Not opened: {error}", file=sys.stderr)
        return 2


def act(asked: argparse.Namespace) -> int:
    if asked.act == "new-key":
        print(f"Keep {asked.file} secret. Send this line to the ministry:\n{new_key(asked.file)}")
        return 0
    if asked.act == "open":
        open_into(asked.file.read_bytes(), secret_of(asked.key.read_text()), asked.to)
        print(f"Opened into {asked.to}. Now check it.")
        return 0
    files = read(asked.file)
    wrong = check(files, asked.root)
    for line in wrong:
        print(f"WRONG: {line}")
    if wrong:
        return 1
    print(f"All {len(files) - 2} files are as they were when the package was made.")
    if not asked.root:
        print(f"WHO SIGNED IT IS NOT CHECKED. The package names this root; compare it with what the ministry publishes:\n"
              f"{json.loads(files[SIGNATURE])['root']}")
        return 1
    print("It was signed by the ministry.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
