"""The receipt as a PDF, in the reporter's language."""
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _, override

from cases.paper.sheet import Sheet
from cases.public_words import day
from cases.units.models import Unit


def receipt(*, code: str, language: str, unit: Unit, promised: datetime, address: str, lines: Sequence[tuple[str, str]]) -> bytes:
    """`code` in groups; `lines`: name and number of each helpline."""
    with override(language):
        sheet = Sheet(language=language, title=_("Your report is with us"), foot=address,
                      page=lambda number, count: _("Page %(number)d of %(count)d") % {"number": number, "count": count})
        sheet.heading(_("Your receipt code"), 2)
        sheet.literal(code, large=True)
        sheet.paragraph(_("With it you read our answer, write to us and change your consents. We never ask you for it.") + " "
                        + _("We cannot look it up for you. Keep this paper where nobody else finds it."))
        sheet.paragraph(_("Enter it here, on any phone or computer:"))
        sheet.literal(address)
        sheet.heading(_("What happens next"), 2)
        sheet.facts([
            (_("By %(when)s") % {"when": day(promised)}, _("Somebody of the %(unit)s reads your report.") % {"unit": unit}),
            (_("After that"), _("We do what you agreed to, and nothing else. Where you said “ask me first”, we ask you here.")),
            (_("Whenever you like"), _("Enter your receipt code on this site to see how far we are and to write to us."))])
        sheet.heading(_("If it cannot wait"), 2)
        sheet.facts(lines)
        return sheet.pdf()
