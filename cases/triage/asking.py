"""Asking whoever holds a match that a member may not see: a question with a sealed reason, answered yes, no, or "we will call".

Who asks learns nothing but the answers: not how many were asked, which unit, or about which case, unless that unit says yes. Who
is asked reads who asks and for which case.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.hashing.matches import of_case, standing
from cases.models import Case, Trace
from cases.notifications.models import Occasion
from cases.notifications.services import on_duty, tell_members
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, on_this_side, opened_by, opens, walled_off
from cases.services import lock_case
from cases.triage.matches import Reach, reach_of
from cases.triage.models import Question
from cases.triage.reading import seal_question
from cases.units.selectors import members_of
from cases.vault.models import DataKey

MOST = 200              # rows of the blind index that are looked at
ASKABLE = {Reach.UNIT, Reach.KEPT}


class NotYours(Exception):
    """The case is not open to this member, or no longer."""


class NothingToAsk(Exception):
    """Nobody else holds a match that this member could ask about."""


@dataclass(frozen=True)
class Asked:
    """What the case page says of questions asked for its sake. `refs`: of the cases whose units said yes."""
    at: datetime
    by: Staff
    answers: tuple[str, ...]
    refs: tuple[str, ...]


# --- asking -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def ask(*, case: Case, reason: str, by: Staff) -> int:
    """Ask each unit that holds a match, about the nearest one. Again: only units that were not asked. Returns how many were.

    Raises NotYours, NothingToAsk, KeyMissing (a unit has no key yet: then nobody was asked).
    """
    fresh = lock_case(case, alone=False)            # two who ask about one another's cases would wait for ever
    if not may(by, Permission.WORK_CASES) or not cases_for(by).filter(pk=fresh.pk).exists() or not opens(by, fresh):
        raise NotYours(fresh.ref)
    found = holders(fresh, by)
    if not found:
        raise NothingToAsk(fresh.ref)
    asked = set(Question.objects.filter(asking=fresh).values_list("about__unit", flat=True))
    new = [about for about in found if about.unit_id not in asked]
    for about in new:
        pk, key, sealed = seal_question(about, reason)
        put(about=about, asking=fresh, pk=pk, key=key, reason=sealed, by=by)
    return len(new)


def holders(case: Case, member: Staff) -> list[Case]:
    """Of each unit the case with the nearest match, else the newest that names the same account or link, of those that the member
    may not open and may know of."""
    sharing = Trace.objects.filter(tag__in=Trace.objects.filter(case=case).values("tag")).exclude(case=case)
    matches = of_case(standing(), case.pk).select_related("a__case__unit", "b__case__unit").order_by("distance", "pk")
    others = [match.b.case if match.a.case_id == case.pk else match.a.case for match in matches]
    others += [trace.case for trace in sharing.select_related("case__unit").order_by("-case__opened_at", "pk")[:MOST]]
    reach, nearest = reach_of(member, others), dict[UUID, Case]()
    for other in others:
        if other.pk != case.pk and reach[other.pk] in ASKABLE:
            nearest.setdefault(other.unit_id, other)
    return list(nearest.values())


def put(*, about: Case, asking: Case, pk: UUID, key: DataKey, reason: bytes, by: Staff) -> Question:
    question = Question.objects.create(id=pk, about=about, asking=asking, key=key, reason=reason, by_id=by.pk, at=timezone.now())
    record("match_asked", subject=asking.pk, actor=actor(by), question=question.pk, about=about.pk)
    tell_members(occasion=Occasion.ASKED, members=answerers(about, asking), case=about)
    return question


def answerers(about: Case, asking: Case) -> list[Staff]:
    """Who has the case and who is on duty, on this side of both cases' walls; who opens it, if any of them does."""
    has = on_this_side(about, members_of(about.unit).filter(pk=about.assignee_id))
    people = {person.pk: person for person in [*has, *on_duty(about)]}
    allowed = set(on_this_side(asking, members_of(about.unit)).values_list("pk", flat=True))
    near = [person for pk, person in people.items() if pk in allowed]
    return [person for person in near if opens(person, about)] or near


def asked_by(case: Case, member: Staff) -> Asked | None:
    """What was asked for the sake of this case; nothing about a case that does not exist for the member."""
    rows = list(Question.objects.filter(asking=case).exclude(about__in=walled_off(member).values("case"))
                .select_related("by", "about").order_by("at"))
    if not rows:
        return None
    answers = dict.fromkeys(row.get_answer_display() for row in rows if row.answer)
    refs = dict.fromkeys(row.about.ref for row in rows if row.answer == Question.Answer.YES)
    return Asked(rows[0].at, rows[0].by, tuple(answers), tuple(refs))


# --- being asked ------------------------------------------------------------------------------------------------------
def visible(member: Staff) -> QuerySet[Question]:
    """Questions about cases that exist for the member, for the sake of cases that are not behind a wall of theirs."""
    rows = Question.objects.filter(about__in=cases_for(member)).exclude(asking__in=walled_off(member).values("case"))
    return rows.select_related("about__unit", "asking__unit", "by", "answered_by")


def opened(rows: Iterable[Question], member: Staff) -> list[Question]:
    found = list(rows)
    doors = opened_by(member, [row.about for row in found])
    return [row for row in found if row.about_id in doors]


def waiting_for(member: Staff) -> list[Question]:
    """Those that nobody has answered and that the member could."""
    return opened(visible(member).filter(answer=""), member)


def answered_for(member: Staff, *, most: int) -> list[Question]:
    return opened(visible(member).exclude(answer="").order_by("-answered_at")[:most], member)


def questions_about(case: Case, member: Staff) -> list[Question]:
    return list(visible(member).filter(about=case))


@transaction.atomic
def answer(*, question: Question, answer: Question.Answer, by: Staff) -> Question:
    """Once: of two colleagues who answer, the first did. Whoever asked is told. Raises NotYours."""
    lock_case(question.about)
    fresh = visible(by).filter(pk=question.pk).first()
    if fresh is None or not may(by, Permission.WORK_CASES) or not opens(by, fresh.about):
        raise NotYours(str(question.pk))
    if not fresh.answer:
        fresh.answer, fresh.answered_by_id, fresh.answered_at = answer.value, by.pk, timezone.now()
        fresh.save(update_fields=["answer", "answered_by", "answered_at"])
        record("match_answered", subject=fresh.about_id, actor=actor(by), question=fresh.pk, answer=answer.value)
        tell_members(occasion=Occasion.REPLIED, members=on_this_side(fresh.asking, members_of(fresh.asking.unit))
                     .filter(pk=fresh.by_id), case=fresh.asking)
    return fresh
