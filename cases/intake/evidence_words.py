"""What became of a file, in words for who sent it. Kind ones: whoever sends a wrong picture is not the one who did wrong."""
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.evidence import selectors
from cases.evidence.models import Evidence
from cases.models import Case

State, Why = Evidence.State, Evidence.Why
LOOKED_AT = "looked_at"
GONE = {State.DESTROYED, State.FAILED}
LOOKS_INTIMATE = _("Removed: it looks like an intimate picture that was reported. You did nothing wrong. A program saw that; "
                   "nobody here has looked at it.")
MAYBE_CHILD = _("Removed: it may show somebody under 18. You did nothing wrong. A program saw that; nobody here has looked at "
                "it.")
CHILD = _("Removed: it may show somebody under 18. You did nothing wrong. We destroyed it as soon as we saw that.")
UNREADABLE = _("It could not be read. Please send it another way: take a new screenshot, or tell us in words what it shows.")
BY_STATE: dict[str, str | Promise] = {
    State.ARRIVED: _("Arrived and sealed. Our program looks at it next."),
    State.KEPT: _("Kept, sealed for the team that handles your report."),
    LOOKED_AT: _("Somebody of the team that handles your report has looked at it."),
    State.LOCKED: _("Locked: it may show somebody under 18, so nobody opens it any more. You did nothing wrong."),
}
BY_WHY: dict[str, str | Promise] = {
    Why.OWN_FINGERPRINT: LOOKS_INTIMATE, Why.INTIMATE_LIST: LOOKS_INTIMATE, Why.CHILD_LIST: MAYBE_CHILD,
    Why.CHILD_CASE: _("Removed: a report about pictures of somebody under 18 takes no pictures. You did nothing wrong; nobody "
                      "here has looked at it."),
    Why.INTIMATE_CHILD: CHILD, Why.CHILD: CHILD,
    Why.INTIMATE: _("Removed: it showed something intimate. You did nothing wrong. We destroyed it as soon as we saw that."),
    Why.TOO_MANY: _("Not kept: your report has as many files as it can take. Write to us what this one shows."),
    Why.UNREADABLE: UNREADABLE, Why.TOO_LARGE: UNREADABLE,
    Why.GAVE_UP: _("We could not look at it. It is our fault, not yours: please send it once more."),
}


@dataclass(frozen=True)
class File:
    """`number` counts the report's files from the first; the number within a ticket tells nobody anything."""
    number: int
    at: datetime
    words: str | Promise
    bad: bool                                # it is not here any more


def files_of(case: Case) -> list[File]:
    """Newest first."""
    return [File(number, row.arrived_at, words(row), bad=row.state in GONE | {State.LOCKED})
            for number, row in enumerate(selectors.told(case), start=1)][::-1]


def words(row: selectors.Told) -> str | Promise:
    if row.state in GONE:
        return BY_WHY[row.why]
    return BY_STATE[LOOKED_AT if row.looked_at and row.state == State.KEPT else row.state]
