"""Where a reporter can be reached, as they told when they were asked: hidden until a member says why they need it."""
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.conversation.models import Ask
from cases.models import Case
from cases.permissions import Staff
from cases.triage import reading
from cases.triage.models import Reveal
from cases.triage.reading import Text
from cases.vault.keyring import Keyring

WEEK = timedelta(days=6)                 # and today


def contacts(case: Case) -> QuerySet[Ask]:
    """What was told; without what it says."""
    return Ask.objects.filter(case=case, kind=Ask.Kind.CONTACT.value, answer__isnull=False).defer("answer")


@transaction.atomic
def reveal(*, case: Case, ask: Ask, reason: str, by: Staff, keyring: Keyring | None) -> Text:
    """What it says, once, with the reason kept beside it. Raises Locked, NotHeld: then nothing was opened."""
    row = uuid4()
    sealed = reading.seal_reason(case, reason, name="reveal", record=row, keyring=keyring)
    Reveal.objects.create(id=row, case=case, ask=ask, by_id=by.pk, reason=sealed, at=timezone.now())
    record("contact_revealed", subject=case.pk, actor=actor(by), ask=ask.pk)
    return reading.read_contact(case, ask, keyring=keyring, by=by)


def reveals(ask: Ask) -> QuerySet[Reveal]:
    return Reveal.objects.filter(ask=ask).select_related("by").order_by("-at")


def revealed_by(members: Collection[UUID], *, now: datetime | None = None) -> dict[UUID, int]:
    """Member → how many they looked at in seven days. Of which cases is not said."""
    since = timezone.localtime(now or timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0) - WEEK
    rows = Reveal.objects.filter(by__in=members, at__gte=since).values("by").annotate(n=Count("pk"))
    return {row["by"]: row["n"] for row in rows}
