"""A document of A4 pages, in English or in Urdu, with either language inside the other.

    sheet = Sheet(language="ur", title="کیس 26-7K3M9Q", foot="…")
    sheet.heading("…")
    sheet.paragraph("…")                    # laid out from its own first letter, as a browser does with dir="auto"
    sheet.remark("…")                       # small, in the document's own words
    sheet.facts([("حیثیت", "نیا"), …])
    sheet.table(["…", "…"], [["…", "…"], …], shares=(1, 3))
    sheet.turn(language="en", title="…")    # from a new page on in the other language
    sheet.pdf()                             # bytes

Letters are shaped by HarfBuzz and ordered by UAX #9. Urdu stands in Noto Nastaliq Urdu; what that lacks (a few letters of Sindhi
and others) in Noto Naskh Arabic; Latin in Noto Sans. All three are embedded, as far as they are used. A character that none of
them has, such as an emoji, is written by its name in brackets: what somebody wrote must not vanish on paper.
"""
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpdf import FPDF

from cases.paper.runs import marked

FONTS = Path(__file__).parent / "fonts"
FILES = {("sans", ""): "sans-regular.ttf", ("sans", "B"): "sans-bold.ttf",
         ("nastaliq", ""): "nastaliq.ttf", ("nastaliq", "B"): "nastaliq.ttf",         # Nastaliq is not written bold: it is larger
         ("naskh", ""): "naskh.ttf", ("naskh", "B"): "naskh.ttf"}
RTL_LANGUAGES = frozenset({"ur", "ps", "sd", "ar", "fa"})
MARGIN, FOOT, GAP = 18.0, 22.0, 2.5             # millimetres
SIZES = {1: 17.0, 2: 13.0}                      # of headings, in points
BODY, SMALL = 10.5, 8.5
LATIN_LINE, NASTALIQ_LINE = 1.45, 2.35          # of the font's size
MM = 25.4 / 72                                  # of a point
INK, PALE = (27, 35, 32), (95, 106, 101)
INVISIBLE = {"Cc", "Cf"}
DIRECTING = set("\u061c\u200e\u200f\u2066\u2067\u2068\u2069")         # take part in the order, and are not drawn
ISOLATE = re.compile("[\u2066-\u2068][^\u2069]*\u2069?")


@dataclass(frozen=True)
class Cell:
    text: str
    size: float = BODY
    bold: bool = False
    pale: bool = False
    right: bool | None = None           # its direction; None: by its own first letter

    @property
    def line(self) -> float:
        """Height of one line in millimetres: Nastaliq runs downhill and needs more."""
        return self.size * MM * (NASTALIQ_LINE if in_nastaliq(self.text) else LATIN_LINE)


def rtl(text: str, otherwise: bool) -> bool:
    """By its first letter with a direction."""
    for char in ISOLATE.sub("", text):
        kind = unicodedata.bidirectional(char)
        if kind in {"L", "R", "AL"}:
            return kind != "L"
    return otherwise


def in_nastaliq(text: str) -> bool:
    return any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)


