"""The door for platforms: who may come in, what they are given, what they say. Nothing here can read a case."""
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.audit.services import record
from cases.exchange.models import Feedback, Partner
from cases.hashing.models import ListEntry
from cases.hashing.wire.stopncii import CaseStatus, FetchRequest, FetchResponse, HashFeedback, HashRecord, PageToken
from cases.outbox.services import enqueue

LIST = "hash_list"                   # the audit log's name for it
NOBODY = hashlib.sha256(b"nobody").hexdigest()
STATUS = {ListEntry.State.ACTIVE: CaseStatus.ACTIVE, ListEntry.State.WITHDRAWN: CaseStatus.WITHDRAWN}


class UnknownPartner(Exception):
    """No active partner has this pair of keys."""


@dataclass(frozen=True)
class Keys:
    """What a partner types into its client. Shown once, when they are made."""
    fetch: str
    subscription: str


@dataclass(frozen=True)
class Taken:
    """What became of a submission: `new` verdicts taken, and the hashes that are not on our list."""
    new: int
    unknown: list[str]


# --- partners ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_partner(*, name: str, platform: str) -> tuple[Partner, Keys]:
    """A new partner and its keys, which are kept nowhere. `platform` is the slug whose escalations its feedback answers."""
    keys = Keys(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    partner = Partner.objects.create(name=name, platform=platform, fetch_key=digest(keys.fetch),
                                     number_key=secrets.token_bytes(32),
                                     subscription_key=digest(keys.subscription))
    record("partner_added", subject=partner.pk, actor="system", platform=platform)
    return partner, keys


@transaction.atomic
def retire_partner(*, partner: Partner) -> None:
    """Its keys open nothing from now on. What it pulled before is out of our hands."""
    Partner.objects.filter(pk=partner.pk).update(active=False)
    record("partner_retired", subject=partner.pk, actor="system")


def digest(key: str) -> str:
    """Keys are 256 random bits, so that a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(key.encode()).hexdigest()


def authenticate(fetch_key: str, subscription_key: str) -> Partner:
    """The partner with both keys; UnknownPartner. Takes as long for a wrong first key as for a wrong second one."""
    partner = Partner.objects.filter(fetch_key=digest(fetch_key), active=True).first()
    expected = partner.subscription_key if partner else NOBODY
    if hmac.compare_digest(expected, digest(subscription_key)) and partner:
        return partner
    raise UnknownPartner


# --- what they are given ----------------------------------------------------------------------------------------------
@transaction.atomic
def page(*, partner: Partner, request: FetchRequest) -> FetchResponse:
    """Entries in ascending order of time, at most `request.size`, from where the partner has come.

    Entries are stamped one transaction at a time (hashing.services.publish), so none appears later behind a page already read.
    """
    found = list(_since(request).order_by("modified_at", "pk")[:request.size + 1])
    shown, more = found[:request.size], len(found) > request.size
    record("list_fetched", subject=LIST, actor=_name(partner), count=len(shown))
    return FetchResponse(tuple(_record(partner, entry) for entry in shown), request.mark,
                         PageToken(shown[-1].modified_at, shown[-1].pk) if more else None)


def _since(request: FetchRequest) -> QuerySet[ListEntry]:
    """What the partner has not seen.

    A withdrawn entry is shown only to who may hold it: whoever stopped pulling before it was first published never had the hash,
    and the person it belongs to has taken back the consent to hand it out. Times on the wire are whole seconds, so the
    partner's whole last second counts.
    """
    entries = ListEntry.objects.filter(modified_at__gte=request.mark)
    if request.after:
        entries = entries.filter(Q(modified_at__gt=request.after.at) | Q(pk__gt=request.after.entry))
    return entries.filter(Q(state=ListEntry.State.ACTIVE) | Q(published_at__lte=request.mark.replace(microsecond=999_999)))


def _record(partner: Partner, entry: ListEntry) -> HashRecord:
    return HashRecord(entry.modified_at, entry.pdq, STATUS[ListEntry.State(entry.state)], (case_number(partner, entry),))


def case_number(partner: Partner, entry: ListEntry) -> str:
    """The number by which one partner knows one entry: random to all, so that partners cannot compare and learn.

    Derived, not stored: a GET has nothing to write, and the same entry has the same number on every page.
    """
    return str(UUID(bytes=hmac.digest(bytes(partner.number_key), entry.pk.bytes, "sha256")[:16], version=4))


# --- what they say ----------------------------------------------------------------------------------------------------
@transaction.atomic
def take_feedback(*, partner: Partner, lines: Sequence[HashFeedback]) -> Taken:
    """Keep what is new and leave it to the worker. A verdict that repeats the partner's last one on that hash is not new."""
    entries = {entry.pdq: entry for entry in ListEntry.objects.filter(pdq__in={line.value for line in lines})}
    before = Feedback.objects.filter(partner=partner, entry__in=entries.values()).order_by("at")
    said = dict(before.values_list("entry__pdq", "value"))
    now, rows = timezone.now(), list[Feedback]()
    for line in lines:
        if line.value in entries and said.get(line.value) != line.feedback:
            said[line.value] = line.feedback.value
            rows.append(Feedback(partner=partner, entry=entries[line.value], value=line.feedback.value,
                                 at=now + timedelta(microseconds=len(rows))))          # in the order they were said
    Feedback.objects.bulk_create(rows)
    unknown = sorted({line.value for line in lines} - set(entries))
    record("feedback_taken", subject=LIST, actor=_name(partner), count=len(rows), unknown=len(unknown))
    if rows:
        enqueue("exchange.feedback", ids=[str(row.pk) for row in rows])
    return Taken(len(rows), unknown)


def _name(partner: Partner) -> str:
    return f"partner:{partner.pk}"
