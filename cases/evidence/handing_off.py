"""What the member reads, and hands to the right body, after a file was locked because it may show a child.

Facts only, in the reader's language: nothing here describes the picture, and nothing here decides (PECA 2016, section 22).
"""
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cases.evidence.models import Evidence
from cases.models import Case
from cases.priority import Body

OF_A_CHILD = {Evidence.Why.CHILD, Evidence.Why.INTIMATE_CHILD, Evidence.Why.CHILD_LIST}


@dataclass(frozen=True)
class HandOff:
    """`codes`: name → value, to be shown left to right. `duties`: for whoever hands it over, not part of the letter."""
    to: str
    subject: str
    lines: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    duties: tuple[str, ...]


def hand_off(evidence: Evidence, case: Case) -> HandOff:
    """For a file that was locked or destroyed because somebody suspected a child, or because it is on a list of child imagery.
    The caller has the case from `cases_for`."""
    what_became = {
        Evidence.State.DESTROYED: _("As our legal department ordered in writing, it was destroyed at once. Its fingerprints are "
                                    "below."),
        Evidence.State.LOCKED: _("As our legal department ordered in writing, it was locked at once. Nobody here can open it; "
                                 "three holders of the recovery key together can, for you."),
    }[Evidence.State(evidence.state)]
    if evidence.why == Evidence.Why.INTIMATE_CHILD:
        what_became = _("A colleague had called it intimate a moment before, and it was destroyed for that. Its fingerprints "
                        "are below.")
    found = {
        Evidence.Why.CHILD: _("On %(day)s a member of our staff suspected that a file shows a person under 18. A reporter whom "
                              "we do not know by name had added it to a report."),
        Evidence.Why.CHILD_LIST: _("On %(day)s a program found that a file is on a list of child imagery. A reporter whom we do "
                                   "not know by name had added it to a report; nobody here has seen it."),
    }[Evidence.Why.CHILD_LIST if evidence.why == Evidence.Why.CHILD_LIST else Evidence.Why.CHILD]
    day = date_format(localtime(evidence.settled_at), "DATE_FORMAT") if evidence.settled_at else ""
    return HandOff(
        to=_to(case), subject=_("A file that may show a person under 18"),
        lines=(found % {"day": day}, what_became,
               _("We ask you to take this up under section 22 of the Prevention of Electronic Crimes Act 2016.")),
        codes=((_("Our reference"), case.ref), (_("File"), str(evidence.pk)), (_("Legal instruction"), evidence.letter),
               ("SHA-256", evidence.sha256), ("PDQ", evidence.pdq)),
        duties=(_("Do not copy, photograph or describe the picture, and do not look for it elsewhere."),
                _("Addresses of pages with such pictures go to the Internet Watch Foundation as well, through its portal for "
                  "Pakistan."),
                _("Tell your supervisor if you want to speak with somebody about what you saw.")))


def _to(case: Case) -> str:
    """Never the body that the accused may work for."""
    if case.conflict == Body.CYBERCRIME:
        return _("Police, the officer in charge of crimes against children")
    return _("National Cyber Crime Investigation Agency, 1799")
