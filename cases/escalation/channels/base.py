"""What every way of reaching a platform has in common."""
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cases.escalation.notices import Notice


@dataclass(frozen=True)
class Outgoing:
    """One notice, ready to leave. `key` makes a repeated delivery recognisable as the same one; `at`: when it was frozen."""
    notice: Notice
    address: str
    language: str
    key: str
    at: datetime | None = None
    recipient: str = ""                          # the platform's name
    earlier: tuple[str, ...] = ()                # Message-IDs of what they were sent about it before, the oldest first
    reply_to: str = ""                           # where answers and bounces come in (escalation.replying); "": the role address
    with_letter: bool = False                    # the same as a PDF goes along
    pgp_key: str = ""                            # of the recipient: then it never leaves in clear


@dataclass(frozen=True)
class Proof:
    """What shows that it left: codes and digests, no content. `remote`: of each fingerprint that went, their id of it or ""."""
    details: dict[str, str] = field(default_factory=dict)
    remote: dict[str, str] = field(default_factory=dict)


class Channel(Protocol):
    def __call__(self, outgoing: Outgoing) -> Proof:
        """Send, or raise outbox.errors.Retry (try again) or Stop (a person must look)."""
        ...
