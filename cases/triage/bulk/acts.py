"""What each act asks of a case, does to it, and undoes. `check` writes nothing and takes no lock: the dry run asks it of each
case and the run asks it again before it acts. The work is done by the services of the case page, which check for themselves.
"""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model

from cases.escalation.models import Escalation
from cases.flood import services as flood
from cases.flood.models import Fold
from cases.merging import services as merging
from cases.merging.selectors import in_step, unfit
from cases.models import Case, Exclusion, Label, Labelled
from cases.permissions import Permission, Staff, may
from cases.priority import Level
from cases.public_words import Said
from cases.selectors import agreed, cases_for
from cases.services import NoConversation, NotAMember, Stale, WomanAsked, put_back_priority, set_priority
from cases.triage import labelling, services
from cases.triage.blanks import Filled, blanks_in
from cases.triage.bulk.reasons import Left, Why, merge_code
from cases.triage.facts import facts_of
from cases.triage.models import BulkRow, BulkRun, Reply
from cases.triage.moves import Move, moves_from
from cases.triage.offering import filled, written
from cases.triage.selectors import platform_names
from cases.units.models import Membership
from cases.workflow import Status, TransitionRefused

Act = BulkRun.Act
Params = Mapping[str, Any]
Before = dict[str, Any]
REFUSED_AS = {NotAMember: Why.NOT_MEMBER, NoConversation: Why.PART, WomanAsked: Why.WOMAN, Stale: Why.CHANGED,
              services.NotYours: Why.THEIRS,
              services.NotAgreed: Why.NOT_AGREED, services.NeedsSecond: Why.SECOND,
              labelling.NotOfTheUnit: Why.OTHER_UNIT, flood.NotCalm: Why.NOT_CALM, TransitionRefused: Why.TABLE}


class Look:
    """One member, one act, and what is asked for once however many cases there are."""

    def __init__(self, params: Params, by: Staff, *, sealed: bool = False) -> None:
        """`sealed`: what is to be written lies in the rows already."""
        self.params, self.by, self.sealed = params, by, sealed

    @cached_property
    def to(self) -> Any:
        """Whom the cases are given to; None is nobody. Raises Left for a member who has gone."""
        if not self.params.get("to"):
            return None
        member = get_user_model().objects.filter(pk=self.params["to"], is_active=True).defer("password").first()
        if member is None:
            raise Left(Why.NOT_MEMBER)
        return member

    @cached_property
    def seats(self) -> dict[UUID, bool]:
        """Unit → whether that member is known there as a woman."""
        return dict(Membership.objects.filter(member=self.to).values_list("unit_id", "is_woman"))

    @cached_property
    def walls(self) -> set[UUID]:
        return set(Exclusion.objects.filter(member=self.to, lifted_at=None).values_list("case_id", flat=True))

    @cached_property
    def reply(self) -> Reply:
        """Raises Left for one that is offered no more."""
        found = Reply.objects.filter(pk=self.params["reply"], retired_at=None).first()
        if found is None:
            raise Left(Why.GONE)
        return found

    @cached_property
    def platforms(self) -> dict[str, dict[str, str]]:
        return platform_names()

    def letter(self, case: Case) -> Filled:
        """What the reporter of the case would read."""
        if not blanks_in(written(self.reply, case.language)):
            return filled(self.reply, case.language, {})
        notices = list(Escalation.objects.filter(case=case).select_related("platform").order_by("requested_at"))
        facts = facts_of(case, case.language, escalations=notices, platforms=self.platforms.get(case.language))
        return filled(self.reply, case.language, facts)

    @cached_property
    def leading(self) -> Case:
        """Raises Left when the leading case is not theirs (any more)."""
        found = cases_for(self.by).defer("answers", "summary").filter(pk=self.params["into"]).first()
        if found is None:
            raise Left(Why.GONE)
        return found

    @cached_property
    def label(self) -> Label:
        """Raises Left when no case is given it any more; taken off cases it still is."""
        found = Label.objects.filter(pk=self.params["label"]).first()
        if found is None:
            raise Left(Why.GONE)
        return found

    @cached_property
    def labelled(self) -> set[UUID]:
        return set(Labelled.objects.filter(label=self.label).values_list("case_id", flat=True))

    @property
    def next_check(self) -> datetime | None:
        typed = self.params.get("next_check")
        return datetime.fromisoformat(typed) if typed else None


