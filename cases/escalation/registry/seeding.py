"""The first registry. The ministry verifies and dates every entry; what it changed is kept.

    seed()                                   # how many platforms were added
    stale(date.today())                      # channels past their verify-by, the oldest first
    bases_for(platform, harm, child=False)   # what a notice to it can stand on; the platform's own rules come first
"""
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.db import transaction
from django.db.models import F, Q

from cases.escalation.ladder_models import whole_step
from cases.escalation.models import Authority, Channel, Dated, Ladder, LegalBasis, Platform, Whom
from cases.escalation.registry.entries import Entry, everything
from cases.priority import Harm

VERIFY_EVERY = timedelta(days=91)       # once a quarter: addresses and forms change about so often
Row = Mapping[str, Any]
Named = TypeVar("Named", LegalBasis, Authority, Platform, Ladder)


@cache
def book() -> Row:
    loaded: Row = yaml.load((Path(__file__).parent / "book.yaml").read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))   # noqa: S506
    return loaded


@transaction.atomic
def seed() -> int:
    """Add what is not there yet; returns how many platforms. Existing ones are the ministry's and stay as they are."""
    add(LegalBasis, book()["bases"])
    add(Authority, book()["authorities"])
    add(Ladder, book()["ladders"])
    rows = {row["slug"]: row for row in book()["platforms"]}
    added = add(Platform, rows.values())
    Channel.objects.bulk_create([Channel(platform=one, **columns(Channel, row)) for one in added
                                 for row in rows[one.slug]["channels"]])
    ground = dict(LegalBasis.objects.values_list("slug", "pk"))
    through = Platform.bases.through
    through.objects.bulk_create([through(platform_id=one.pk, legalbasis_id=ground[slug]) for one in added
                                 for slug in rows[one.slug]["bases"]])
    return len(added)


def add(model: type[Named], rows: Iterable[Row]) -> list[Named]:
    known = set(model.objects.values_list("slug", flat=True))
    return model.objects.bulk_create([model(**columns(model, row)) for row in rows if row["slug"] not in known])


NAMED = {"take_it_down": "in_take_it_down", "stopncii": "in_stopncii"}       # as the book calls them
ELSEWHERE = {"channels", "bases"}


def columns(model: type[Any], row: Row) -> dict[str, Any]:
    """A row of the book as columns: what is in two languages takes two, and its own."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in ELSEWHERE and model is Platform:
            continue
        if isinstance(value, dict):
            found |= {name: value["en"], f"{name}_en": value["en"], f"{name}_ur": value["ur"]}
        else:
            found[NAMED.get(name, name)] = [whole_step(each) for each in value] if name == "steps" else value
    return found


def verify_by(one: Dated) -> date | None:
    """The last day on which an entry may be relied on without looking; None: nobody has looked yet."""
    return one.last_verified_at + VERIFY_EVERY if one.last_verified_at else None


def is_stale(one: Dated, today: date) -> bool:
    by = verify_by(one)
    return by is None or by < today


def due(today: date) -> list[Entry]:
    """The quarterly queue: everything in use that somebody should look at, what was never looked at first."""
    found = [one for one in everything() if not one.retired_at and is_stale(one, today)
             and not (isinstance(one, Channel) and one.platform.retired_at)]
    return sorted(found, key=lambda one: one.last_verified_at or date.min)


def late(today: date) -> Q:
    return Q(Q(last_verified_at__lt=today - VERIFY_EVERY) | Q(last_verified_at=None), retired_at=None)


def count_due(today: date) -> int:
    """How long the queue is; one query."""
    found = late(today)
    ways = Channel.objects.order_by().filter(found, platform__retired_at=None).values("pk")
    others = [model.objects.order_by().filter(found).values("pk") for model in (LegalBasis, Platform, Authority, Ladder)]
    return ways.union(*others, all=True).count()


def stale(today: date) -> list[Channel]:
    """Ways to platforms that nobody has looked at for a quarter, or ever, by platform; the oldest first."""
    rows = Channel.objects.filter(late(today), platform__retired_at=None).select_related("platform")
    return list(rows.order_by(F("last_verified_at").asc(nulls_first=True), "platform__order", "pk"))


def bases_for(platform: Platform, harm: Harm, *, child: bool) -> list[LegalBasis]:
    """What a notice to this platform can stand on, in the order in which it is offered."""
    whom = Whom.CHILD if child else Whom.ADULT
    rows = platform.bases.filter(retired_at=None, whom__in=[Whom.ANY, whom])
    return [basis for basis in rows if not basis.harms or harm.value in basis.harms]
