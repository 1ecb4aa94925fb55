"""How a case's fingerprints come on a shared list: one member proposes, another decides, and the reporter's yes stands behind it.

What reaches a list is a reporter's own fingerprint from the phone (MediaHash.Origin.DEVICE), with a consent that is a yes today,
on a recorded legal ground. cases.hashing.triggers holds the same in the database.
"""
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.hashing import benign
from cases.hashing.entries import STANDING, activate, count, withdraw
from cases.hashing.matches import standing
from cases.hashing.models import ListEntry, Listing, MediaHash
from cases.hashing.services import PublishRefused, Refusal, match_for_good, refusal
from cases.hashing.turns import PUBLISHING, take_turn
from cases.hashing.tying import look_again
from cases.hashing.video import SAME_SHARE, share
from cases.models import Case, Consent
from cases.permissions import Permission, Staff, may
from cases.priority import IMAGE_HARMS, Harm
from cases.selectors import agrees, cases_for, consent
from cases.services import lock_case

CHILD = ListEntry.Category.CHILD
CATEGORIES = {Harm.INTIMATE_IMAGES: ListEntry.Category.INTIMATE, Harm.SEXTORTION: ListEntry.Category.THREATENED,
              Harm.DEEPFAKE: ListEntry.Category.SYNTHETIC}
State = Listing.State
FLOOD, FLOOD_DAYS = 5, 7                # as many other cases with one picture within that time do not fit together


class NotYours(Exception):
    """Whoever proposed does not also decide, nor does who agreed before a platform disputed it."""


class StandsOut(Exception):
    """A person must look first: a supervisor decides, knowing that it is held."""


class NothingWaits(Exception):
    """Somebody else has decided, or it was taken back."""


def category_of(case: Case) -> ListEntry.Category:
    """Which list, and what on it. PublishRefused: none."""
    reason = refusal(case)
    if reason == Refusal.CHILD and Harm(case.harm) in IMAGE_HARMS:
        return CHILD
    if reason:
        raise PublishRefused(reason)
    return CATEGORIES[Harm(case.harm)]


def usual_basis(category: ListEntry.Category) -> Listing.Basis:
    return Listing.Basis.PECA_22 if category == CHILD else Listing.Basis.PECA_21


@transaction.atomic
def propose(*, case: Case, by: Staff, basis: Listing.Basis | None = None) -> list[ListEntry]:
    """Ask a second person to put the case's fingerprints on a list. Raises PublishRefused. Again: nothing new.

    The same fingerprint of two cases is one entry; each case stands behind it by itself. Every variant is an entry too, and comes
    and goes with its picture. No partner sees any yet.
    """
    match_for_good(case_id=case.pk)
    category, yes = category_of(case), consent(case, Consent.Act.SHARE_HASHES)
    if yes is None or yes.answer != Consent.Answer.YES:
        raise PublishRefused(Refusal.CONSENT)
    take_turn(PUBLISHING)
    own = MediaHash.objects.filter(case=case, origin=MediaHash.Origin.DEVICE)
    rows = own.prefetch_related("variants", "frames").order_by("number")
    entries = entries_for([(value, row.listed_as) for row in rows for value in row.listed()], category)
    stands = {"basis": basis or usual_basis(category), "consent": yes, "state": State.PROPOSED, "why": "",
              "proposed_by_id": by.pk, "proposed_at": timezone.now(), "decided_by": None, "decided_at": None}
    settled = set(Listing.objects.filter(hash__in=rows, state__in=STANDING).values_list("hash", flat=True))
    new = [row for row in rows if row.pk not in settled]
    held = {row.pk: stands_out(row) for row in new}
    Listing.objects.bulk_create(
        [Listing(entry=entries[value], hash=row, held=held[row.pk], **stands) for row in new for value in row.listed()],
        update_conflicts=True, unique_fields=["entry", "hash"], update_fields=[*stands, "held"])
    if new:
        record("hashes_proposed", subject=case.pk, actor=actor(by), count=len(new), basis=stands["basis"])
    return list(entries.values())


def entries_for(values: Sequence[tuple[str, str]], category: ListEntry.Category) -> dict[str, ListEntry]:
    """The entry of each (value, kind) on the list of that category: there, or made to wait."""
    kinds = dict(values)
    known = ListEntry.objects.filter(value__in=kinds)
    known = known.filter(category=CHILD) if category == CHILD else known.exclude(category=CHILD)
    there = {entry.value: entry for entry in known if entry.kind == kinds[entry.value]}
    made = ListEntry.objects.bulk_create(ListEntry(value=value, kind=kind, category=category, modified_at=timezone.now())
                                         for value, kind in kinds.items() if value not in there)
    there |= {entry.value: entry for entry in made}
    return {value: there[value] for value in kinds}


def standing_out(waiting: Sequence[Listing]) -> set[Listing.Held]:
    """What stood out when they were proposed, and what does by now."""
    then = {Listing.Held(one.held) for one in waiting}
    now = {stands_out(one) for one in {one.hash_id: one.hash for one in waiting}.values()}
    return (then | now) - {Listing.Held.NOTHING}


def stands_out(one: MediaHash) -> Listing.Held:
    """Why a person should look twice at this fingerprint."""
    if harmless(one):
        return Listing.Held.BENIGN
    if disputed(one):
        return Listing.Held.DISPUTED
    since = timezone.now() - timedelta(days=FLOOD_DAYS)
    either = standing().filter(Q(a=one) | Q(b=one), at__gte=since)
    others = {case for pair in either.values_list("a__case", "b__case").distinct() for case in pair} - {one.case_id}
    return Listing.Held.FLOOD if len(others) >= FLOOD else Listing.Held.NOTHING


