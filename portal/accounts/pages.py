"""What every staff view asks: whose request it is, and where it leads."""
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from portal.accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """The member behind a request that StaffOnly let through."""
    assert isinstance(request.user, User)  # noqa: S101  for the type checker; StaffOnly decides
    return request.user


def reader(request: HttpRequest) -> User:
    """The member, if cases are theirs to read; else 403."""
    if not signed_in(request).reads_cases:
        raise PermissionDenied
    return signed_in(request)


def vault_holder(request: HttpRequest) -> User:
    """The member, if there is a vault that they may open; else 403."""
    if not signed_in(request).has_vault:
        raise PermissionDenied
    return signed_in(request)


def keys_of(member: User) -> str:
    """The page of whoever holds keys: a unit's, or a partner body's."""
    return reverse("liaison:keys" if member.speaks_for_body else "accounts:keys")


def administrator(request: HttpRequest) -> User:
    """The member, if people are theirs to administer; else 403."""
    if not signed_in(request).manages_people:
        raise PermissionDenied
    return signed_in(request)


def next_address(request: HttpRequest) -> str:
    """Where to go afterwards: only to our own pages."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wish if ours else ""


def with_next(address: str, wish: str) -> str:
    return f"{address}?{urlencode({'next': wish})}" if wish else address


def remember_language(response: HttpResponse, chosen: str) -> None:
    """For staff pages only: the public's language is in the path."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, path=settings.LANGUAGE_COOKIE_PATH, secure=settings.SECURE,
                        httponly=True, samesite="Strict")


def vault_is_here() -> bool:
    """The desk opens the vault; the CMS, which shares the sign-in, knows none."""
    return settings.PORTAL_ROLE in {"desk", "all"}


def works_here(member: User) -> bool:
    """Everybody at the desk; at the CMS campaign staff, of whom alone its database role may keep a session."""
    return vault_is_here() or member.edits_campaigns


def home_of(member: User) -> str:
    """The first page of a member's day; the desk and the CMS are different processes with different addresses."""
    if member.reads_cases and settings.PORTAL_ROLE in {"desk", "all"}:
        return reverse("triage:queue")
    if member.speaks_for_body and settings.PORTAL_ROLE in {"desk", "all"}:
        return reverse("liaison:start")
    if member.reads_audit and settings.PORTAL_ROLE in {"desk", "all"}:
        return reverse("triage:audit")
    if member.manages_people and settings.PORTAL_ROLE in {"desk", "all"}:
        return reverse("accounts:people")
    if member.takes_reports and settings.PORTAL_ROLE in {"desk", "all"}:
        return reverse("taking:take")
    if member.reads_figures and settings.PORTAL_ROLE in {"desk", "all"}:
        return reverse("statistics:figures")
    if member.edits_campaigns and settings.PORTAL_ROLE in {"cms", "all"}:
        return reverse("wagtailadmin_home")
    return reverse("accounts:home")


def destination(wish: str, member: User) -> str:
    """The page that was asked for, or the member's own. `/desk/` is the address everybody knows, and a queue only for some."""
    return home_of(member) if not wish or (wish == "/desk/" and not member.reads_cases) else wish
