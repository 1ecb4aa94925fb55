"""What of a notice or a referral is before a partner body, for the unit that put it there."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cases.audit import presenters
from cases.coordination.models import Body, Shown
from cases.coordination.selectors import WAITS, body_for, looks
from cases.coordination.services import BY_HAND
from cases.escalation.models import Escalation
from cases.models import Case
from cases.referral.models import Referral
from cases.vault.bodies import is_open


@dataclass(frozen=True)
class Partner:
    """`there`: it is before them now. `can`: it could be put there. `looks`: who opened it when, the newest first."""
    body: Body
    rows: list[Shown]
    looks: list[tuple[str, datetime]]
    open: bool
    can: bool

    @property
    def there(self) -> bool:
        return any(row.ended_at is None for row in self.rows)


def of_notice(one: Escalation, *, case: Case) -> Partner | None:
    waits = one.state == Escalation.State.REQUESTED and one.channel.kind in BY_HAND
    return _partner(body_for(case, escalation=one), one.shown.all(), can=waits or one.state in WAITS)


def of_referral(one: Referral, *, case: Case) -> Partner | None:
    return _partner(body_for(case, referral=one), one.shown.all(), can=one.state == Referral.State.READY)


def _partner(body: Body | None, shown: Iterable[Shown], *, can: bool) -> Partner | None:
    """None where no body has a desk here for this."""
    if body is None:
        return None
    rows = list(shown.select_related("by", "collected__by"))            # type: ignore[attr-defined]   # a relation's
    seen = looks(rows) if rows else []
    names = presenters.people(seen)
    opens = is_open(body.pk)
    return Partner(body, rows, [(names[entry.actor], entry.at) for entry in seen], open=opens, can=can and opens)
