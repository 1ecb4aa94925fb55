"""Words as people search for them, whichever keyboard wrote them: one spelling of a letter, a digit, a break; and where in a text
they stand. Pure. Used for searching alone: what is stored stays as it was typed.

Urdu comes from Arabic keyboards (ي, ك, ه) as often as from Urdu ones (ی, ک, ہ), with and without short vowels and joiners, and
numbers in three sets of digits. Where two spellings could mean different words (ہ and ھ) both are found: a passage too many is
read and passed over, one too few is never missed.
"""
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SAME = {                # after decomposing, by which ئ is ي with a mark, آ is ا, ۂ is ہ and ﻻ is لا
    "ي": "ی", "ى": "ی", "ې": "ی", "ۍ": "ی", "ے": "ی", "ك": "ک", "ڪ": "ک", "ه": "ہ", "ھ": "ہ", "ە": "ہ", "ة": "ہ", "ۃ": "ہ",
    "ٱ": "ا", "۔": ".", "،": ",", "؛": ";", "؟": "?",
}
SILENT = {"Mn", "Me", "Cf", "Cc", "Cs"}         # short vowels and other marks; joiners, marks of direction; what no page shows
TATWEEL = "ـ"
SHORTEST, MOST = 2, 8           # letters of a word, and words, that are searched for
AROUND = 90                     # letters of a passage on either side of the first word found
PASSAGES = 3


class Letters(dict[int, str]):
    """For str.translate: each letter is looked at once in the life of a process."""

    def __missing__(self, code: int) -> str:
        self[code] = found = letter(chr(code))
        return found


def letter(char: str) -> str:
    if char.isspace():
        return " "
    if char == TATWEEL or unicodedata.category(char) in SILENT:
        return ""
    return str(unicodedata.decimal(char)) if char.isdecimal() else SAME.get(char, char)


LETTERS = Letters()


def fold(text: str) -> str:
    """Every space of any kind is one space; as many follow each other as were typed."""
    return unicodedata.normalize("NFKD", text).casefold().translate(LETTERS)


def words_in(typed: str) -> list[str]:
    """The words to search for, folded; such as say nothing (one letter) are left out, and so are all after the MOSTth."""
    found = (word.strip(".,;?!\"'«»“”()[]{}:@") for word in fold(typed).split())
    return list(dict.fromkeys(word for word in found if len(word) >= SHORTEST))[:MOST]


@dataclass(frozen=True)
class Piece:
    """A part of a passage; `found`: one of the words."""
    text: str
    found: bool = False


def passage(text: str, words: Iterable[str]) -> list[Piece]:
    """The surroundings of the first word in `text`, as it was typed, with every one of the words in them told apart. Empty when
    none stands there."""
    folded, places = placed(text)
    spans = [(places[match.start()], places[match.end() - 1] + 1) for match in re.finditer(pattern(words), folded)]
    if not spans:
        return []
    start, end = around(text, *spans[0])
    pieces, at = [Piece("… " if start else "")], start
    for begins, ends in spans:
        if begins >= end:
            break
        ends = clear_of_marks(text, ends)
        pieces += [Piece(text[at:begins]), Piece(text[begins:ends], found=True)]
        at = ends
    pieces += [Piece(text[at:max(at, end)]), Piece(" …" if max(at, end) < len(text) else "")]
    return [piece for piece in pieces if piece.text]


def pattern(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def placed(text: str) -> tuple[str, Sequence[int]]:
    """fold(), and of each folded letter the place of the typed one that it comes from."""
    folded, places = [], []
    for place, char in enumerate(text):
        for each in fold(char):
            folded.append(each)
            places.append(place)
    return "".join(folded), places


def around(text: str, begins: int, ends: int) -> tuple[int, int]:
    """From a word's beginning to a word's end."""
    start, end = max(0, begins - AROUND), min(len(text), ends + AROUND)
    if start and (space := text.find(" ", start, begins)) != -1:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", ends, end)) != -1:
        end = space
    return start, end


def clear_of_marks(text: str, ends: int) -> int:
    """Past the short vowels of the last letter: a mark alone would hang on nothing."""
    while ends < len(text) and unicodedata.category(text[ends]) == "Mn":
        ends += 1
    return ends