class Sheet:
    """`title` and `foot` stand on every page; `page` words its number: page(1, 3) → "Page 1 of 3"."""

    def __init__(self, *, language: str, title: str, foot: str, page: Callable[[int, int], str]) -> None:
        self.rtl, self.foot, self.page = language in RTL_LANGUAGES, foot, page
        self.feet = self.rtl                    # all feet run as the first page does
        self.file = FPDF(format="A4", unit="mm")
        for (family, style), name in FILES.items():
            self.file.add_font(family, style, FONTS / name)
        self.known = frozenset[int]().union(*(font.cmap for font in self.file.fonts.values()))      # type: ignore[union-attr]   # all TTF
        self.file.set_margin(MARGIN)
        self.file.set_auto_page_break(auto=True, margin=FOOT)
        self.file.set_title(title)
        self.file.set_lang(language)
        self.file.add_page()
        self.heading(title)

    @property
    def pages(self) -> int:
        """So far."""
        return int(self.file.pages_count)

    # --- what a document is made of -----------------------------------------------------------------------------------
    def heading(self, text: str, level: int = 1) -> None:
        """Level 1 or 2; never the last line of a page."""
        size = SIZES[level]
        self.file.ln(GAP * (2 if level > 1 else 0))
        self._room(size * MM * 5)
        self._at(Cell(text, size, bold=True, right=self.rtl), MARGIN, self.file.epw)

    def turn(self, *, language: str, title: str) -> None:
        """A new page, and all that follows, in another language."""
        self.rtl = language in RTL_LANGUAGES
        self.file.add_page()
        self.heading(title)

    def paragraph(self, text: str) -> None:
        """What somebody wrote."""
        for line in text.split("\n"):
            self._at(Cell(line), MARGIN, self.file.epw, to_right=rtl(line, self.rtl))
        self.file.ln(GAP)

    def remark(self, text: str) -> None:
        """Small, in the document's own words."""
        self._at(Cell(text, SMALL, pale=True, right=self.rtl), MARGIN, self.file.epw)
        self.file.ln(GAP)

    def literal(self, text: str, *, large: bool = False) -> None:
        """A link, an account, a number; `large`: the one that the paper is about."""
        self._at(Cell(text, SIZES[1] + 3 if large else BODY, bold=large, right=False), MARGIN, self.file.epw,
                 to_right=self.rtl if large else False)
        self.file.ln(GAP)

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names and what they are, a line each."""
        for name, value in rows:
            self._row([Cell(name, pale=True, right=self.rtl), Cell(value)], (1, 2.2))
        self.file.ln(GAP)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], *, shares: Sequence[float]) -> None:
        """`shares`: how wide each column is, of all."""
        self._row([Cell(text, SMALL, bold=True, right=self.rtl) for text in head], shares, ruled=True)
        for row in rows:
            self._row([Cell(text) for text in row], shares, ruled=True)
        self.file.ln(GAP)

    def pdf(self) -> bytes:
        """The foot is written last, when it is known how many pages there are."""
        count = self.file.pages_count
        self.file.set_auto_page_break(auto=False)
        for number in range(1, count + 1):
            self.file.page = number
            self.file.font_family = ""          # or it would not be written anew into a page that ended in another
            self.file.set_xy(MARGIN, self.file.h - FOOT + 4)
            self._rule()
            foot = Cell(f"{self.foot}  ·  {self.page(number, count)}", SMALL, pale=True, right=self.feet)
            self._at(foot, MARGIN, self.file.epw, to_right=self.feet)
        return bytes(self.file.output())

    # --- how it is laid out -------------------------------------------------------------------------------------------
    def _row(self, cells: Sequence[Cell], shares: Sequence[float], *, ruled: bool = False) -> None:
        """Side by side, the first where a line begins. One that would not fit on the page goes to the next."""
        widths = [self.file.epw * share / sum(shares) for share in shares]
        self._room(min(max(self._at(cell, MARGIN, width - GAP, dry=True) for cell, width in zip(cells, widths, strict=True)),
                       self.file.h - MARGIN - FOOT))
        top, low, page, x = self.file.get_y(), self.file.get_y(), self.file.page, MARGIN + (self.file.epw if self.rtl else 0)
        last, line = page, max(cell.line for cell in cells)
        for cell, width in zip(cells, widths, strict=True):
            self.file.page = page
            self.file.set_y(top + (line - cell.line) / 2)          # on one baseline with its neighbours
            self._at(cell, x - width + GAP if self.rtl else x, width - GAP)
            x += -width if self.rtl else width
            low = max(low, self.file.get_y()) if self.file.page == last else self.file.get_y()
            last = max(last, self.file.page)
        self.file.page = last
        self.file.set_y(low)
        if ruled:
            self._rule()

    def _at(self, cell: Cell, x: float, width: float, *, to_right: bool | None = None, dry: bool = False) -> float:
        """Write it there, from the current line down; returns its height in millimetres. `dry`: only the height."""
        text = self._writable(cell.text)
        right = rtl(text, self.rtl) if cell.right is None else cell.right
        family = "nastaliq" if right else "sans"
        size = cell.size + (1.5 if right else 0)
        self.file.set_font(family, "B" if cell.bold else "", size)
        self.file.set_fallback_fonts([each for each in ("sans", "nastaliq", "naskh") if each != family], exact_match=False)
        self.file.set_text_shaping(True, direction="rtl" if right else "ltr", **({"script": "arab", "language": "urd"} if right
                                                                                  else {}))     # type: ignore[arg-type]
        self.file.set_text_color(*(PALE if cell.pale else INK))
        self.file.set_x(x)
        align = "R" if (self.rtl if to_right is None else to_right) else "L"
        told: Any = self.file.multi_cell(width, cell.line, marked(text) if right else text, align=align, dry_run=dry,
                                         new_x="LMARGIN", new_y="NEXT", output="HEIGHT")
        return float(told)

    def _room(self, height: float) -> None:
        if self.file.will_page_break(height):
            self.file.add_page()

    def _rule(self) -> None:
        self.file.set_draw_color(220, 216, 206)
        self.file.line(MARGIN, self.file.get_y(), self.file.w - MARGIN, self.file.get_y())

    def _writable(self, text: str) -> str:
        return "".join(self._named(char) for char in unicodedata.normalize("NFC", text))

    def _named(self, char: str) -> str:
        if ord(char) in self.known or char in DIRECTING:
            return char
        if char in "\t\n\r" or unicodedata.category(char) in INVISIBLE or unicodedata.combining(char):
            return " " if char.isspace() else ""
        return f"[{unicodedata.name(char, 'U+' + format(ord(char), 'X')).lower()}]"
