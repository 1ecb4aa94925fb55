"""What there is to do: tasks that follow from the facts (`derived`), and those that a member wrote down.

On the case page for one case, on the page "Tasks" for all that a member has. Nothing is unsealed but the words that are shown.
"""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from cases.audit.services import actor, record
from cases.escalation import second
from cases.escalation.ladder_models import Step
from cases.models import Case, Consent
from cases.notifications.models import Occasion
from cases.notifications.services import tell_members
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, opened_by, openers, opens
from cases.services import lock_case
from cases.triage.closing import waiting
from cases.triage.derived import Code, Derived, derive
from cases.triage.models import Task
from cases.triage.next_steps import Chased, worded
from cases.triage.reading import Text
from cases.triage.staff_words import read_tasks
from cases.triage.task_facts import facts_of
from cases.units.selectors import members_of
from cases.vault.keyring import Keyring
from cases.workflow import Status

MOST = 100                              # cases, and tasks, on one page
ORDER = (F("due_at").asc(nulls_last=True), F("pk").asc())      # as the queue stands
LATELY = timedelta(days=30)             # a closed case is looked at for so long
KEPT_IN_VIEW = 5                        # tasks that are done, on the case page
NAMES: dict[Code, Promise | str] = {
    Code.LATE: _("The deadline has passed: take the next step"),
    Code.MESSAGE: _("Read and answer the reporter’s message"),
    Code.CLOSING: _("A colleague asks to close this child’s case: agree or refuse"),
    Code.APPROVAL: _("A colleague’s notice waits for a second person: read it, and let it leave or give it back"),
    Code.FILE_LOCKED: ngettext_lazy("Hand out %(count)d locked file as the ministry has ordered",
                                    "Hand out %(count)d locked files as the ministry has ordered", "count"),
    Code.CHECK: _("The day that the reporter was promised has come: look again"),
    Code.ONLINE_AGAIN: _("%(what)s removed it, and it is online again: ask again"),
    Code.NOTICE_SILENT: _("%(what)s has not answered: ask again"),
    Code.NOTICE_WRONG: _("The notice to %(what)s did not succeed: decide what comes next"),
    Code.RECHECK: _("%(what)s says it is removed: look whether it is gone"),
    Code.NEXT_STEP: _("Next step: %(what)s"),
    Code.ASK: _("Ask the reporter first: %(what)s"),
    Code.QUESTION: ngettext_lazy("Answer %(count)d question of another unit", "Answer %(count)d questions of other units",
                                 "count"),
    Code.LISTING: _("A colleague proposed fingerprints for a shared list: decide"),
    Code.FILE: ngettext_lazy("Look at %(count)d screenshot", "Look at %(count)d screenshots", "count"),
    Code.CHILD_ALONE: _("A child is affected, and nothing has gone to a platform or an authority yet"),
    Code.KEYLESS: _("Whoever has this case holds no key to it: grant it, or give the case to somebody else"),
    Code.PARTNER: _("%(what)s has not confirmed that it dropped withdrawn fingerprints"),
    Code.SILENCE: _("The reporter has not answered for two weeks: write again or close"),
    Code.NO_WORDS: _("The reporter reads “read our message below”, and there is none: write it"),
}
# Where each is done: a part of the case page, or the name of an address.
PLACES: dict[Code, str] = {
    Code.LATE: "#move", Code.MESSAGE: "#write", Code.CHECK: "#move", Code.NOTICE_SILENT: "#escalations",
    Code.CLOSING: "#closing", Code.APPROVAL: "#escalations", Code.NOTICE_WRONG: "#escalations",
    Code.NEXT_STEP: "#escalations", Code.ASK: "#write",
    Code.ONLINE_AGAIN: "#escalations", Code.RECHECK: "#escalations",
    Code.LISTING: "triage:case_list", Code.FILE: "#evidence", Code.FILE_LOCKED: "#evidence", Code.QUESTION: "#questions",
    Code.CHILD_ALONE: "triage:escalate", Code.KEYLESS: "accounts:keys", Code.PARTNER: "", Code.SILENCE: "#write",
    Code.NO_WORDS: "#write",
}
TO_ITSELF = frozenset({"accounts:keys"})        # addresses that name no case