def harmless(one: MediaHash) -> bool:
    """A picture that is known to be, or a variant of it; of a video most of it."""
    values = one.every()
    near = sum(bool(hits) for hits in benign.near(values))
    return share(near, len(values)) >= SAME_SHARE if one.kind == MediaHash.Kind.VIDEO else near > 0


def disputed(one: MediaHash) -> bool:
    """A platform did not block it and no supervisor has put it back since, whichever case it is proposed for now."""
    doubts = Listing.objects.filter(entry__value__in=one.listed(), held=Listing.Held.DISPUTED)
    return doubts.exclude(state=State.APPROVED).exists()


# --- the second person ------------------------------------------------------------------------------------------------
def waiting_for(member: Staff) -> QuerySet[Case]:
    """Cases with fingerprints that wait for a decision, of those the member may see."""
    waits = Listing.objects.filter(hash__case=OuterRef("pk"), state=State.PROPOSED)
    return cases_for(member).filter(Exists(waits)).order_by("opened_at")


@transaction.atomic
def approve(*, case: Case, by: Staff, despite: bool = False) -> list[ListEntry]:
    """The second yes: from now on partners see the entries. Raises NotYours, StandsOut, NothingWaits, PublishRefused.

    `despite`: a supervisor has seen what stands out, and decides all the same.
    """
    match_for_good(case_id=case.pk)
    case = lock_case(case)                   # a yes that is taken back at this moment comes before or after, not in between
    take_turn(PUBLISHING)
    waiting = waiting_listings(case, by)
    held = bool(standing_out(waiting))
    if held and not (despite and may(by, Permission.SUPERVISE)):
        raise StandsOut
    category_of(case)
    if not agrees(case, Consent.Act.SHARE_HASHES):
        raise PublishRefused(Refusal.CONSENT)
    decide(waiting, State.APPROVED, by)
    record("listing_approved", subject=case.pk, actor=actor(by), count=len(waiting), despite=held)
    return activate(entries=[one.entry for one in waiting], by=by, subject=case.pk)


@transaction.atomic
def put_back(*, case: Case, by: Staff) -> list[ListEntry]:
    """What is off the list for a child's report alone, and nothing speaks against any more: on the list again, as two people
    decided. In the turn of matching."""
    held = Listing.objects.filter(hash__case=case, state=State.APPROVED, held=Listing.Held.CHILD,
                                  entry__state=ListEntry.State.SUSPENDED)
    rows = list(held.select_related("entry"))
    if not rows:
        return []
    look_again(case_id=case.pk)
    if refusal(case) or not agrees(case, Consent.Act.SHARE_HASHES):
        return []
    take_turn(PUBLISHING)
    held.update(held=Listing.Held.NOTHING)
    record("hashes_put_back", subject=case.pk, actor=actor(by), count=len(rows))
    return activate(entries=[row.entry for row in rows], by=by, subject=case.pk)


@transaction.atomic
def refuse(*, case: Case, by: Staff, why: Listing.Why) -> None:
    """It does not go on the list. What was suspended is withdrawn for good. Raises NotYours, NothingWaits."""
    take_turn(PUBLISHING)
    waiting = waiting_listings(case, by)
    decide(waiting, State.REFUSED, by, why=why.value)
    withdraw(entries=[one.entry for one in waiting if one.entry.state == ListEntry.State.SUSPENDED], by=by)
    record("listing_refused", subject=case.pk, actor=actor(by), count=len(waiting), why=why.value)
    count(f"refused_{why.value}", len({one.hash_id for one in waiting}), cases=1)      # pictures: their variants are no more


def waiting_listings(case: Case, by: Staff) -> list[Listing]:
    proposed = Listing.objects.filter(hash__case=case, state=State.PROPOSED)
    rows = list(proposed.select_related("entry", "hash").order_by("hash__number"))
    if not rows:
        raise NothingWaits
    if any(is_theirs(row, by) for row in rows):
        raise NotYours
    return rows


def is_theirs(row: Listing, by: Staff) -> bool:
    """They proposed it, or once agreed to what a platform disputes now."""
    return by.pk in {row.proposed_by_id, row.decided_by_id}


def decide(rows: Sequence[Listing], state: Listing.State, by: Staff, why: str = "") -> None:
    chosen = Listing.objects.filter(pk__in=[row.pk for row in rows])
    chosen.update(state=state, why=why, decided_by=by.pk, decided_at=timezone.now())


@transaction.atomic
def end(*, case: Case, by: Staff | None = None) -> list[ListEntry]:
    """The case stands behind its entries no more: those that no other case stands behind leave the list. Returns them.

    Another case does so while its own reporter agrees and two people have said yes, also when one of them looks again because a
    platform did not block it.
    """
    take_turn(PUBLISHING)               # of two who take their yes back at once, the second sees the first
    mine = Listing.objects.filter(hash__case=case, state__in=STANDING)
    entries = list(ListEntry.objects.filter(listings__in=mine).distinct())
    mine.update(state=State.ENDED)
    stands = Q(state=State.APPROVED) | Q(state=State.PROPOSED, entry__state=ListEntry.State.SUSPENDED)
    others = Listing.objects.filter(stands, entry__in=entries).select_related("hash__case")
    kept = {other.entry_id for other in others if agrees(other.hash.case, Consent.Act.SHARE_HASHES)}
    return withdraw(entries=[entry for entry in entries if entry.pk not in kept], by=by)
