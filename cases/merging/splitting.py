"""A report of two harms is worked as two cases, and one receipt reads how both go on. Each call is one transaction.

The second case has keys of its own and no conversation: staff write in the first, whose reporter also reads there what is told of
the second (cases.services), and whose answers about consent hold for both (cases.selectors.consent). Whatever ends the first ends
the second: withdrawal here, erasure and time in cases.retention, another unit in cases.triage.transfer. Walls stay the same on
both (cases.triage.walls). Which parts go over is for whoever can open them to say (cases.triage.splitting).

Order of locks: the first case, then the second.
"""
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from cases import deadlines, urgency
from cases.audit.services import actor, record
from cases.merging.models import Splitting
from cases.merging.selectors import Refusal
from cases.models import UNIT_ONLY, Case, Exclusion, StatusChange
from cases.notifications.services import tell_reporter
from cases.permissions import Staff
from cases.priority import Harm, rate
from cases.public_words import Said
from cases.selectors import parts_of
from cases.services import change_status, insert_with_fresh_ref, tell_status
from cases.vault.models import DataKey
from cases.workflow import Outcome, Source, Status


class SplitRefused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Part:
    """A second case before it exists: everything typed sealed under `key`, the reason for the row `splitting`. `talk`: a key that
    nothing is sealed under, for no case is without one."""
    id: UUID
    splitting: UUID
    key: DataKey
    talk: DataKey
    harm: Harm
    answers: bytes = field(repr=False)
    summary: bytes = field(repr=False)
    reason: bytes = field(repr=False)


@transaction.atomic
def open_part(*, of: Case, part: Part, by: Staff) -> Case:
    """The second case, with what is known in the clear and the walls of the first, which the caller has locked. It is in review
    and whoever has the first has it. The reporter is told."""
    now, facts = timezone.now(), replace(urgency.facts_of(of, seen=False), harm=part.harm)
    rule = rate(facts, urgency.rules())
    case = Case(
        id=part.id, submission=uuid4(), unit=of.unit, key=part.key, conversation_key=part.talk, split_of=of,
        reporter_public=bytes(of.reporter_public), answers=part.answers, summary=part.summary, harm=part.harm.value,
        age_band=of.age_band, age_band_then=of.age_band_then, child=of.child or facts.child, dangers=of.dangers,
        platforms=of.platforms, language=of.language, source=Source.SPLIT.value, wants_woman=of.wants_woman,
        restricted=of.restricted, conflict=of.conflict, status=Status.IN_REVIEW.value, priority=rule.level.value,
        priority_rule=rule.code, assignee_id=of.assignee_id, unread=False, opened_at=now)
    deadlines.start(case, now)
    insert_with_fresh_ref(case)
    StatusChange.objects.create(case=case, at=now, status=Status.IN_REVIEW.value, by_id=by.pk)
    for wall in Exclusion.objects.filter(case=of, lifted_at=None):
        Exclusion.objects.create(case=case, member_id=wall.member_id, cause=wall.cause, by_id=wall.by_id, at=wall.at)
    Splitting.objects.create(id=part.splitting, case=case, of=of, by_id=by.pk, at=now, reason=part.reason)
    record("case_split", subject=of.pk, actor=actor(by), into=case.pk)
    record("case_split_off", subject=case.pk, actor=actor(by), out_of=of.pk, unit=of.unit_id, rule=rule.code)
    tell_status(case=of, said=Said.IN_PARTS)
    tell_reporter(case=of)
    return case


@transaction.atomic
def note_undone(*, case: Case, by: Staff) -> bool:
    """The parts are back: from now on the two may be merged. False when a colleague was quicker."""
    standing = Splitting.objects.filter(case=case, undone_at=None)
    if not standing.update(undone_at=timezone.now(), undone_by_id=by.pk):
        return False
    record("split_undone", subject=case.pk, actor=actor(by), out_of=case.split_of_id)
    record("split_undone", subject=case.split_of_id, actor=actor(by), other=case.pk)
    return True


@transaction.atomic
def withdraw_parts(*, case_id: UUID) -> int:
    """The reporter withdrew the report: what was split from it is closed with it. Returns how many were."""
    first = Case.objects.defer(*UNIT_ONLY).filter(pk=case_id, outcome=Outcome.WITHDRAWN.value).first()
    parts = list(parts_of(first).defer(*UNIT_ONLY).exclude(status=Status.CLOSED.value)) if first else []
    for part in parts:
        change_status(case=part, to=Status.CLOSED, by=None, outcome=Outcome.WITHDRAWN)
    return len(parts)
