"""Cases of a member that could go to one platform together."""
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from cases.escalation.batches import TOGETHER
from cases.escalation.models import Channel, Escalation
from cases.models import Case, Consent
from cases.permissions import Staff
from cases.selectors import cases_for, opened_by
from cases.triage.filters import naming
from cases.workflow import Status

State = Escalation.State
SHOWN, LOOKED_AT = 60, 200
ASKED = [State.PROPOSED, State.REQUESTED, State.SENT, State.ACKNOWLEDGED]       # this platform has it already, or soon


@dataclass(frozen=True)
class Candidates:
    """Cases that name the platform, are in work, may be opened, agreed to it and were not sent there yet. `more`: not all."""
    cases: list[Case]
    more: bool


def channels() -> QuerySet[Channel]:
    """Ways by which several notices fit into one message."""
    offered = Channel.objects.filter(kind__in=TOGETHER, retired_at=None, platform__retired_at=None)
    return offered.select_related("platform").order_by("platform__order", "pk")


def candidates(channel: Channel, member: Staff) -> Candidates:
    newest = Consent.objects.filter(case=OuterRef("pk"), act=Consent.Act.ASK_PLATFORM).order_by("-at").values("answer")[:1]
    asked = Escalation.objects.filter(platform=channel.platform_id, state__in=ASKED).values("case")
    found = cases_for(member).filter(status__in=[Status.IN_REVIEW, Status.WAITING_OUTSIDE], merged_into=None, folded_into=None,
                                    unit__practice=False)
    agreed = found.annotate(ask_answer=Subquery(newest)).filter(ask_answer=Consent.Answer.YES).exclude(pk__in=asked)
    named = agreed.filter(naming(channel.platform.slug, member, timezone.now()))
    meant = named.filter(harm__in=channel.harms) if channel.harms else named
    able = list(meant.select_related("unit").defer("answers", "summary").order_by("due_at", "pk")[:LOOKED_AT])
    doors = opened_by(member, able)
    able = [case for case in able if case.pk in doors]
    return Candidates(able[:SHOWN], len(able) > SHOWN)
