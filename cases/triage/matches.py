"""What a member may know of other cases through pictures that those hold too.

Decided, so that nothing more can be worked out from a page:

* A case that the member opens is named, with the distance. One of their unit that is kept for others is not: only that there is
  one. Of another unit's, only that another unit holds a match: not how many, how near, which unit, or why.
* A case behind a wall is not there at all: no line, no tag, no question about it, no rule that names it. A case does not become
  more urgent because of one behind whose wall a member of its unit stands (cases.hashing.matches.telling); where the wall came
  later, the words for that rule are those that everybody reads for a priority that a colleague changed.
* While the case itself is kept for others, its page names no other case.
"""
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import urgency
from cases.hashing.alike import CROWD
from cases.hashing.matches import guarding, of_a_child, of_case, standing
from cases.hashing.models import Match, MediaHash
from cases.hashing.undoing import needs_a_second
from cases.models import SEEN_ELSEWHERE, Case
from cases.permissions import Staff
from cases.priority import BY_HAND, Seen, rate_seen
from cases.selectors import cases_for, opened_by, walled_off

SHOWN = 10              # cases that are named for a picture that very many hold
SAME = 10               # bits by which programs that follow PDQ may differ on one file (its README)
ABOUT_CASES = {"seen", "seen_often", "seen_with_child"}


class Reach(StrEnum):
    """How far a member comes to another case."""
    OPEN = "open"
    KEPT = "kept"           # of their unit, and kept for others
    UNIT = "unit"           # another unit's
    WALL = "wall"           # does not exist for them


@dataclass(frozen=True)
class Finding:
    """A picture like this one. `number`: of this same case; `ref` and `their`: of a case that the reader opens; neither:
    somebody else holds it, and `reach` says who."""
    distance: int | None = None     # bits of 256
    number: int | None = None
    ref: str = ""
    their: int = 0
    reach: Reach = Reach.OPEN
    undone: Match | None = None
    waits: bool = False             # for a second person
    share: int | None = None        # of two videos: of a hundred frames, those found

    @property
    def words(self) -> Promise | str:
        return nearness(self.distance) if self.distance is not None else ""


@dataclass(frozen=True)
class Picture:
    """Or a video. `code`: by which people compare, PDQ of a picture and MD5 of a video; `frames`: None for a picture."""
    number: int
    code: str
    frames: int | None
    compared: bool
    findings: list[Finding] = field(default_factory=list)
    crowd: int = 0                  # so many other cases at least hold it; 0: all that do are known and shown

    @property
    def short(self) -> str:
        """The start and the end, as people compare long numbers."""
        return f"{self.code[:4]} {self.code[4:8]} {self.code[8:12]} … {self.code[-4:]}"

    @property
    def seen(self) -> bool:
        return any(not finding.undone for finding in self.findings)


def nearness(distance: int) -> Promise:
    return _("the same") if distance <= SAME else _("nearly the same")


def reach_of(member: Staff, cases: Iterable[Case]) -> dict[UUID, Reach]:
    """How far the member comes to each of these cases. A constant number of queries."""
    ids = {case.pk for case in cases}
    walls = set(walled_off(member).filter(case__in=ids).values_list("case_id", flat=True))
    mine = list(cases_for(member).filter(pk__in=ids).only("pk", "unit", "assignee", "restricted", "wants_woman"))
    doors = opened_by(member, mine)
    found = {pk: Reach.WALL if pk in walls else Reach.UNIT for pk in ids}
    return found | {case.pk: Reach.OPEN if case.pk in doors else Reach.KEPT for case in mine}


def pictures(case: Case, member: Staff, *, withheld: bool = False) -> list[Picture]:
    """Fingerprints by number, each with what stands nearest first, what was undone last."""
    files = MediaHash.objects.filter(case=case).annotate(pictures=Count("frames")).order_by("number")
    found = {row.pk: picture_of(row, row.pictures) for row in files}
    either = of_case(Match.objects.all(), case.pk).select_related("a__case", "b__case", "undone_by").defer(*(
        f"{side}__case__{name}" for side in "ab" for name in ("answers", "summary")))
    matches = [] if withheld else sorted(either, key=lambda match: (match.undone_at is not None, match.distance))
    reach = reach_of(member, [end.case for match in matches for end in (match.a, match.b)])
    for match in matches:
        for own, other in ((match.a, match.b), (match.b, match.a)):
            if own.pk in found and (new := finding(case, other, match, reach)) and new not in found[own.pk].findings:
                found[own.pk].findings.append(new)
    for picture in found.values():          # where it stands among the others would say how near it is
        picture.findings.sort(key=lambda each: each.reach != Reach.OPEN)
    crowds = crowded(matches)
    return [thinned(picture) if pk in crowds else picture for pk, picture in found.items()]


