"""How a file comes to rest or to its end: one place, so that no way leaves pixels or a key behind."""
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from cases.audit.services import actor, record
from cases.evidence.models import Evidence, Page
from cases.evidence.selectors import instruction
from cases.models import Case
from cases.permissions import Staff
from cases.services import lock_case
from cases.vault import ceremony, custody, hpke
from cases.vault.aead import Stored

State, Why = Evidence.State, Evidence.Why
MOST_OF_A_LETTER = 300
GONE = {State.DESTROYED, State.FAILED}
EVENTS = {State.KEPT: "evidence_kept", State.DESTROYED: "evidence_destroyed", State.LOCKED: "evidence_locked",
          State.FAILED: "evidence_failed"}


def lock(evidence_id: UUID) -> Evidence | None:
    """The row as it is now, locked, with its case, which is locked first as everywhere; None if both are gone."""
    found = Evidence.objects.filter(pk=evidence_id).values_list("case", flat=True).first()
    try:
        case = lock_case(Case(pk=found)) if found else None
    except Case.DoesNotExist:
        case = None
    evidence = Evidence.objects.select_for_update(of=("self",)).select_related("key").filter(pk=evidence_id).first()
    if evidence is not None and case is not None:
        evidence.case = case
    return evidence if case is not None else None


def pages_of(evidence: Evidence) -> list[Stored]:
    return list(Page.objects.filter(evidence=evidence).order_by("number").values_list("blob", flat=True))


def preserve(evidence: Evidence, secret: bytes, why: Evidence.Why, *, by: Staff | None, **fields: Any) -> None:
    """Lock it, by order: `secret`, its key, is sealed to the recovery key, and nothing in the house opens it any more."""
    if evidence.key is None:
        raise custody.KeyMissing("nothing is left to preserve")
    info = ceremony.preserved_context(case=evidence.case_id, file=evidence.pk)
    preserved = hpke.seal(settings.RECOVERY_PUBLIC_KEY, secret, info=info)
    custody.drop_every_wrap(evidence.key)
    settle(evidence, State.LOCKED, why, by=by, preserved=preserved, letter=letter(), **fields)


def letter() -> str:
    """Of the order that holds now, for the row of what ends under it: a later order changes nothing of that."""
    return instruction().reference[:MOST_OF_A_LETTER]


def settle(evidence: Evidence, state: Evidence.State, why: Evidence.Why | None = None, *, by: Staff | None,
           **fields: Any) -> None:
    """Move a locked row. What is destroyed or failed loses pages and key in the same transaction."""
    key = evidence.key
    if state in GONE:
        Page.objects.filter(evidence=evidence).delete()
        fields["key"] = None
    fields = {"settled_at": timezone.now()} | fields | {"state": state.value, "why": why.value if why else ""}
    for name, value in fields.items():
        setattr(evidence, name, value)
    evidence.save(update_fields=list(fields))
    if key is not None and key != evidence.key:
        custody.destroy([key], actor=actor(by))
    record(EVENTS[state], subject=evidence.case_id, actor=actor(by), evidence=evidence.pk, why=evidence.why)
