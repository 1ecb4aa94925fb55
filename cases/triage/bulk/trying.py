"""What would happen: the same question that the run asks, of each case, and nothing written."""
from collections.abc import Sequence
from dataclasses import dataclass

from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, opened_by
from cases.triage.bulk.acts import Doing, Look, doing
from cases.triage.bulk.reasons import Left, Why
from cases.triage.models import BulkRow, BulkRun
from cases.workflow import Status

SEALED = ("answers", "summary")


@dataclass(frozen=True)
class Try:
    """`case` is None when it does not exist for the member any more; `why` is empty when it would be done."""
    row: BulkRow
    case: Case | None
    why: str


def rows_of(run: BulkRun) -> list[BulkRow]:
    return list(BulkRow.objects.filter(run=run).order_by("place"))


def attempt(run: BulkRun, by: Staff) -> list[Try]:
    """Each waiting row, in its place. A constant number of queries, but for a move whose words need a consent."""
    rows = [row for row in rows_of(run) if row.state == BulkRow.State.WAITING]
    there = cases_for(by).filter(pk__in=[row.case_id for row in rows])
    cases = there.select_related("unit__calendar", "assignee").defer(*SEALED).in_bulk()
    doors, look, what = opened_by(by, cases.values()), Look(run.params, by), doing(run)
    return [Try(row, case, verdict(run, row, case, look, what, opens=row.case_id in doors))
            for row in rows for case in [cases.get(row.case_id)]]


def verdict(run: BulkRun, row: BulkRow, case: Case | None, look: Look, what: Doing, *, opens: bool) -> str:
    """Why this row would be left as it is; empty: it would be done."""
    if case is None or not may(look.by, Permission.WORK_CASES):
        return Why.GONE
    if case.version != row.version:
        return Why.CHANGED
    if what.opens and not opens:
        return Why.KEPT
    if run.undoes_id:
        return "" if what.undo else Why.NO_WAY_BACK
    if case.merged_into_id and run.act != BulkRun.Act.WRITE:
        return Why.MERGED
    if case.status == Status.CLOSED and run.act in {BulkRun.Act.PRIORITY, BulkRun.Act.TAKE}:
        return Why.CLOSED
    try:
        return what.check(case, look)
    except Left as error:
        return error.code


def count(tries: Sequence[Try]) -> int:
    """How many would be done."""
    return sum(not each.why for each in tries)
