"""Everything that happened to one case, from the tables that record it: who did it, and who may see it.

Folded when long: a page holds the newest PAGE entries before a moment, each source is asked for no more, and only the words of
entries on the page are unsealed.
"""
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from cases.conversation.models import Ask
from cases.conversation.words import name_of
from cases.escalation.models import Attempt, Escalation
from cases.models import Case, ClockEvent, Consent, Message, StatusChange
from cases.permissions import Permission, Staff, may
from cases.public_words import sentence
from cases.triage import logged
from cases.triage.correcting import change as change_in
from cases.triage.logged import isolated
from cases.triage.matches import pairs_shown
from cases.triage.models import Correction, Note
from cases.triage.reading import Opened, Text

PAGE = 40
EARLIEST, LATEST = 0, 2**32 * 10**6            # microseconds since 1970 that a cursor may say: up to the year 2106


class Who(StrEnum):
    """Whose doing it was; the filter."""
    REPORTER = "reporter"
    STAFF = "staff"
    PLATFORM = "platform"
    SYSTEM = "system"


class Seen(StrEnum):
    """Who may see the entry."""
    ALL = "all"
    STAFF = "staff"
    SUPERVISORS = "supervisors"


WHO_NAMES: dict[Who, Promise] = {Who.REPORTER: gettext_lazy("Reporter"), Who.STAFF: gettext_lazy("Staff"),
                                 Who.PLATFORM: gettext_lazy("Platforms"), Who.SYSTEM: gettext_lazy("The portal")}
SEEN_NAMES: dict[Seen, Promise] = {Seen.ALL: gettext_lazy("reporter and staff"), Seen.STAFF: gettext_lazy("staff only"),
                                   Seen.SUPERVISORS: gettext_lazy("supervisors only")}


@dataclass(frozen=True)
class Event:
    """`kind` is the stylesheet's: "in" from the reporter, "out" to the reporter, "priv" for staff only, "" the rest."""
    at: datetime
    title: str
    who: Who
    seen: Seen
    kind: str = ""
    row: Message | Note | Correction | None = None       # whose words belong to it
    text: Text | None = None
    language: str = ""                      # of the text, where it is known
    reporter_reads: SafeString | str = ""
    reference: str = ""                     # of a notice
    unread: bool = False
    ours: bool = False                      # a message of ours: `read_at` says whether the reporter has opened it, to the day
    read_at: datetime | None = None
    told: tuple[str, ...] = ()              # whom a note names

    @property
    def seen_by(self) -> Promise:
        return SEEN_NAMES[self.seen]


@dataclass(frozen=True)
class Page:
    """Oldest first. `earlier`: the cursor of the page before; "" when this is the first."""
    events: list[Event]
    earlier: str = ""
    who: str = ""
    before: str = ""
    filters: list[tuple[str, Promise, bool]] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        return [event.row for event in self.events if isinstance(event.row, Message)]

    @property
    def notes(self) -> list[Note]:
        return [event.row for event in self.events if isinstance(event.row, Note)]

    @property
    def corrections(self) -> list[Correction]:
        return [event.row for event in self.events if isinstance(event.row, Correction)]

    def worded(self, opened: Opened) -> "Page":
        """With the words of its messages, notes and corrections."""
        texts: Mapping[Any, Text] = opened.messages | opened.notes | opened.corrections
        return replace(self, events=[replace(event, text=texts.get(event.row.pk)) if event.row else event
                                     for event in self.events])


def timeline(case: Case, member: Staff, platforms: Mapping[str, str], *, withheld: bool = False, who: str = "",
             before: str = "") -> Page:
    """One page of it, without the sealed words. A `who` or `before` that is none counts as not given."""
    only, until = Who(who) if who in set(Who) else None, moment(before)
    found = sorted((event for event in everything(case, member, platforms, until, withheld=withheld)
                    if only is None or event.who == only), key=lambda event: event.at, reverse=True)
    page = found[:PAGE]
    page += [event for event in found[PAGE:] if event.at == page[-1].at]       # none is lost between two of one moment
    earlier = cursor(page[-1].at) if len(found) > len(page) else ""
    filters = [(each.value, name, each == only) for each, name in WHO_NAMES.items()]
    return Page(page[::-1], earlier, only.value if only else "", before if until else "", filters)


