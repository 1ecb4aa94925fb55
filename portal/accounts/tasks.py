from uuid import UUID

from cases.outbox.services import job
from portal.accounts import invitation_mail


@job("accounts.invite", atomic=False)
def invite(invitation_id: str) -> None:
    invitation_mail.send(invitation_id=UUID(invitation_id))
