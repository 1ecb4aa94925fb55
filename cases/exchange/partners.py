"""Who may come in: partners, their keys and what they are enabled for."""
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from cases.audit.services import record
from cases.exchange.models import Credential, Partner, adults_only, every_kind
from cases.hashing.models import ListEntry
from cases.outbox.services import enqueue

NOBODY = hashlib.sha256(b"nobody").hexdigest()
OURSELVES = 1                        # our number among NCMEC's members; partners count from 2
OVERLAP = timedelta(days=14)         # how long the old keys go on working while a partner changes them


class UnknownPartner(Exception):
    """No active partner has this pair of keys."""


@dataclass(frozen=True)
class Keys:
    """What a partner types into its client: StopNCII's two keys, or NCMEC's user name and password. Shown once."""
    first: str
    second: str


@transaction.atomic
def add_partner(*, name: str, platform: str, kinds: Sequence[str] = (), categories: Sequence[str] = ()) -> tuple[Partner, Keys]:
    """A new partner and its keys, which are kept nowhere. `platform` is the slug whose escalations its feedback answers.

    Without `categories` it is given what concerns adults; "child" has to be named. ValueError: there is no such kind or category.
    """
    unknown = {*kinds} - {*ListEntry.Kind.values} | {*categories} - {*ListEntry.Category.values}
    if unknown:
        raise ValueError(", ".join(sorted(unknown)))
    last = Partner.objects.aggregate(last=Max("number"))["last"] or OURSELVES
    partner = Partner.objects.create(name=name, platform=platform, number=last + 1, number_key=secrets.token_bytes(32),
                                     kinds=list(kinds) or every_kind(), categories=list(categories) or adults_only())
    keys = new_keys(partner)
    record("partner_added", subject=partner.pk, actor="system", platform=platform, categories=partner.categories)
    return partner, keys


def new_keys(partner: Partner) -> Keys:
    keys = Keys(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    Credential.objects.create(partner=partner, first=digest(keys.first), second=digest(keys.second), made_at=timezone.now())
    return keys


@transaction.atomic
def rotate_keys(*, partner: Partner, overlap: timedelta = OVERLAP) -> Keys:
    """New keys; those of before end after `overlap` (zero: now, because they are known to somebody else; then they are
    deleted, so that a clock that goes back revives none)."""
    Partner.objects.select_for_update().get(pk=partner.pk)          # of two who change them at once, the second ends the first's
    until = timezone.now() + overlap
    if overlap:
        partner.credentials.filter(Q(ends_at=None) | Q(ends_at__gt=until)).update(ends_at=until)
    else:
        partner.credentials.all().delete()
    record("partner_keys_changed", subject=partner.pk, actor="system", until=until)
    return new_keys(partner)


@transaction.atomic
def retire_partner(*, partner: Partner) -> None:
    """Its keys open nothing from now on, and what it submitted is forgotten. What it pulled before is out of our hands."""
    Partner.objects.filter(pk=partner.pk).update(active=False)
    enqueue("exchange.forget", partner=str(partner.pk))
    record("partner_retired", subject=partner.pk, actor="system")


def digest(key: str) -> str:
    """Keys are 256 random bits, so that a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(key.encode()).hexdigest()


def authenticate(first: str, second: str) -> Partner:
    """The partner with both keys; UnknownPartner. Takes as long for a wrong first key as for a wrong second one."""
    now = timezone.now()
    pair = Credential.objects.select_related("partner").filter(first=digest(first), partner__active=True)
    found = pair.filter(Q(ends_at=None) | Q(ends_at__gt=now)).first()
    expected = found.second if found else NOBODY
    if hmac.compare_digest(expected, digest(second)) and found:
        return found.partner
    raise UnknownPartner
