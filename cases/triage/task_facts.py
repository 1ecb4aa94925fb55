"""What the rules of `derived` look at, for one case or a page of them: the same number of queries, and nothing is unsealed."""
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, Q, Subquery

from cases.escalation import sightings
from cases.escalation.models import Escalation
from cases.escalation.services import UPWARD
from cases.evidence.models import Evidence
from cases.hashing.models import Listing
from cases.models import Case, Consent, Message, StatusChange
from cases.permissions import Permission, Staff, may
from cases.public_words import Said
from cases.triage import closing
from cases.triage.asking import visible
from cases.triage.derived import Facts, Notice
from cases.vault.models import KeyGrant, UnitKey
from cases.workflow import Status

Ids = list[UUID]
Dated = tuple[tuple[str, datetime], ...]        # a code, and since when


def facts_of(cases: Sequence[Case], member: Staff) -> dict[UUID, Facts]:
    """`cases` are of `cases_for(member)`. Ten queries, however many they are."""
    ids = [case.pk for case in cases]
    talk, asked, told, files = messages(ids), ask_first(ids), partners(ids), unseen(ids)
    (notices, approvals), listings, questions = notices_of(ids, member), proposed(ids, member), unanswered(ids, member)
    keyless, closings = without_key(cases), asked_to_close(ids, member)
    return {case.pk: Facts(
        status=Status(case.status), outcome=case.outcome, child=case.child, assigned=case.assignee_id is not None,
        due_at=case.due_at, since=case.closed_at or case.clock_started_at,
        unread=talk.get(case.pk, NEVER)[0], wrote=talk.get(case.pk, NEVER)[1], ask_first=asked[case.pk],
        notices=tuple(notices[case.pk].values()), files=files.get(case.pk, NONE)[0], locked=files.get(case.pk, NONE)[1],
        questions=tuple(questions[case.pk]), proposed=listings.get(case.pk),
        closing=closings.get(case.pk), approval=approvals.get(case.pk), talks=case.split_of_id is None,
        handed_on=bool(notices[case.pk]) or case.pk in listings, partners=told[case.pk], keyless=case.pk in keyless,
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


def notices_of(ids: Ids, member: Staff) -> tuple[defaultdict[UUID, dict[str, Notice]], dict[UUID, datetime]]:
    """The newest of each case by platform, for a new notice settles what went wrong with the one before; and since when one waits
    that this member may let leave."""
    found: defaultdict[UUID, dict[str, Notice]] = defaultdict(dict)
    waits: dict[UUID, datetime] = {}
    decides = may(member, Permission.ESCALATE)
    rows = Escalation.objects.filter(case__in=ids).order_by("requested_at").annotate(
        looked=Subquery(sightings.by_staff().order_by("-at").values("at")[:1]),
        online=Subquery(sightings.still_online().values("at")[:1]), told=Subquery(sightings.of_reporter().values("at")[:1]))
    for case, platform, state, by, asked, answered, kind, *seen in rows.values_list(
            "case", "platform__slug", "state", "by", "requested_at", "answered_at", "channel__kind", "next_check_at", "looked",
            "online", "told"):
        found[case][platform] = Notice(platform, state, answered or asked, *seen, places=kind not in UPWARD)
        if state == Escalation.State.PROPOSED and decides and by != member.pk:
            waits.setdefault(case, asked)
    return found, waits


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
