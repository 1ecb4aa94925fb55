from datetime import datetime
from uuid import UUID

from cases.outbox.services import job
from portal.accounts import alerts, invitation_mail


@job("accounts.alert", atomic=False)
def alert(member_id: str, what: str, at: str) -> None:
    alerts.send(member_id=UUID(member_id), what=what, at=datetime.fromisoformat(at))


@job("accounts.invite", atomic=False)
def invite(invitation_id: str) -> None:
    invitation_mail.send(invitation_id=UUID(invitation_id))
