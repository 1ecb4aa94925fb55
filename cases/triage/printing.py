"""A case on paper, in either language: the sections that were chosen, never the reporter's address, never a picture."""
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, override

from cases.audit.services import actor, record
from cases.models import AGE_NAMES, DANGER_NAMES, Case, Consent
from cases.paper.sheet import Sheet
from cases.permissions import Staff
from cases.public_words import day
from cases.triage import reading, selectors
from cases.triage.logged import isolated
from cases.triage.templatetags.triage import RELATION_NAMES, WANTED_NAMES
from cases.triage.timeline import Event, timeline
from cases.urgency import book
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.parking import Locked

MOST_PAGES = 10             # of the timeline, 40 entries each: a longer one is cut at its old end, and says so


class Section(StrEnum):
    NOW = "now"
    REPORTED = "reported"
    LINKS = "links"
    CONSENTS = "consents"
    NOTICES = "notices"
    TALK = "talk"
    NOTES = "notes"
    HISTORY = "history"


SECTION_NAMES = {
    Section.NOW: gettext_lazy("Where it stands"), Section.REPORTED: gettext_lazy("What was reported"),
    Section.LINKS: gettext_lazy("Links and accounts"), Section.CONSENTS: gettext_lazy("Consent"),
    Section.NOTICES: gettext_lazy("Requests to platforms"), Section.TALK: gettext_lazy("Messages with the reporter"),
    Section.NOTES: gettext_lazy("Notes of staff"), Section.HISTORY: gettext_lazy("What was done"),
}
USUAL = [Section.NOW, Section.REPORTED, Section.LINKS, Section.CONSENTS, Section.NOTICES]


@dataclass(frozen=True)
class File:
    """All that a summary is made of, opened for the member who prints it."""
    case: Case
    opened: reading.Opened
    platforms: dict[str, str]               # slug → name
    events: list[Event] = field(default_factory=list)
    cut: bool = False                       # there are older entries


def summary(*, case: Case, sections: Iterable[Section], language: str, by: Staff, keyring: Keyring | None) -> bytes:
    """The PDF. Raises Locked, NotHeld. What of it cannot be opened is said in its place."""
    chosen = [section for section in Section if section in set(sections)]
    with override(language), transaction.atomic():
        opened = gathered(case, language, by, keyring)
        if opened.opened.state == reading.State.LOCKED:
            raise Locked
        if opened.opened.state in {reading.State.NO_KEY, reading.State.WITHHELD}:
            raise NotHeld
        record("case_printed", subject=case.pk, actor=actor(by), language=language,
               sections=[section.value for section in chosen])
        return paper(opened, chosen, language, by)


def gathered(case: Case, language: str, by: Staff, keyring: Keyring | None) -> File:
    platforms = selectors.platform_names()[language]
    pages = [timeline(case, by, platforms)]
    while pages[-1].earlier and len(pages) < MOST_PAGES:
        pages.append(timeline(case, by, platforms, before=pages[-1].earlier))
    opened = reading.read_case(case, keyring=keyring, by=by, messages=[row for page in pages for row in page.messages],
                               notes=[row for page in pages for row in page.notes],
                               corrections=[row for page in pages for row in page.corrections])
    events = [event for page in reversed(pages) for event in page.worded(opened).events]
    return File(case, opened, platforms, events, cut=bool(pages[-1].earlier))


def paper(file: File, sections: Iterable[Section], language: str, by: Staff) -> bytes:
    printed = _("Printed by %(name)s on %(when)s") % {"name": isolated(by), "when": day(timezone.now())}
    sheet = Sheet(language=language, title=_("Case %(ref)s") % {"ref": file.case.ref}, foot=printed,
                  page=lambda number, count: _("Page %(number)d of %(count)d") % {"number": number, "count": count})
    sheet.remark(_("This paper is not sealed: lock it away, and shred it when it is no longer needed. The reporter's address "
                      "and pictures are not part of it."))
    if file.case.unit.practice:
        sheet.remark(_("For practice: this case is made up."))
    for section in sections:
        sheet.heading(str(SECTION_NAMES[section]), 2)
        WRITERS[section](sheet, file)
    return sheet.pdf()


