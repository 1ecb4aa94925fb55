"""Who speaks for which body, and what of what was shown may still be opened."""
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from cases.audit.models import Entry
from cases.coordination.models import Body, Seat, Shown
from cases.escalation.models import Escalation
from cases.escalation.services import NEXT
from cases.models import Case, Consent
from cases.permissions import Permission, Staff, may
from cases.referral import services as referrals
from cases.referral.models import Ground, Referral
from cases.referral.selectors import has_agreed
from cases.selectors import agrees
from cases.vault.models import BodyGrant, StaffKey
from cases.vault.signing import fingerprint

Member = Any            # the user model, which lives in the portal
NOTICE, PACKAGE = Escalation.State, Referral.State
WAITS = {NOTICE.SENT, NOTICE.ACKNOWLEDGED, NOTICE.NEEDS_MORE, NOTICE.NO_ANSWER}
GIVEN = {PACKAGE.HANDED, PACKAGE.ACCEPTED}
# What a body may say of itself, where the table of what follows what allows it.
SAYS = (NOTICE.ACKNOWLEDGED, NOTICE.NEEDS_MORE, NOTICE.ACTIONED, NOTICE.REFUSED)
SAYS_OF_REFERRALS = (PACKAGE.ACCEPTED, PACKAGE.REFUSED, PACKAGE.ACTED, PACKAGE.NOTHING)
READ = "partner_item_read"


@dataclass(frozen=True)
class Waiting:
    """A colleague in a seat who lacks the body's newest key. `fingerprint`: of the key it would be sealed to; "": none yet."""
    colleague: Member
    fingerprint: str


def seat_of(staff: Staff) -> Seat | None:
    """None for whoever does not speak for a body, or whose body is retired."""
    if not may(staff, Permission.SPEAK_FOR_BODY):
        return None
    return Seat.objects.select_related("body__platform", "member").filter(member_id=staff.pk, body__retired_at=None).first()


def seated(body: Body) -> QuerySet[AbstractBaseUser]:
    """Who speaks for the body and has not left, by name."""
    members = get_user_model().objects.filter(seat__body=body, is_active=True)
    return members.order_by("name", "pk").defer("password")


def keyless(body: Body) -> list[Waiting]:
    """Colleagues to whom nobody has handed the newest key yet."""
    newest = BodyGrant.objects.filter(key__body=body.pk).order_by("-key__version").values_list("key", flat=True).first()
    held = set(BodyGrant.objects.filter(key=newest).values_list("member", flat=True))
    missing: list[Member] = [each for each in seated(body) if each.pk not in held]
    public = dict(StaffKey.objects.filter(member__in=missing).values_list("member", "public"))
    return [Waiting(each, fingerprint(public[each.pk]) if each.pk in public else "") for each in missing]


def own_fingerprint(seat: Seat) -> str:
    """Of the member's own key, to be read aloud to a colleague; empty before there is one."""
    own = StaffKey.objects.filter(member_id=seat.member_id).values_list("public", flat=True).first()
    return fingerprint(own) if own else ""


def body_for(case: Case, *, escalation: Escalation | None = None, referral: Referral | None = None) -> Body | None:
    """The body before which it could be put; none for practice, whose notices never leave."""
    if case.unit.practice:
        return None
    bodies = Body.objects.filter(retired_at=None)
    if escalation is not None:
        return bodies.filter(platform=escalation.platform_id).first()
    return bodies.filter(authority=referral.authority_id).first() if referral is not None else None


def shown_before(body: Body, *, answered: bool) -> QuerySet[Shown]:
    """What was put before the body: what it may open now, or what is over."""
    rows = Shown.objects.filter(body=body, ended_at__isnull=not answered)
    return rows.select_related("body", "case__unit", "escalation__platform", "referral__authority", "key", "collected__by")


def still_open(shown: Shown) -> bool:
    """Whether it may be opened at this moment: not answered, the body not retired, and the reporter still agrees."""
    if shown.ended_at is not None or shown.body.retired_at is not None:
        return False
    if shown.escalation is not None:
        return shown.escalation.state in WAITS and agrees(shown.case, Consent.Act.ASK_PLATFORM)
    one = shown.referral
    return one is not None and one.state in GIVEN and (one.ground != Ground.CONSENT or has_agreed(shown.case, one.authority))


def answers_to(shown: Shown) -> list[Escalation.State] | list[Referral.State]:
    """What the body can say now, in order."""
    if shown.escalation is not None:
        return [each for each in SAYS if each in NEXT[NOTICE(shown.escalation.state)]]
    state = PACKAGE(shown.referral.state) if shown.referral else PACKAGE.DROPPED
    return [each for each in SAYS_OF_REFERRALS if each in referrals.NEXT[state]]


def looks(rows: Iterable[Shown]) -> list[Entry]:
    """Each time that somebody of the body opened one of these, the newest first: from the log."""
    by_case = {str(row.case_id): str(row.pk) for row in rows}
    found = Entry.objects.filter(event=READ, subject__in=list(by_case), details__shown__in=list(by_case.values()))
    return list(found.order_by("-at", "-pk"))
