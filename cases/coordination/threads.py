"""What is said between the office and a body, about policy. A case has no place here."""
import re

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.audit.services import actor, record
from cases.coordination.models import POSTS_KEPT, Body, Post
from cases.coordination.selectors import Member, seat_of, seated
from cases.escalation.notices import plain
from cases.notifications.models import Occasion
from cases.notifications.services import tell_members
from cases.permissions import ROLES, Permission, Staff, may
from cases.services import REF_ALPHABET

# As people write them: with other hyphens or none, in small letters, in any of three sets of digits. Without a hyphen a digit has
# to stand among the letters, or "10 events" would be a case.
OF_CASES = re.compile(rf"\b\d\d[-\u2010-\u2014_][{REF_ALPHABET}]{{6}}\b|\b\d\d ?(?=[a-z]*\d)(?=\d*[a-z])[{REF_ALPHABET}]{{6}}\b"
                      rf"|\bMZ[-\u2010-\u2014_ ]?[{REF_ALPHABET}]{{10}}\b", re.IGNORECASE)
RECEIPT = re.compile(r"(?<!\d)(?:\d[\s.,-]?){19}\d(?!\d)")


class NotYours(Exception):
    """Who speaks for no body, or for another, and has no permission for the office, writes nothing."""


def without_cases(text: str) -> str:
    """`text`, or ValidationError where a case, a notice or a receipt code is named."""
    read = plain(text)
    if OF_CASES.search(read) or RECEIPT.search(read):
        raise ValidationError(_("A number of a case, of a notice or of a receipt stands here. This thread is for policy: take it "
                                "out, and speak about a case where the case is."))
    return text


@transaction.atomic
def post(*, body: Body, text: str, by: Staff) -> Post:
    """Raises NotYours, ValidationError."""
    seat = seat_of(by)
    ours = may(by, Permission.COORDINATE)
    if not ours and (seat is None or seat.body_id != body.pk):
        raise NotYours
    made = Post.objects.create(body=body, by_id=by.pk, ours=ours, at=timezone.now(), text=without_cases(text))
    record("policy_posted", subject=body.pk, actor=actor(by), ours=ours)
    if ours:
        tell_members(occasion=Occasion.PARTNER, members=seated(body))   # type: ignore[arg-type]   # users, whose phone mypy misses
    else:
        tell_members(occasion=Occasion.POLICY, members=ours_in(body))
    return made


def ours_in(body: Body) -> list[Member]:
    """Who of the office has written in this thread; nobody yet: all who may."""
    able = [role.value for role, permissions in ROLES.items() if Permission.COORDINATE in permissions]
    people = get_user_model().objects.filter(role__in=able, is_active=True).order_by("pk")
    wrote = people.filter(pk__in=Post.objects.filter(body=body, ours=True).values("by"))
    found: list[Member] = list(wrote) or list(people)
    return found


def forget() -> int:
    """What is older than POSTS_KEPT goes. Returns how many."""
    gone, _rows = Post.objects.filter(at__lt=timezone.now() - POSTS_KEPT).delete()
    return gone