# --- sections ---------------------------------------------------------------------------------------------------------
def now(sheet: Sheet, file: File) -> None:
    case = file.case
    status = case.get_status_display() + (f": {case.get_outcome_display()}" if case.outcome else "")
    sheet.facts([
        (_("Status"), status), (_("Priority"), f"{case.get_priority_display()}: {book().name(case.priority_rule)}"),
        (_("Unit"), str(case.unit)), (_("Assigned"), str(case.assignee or _("Nobody"))),
        (_("Received"), day(case.opened_at)), (_("How it came"), case.get_source_display()),
        *([(_("Next deadline"), day(case.due_at))] if case.due_at else []),
        *([(_("Closed"), day(case.closed_at))] if case.closed_at else [])])


def reported_facts(file: File) -> list[tuple[str, str]]:
    """The kind of harm first, for who may be told no more."""
    case, told = file.case, file.opened.answers
    places = [file.platforms.get(slug, slug) for slug in case.platforms] + ([told.platform_other] if told.platform_other else [])
    rows = [
        (_("Harm"), case.get_harm_display()), (_("Affected"), str(RELATION_NAMES.get(told.relation, ""))),
        (_("Age now"), age(told.age_now, case.age_band)), (_("Age in the pictures"), age(told.age_then, case.age_band_then)),
        (_("Danger now"), listed(str(DANGER_NAMES.get(danger, danger)) for danger in case.dangers)),
        (_("Where"), listed(places)), (_("Wanted"), listed(str(WANTED_NAMES.get(wish, wish)) for wish in told.wanted)),
        (_("Who does it"), told.who_does_it)]
    return [(name, value) for name, value in rows if value]


def reported(sheet: Sheet, file: File) -> None:
    told = file.opened.answers
    sheet.facts(reported_facts(file))
    if file.opened.state == reading.State.BROKEN:
        sheet.remark(_("What was written could not be opened."))
    else:
        sheet.paragraph(told.story or _("Nothing was written."))


def links(sheet: Sheet, file: File) -> None:
    told = file.opened.answers
    for line in (*told.links, *told.handles):
        sheet.literal(line)
    if not told.links and not told.handles:
        sheet.remark(_("None were named."))


def consents(sheet: Sheet, file: File) -> None:
    lines = selectors.consents(file.case)
    sheet.facts([(line.act, answered(line.newest) if line.newest else _("Never asked")) for line in lines])


def notices(sheet: Sheet, file: File) -> None:
    rows = file.case.escalations.select_related("platform").order_by("requested_at")
    table = [[day(row.requested_at), str(row.platform), row.reference, row.get_state_display()] for row in rows]
    told(sheet, [_("When"), _("Platform"), _("Reference"), _("State")], table, (1.6, 1, 1.2, 1))


def talk(sheet: Sheet, file: File) -> None:
    spoken(sheet, [event for event in file.events if event.kind in {"in", "out"} and event.text], file.cut)


def notes(sheet: Sheet, file: File) -> None:
    spoken(sheet, [event for event in file.events if event.kind == "priv" and event.text], file.cut)


def history(sheet: Sheet, file: File) -> None:
    """What happened, without the words: those are sections of their own."""
    table = [[day(event.at), event.title] for event in file.events]
    told(sheet, [_("When"), _("What")], table, (1, 2.6))
    cut(sheet, file.cut)


WRITERS: dict[Section, Callable[[Sheet, File], None]] = {
    Section.NOW: now, Section.REPORTED: reported, Section.LINKS: links, Section.CONSENTS: consents, Section.NOTICES: notices,
    Section.TALK: talk, Section.NOTES: notes, Section.HISTORY: history}


# --- their parts ------------------------------------------------------------------------------------------------------
def age(years: int | None, band: str) -> str:
    return str(years) if years is not None else str(dict(AGE_NAMES)[band])


def listed(values: Iterable[str]) -> str:
    return " · ".join(values)


def answered(newest: Consent) -> str:
    return f"{newest.get_answer_display()}, {day(newest.at)}"


def spoken(sheet: Sheet, events: Iterable[Event], older: bool) -> None:
    found = list(events)
    for event in found:
        sheet.remark(f"{day(event.at)} · {event.title}")
        sheet.paragraph(event.text.words if event.text and event.text.state == reading.State.OPEN
                        else _("This could not be opened."))
    if not found:
        sheet.remark(_("None."))
    cut(sheet, older)


def told(sheet: Sheet, head: list[str], table: list[list[str]], shares: tuple[float, ...]) -> None:
    if table:
        sheet.table(head, table, shares=shares)
    else:
        sheet.remark(_("None."))


def cut(sheet: Sheet, older: bool) -> None:
    if older:
        sheet.remark(_("There are older entries, which are not printed."))
