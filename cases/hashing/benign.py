"""Which hashes look like something that is known to be harmless. All are compared at once: there may be ten thousand of these."""
from collections.abc import Sequence

from cases.hashing.index import compare, pack
from cases.hashing.models import Benign
from cases.hashing.pdq import MATCH_DISTANCE

Hit = tuple[int, int]                   # id of the harmless picture, bits between


def near(values: Sequence[str], limit: int = MATCH_DISTANCE) -> list[list[Hit]]:
    """For each hash (64 hex digits) the harmless pictures that are the same."""
    rows = list(Benign.objects.order_by("pk").values_list("pk", "pdq"))
    if not rows or not values:
        return [[] for _ in values]
    found = compare(pack(values), pack([pdq for _, pdq in rows]), limit)
    return [[(rows[row][0], bits) for row, bits in zip(places.tolist(), far.tolist(), strict=True)] for places, far in found]
