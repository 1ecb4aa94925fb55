"""Which earlier files of other cases are the same as those of one case, or nearly: pictures, videos, pictures out of videos."""
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median_low

from django.db.models import Count

from cases.hashing.known import KNOWN
from cases.hashing.models import Frame, IndexedHash, MediaHash
from cases.hashing.video import SAME_SHARE, share

Kind = IndexedHash.Kind
VIDEO = MediaHash.Kind.VIDEO


@dataclass(frozen=True)
class Alike:
    """`one` of ours is `other` of another case. `share`: of a hundred frames, those found; 100 unless both are videos."""
    one: MediaHash
    other: MediaHash
    distance: int
    share: int = 100


@dataclass
class Pair:
    """What was found between two files: how near each of our hashes came, and which rows of theirs."""
    nearest: dict[str, int] = field(default_factory=dict)
    theirs: set[int] = field(default_factory=set)

    def add(self, value: str, row: int, bits: int) -> None:
        self.nearest[value] = min(bits, self.nearest.get(value, bits))
        self.theirs.add(row)


def rows(media: MediaHash) -> list[IndexedHash]:
    """What is put into the index for it."""
    kind = Kind.FRAME if media.kind == VIDEO else Kind.PICTURE
    return [IndexedHash(kind=kind, pdq=value, media=media) for value in media.every()]


def others(mine: Sequence[MediaHash]) -> Iterator[Alike]:
    """Each of one case's files with every earlier one of another case that is the same, with how near."""
    hashes = {one: one.every() for one in mine}
    pairs = defaultdict[tuple[MediaHash, MediaHash], Pair](Pair)
    for kind in (Kind.PICTURE, Kind.FRAME):
        for one, value, row, bits in near(hashes, kind):
            if row.media and row.media.case_id != one.case_id:
                pairs[one, row.media].add(value, row.pk, bits)
    same = set(same_files(mine))
    lengths = counts([other for _one, other in pairs if other.kind == VIDEO])
    for (one, other), pair in pairs.items():
        if (one, other) in same:
            yield Alike(one, other, 0)
        elif one.kind != VIDEO or other.kind != VIDEO:
            yield Alike(one, other, min(pair.nearest.values()))
        elif (found := shared(hashes[one], pair, lengths[other.pk])) >= SAME_SHARE:
            yield Alike(one, other, median_low(pair.nearest.values()), found)
    yield from (Alike(one, other, 0) for one, other in same - set(pairs))


def shared(values: Sequence[str], pair: Pair, theirs: int) -> int:
    """Of a hundred frames of one video those found in the other: of ours or of theirs, whichever are more."""
    return max(share(sum(value in pair.nearest for value in values), len(values)), share(len(pair.theirs), theirs))


def near(mine: Mapping[MediaHash, Sequence[str]], kind: Kind) -> Iterator[tuple[MediaHash, str, IndexedHash, int]]:
    """Our file, its hash, the row of the index that is near, and the bits between."""
    asked = list(dict.fromkeys(value for values in mine.values() for value in values))
    hits = dict(zip(asked, KNOWN[kind].near(asked), strict=True))
    ids = {row for found in hits.values() for row, _ in found}
    known = IndexedHash.objects.select_related("media__case").in_bulk(ids)
    for one, values in mine.items():
        for value in dict.fromkeys(values):
            yield from ((one, value, known[row], bits) for row, bits in hits[value] if row in known)


def same_files(mine: Sequence[MediaHash]) -> Iterator[tuple[MediaHash, MediaHash]]:
    """The very same file: of a video that no browser could show, all that can be found."""
    videos = {one.md5: one for one in mine if one.kind == VIDEO}
    earlier = MediaHash.objects.filter(kind=VIDEO, md5__in=videos, matched_at__isnull=False).select_related("case")
    for other in earlier:
        if other.case_id != videos[other.md5].case_id:
            yield videos[other.md5], other


def counts(media: Sequence[MediaHash]) -> dict[object, int]:
    """Frames of each video."""
    return dict(Frame.objects.filter(media__in=media).order_by().values_list("media").annotate(Count("pk")))
