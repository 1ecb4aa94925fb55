"""From a report that the browser sealed to a case: what the page is handed for sealing, and what is kept of what comes back."""
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from cases.escalation.models import Platform
from cases.hashing.services import store
from cases.intake import receipts
from cases.intake.sealed import Malformed, SealedContact, SealedKey, SealedReport
from cases.intake.services import route
from cases.models import Case
from cases.notifications.services import keep_sealed_address, urgent
from cases.services import CaseDraft, give_consent, open_case
from cases.units.models import Unit
from cases.vault import custody, trust
from cases.vault.custody import KeyMissing, Outdated, WrapRefused
from cases.vault.models import DataKey


class SealAgain(Exception):
    """Sealed to a unit or a key version that is not the one by now. The browser holds everything and seals once more."""


def offer(unit: Unit) -> dict[str, Any]:
    """What a browser needs to seal a report to `unit`; it checks the chains for itself, against the root that the first page
    names. Raises KeyMissing.

    `worker` is None while the worker has no key that holds: then everything but an address can be sealed.
    """
    version = max(settings.RECEIPT_SALTS)
    trust.trusted(unit)
    return {"unit": str(unit.pk), "chain": trust.as_data(trust.chain(unit)), "worker": _worker_chain(),
            "salt": {"version": version, "hex": settings.RECEIPT_SALTS[version].hex()}}


def _worker_chain() -> list[dict[str, str | int]] | None:
    try:
        trust.trusted_worker()
    except KeyMissing:
        return None
    return trust.as_data(trust.worker_chain())


@transaction.atomic
def submit_sealed(*, report: SealedReport, language: str) -> Case:
    """Open the case. Raises AlreadyOpen (sent before), SealAgain, KeyMissing, Malformed; then nothing is kept.

    The case goes first and its keys after it (the database compares them at the end), so that a second Send fails at the
    submission's id, whatever else it repeats.
    """
    unit = route(report.facts, report.conflict)
    if unit.pk != report.unit:
        raise SealAgain
    try:
        with transaction.atomic():
            return _kept(report, unit, language)
    except Outdated as error:
        raise SealAgain from error
    except (WrapRefused, IntegrityError) as error:
        raise Malformed("an id or a wrap that cannot be kept") from error


def _kept(report: SealedReport, unit: Unit, language: str) -> Case:
    case = open_case(draft=CaseDraft(
        id=report.case, submission=report.submission, unit=unit, reporter_public=report.lock.public,
        key=DataKey(pk=report.key.id), conversation_key=DataKey(pk=report.conversation.id), answers=report.answers,
        summary=report.summary, facts=report.facts, language=language, platforms=_named(report.platforms),
        wants_woman=report.wants_woman, conflict=report.conflict.value if report.conflict else ""))
    for key in (report.key, report.conversation):
        _adopt(key, case.pk, unit)
    receipts.issue(case=case, lock=report.lock)
    store(case=case, fingerprints=report.fingerprints)
    for consent in report.consents:
        give_consent(case=case, act=consent.act, answer=consent.answer, assent=consent.assent, consent_id=consent.id)
    if report.contact:
        _keep_contact(case, report.contact)
    urgent(case=case)
    return case


def _adopt(key: SealedKey, case: UUID, unit: Unit | None) -> DataKey:
    return custody.adopt(key.id, case=case, unit=unit, wraps=key.wraps)


def _keep_contact(case: Case, contact: SealedContact) -> None:
    keep_sealed_address(case=case, address_id=contact.id, kind=contact.kind, hours=contact.hours,
                        key=_adopt(contact.key, case.pk, None), sealed=contact.sealed)


def _named(slugs: object) -> list[str]:
    """Platforms still on our list; one that went since the page was made is no reason to refuse a report."""
    return sorted(Platform.objects.filter(slug__in=slugs).values_list("slug", flat=True))
