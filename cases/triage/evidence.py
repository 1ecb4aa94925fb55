"""Files at the desk: what the case page lists, one file opened on purpose, and what a member says it is."""
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from cases.evidence import sandbox, selectors, services
from cases.evidence.models import Evidence
from cases.evidence.near import near as near_files
from cases.models import Case
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.retention.selectors import being_erased
from cases.retention.services import TooLate, hold_for_authority
from cases.selectors import opened_by
from cases.triage.evidence_pictures import inline
from cases.vault.keyring import Keyring
from cases.vault.parking import Locked


class Cover(StrEnum):
    """How much of a picture is shown."""
    BLURRED = "blurred"
    GREY = "grey"
    WHOLE = "whole"


@dataclass(frozen=True)
class Twin:
    """Nearly the same picture: of the case `ref`, that the reader opens. Without: `kept` for others of their unit, or another
    unit's. `same`: the very file."""
    ref: str = ""
    same: bool = False
    kept: bool = False


@dataclass(frozen=True)
class File:
    """`number` counts the files of the case from the first; `again` those of them that are the very same file."""
    number: int
    row: Evidence
    again: tuple[int, ...] = ()

    @property
    def opens(self) -> bool:
        return self.row.state == Evidence.State.KEPT


def files_of(case: Case, member: Staff) -> list[File]:
    rows = list(enumerate(selectors.evidence_of(case, member), start=1))
    alike: dict[str, list[int]] = {}
    for number, row in rows:
        alike.setdefault(row.sha256 or str(row.pk), []).append(number)
    return [File(number, row, tuple(each for each in alike[row.sha256 or str(row.pk)] if each != number))
            for number, row in rows]


def twins_of(evidence: Evidence, member: Staff) -> list[Twin]:
    """Where the same picture came before, by the rules of matches: a case that the member opens is named; of one that is kept for
    others, or another unit's, only that there is one. For the page of a case that they open themselves."""
    found = near_files(evidence)
    near = selectors.near_duplicates(evidence, member, found)
    doors, known = opened_by(member, {each.evidence.case for each in near}), dict[str, bool]()
    for each in near:
        if each.evidence.case_id in doors:
            known[each.evidence.case.ref] = known.get(each.evidence.case.ref, False) or each.same_file
    kept = [Twin(kept=True)] if any(each.evidence.case_id not in doors for each in near) else []
    elsewhere = [Twin()] if selectors.near_elsewhere(found, member) else []
    return [Twin(ref, same) for ref, same in known.items()] + kept + elsewhere


def shown(evidence: Evidence, cover: Cover, *, by: Staff, keyring: Keyring) -> str:
    """The picture as an address for <img>. Audited; counted as an exposure unless it is blurred. Raises as services.look, and
    Unreadable or Retry."""
    picture = services.look(evidence=evidence, by=by, keyring=keyring, blurred=cover == Cover.BLURRED)
    if cover == Cover.BLURRED:
        return inline(sandbox.blurred(picture.content), "image/jpeg")
    return inline(sandbox.grey(picture.content) if cover == Cover.GREY else picture.content, picture.media_type)


@transaction.atomic
def suspect_child(*, evidence: Evidence, by: Staff, keyring: Keyring | None) -> Evidence:
    """Somebody may be under 18 in it. What the written order wants preserved also keeps the case from being deleted, unless that
    was decided before: then the file goes with it (`is_going`).

    Raises NotForYou, NotNow; Locked without an open vault: a stolen session alone ends no file.
    """
    if keyring is None:
        raise Locked
    found = services.suspect_child(evidence=evidence, by=by, keyring=keyring)
    if found.state == Evidence.State.LOCKED:
        with suppress(TooLate):
            hold_for_authority(case=found.case, by=by)
        enqueue("retention.write_down")  # its tombstone, lest a backup that is restored opens it again
    return found


def is_going(case: Case) -> bool:
    """Whether the case is being deleted at this moment, with all its files."""
    return Case.objects.filter(being_erased(), pk=case.pk).exists()
