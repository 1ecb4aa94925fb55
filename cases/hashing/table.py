"""The same question asked of the table itself. It is the truth; every process may ask it, and none needs anything in its memory.

On PostgreSQL sixteen numbers of each hash lie in a GIN index: (kind, place, 16 bits). Two hashes at most 31 bits apart have one
of the sixteen chunks with at most one bit of difference, or they would be 32 apart; so 16 × 17 numbers find all candidates, and
`bit_count` decides. SQLite, the embedded default, compares with all: quick enough for what is kept there.
"""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations, islice

import numpy as np
from django.db import connection, transaction

from cases.hashing.index import Found, Hit, Ids, Words, compared, gathered, lists, pack
from cases.hashing.models import IndexedHash

CHUNKS, WIDTH = 16, 16
FURTHEST = 47                   # up to two bits in every chunk; from three on all rows are compared
WHOLE, SMALL = 500, 60_000      # rows that are read and compared in the time of one lookup, or in any case: 0.1 s
AT_ONCE = 50_000                # rows fetched to be compared
FAR = "bit_count(('x' || pdq)::bit(256) # ('x' || %(wanted)s)::bit(256))"
NEAR = f"SELECT id, {FAR} AS far FROM cases_hashing_indexedhash WHERE kind = %(kind)s AND {FAR} <= %(limit)s"  # noqa: S608  constants
ORDER = " ORDER BY far, id"
PACKED = """SELECT string_agg(int8send(id), ''::bytea ORDER BY id), string_agg(decode(pdq, 'hex'), ''::bytea ORDER BY id)
FROM (SELECT id, pdq FROM cases_hashing_indexedhash WHERE kind = %s AND id > %s ORDER BY id LIMIT %s) AS piece"""
PLAN = {"enable_seqscan": "off", "jit": "off", "max_parallel_workers_per_gather": "0"}


class Table:
    """What of one kind is in the table, as this transaction sees it."""

    def __init__(self, kind: IndexedHash.Kind) -> None:
        self.kind = kind

    def near(self, values: Sequence[str], limit: int) -> list[list[Hit]]:
        """For each hash (64 hex digits) every known one at most `limit` bits away, as (id, distance), nearest first."""
        return self._looked_up(values, limit) if connection.vendor == "postgresql" else self._compared(values, limit)

    def hits(self, values: Sequence[str], limit: int) -> Found:
        """The same as arrays, in no order. Where many are asked about and the table is small, it is quicker to read it whole, and
        then a picture that was reported very often costs no more than any other."""
        if connection.vendor == "postgresql" and not self._is_small(max(SMALL, WHOLE * len(values))):
            near = self._looked_up(values, limit)
            which = np.repeat(np.arange(len(near)), [len(hits) for hits in near])
            rows = [hit for hits in near for hit in hits]
            return which, np.array([row for row, _ in rows], np.int64), np.array([far for _, far in rows], np.uint16)
        wanted = pack(values)
        return gathered([compared(wanted, *piece, limit) for piece in self._pieces()])

    def _is_small(self, rows: int) -> bool:
        return not IndexedHash.objects.filter(kind=self.kind).order_by()[rows:rows + 1].exists()

    def _looked_up(self, values: Sequence[str], limit: int) -> list[list[Hit]]:
        indexed = limit <= FURTHEST
        sql = NEAR + (" AND portal_hash_chunks(kind, pdq) && %(chunks)s::int[]" if indexed else "") + ORDER
        found = list[list[Hit]]()
        with through_the_index(indexed), connection.cursor() as cursor:
            for value in values:
                chunks = list(probes(self.kind, value, limit)) if indexed else []
                cursor.execute(sql, {"wanted": value, "kind": self.kind.value, "limit": limit, "chunks": chunks})
                found.append([(int(row), int(far)) for row, far in cursor])
        return found

    def _compared(self, values: Sequence[str], limit: int) -> list[list[Hit]]:
        wanted = pack(values)
        return lists(gathered([compared(wanted, *piece, limit) for piece in self._pieces()]), len(values))

    def _pieces(self) -> Iterator[tuple[Ids, Words]]:
        if connection.vendor == "postgresql":
            yield from self._packed()
            return
        rows = IndexedHash.objects.filter(kind=self.kind).order_by("pk").values_list("pk", "pdq").iterator(AT_ONCE)
        while piece := list(islice(rows, AT_ONCE)):
            yield np.array([row for row, _ in piece], np.int64), pack([pdq for _, pdq in piece])

    def _packed(self) -> Iterator[tuple[Ids, Words]]:
        """Put together by the database: a row of Python for each would take ten times as long."""
        last = 0
        with connection.cursor() as cursor:
            while True:
                cursor.execute(PACKED, [self.kind.value, last, AT_ONCE])
                ids, words = cursor.fetchone()
                if ids is None:
                    return
                numbers = np.frombuffer(ids, ">i8").astype(np.int64)
                yield numbers, np.frombuffer(words, np.uint64).reshape(-1, 4)
                last = int(numbers[-1])


@contextmanager
def through_the_index(indexed: bool) -> Iterator[None]:
    """For `&&` the planner expects a quarter of the table, so it reads all of it (seconds instead of milliseconds at a million),
    or compiles the query, or calls for other processes, which takes longer than the lookup. Told otherwise for this one only."""
    with transaction.atomic(), connection.cursor() as cursor:
        if indexed:
            cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in PLAN.items()))
        yield
        if indexed:
            cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in PLAN))


def probes(kind: IndexedHash.Kind, value: str, limit: int) -> Iterator[int]:
    """The numbers of which a hash at most `limit` bits from `value` has one at least, as `portal_hash_chunks` makes them."""
    return numbers(value, limit, first=kind.value << 20)


def numbers(value: str, limit: int, *, first: int = 0) -> Iterator[int]:
    """The same for a hash of any length in whole chunks (four hex digits); `first` is added to each."""
    chunks = len(value) // 4
    share, rest = divmod(limit + 1, chunks)
    for place in range(chunks):
        chunk = int(value[place * 4:place * 4 + 4], 16)
        for bits in range(share + (place < rest)):
            for flipped in combinations(range(WIDTH), bits):
                yield first | place << WIDTH | chunk ^ sum(1 << bit for bit in flipped)
