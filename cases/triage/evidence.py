"""Files at the desk: what the case page lists, one file opened on purpose, and what a member says it is."""
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from cases.evidence import sandbox, selectors, services
from cases.evidence.models import Evidence, Exposure
from cases.evidence.near import near as near_files
from cases.models import Case
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.retention.selectors import being_erased
from cases.retention.services import TooLate, hold_for_authority
from cases.selectors import opened_by
from cases.triage.evidence_pictures import inline
from cases.units.models import Unit
from cases.units.selectors import colleagues_in, members_of
from cases.vault.keyring import Keyring
from cases.vault.parking import Locked

PAUSE_AFTER = 10                         # files opened in a day: from then on the page suggests a break
WEEK = timedelta(days=6)                 # and today


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


# --- what people had to see -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Seen:
    """Of one member: files opened today and in seven days, and how many of the latter were intimate or worse."""
    member: Any
    today: int = 0
    week: int = 0
    intimate: int = 0


@dataclass(frozen=True)
class UnitSeen:
    unit: Unit
    members: list[Seen] = field(default_factory=list)


def opened_today(member: Staff) -> int:
    return sum(row.opened for row in selectors.exposure_of(member, since=timezone.localdate()))


def exposed_today(units: list[Unit]) -> dict[UUID, int]:
    """How many files each member of these units opened today; who opened none is not in it."""
    rows = Exposure.objects.filter(member__in=colleagues_in(units).values("pk"), day=timezone.localdate())
    return dict(rows.values_list("member", "opened"))


def seen_in(units: list[Unit]) -> list[UnitSeen]:
    """Numbers only: which cases they were of is nobody's to look up here."""
    return [UnitSeen(unit, [_seen(member) for member in members_of(unit)]) for unit in units]


def _seen(member: Any) -> Seen:
    today = timezone.localdate()
    rows = Exposure.objects.filter(member_id=member.pk, day__gte=today - WEEK)
    week = rows.aggregate(opened=Sum("opened", default=0), intimate=Sum("intimate", default=0))
    return Seen(member, opened_today(member), week["opened"], week["intimate"])
