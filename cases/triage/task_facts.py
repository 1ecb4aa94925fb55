"""What the rules of `derived` look at, for one case or a page of them: the same number of queries, and nothing is unsealed."""
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from cases.escalation.ladder_models import Step, Why
from cases.escalation.models import Escalation
from cases.evidence.models import Evidence
from cases.hashing.models import Listing
from cases.models import Case, Consent, Message, StatusChange
from cases.permissions import Permission, Staff, may
from cases.public_words import Said
from cases.triage import closing
from cases.triage.asking import visible
from cases.triage.derived import Facts, NextStep, Notice
from cases.triage.next_steps import Advice, Chased, Link, chased
from cases.vault.models import KeyGrant, UnitKey
from cases.workflow import Status

Ids = list[UUID]
Dated = tuple[tuple[str, datetime], ...]        # a code, and since when


def facts_of(cases: Sequence[Case], member: Staff, known: Chased | None = None) -> dict[UUID, Facts]:
    """`cases` are of `cases_for(member)`. Ten queries, however many they are, and three for what comes next, unless known."""
    ids = [case.pk for case in cases]
    talk, asked, told, files = messages(ids), ask_first(ids), partners(ids), unseen(ids)
    found, listings, questions = known or chased(cases), proposed(ids, member), unanswered(ids, member)
    now, seen, advice = timezone.now(), found.notices, found.advice
    keyless, closings = without_key(cases), asked_to_close(ids, member)
    return {case.pk: Facts(
        status=Status(case.status), outcome=case.outcome, child=case.child, assigned=case.assignee_id is not None,
        due_at=case.due_at, since=case.closed_at or case.clock_started_at,
        unread=talk.get(case.pk, NEVER)[0], wrote=talk.get(case.pk, NEVER)[1], ask_first=asked[case.pk],
        notices=newest_notices(seen.get(case.pk, []), advice.get(case.pk, [])),
        steps=due_steps(advice.get(case.pk, []), now), files=files.get(case.pk, NONE)[0], locked=files.get(case.pk, NONE)[1],
        questions=tuple(questions[case.pk]), proposed=listings.get(case.pk), closing=closings.get(case.pk),
        approval=asked_to_let_leave(seen.get(case.pk, []), member), talks=case.split_of_id is None,
        handed_on=case.pk in seen or case.pk in listings, partners=told[case.pk], keyless=case.pk in keyless,
    ) for case in cases}


NEVER: tuple[datetime | None, datetime | None] = (None, None)
NONE = (0, 0)


def messages(ids: Ids) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    """The oldest unread one of the reporter, our own newest."""
    theirs, ours = Message.Author.REPORTER.value, Message.Author.STAFF.value
    rows = Message.objects.filter(case__in=ids).order_by().values("case").annotate(
        unread=Min("at", filter=Q(author=theirs, read_at=None)), wrote=Max("at", filter=Q(author=ours)))
    return {row["case"]: (row["unread"], row["wrote"]) for row in rows}


def ask_first(ids: Ids) -> defaultdict[UUID, Dated]:
    newest = {(case, act): (answer, at) for case, act, answer, at in
              Consent.objects.filter(case__in=ids).order_by("at").values_list("case", "act", "answer", "at")}
    return by_case((case, act, at) for (case, act), (answer, at) in newest.items() if answer == Consent.Answer.ASK_FIRST)


def partners(ids: Ids) -> defaultdict[UUID, Dated]:
    """Platforms that may hold what was withdrawn, until they say that they dropped it: so the reporter was told."""
    said = (Said.PARTNER_MAY_HOLD.value, Said.PARTNER_DROPPED.value)
    newest = {(case, platform): (words, at) for case, platform, words, at in
              StatusChange.objects.filter(case__in=ids, said__in=said).order_by("at")
              .values_list("case", "platform", "said", "at")}
    return by_case((case, platform, at) for (case, platform), (words, at) in newest.items()
                   if words == Said.PARTNER_MAY_HOLD)


def by_case(rows: Iterable[tuple[UUID, str, datetime]]) -> defaultdict[UUID, Dated]:
    found: defaultdict[UUID, Dated] = defaultdict(tuple)
    for case, code, at in rows:
        found[case] += ((code, at),)
    return found


def newest_notices(seen: Sequence[tuple[Link, Notice]], advice: Sequence[Advice]) -> tuple[Notice, ...]:
    """One for each platform. A new notice settles what went wrong with the one before, also where it goes to others."""
    advised = {pk for each in advice for pk in each.notices}
    followed = {link.earlier for link, _notice in seen if link.step != Step.COPIES and link.state != Escalation.State.RETURNED}
    newest = {link.platform: replace(notice, advised=link.pk in advised) for link, notice in seen
              if link.pk not in followed or link.state == Escalation.State.ACTIONED}
    return tuple(newest.values())


def due_steps(advice: Sequence[Advice], now: datetime) -> tuple[NextStep, ...]:
    """Of what is online again, that is the task."""
    return tuple(NextStep(each.suggestion.step.value, each.suggestion.to or each.suggestion.after.platform, each.due)
                 for each in advice if each.stands(now) and each.suggestion.why != Why.BACK)


def asked_to_let_leave(seen: Sequence[tuple[Link, Notice]], member: Staff) -> datetime | None:
    """Since when a notice waits that this member may let leave."""
    waits = [link.asked for link, _notice in seen if link.state == Escalation.State.PROPOSED and link.by != member.pk]
    return min(waits, default=None) if may(member, Permission.ESCALATE) else None


def unseen(ids: Ids) -> dict[UUID, tuple[int, int]]:
    """How many files nobody has opened, and how many are locked and not handed out."""
    rows = Evidence.objects.filter(case__in=ids).order_by().values("case").annotate(
        files=Count("pk", filter=Q(state=Evidence.State.KEPT, looked_at=None)),
        locked=Count("pk", filter=Q(state=Evidence.State.LOCKED, exported_at=None)))
    return {row["case"]: (row["files"], row["locked"]) for row in rows}


def proposed(ids: Ids, member: Staff) -> dict[UUID, datetime | None]:
    """Of cases with fingerprints proposed for a list or on it: since when some wait that somebody else proposed."""
    others = Q(state=Listing.State.PROPOSED) & ~Q(proposed_by=member.pk)
    rows = Listing.objects.filter(hash__case__in=ids).order_by().values("hash__case").annotate(
        since=Min("proposed_at", filter=others))
    return {row["hash__case"]: row["since"] for row in rows}


def unanswered(ids: Ids, member: Staff) -> defaultdict[UUID, list[datetime]]:
    found: defaultdict[UUID, list[datetime]] = defaultdict(list)
    for case, at in visible(member).filter(about__in=ids, answer="").values_list("about", "at"):
        found[case].append(at)
    return found


def asked_to_close(ids: Ids, member: Staff) -> dict[UUID, datetime]:
    """Children's cases that somebody else asks to close, where this member is the one to decide."""
    if not may(member, Permission.SUPERVISE):
        return {}
    return dict(closing.waiting().filter(case__in=ids).exclude(by=member.pk).values_list("case", "at"))


def without_key(cases: Sequence[Case]) -> set[UUID]:
    """Cases whose holder has not been granted the newest key of the unit: they read nothing of it."""
    units = {case.unit_id for case in cases if case.assignee_id}
    newest = dict(UnitKey.objects.filter(unit__in=units).order_by("version").values_list("unit", "pk"))
    granted = set(KeyGrant.objects.filter(key__in=newest.values()).values_list("key__unit", "member"))
    return {case.pk for case in cases if case.assignee_id and (case.unit_id, case.assignee_id) not in granted}
