"""What staff do with a case. Each call is one transaction; whoever seals (reading.py) hands over ciphertext."""
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.conversation.selectors import untagged
from cases.hashing.matches import CHILDS, of_a_child
from cases.merging import services as merging
from cases.merging.selectors import in_step
from cases.models import Case, Link, Message, Trace
from cases.notifications.models import Occasion
from cases.notifications.services import drop_address, tell_reporter, tell_supervisors
from cases.permissions import Permission, Staff, may
from cases.public_words import Said
from cases.selectors import agreed, opens
from cases.services import add_message, assign, change_status, link_cases, lock_case, mark_read
from cases.triage.models import Note, Reply
from cases.triage.moves import Move
from cases.triage.replies import REPLIES
from cases.units.selectors import women_of
from cases.workflow import Status, TransitionRefused

Tag = tuple[str, str]           # kind, blind-index tag
LINK_AT_MOST = 20               # an account that more cases name ties nothing together any more


class NotAgreed(Exception):
    """The words would say that something was done which the reporter has not agreed to."""


class NeedsSecond(NotAgreed):
    """A child's case is closed by two people: ask (cases.triage.closing)."""


class NotYours(Exception):
    """Only a supervisor takes a case from another member, gives out a restricted one, or sets a reporter's wish aside unread."""


@transaction.atomic
def hand(*, case: Case, to: Staff | None, by: Staff, traces: Iterable[Tag] = (), despite_wish: bool = False,
         version: int | None = None) -> Case:
    """Give the case to a member of its unit, to oneself, or back to nobody. Taking a new case starts the review.

    Raises NotYours, Stale, NotAMember, WomanAsked (unless the wish is knowingly set aside).
    """
    fresh = lock_case(case, version)
    if not may(by, Permission.SUPERVISE):
        not_theirs = fresh.assignee_id not in {None, by.pk} or (fresh.restricted and to is not None)
        if not_theirs or (despite_wish and not opens(by, fresh)):
            raise NotYours(fresh.ref)
    fresh = assign(case=fresh, to=to, by=by, despite_wish=despite_wish)
    keep_traces(case=fresh, traces=traces)
    if to is not None and fresh.wants_woman and not women_of(fresh.unit).filter(pk=to.pk).exists():
        tell_supervisors(case=fresh, occasion=Occasion.WISH)
    if to is not None and to.pk == by.pk and fresh.status == Status.NEW:
        fresh = change_status(case=fresh, to=Status.IN_REVIEW, by=by)
        merging.follow(case=fresh, to=Status.IN_REVIEW, said=Said.IN_REVIEW, by=by)
    return fresh


def may_hand(case: Case, by: Staff) -> bool:
    """Whether the member may say whose the case is."""
    return may(by, Permission.SUPERVISE) or case.assignee_id == by.pk or (case.assignee_id is None and not case.restricted)


@transaction.atomic
def move(*, case: Case, choice: Move, by: Staff, platform: str = "", next_check: datetime | None = None,
         traces: Iterable[Tag] = (), version: int | None = None, second: bool = False) -> Case:
    """Along the transition table, in the words that were chosen. Closing forgets where the reporter could be told. `second`: two
    people agreed to it.

    Raises NotAgreed, NeedsSecond, Stale, TransitionRefused.
    """
    if not in_step(case, choice.to):
        raise TransitionRefused(choice.said)
    if not agreed(case, choice.said):
        raise NotAgreed(choice.said)
    if needs_second(case, choice) and not second:
        raise NeedsSecond(choice.said)
    fresh = change_status(case=case, to=choice.to, by=by, outcome=choice.outcome, said=choice.said, platform=platform,
                          next_check=next_check, version=version)
    keep_traces(case=fresh, traces=traces)
    if choice.to == Status.CLOSED:
        drop_address(case=fresh, actor=actor(by))
    if choice.to != Status.CLOSED or fresh.split_of_id:         # what was split off ends while the report goes on
        tell_reporter(case=fresh)
    merging.follow(case=fresh, to=choice.to, said=choice.said, by=by, outcome=choice.outcome, platform=platform,
                   next_check=next_check)
    return fresh


def needs_second(case: Case, choice: Move) -> bool:
    return choice.to == Status.CLOSED and two_close(case)


def two_close(case: Case) -> bool:
    """A child's case is closed by two, and so is one that leads a child's: they are closed together."""
    return of_a_child(case) or Case.objects.filter(CHILDS, merged_into=case.pk).exists()


@transaction.atomic
def reply(*, case: Case, message_id: UUID, body: bytes, by: Staff, ask: bool = False) -> Message:
    """Write to the reporter; what they wrote counts as read. `ask`: the case now waits for their answer."""
    message = add_message(case=case, message_id=message_id, author=Message.Author.STAFF, body=body, by=by)
    mark_read(case=case, by=by)
    if ask:
        change_status(case=case, to=Status.WAITING_REPORTER, by=by)
    merging.settle_unread(case=case)
    tell_reporter(case=case)
    return message


@transaction.atomic
def read(*, case: Case, by: Staff) -> int:
    """The reporter's messages, and those of merged reports, were read and need no answer. Returns how many were new."""
    count = mark_read(case=case, by=by) + merging.read_along(case=case, by=by)
    merging.settle_unread(case=case)
    record("messages_marked", subject=case.pk, actor=actor(by), count=count)
    return count


@transaction.atomic
def note_language(*, case: Case, written_in: str, by: Staff | None) -> None:
    """What the report is written in: said by a member, or seen in the opened story (`by=None`). Makes nobody's page stale."""
    fresh = lock_case(case)
    if fresh.written_in != written_in:
        fresh.written_in = written_in
        fresh.save(update_fields=["written_in"])
        record("language_noted", subject=fresh.pk, actor=actor(by), language=written_in)


@transaction.atomic
def add_note(*, case: Case, note_id: UUID, body: bytes, by: Staff) -> Note:
    note = Note.objects.create(id=note_id, case=case, by_id=by.pk, body=body, at=timezone.now())
    record("note_added", subject=case.pk, actor=actor(by), note=note.pk)
    return note


def keep_traces(*, case: Case, traces: Iterable[Tag]) -> None:
    """Remember the tags of a case's links and handles, and tie it to the cases that named the same before. One for practice ties
    nothing together."""
    if case.unit.practice:
        return
    for kind, tag in traces:
        Trace.objects.get_or_create(case=case, kind=kind, tag=tag, subject=None)
        tie(case, kind, tag)


def tie(case: Case, kind: str, tag: str) -> None:
    """To the cases that name the same."""
    same = Case.objects.filter(traces__kind=kind, traces__tag=tag).exclude(pk=case.pk).distinct()
    if len(others := list(same[:LINK_AT_MOST + 1])) <= LINK_AT_MOST:
        for other in others:
            link_cases(a=case, b=other, because=Link.Because.HANDLE)


@transaction.atomic
def tag_links(*, case: Case, asks: Iterable[UUID], traces: Iterable[Tag]) -> None:
    """The same for links that came later; `asks`: the rows that hold them."""
    keep_traces(case=case, traces=traces)
    untagged(case).filter(pk__in=list(asks)).update(tagged_at=timezone.now())


@transaction.atomic
def set_up_replies() -> None:
    """The templates a new installation starts with. Running it again changes nothing the ministry has rewritten."""
    for ready in REPLIES:
        Reply.objects.get_or_create(name_en=ready.name_en, defaults=asdict(ready))
