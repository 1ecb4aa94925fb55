"""Links, references and telephone numbers inside Urdu: left alone, "26-10917" would read "10917-26" there."""
import re
from collections.abc import Iterator

# Groups of digits, or letters, digits and signs without a space that end in none of the sentence's own punctuation.
LATIN_RUN = re.compile(r"\+?[0-9][0-9-]*(?: [0-9][0-9-]*)+|[A-Za-z0-9#@+](?:[!-~]*[A-Za-z0-9/=_])?")
TURNS = re.compile(r"^[@#]|[0-9][^A-Za-z0-9]|[^A-Za-z0-9][0-9]|/")
MARK = "\u200e"                         # left-to-right mark (UAX #9): unlike an isolate it lets "Pay 50,000" stay together


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, in order; True for those that must be kept from being turned round."""
    at = 0
    for found in LATIN_RUN.finditer(text):
        if TURNS.search(found[0]):
            yield text[at:found.start()], False
            yield found[0], True
            at = found.end()
    yield text[at:], False


def marked(text: str) -> str:
    """For a line of Urdu in plain text."""
    return "".join(f"{MARK}{part}{MARK}" if kept else part for part, kept in runs(text))