def pairs_shown(case: Case, member: Staff,
                newest: Callable[[QuerySet[Match]], Sequence[Match]]) -> list[tuple[Match, int, str]]:
    """Standing matches with cases that the member opens: each with the number of the picture here and the other's reference.
    `newest` cuts the rows to what a page needs."""
    mine = cases_for(member).values("pk")
    rows = of_case(standing(), case.pk).filter(a__case__in=mine, b__case__in=mine).select_related("a__case", "b__case").defer(*(
        f"{side}__case__{name}" for side in "ab" for name in ("answers", "summary")))
    found = [(match, match.a, match.b) if match.a.case_id == case.pk else (match, match.b, match.a) for match in newest(rows)]
    doors = opened_by(member, {other.case for _match, _own, other in found})
    return [(match, own.number, other.case.ref) for match, own, other in found
            if other.case_id != case.pk and other.case_id in doors]


def crowded(matches: Sequence[Match]) -> set[UUID]:
    """Of the files in these matches those that CROWD other cases hold or more: of them not all are tied (cases.hashing.alike).

    That is said of the file whatever the reader may open, as a flood is on the page of its lists: it names no case and no unit.
    """
    others: dict[UUID, set[UUID]] = {}
    for match in matches:
        others.setdefault(match.a_id, set()).add(match.b.case_id)
        others.setdefault(match.b_id, set()).add(match.a.case_id)
    return {media for media, cases in others.items() if len(cases) >= CROWD}


def thinned(picture: Picture) -> Picture:
    """Of a picture that stands in very many cases the nearest, and all that somebody has judged."""
    live = [finding for finding in picture.findings if not finding.undone]
    judged = [finding for finding in picture.findings if finding.undone]
    return replace(picture, findings=live[:SHOWN] + judged, crowd=CROWD)


def picture_of(row: MediaHash, frames: int) -> Picture:
    shown = frames if row.kind == MediaHash.Kind.VIDEO else None
    return Picture(row.number, row.pdq or row.md5, shown, compared=row.matched_at is not None)


def finding(case: Case, other: MediaHash, match: Match, reach: Mapping[UUID, Reach]) -> Finding | None:
    share = match.share if match.a.kind == match.b.kind == MediaHash.Kind.VIDEO else None
    if other.case_id == case.pk:
        return Finding(match.distance, number=other.number, share=share)
    how, undone = reach[other.case_id], match if match.undone_at else None
    if how == Reach.OPEN:
        return Finding(match.distance, ref=other.case.ref, their=other.number, undone=undone, waits=needs_a_second(match),
                       share=share)
    return None if how == Reach.WALL or undone else Finding(reach=how)


def match_of(case: Case, number: int, ref: str, their: int, member: Staff) -> Match | None:
    """One match of a case that the member opens with another that they open, by what stands on the page."""
    pairs = Q(a__case=case, a__number=number, b__case__ref=ref, b__number=their) \
        | Q(b__case=case, b__number=number, a__case__ref=ref, a__number=their)
    match = Match.objects.filter(pairs).select_related("a__case", "b__case", "undone_by", "agreed_by").first()
    if match is None:
        return None
    ends = [match.a.case, match.b.case]
    return match if set(reach_of(member, ends).values()) == {Reach.OPEN} else None


# --- why a case is as urgent as it is ---------------------------------------------------------------------------------
def reasons(cases: Sequence[Case], member: Staff, book: urgency.Book | None = None) -> dict[UUID, Promise | str]:
    """The rule of each case's priority, in words that say no more than the member may know. One query (the rules) if no picture
    moved one."""
    book = book or urgency.book()
    found: dict[UUID, Promise | str] = {case.pk: book.name(case.priority_rule) for case in cases}
    moved = {case.pk: case for case in cases if book.seen(case.priority_rule) & ABOUT_CASES}
    if not moved:
        return found
    either = guarding().filter(Q(a__case__in=moved) | Q(b__case__in=moved))
    pairs = set(either.order_by().values_list("a__case", "b__case").distinct())
    tied = Case.objects.defer("answers", "summary").in_bulk({pk for pair in pairs for pk in pair})
    others: dict[UUID, dict[UUID, Case]] = {pk: {} for pk in moved}
    for pair in pairs:
        for own, other in (pair, pair[::-1]):
            if own in moved and other != own:
                others[own][other] = tied[other]
    reach = reach_of(member, [case for each in others.values() for case in each.values()])
    return found | {pk: rule_words(case, list(others[pk].values()), reach, book) for pk, case in moved.items()}


def rule_words(case: Case, others: Sequence[Case], reach: Mapping[UUID, Reach], book: urgency.Book) -> Promise | str:
    there = [other for other in others if reach[other.pk] != Reach.WALL]
    if any(reach[other.pk] != Reach.OPEN for other in there):
        return SEEN_ELSEWHERE
    rule = rate_seen(Seen(cases=len(there), child=any(of_a_child(other) for other in there)))
    return book.name(case.priority_rule if rule and rule.code in book.seen(case.priority_rule) else BY_HAND)
