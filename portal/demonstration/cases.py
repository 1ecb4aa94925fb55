"""A case from each report: sealed and opened as intake does it, then walked along their paths and put back in time."""
import hashlib
import json
import random
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Model

from cases.escalation.models import Attempt, Escalation, Sighting
from cases.evidence.services import receive
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.services import store
from cases.intake.services import route
from cases.models import Case, Consent, Message, StatusChange
from cases.priority import Body, Facts, Harm, band
from cases.referral.models import Referral
from cases.services import CaseDraft, give_consent, open_case
from cases.triage import consulting, subjects
from cases.triage.models import Consult, Subject
from cases.units.models import Unit
from cases.vault import custody, envelope, hpke
from portal.accounts.models import User
from portal.demonstration.paths import PATHS, Told
from portal.demonstration.people import PEOPLE
from portal.demonstration.reports import LINK, REPORTS, Report
from portal.demonstration.screenshots import chat

WRITTEN_DOWN = {"in_review", "waiting_reporter", "waiting_outside", "escalated"}
SUBJECTS: dict[Harm, tuple[tuple[str, str, str], ...]] = {
    Harm.SEXTORTION: (("account", "@night.album", ""), ("phone", "0300 0000000", "WhatsApp")),
    Harm.INTIMATE_IMAGES: (("doer", "“Danyal”", "سابق منگیتر / former fiancé"), ("account", "@night.album", "")),
}
QUESTIONS = {Harm.HONOUR_THREAT: (
    "integrity", "Her cousins look for her, and one of them is said to work for an authority. Do you know of a complaint about "
                 "him? Write to nobody outside before you have called me.")}
LATER = timedelta(hours=20)         # how long ago the last step was, at most: clocks that are still running keep running


@transaction.atomic
def tell_all(staff: dict[str, User]) -> None:
    for number, report in enumerate(REPORTS, start=1):
        tell(number, report, staff)


def tell(number: int, report: Report, staff: dict[str, User]) -> None:
    case_id, key, conversation = uuid.uuid4(), envelope.new_key(), envelope.new_key()
    facts = Facts(report.harm, band(report.age), band(report.then), frozenset(report.dangers))
    conflict = Body(report.conflict) if report.conflict else None
    unit, (_private, public) = route(facts, conflict), hpke.new_pair()      # nobody has the receipt: it was never given
    case = open_case(draft=CaseDraft(
        id=case_id, submission=uuid.uuid4(), unit=unit, reporter_public=public,
        key=custody.keep(key, case=case_id, unit=unit),
        conversation_key=custody.keep(conversation, case=case_id, unit=unit, reporter=public),
        answers=envelope.seal(key, json.dumps(answers(number, report)).encode(), case=case_id, field="answers", record=case_id),
        summary=envelope.seal(key, report.story[:120].encode(), case=case_id, field="summary", record=case_id),
        facts=facts, language=report.language, platforms=report.platforms, wants_woman=report.woman, conflict=report.conflict))
    store(case=case, fingerprints=fingerprints(number, report))
    for act in (Consent.Act.SHARE_HASHES, Consent.Act.ASK_PLATFORM):
        give_consent(case=case, act=act, answer=Consent.Answer.YES)
    for act in (Consent.Act.PASS_POLICE, Consent.Act.PASS_PTA):
        give_consent(case=case, act=act, answer=passing_on(number, report))
    told = Told(case, report, reader(unit.code, report, number, staff), key, conversation)
    hand_in(number, report, case)
    PATHS[report.path](told)
    write_down(told)
    ask_a_unit(told)
    if report.message:
        told.write(Message.Author.REPORTER, report.message)
    put_back(case, timedelta(hours=report.hours))


def hand_in(number: int, report: Report, case: Case) -> None:
    """Sealed as the public process does it; the worker looks at them once it runs."""
    ticket = uuid.uuid4()
    for n in range(1, report.screenshots + 1):
        receive(case_id=case.pk, ticket=ticket, number=n, content=chat((report.same_as or number) * 10 + n))


