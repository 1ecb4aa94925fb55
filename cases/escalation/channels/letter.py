"""A notice on paper, with the office's name at its head, in English or in Urdu: to be printed and posted, or beside an e-mail.

Rendering one takes about a second (fonts are cut to what is used), so no e-mail carries one unless its platform wants that.
"""
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _, override

from cases.escalation import notices
from cases.escalation.channels.base import Outgoing
from cases.escalation.notices import Notice, is_pdq
from cases.paper.sheet import Sheet
from cases.public_words import day


def pdf(outgoing: Outgoing, *, language: str = "") -> bytes:
    """In the notice's own language unless another is asked for."""
    spoken = language or outgoing.language
    with override(spoken):
        return written(notices.in_language(outgoing.notice, spoken), to=outgoing.recipient, at=outgoing.at, language=spoken)


def written(notice: Notice, *, to: str, at: datetime | None, language: str) -> bytes:
    """`notice` in words of `language`, which is the current one."""
    sheet = Sheet(language=language, title=settings.OFFICE[language], foot=notices.subject(notice),
                  page=lambda number, count: _("Page %(number)d of %(count)d") % {"number": number, "count": count})
    sheet.remark(settings.NOTICE_FROM_EMAIL)
    rows = [(_("Our reference"), notice.reference), (_("Date"), day(at) if at else ""), (_("To"), to)]
    sheet.facts([(name, value) for name, value in rows if value])
    sheet.heading(_("Request to remove content"), 2)
    if follows := notices.follows(notice, lambda text: f"\u2068{text}\u2069"):
        sheet.paragraph(follows)
    listed(sheet, _("Where the content is"), notice.links)
    listed(sheet, _("Fingerprints of the pictures (PDQ)"), [value for value in notice.hashes if is_pdq(value)])
    listed(sheet, _("Fingerprints of the videos (MD5)"), [value for value in notice.hashes if not is_pdq(value)])
    for title, words in ((_("What it is and why it must go"), notice.reasons), (_("Your rules"), notice.policy),
                         (_("Law"), notice.law)):
        if words:
            sheet.heading(title, 2)
            sheet.paragraph(words)
    sheet.heading(_("What we declare and ask"), 2)
    for statement in notices.statements(notice):
        sheet.paragraph(statement)
    sheet.heading(_("Signed electronically for the office:"), 2)
    sheet.paragraph(notice.signature)
    return sheet.pdf()


def listed(sheet: Sheet, title: str, values: tuple[str, ...] | list[str]) -> None:
    if values:
        sheet.heading(title, 2)
        for value in values:
            sheet.literal(value)


def file_name(outgoing: Outgoing) -> str:
    return f"{outgoing.notice.reference}.pdf"