def cursor(at: datetime) -> str:
    return str(round(at.timestamp() * 10**6))


def moment(text: str) -> datetime | None:
    """What a cursor says; None for anything else."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LATEST)) else -1
    if not EARLIEST <= number < LATEST:
        return None
    return datetime.fromtimestamp(number // 10**6, UTC).replace(microsecond=number % 10**6)


def latest(rows: QuerySet[Any], before: datetime | None, column: str = "at") -> Sequence[Any]:
    """The newest of one source: a page can need no more of it, and one more says whether there is another page."""
    known = rows.exclude(**{column: None})
    found = list((known.filter(**{f"{column}__lt": before}) if before else known).order_by(f"-{column}")[:PAGE + 1])
    moments = [getattr(row, column) for row in found]
    if len(found) > PAGE and moments[-1] == moments[-2]:            # cut between two of one moment: all of it, or some are lost
        found = [row for row in found if getattr(row, column) > moments[-1]] + list(known.filter(**{column: moments[-1]}))
    return found


def everything(case: Case, member: Staff, platforms: Mapping[str, str], before: datetime | None, *,
               withheld: bool) -> Iterator[Event]:
    yield from moves(case, platforms, before)
    yield from messages(case, before)
    yield from notes(case, before)
    yield from corrections(case, before)
    yield from clock(case, before)
    yield from consents(case, before)
    yield from notices(case, before)
    yield from asked(case, platforms, before)
    yield from facts(case, member, before)
    if not withheld:
        yield from matches(case, member, before)


# --- the sources ------------------------------------------------------------------------------------------------------
def moves(case: Case, platforms: Mapping[str, str], before: datetime | None) -> Iterator[Event]:
    for change in latest(StatusChange.objects.filter(case=case).select_related("by"), before):
        title = change.get_status_display() + (f": {change.get_outcome_display()}" if change.outcome else "")
        platform = platforms.get(change.platform, change.platform)
        words = sentence(change.said, platform=platform, next_check=change.next_check) if change.said else ""
        named = _("%(name)s: %(status)s") % {"name": isolated(change.by), "status": title} if change.by else title
        yield Event(change.at, named, Who.STAFF if change.by else Who.SYSTEM, Seen.ALL if words else Seen.STAFF,
                    reporter_reads=words)


def messages(case: Case, before: datetime | None) -> Iterator[Event]:
    for message in latest(Message.objects.filter(case=case).select_related("by"), before):
        theirs = message.author == Message.Author.REPORTER
        title = _("Reporter") if theirs else _("%(name)s replied") % {"name": isolated(message.by)}
        yield Event(message.at, title, Who.REPORTER if theirs else Who.STAFF, Seen.ALL, "in" if theirs else "out", row=message,
                    language=case.language, unread=theirs and message.read_at is None, ours=not theirs, read_at=message.read_at)


def notes(case: Case, before: datetime | None) -> Iterator[Event]:
    for note in latest(Note.objects.filter(case=case).select_related("by").prefetch_related("mentions__member"), before):
        told = tuple(str(mention.member) for mention in note.mentions.all())
        yield Event(note.at, _("%(name)s wrote a note") % {"name": isolated(note.by)}, Who.STAFF, Seen.STAFF, "priv", row=note,
                    told=told)


def corrections(case: Case, before: datetime | None) -> Iterator[Event]:
    """A case has few of them."""
    for row in Correction.objects.filter(case=case).select_related("by", "agreed_by"):
        title = _("%(name)s said why the priority is another: %(change)s") if row.kind == Correction.Kind.PRIORITY \
            else _("%(name)s put right what is known: %(change)s")
        if earlier(row.at, before):
            what = {"name": isolated(row.by), "change": change_in(row)}
            yield Event(row.at, title % what, Who.STAFF, Seen.STAFF, "priv", row=row)
        if row.agreed_by and earlier(row.applied_at, before):
            words = _("%(name)s agreed to what was put right") % {"name": isolated(row.agreed_by)}
            yield Event(row.applied_at, words, Who.STAFF, Seen.STAFF)
        if earlier(row.dropped_at, before):
            yield Event(row.dropped_at, _("What was to be put right was dropped"), Who.STAFF, Seen.STAFF)


def clock(case: Case, before: datetime | None) -> Iterator[Event]:
    """What was told of its deadlines; a clock that ran out did so when it was due, whenever that was noticed."""
    for event in latest(ClockEvent.objects.filter(case=case), before):
        yield Event(event.at, event.get_what_display(), Who.SYSTEM, Seen.STAFF)


def consents(case: Case, before: datetime | None) -> Iterator[Event]:
    for consent in latest(Consent.objects.filter(case=case), before):
        yield Event(consent.at, _("Consent, %(act)s: %(answer)s") % {
            "act": consent.get_act_display(), "answer": consent.get_answer_display()}, Who.REPORTER, Seen.ALL, "in")


def notices(case: Case, before: datetime | None) -> Iterator[Event]:
    own = Escalation.objects.filter(case=case).select_related("platform", "by").defer("notice", "their_reference")
    for notice in latest(own, before, "requested_at"):
        name = {"platform": notice.platform, "name": isolated(notice.by)}
        yield Event(notice.requested_at, _("%(name)s asked %(platform)s to remove it") % name, Who.STAFF, Seen.STAFF,
                    reference=notice.reference)
    for attempt in latest(Attempt.objects.filter(escalation__case=case).select_related("escalation__platform"), before):
        title = _("Sent to %(platform)s") if attempt.ok else _("Could not be sent to %(platform)s")
        yield Event(attempt.at, title % {"platform": attempt.escalation.platform}, Who.SYSTEM, Seen.STAFF,
                    reference=attempt.escalation.reference)
    for notice in latest(own, before, "answered_at"):
        answer = {"platform": notice.platform, "answer": notice.get_state_display()}
        yield Event(notice.answered_at, _("%(platform)s answered: %(answer)s") % answer, Who.PLATFORM, Seen.STAFF,
                    reference=notice.reference)


def asked(case: Case, platforms: Mapping[str, str], before: datetime | None) -> Iterator[Event]:
    """What the reporter was asked for in small forms, and that they answered: a case has few of them."""
    for row in Ask.objects.filter(case=case).select_related("by").defer("answer"):
        what = {"what": name_of(row, platforms.get(row.platform, row.platform)), "name": isolated(row.by)}
        if row.by and earlier(row.at, before):
            yield Event(row.at, _("%(name)s asked the reporter: %(what)s") % what, Who.STAFF, Seen.ALL, "out")
        if earlier(row.taken_back_at, before):
            yield Event(row.taken_back_at, _("The question was taken back: %(what)s") % what, Who.STAFF, Seen.ALL)
        if earlier(row.answered_at, before):
            title = _("The reporter cannot say: %(what)s") if row.declined else _("The reporter answered: %(what)s")
            yield Event(row.answered_at, (title if row.by else "%(what)s") % what, Who.REPORTER, Seen.ALL, "in")


def earlier(at: datetime | None, before: datetime | None) -> bool:
    return at is not None and (before is None or at < before)


def facts(case: Case, member: Staff, before: datetime | None) -> Iterator[Event]:
    """What only the log knows: assignments, priorities, files, lists, tasks, holds; for supervisors also walls."""
    supervises = may(member, Permission.SUPERVISE)
    entries = latest(logged.of_case(case, supervises=supervises), before)
    for entry, title in logged.titles(entries):
        seen = Seen.SUPERVISORS if entry.event in logged.SUPERVISORS else Seen.STAFF
        yield Event(entry.at, title, who_did(entry.actor), seen)


def who_did(actor: str) -> Who:
    if actor in {"reporter", "system"}:
        return Who(actor)
    return Who.PLATFORM if actor.startswith("partner:") else Who.STAFF


def matches(case: Case, member: Staff, before: datetime | None) -> Iterator[Event]:
    """With cases that the member opens, and no others: when a match came would say how many there are."""
    for match, number, ref in pairs_shown(case, member, lambda rows: latest(rows, before)):
        title = _("Picture %(number)d is known from %(ref)s") % {"number": number, "ref": isolated(ref)}
        yield Event(match.at, title, Who.SYSTEM, Seen.STAFF)


def since(events: Iterable[Event], loaded: datetime | None) -> list[Event]:
    """What the author of a refused form has not seen."""
    return [event for event in events if loaded and event.at > loaded]
