"""Row by row. Each row is a transaction of its own: what it does and that it is done commit together, so a row is done once
however often somebody begins anew, and one that is refused spoils no other. Permissions are asked when the row's turn comes.
"""
import logging
import time
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import UNIT_ONLY
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.selectors import cases_for, opens
from cases.services import lock_case
from cases.triage.bulk.acts import REFUSED_AS, Before, Look, doing
from cases.triage.bulk.reasons import Left, Why
from cases.triage.bulk.trying import verdict
from cases.triage.models import BulkRow, BulkRun
from cases.triage.services import add_note

log = logging.getLogger(__name__)
LOCKS_TWO = {BulkRun.Act.MERGE, BulkRun.Act.FOLD, BulkRun.Act.UNFOLD}
SLICE, SECONDS = 250, 20.0          # of one job: others wait for the same worker


def work(*, run_id: UUID, most: int = SLICE, seconds: float = SECONDS) -> int:
    """Do up to `most` rows, and ask for the rest. Returns how many rows were settled here."""
    run = BulkRun.objects.filter(pk=run_id, state=BulkRun.State.RUNNING).first()
    if run is None:
        return 0
    by, until = member_of(run), time.monotonic() + seconds
    look = Look(run.params, by, sealed=True) if by else None    # what it keeps, the services ask again under the lock
    waiting = BulkRow.objects.filter(run=run, state=BulkRow.State.WAITING).order_by("place").values_list("pk", flat=True)
    settled = 0
    for pk in list(waiting[:most]):
        settled += settle(pk, run, look)
        if time.monotonic() > until:
            break
    if waiting.exists():
        enqueue("triage.bulk", run_id=str(run.pk))
    else:
        finish(run)
    return settled


def member_of(run: BulkRun) -> Staff | None:
    """As they stand now; None when they have gone since."""
    found: Staff | None = get_user_model().objects.filter(pk=run.by_id, is_active=True).defer("password").first()
    return found


@transaction.atomic
def finish(run: BulkRun) -> None:
    running = BulkRun.objects.filter(pk=run.pk, state=BulkRun.State.RUNNING)
    if running.update(state=BulkRun.State.DONE, finished_at=timezone.now()):
        rows = BulkRow.objects.filter(run=run)
        record("bulk_finished", subject=run.pk, actor=str(run.by_id), done=rows.filter(state=BulkRow.State.DONE).count(),
               refused=rows.filter(state=BulkRow.State.REFUSED).count())


@transaction.atomic
def settle(row_id: UUID, run: BulkRun, look: Look | None) -> bool:
    """Do one row or say why not. False when it has been settled, or its case destroyed, since it was listed."""
    row = BulkRow.objects.select_for_update().filter(pk=row_id, state=BulkRow.State.WAITING).first()
    if row is None:
        return False
    try:
        with transaction.atomic():
            row.before = act(row, run, look)
            row.state = BulkRow.State.DONE
            row.after = BulkRow.objects.values_list("case__version", flat=True).get(pk=row.pk)
    except Left as error:
        row.state, row.why = BulkRow.State.REFUSED, error.code
    except tuple(REFUSED_AS) as error:
        row.state, row.why = BulkRow.State.REFUSED, REFUSED_AS[type(error)].value
    except (OperationalError, InterfaceError):
        raise                                   # the database, not the row: the job is tried again
    except Exception as error:  # noqa: BLE001  one row must not stop a thousand; it says that it failed
        log.warning("bulk row %s: %s", row.pk, type(error).__name__)
        row.state, row.why = BulkRow.State.REFUSED, Why.FAILED.value
    row.note = row.message = None
    row.save(update_fields=["state", "why", "before", "after", "note", "message"])
    return True


def act(row: BulkRow, run: BulkRun, look: Look | None) -> Before:
    """By the service of the case page, and the comment as a note. Raises Left, or what the service refuses with."""
    case = cases_for(look.by).filter(pk=row.case_id).defer(*UNIT_ONLY).first() if look else None
    if look is None or case is None:
        raise Left(Why.GONE)
    what, merges = doing(run), run.act == BulkRun.Act.MERGE
    fresh = case if run.act in LOCKS_TWO else lock_case(case)           # in an order of its own
    if why := verdict(run, row, fresh, look, what, opens=opens(look.by, fresh)):
        raise Left(why)
    if row.note is not None and not merges:
        add_note(case=fresh, note_id=row.pk, body=bytes(row.note), by=look.by)
    do = what.undo if run.undoes_id and what.undo else what.do
    return do(row, fresh, look)


@transaction.atomic
def stop(*, run: BulkRun, by: Staff) -> int:
    """Rows whose turn has not come are left as they are. Returns how many."""
    rows = BulkRow.objects.filter(run=run, state=BulkRow.State.WAITING).select_for_update(skip_locked=True)
    waiting = [row.pk for row in rows]
    BulkRow.objects.filter(pk__in=waiting).update(state=BulkRow.State.REFUSED, why=Why.STOPPED.value, note=None, message=None)
    record("bulk_stopped", subject=run.pk, actor=actor(by), left=len(waiting))
    return len(waiting)
