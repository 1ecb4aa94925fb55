"""Small charts as SVG: where each mark lies, in units that are a phone's pixels. The template draws them, the stylesheet gives
them their colours; a table beside each says the same. Plain Python.

Time and bars begin where the reader begins: at the right in Urdu. Words keep their own direction, so only places are mirrored.
"""
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH = 320
ROW, BAR = 40, 12               # of bars that lie: a row with its words, and the bar in it
HIGH, TOP, FOOT = 130, 22, 24   # of columns and lines: the room for marks, above and below it
FEW = 12                        # so many columns have their number above them
UNKNOWN = 6                     # how high a number that is hidden is drawn, hollow


@dataclass(frozen=True)
class Mark:
    name: str
    n: int | None               # None: hidden


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    hollow: bool = False


@dataclass(frozen=True)
class Words:
    x: float
    y: float
    anchor: str                 # start, middle, end: of the text's own direction
    text: str
    number: bool = False


@dataclass(frozen=True)
class Chart:
    height: int
    boxes: list[Box] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    line: str = ""              # an SVG path
    width: int = WIDTH


def bars(marks: Sequence[Mark], *, rtl: bool) -> Chart | None:
    """Lying, the longest first, hidden ones left out. None when there is nothing to draw."""
    shown = sorted((mark for mark in marks if mark.n), key=lambda mark: -(mark.n or 0))
    boxes, words = [], []
    for row, mark in enumerate(shown):
        long = max(2.0, WIDTH * (mark.n or 0) / (shown[0].n or 1))
        boxes.append(box(0, row * ROW + ROW - BAR - 4, long, BAR, rtl=rtl))
        words += [Words(_x(0, rtl), row * ROW + 18, "start", mark.name),
                  Words(_x(WIDTH, rtl), row * ROW + 18, "end", str(mark.n), number=True)]
    return Chart(len(shown) * ROW, boxes, words) if shown else None


def columns(marks: Sequence[Mark], *, rtl: bool) -> Chart | None:
    """Standing, in the order of time; hidden ones as a hollow stub. None when there is nothing to draw."""
    highest = max((mark.n or 0 for mark in marks), default=0)
    if not highest:
        return None
    step, boxes, words = WIDTH / len(marks), [], _ends(marks, rtl)
    for place, mark in enumerate(marks):
        tall = UNKNOWN if mark.n is None else max(1.0, HIGH * mark.n / highest)
        boxes.append(box(place * step + step * 0.15, TOP + HIGH - tall, step * 0.7, tall, rtl=rtl, hollow=mark.n is None))
        if mark.n is not None and len(marks) <= FEW:
            middle, above = _x((place + 0.5) * step, rtl), round(TOP + HIGH - tall - 5, 1)
            words.append(Words(middle, above, "middle", str(mark.n), number=True))
    return Chart(TOP + HIGH + FOOT, boxes, words)


def line(marks: Sequence[Mark], *, rtl: bool) -> Chart | None:
    """In the order of time; where a number is hidden the line is broken. None when there is nothing to draw."""
    highest = max((mark.n or 0 for mark in marks), default=0)
    if not highest:
        return None
    step, path, on = WIDTH / len(marks), [], False
    for place, mark in enumerate(marks):
        if mark.n is not None:
            x, y = _x((place + 0.5) * step, rtl), round(TOP + HIGH * (1 - mark.n / highest), 1)
            path.append(f"{'L' if on else 'M'}{x} {y}" + ("" if on else "h0"))       # a point by itself is a dot
        on = mark.n is not None
    top = Words(_x(0, rtl), TOP - 8, "start", str(highest), number=True)
    return Chart(TOP + HIGH + FOOT, words=[*_ends(marks, rtl), top], line="".join(path))


def box(x: float, y: float, width: float, height: float, *, rtl: bool, hollow: bool = False) -> Box:
    start = WIDTH - x - width if rtl else x
    return Box(round(start, 1), round(y, 1), round(width, 1), round(height, 1), hollow)


def _ends(marks: Sequence[Mark], rtl: bool) -> list[Words]:
    """The first and the last of the time."""
    y = TOP + HIGH + FOOT - 6
    first, last = Words(_x(0, rtl), y, "start", marks[0].name), Words(_x(WIDTH, rtl), y, "end", marks[-1].name)
    return [first] if len(marks) == 1 else [first, last]


def _x(x: float, rtl: bool) -> float:
    return round(WIDTH - x if rtl else x, 1)