# --- what speaks against it -------------------------------------------------------------------------------------------
def check_assign(case: Case, look: Look) -> str:
    supervises = may(look.by, Permission.SUPERVISE)
    if case.assignee_id == (look.to.pk if look.to else None):
        return Why.SAME
    if case.assignee_id not in {None, look.by.pk} and not supervises:
        return Why.THEIRS
    if case.restricted and look.to and not supervises:
        return Why.KEPT
    if look.to is None:
        return ""
    if case.unit_id not in look.seats or case.pk in look.walls or not may(look.to, Permission.WORK_CASES):
        return Why.NOT_MEMBER
    return Why.WOMAN if case.wants_woman and not look.seats[case.unit_id] else ""


def check_take(case: Case, look: Look) -> str:
    """Taking from a colleague is no bulk act, for a supervisor neither."""
    return Why.THEIRS if case.assignee_id not in {None, look.by.pk} else check_assign(case, look)


def check_priority(case: Case, look: Look) -> str:
    return Why.SAME if case.priority == look.params["level"] else ""


def check_label(case: Case, look: Look) -> str:
    if look.label.unit_id not in {None, case.unit_id}:
        return Why.OTHER_UNIT
    return Why.SAME if case.pk in look.labelled else ""


def check_unlabel(case: Case, look: Look) -> str:
    return "" if case.pk in look.labelled else Why.SAME


def check_move(case: Case, look: Look) -> str:
    move = move_of(case, look)
    if move is None:
        return Why.SAME if case.status == look.params["status"] else Why.TABLE
    if not in_step(case, move.to):
        return Why.PART
    if services.needs_second(case, move):
        return Why.SECOND
    return "" if agreed(case, move.said) else Why.NOT_AGREED


def move_of(case: Case, look: Look) -> Move | None:
    return next((move for move in moves_from(Status(case.status)) if move.code == look.params["move"]), None)


def check_write(case: Case, look: Look) -> str:
    if case.split_of_id:
        return Why.PART
    if look.params.get("ask") and case.status != Status.IN_REVIEW:
        return Why.CLOSED if case.status == Status.CLOSED else Why.TABLE
    return Why.BLANK if not look.sealed and look.letter(case).missing else ""


def check_merge(case: Case, look: Look) -> str:
    if case.pk == look.leading.pk:
        return Why.LEADS
    reason = unfit(case, look.leading)
    return merge_code(reason) if reason else ""


def check_fold(case: Case, look: Look) -> str:
    """Asked of each row: three queries."""
    if case.pk == look.leading.pk:
        return Why.LEADS
    if case.folded_into_id:
        return Why.SAME
    return "" if flood.fits(look.leading, case) and flood.may_fold_now(case) else Why.NOT_CALM


def check_confirm(case: Case, look: Look) -> str:
    waiting = Fold.objects.filter(case=case, over_at=None, confirmed_at=None)
    return "" if case.folded_into_id and waiting.exists() else Why.SAME


def check_unfold(case: Case, look: Look) -> str:
    return "" if case.folded_into_id else Why.SAME


# --- doing ------------------------------------------------------------------------------------------------------------
def assign(row: BulkRow, case: Case, look: Look) -> Before:
    before = {"assignee": str(case.assignee_id or ""), "status": case.status}
    services.hand(case=case, to=look.to, by=look.by, version=row.version)
    return before


def prioritise(row: BulkRow, case: Case, look: Look) -> Before:
    before = {"level": case.priority, "rule": case.priority_rule, "hand": case.hand_priority}
    set_priority(case=case, level=Level(look.params["level"]), by=look.by, version=row.version)
    return before


def label(row: BulkRow, case: Case, look: Look) -> Before:
    if not labelling.add_label(case=case, label=look.label, by=look.by):
        raise Left(Why.SAME)
    return {}


def unlabel(row: BulkRow, case: Case, look: Look) -> Before:
    if not labelling.remove_label(case=case, label=look.label, by=look.by):
        raise Left(Why.SAME)
    return {}