class NotTheirs(Exception):
    """The task is not of a case that this member opens and works."""


class NotAReader(Exception):
    """A task is given to somebody who may open the case."""


@dataclass(frozen=True)
class Line:
    """One derived task in words. `place`: see PLACES."""
    code: str
    words: str
    since: datetime | None
    place: str

    @property
    def part(self) -> str:
        return self.place if self.place.startswith("#") else ""

    @property
    def address(self) -> str:
        return "" if self.part else self.place

    @property
    def of_case(self) -> bool:
        return self.address not in TO_ITSELF


@dataclass(frozen=True)
class Own:
    """A task that a member wrote down."""
    task: Task
    text: Text
    today: date

    @property
    def late(self) -> bool:
        return self.task.done_at is None and self.task.due_on is not None and self.task.due_on < self.today


@dataclass(frozen=True)
class CaseTasks:
    """A case with what is to be done in it."""
    case: Case
    lines: list[Line] = field(default_factory=list)
    own: list[Own] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """`more`: cases of the member that the page does not show."""
    cases: list[CaseTasks]
    more: int = 0


# --- reading ----------------------------------------------------------------------------------------------------------
def lines_of(cases: Sequence[Case], member: Staff, platforms: Mapping[str, str],
             known: Chased | None = None) -> dict[UUID, list[Line]]:
    """The derived tasks of each case, as far as the member may know."""
    now, facts = timezone.now(), facts_of(cases, member, known)
    return {pk: [line(task, platforms) for task in derive(each, now)] for pk, each in facts.items()}


def line(task: Derived, platforms: Mapping[str, str]) -> Line:
    name = platforms.get(task.what, task.what)
    what = {Code.ASK: lambda: str(Consent.Act(task.what).label), Code.NEXT_STEP: lambda: worded(Step(task.step), name)}.get(
        task.code, lambda: name)()
    words = str(NAMES[task.code] % {"what": f"\u2068{what}\u2069", "count": task.count})
    return Line(task.code.value, words, task.since, PLACES[task.code])


def tasks_of(case: Case) -> list[Task]:
    """What is open, oldest first, and after it what was done last."""
    rows = Task.objects.filter(case=case).select_related("to", "by", "done_by")
    done = rows.exclude(done_at=None).order_by("-done_at")[:KEPT_IN_VIEW]
    return [*rows.filter(done_at=None), *done]


def owned(tasks: Sequence[Task], texts: Mapping[UUID, Text]) -> list[Own]:
    today = timezone.localdate()
    return [Own(task, texts[task.pk], today) for task in tasks if task.pk in texts]


def mine(member: Staff) -> QuerySet[Case]:
    """Cases that the member has: open, or closed a while ago, since something may be left to do. And those where a second person
    is asked for: to close a child's, to let a notice leave."""
    lately = Q(closed_at__gt=timezone.now() - LATELY)
    theirs = Q(~Q(status=Status.CLOSED.value) | lately | Q(unread=True), assignee=member.pk)
    if may(member, Permission.SUPERVISE):
        theirs |= Q(pk__in=waiting().exclude(by=member.pk).values("case"))
    theirs |= Q(~Q(status=Status.CLOSED.value), pk__in=second.waiting(member).values("case"))
    return cases_for(member).filter(theirs)


