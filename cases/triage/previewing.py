"""What a member sees before a notice leaves: as the platform reads it, in Urdu beside it, and what is given away by it."""
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from cases.escalation import composing, notices
from cases.escalation.composing import Disclosed
from cases.escalation.models import Channel, Escalation, Step
from cases.escalation.notices import Notice
from cases.escalation.services import new_reference
from cases.models import Case, Consent
from cases.permissions import Staff
from cases.triage import reading
from cases.triage.escalating import DISCLOSED, Follows, Known, NoticeForm
from cases.triage.models import Subject
from cases.triage.staff_words import read_subjects
from cases.vault.keyring import Keyring

READ = "ur"                     # beside it, for whoever reads English with effort
PEOPLE = {Subject.Kind.HARMED, Subject.Kind.WITNESS}
ACCOUNTS = {Subject.Kind.ACCOUNT, Subject.Kind.PHONE}


@dataclass(frozen=True)
class Preview:
    """`theirs` and `ours`: subject and text, as the platform reads it and in Urdu. `typed`: own words, the same in both."""
    channel: Channel
    theirs: tuple[str, str]
    ours: tuple[str, str]
    typed: bool


@dataclass(frozen=True)
class Line:
    """`mark`: "+" leaves and was allowed, "!" leaves and was not, "−" stays here."""
    words: object
    mark: str
    line: Disclosed
    answer: str = ""


def known(case: Case, *, keyring: Keyring | None, by: Staff) -> Known:
    """Whom and what the case names, from what members wrote down and what the reporter typed."""
    rows = list(Subject.objects.filter(case=case, kind__in=[*PEOPLE, *ACCOUNTS]))
    said = read_subjects(case, rows, keyring=keyring, by=by, alone=True) if rows else {}
    answers = reading.read_answers(case, keyring=keyring, by=by)
    return Known(tuple(said[row.pk].name for row in rows if row.kind in PEOPLE and said[row.pk].name),
                 (*(said[row.pk].name for row in rows if row.kind in ACCOUNTS and said[row.pk].name), *answers.handles))


def previews(form: NoticeForm, language: str) -> list[Preview]:
    return [preview(channel, form.notice_to(channel), language) for channel in form.channels]


def preview(channel: Channel, notice: Notice, language: str) -> Preview:
    ours = notices.in_language(notice, READ)
    return Preview(channel, rendered(notice, language), rendered(ours, READ), typed=ours.reasons == notice.reasons)


def rendered(notice: Notice, language: str) -> tuple[str, str]:
    return notices.render(notice, office=settings.OFFICE[language], contact=settings.NOTICE_FROM_EMAIL, language=language)


def disclosures(form: NoticeForm) -> list[Line]:
    """Worst first."""
    found = composing.disclosed(form.case, form.notice, form.channels, form.found)
    lines = [Line(DISCLOSED[each.what], mark(each), each, answered(each)) for each in found]
    return sorted(lines, key=lambda line: "!+−".index(line.mark))


def mark(line: Disclosed) -> str:
    if not line.leaves:
        return "−"
    return "+" if line.allowed else "!"


def answered(line: Disclosed) -> str:
    return str(Consent.Answer(line.answer).label) if line.answer else ""


def after(follows: Follows, words: dict[str, Any], to: list[Channel], *, keyring: Keyring | None, by: Staff) -> dict[str, Any]:
    """`words` of the case, with what the earlier notice said in their place; of copies, the places that it did not name."""
    earlier, first = follows.earlier, to[0]
    notice = reading.read_notice(earlier, case=earlier.case, keyring=keyring, by=by).notice
    if notice is None:
        return words
    others = [link for link in words["links"].splitlines() if link not in notice.links]
    links = others if follows.to(first) == Step.COPIES else notice.links
    said = {"links": "\n".join(links), "reasons": notice.reasons, "law": notice.law,
            "hashes": words["hashes"] and (bool(notice.hashes) or follows.to(first) == Step.COPIES)}
    same = {"policy": notice.policy, "basis": earlier.basis_id} if first.platform_id == earlier.platform_id else {}
    return words | said | same


def again(earlier: Escalation, case: Case, to: list[Channel], *, keyring: Keyring | None, by: Staff) -> dict[str, Any]:
    """An earlier notice of the case as the beginning of a new one; empty when it cannot be opened."""
    notice = reading.read_notice(earlier, case=case, keyring=keyring, by=by).notice
    fresh = {"reference": new_reference()} | {f"reference_{channel.pk}": new_reference() for channel in to[1:]}
    if notice is None:
        return fresh
    rules = {f"policy_{channel.pk}": notice.policy for channel in to[1:]}
    return fresh | rules | {"links": "\n".join(notice.links), "reasons": notice.reasons, "policy": notice.policy,
                            "law": notice.law, "signature": notice.signature, "hashes": bool(notice.hashes),
                            "basis": earlier.basis_id}
