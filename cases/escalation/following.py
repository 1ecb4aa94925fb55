"""What a notice follows: an earlier one about the same report, which it names and whose thread it joins."""
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import override

from cases.escalation.ladder_models import Step
from cases.escalation.models import Escalation, LegalBasis, Platform
from cases.escalation.notices import Earlier
from cases.models import Case
from cases.permissions import Staff
from cases.selectors import cases_for, kin_of, opened_by

DEADLINE = 48                           # hours, where nothing promises sooner or later; 47 USC 223a(a)(3)
FOR_A_CHILD = 24                        # of a child at most so many, whatever was promised
LONGEST = 20                            # notices in one thread
TO_OTHERS = {Platform.Kind.SEARCH: Step.SEARCH, Platform.Kind.HOST: Step.HOST, Platform.Kind.REGISTRAR: Step.REGISTRAR}
State = Escalation.State


def followable(case: Case, member: Staff) -> QuerySet[Escalation]:
    """Notices of the same report that this member may read and that left; in practice, that would have."""
    cases = opened_by(member, [case, *cases_for(member).filter(pk__in=kin_of(case))])
    left = Q(sent_at__isnull=False) | Q(case__unit__practice=True, state=State.REQUESTED)
    return Escalation.objects.filter(left, case__in=cases).select_related("case", "platform", "channel", "notice_key", "earlier")


def step_to(platform: Platform, earlier: Escalation) -> Step:
    """What a notice to `platform` is, after `earlier`, where nobody said."""
    if platform.pk == earlier.platform_id:
        return Step.SECOND if earlier.state in {State.REFUSED, State.ACTIONED} or earlier.earlier_id else Step.REMINDER
    return TO_OTHERS.get(Platform.Kind(platform.kind), Step.COPIES)


def named(earlier: Escalation, step: Step, language: str) -> Earlier:
    """The earlier notice as the words of a new one name it."""
    with override(language):
        return Earlier(earlier.reference, timezone.localdate(earlier.sent_at or earlier.requested_at).isoformat(),
                       str(earlier.platform), step.value)


def before(escalation: Escalation) -> list[Escalation]:
    """What it follows, and what that followed, the oldest first."""
    found: list[Escalation] = []
    one = escalation
    while one.earlier_id and len(found) < LONGEST:
        one = Escalation.objects.select_related("channel").defer("notice").get(pk=one.earlier_id)
        found.insert(0, one)
    return found


def thread(escalation: Escalation) -> tuple[str, ...]:
    """Message-IDs of what the same mailbox was sent before, the oldest first; what went to others is not in its thread."""
    address = escalation.channel.address
    proofs = [proof for one in before(escalation) if one.channel.address == address
              for proof in one.attempts.filter(ok=True).values_list("proof", flat=True)[:1]]
    return tuple(proof["message_id"] for proof in proofs if "message_id" in proof)


def first_check(escalation: Escalation) -> timedelta:
    """How long after sending we look whether they answered: as long as its ground promises, and of a child a day."""
    return timedelta(hours=hours(escalation.basis, child=escalation.case.child))


def hours(basis: LegalBasis | None, *, child: bool) -> int:
    """How soon a notice asks for an answer."""
    promised = basis.hours if basis and basis.hours else DEADLINE
    return min(promised, FOR_A_CHILD) if child else promised