def write_down(told: Told) -> None:
    """Whom and what the caseworker has written down; one account stands in several cases."""
    entries = SUBJECTS.get(told.report.harm, ()) if told.report.path in WRITTEN_DOWN else ()
    for kind, name, about in entries:
        row, words = uuid.uuid4(), json.dumps({"name": name, "about": about}).encode()
        sealed = envelope.seal(told.key, words, case=told.case.pk, field="subject", record=row)
        subjects.add(case=told.case, row=row, kind=kind, words=sealed, tag=subjects.tag_of(kind, name), by=told.by)


def ask_a_unit(told: Told) -> None:
    """For advice, without a copy of the report."""
    asked = QUESTIONS.get(told.report.harm)
    if asked and told.report.path in WRITTEN_DOWN:
        unit, words, row, secret = Unit.objects.get(code=asked[0]), asked[1].encode(), uuid.uuid4(), envelope.new_key()
        case = told.case.pk
        consulting.ask(by=told.by, consult=Consult(
            id=row, case=told.case, unit=unit, scope=Consult.Scope.QUESTION.value, key=custody.keep(secret, case=case, unit=unit),
            own=envelope.seal(told.key, words, case=case, field="consult", record=row),
            question=envelope.seal(secret, words, case=case, field="consult", record=row)))


def passing_on(number: int, report: Report) -> Consent.Answer:
    if report.path == "referred":
        return Consent.Answer.YES
    return Consent.Answer.ASK_FIRST if number % 3 else Consent.Answer.NO


def answers(number: int, report: Report) -> dict[str, Any]:
    links = [LINK.format(platform=platform, n=1000 + number) for platform in report.platforms]
    return {"version": 1, "relation": report.relation, "age_now": report.age, "age_then": report.then, "story": report.story,
            "links": links, "handles": [f"@example{number}"], "platform_other": "", "wanted": ["remove", "stop"],
            "who_does_it": "",
            "safe_to_contact": ""}


def reader(code: str, report: Report, number: int, staff: dict[str, User]) -> User:
    able = [p for p in PEOPLE if code in p.units and p.role == "caseworker" and (p.is_woman or not report.woman)]
    return staff[able[number % len(able)].account]


def fingerprints(number: int, report: Report) -> list[Fingerprint]:
    """Made of numbers, not of pictures: 128 of 256 bits set, as in a real PDQ."""
    found = []
    for n in range(1, report.pictures + 1):
        seed = (report.same_as, 1) if report.same_as and n == 1 else (number, n)
        bits = random.Random(str(seed)).sample(range(256), 128)  # noqa: S311  not a secret
        if report.same_as and n == 1:
            bits = bits[6:]                              # the same picture, saved again
        file = f"{number}-{n}".encode()
        found.append(Fingerprint(n, f"{sum(1 << bit for bit in bits):064x}", 100, hashlib.sha256(file).hexdigest(),
                                 hashlib.md5(file, usedforsecurity=False).hexdigest()))
    return found


def put_back(case: Case, hours: timedelta) -> None:
    """The report lies `hours` back, what followed half of that, at most LATER."""
    new = case.history.count() == 1
    later = hours if new else min(hours / 2, LATER)
    shift(Case, {"pk": case.pk}, later, "clock_started_at", "due_at", "alarm_at", "closed_at")
    shift(Case, {"pk": case.pk}, hours, "opened_at")
    first = case.history.order_by("at").values_list("pk", flat=True)[:1].get()
    shift(StatusChange, {"pk": first}, hours, "at")
    for row in case.history.exclude(pk=first):
        shift(StatusChange, {"pk": row.pk}, later, "at", "next_check")
    shift(Consent, {"case": case}, hours, "at")
    shift(Message, {"case": case}, later, "at")
    shift(Subject, {"case": case}, later, "at")
    shift(Consult, {"case": case}, later, "at")
    shift(Escalation, {"case": case}, later, "requested_at", "sent_at", "answered_at", "next_check_at")
    shift(Attempt, {"escalation__case": case}, later, "at")
    shift(Sighting, {"case": case}, later, "at")
    shift(Referral, {"case": case}, later, "asked_at", "decided_at", "taken_at", "handed_at", "told_at")


def shift(model: type[Model], rows: dict[str, Any], by: timedelta, *columns: str) -> None:
    for column in columns:
        model._default_manager.filter(**rows, **{f"{column}__isnull": False}).update(**{column: F(column) - by})
