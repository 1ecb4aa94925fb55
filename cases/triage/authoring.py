"""Templates as a supervisor keeps them: both languages, dated, retired and never deleted."""
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.permissions import Permission, Staff, may
from cases.triage.models import Reply


class NotAllowed(Exception):
    """Templates speak for the whole house: a supervisor keeps them."""


@dataclass(frozen=True)
class Wording:
    """All that a supervisor types of a template."""
    name_en: str
    name_ur: str
    text_en: str
    text_ur: str
    harms: Sequence[str] = ()
    statuses: Sequence[str] = ()


@transaction.atomic
def keep(*, wording: Wording, by: Staff, reply: Reply | None = None) -> Reply:
    """A new template, or another wording of one that there is. Raises NotAllowed."""
    _check(by)
    row = Reply.objects.select_for_update().get(pk=reply.pk) if reply else Reply()
    for name, value in vars(wording).items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    row.changed_at, row.changed_by_id = timezone.now(), by.pk
    row.save()
    record("reply_changed" if reply else "reply_added", subject=f"reply-{row.pk}", actor=actor(by))
    return row


@transaction.atomic
def retire(*, reply: Reply, by: Staff) -> None:
    """Offered no more. Raises NotAllowed."""
    _check(by)
    if Reply.objects.filter(pk=reply.pk, retired_at=None).update(retired_at=timezone.now(), changed_by=by.pk):
        record("reply_retired", subject=f"reply-{reply.pk}", actor=actor(by))


@transaction.atomic
def bring_back(*, reply: Reply, by: Staff) -> None:
    """Offered again. Raises NotAllowed."""
    _check(by)
    if Reply.objects.filter(pk=reply.pk).exclude(retired_at=None).update(
            retired_at=None, changed_by=by.pk, changed_at=timezone.now()):
        record("reply_brought_back", subject=f"reply-{reply.pk}", actor=actor(by))


def _check(by: Staff) -> None:
    if not may(by, Permission.SUPERVISE):
        raise NotAllowed(str(by.pk))
