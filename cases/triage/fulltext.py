"""Searching what is sealed: cases are opened one after the other, in memory, and looked through. There is no index of words: it
would be everything that was ever written, in the clear.

So a search is bounded by a filter (cases.triage.filters) and comes in slices: each reads for at most a second, from the newest
case backwards, and says where the next begins. It reads what the member could open one by one, and nothing else: cases of their
units (`cases_for`), open to them (`opened_by`), under keys that they hold. The words searched for are in no table, log, cache or
address. The log says how many cases were read through, and which of them were shown.
"""
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.audit.services import actor, record_read
from cases.models import Case, Message
from cases.permissions import Staff
from cases.selectors import opened_by
from cases.triage import cursor
from cases.triage.filters import Filter
from cases.triage.folding import PASSAGES, Piece, fold, passage
from cases.triage.models import Note, Subject
from cases.triage.reading import Doors, opened_answers, opened_text, readable, under_glass
from cases.triage.staff_words import said_of
from cases.vault.keyring import Keyring

SECONDS = 1.0           # of one slice: so long a web worker is nobody else's
MOST = 2_000            # cases of one slice
AT_ONCE = 100           # rows fetched together
HITS = 20               # cases shown in one slice
NAMES: dict[str, Promise] = {
    "story": _("What happened"), "link": _("Link"), "handle": _("Account"), "who": _("Who does it"), "platform": _("Platform"),
    "reporter": _("Message of the reporter"), "staff": _("Our message"), "note": _("Note"), "subject": _("People and accounts"),
}
COLUMNS = ("ref", "harm", "status", "opened_at", "unit", "assignee", "restricted", "wants_woman", "answers", "key__id",
           "conversation_key__id")              # nothing else of a case is looked at
Part = tuple[str, str]                          # a key of NAMES, what was typed
Blobs = Mapping[UUID, Sequence[tuple[str, UUID, bytes]]]       # by case: key of NAMES, row, sealed
Place = tuple[datetime | None, UUID]


@dataclass(frozen=True)
class Passage:
    where: Promise
    pieces: list[Piece]


@dataclass(frozen=True)
class Hit:
    case: Case
    passages: list[Passage]


@dataclass(frozen=True)
class Slice:
    """`next`: where the search goes on, "" when everything was read. `shut`: cases that stayed shut to this member."""
    hits: list[Hit] = field(default_factory=list)
    read: int = 0
    shut: int = 0
    next: str = ""


def search(found: Filter, words: Sequence[str], *, by: Staff, keyring: Keyring, now: datetime, after: str = "",
           seconds: float = SECONDS) -> Slice:
    """One slice of the cases that `found` finds: those in which every one of the folded `words` stands somewhere."""
    ends, doors, hits = monotonic() + seconds, dict[UUID, UUID | None](), list[Hit]()
    place, read, shut, more = cursor.read(after), 0, 0, False
    for case, parts in walk(found, place, now, doors, by=by, keyring=keyring):
        if more := read > 0 and (len(hits) == HITS or read == MOST or monotonic() > ends):
            break
        place, read, shut = (case.opened_at, case.pk), read + 1, shut + (parts is None)
        if parts and (passages := passages_of(parts, words)):
            hits.append(Hit(case, passages))
    shown = [hit.case.pk for hit in hits]
    record_read("search_read", subject="search", actor=actor(by), scanned=read - shut, cases=shown, **under_glass(doors, shown))
    return Slice(hits, read, shut, cursor.write(*place) if more and place else "")


# --- which cases come next --------------------------------------------------------------------------------------------
def walk(found: Filter, place: Place | None, now: datetime, doors: dict[UUID, UUID | None], *, by: Staff,
         keyring: Keyring) -> Iterator[tuple[Case, list[Part] | None]]:
    """Each case behind `place` with all that was typed in it; None when it is shut to the member. `doors` takes what opened
    them. A case is opened when its turn comes, for the time may be over."""
    while batch := newest(found, by, now, place):
        theirs = opened_by(by, batch)
        doors |= theirs
        mine = [case for case in batch if case.pk in theirs]
        talk, staff = messages_of(mine), written_of(mine)
        for case in batch:
            yield case, parts_of(case, talk, staff, theirs, keyring)
        place = batch[-1].opened_at, batch[-1].pk


def newest(found: Filter, by: Staff, now: datetime, place: Place | None) -> list[Case]:
    """At most AT_ONCE cases behind `place`, newest first; unit by unit, as in the queue, since an index has those in order."""
    cases = found.cases(by, now, everything=True)
    rows = [row for unit in found.units for row in behind(cases.filter(unit=unit), place)[:AT_ONCE]]
    return sorted(rows, key=lambda case: (case.opened_at, case.pk), reverse=True)[:AT_ONCE]


def behind(cases: QuerySet[Case], place: Place | None) -> QuerySet[Case]:
    if place and place[0]:
        moment, pk = place
        cases = cases.filter(Q(opened_at__lt=moment) | Q(opened_at=moment, pk__lt=pk), opened_at__lte=moment)
    return (cases.order_by("-opened_at", "-pk").select_related("key", "conversation_key")
            .prefetch_related("key__wraps", "conversation_key__wraps").only(*COLUMNS))


# --- what is in them --------------------------------------------------------------------------------------------------
def messages_of(cases: Sequence[Case]) -> Blobs:
    found: dict[UUID, list[tuple[str, UUID, bytes]]] = {}
    for case, author, *rest in Message.objects.filter(case__in=cases).values_list("case", "author", "pk", "body"):
        found.setdefault(case, []).append(("reporter" if author == Message.Author.REPORTER else "staff", *rest))
    return found


def written_of(cases: Sequence[Case]) -> Blobs:
    found: dict[UUID, list[tuple[str, UUID, bytes]]] = {}
    for case, *rest in Note.objects.filter(case__in=cases).values_list("case", "pk", "body"):
        found.setdefault(case, []).append(("note", *rest))
    for case, *rest in Subject.objects.filter(case__in=cases).values_list("case", "pk", "words"):
        found.setdefault(case, []).append(("subject", *rest))
    return found


def parts_of(case: Case, talk: Blobs, staff: Blobs, doors: Doors, keyring: Keyring) -> list[Part] | None:
    key, state = readable(case, case.key, keyring, doors)
    if key is None:
        return None
    answers, _state = opened_answers(case, key, state)
    parts = [("story", answers.story), ("who", answers.who_does_it), ("platform", answers.platform_other),
             *(("link", link) for link in answers.links), *(("handle", handle) for handle in answers.handles)]
    for name, row, blob in staff.get(case.pk, ()):
        text = opened_text(case, key, state, blob, name, row)
        if name == "subject":
            said = said_of(text)
            parts += [(name, said.name), (name, said.about)]
        else:
            parts.append((name, text.words))
    if case.pk in talk:                         # most cases have no message, and a key costs more than all else
        talk_key, state = readable(case, case.conversation_key, keyring, doors)
        parts += [(name, opened_text(case, talk_key, state, blob, "message", row).words) for name, row, blob in talk[case.pk]]
    return [part for part in parts if part[1]]


def passages_of(parts: Sequence[Part], words: Sequence[str]) -> list[Passage]:
    """Where the words stand; empty unless each of them stands somewhere in the case. What holds most of them comes first."""
    missing, held = set(words), []
    for name, typed in parts:
        folded = fold(typed)
        if here := {word for word in words if word in folded}:
            missing -= here
            held.append((len(here), name, typed))
    if missing:
        return []
    held.sort(key=lambda each: -each[0])
    return [Passage(NAMES[name], passage(typed, words)) for _many, name, typed in held[:PASSAGES]]

