"""Which public keys one may seal to: those whose chain of signatures ends at settings.ROOT_PUBLIC_KEY."""
from base64 import b64encode
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction

from cases.audit.services import record
from cases.units.models import Unit
from cases.vault import signing
from cases.vault.models import BodyKey, UnitKey, WorkerKey
from cases.vault.signing import KeyMissing, KeyRefused, Link, fingerprint

__all__ = ["WORKER", "KeyMissing", "KeyRefused", "Link", "anchor", "as_data", "chain", "fingerprint",
           "is_open", "link", "predates_signatures", "sign", "trusted", "trusted_body",
           "trusted_worker", "worker_chain", "worker_is_open"]

WORKER = "worker"
Key = UnitKey | WorkerKey | BodyKey


def trusted(unit: Unit) -> UnitKey:
    """The newest version of the unit's key, checked; KeyMissing if it has none, KeyRefused if its chain does not hold."""
    rows = list(UnitKey.objects.filter(unit=unit).order_by("version"))
    _check(rows)
    return rows[-1]


def trusted_worker() -> WorkerKey:
    """The same for the worker."""
    rows = list(WorkerKey.objects.order_by("version"))
    _check(rows)
    return rows[-1]


def trusted_body(body: UUID) -> BodyKey:
    """The same for a partner body."""
    rows = list(BodyKey.objects.filter(body=body).order_by("version"))
    _check(rows)
    return rows[-1]


def is_open(unit: Unit) -> bool:
    """Whether anything can be sealed to the unit. Not before its first members have keys and the ceremony has signed."""
    try:
        return bool(trusted(unit))
    except KeyMissing:
        return False


def worker_is_open() -> bool:
    try:
        return bool(trusted_worker())
    except KeyMissing:
        return False


def chain(unit: Unit) -> list[Link]:
    """What a sealer elsewhere needs to check the unit's key for itself: the version the root signed last, and all after it."""
    return _links(list(UnitKey.objects.filter(unit=unit).order_by("version")))


def worker_chain() -> list[Link]:
    return _links(list(WorkerKey.objects.order_by("version")))


def as_data(links: Iterable[Link]) -> list[dict[str, str | int]]:
    """For a page: plain values, bytes in base64."""
    return [{"kind": each.kind, "recipient": each.recipient, "version": each.version, "public": b64encode(each.public).decode(),
             "verify": b64encode(each.verify).decode(), "signature": b64encode(each.signature).decode()} for each in links]


def subject(key: Key) -> tuple[str, str]:
    """What kind of recipient the key is of, and which."""
    if isinstance(key, WorkerKey):
        return WORKER, WORKER
    return ("unit", str(key.unit_id)) if isinstance(key, UnitKey) else ("body", str(key.body))


def link(key: Key) -> Link:
    kind, recipient = subject(key)
    return Link(kind, recipient, key.version, bytes(key.public), bytes(key.verify), bytes(key.signature))


def sign(key: Key, *, before: bytes | None) -> None:
    """Sign a new version, not yet saved, by the private half of the one before.

    Without one it waits for the ceremony, unless the root is kept here, as in a demonstration.
    """
    signer = before or settings.ROOT_SEED
    if signer:
        key.signature, key.anchored = signing.sign(signer, link(key).message), before is None


def predates_signatures(key: Key) -> bool:
    """Made by a version of the portal that signed nothing. It opens what was sealed to it, but nothing could check what it signs:
    a new version has to follow, and the ceremony signs that one."""
    return not key.verify


@transaction.atomic
def anchor(key: Key, signature: bytes, *, actor: str) -> None:
    """Keep the root's signature on a version. Raises KeyRefused if it is none."""
    if not signing.verifies(settings.ROOT_PUBLIC_KEY, signature, link(key).message):
        raise KeyRefused(f"{key}: not signed by the root")
    key.signature, key.anchored = signature, True
    key.save(update_fields=["signature", "anchored"])
    record("key_signed", subject=subject(key)[1], actor=actor, version=key.version)


def _check(rows: list[UnitKey] | list[WorkerKey] | list[BodyKey]) -> None:
    signing.check(_links(rows), settings.ROOT_PUBLIC_KEY)


def _links(rows: list[UnitKey] | list[WorkerKey] | list[BodyKey]) -> list[Link]:
    """A chain may begin later than at version 1: after a loss, or to keep it short, the root signs a later one."""
    links = [link(row) for row in rows]
    begins = max((at for at, row in enumerate(rows) if row.anchored), default=0)
    return links[begins:]
