from django.conf import settings
from django.urls import reverse

from portal.accounts.models import User


def vault_is_here() -> bool:
    """The desk opens the vault; the CMS, which shares the sign-in, knows none."""
    return settings.PORTAL_ROLE in {"desk", "all"}


def home_of(member: User) -> str:
    """The first page of a member's day; the desk and the CMS are different processes with different addresses."""
    if member.reads_cases and settings.PORTAL_ROLE in {"desk", "all"}:
        return reverse("triage:queue")
    if member.reads_audit and settings.PORTAL_ROLE in {"desk", "all"}:
        return reverse("triage:audit")
    if member.edits_campaigns and settings.PORTAL_ROLE in {"cms", "all"}:
        return reverse("wagtailadmin_home")
    return reverse("accounts:home")


def destination(wish: str, member: User) -> str:
    """The page that was asked for, or the member's own. `/desk/` is the address everybody knows, and a queue only for some."""
    return home_of(member) if not wish or (wish == "/desk/" and not member.reads_cases) else wish
