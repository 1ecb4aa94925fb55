"""How an opened inbox stays open from page to page without a cookie, a session or the receipt code.

Every inbox page carries what finds its receipt, sealed under our draft key, and posts it back with whatever it does. Where the
browser opens the messages itself, that is all. Where this process must, the reporter's own private key comes along. That is
acceptable because neither half is of use alone: the page holds ciphertext that only our key opens, and we hold the key but no
ciphertext; it meets its key in this process's memory for one request. It lasts half an hour, opens one conversation only
(never the report itself, which no reporter's key opens), and the code cannot be worked out of it.
"""
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from cases.intake import receipts, state
from cases.intake.models import Receipt
from cases.vault import aead

LIFETIME = 30 * 60                       # seconds since the page was made; each answer makes a new page
BELONGS = aead.framed(b"inbox", bytes([1]))


@dataclass(frozen=True)
class Visit:
    """`once` is the page's own id: what one page sends twice is done once."""
    receipt: Receipt
    locator: bytes = field(repr=False)          # 32 bytes, as derived
    private: bytes | None = field(repr=False)   # 32 bytes; None: the browser has it, and we do not
    once: UUID = field(default_factory=uuid4)


def seal(visit: Visit) -> str:
    """For a new page of the same visit."""
    private = visit.private.hex() if visit.private else ""
    return state.seal_record({"locator": visit.locator.hex(), "private": private, "once": uuid4().hex}, belongs=BELONGS)


def resume(sealed: str) -> Visit:
    """Within the transaction that answers the page. Raises state.Lost: too old, forged, another purpose's, or a receipt that
    has come to its end."""
    record = state.open_record(sealed, belongs=BELONGS, lifetime=LIFETIME)
    locator = bytes.fromhex(record["locator"])
    receipt = receipts.live(locator)
    if receipt is None:
        raise state.Lost
    return Visit(receipt, locator, bytes.fromhex(record["private"]) or None, UUID(record["once"]))
