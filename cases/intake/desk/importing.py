"""Reports from a list: tried first, then opened a slice at a time. Nothing of the file is kept: it travels in the page.

A row is known by what it says: its submission id is a keyed digest of its cells, so that the same row opens one case however
often its file comes. Where receipts are wanted, each report gets a code of its own, which is stored nowhere: it travels in the
page too (`Made`), until it is on paper. Without, such a reporter is reached by telephone or mail, if at all.
"""
import json
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from cases.audit.services import actor, record
from cases.intake import receipts, services
from cases.intake.desk.forms import ASKED
from cases.intake.desk.services import take_report
from cases.intake.desk.table import LANGUAGE, Book, Row, answers_of, book, rows_of
from cases.intake.forms import WhatForm
from cases.intake.state import Draft
from cases.intake.steps import Walk, report, walk
from cases.permissions import Staff
from cases.selectors import opened_before
from cases.services import AlreadyOpen
from cases.vault import blind
from cases.vault.custody import KeyMissing
from cases.vault.receipt import new_code
from cases.vault.turnstile import Busy
from cases.workflow import Source

SECONDS = 10.0          # of one slice: its member waits for it
LANGUAGES = {"ur": {"ur", "urdu", "اردو"}, "en": {"en", "english", "انگریزی"}}


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a cell, in the reader's language."""
    row: int
    column: str
    words: str


@dataclass(frozen=True)
class Tried:
    """One row, as the report's own forms see it."""
    row: Row
    draft: Draft = field(repr=False)
    walked: Walk = field(repr=False)
    language: str
    wrong: list[Wrong]


@dataclass(frozen=True)
class Trial:
    """A whole file. `ready`: what can be opened now; `known`: how many rows were opened before, or stand in the file twice."""
    rows: int
    ready: list[Tried]
    wrong: list[Wrong]
    known: int

    @property
    def refused(self) -> int:
        """Rows that something is wrong with."""
        return len({each.row for each in self.wrong})


@dataclass(frozen=True)
class Made:
    """A report that was opened, as its receipt needs it. `code`: "" when none was wanted; `unsaid`: helplines that are not named
    on it."""
    row: int
    code: str = field(repr=False)
    language: str
    unit: str               # its code
    promised: datetime
    unsaid: tuple[str, ...]


def attempt(text: str) -> Trial:
    """What would become of each row. Raises table.NotATable."""
    known = book()
    tried = [try_row(row, known) for row in rows_of(text, known)]
    good = {each.draft.submission: each for each in tried if not each.wrong}
    before = opened_before(good)
    ready = [each for each in good.values() if each.draft.submission not in before]
    wrong = [one for each in tried for one in each.wrong]
    return Trial(len(tried), ready, wrong, sum(not each.wrong for each in tried) - len(ready))


def try_row(row: Row, known: Book) -> Tried:
    draft = Draft(submission=key_of(row), code="", answers=answers_of(row, known))
    walked = walk(draft)
    language = language_of(row.cells.get(LANGUAGE, ""))
    wrong = [Wrong(row.number, str(known.names.get(name, name)), str(words)) for step in ASKED
             for name, several in walked.forms[step.name].errors.items() for words in several]
    what = walked.forms["what"]
    if isinstance(what, WhatForm) and what.is_valid() and what.elsewhere:
        wrong.append(Wrong(row.number, str(known.names["harm"]), _("This is another body's matter: it is not taken here.")))
    if not language:
        wrong.append(Wrong(row.number, str(known.names[LANGUAGE]), _("Write Urdu or English.")))
    return Tried(row, draft, walked, language, wrong)


def key_of(row: Row) -> UUID:
    told = json.dumps({name: cell for name, cell in sorted(row.cells.items()) if cell}, ensure_ascii=False)
    return UUID(hex=blind.tag(settings.BLIND_INDEX_KEY, "import", told)[:32], version=4)


def language_of(told: str) -> str:
    """Urdu unless it says something; empty for what is neither."""
    return next((code for code, names in LANGUAGES.items() if told.casefold() in names), "") if told else "ur"


def work(trial: Trial, *, by: Staff, codes: bool = False) -> list[Made]:
    """Open what is ready until the time is over, each row in a transaction of its own; with `codes`, each with a receipt (0.2 s).
    Returns what was opened. Raises KeyMissing, when nothing was."""
    until, made = time.monotonic() + SECONDS, list[Made]()
    for each in trial.ready:
        try:
            made.append(take(each, new_code() if codes else "", by))
        except AlreadyOpen:             # in another tab
            continue
        except Busy:                    # many open their inbox just now: the next slice goes on
            break
        except KeyMissing:
            if not made:
                raise
            break                       # or the codes made so far were lost
        if time.monotonic() > until:
            break
    left, counts = len(trial.ready) - len(made), {"receipts": len(made)} if codes else {}
    record("reports_imported", subject="import", actor=actor(by), done=len(made), left=left, refused=trial.refused, **counts)
    return made


def take(tried: Tried, code: str, by: Staff) -> Made:
    lock = receipts.make_lock(code) if code else receipts.nobodys_lock()
    draft = report(tried.draft, tried.walked, lock, tried.language)
    case = take_report(draft=replace(draft, source=Source.IMPORT), heard="", by=by)
    return Made(tried.row.number, code, tried.language, case.unit.code, services.promised(case.unit, draft.facts),
                tuple(sorted(tried.walked.known.not_suggested)))
