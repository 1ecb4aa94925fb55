"""The worker's part: a file that arrived is opened, looked at in the sandbox, compared, and comes to rest or to its end.

What is decided is one transaction, so a worker that is killed at any point leaves the file as it arrived, and the job begins
again. Plain bytes are in memory only: of this process, of the sandbox's child, and nowhere once the job is over.
"""
from datetime import datetime, timedelta
from hashlib import md5, sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from cases.evidence import comparison, sandbox
from cases.evidence.ending import GONE, letter, lock, pages_of, preserve, settle
from cases.evidence.instruction import Order
from cases.evidence.models import Evidence, Exposure, Page
from cases.evidence.sandbox import Developed, Unreadable
from cases.evidence.selectors import case_takes_files, instruction
from cases.notifications.models import Occasion
from cases.notifications.services import tell_reporter, tell_supervisors
from cases.outbox.models import Job
from cases.outbox.services import enqueue
from cases.vault import custody, envelope, pages
from cases.vault.models import DataKey
from cases.vault.unseal import NotHeld, OpenFailed, key_for_worker

MOST_OF_A_CASE = 50                      # a captured ticket cannot fill the database
LOST_AFTER = timedelta(hours=1)          # far longer than any back-off: nobody is at it
WAITS_FOR_US = timedelta(days=7)         # while it is our key or our machine that is missing: no other copy is with us
OUR_DOING = ("NotHeld", "KeyMissing", "KeyRefused", "Retry sandbox")         # as a job says what ended it
COUNTED_FOR = timedelta(days=400)        # what a member had to see: a year to look back on
State, Why = Evidence.State, Evidence.Why


def process(*, evidence_id: UUID) -> None:
    """Safe to repeat. Raises Retry, NotHeld, custody.KeyMissing: then the file still waits."""
    evidence = Evidence.objects.select_related("case", "key").filter(pk=evidence_id, state=State.ARRIVED).first()
    if evidence is None or evidence.key is None:             # settled before, or gone with its case
        return
    if why := _unwelcome(evidence):
        return end(evidence_id, State.DESTROYED, why)
    try:
        content = opened(evidence, evidence.key)
        found = sandbox.develop(content)
    except NotHeld:                                          # our own key file is missing: not the reporter's doing
        raise
    except OpenFailed:
        return end(evidence_id, State.FAILED, Why.UNREADABLE)
    except Unreadable as error:
        return end(evidence_id, State.FAILED, Why(error.why))
    digest = sha256(content).hexdigest()
    why = comparison.why_not(case_id=evidence.case_id, values=list(filter(None, (found.pdq, found.inside))), sha256=digest,
                             md5=md5(content, usedforsecurity=False).hexdigest())
    if why:
        return end(evidence_id, State.DESTROYED, why, found=found, digest=digest)
    keep(evidence_id, found, digest)


def opened(evidence: Evidence, key: DataKey) -> bytes:
    """What arrived, in the clear. Raises NotHeld, OpenFailed."""
    secret = key_for_worker(key, case=evidence.case_id)
    return pages.join(secret, pages_of(evidence), case=evidence.case_id, record=evidence.pk)


def _unwelcome(evidence: Evidence) -> Evidence.Why | None:
    """What is destroyed without a look: the public process that took it in could not see the case."""
    if not case_takes_files(evidence.case):
        return Why.CHILD_CASE
    kept = Evidence.objects.filter(case=evidence.case_id, state=State.KEPT).count()
    return Why.TOO_MANY if kept >= MOST_OF_A_CASE else None


@transaction.atomic
def keep(evidence_id: UUID, found: Developed, digest: str) -> None:
    """The clean picture, sealed to the unit under a new key, in the place of what arrived, whose key and pages go."""
    evidence = _waiting(evidence_id)
    if evidence is None:
        return
    secret = envelope.new_key()
    key = custody.keep(secret, case=evidence.case_id, unit=evidence.case.unit)       # the case is locked: its unit stays
    Page.objects.filter(evidence=evidence).delete()
    sealed = pages.split(secret, found.content, case=evidence.case_id, record=evidence.pk)
    Page.objects.bulk_create(Page(evidence=evidence, number=n, blob=blob) for n, blob in enumerate(sealed))
    settle(evidence, State.KEPT, by=None, key=key, **_facts(found, digest))


@transaction.atomic
def end(evidence_id: UUID, state: Evidence.State, why: Evidence.Why, *, found: Developed | None = None, digest: str = "") -> None:
    """It comes to no rest: no pixels and no key stay. The reporter is told that a message waits, and reads there why.

    That a child's picture is about is for people to know as well, though nobody saw it: their supervisors are told. And it is
    preserved where that is ordered, as it arrived.
    """
    evidence = _waiting(evidence_id)
    if evidence is None:
        return
    facts = _facts(found, digest) if found else {}
    if evidence.key and why == Why.CHILD_LIST and instruction().order == Order.PRESERVE:
        preserve(evidence, key_for_worker(evidence.key, case=evidence.case_id), why, by=None, **facts)
    else:
        settle(evidence, state, why, by=None, **facts, letter=letter() if why == Why.CHILD_LIST else "")
    tell_reporter(case=evidence.case)
    if why == Why.CHILD_LIST:
        tell_supervisors(case=evidence.case, occasion=Occasion.LOCKED)


def _waiting(evidence_id: UUID) -> Evidence | None:
    """Locked, and still as it arrived; None if somebody was quicker."""
    evidence = lock(evidence_id)
    return evidence if evidence and evidence.state == State.ARRIVED else None


def _facts(found: Developed, digest: str) -> dict[str, Any]:
    return {"sha256": digest, **{name: value for name, value in vars(found).items() if name not in {"content", "inside"}}}


# --- what fell behind -------------------------------------------------------------------------------------------------
def sweep(now: datetime) -> None:
    """Files whose job was given up fail, so that nothing waits for ever; those whose job is lost are asked for again, and for a
    week those that only we keep from being looked at."""
    jobs = Job.objects.filter(task="evidence.process").exclude(state=Job.State.DONE).order_by("created_at")
    last = {payload.get("evidence_id"): (state, error) for payload, state, error in jobs.values_list("payload", "state", "error")}
    for evidence in Evidence.objects.filter(state=State.ARRIVED, arrived_at__lt=now - LOST_AFTER):
        state, error = last.get(str(evidence.pk), ("", ""))
        ours = error in OUR_DOING and evidence.arrived_at > now - WAITS_FOR_US
        if state == Job.State.FAILED and not ours:
            end(evidence.pk, State.FAILED, Why.GAVE_UP)
        elif state not in {Job.State.QUEUED, Job.State.RUNNING}:
            enqueue("evidence.process", evidence_id=str(evidence.pk))
    Page.objects.filter(evidence__state__in=GONE).delete()   # none, unless somebody wrote past `settle`
    Exposure.objects.filter(day__lt=(now - COUNTED_FOR).date()).delete()
