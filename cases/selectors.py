"""Reads with a rule: which cases exist for a member, and which of them they may open."""
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.models import BreakGlass, Case, Consent, Exclusion
from cases.permissions import Permission, Staff, may
from cases.public_words import Said
from cases.units.models import Membership

# Words that tell the reporter of something done with their yes: one of these answers must be a yes.
NEEDS: dict[Said, tuple[Consent.Act, ...]] = {
    Said.ASKED_PLATFORM: (Consent.Act.ASK_PLATFORM,), Said.PLATFORM_SAW_IT: (Consent.Act.ASK_PLATFORM,),
    Said.CLOSED_REFERRED: (Consent.Act.PASS_POLICE, Consent.Act.PASS_PTA, Consent.Act.PASS_CHILD, Consent.Act.PASS_HOTLINE,
                           Consent.Act.PASS_OTHER),
}
Person = TypeVar("Person", bound=AbstractBaseUser)


def cases_for(staff: Staff) -> QuerySet[Case]:
    """The cases of the member's own units, but none that they are excluded from; none without the permission.

    Whatever lists, counts, finds or opens cases for a member begins here, so that a wall has no second side.
    """
    if not may(staff, Permission.READ_CASES):
        return Case.objects.none()
    wall = Exclusion.objects.filter(case=OuterRef("pk"), member_id=staff.pk, lifted_at=None)
    return Case.objects.filter(~Exists(wall), unit__memberships__member_id=staff.pk)


def walled_off(staff: Staff) -> QuerySet[Exclusion]:
    """What the member is excluded from today."""
    return Exclusion.objects.filter(member_id=staff.pk, lifted_at=None)


def case_id_of(ref: str, staff: Staff) -> str:
    """The id of a case by its reference, for the log; empty when there is none, or none for this member. Tells nothing else."""
    found = Case.objects.filter(ref=ref.upper()).exclude(pk__in=walled_off(staff).values("case")).first()
    return str(found.pk) if found else ""


def opened_before(submissions: Iterable[UUID]) -> set[UUID]:
    """Those that have opened a case, of whichever unit: it says no more than that."""
    return set(Case.objects.filter(submission__in=list(submissions)).values_list("submission", flat=True))


def refs_of(subjects: Iterable[str]) -> dict[str, str]:
    """Of the log's subjects those that are cases → their reference. A case that was disposed of has none any more."""
    ids = [subject for subject in subjects if len(subject) == len(str(UUID(int=0)))]
    return {str(pk): ref for pk, ref in Case.objects.filter(pk__in=ids).values_list("pk", "ref")}


def on_this_side(case: Case, people: QuerySet[Person]) -> QuerySet[Person]:
    """`people` without those who are excluded from the case."""
    return people.exclude(pk__in=Exclusion.objects.filter(case=case, lifted_at=None).values("member"))


def opened_by(staff: Staff, cases: Iterable[Case]) -> dict[UUID, UUID | None]:
    """Of `cases` (from `cases_for`) those that the member may open; the value is the broken glass they do it by, if any.

    A case is open to its whole unit, with two exceptions: a restricted one only to who has it, and one whose reporter asked for
    a woman only to who has it and to the women of the unit. Broken glass opens either, for its while. At most two queries.
    """
    found: dict[UUID, UUID | None] = {}
    kept = []
    for case in cases:
        if case.assignee_id == staff.pk or not (case.restricted or case.wants_woman):
            found[case.pk] = None
        else:
            kept.append(case)
    if kept:
        woman_in = set(Membership.objects.filter(member_id=staff.pk, is_woman=True).values_list("unit_id", flat=True))
        found |= {case.pk: None for case in kept if not case.restricted and case.unit_id in woman_in}
        glass = BreakGlass.objects.filter(case__in=kept, member_id=staff.pk, until__gt=timezone.now())
        found = {**dict(glass.values_list("case_id", "pk")), **found}
    return found


def openers(case: Case, people: QuerySet[Person]) -> list[Person]:
    """Of `people` those who may open the case: the rule of `opened_by`, for many members and one case. At most three queries."""
    able = [person for person in on_this_side(case, people) if may(person, Permission.READ_CASES)]      # type: ignore[arg-type]   # members are Staff
    if not (case.restricted or case.wants_woman):
        return able
    women = Membership.objects.filter(unit=case.unit_id, is_woman=True) if not case.restricted else Membership.objects.none()
    glass = BreakGlass.objects.filter(case=case, until__gt=timezone.now())
    doors = {case.assignee_id, *women.values_list("member", flat=True), *glass.values_list("member", flat=True)}
    return [person for person in able if person.pk in doors]


def opens(staff: Staff, case: Case) -> bool:
    return case.pk in opened_by(staff, [case])


def consent(case: Case, act: Consent.Act) -> Consent | None:
    """The newest answer for an act, or None when it was never asked. Of a case that was split off: to the report it came from."""
    return Consent.objects.filter(case=first_of(case), act=act.value).order_by("-at").first()


def first_of(case: Case) -> UUID:
    """The id of the case that has the conversation: its own, or that which it was split from."""
    return case.split_of_id or case.pk


def parts_of(case: Case) -> QuerySet[Case]:
    """The cases that were split from this one, the oldest first. They go where it goes, in one transaction with it."""
    return Case.objects.filter(split_of=case.pk).order_by("opened_at", "pk")


def kin_of(case: Case) -> QuerySet[Case]:
    """The others that tell of the same report, the one with the conversation first."""
    first = first_of(case)
    return Case.objects.filter(Q(pk=first) | Q(split_of=first)).exclude(pk=case.pk).order_by(
        F("split_of").asc(nulls_first=True), "opened_at", "pk")


def agrees(case: Case, act: Consent.Act) -> bool:
    """True only for a plain yes: "ask me first" is a no until asked."""
    newest = consent(case, act)
    return newest is not None and newest.answer == Consent.Answer.YES


def agrees_to(case: Case, act: Consent.Act, recipient: str, *, general: bool) -> bool:
    """The same for one authority, by its slug: the newest answer is a yes, and it or one before it, with no other answer since,
    named that authority. `general`: the question as the report asks it names it too."""
    for given in Consent.objects.filter(case=first_of(case), act=act.value).order_by("-at").only("answer", "recipient"):
        if given.answer != Consent.Answer.YES:
            return False
        if given.recipient == recipient or general and not given.recipient:
            return True
    return False


def agreed(case: Case, said: Said) -> bool:
    """Whether the reporter's answers allow what the words tell of."""
    needed = NEEDS.get(said, ())
    return not needed or any(agrees(case, act) for act in needed)
