"""A link by which a member chooses a first password, or a new one after a start over. It works once, for 72 hours.

The link replaces a start password that somebody would have to read out. By mail not even the administrator sees it, so that the
administrator cannot become the colleague they invite.
"""
import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from cases.audit.services import actor, record
from cases.outbox.services import enqueue
from cases.permissions import ROLES, Permission
from cases.vault import custody, envelope
from portal.accounts.models import Invitation, User
from portal.accounts.pages import vault_is_here

LASTS = timedelta(hours=72)
TOKEN_BYTES = 32
CAMPAIGN_ROLES = [role.value for role, permissions in ROLES.items() if Permission.EDIT_CAMPAIGNS in permissions]


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def issue(*, member: User, by: User | None, mail: bool) -> str:
    """A new link; an earlier one is void. By mail it is returned to nobody (empty), else it is to be shown once.

    Raises custody.KeyMissing when a mail is wanted and the worker has no key to carry it under.
    """
    withdraw(member)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = Invitation(member=member, digest=digest(token), expires_at=timezone.now() + LASTS)
    if mail:
        secret = envelope.new_key()
        row.key = custody.keep(secret, case=row.pk, unit=None, worker=True)
        row.sealed = envelope.seal(secret, token.encode(), case=row.pk, field="invitation", record=row.pk)
    row.save()
    if mail:
        enqueue("accounts.invite", invitation_id=str(row.pk))
    record("member_invited", subject=member.pk, actor=actor(by), mail=mail)
    return "" if mail else link(member, token)


def link(member: User, token: str) -> str:
    """Campaign staff begin at the CMS, which may be all that they can reach; everybody else at the desk."""
    role = "cms" if member.edits_campaigns else "desk"
    return settings.ORIGINS[role] + reverse("accounts:invitation", urlconf=settings.URLCONFS[role], args=[token])


def valid(token: str) -> QuerySet[Invitation]:
    """At the CMS campaign staff's only: nobody else begins there."""
    found = Invitation.objects.filter(digest=digest(token), expires_at__gt=timezone.now(), member__is_active=True)
    return found if vault_is_here() else found.filter(member__role__in=CAMPAIGN_ROLES)


@transaction.atomic
def accept(*, token: str, password: str) -> User | None:
    """The member, who has this password from now on; None when the link is void. Raises turnstile.Busy."""
    row = valid(token).select_for_update(of=("self",)).select_related("member").first()
    if row is None:
        return None
    member = row.member
    member.set_password(password)
    member.must_change_password = False
    member.save(update_fields=["password", "must_change_password"])
    withdraw(member)
    record("invitation_accepted", subject=member.pk, actor=actor(member))
    return member


@transaction.atomic
def withdraw(member: User) -> None:
    """The link is void; a mail that has not left yet will not."""
    for row in Invitation.objects.select_for_update(of=("self",)).filter(member=member):
        row.delete()
        if row.key_id and row.key:                      # the CMS, whose database role knows no vault, meets used links only
            custody.destroy([row.key], actor="system")
