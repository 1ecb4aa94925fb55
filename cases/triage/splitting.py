"""Splitting a case: what of a report goes over to a second case, and back again. The words are sealed anew under the key of the
case they go to, so each part lies in one case and in no other; docs/adr/0014 says why so.

Links, accounts and fingerprints of the report and what members wrote down of people and accounts can go over. The story, the
conversation, evidence and notices stay: they are the report's, or were made for the case as it was.
"""
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cases.audit.services import actor, record_read
from cases.escalation.models import Escalation
from cases.hashing import parting
from cases.hashing.models import MediaHash
from cases.merging import services as merging, splitting
from cases.merging.models import Splitting
from cases.merging.selectors import Refusal, refusal_to_split
from cases.merging.splitting import Part, SplitRefused
from cases.models import UNIT_ONLY, Case, Trace
from cases.permissions import Staff
from cases.priority import Harm
from cases.selectors import cases_for, opened_by
from cases.services import lock_case
from cases.triage import subjects
from cases.triage.matches import Reach, reach_of
from cases.triage.reading import Answers, State, Text, opened_text, readable, tags, under_glass, writable
from cases.triage.services import Tag, keep_traces
from cases.triage.staff_words import read_subjects
from cases.vault import custody, envelope
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.parking import Locked
from cases.workflow import Status

LISTS = ("links", "handles")            # of the answers: what can be ticked, each word by itself
KEPT = ("relation", "age_now", "age_then", "wanted", "safe_to_contact")         # of the answers: holds for both
FIRST_LINE = 120                        # characters of a summary
REFUSALS = {
    Refusal.KEPT: _("This case is not yours to split any more."),
    Refusal.PART: _("It was split from another case: split that one again."),
    Refusal.CLOSED: _("It is closed: open it again first."),
    Refusal.FOLDED: _("It stands behind another report in the lists: give it a row of its own first."),
    Refusal.MERGED: _("It is merged into another case: take it out first."),
    Refusal.LEADS: _("Other cases are merged into it: take them out first."),
    Refusal.PARTS: _("It was split as often as a case can be."),
    Refusal.SENDING: _("A notice of this case waits to be sent: wait until it is, or leave the fingerprints where they are."),
    Refusal.BROKEN: _("What the reporter typed does not open, so nothing of it can go over."),
}


@dataclass(frozen=True)
class Chosen:
    """What goes over: words as they stand in the answers, and ids of fingerprints and of people and accounts."""
    links: Collection[str] = ()
    handles: Collection[str] = ()
    pictures: Collection[UUID] = ()
    people: Collection[UUID] = ()


@dataclass(frozen=True)
class Parts:
    """What could be ticked, each as value and words. `state`: whether the words could be opened."""
    state: State
    links: Sequence[tuple[str, str]] = field(default=(), repr=False)
    handles: Sequence[tuple[str, str]] = field(default=(), repr=False)
    pictures: Sequence[tuple[str, Any]] = ()
    people: Sequence[tuple[str, str]] = field(default=(), repr=False)


@dataclass(frozen=True)
class Line:
    """One splitting, on the page of either side. `ref`: of the other case, "" when it is not the reader's to open."""
    at: datetime
    by: object
    ref: str
    first: bool                 # the page is that of the case with the conversation
    undone_at: datetime | None
    undone_by: object
    reason: Text | None         # on the page of the second alone, whose key it is sealed under


@dataclass
class Opened:
    """A case whose words are in hand. `typed`: the answers' JSON as it lies there."""
    case: Case
    secret: bytes = field(repr=False)
    typed: dict[str, Any] = field(repr=False)


# --- reading ----------------------------------------------------------------------------------------------------------
def parts_to_choose(case: Case, answers: Answers, state: State, *, keyring: Keyring | None, by: Staff) -> Parts:
    people = list(case.subjects.all())
    named = read_subjects(case, people, keyring=keyring, by=by)
    files = MediaHash.objects.filter(case=case).only("pk", "number", "kind")
    return Parts(state, [(link, as_typed(link, "ltr")) for link in dict.fromkeys(answers.links)],
                 [(handle, as_typed(handle)) for handle in dict.fromkeys(answers.handles)],
                 [(str(one.pk), named_file(one)) for one in files],
                 [(str(row.pk), as_typed(named[row.pk].name)) for row in people if named[row.pk].state == State.OPEN])


