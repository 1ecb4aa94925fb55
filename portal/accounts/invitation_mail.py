"""What the worker does of an invitation: open the link that was sealed to it, send it, and keep nothing of it."""
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _, override

from cases.notifications.gateways import Outgoing, email
from cases.outbox.services import current_job
from cases.vault import custody, envelope
from cases.vault.unseal import key_for_worker
from portal.accounts.invitations import link
from portal.accounts.models import Invitation


def send(*, invitation_id: UUID) -> None:
    """Raises Retry, Stop; safe to repeat. Nothing is sent for a link that was withdrawn or used meanwhile."""
    waiting = Invitation.objects.select_related("member", "key").defer("member__password")
    row = waiting.filter(pk=invitation_id, sealed__isnull=False).first()
    if row is None or row.key is None or row.sealed is None:
        return
    secret = key_for_worker(row.key, case=row.pk)
    token = envelope.open_blob(secret, row.sealed, case=row.pk, field="invitation", record=row.pk).decode()
    with override(row.member.language):
        email(Outgoing(to=row.member.email, key=current_job(), language=row.member.language, subject=_("Your link to begin"),
                       text=text(link(row.member, token))))
    with transaction.atomic():
        Invitation.objects.filter(pk=row.pk).update(key=None, sealed=None)
        custody.destroy([row.key], actor="system")


def text(address: str) -> str:
    """No name, no office, no role: a mailbox is read by others."""
    return "\n\n".join([_("Open this link within three days to choose your password. It works once."), address,
                        _("If you expected no such message, do nothing and tell your administrator.")])
