"""Everything that happened to one case, from the tables that record it, oldest first."""
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases.escalation.models import Escalation
from cases.models import Case, Consent, Message, StatusChange
from cases.public_words import sentence
from cases.triage.asks import Line
from cases.triage.models import Note
from cases.triage.reading import Opened, Text


@dataclass(frozen=True)
class Event:
    """`kind` is the stylesheet's: "in" from the reporter, "out" to the reporter, "priv" for staff only, "" the rest."""
    at: datetime
    title: str
    kind: str = ""
    text: Text | None = None
    language: str = ""                      # of the text, where it is known
    reporter_reads: SafeString | str = ""
    reference: str = ""                     # of a notice
    unread: bool = False


def timeline(case: Case, opened: Opened, platforms: Mapping[str, str], asks: Iterable[Line] = ()) -> list[Event]:
    events = [*moves(case, platforms), *messages(case, opened), *notes(case, opened), *consents(case), *escalations(case),
              *asked(asks)]
    return sorted(events, key=lambda event: event.at)


def isolated(name: object) -> str:
    """A name, marked off: in an Urdu line the full stop of "Ayesha K." would otherwise jump to her other side."""
    return f"\u2068{name}\u2069"


def moves(case: Case, platforms: Mapping[str, str]) -> Iterator[Event]:
    for change in StatusChange.objects.filter(case=case).select_related("by"):
        title = change.get_status_display() + (f": {change.get_outcome_display()}" if change.outcome else "")
        platform = platforms.get(change.platform, change.platform)
        words = sentence(change.said, platform=platform, next_check=change.next_check) if change.said else ""
        yield Event(change.at, _("%(name)s: %(status)s") % {"name": isolated(change.by), "status": title} if change.by else title,
                    reporter_reads=words)


def messages(case: Case, opened: Opened) -> Iterator[Event]:
    for message in Message.objects.filter(case=case).select_related("by"):
        theirs = message.author == Message.Author.REPORTER
        title = _("Reporter") if theirs else _("%(name)s replied") % {"name": isolated(message.by)}
        yield Event(message.at, title, "in" if theirs else "out", opened.messages.get(message.pk), case.language,
                    unread=theirs and message.read_at is None)


def notes(case: Case, opened: Opened) -> Iterator[Event]:
    for note in Note.objects.filter(case=case).select_related("by"):
        yield Event(note.at, _("%(name)s wrote a note") % {"name": isolated(note.by)}, "priv", opened.notes.get(note.pk))


def consents(case: Case) -> Iterator[Event]:
    for consent in Consent.objects.filter(case=case):
        yield Event(consent.at, _("Consent, %(act)s: %(answer)s") % {
            "act": consent.get_act_display(), "answer": consent.get_answer_display()}, "in")


def asked(lines: Iterable[Line]) -> Iterator[Event]:
    for line in lines:
        row, what = line.row, {"what": line.name, "name": isolated(line.row.by)}
        if row.by:
            yield Event(row.at, _("%(name)s asked the reporter: %(what)s") % what, "out")
        if row.taken_back_at:
            yield Event(row.taken_back_at, _("The question was taken back: %(what)s") % what)
        if row.answered_at:
            title = _("The reporter cannot say: %(what)s") if row.declined else _("The reporter answered: %(what)s")
            yield Event(row.answered_at, (title if row.by else "%(what)s") % what, "in")


def escalations(case: Case) -> Iterator[Event]:
    for escalation in Escalation.objects.filter(case=case).select_related("platform", "by").prefetch_related("attempts"):
        name = {"platform": escalation.platform, "name": isolated(escalation.by)}
        yield Event(escalation.requested_at, _("%(name)s asked %(platform)s to remove it") % name, reference=escalation.reference)
        for attempt in escalation.attempts.all():
            title = _("Sent to %(platform)s") if attempt.ok else _("Could not be sent to %(platform)s")
            yield Event(attempt.at, title % name, reference=escalation.reference)
        if escalation.answered_at:
            answer = {"platform": escalation.platform, "answer": escalation.get_state_display()}
            yield Event(escalation.answered_at, _("%(platform)s answered: %(answer)s") % answer, reference=escalation.reference)