def as_typed(words: str, direction: str = "auto") -> SafeString:
    """Marked off from the line that it stands in, and never as a link."""
    return format_html('<bdi dir="{}">{}</bdi>', direction, words)


def named_file(one: MediaHash) -> Any:
    return (_("Video {number}") if one.kind == MediaHash.Kind.VIDEO else _("Picture {number}")).format(number=one.number)


def lines_of(case: Case, member: Staff, *, keyring: Keyring | None) -> list[Line]:
    """One query for a case that was never split."""
    sealed = [f"{side}__{name}" for side in ("case", "of") for name in UNIT_ONLY]
    found = Splitting.objects.filter(Q(case=case) | Q(of=case)).select_related("case", "of", "by", "undone_by").defer(*sealed)
    rows = list(found)
    others = {row.pk: row.of if row.case_id == case.pk else row.case for row in rows}
    reach = reach_of(member, others.values()) if rows else {}
    doors = opened_by(member, [case]) if rows else {}
    key, state = readable(case, case.key, keyring, doors) if rows else (None, State.LOCKED)
    return [Line(row.at, row.by, others[row.pk].ref if reach[others[row.pk].pk] == Reach.OPEN else "", row.of_id == case.pk,
                 row.undone_at, row.undone_by,
                 opened_text(case, key, state, row.reason, "split_reason", row.pk) if row.case_id == case.pk else None)
            for row in rows if reach[others[row.pk].pk] != Reach.WALL]


def divided(values: Sequence[Any], chosen: Collection[str]) -> tuple[list[Any], list[Any]]:
    """Those that go and those that stay, each in its order; every one is in one of the two."""
    goes = [value for value in values if writable(value) in chosen]
    return goes, [value for value in values if writable(value) not in chosen]


# --- writing ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def split(*, case: Case, chosen: Chosen, harm: Harm, about: str, reason: str, by: Staff, keyring: Keyring | None,
          version: int | None = None) -> Case:
    """A second case with the chosen parts, `about` as its story and `reason` sealed beside it. Returns it.

    Raises SplitRefused, Stale, Locked, NotHeld; then nothing changed.
    """
    if chosen.pictures:
        parting.prepare(case_id=case.pk)
    fresh = lock_case(case, version)
    if refused := refusal_to_split(fresh, by) or (sending(fresh) if chosen.pictures else None):
        raise SplitRefused(refused)
    first, second_id = opened(fresh, keyring, by), uuid4()
    secret = envelope.new_key()
    going = {name: divided(first.typed.get(name) or [], getattr(chosen, name)) for name in LISTS}
    typed = {name: first.typed.get(name) for name in KEPT}
    typed |= {"version": 1, "story": about, "platform_other": "", "who_does_it": "", **{name: going[name][0] for name in LISTS}}
    second = splitting.open_part(of=fresh, part=sealed_part(second_id, fresh, harm, typed, about, reason, secret), by=by)
    keep_answers(first, {name: going[name][1] for name in LISTS})
    keep_traces(case=fresh, traces=tags_of({name: going[name][1] for name in LISTS}))       # if nobody had yet
    move_tags({name: going[name][0] for name in LISTS}, of=fresh, to=second, by=by)
    move_people(fresh.subjects.filter(pk__in=chosen.people), of=first, to=Opened(second, secret, typed), by=by)
    parting.hand_over(pictures=chosen.pictures, of=fresh, to=second, by=by)
    return second


@transaction.atomic
def undo(*, case: Case, reason: str, by: Staff, keyring: Keyring | None, version: int | None = None) -> Case:
    """All that the second case has goes back to the first, which is worked for both from now on. Returns the first.

    Raises SplitRefused, merging.MergeRefused, Stale, Locked, NotHeld; then nothing changed.
    """
    pictures = list(MediaHash.objects.filter(case=case).values_list("pk", flat=True))
    if pictures:
        parting.prepare(case_id=case.pk)
    fresh = lock_case(case, version)
    if fresh.split_of_id is None or not cases_for(by).filter(pk=fresh.split_of_id).exists():
        raise SplitRefused(Refusal.KEPT)
    whole = lock_case(Case(pk=fresh.split_of_id))
    if Status.CLOSED in {fresh.status, whole.status}:
        raise SplitRefused(Refusal.CLOSED)
    if pictures and (waiting := sending(fresh)):
        raise SplitRefused(waiting)
    second, first = opened(fresh, keyring, by), opened(whole, keyring, by)
    back = {name: second.typed.get(name) or [] for name in LISTS}
    keep_answers(first, {name: [*(first.typed.get(name) or []), *back[name]] for name in LISTS})
    keep_answers(second, {name: [] for name in LISTS})
    move_tags(back, of=fresh, to=whole, by=by)
    move_people(fresh.subjects.all(), of=second, to=first, by=by)
    parting.hand_over(pictures=pictures, of=fresh, to=whole, by=by)
    if not splitting.note_undone(case=fresh, by=by):
        raise SplitRefused(Refusal.KEPT)
    row = uuid4()
    merging.merge(case=fresh, into=whole, merging_id=row, by=by,
                  reason=envelope.seal(second.secret, reason.encode(), case=fresh.pk, field="merge_reason", record=row))
    return whole


