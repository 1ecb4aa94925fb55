"""Receipts as PDF, each in its reporter's language."""
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _, override

from cases.paper.sheet import Sheet
from cases.public_words import day
from cases.units.models import Unit


@dataclass(frozen=True)
class Letter:
    """`code` in groups; `lines`: name and number of each helpline; `row`: where the report stood in its file."""
    code: str = field(repr=False)
    language: str
    unit: Unit
    promised: datetime
    lines: Sequence[tuple[str, str]]
    row: int = 0

    @property
    def address(self) -> str:
        return f"{settings.ORIGINS['public']}/{self.language}/inbox/"


def receipt(letter: Letter) -> bytes:
    with override(letter.language):
        sheet = Sheet(language=letter.language, title=_("Your report is with us"), foot=letter.address,
                      page=lambda number, count: _("Page %(number)d of %(count)d") % {"number": number, "count": count})
        _write(sheet, letter)
        return sheet.pdf()


def receipts(letters: Sequence[Letter]) -> bytes:
    """One after the other, each from a new page on; its foot says which row it is for, for whoever puts it into an envelope."""
    starts = list[int]()

    def foot(number: int, _count: int) -> str:
        letter = letters[bisect_right(starts, number) - 1]
        with override(letter.language):
            return _("Row %(row)d of the list") % {"row": letter.row}

    with override(letters[0].language):
        sheet = Sheet(language=letters[0].language, title=_("Your report is with us"), foot=settings.ORIGINS["public"], page=foot)
    for letter in letters:
        with override(letter.language):
            if starts:
                sheet.turn(language=letter.language, title=_("Your report is with us"))
            starts.append(sheet.pages)
            _write(sheet, letter)
    return sheet.pdf()


def _write(sheet: Sheet, letter: Letter) -> None:
    sheet.heading(_("Your receipt code"), 2)
    sheet.literal(letter.code, large=True)
    sheet.paragraph(_("With it you read our answer, write to us and change your consents. We never ask you for it.") + " "
                    + _("We cannot look it up for you. Keep this paper where nobody else finds it."))
    sheet.paragraph(_("Enter it here, on any phone or computer:"))
    sheet.literal(letter.address)
    sheet.heading(_("What happens next"), 2)
    reads = _("Somebody of the %(unit)s reads your report.") % {"unit": letter.unit}
    sheet.facts([
        (_("By %(when)s") % {"when": day(letter.promised)}, reads),
        (_("After that"), _("We do what you agreed to, and nothing else. Where you said “ask me first”, we ask you here.")),
        (_("Whenever you like"), _("Enter your receipt code on this site to see how far we are and to write to us."))])
    sheet.heading(_("If it cannot wait"), 2)
    sheet.facts(letter.lines)
