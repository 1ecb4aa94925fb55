"""What was seen at the links of a notice. "Removed" is what a platform says; whether it is gone, somebody has to look."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone

from cases.audit.services import actor, record
from cases.escalation.models import Escalation, Sighting
from cases.escalation.services import UPWARD, NotNow
from cases.merging import services as merging
from cases.merging.selectors import in_step
from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_assignee, tell_reporter
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.public_words import Said
from cases.services import change_status, lock_case
from cases.workflow import Status

State, How = Escalation.State, Sighting.How
# After "removed". No law names days: soon, because only one copy may be gone; then while the same is likely to be put up again;
# and once more when whoever did it may think that nobody looks any longer.
RECHECKS = (timedelta(days=3), timedelta(days=14), timedelta(days=30))
RECHECKED_FOR = timedelta(days=60)              # then nobody is asked to look any more
WAS_SENT = frozenset({State.SENT, State.ACKNOWLEDGED, State.NEEDS_MORE, State.ACTIONED, State.REFUSED, State.NO_ANSWER})


@dataclass(frozen=True)
class View:
    """What was seen of one link, and why it cannot be told."""
    seen: Sighting.Seen
    why: str = ""


def may_be_seen(escalation: Escalation) -> bool:
    """Nobody opens again what shows a child: there the platform and the hotline are asked."""
    return escalation.state in WAS_SENT and not escalation.case.child


@transaction.atomic
def saw(*, escalation: Escalation, views: Mapping[int, View], by: Staff) -> bool:
    """What a member saw, by a link's place in the notice. True when what was removed is online: the case is in review again then.
    Raises NotNow."""
    case = lock_case(escalation.case)
    fresh = Escalation.objects.select_related("case").get(pk=escalation.pk)
    if not may_be_seen(fresh) or not views:
        raise NotNow(fresh.state)
    now = timezone.now()
    Sighting.objects.bulk_create([
        Sighting(case=case, escalation=fresh, link=link, at=now, how=How.STAFF.value, seen=view.seen.value, why=view.why,
                 by_id=by.pk) for link, view in sorted(views.items())])
    found = [view.seen for view in views.values()]
    record("sighting_recorded", subject=case.pk, actor=actor(by), escalation=fresh.pk,
           **{seen.value: found.count(seen) for seen in Sighting.Seen})
    back = fresh.state == State.ACTIONED and Sighting.Seen.ONLINE in found
    if back:
        _work_again(case, by)
    return back


def _work_again(case: Case, by: Staff) -> None:
    """Closed, or waiting for somebody outside, it is ours again, with the reports that it leads and the one it was split from."""
    if case.status in {Status.CLOSED, Status.WAITING_OUTSIDE}:
        whole = case.split_of if case.split_of_id and not in_step(case, Status.IN_REVIEW) else None
        for each in filter(None, [whole, case]):
            change_status(case=each, to=Status.IN_REVIEW, by=by)
            tell_reporter(case=each)
            merging.follow(case=each, to=Status.IN_REVIEW, said=Said.IN_REVIEW, by=by)
    if case.merged_into_id:
        enqueue("merging.reach", case_id=str(case.pk))
    if case.assignee_id != by.pk:
        tell_assignee(case=case, occasion=Occasion.BACK)


def reporter_saw(*, case: Case) -> None:
    """The reporter sees it again: where, the notices do not say, and the public role cannot read them."""
    Sighting.objects.create(case=case, at=timezone.now(), how=How.REPORTER.value, seen=Sighting.Seen.ONLINE.value)


def by_staff() -> QuerySet[Sighting]:
    """Of the escalation that the query around it stands at."""
    return Sighting.objects.filter(escalation=OuterRef("pk"), how=How.STAFF.value)


def still_online() -> QuerySet[Sighting]:
    """The same, where the last look at a link since "removed" found it online."""
    later = Sighting.objects.filter(escalation=OuterRef("escalation"), link=OuterRef("link"), how=How.STAFF.value,
                                    at__gt=OuterRef("at"))
    return by_staff().filter(~Exists(later), seen=Sighting.Seen.ONLINE.value, at__gt=OuterRef("answered_at")).order_by("-at")


def of_reporter() -> QuerySet[Sighting]:
    """What a reporter of its case saw since "removed": its own, of a report that it leads, of the one that it was split from."""
    told = Q(case=OuterRef("case")) | Q(case__merged_into=OuterRef("case")) | Q(case=OuterRef("case__split_of"))
    return Sighting.objects.filter(told, how=How.REPORTER.value, at__gt=OuterRef("answered_at")).order_by("-at")


def online_again(notices: QuerySet[Escalation]) -> QuerySet[Escalation]:
    """Those whose platform removed what a member found online, or its reporter saw when no member has looked since."""
    return _removed(notices).filter(_again())


def to_look_at(notices: QuerySet[Escalation], now: datetime) -> QuerySet[Escalation]:
    """Those of which a day to look has come and nobody has looked since; not what is known to be online."""
    due = Q()
    for after in RECHECKS:
        since = by_staff().filter(at__gte=ExpressionWrapper(OuterRef("answered_at") + Value(after), output_field=DateTimeField()))
        due |= Q(~Exists(since), answered_at__lte=now - after)
    rows = _removed(notices).filter(due, ~_again(), answered_at__gte=now - RECHECKED_FOR)
    return rows.exclude(channel__kind__in=UPWARD)


def _removed(notices: QuerySet[Escalation]) -> QuerySet[Escalation]:
    return notices.filter(state=State.ACTIONED.value).annotate(
        looked=Subquery(by_staff().order_by("-at").values("at")[:1]), told=Subquery(of_reporter().values("at")[:1]))


def _again() -> Q:
    return Q(Exists(still_online())) | Q(told__isnull=False) & (Q(looked=None) | Q(looked__lte=F("told")))


def newest(escalation: Escalation) -> dict[int, Sighting]:
    """By a link's place: what a member saw last, or a machine where no member looked."""
    rows = escalation.sightings.exclude(how=How.REPORTER.value).select_related("by").order_by("at")
    found: dict[int, Sighting] = {}
    for row in rows:
        before = found.get(row.link or 0)
        if before is None or row.how == How.STAFF or before.how == How.MACHINE:
            found[row.link or 0] = row
    return found


def all_gone(seen: Mapping[int, Sighting], links: int) -> bool:
    """A member found every link gone. What a machine saw proves nothing."""
    return links > 0 and all(link in seen and seen[link].how == How.STAFF and seen[link].seen == Sighting.Seen.GONE
                             for link in range(links))