def page_of(member: Staff, platforms: Mapping[str, str], *, keyring: Keyring | None) -> Page:
    """Cases with something to do for this member, what is due first on top. A constant number of queries."""
    rows = list(open_tasks(member)[:MOST])
    texts = read_tasks(rows, keyring=keyring, by=member)
    doors = opened_by(member, {task.case for task in rows})
    found = list(mine(member).select_related("unit").defer("answers", "summary").order_by(*ORDER)[:MOST])
    cases = {case.pk: case for case in found} | {task.case_id: task.case for task in rows if task.case_id in doors}
    lines = lines_of(found, member, platforms)
    own: dict[UUID, list[Own]] = {}
    for each in owned(rows, texts):
        if each.task.case_id in doors:
            own.setdefault(each.task.case_id, []).append(each)
    todo = [CaseTasks(case, lines.get(pk, []), own.get(pk, [])) for pk, case in cases.items() if lines.get(pk) or own.get(pk)]
    return Page(todo, more=max(0, mine(member).aggregate(n=Count("pk"))["n"] - MOST) if len(found) == MOST else 0)


def open_tasks(member: Staff) -> QuerySet[Task]:
    """Given to the member, or to nobody by name in a case that the member has."""
    theirs = Q(to=member.pk) | Q(to=None, case__assignee=member.pk)
    rows = Task.objects.filter(theirs, done_at=None, case__in=cases_for(member)).order_by("due_on", "at")
    return (rows.select_related("case__unit", "case__key", "by", "to").prefetch_related("case__key__wraps")
            .defer("case__answers", "case__summary"))


def people_for(case: Case) -> list[Staff]:
    """Who may be given a task of the case, or be named in a note of it."""
    return [person for person in openers(case, members_of(case.unit)) if may(person, Permission.WORK_CASES)]


# --- writing ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def add(*, case: Case, task_id: UUID, words: bytes, by: Staff, to: Staff | None = None, due_on: date | None = None) -> Task:
    """Write a task down; `words` are sealed under the case key for the row `task_id`. Who is given it is told.

    Raises NotTheirs, NotAReader.
    """
    fresh = workable(case, by)
    check_reader(fresh, to)
    task = Task.objects.create(id=task_id, case=fresh, words=words, to_id=to.pk if to else None, by_id=by.pk,
                               at=timezone.now(), due_on=due_on)
    record("task_made", subject=fresh.pk, actor=actor(by), task=task.pk, to=to.pk if to else None, due=due_on)
    tell(fresh, to, by)
    return task


@transaction.atomic
def give(*, task: Task, to: Staff | None, by: Staff) -> Task:
    """To another member, or to whoever has the case. Raises NotTheirs, NotAReader."""
    case = workable(task.case, by)
    check_reader(case, to)
    fresh = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if fresh.to_id != (to.pk if to else None):
        fresh.to_id = to.pk if to else None
        fresh.save(update_fields=["to"])
        record("task_given", subject=case.pk, actor=actor(by), task=fresh.pk, to=fresh.to_id)
        tell(case, to, by)
    return fresh


@transaction.atomic
def settle(*, task: Task, done: bool, by: Staff) -> Task:
    """Done, or not done after all. Pressing twice changes nothing. Raises NotTheirs."""
    case = workable(task.case, by)
    fresh = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if (fresh.done_at is not None) != done:
        fresh.done_at, fresh.done_by_id = (timezone.now(), by.pk) if done else (None, None)
        fresh.save(update_fields=["done_at", "done_by"])
        record("task_done" if done else "task_undone", subject=case.pk, actor=actor(by), task=fresh.pk)
    return fresh


def workable(case: Case, by: Staff) -> Case:
    """The row, locked, of a case that the member opens and works. Raises NotTheirs."""
    if not may(by, Permission.WORK_CASES) or not cases_for(by).filter(pk=case.pk).exists():
        raise NotTheirs(str(case.pk))
    fresh = lock_case(case, alone=False)
    if not opens(by, fresh):
        raise NotTheirs(fresh.ref)
    return fresh


def check_reader(case: Case, to: Staff | None) -> None:
    if to is not None and to.pk not in {person.pk for person in people_for(case)}:
        raise NotAReader(str(to.pk))


def tell(case: Case, to: Staff | None, by: Staff) -> None:
    if to is not None and to.pk != by.pk:
        tell_members(occasion=Occasion.TASK, members=members_of(case.unit).filter(pk=to.pk), case=case)