def sending(case: Case) -> Refusal | None:
    """A notice freezes fingerprints of its case: until it has left they stay there (cases.escalation.delivery.deliver)."""
    waits = Escalation.objects.filter(case=case, state=Escalation.State.REQUESTED.value).exists()
    return Refusal.SENDING if waits else None


def opened(case: Case, keyring: Keyring | None, by: Staff) -> Opened:
    """Raises SplitRefused, Locked, NotHeld."""
    doors = opened_by(by, [case])
    key, state = readable(case, case.key, keyring, doors)
    if state in {State.LOCKED, State.NO_KEY}:
        raise Locked if state == State.LOCKED else NotHeld
    text = opened_text(case, key, state, case.answers, "answers", case.pk)
    try:
        typed = json.loads(text.words)
    except (ValueError, RecursionError):                # of a browser: not our JSON, or nothing of it opened
        typed = None
    if key is None or not isinstance(typed, dict) or not all(isinstance(typed.get(name) or [], list) for name in LISTS):
        raise SplitRefused(Refusal.KEPT if state == State.WITHHELD else Refusal.BROKEN)
    record_read("answers_read", subject=case.pk, actor=actor(by), **under_glass(doors, [case.pk]))
    return Opened(case, key, typed)


def sealed_part(case_id: UUID, of: Case, harm: Harm, typed: dict[str, Any], about: str, reason: str, secret: bytes) -> Part:
    row = uuid4()
    return Part(
        id=case_id, splitting=row, harm=harm, key=custody.keep(secret, case=case_id, unit=of.unit),
        talk=custody.keep(envelope.new_key(), case=case_id, unit=of.unit),
        answers=envelope.seal(secret, json.dumps(typed).encode(), case=case_id, field="answers", record=case_id),
        summary=envelope.seal(secret, about[:FIRST_LINE].encode(), case=case_id, field="summary", record=case_id),
        reason=envelope.seal(secret, reason.encode(), case=case_id, field="split_reason", record=row))


def keep_answers(of: Opened, lists: dict[str, list[Any]]) -> None:
    """The answers with other links and accounts; every other word stays as it was typed."""
    of.typed |= lists
    of.case.answers = envelope.seal(of.secret, json.dumps(of.typed).encode(), case=of.case.pk, field="answers", record=of.case.pk)
    of.case.version += 1
    of.case.save(update_fields=["answers", "version"])


def tags_of(words: dict[str, list[Any]]) -> list[Tag]:
    typed = {name: tuple(writable(value) for value in values if value) for name, values in words.items()}
    return sorted({(kind, tag) for (kind, _word), tag in tags(Answers(**typed)).items()})      # type: ignore[arg-type]   # two lists


def move_tags(words: dict[str, list[Any]], *, of: Case, to: Case, by: Staff) -> None:
    found = tags_of(words)
    subjects.drop(of, Trace.objects.filter(case=of, subject=None, tag__in=[tag for _kind, tag in found]), by)
    keep_traces(case=to, traces=found)


def move_people(rows: Any, *, of: Opened, to: Opened, by: Staff) -> None:
    """What members wrote down of people and accounts, sealed anew. What does not open stays where it is."""
    for row in rows:
        text = opened_text(of.case, of.secret, State.OPEN, row.words, "subject", row.pk)
        if text.state == State.OPEN:
            subjects.forget(row, by)
            row.case = to.case
            row.words = envelope.seal(to.secret, text.words.encode(), case=to.case.pk, field="subject", record=row.pk)
            row.save(update_fields=["case", "words"])
            subjects.index(row, subjects.tag_of(row.kind, str(json.loads(text.words)["name"])))
