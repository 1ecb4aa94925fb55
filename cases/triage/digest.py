"""The morning's counts. Counts only: the mail lies in an inbox that the vault does not protect."""
from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, Q

from cases.notifications.models import Occasion
from cases.notifications.services import tell_members
from cases.selectors import cases_for
from cases.workflow import Status


def counts(member: AbstractBaseUser, now: datetime) -> dict[str, int]:
    """Cases of the member's units by what they need. A case may be counted under several; a closed one only as unread."""
    new = Q(status=Status.NEW)
    return cases_for(member).aggregate(
        new=Count("pk", new), overdue=Count("pk", Q(due_at__lt=now)), unread=Count("pk", Q(unread=True) & ~new),
        waiting=Count("pk", Q(status__in=[Status.WAITING_REPORTER, Status.WAITING_OUTSIDE])))


def send_digests(now: datetime) -> int:
    """Tell every member of a unit, unless there is nothing to tell. Returns how many were told."""
    members = get_user_model().objects.filter(is_active=True, memberships__isnull=False).distinct().defer("password")
    due = [(member, numbers) for member in members if any((numbers := counts(member, now)).values())]
    for member, numbers in due:
        tell_members(occasion=Occasion.DIGEST, members=[member], **numbers)
    return len(due)
