"""Mail to a member about their own account, so that a stranger's hand on it is seen (OWASP ASVS 5.0, V6.3.5 and V6.3.7).

No name, no office, no link: a mailbox is read by others, and who learns to follow links in such mail will follow a forged one.
"""
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, override

from cases.notifications.gateways import Outgoing, email
from cases.outbox.services import current_job, enqueue
from cases.public_words import day
from portal.accounts.models import User

# By the word that the log has for it.
WHAT = {
    "signed_in": gettext_lazy("Somebody signed in to your account from a browser that had not been used for it."),
    "password_changed": gettext_lazy("The password of your account was changed."),
    "passphrase_changed": gettext_lazy("The passphrase of your vault was changed."),
    "second_factor_set": gettext_lazy("An authenticator app was set up for your account."),
    "passkey_added": gettext_lazy("A passkey was added to your account."),
    "passkey_removed": gettext_lazy("A passkey was removed from your account."),
    "recovery_code_used": gettext_lazy("A recovery code of your account was used."),
    "recovery_codes_made": gettext_lazy("New recovery codes were made for your account."),
    "identity_bound": gettext_lazy("Your account was connected with the ministry’s single sign-on."),
    "identity_unbound": gettext_lazy("Your account was disconnected from the ministry’s single sign-on."),
    "member_reset": gettext_lazy("An administrator set your account back to the beginning."),
}


def tell(member: User, what: str) -> None:
    """Ask for the mail, in the caller's transaction. `what` is a key of WHAT."""
    enqueue("accounts.alert", member_id=str(member.pk), what=what, at=timezone.now().isoformat())


def send(*, member_id: UUID, what: str, at: datetime) -> None:
    """Raises Retry, Stop. Who has left meanwhile is told nothing."""
    member = User.objects.filter(pk=member_id, is_active=True).defer("password").first()
    if member is None:
        return
    with override(member.language):
        subject, advice = _("Something changed in your account"), _(
            "If it was you, do nothing. If not, tell your administrator at once, by telephone.")
        email(Outgoing(to=member.email, key=current_job(), language=member.language, subject=subject,
                       text="\n\n".join([str(WHAT[what]), day(at), advice])))
