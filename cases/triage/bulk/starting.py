"""A draft becomes a run. What was typed is sealed here, in the member's request, for each case by its own keys: the job that does
the work holds none. A thousand keys are opened in less than a second (docs/figures.md, bulk_1000_s)."""
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import Case
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.selectors import cases_for
from cases.triage import reading
from cases.triage.bulk.acts import Look, doing
from cases.triage.bulk.reasons import Why
from cases.triage.bulk.trying import SEALED, Try, attempt
from cases.triage.models import BulkRow, BulkRun
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.parking import Locked

CHUNK = 200             # rows whose keys are in memory at once


class Begun(Exception):
    """It was begun before: the button was pressed twice, or in another tab."""


@transaction.atomic
def start(*, run: BulkRun, by: Staff, comment: str = "", keyring: Keyring | None = None) -> BulkRun:
    """Seal, and ask for the work. What could not be done now is refused now, with its reason. Raises Begun, Locked."""
    fresh = BulkRun.objects.select_for_update().get(pk=run.pk)
    if fresh.state != BulkRun.State.DRAFT:
        raise Begun
    if doing(fresh).says_why and keyring is None:
        raise Locked
    tries = attempt(fresh, by)
    ready = [each for each in tries if not each.why]
    refuse({each.row.pk: each.why for each in tries if each.why})
    for part in chunks(ready):
        seal(fresh, part, by, comment, keyring)
    fresh.state, fresh.started_at = BulkRun.State.RUNNING, timezone.now()
    fresh.save(update_fields=["state", "started_at"])
    record("bulk_started", subject=fresh.pk, actor=actor(by), act=fresh.act, rows=len(ready), undoes=fresh.undoes_id)
    enqueue("triage.bulk", run_id=str(fresh.pk))
    return fresh


def chunks(tries: Sequence[Try]) -> Iterator[Sequence[Try]]:
    for at in range(0, len(tries), CHUNK):
        yield tries[at:at + CHUNK]


def refuse(reasons: Mapping[UUID, str]) -> None:
    by_reason: dict[str, list[UUID]] = {}
    for pk, why in reasons.items():
        by_reason.setdefault(why, []).append(pk)
    for why, rows in by_reason.items():
        BulkRow.objects.filter(pk__in=rows, state=BulkRow.State.WAITING).update(
            state=BulkRow.State.REFUSED, why=why, note=None, message=None)


def seal(run: BulkRun, tries: Sequence[Try], by: Staff, comment: str, keyring: Keyring | None) -> None:
    """The comment and the ready reply, into each row. Of what the member holds no key to, the row is refused."""
    if not doing(run).says_why:
        return
    keys = ("key", "conversation_key") if run.act == BulkRun.Act.WRITE else ("key",)
    cases = cases_for(by).filter(pk__in=[each.row.case_id for each in tries]).select_related("unit__calendar", *keys)
    found = cases.defer(*SEALED).prefetch_related(*(f"{key}__wraps" for key in keys)).in_bulk()
    sealed, shut, look = [], {}, Look(run.params, by)
    for each in tries:
        case, row = found.get(each.row.case_id), each.row
        try:
            if case is None:
                raise NotHeld
            row.note = seal_note(run, row, case, comment, keyring)
            if run.act == BulkRun.Act.WRITE:
                row.message = reading.seal_message(case, look.letter(case).words, keyring=keyring, row=row.pk)[1]
            sealed.append(row)
        except NotHeld:
            shut[row.pk] = Why.SEALED.value
    BulkRow.objects.bulk_update(sealed, ["note", "message"], batch_size=CHUNK)
    refuse(shut)


def seal_note(run: BulkRun, row: BulkRow, case: Case, comment: str, keyring: Keyring | None) -> bytes:
    """For the note that the row becomes; of merging and its undoing, for the row of `Merging`."""
    if run.act != BulkRun.Act.MERGE:
        return reading.seal_note(case, comment, keyring=keyring, row=row.pk)[1]
    merging = UUID(row.before["merging"]) if row.before else row.pk
    name = "undo_reason" if run.undoes_id else "merge_reason"
    return reading.seal_reason(case, comment, name=name, record=merging, keyring=keyring)
