from django.conf import settings
from django.urls import reverse

from cases.permissions import Permission
from portal.accounts.models import User


def home_of(member: User) -> str:
    """The first page of a member's day; the desk and the CMS are different processes with different addresses."""
    if member.may(Permission.READ_CASES) and settings.PORTAL_ROLE in {"desk", "all"}:
        return reverse("triage:queue")
    if member.may(Permission.EDIT_CAMPAIGNS) and settings.PORTAL_ROLE in {"cms", "all"}:
        return reverse("wagtailadmin_home")
    return reverse("accounts:home")
