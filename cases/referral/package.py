"""An evidence package: files, a manifest of their digests, a signature over that, sealed to whoever it is for. Pure.

    files            report.pdf, links.txt, fingerprints.csv, custody.json, files/1.webp …
    manifest.json    {"format": 1, "reference": …, "to": …, "made_at": …, "files": [{"name", "bytes", "sha256"}]}
    signature.json   the manifest's signature, and the signed keys that lead from the root to whoever made it

The package is a ZIP file: inside an age file (age-encryption.org/v1) for a body whose public key we know, else with AES-256 in
it under a passphrase that goes another way. `verify.py`, which needs none of our other code, opens and checks it.
"""
import io
import json
import re
import secrets
import zipfile
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256

import pyrage
import pyzipper

from cases.vault import signing
from cases.vault.aead import framed
from cases.vault.signing import Link

FORMAT = 1
PURPOSE = b"referral-package-1"         # so that no signature made for anything else fits
MANIFEST, SIGNATURE = "manifest.json", "signature.json"
NAME = re.compile(r"[a-z0-9][a-z0-9_./-]{0,79}")
SPOKEN = "23456789abcdefghjkmnpqrstvwxyz"       # told over the telephone: no 0/o, 1/i/l, u
GROUPS, GROUP = 6, 4                            # 24 of 30 characters: 117 bits
MOST_BYTES = 60_000_000                         # in memory, in one request of the desk


class TooLarge(Exception):
    """More than one request may hold in memory: leave files out."""


class BadKey(ValueError):
    """Not a public key of age."""


def new_passphrase() -> str:
    """Six groups of four, to be told by telephone."""
    return "-".join("".join(secrets.choice(SPOKEN) for _ in range(GROUP)) for _ in range(GROUPS))


def recipient(key: str) -> pyrage.x25519.Recipient:
    """Raises BadKey."""
    try:
        return pyrage.x25519.Recipient.from_str(key.strip())
    except pyrage.RecipientError as error:
        raise BadKey("not an age public key") from error


def manifest(files: Mapping[str, bytes], *, reference: str, to: str, made_at: datetime) -> bytes:
    """What is signed. `to`: the authority's slug. Raises TooLarge; ValueError for a name that could leave its folder."""
    if sum(map(len, files.values())) > MOST_BYTES:
        raise TooLarge
    if bad := [name for name in files if not NAME.fullmatch(name) or ".." in name or name in {MANIFEST, SIGNATURE}]:
        raise ValueError(f"not a name of a file: {bad[0]}")
    listed = [{"name": name, "bytes": len(files[name]), "sha256": sha256(files[name]).hexdigest()} for name in sorted(files)]
    return _json({"format": FORMAT, "reference": reference, "to": to, "made_at": made_at.astimezone(UTC).isoformat(),
                  "files": listed})


def signature(manifest: bytes, *, private: bytes, links: Iterable[Link], root: bytes) -> bytes:
    """Detached: it signs `manifest` and stands beside it. `private`: of the unit's key, whose chain from the root is `links`."""
    chain = [{"kind": link.kind, "recipient": link.recipient, "version": link.version, "public": _text(link.public),
              "verify": _text(link.verify), "signature": _text(link.signature)} for link in links]
    return _json({"format": FORMAT, "root": root.hex(), "chain": chain,
                  "signature": _text(signing.sign(private, signed_text(manifest)))})


def signed_text(manifest: bytes) -> bytes:
    return framed(PURPOSE, sha256(manifest).digest())


def to_key(files: Mapping[str, bytes], key: str) -> bytes:
    """The ZIP inside an age file. `files`: all of them, manifest and signature included. Raises BadKey."""
    whose, buffer = recipient(key), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(name, content)
    sealed: bytes = pyrage.encrypt(buffer.getvalue(), [whose])
    return sealed


def to_passphrase(files: Mapping[str, bytes], passphrase: str) -> bytes:
    """A ZIP whose files are sealed with AES-256 (WinZip's AE-2), as 7-Zip and others open it. Their names are not sealed: they
    tell nothing."""
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(passphrase.encode())
        for name, content in sorted(files.items()):
            archive.writestr(name, content)
    return buffer.getvalue()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=True).encode() + b"\n"


def _text(value: bytes) -> str:
    return b64encode(value).decode()
