"""Reads with a rule: what a member may know of files, and what a reporter is told of theirs."""
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from cases.audit.models import Entry
from cases.evidence.instruction import Instruction, InstructionMissing
from cases.evidence.models import Evidence, Exposure
from cases.evidence.near import near
from cases.models import Case
from cases.permissions import Staff
from cases.priority import CHILD, IMAGE_HARMS, AgeBand, Harm
from cases.selectors import cases_for, walled_off

MOST_NEAR = 50
# what the public's database role reads
PUBLIC = ("id", "case", "ticket", "number", "state", "why", "kind", "arrived_at", "settled_at", "looked_at", "exported_at")


@dataclass(frozen=True)
class Near:
    """A file of another case. `bits`: of 128 that differ; `same_file`: byte for byte as it arrived."""
    evidence: Evidence
    bits: int
    same_file: bool


@dataclass(frozen=True)
class Told:
    """One file, as its reporter is told of it."""
    number: int
    state: Evidence.State
    why: str
    arrived_at: datetime
    looked_at: datetime | None = None


def takes_files(*, harm: Harm, age_now: AgeBand, age_then: AgeBand, child: bool = False) -> bool:
    """Whether a report may have files at all: never one about pictures in which a child is shown or may be."""
    of_a_child = child or bool({age_now, age_then} & CHILD)
    return harm != Harm.CHILD_IMAGERY and not (harm in IMAGE_HARMS and of_a_child)


def case_takes_files(case: Case) -> bool:
    return takes_files(harm=Harm(case.harm), age_now=AgeBand(case.age_band), age_then=AgeBand(case.age_band_then),
                       child=case.child)


def told(case: Case) -> list[Told]:
    """For the inbox, oldest first. Reads only what the public's database role may."""
    rows = Evidence.objects.filter(case=case.pk).only(*PUBLIC)
    return [Told(row.number, Evidence.State(row.state), row.why, row.arrived_at, row.looked_at) for row in rows]


def waits_to_be_asked_for(case: str = "pk") -> Exists:
    """A condition for querysets: a file was preserved by order, and whoever it is for has not had it. `case` names the column
    with the case's id. Reads only what the public's database role may."""
    return Exists(Evidence.objects.filter(case=OuterRef(case), state=Evidence.State.LOCKED, exported_at=None))


def evidence_of(case: Case, member: Staff) -> QuerySet[Evidence]:
    """What is known of the case's files, oldest first; none of a case that does not exist for the member."""
    return Evidence.objects.filter(case=case, case__in=cases_for(member)).defer("preserved").select_related("key")


def near_duplicates(evidence: Evidence, member: Staff, found: dict[UUID, int] | None = None) -> list[Near]:
    """The same screenshot, or nearly, in other cases that exist for the member; nearest first. Why so: docs/evidence.md.

    `found`: near(evidence), for who asks the other question too.
    """
    found = near(evidence) if found is None else found
    theirs = Evidence.objects.filter(pk__in=found, case__in=cases_for(member)).values_list("pk", flat=True)
    nearest = sorted((found[pk], pk) for pk in theirs)[:MOST_NEAR]
    rows = Evidence.objects.defer("preserved").select_related("case").in_bulk([pk for _bits, pk in nearest])
    return [Near(rows[pk], bits, same_file=rows[pk].sha256 == evidence.sha256) for bits, pk in nearest if pk in rows]


def near_elsewhere(found: dict[UUID, int], member: Staff) -> bool:
    """Whether a unit that the member is not in holds one of those near. Nothing is told from behind a wall."""
    theirs = Evidence.objects.filter(pk__in=found).exclude(case__in=cases_for(member))
    return theirs.exclude(case__in=walled_off(member).values("case")).exists()


def has_seen(evidence: Evidence, member: Staff) -> bool:
    """Whether the log says that this member opened the file, blurred or not."""
    read = Entry.objects.filter(event="evidence_read", subject=str(evidence.case_id), actor=str(member.pk))
    return read.filter(details__evidence=str(evidence.pk)).exists()


def called_intimate(member: Staff, *, since: datetime) -> int:
    """How many files the member called intimate, by the log."""
    ended = Entry.objects.filter(event="evidence_destroyed", actor=str(member.pk), at__gte=since)
    return ended.filter(details__why=Evidence.Why.INTIMATE.value).count()


def exposure_of(member: Staff, *, since: date) -> list[Exposure]:
    """Day by day, what a member had to see."""
    return list(Exposure.objects.filter(member_id=member.pk, day__gte=since))


def instruction() -> Instruction:
    """What becomes of a file that may show a child."""
    if settings.LEGAL_INSTRUCTION is None:
        raise InstructionMissing
    return settings.LEGAL_INSTRUCTION
