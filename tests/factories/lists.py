"""Entries on the shared lists, as two people and a reporter's yes put them there: the database takes no others.

    entry, = list_entries(1)                            # active, of an adult, published now
    list_entries(20, at=NOON, state=State.WITHDRAWN)
"""
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from cases.clock.models import Calendar
from cases.hashing.listing import approve, propose
from cases.hashing.models import ListEntry, Listing, ListSpan, MediaHash
from cases.models import Case, Consent
from cases.priority import AgeBand, Harm
from cases.selectors import agrees, consent as consent_of
from cases.units.models import Unit
from cases.vault.models import DataKey
from portal.accounts.models import User

State = ListEntry.State


def plain_case(**changes: Any) -> Case:
    """A case in which nothing is sealed or needs to be."""
    calendar, _ = Calendar.objects.get_or_create(name="always")
    unit, _ = Unit.objects.get_or_create(code="hashing", defaults={"name": "Hashing", "calendar": calendar})
    now, fields = timezone.now(), {"harm": Harm.INTIMATE_IMAGES.value, "age_band": AgeBand.ADULT.value, "child": False}
    return Case.objects.create(
        ref=uuid.uuid4().hex[:12], submission=uuid.uuid4(), unit=unit, key=DataKey.objects.create(),
        conversation_key=DataKey.objects.create(), answers=b"", summary=b"", reporter_public=b"", language="en",
        priority=3, priority_rule="imagery", clock_started_at=now, opened_at=now, **{**fields, **changes})


def two_people() -> tuple[User, User]:
    one, other = (User.objects.filter(email=f"list-{n}@example.org").first() or User.objects.create_user(
        f"list-{n}@example.org", name=f"List {n}", role="supervisor", language="en") for n in (1, 2))
    return one, other


def list_entries(count: int = 1, *, at: datetime | None = None, moments: Sequence[datetime] = (), state: State = State.ACTIVE,
                 published_at: datetime | None = None, case: Case | None = None, values: Sequence[str] = (),
                 category: str = "intimate", kind: str = "pdq") -> list[ListEntry]:
    """`moments`: one for each; else all at `at`, or now."""
    moments = moments or [at or timezone.now()] * count
    values = values or [secrets.token_hex(32 if kind == "pdq" else 16) for _ in range(count)]
    entries = ListEntry.objects.bulk_create([ListEntry(
        value=value, kind=kind, category=category, state=State.WAITING if state == State.ACTIVE else state, modified_at=moment,
        published_at=None if state == State.WAITING else published_at or moment)
        for value, moment in zip(values, moments, strict=True)], batch_size=2000)
    stand_behind(entries, case or plain_case())
    if state == State.ACTIVE:
        ListEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(state=state)
        for entry in entries:
            entry.state = state
    ListSpan.objects.bulk_create([ListSpan(entry=entry, since=entry.published_at, until=None if state == State.ACTIVE else
                                           entry.modified_at) for entry in entries if entry.published_at], batch_size=2000)
    return entries


def stand_behind(entries: Sequence[ListEntry], case: Case) -> None:
    """The case's reporter agrees, and two people."""
    now, (one, other) = timezone.now(), two_people()
    consent = consent_of(case, Consent.Act.SHARE_HASHES) if agrees(case, Consent.Act.SHARE_HASHES) else Consent.objects.create(
        case=case, act=Consent.Act.SHARE_HASHES, answer=Consent.Answer.YES, at=now)
    hashes = MediaHash.objects.bulk_create([MediaHash(
        case=case, number=n, pdq=entry.value if entry.kind == "pdq" else secrets.token_hex(32), quality=90,
        sha256=secrets.token_hex(32), md5=entry.value if entry.kind == "md5" else secrets.token_hex(16), at=now, matched_at=None)
        for n, entry in enumerate(entries, 1)], batch_size=2000)
    Listing.objects.bulk_create([Listing(entry=entry, hash=row, consent=consent, basis="peca_21", state="approved",
                                         proposed_by=one, proposed_at=now, decided_by=other, decided_at=now)
                                 for entry, row in zip(entries, hashes, strict=True)], batch_size=2000)


def second_yes(case: Case) -> list[ListEntry]:
    """What was proposed for the case goes on the list."""
    return approve(case=case, by=two_people()[1])


def publish(case: Case, *, despite: bool = False) -> list[ListEntry]:
    """The reporter agrees, one member proposes, another decides."""
    if not agrees(case, Consent.Act.SHARE_HASHES):
        Consent.objects.create(case=case, act=Consent.Act.SHARE_HASHES, answer=Consent.Answer.YES, at=timezone.now())
    entries = propose(case=case, by=two_people()[0])
    if Listing.objects.filter(hash__case=case, state=Listing.State.PROPOSED).exists():
        approve(case=case, by=two_people()[1], despite=despite)
    fresh = ListEntry.objects.in_bulk([entry.pk for entry in entries])
    return [fresh[entry.pk] for entry in entries]
