"""The little language of templates: blanks such as {platform}, and [[ passages that may be left out ]].

A passage whose blanks are not all known is left out by itself; a blank outside of passages must be filled, or nothing is sent.
Other braces and single brackets are ordinary text.
"""
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

TOKEN = re.compile(r"\[\[|\]\]|\{[^{}\n]*\}")
GAPS = ((re.compile(r" {2,}"), " "), (re.compile(r" +\n"), "\n"), (re.compile(r"\n{3,}"), "\n\n"))      # left by a passage


class Blank(StrEnum):
    PLATFORM = "platform"
    NEXT_CHECK = "next_check"
    REFERENCE = "reference"
    UNIT = "unit"
    HOURS = "hours"


KNOWN = frozenset(Blank)
BLANK_NAMES = {
    Blank.PLATFORM: _("the platform"),
    Blank.NEXT_CHECK: _("the day of the next check"),
    Blank.REFERENCE: _("the reference of a notice"),
    Blank.UNIT: _("the unit"),
    Blank.HOURS: _("the opening hours"),
}


class Fault(StrEnum):
    """What is wrong with a template, as its author reads it."""
    UNKNOWN = "unknown"          # a blank that nothing fills
    BRACKETS = "brackets"        # a passage that does not end, does not begin, or lies in another


class Malformed(ValueError):
    def __init__(self, fault: Fault, at: str = "") -> None:
        super().__init__(fault.value)
        self.fault, self.at = fault, at


@dataclass(frozen=True)
class Passage:
    """A stretch of a template; `number` counts those that may be left out, and is None for the rest."""
    text: str
    number: int | None = None

    @property
    def blanks(self) -> list[Blank]:
        return blanks_in(self.text)


@dataclass(frozen=True)
class Filled:
    """`missing`: what no fact was there for; those blanks still stand in the words."""
    words: str
    missing: tuple[Blank, ...] = ()


def passages(text: str) -> Iterator[Passage]:
    """In order. Raises Malformed."""
    start, number, inside = 0, 0, False
    for token in TOKEN.finditer(text):
        if token[0].startswith("{"):
            if token[0][1:-1] not in KNOWN:
                raise Malformed(Fault.UNKNOWN, token[0])
            continue
        if (token[0] == "[[") == inside:
            raise Malformed(Fault.BRACKETS, token[0])
        yield Passage(text[start:token.start()], number if inside else None)
        start, inside, number = token.end(), not inside, number + inside
    if inside:
        raise Malformed(Fault.BRACKETS, "[[")
    yield Passage(text[start:])


def fill(text: str, facts: Mapping[Blank, str], *, keep: Collection[int] | None = None) -> Filled:
    """The words of a well-formed template. `keep`: which of the passages that may be left out stay; None: those whose blanks are
    all known."""
    joined = "".join(passage.text for passage in passages(text) if stays(passage, facts, keep))
    for gap, closed in GAPS:
        joined = gap.sub(closed, joined)
    missing = tuple(dict.fromkeys(blank for blank in blanks_in(joined) if not facts.get(blank)))
    return Filled(TOKEN.sub(lambda token: facts.get(Blank(token[0][1:-1])) or token[0], joined).strip(), missing)


def stays(passage: Passage, facts: Mapping[Blank, str], keep: Collection[int] | None) -> bool:
    if passage.number is None:
        return True
    return all(facts.get(blank) for blank in passage.blanks) if keep is None else passage.number in keep


def blanks_in(text: str) -> list[Blank]:
    """The known blanks of any text, also of one that a person has rewritten."""
    return [Blank(token[0][1:-1]) for token in TOKEN.finditer(text) if token[0][1:-1] in KNOWN]


def unfinished(text: str) -> tuple[list[Blank], bool]:
    """Of what is about to be sent: blanks that still stand in it, and whether the signs of a passage do."""
    return list(dict.fromkeys(blanks_in(text))), "[[" in text or "]]" in text
