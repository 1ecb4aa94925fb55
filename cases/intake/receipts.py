"""Receipts: what a receipt code finds. The code is stored nowhere.

A `Lock` is made by `make_lock` on the server, or by whoever else holds the code: a browser can make one as well, and
then this process never sees the code. Either way `issue` keeps it and `find` opens it.
"""
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from cases.evidence.selectors import case_takes_files
from cases.intake.models import Receipt
from cases.models import UNIT_ONLY, Case
from cases.retention.selectors import being_erased
from cases.vault import hpke, receipt as codes, turnstile
from cases.vault.aead import OpenFailed

__all__ = ["LIFETIME", "Found", "Lock", "NoReceipt", "derive", "find", "issue", "live", "make_lock", "show", "takes_files"]

LIFETIME = timedelta(days=180)           # after the case was closed; an open case's receipt never ends


class NoReceipt(Exception):
    """No receipt answers to this code: mistyped, expired, or never given."""


@dataclass(frozen=True)
class Lock:
    """The reporter's key pair as the server keeps it: how to find it, its public half, its private half under the code."""
    locator: bytes = field(repr=False)           # 32 bytes, from codes.derive
    public: bytes = field(repr=False)            # 65 bytes
    locked: bytes = field(repr=False)            # codes.lock(unlock, private)
    salt_version: int = 1


@dataclass(frozen=True)
class Found:
    receipt: Receipt
    locator: bytes = field(repr=False)           # 32 bytes: what `show` needs
    private: bytes = field(repr=False)           # 32 bytes: opens the conversation key (vault.unseal.key_for_reporter)


def make_lock(code: str) -> Lock:
    """A new pair, locked under `code`. Takes 0.2 s: call it outside a transaction. Raises turnstile.Busy, codes.CodeMalformed."""
    version = max(settings.RECEIPT_SALTS)
    derived = turnstile.derive(code, settings.RECEIPT_SALTS[version])
    private, public = hpke.new_pair()
    return Lock(derived.locator, public, codes.lock(derived.unlock, private), version)


def nobodys_lock() -> Lock:
    """For a report whose reporter gets no code: the private half of the pair is thrown away."""
    _private, public = hpke.new_pair()
    return Lock(b"", public, b"")


def issue(*, case: Case, lock: Lock) -> Receipt:
    """Keep a lock for its case, in the transaction that opens it; what else belongs to the case is inserted after it."""
    receipt = Receipt.objects.create(case=case, locator=codes.locator_digest(lock.locator), locked=lock.locked,
                                     salt_version=lock.salt_version)
    show(lock.locator)
    return receipt


def derive(typed: str) -> list[codes.Derived]:
    """What to look for, under every salt still in use. Takes 0.2 s for each: call it outside a transaction.

    Raises turnstile.Busy, codes.CodeMalformed. A wrong code costs what a right one costs, as nothing is asked before.
    """
    return [turnstile.derive(typed, salt) for salt in settings.RECEIPT_SALTS.values()]


def find(derived: Iterable[codes.Derived]) -> Found:
    """The receipt and the reporter's private key, shown until the caller's transaction ends. Raises NoReceipt."""
    for one in derived:
        if receipt := live(one.locator):
            try:
                return Found(receipt, one.locator, codes.unlock_private(one.unlock, receipt.locked))
            except OpenFailed as error:          # a damaged row: as good as none to the reader
                raise NoReceipt from error
    raise NoReceipt


def live(locator: bytes) -> Receipt | None:
    """The receipt that is found with it, unless its time is over or its case is being erased; shown until the caller's
    transaction ends.

    What is compared in the database are digests, so the time it takes says nothing of how near a guess came.
    """
    show(locator)
    lasts = Q(case__closed_at=None) | Q(case__closed_at__gt=timezone.now() - LIFETIME)
    whole = Receipt.objects.select_related("case__unit", "case__conversation_key").defer(*(f"case__{name}" for name in UNIT_ONLY))
    return whole.filter(lasts, ~being_erased("case_id"), locator=codes.locator_digest(locator)).first()


def takes_files(locator: bytes, case: UUID) -> bool:
    """Of a report that was sent before: whether files may be added to it, by what was kept then and not by what is said now."""
    with transaction.atomic():
        receipt = live(locator)
        return receipt is not None and receipt.case_id == case and case_takes_files(receipt.case)


def show(locator: bytes) -> None:
    """From here until the transaction ends, the public's database role sees this receipt and its conversation, and no other
    (portal.dbroles). The database hashes what it is given: the digests that it stores open nothing."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('portal.locator', %s, true)", [locator.hex()])
