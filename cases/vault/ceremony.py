"""The ceremony's arithmetic: a root that signs first keys and a recovery key, locked under a secret that people share. Pure.

Nothing here touches a database: it runs on a machine that is never connected, over files of JSON. The script for the room is
docs/how-to/recovery-ceremony.md, the format docs/envelope.md. Shares are SLIP-39 mnemonics (33 words for 256 bits).
"""
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share

from cases.vault import aead, hpke, pages, signing
from cases.vault.signing import Link

THRESHOLD, SHARES = 3, 5
RECOVERY = "recovery"           # recipient kind and name of the recovery key; it has one version
Document = dict[str, Any]       # JSON: bytes in hex


class ShareRefused(Exception):
    """What was typed is no share, or none of this ceremony. The message can be read out in the room."""


class FileRefused(Exception):
    """A file is not what the command asks for. The message says why."""


@dataclass(frozen=True)
class Opened:
    """The ceremony's private halves, 32 bytes each, while the shares lie on the table."""
    root: bytes = field(repr=False)
    recovery: bytes = field(repr=False)


# --- beginning --------------------------------------------------------------------------------------------------------
def begin(*, threshold: int = THRESHOLD, shares: int = SHARES) -> tuple[Document, list[str]]:
    """The locked file, which says nothing without the shares, and the shares."""
    secret, root, (recovery, recovery_public) = os.urandom(32), os.urandom(32), hpke.new_pair()
    root_public = signing.verify_key(root)
    locked = aead.seal(secret, root + recovery, belongs=_belongs(root_public, recovery_public))
    document = {"version": 1, "threshold": threshold, "shares": shares, "root_public": root_public.hex(),
                "recovery_public": recovery_public.hex(), "locked": locked.hex()}
    return document, generate_mnemonics(1, [(threshold, shares)], secret)[0]


# --- opening ----------------------------------------------------------------------------------------------------------
def share(typed: str, *, before: Sequence[str] = ()) -> str:
    """One share as it was typed, tidied. Raises ShareRefused: misspelt, of another ceremony, or given before."""
    text = " ".join(typed.lower().split())
    try:
        read = Share.from_mnemonic(text)
    except MnemonicError as error:
        raise ShareRefused(f"These words are not a share ({error}). Compare them with the paper, word by word.") from error
    for other in map(Share.from_mnemonic, before):
        if other.identifier != read.identifier:
            raise ShareRefused("This is a share of another ceremony than the one before it.")
        if other.index == read.index:
            raise ShareRefused("This share was given already. Another person's is needed.")
    return text


def unlock(locked: Document, shares: Sequence[str]) -> Opened:
    """Raises ShareRefused when they are too few, or not of this file."""
    if len(shares) < locked["threshold"]:
        raise ShareRefused(f"{len(shares)} shares are too few: {locked['threshold']} are needed.")
    belongs = _belongs(bytes.fromhex(locked["root_public"]), bytes.fromhex(locked["recovery_public"]))
    try:
        plain = aead.open_blob(combine_mnemonics(shares), bytes.fromhex(locked["locked"]), belongs=belongs)
    except (MnemonicError, aead.OpenFailed) as error:
        raise ShareRefused("These shares do not open this file. Do they belong to the same ceremony?") from error
    return Opened(plain[:32], plain[32:])


# --- using ------------------------------------------------------------------------------------------------------------
def sign(opened: Opened, request: Document) -> Document:
    """The root's signature on each key of a request."""
    links = [_link(each) for each in _asked(request, "sign")]
    return {"version": 1, "kind": "signatures", "keys": [
        {"kind": link.kind, "recipient": link.recipient, "version": link.version,
         "signature": signing.sign(opened.root, link.message).hex()} for link in links]}


def fingerprint_of(key: Document) -> str:
    """Of one key of a request, as its holders read it aloud: of what will be signed, not of what the request calls it."""
    return signing.fingerprint(_link(key).message)


def hand_over(opened: Opened, request: Document) -> Document:
    """Each unit key of a request, opened with the recovery key and sealed to the member at once: nobody in the room sees it."""
    return {"version": 1, "kind": "grants", "grants": [_grant(opened, each) for each in _asked(request, "restore")]}


def _grant(opened: Opened, asked: Document) -> Document:
    unit, key, member = (UUID(asked[name]) for name in ("unit", "key", "member"))
    info = recovery_context(unit=unit, key=key)
    try:
        private = hpke.open_blob(opened.recovery, bytes.fromhex(asked["sealed"]), info=info)
    except hpke.OpenFailed as error:
        raise FileRefused(f"The key of {asked['name']} was not sealed to this ceremony.") from error
    info = grant_context(unit=unit, key=key, member=member, version=asked["key_version"])
    public = bytes.fromhex(asked["member_public"])
    return {"unit": str(unit), "key": str(key), "member": str(member), "sealed": hpke.seal(public, private, info=info).hex(),
            "vouched": signing.vouch(private, member, public).hex()}


def release(opened: Opened, request: Document) -> bytes:
    """A file that was locked and preserved by order, opened with the recovery key."""
    case, file = UUID(request["case"]), UUID(request["file"])
    try:
        secret = hpke.open_blob(opened.recovery, bytes.fromhex(request["sealed"]), info=preserved_context(case=case, file=file))
        return pages.join(secret, [bytes.fromhex(page) for page in request["pages"]], case=case, record=file)
    except aead.OpenFailed as error:
        raise FileRefused("This file was not sealed to this ceremony, or pages of it are missing.") from error


def preserved_context(*, case: UUID, file: UUID) -> bytes:
    """HPKE `info` of the key of a file that may show a child (cases.evidence)."""
    return hpke.context("evidence", scope=case, key=file, kind=RECOVERY, recipient=RECOVERY, version=1)


def recovery_context(*, unit: UUID, key: UUID) -> bytes:
    return hpke.context("unit-key", scope=unit, key=key, kind=RECOVERY, recipient=RECOVERY, version=1)


def grant_context(*, unit: UUID, key: UUID, member: UUID, version: int) -> bytes:
    return hpke.context("unit-key", scope=unit, key=key, kind="member", recipient=str(member), version=version)


def _asked(request: Document, kind: str) -> list[Document]:
    if request.get("version") != 1 or request.get("kind") != kind:
        raise FileRefused(f"This is not a request to {kind}.")
    return list(request["keys"])


def _link(key: Document) -> Link:
    return Link(key["kind"], key["recipient"], key["version"], bytes.fromhex(key["public"]), bytes.fromhex(key["verify"]), b"")


def _belongs(root_public: bytes, recovery_public: bytes) -> bytes:
    return aead.framed(b"ceremony", root_public, recovery_public)
