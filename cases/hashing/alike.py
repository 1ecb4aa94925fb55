"""Which earlier files of other cases are the same as those of one case, or nearly: pictures, videos, pictures out of videos.

Of a file that stands in very many cases only some become matches (`Near.ties`). What keeps a child's picture off the adults'
list is asked of all of them (`Near.guarding`, `Near.guarded_by`).
"""
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from cases.hashing.matches import CHILDS, known_of_children
from cases.hashing.models import Frame, IndexedHash, MediaHash, SetAside
from cases.hashing.nearby import FAR, Lookup, Theirs, look_up
from cases.hashing.video import SAME_SHARE
from cases.models import Case

Kind = IndexedHash.Kind
VIDEO = MediaHash.Kind.VIDEO
CROWD = 50                              # other cases that a file is tied to when it is compared; nobody could read more


@dataclass(frozen=True)
class Alike:
    """`one` of ours is `other` of another case. `share`: of a hundred frames, those found; 100 unless both are videos."""
    one: MediaHash
    other: UUID
    case: UUID
    distance: int
    share: int = 100


def rows(media: MediaHash) -> list[IndexedHash]:
    """What is put into the index for it, in one go."""
    kind = Kind.FRAME if media.kind == VIDEO else Kind.PICTURE
    return [IndexedHash(kind=kind, pdq=value, media=media) for value in media.every()]


class Near:
    """The files of one case (rows), those of others that are the same (columns), and the bits between; FAR: they are not."""

    def __init__(self, mine: Sequence[MediaHash]) -> None:
        self.mine, self.theirs = list(mine), list[Theirs]()
        self.far = np.empty((len(mine), 0), np.uint16)
        self.share = np.empty((len(mine), 0), np.int64)
        for found in (look_up(self.mine, Kind.PICTURE), look_up(self.mine, Kind.FRAME)):
            self.theirs += found.theirs
            far, share = self.judged(found)
            self.far, self.share = np.hstack([self.far, far]), np.hstack([self.share, share])
        self.add_same_files()
        aside = set(SetAside.objects.filter(agreed_at__isnull=False).values_list("case", flat=True))
        self.far[:, np.array([one.case in aside for one in self.theirs], bool)] = FAR

    def judged(self, found: Lookup) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
        """Of two videos enough frames must be found, of ours or of theirs, and the median counts; of others the nearest."""
        far, share = found.far, np.full(found.far.shape, 100, np.int64)
        theirs = [number for number, column in enumerate(found.theirs) if column.video]
        ours = [number for number, one in enumerate(self.mine) if one.kind == VIDEO]
        if theirs and ours:
            both, length = np.ix_(ours, theirs), counts([found.theirs[column].media for column in theirs])
            of_theirs = np.array([length[found.theirs[column].media] for column in theirs])
            of_ours = np.array([max(1, len(self.mine[number].every())) for number in ours])
            share[both] = np.maximum(100 * found.met[both] // of_ours[:, None], 100 * found.rows[both] // of_theirs)
            far[both] = np.where(share[both] >= SAME_SHARE, found.median[both], FAR)
        return far, share

    def add_same_files(self) -> None:
        """The very same file: of a video that no browser could show, all that can be found."""
        videos = {one.md5: number for number, one in enumerate(self.mine) if one.kind == VIDEO}
        same = MediaHash.objects.filter(kind=VIDEO, md5__in=videos, matched_at__isnull=False)
        place = {column.media: number for number, column in enumerate(self.theirs)}
        found = list(same.exclude(case__in={one.case_id for one in self.mine}).values_list("pk", "case", "matched_at", "md5"))
        new = [Theirs(pk, case, True, at) for pk, case, at, _md5 in found if pk not in place and at]
        place |= {column.media: number for number, column in enumerate(new, len(self.theirs))}
        self.theirs += new
        self.far = np.pad(self.far, ((0, 0), (0, len(new))), constant_values=FAR)
        self.share = np.pad(self.share, ((0, 0), (0, len(new))), constant_values=100)
        for pk, _case, _at, md5 in found:
            self.far[videos[md5], place[pk]], self.share[videos[md5], place[pk]] = 0, 100

    @cached_property
    def guards(self) -> NDArray[np.bool_]:
        """Of their files those of a child's case, or that stand on a list of child imagery."""
        children = set(Case.objects.filter(CHILDS, pk__in={one.case for one in self.theirs}).values_list("pk", flat=True))
        known = known_of_children([one.media for one in self.theirs])
        return np.array([one.case in children or one.media in known for one in self.theirs], bool)

    @cached_property
    def places(self) -> NDArray[np.intp]:
        """Of each of their files the place of its case: what guards before the rest, then the latest first."""
        best = dict[UUID, tuple[bool, float]]()
        for one, guards in zip(self.theirs, self.guards.tolist(), strict=True):
            best[one.case] = max(best.get(one.case, (False, 0.0)), (guards, one.at.timestamp()))
        order = {case: place for place, case in enumerate(sorted(best, key=best.__getitem__, reverse=True))}
        return np.array([order[one.case] for one in self.theirs], np.intp)

    def ties(self) -> list[Alike]:
        """What becomes a match: with each of the other cases the nearest of theirs to each of ours, and of ours to theirs.

        Of a file that more than CROWD other cases hold: children's cases first, then the latest.
        """
        chosen, tied = set[tuple[int, int]](), set[int]()
        for number, far in enumerate(self.far):
            near = np.flatnonzero(far < FAR)
            near = near[np.lexsort((far[near], self.places[near]))]
            _places, first = np.unique(self.places[near], return_index=True)
            chosen |= {(number, int(column)) for column in near[first[:CROWD]]}
            tied |= set(self.places[near[first[:CROWD]]].tolist())
        for column in np.flatnonzero(np.isin(self.places, list(tied)) & (self.far < FAR).any(axis=0)):
            chosen.add((int(self.far[:, column].argmin()), int(column)))
        return [self.alike(number, column) for number, column in sorted(chosen)]

    def guarding(self) -> Iterator[Alike]:
        """Each of our files with all that guard it, nearest first."""
        for number, bits in enumerate(self.far):
            far = np.where(self.guards, bits, FAR)
            yield from (self.alike(number, int(column)) for column in np.argsort(far, kind="stable")[:(far < FAR).sum()])

    def guarded_by(self, ours: Collection[UUID]) -> Iterator[Alike]:
        """Every file of others that is one of these of ours, with the nearest. Without those that guard themselves."""
        numbers = [number for number, one in enumerate(self.mine) if one.pk in ours]
        if numbers and self.theirs:
            far = np.where(self.guards, FAR, self.far[numbers])
            best = far.argmin(axis=0)
            yield from (self.alike(numbers[best[column]], int(column)) for column in np.flatnonzero(far.min(axis=0) < FAR))

    def alike(self, number: int, column: int) -> Alike:
        theirs = self.theirs[column]
        return Alike(self.mine[number], theirs.media, theirs.case, int(self.far[number, column]), int(self.share[number, column]))


def counts(media: Collection[UUID]) -> dict[UUID, int]:
    """Frames of each video."""
    return dict(Frame.objects.filter(media__in=media).order_by().values_list("media").annotate(Count("pk")))
