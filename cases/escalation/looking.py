"""Looking by machine whether links still answer (docs/how-to/look-by-machine.md). Off unless settings.LOOK_PROXY names a proxy, a
unit allows it and a member, with the vault open, lets the worker look at these links until a day.

    looking.allow(escalation=one, links={0: "https://…"}, days=14, by=member)

The worker has no key to a notice once it has left. It gets a copy of those links, which is destroyed with that day. What it finds
is a hint on the notice's page: it moves nothing.
"""
import hashlib
import hmac
import json
import random
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.escalation import look_wire
from cases.escalation.models import Escalation, Look, LookingUnit, Sighting
from cases.escalation.services import NotNow
from cases.escalation.sightings import may_be_seen
from cases.models import Case
from cases.outbox.errors import Retry
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.services import lock_case
from cases.units.models import Unit
from cases.vault import custody, envelope
from cases.vault.models import DataKey
from cases.vault.unseal import key_for_worker

MOST_LINKS, LONGEST = 20, 2000          # of one notice; characters of one link
MOST_DAYS = 30
EVERY, SPREAD = timedelta(days=1), 3000.0       # each link once a day, at some moment of the hour: no server sees a rhythm
HOST_GAP = 30                           # seconds between two looks at one host, for all workers
SEALED_FOR = timedelta(days=7)          # as long as the worker's key is the newest
Seen, Why = Sighting.Seen, Sighting.Why


# --- who may ----------------------------------------------------------------------------------------------------------
def units_that_allow(units: Iterable[Unit]) -> dict[Unit, bool]:
    """Of each; one query."""
    units = list(units)
    found = set(LookingUnit.objects.filter(unit__in=units).values_list("unit", flat=True))
    return {unit: unit.pk in found for unit in units}


@transaction.atomic
def let_unit(*, unit: Unit, yes: bool, by: Staff) -> None:
    """Taken back, the worker's copies of this unit's links go at once."""
    if yes:
        LookingUnit.objects.get_or_create(unit=unit, defaults={"since": timezone.now()})
    else:
        LookingUnit.objects.filter(unit=unit).delete()
        for look in Look.objects.filter(case__unit=unit).select_related("key"):
            _destroy(look, actor(by))
    record("looking_set", subject=unit.pk, actor=actor(by), to="on" if yes else "off")


def possible(escalation: Escalation) -> bool:
    """Never at what shows a child, and never for practice."""
    return bool(settings.LOOK_PROXY) and may_be_seen(escalation) and _allowed(escalation.case)


def _allowed(case: Case) -> bool:
    return not case.child and not case.unit.practice and LookingUnit.objects.filter(unit=case.unit_id).exists()


def lookable(links: Iterable[str]) -> dict[int, str]:
    """Those of a notice's links that a machine can look at, by their place."""
    some = {place: link for place, link in enumerate(links) if len(link) <= LONGEST and look_wire.can_look(link)}
    return dict(list(some.items())[:MOST_LINKS])


# --- a member says so -------------------------------------------------------------------------------------------------
@transaction.atomic
def allow(*, escalation: Escalation, links: Mapping[int, str], days: int, by: Staff) -> Look:
    """Seal these links, out of an open vault, to the worker alone; twice begins anew. Raises NotNow, custody.KeyMissing."""
    case = lock_case(escalation.case)
    fresh = Escalation.objects.select_related("case__unit").get(pk=escalation.pk)
    if not possible(fresh) or not links or not 1 <= days <= MOST_DAYS:
        raise NotNow(escalation.state)
    end(escalation=escalation, by=by)
    pk, now = uuid4(), timezone.now()
    key, sealed = _seal(pk, case.pk, {str(place): link for place, link in links.items()})
    look = Look.objects.create(pk=pk, case=case, escalation=escalation, key=key, sealed=sealed, links=sorted(links), by_id=by.pk,
                               at=now, until=now + timedelta(days=days), next_at=now)
    record("look_allowed", subject=case.pk, actor=actor(by), escalation=escalation.pk, links=len(links), days=days)
    return look


@transaction.atomic
def end(*, escalation: Escalation, by: Staff) -> None:
    """The worker looks no more, and its copy is destroyed. Nothing when it does not look."""
    for look in Look.objects.filter(escalation=escalation).select_related("key"):
        _destroy(look, actor(by))


