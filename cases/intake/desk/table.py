"""A file of reports, as a spreadsheet saves it: which column is which, whatever language its head is in, and what a cell means.

The columns are the report's own questions (`StepForm.summary`) and take the same answers, in English, in Urdu, or as codes.
"""
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _, override

from cases.intake.desk.forms import ASKED
from cases.intake.fields import Lines, without_controls
from cases.intake.forms import CONSENTS, Known
from cases.models import HARM_NAMES

MOST_BYTES, MOST_ROWS = 1_000_000, 1_000
OLD, LANGUAGE = "old", "language"                       # columns that no step asks for
NOT_ASKED = {"contact", "hours"}                        # follows from the address; of a list nobody knows it
EXTRA = {OLD: _("Old number or date"), LANGUAGE: _("Language of the person")}
SEVERAL = re.compile(r"\n|\||؛|;\s")                    # between several answers in one cell
YES = {"yes", "on", "1", "true", "ہاں", "جی ہاں"}
NO = {"no", "off", "0", "false", "نہیں", ""}


class NotATable(ValueError):
    """The file as a whole cannot be taken; `args[0]` says why, for people."""


@dataclass(frozen=True)
class Row:
    """`number` as the spreadsheet shows it: its head is row 1. `cells`: column → what stands there, cleaned."""
    number: int
    cells: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Book:
    """What the columns and their cells may say; made once for a file."""
    fields: dict[str, dict[str, Any]]       # step → name → form field
    names: dict[str, Any]                   # name of the field → head of its column, lazily in the reader's language
    heads: dict[str, str]                   # a head in any language, folded → name
    codes: dict[str, dict[str, str]]        # name → what a choice is called in any language, folded → code


def book() -> Book:
    found = {step.name: step.form(known=Known()) for step in ASKED}
    fields = {step: dict(form.fields.items()) for step, form in found.items()}
    names = EXTRA | {name: short for form in found.values() for name, short in form.summary.items()
                     if name in form.fields and name not in NOT_ASKED}
    heads = {word.casefold(): name for name, short in names.items() for word in (name, *spoken(short))}
    codes = {name: {word.casefold(): str(code) for code, label in bound.choices for word in (str(code), *spoken(label))}
             for of_step in fields.values() for name, bound in of_step.items() if isinstance(bound, forms.ChoiceField)}
    # and in the words of staff
    codes["harm"] |= {word.casefold(): harm.value for harm, name in HARM_NAMES.items() for word in spoken(name)}
    return Book(fields, names, heads, codes)


def spoken(words: Any) -> Iterator[str]:
    """In every language."""
    for code, _name in settings.LANGUAGES:
        with override(code):
            yield str(words)


def template() -> list[str]:
    """The head of an empty file, each column in both languages."""
    return [" / ".join(dict.fromkeys(spoken(short))) for short in book().names.values()]


# --- reading the file -------------------------------------------------------------------------------------------------
def decoded(data: bytes) -> str:
    """UTF-8 with or without its mark, or the UTF-16 that spreadsheets call Unicode. Raises NotATable."""
    if len(data) > MOST_BYTES:
        raise NotATable(_("The file is larger than 1 MB. Split it."))
    try:
        return data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotATable(_("The file is not text in UTF-8. Save it as “CSV UTF-8”.")) from error


def rows_of(text: str, known: Book) -> list[Row]:
    """Every row that holds anything. Raises NotATable."""
    first = text.split("\n", 1)[0]
    between = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=between, strict=True))
    except csv.Error as error:
        raise NotATable(_("The file cannot be read as a table: a quotation mark is open somewhere.")) from error
    head = lines[0] if lines else []
    names = [field_of(cell, known) for cell in head]
    if unknown := [cell.strip() for cell, name in zip(head, names, strict=True) if not name and cell.strip()]:
        raise NotATable(_("These columns are not known: %(names)s. Take the heads from the empty file.") % {
            "names": ", ".join(unknown)[:200]})
    if "relation" not in names or "harm" not in names:
        raise NotATable(_("The first row must hold the heads of the columns. Take them from the empty file."))
    found = [Row(number, cells) for number, line in enumerate(lines[1:], 2) if (cells := cells_of(names, line))]
    if not found:
        raise NotATable(_("There is no row with a report in it."))
    if len(found) > MOST_ROWS:
        raise NotATable(_("There are more than 1,000 rows. Split the file."))
    return found


def cells_of(names: list[str], line: list[str]) -> dict[str, str]:
    cells = {name: without_controls(cell).strip() for name, cell in zip(names, line, strict=False) if name}
    return cells if any(cells.values()) else {}


def field_of(head: str, known: Book) -> str:
    """The field that a column is for; empty when it is none."""
    told = (part.strip().casefold() for part in (head, *head.split(" / ")))
    return next((known.heads[each] for each in told if each in known.heads), "")


# --- what a row says, as the steps' forms take it ---------------------------------------------------------------------
def answers_of(row: Row, known: Book) -> dict[str, dict[str, list[str]]]:
    """Step → field → values. What is not understood stays as it was typed: the form says so."""
    found: dict[str, dict[str, list[str]]] = {"pictures": {}}
    for step, fields in known.fields.items():
        found[step] = {name: values for name, bound in fields.items() if (values := values_of(name, bound, row.cells, known))}
    if row.cells.get(OLD):
        found["story"]["story"] = ["\n".join(filter(None, [f"[{row.cells[OLD]}]", row.cells.get("story", "")]))]
    for act, (_label, _hint, usual) in CONSENTS.items():
        found["consent"].setdefault(act.value, [usual])
    address = row.cells.get("address", "")
    found["consent"]["contact"] = [("email" if "@" in address else "sms") if address else "none"]
    return found


def values_of(name: str, bound: forms.Field, cells: Mapping[str, str], known: Book) -> list[str]:
    cell, codes = cells.get(name, ""), known.codes.get(name, {})
    if isinstance(bound, forms.BooleanField):
        return ["on"] if cell.casefold() in YES else [] if cell.casefold() in NO else [cell]
    if isinstance(bound, forms.MultipleChoiceField):
        return [codes.get(part.strip().casefold(), part.strip()) for part in SEVERAL.split(cell) if part.strip()]
    if isinstance(bound, forms.ChoiceField):
        return [codes.get(cell.casefold(), cell)] if cell else []
    if isinstance(bound, Lines):
        return ["\n".join(part.strip() for part in SEVERAL.split(cell))] if cell else []
    return [cell] if cell else []
