"""Which cases a bulk run is about: those ticked, or all that a view shows. Fixed when it is made, up to AT_MOST."""
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from cases.models import Case
from cases.permissions import Staff
from cases.selectors import cases_for
from cases.triage.bulk.acts import DOINGS
from cases.triage.filters import read
from cases.triage.models import BulkRow, BulkRun

AT_MOST = 1000
REF = re.compile(r"[0-9A-Z-]{1,12}", re.ASCII)


class TooMany(Exception):
    """The view shows more than AT_MOST: it is to be narrowed, since a part of it would be a guess."""


class Nothing(Exception):
    """No case of theirs was chosen."""


def named(refs: Iterable[str], member: Staff) -> QuerySet[Case]:
    """The ticked ones, as far as they exist for the member."""
    chosen = [ref for ref in refs if REF.fullmatch(ref)][:AT_MOST]
    return cases_for(member).filter(ref__in=chosen)


def shown(view: str, at: str, member: Staff) -> QuerySet[Case]:
    """All that a view shows: `view` is its filter as an address holds it, `at` when its page was made (Unix seconds). What came
    since is not in it; what has left it since neither. An unreadable filter shows nothing."""
    found = read(QueryDict(view), member)
    try:
        moment = datetime.fromtimestamp(float(at), UTC)
    except (ValueError, OverflowError, OSError):
        moment = timezone.now()
    return found.cases(member, moment).filter(opened_at__lte=moment)


@transaction.atomic
def draft(*, act: BulkRun.Act, cases: QuerySet[Case], by: Staff) -> BulkRun:
    """A run that has not begun, with a row for each case. Raises Nothing, TooMany."""
    found = list(cases.order_by("due_at", "pk").values_list("pk", "version")[:AT_MOST + 1])
    if not found:
        raise Nothing
    if len(found) > AT_MOST:
        raise TooMany
    run = BulkRun.objects.create(by_id=by.pk, act=act.value, made_at=timezone.now(), params=first_params(act, by))
    BulkRow.objects.bulk_create([BulkRow(run=run, case_id=pk, version=version, place=place)
                                 for place, (pk, version) in enumerate(found)], batch_size=500)
    return run


def first_params(act: BulkRun.Act, by: Staff) -> dict[str, str]:
    return {"to": str(by.pk)} if act == BulkRun.Act.TAKE else {}


@transaction.atomic
def undoing(*, run: BulkRun, by: Staff) -> BulkRun:
    """A run that puts back what `run` did, of the rows that were done. Raises Nothing."""
    rows = list(BulkRow.objects.filter(run=run, state=BulkRow.State.DONE).order_by("place"))
    if not rows or DOINGS[run.act].undo is None or BulkRun.objects.filter(undoes=run).exclude(state=BulkRun.State.DRAFT).exists():
        raise Nothing
    BulkRun.objects.filter(undoes=run).delete()
    undo = BulkRun.objects.create(by_id=by.pk, act=run.act, made_at=timezone.now(), params=run.params, undoes=run)
    BulkRow.objects.bulk_create(copies(undo, rows), batch_size=500)
    return undo


def copies(undo: BulkRun, rows: Sequence[BulkRow]) -> list[BulkRow]:
    return [BulkRow(run=undo, case_id=row.case_id, version=row.after or 0, place=row.place, before=row.before) for row in rows]