def move(row: BulkRow, case: Case, look: Look) -> Before:
    chosen, before = move_of(case, look), {"status": case.status}
    if chosen is None:
        raise Left(Why.TABLE)
    services.move(case=case, choice=chosen, by=look.by, platform=look.params.get("platform", ""), next_check=look.next_check,
                  version=row.version)
    return before


def write(row: BulkRow, case: Case, look: Look) -> Before:
    if row.message is None:
        raise Left(Why.SEALED)
    services.reply(case=case, message_id=row.pk, body=bytes(row.message), by=look.by, ask=bool(look.params.get("ask")))
    return {}


def merge(row: BulkRow, case: Case, look: Look) -> Before:
    try:
        merging.merge(case=case, into=look.leading, merging_id=row.pk, reason=bytes(row.note or b""), by=look.by)
    except merging.MergeRefused as error:
        raise Left(merge_code(error.reason)) from error
    return {"merging": str(row.pk)}


def fold(row: BulkRow, case: Case, look: Look) -> Before:
    flood.fold(case=case, into=look.leading, kind=Fold.Kind.HAND, by=look.by)
    return {"into": str(look.leading.pk)}


def confirm(row: BulkRow, case: Case, look: Look) -> Before:
    flood.confirm(case=case, by=look.by)
    return {}


def unfold(row: BulkRow, case: Case, look: Look) -> Before:
    over = flood.unfold(case=case, by=look.by)
    if over is None:
        raise Left(Why.CHANGED)
    return {"into": str(over.into_id or "")}


# --- undoing ----------------------------------------------------------------------------------------------------------
def unassign(row: BulkRow, case: Case, look: Look) -> Before:
    """Back to whom it was. A review that began thereby goes on: the reporter has read so."""
    services.hand(case=case, to=Look({"to": (row.before or {})["assignee"]}, look.by).to, by=look.by, version=row.version)
    return {}


def unprioritise(row: BulkRow, case: Case, look: Look) -> Before:
    before = row.before or {}
    put_back_priority(case=case, level=Level(before["level"]), rule=before["rule"], hand=before["hand"], by=look.by,
                      version=row.version)
    return {}


def move_back(row: BulkRow, case: Case, look: Look) -> Before:
    """Only into the review, in the words that say so: of other states the reporter would read something untrue."""
    back = next((each for each in moves_from(Status(case.status)) if each.said == Said.IN_REVIEW), None)
    if (row.before or {}).get("status") != Status.IN_REVIEW or back is None:
        raise Left(Why.NO_WAY_BACK)
    services.move(case=case, choice=back, by=look.by, version=row.version)
    return {}


def unmerge(row: BulkRow, case: Case, look: Look) -> Before:
    if case.merged_into_id is None or merging.unmerge(case=case, by=look.by, reason=bytes(row.note or b"")) is None:
        raise Left(Why.CHANGED)
    return {}


def refold(row: BulkRow, case: Case, look: Look) -> Before:
    flood.fold(case=case, into=Look({"into": (row.before or {})["into"]}, look.by).leading, kind=Fold.Kind.HAND, by=look.by)
    return {}


@dataclass(frozen=True)
class Doing:
    """`opens`: only on cases whose words the member may read. `says_why`: a comment is asked for, and becomes a note of each
    case (of merging: its reason)."""
    check: Callable[[Case, Look], str]
    do: Callable[[BulkRow, Case, Look], Before]
    undo: Callable[[BulkRow, Case, Look], Before] | None = None
    opens: bool = True
    says_why: bool = True


DOINGS: dict[str, Doing] = {
    Act.TAKE: Doing(check_take, assign, unassign, opens=False, says_why=False),
    Act.ASSIGN: Doing(check_assign, assign, unassign),
    Act.PRIORITY: Doing(check_priority, prioritise, unprioritise),
    Act.LABEL: Doing(check_label, label, unlabel),
    Act.UNLABEL: Doing(check_unlabel, unlabel, label),
    Act.MOVE: Doing(check_move, move, move_back),
    Act.WRITE: Doing(check_write, write),
    Act.MERGE: Doing(check_merge, merge, unmerge),
    Act.FOLD: Doing(check_fold, fold, unfold),
    Act.CONFIRM: Doing(check_confirm, confirm),
    Act.UNFOLD: Doing(check_unfold, unfold, refold),
}


def doing(run: BulkRun) -> Doing:
    return DOINGS[run.act]
