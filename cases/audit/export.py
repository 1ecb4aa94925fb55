"""A piece of the log to hand over: JSON lines with a detached signature, in one ZIP file.

Signed with ECDSA P-256 (FIPS 186-5) by a key of the desk's own, not with the checkpoints' key: that one lies with the worker,
where no page can ask for it, and must sign nothing but heads of the chain. So the signature says "this desk gave this out", and
the newest checkpoint inside, signed by the worker, ties it to the chain; `verify_export` compares both. Without our program:

    openssl dgst -sha256 -verify key.pem -signature audit.jsonl.sig audit.jsonl
"""
import io
import json
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from cases.audit import chain, witness
from cases.audit.models import AuditLink, Checkpoint, Entry

LINES, SIGNATURE, KEY = "audit.jsonl", "audit.jsonl.sig", "key.pem"
PURPOSE = b"mehfooz-audit-export-1"
P256 = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551      # of P-256 (FIPS 186-5, SP 800-186)
MOST = 20_000               # entries in one file: about 10 MB in memory


class NotAnExport(Exception):
    """The file is not what `pack` makes, or its signature does not hold. The message says which."""


@dataclass
class Comparison:
    """An export beside the log of today, by line numbers of the file (the first line is its heading)."""
    entries: int = 0
    unlike: list[int] = field(default_factory=list)         # the log says something else, or knows no such entry
    moved: list[int] = field(default_factory=list)          # linked elsewhere than when it was given out
    checkpoint_gone: bool = False                           # the checkpoint inside is not in the log any more

    @property
    def sound(self) -> bool:
        return not (self.unlike or self.moved or self.checkpoint_gone)


def pack(entries: Iterable[Entry], *, by: str, at: datetime, question: dict[str, Any]) -> bytes:
    """The ZIP file. `question` is what was asked for, in ids, codes and dates; `by` the auditor's id."""
    rows = list(entries)
    links = {link.entry: link for link in AuditLink.objects.filter(entry__in=[row.pk for row in rows])}
    point = Checkpoint.objects.order_by("-position").first()
    heading = {"export": 1, "at": chain.instant(at), "by": by, "question": question, "entries": len(rows),
               "checkpoint": witness.line(point) if point else ""}
    lines = [json.dumps(heading, sort_keys=True, default=str), *(_line(row, links.get(row.pk)) for row in rows)]
    text = "".join(f"{line}\n" for line in lines).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(LINES, text)
        file.writestr(SIGNATURE, _key().sign(text, ec.ECDSA(hashes.SHA256())))
        file.writestr(KEY, public_pem())
    return packed.getvalue()


def _line(entry: Entry, link: AuditLink | None) -> str:
    return json.dumps({"position": link.position if link else None, "hash": bytes(link.hash).hex() if link else "",
                       "entry": json.loads(canonical(entry))}, sort_keys=True, separators=(",", ":"))


def canonical(entry: Entry) -> bytes:
    return chain.canonical(id=entry.pk, at=entry.at, event=entry.event, subject=entry.subject, actor=entry.actor,
                           details=entry.details)


def unpack(packed: bytes, public: bytes) -> list[dict[str, Any]]:
    """Heading and entries of a file whose signature holds under `public` (PEM). Raises NotAnExport."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as file:
            text, signature = file.read(LINES), file.read(SIGNATURE)
        key = serialization.load_pem_public_key(public)
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, RuntimeError, EOFError) as error:
        raise NotAnExport("this is no export of ours, or no key") from error
    try:
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise NotAnExport("the key is of another kind")
        key.verify(signature, text, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise NotAnExport("the signature does not hold: the file was changed, or another desk gave it out") from error
    lines: list[dict[str, Any]] = [json.loads(line) for line in text.decode().splitlines()]
    if lines[0]["entries"] != len(lines) - 1:
        raise NotAnExport("the heading counts other entries than follow")
    return lines


def compare(lines: list[dict[str, Any]]) -> Comparison:
    """What an export says beside what the log says today."""
    heading, *told = lines
    found = Comparison(entries=len(told))
    entries = Entry.objects.in_bulk([UUID(line["entry"]["id"]) for line in told])
    links = {link.entry: link for link in AuditLink.objects.filter(entry__in=list(entries))}
    for number, line in enumerate(told, 2):
        pk = UUID(line["entry"]["id"])
        if pk not in entries or json.loads(canonical(entries[pk])) != line["entry"]:
            found.unlike.append(number)
        link = links.get(pk)
        if line["hash"] and (link is None or (link.position, bytes(link.hash).hex()) != (line["position"], line["hash"])):
            found.moved.append(number)
    if heading["checkpoint"]:
        position, _at, digest, _signature = heading["checkpoint"].split()
        found.checkpoint_gone = not Checkpoint.objects.filter(position=position, hash=bytes.fromhex(digest)).exists()
    return found


def public_pem() -> bytes:
    """What whoever checks our exports needs."""
    return _key().public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    """Derived from a secret that only the desk holds, so that there is none more to keep. 64 bits more than the order: no bias
    (FIPS 186-5, A.2.1)."""
    seed = HKDF(hashes.SHA256(), 40, salt=None, info=PURPOSE).derive(settings.BLIND_INDEX_KEY)
    return ec.derive_private_key(int.from_bytes(seed, "big") % (ORDER - 1) + 1, P256)
