"""The morning's counts. Counts only: the mail lies in an inbox that the vault does not protect."""
from datetime import datetime

from django.contrib.auth import get_user_model

from cases.notifications.models import Occasion
from cases.notifications.services import tell_members
from cases.permissions import Staff
from cases.triage.filters import Known, read
from cases.triage.queue import COUNTED, counted
from cases.triage.saved import morning_views
from cases.workflow import Status

COUNTS = {"new": {"status": "new"}, "overdue": {"late": "on"}, "waiting": {"waiting": "others"}, "unread": {"unread": "on"}}


def counts(member: Staff, now: datetime) -> dict[str, int]:
    """Cases of the member's units by what they need, as the queue's filters find them, each at most COUNTED; and those of the
    saved views that the member wants counted, as view_1, view_2 in the order of their tabs.

    A case may be counted under several; a new one is not counted as unread as well, and a closed one only as unread.
    """
    known = Known(member, practice=False)
    asked = COUNTS | {f"view_{number}": view.params for number, view in enumerate(morning_views(member), start=1)}
    lists = {name: read(params, member, known).cases(member, now) for name, params in asked.items()}
    lists["unread"] = lists["unread"].exclude(status=Status.NEW.value)
    return {name: min(COUNTED, count) for name, count in zip(lists, counted(list(lists.values())), strict=True)}


def send_digests(now: datetime) -> int:
    """Tell every member of a unit that is not for practice, unless there is nothing to tell. Returns how many were told."""
    members = get_user_model().objects.filter(is_active=True, memberships__unit__practice=False).distinct().defer("password")
    due = [(member, numbers) for member in members if any((numbers := counts(member, now)).values())]
    for member, numbers in due:
        tell_members(occasion=Occasion.DIGEST, members=[member], **numbers)
    return len(due)