def _destroy(look: Look, who: str) -> None:
    key, case = look.key, look.case_id
    look.delete()
    custody.destroy([key], actor=who)
    record("look_ended", subject=case, actor=who)


def _seal(look: UUID, case: UUID, links: Mapping[str, str]) -> tuple[DataKey, bytes]:
    secret = envelope.new_key()
    return (custody.keep(secret, case=case, unit=None, worker=True),
            envelope.seal(secret, json.dumps(links).encode(), case=case, field="look", record=look))


# --- the worker ---------------------------------------------------------------------------------------------------------
def plan(now: datetime) -> None:
    """Each hour: end what is over, and spread over the hour what is due."""
    for look in Look.objects.select_related("key", "escalation__case__unit"):
        with transaction.atomic():
            if look.until <= now or not possible(look.escalation):
                _destroy(look, "system")
            elif look.next_at <= now:
                Look.objects.filter(pk=look.pk).update(next_at=now + EVERY)
                for place in look.links:
                    enqueue("escalation.look_at", delay=random.uniform(1, SPREAD),  # noqa: S311  not a secret
                            look_id=str(look.pk), link=place)


def look_at(*, look_id: UUID, link: int) -> None:
    """One link, once. Raises Retry while another of the same host was just looked at, or the proxy does not answer."""
    look = Look.objects.select_related("key", "escalation__case__unit").filter(pk=look_id, until__gt=timezone.now()).first()
    if look is None or not possible(look.escalation) or lately(look, link):
        return
    address = links_of(look)[str(link)]
    wait_for_turn(look_wire.host_of(address))
    try:
        status = look_wire.status_of(address)
    except look_wire.Unanswered:
        status = None
    note(look, link, status)


def lately(look: Look, link: int) -> bool:
    """Jobs of several days may wait for a proxy that was away: one of them is enough."""
    mine = Sighting.objects.filter(escalation=look.escalation_id, link=link, how=Sighting.How.MACHINE.value)
    return mine.filter(at__gt=timezone.now() - EVERY / 2).exists()


def links_of(look: Look) -> dict[str, str]:
    """What the worker may look at. Sealed anew when its key is a week old, so that an old one can be forgotten."""
    secret = key_for_worker(look.key, case=look.case_id)
    links: dict[str, str] = json.loads(envelope.open_blob(secret, look.sealed, case=look.case_id, field="look", record=look.pk))
    if timezone.now() - look.key.created_at > SEALED_FOR:
        _seal_anew(look, links)
    return links


@transaction.atomic
def _seal_anew(look: Look, links: Mapping[str, str]) -> None:
    before = look.key
    key, sealed = _seal(look.pk, look.case_id, links)
    if Look.objects.filter(pk=look.pk, key=before).update(key=key, sealed=sealed):
        custody.destroy([before], actor="system")
    else:                                       # ended, or sealed anew by another worker, at this moment
        custody.destroy([key], actor="system")


def wait_for_turn(host: str) -> None:
    """At most one look at a host in HOST_GAP seconds. Which hosts there are nobody can read in the cache: the salt is a day's."""
    salt: bytes | None = cache.get_or_set(f"look-salt:{timezone.now():%F}", lambda: secrets.token_bytes(32), 24 * 3600)
    if not cache.add(f"look:{hmac.new(salt or b'', host.encode(), hashlib.sha256).hexdigest()}", 1, HOST_GAP):
        raise Retry(HOST_GAP * random.uniform(1, 2), code="turn")  # noqa: S311  not a secret


def note(look: Look, link: int, status: int | None) -> None:
    """Appended; nothing is moved by it."""
    seen, why = meaning(status)
    Sighting.objects.create(case_id=look.case_id, escalation_id=look.escalation_id, link=link, at=timezone.now(),
                            how=Sighting.How.MACHINE.value, seen=seen.value, why=why, status=status)


def meaning(status: int | None) -> tuple[Sighting.Seen, str]:
    """Only "gone" is a word of HTTP; a yes may be a page that says that there is nothing."""
    if status in {404, 410}:
        return Seen.GONE, ""
    if status is None or status >= 500 or status < 200:
        return Seen.UNSURE, Why.ERROR.value
    if status < 300:
        return Seen.UNSURE, Why.ANSWERS.value
    if status < 400:
        return Seen.UNSURE, Why.MOVED.value
    return Seen.UNSURE, {401: Why.SIGN_IN, 403: Why.SIGN_IN, 451: Why.COUNTRY}.get(status, Why.ERROR).value
