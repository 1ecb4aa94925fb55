"""One question, four ways to answer it: the same tests for all, against counting bits one by one."""
import uuid

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from cases.hashing import index, known, snapshot
from cases.hashing.index import Index, pack, segments
from cases.hashing.known import Known
from cases.hashing.models import IndexedHash, MediaHash
from cases.hashing.pdq import MATCH_DISTANCE
from cases.hashing.snapshot import Snapshot
from cases.hashing.table import FURTHEST, Table, probes
from tests.cases.hashing.worlds import LIMITS, flip, hashes, near_centres, spread, steps, truth

PICTURE = IndexedHash.Kind.PICTURE


class InMemory:
    """Ids one by one, settled after four."""

    def __init__(self, path, media):
        self.index, self.next = Index(), 1

    def add(self, values):
        ids = range(self.next, self.next + len(values))
        self.next += len(values)
        self.index.add(ids, pack(values))
        return list(ids)

    def withdraw(self, ids):
        self.index.withdraw(ids)

    def near(self, values, limit):
        return self.index.near(values, limit)


class InAFile(InMemory):
    """Written and mapped again before each question; what came since the last time is beside it in memory."""

    def __init__(self, path, media):
        super().__init__(path, media)
        self.path = path

    def near(self, values, limit):
        found = super().near(values, limit)
        snapshot.write(self.path, "X", segments(*self.index.live()))
        self.index = Index(Snapshot.open(self.path).segments)
        assert super().near(values, limit) == found
        return found


class InTheTable:
    def __init__(self, path, media):
        self.media = media

    def add(self, values):
        return [IndexedHash.objects.create(kind=PICTURE, pdq=value, media=self.media).pk for value in values]

    def withdraw(self, ids):
        IndexedHash.objects.filter(pk__in=ids).delete()

    def near(self, values, limit):
        return Table(PICTURE).near(values, limit)


class AsAWorkerDoes(InTheTable):
    """A snapshot that is written at the first question, and what the table says since."""

    def __init__(self, path, media):
        super().__init__(path, media)
        self.known = Known(PICTURE)
        snapshot.discard(known.path_of(PICTURE))

    def near(self, values, limit):
        found = self.known.near(values, limit)
        if self.known.mapped() is None:
            known.write(PICTURE)
        return found


@pytest.fixture
def media(make_case):
    return MediaHash.objects.create(case=make_case(), number=1, pdq="0" * 64, quality=80, sha256=uuid.uuid4().hex * 2,
                                    md5="0" * 32, at=timezone.now())


ON_SQLITE = [pytest.param(way, marks=pytest.mark.sqlite, id=f"{way.__name__}-sqlite") for way in (InTheTable, AsAWorkerDoes)]


@pytest.fixture(params=[InMemory, InAFile, InTheTable, AsAWorkerDoes, *ON_SQLITE])
def finder(request, tmp_path, media, settings, monkeypatch):
    settings.HASH_SNAPSHOTS = tmp_path / "hashes"
    monkeypatch.setattr(index, "TAIL", 4)
    return lambda: request.param(tmp_path / "one", media)


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps, st.lists(st.one_of(near_centres, hashes), min_size=1, max_size=3), st.sampled_from(LIMITS))
def test_agrees_with_counting_bits_whatever_came_and_went(finder, steps, wanted, limit):
    with transaction.atomic():
        there, live = finder(), {}
        for step in steps:
            if isinstance(step, list):
                live |= dict(zip(there.add(step), step, strict=True))
            else:
                gone = list(live)[::step + 1]
                there.withdraw(gone)
                live = {row: value for row, value in live.items() if row not in gone}
            assert there.near(wanted, limit) == [truth(live, value, limit) for value in wanted]
        transaction.set_rollback(True)


@pytest.mark.parametrize("value", ["0" * 64, "f" * 64, "0f" * 32])
@pytest.mark.parametrize("first", [0, 3, 128, 255])
def test_exactly_at_the_limit_is_found_and_one_beyond_is_not(finder, value, first):
    there = finder()
    within, beyond = (flip(int(value, 16), spread(bits, first)) for bits in (MATCH_DISTANCE, MATCH_DISTANCE + 1))
    near, _ = there.add([within, beyond])
    assert there.near([value], MATCH_DISTANCE) == [[(near, MATCH_DISTANCE)]]
    assert there.near([within, beyond, value], 0)[2] == []


def test_nothing_is_found_where_nothing_is(finder):
    assert finder().near(["0" * 64, "f" * 64], 256) == [[], []]
    assert finder().near([], 31) == []


# --- the table alone --------------------------------------------------------------------------------------------------
@pytest.mark.postgres
def test_postgresql_looks_it_up_and_forgets_how_it_was_told_to(media):
    """The planner would read the whole table; what it is told must not outlive the lookup, nor an error in it."""
    InTheTable(None, media).add([f"{n:064x}" for n in range(50)])

    def setting():
        with connection.cursor() as cursor:
            cursor.execute("SHOW enable_seqscan")
            return cursor.fetchone()[0]

    plan = []

    def explain(execute, sql, params, many, context):
        if "portal_hash_chunks" in sql and not sql.startswith("EXPLAIN"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plan.extend(row[0] for row in cursor)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        assert Table(PICTURE).near(["0" * 64], 31)[0][0][1] == 0
    assert any("indexed_hash_chunks" in line for line in plan), plan
    assert setting() == "on"
    with pytest.raises(ValueError, match="invalid literal"):
        Table(PICTURE).near(["no hash"], 31)
    assert setting() == "on"


@pytest.mark.parametrize("limit", range(FURTHEST + 1))
def test_the_numbers_to_look_for_leave_no_way_to_be_near(limit):
    """Of sixteen chunks each allows one bit less than would make the sum one more than the limit."""
    wanted = [number >> 16 & 15 for number in probes(PICTURE, "0" * 64, limit)]
    radius = {1: 1, 17: 2, 137: 3}
    assert sum(radius[wanted.count(place)] for place in set(wanted)) == limit + 1
