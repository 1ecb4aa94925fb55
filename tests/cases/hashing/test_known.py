"""The worker's way: a snapshot, what came since, and the table whenever that is not to be trusted."""
import importlib
import os
import subprocess
import sys

import pytest
from django.apps import apps
from django.db import connection, transaction

from cases.hashing import known, services, snapshot
from cases.hashing.known import Known, path_of
from cases.hashing.models import IndexedHash, MediaHash
from cases.hashing.snapshot import Snapshot
from portal.schedule import PERIODIC
from tests.cases.hashing.conftest import fingerprint, near, new_pdq

PICTURE = IndexedHash.Kind.PICTURE


@pytest.fixture(autouse=True)
def _a_snapshot_is_worth_it(settings, tmp_path):
    settings.HASH_SNAPSHOTS, settings.HASH_SNAPSHOT_FROM = tmp_path / "hashes", 1


def matched(case, *values):
    services.store(case=case, fingerprints=[fingerprint(n, value) for n, value in enumerate(values, 1)])
    services.match(case_id=case.pk)
    return case


def ids():
    return list(IndexedHash.objects.order_by("pk").values_list("pk", flat=True))


def test_a_snapshot_is_written_when_it_is_worth_it(make_case, settings):
    settings.HASH_SNAPSHOT_FROM = 3
    matched(make_case(), new_pdq(), new_pdq())
    assert known.renew() == []
    assert not path_of(PICTURE).exists()
    matched(make_case(), new_pdq())
    assert known.renew() == [PICTURE]
    assert [segment.last for segment in Snapshot.open(path_of(PICTURE)).segments] == ids()[-1:]
    assert known.renew() == []                                  # nothing new


def test_it_is_written_again_when_a_tenth_has_come_since(make_case, settings):
    matched(make_case(), new_pdq())
    known.renew()
    settings.HASH_SNAPSHOT_FROM = 20
    matched(make_case(), new_pdq(), new_pdq())
    assert known.renew() == []
    matched(make_case(), new_pdq())
    assert known.renew() == [PICTURE]


def test_a_process_with_a_snapshot_looks_there_and_catches_up(make_case, django_assert_num_queries):
    value = new_pdq()
    first, there = matched(make_case(), value), Known(PICTURE)
    known.renew()
    assert len(there.mapped()) == 1
    matched(make_case(), near(value, 10))
    old, new = ids()
    with django_assert_num_queries(3):                          # is it this past, what is new, is it there still
        assert there.near([value]) == [[(old, 0), (new, 10)]]
    first.delete()
    assert there.near([value]) == [[(ids()[0], 10)]]
    assert len(there._index) == 1                               # met once, and forgotten without building anything anew


def test_a_match_is_found_through_a_snapshot(make_case):
    value = new_pdq()
    first = matched(make_case(), value)
    known.renew()
    second = make_case()
    services.store(case=second, fingerprints=[fingerprint(1, near(value, 30)), fingerprint(2, near(value, 40))])
    (found,) = services.match(case_id=second.pk)
    assert (found.a.case, found.b.case, found.distance) == (second, first, 30)


def test_each_kind_has_its_limit(make_case, settings):
    value = new_pdq()
    matched(make_case(), value)
    settings.HASH_LIMITS = {"PICTURE": 40}
    assert len(Known(PICTURE).near([near(value, 38)])[0]) == 1
    assert Known(PICTURE).near([near(value, 38)], 37) == [[]]


def test_a_snapshot_that_was_replaced_or_removed_is_let_go(make_case):
    value = new_pdq()
    matched(make_case(), value)
    known.renew()
    there = Known(PICTURE)
    before = there.mapped()
    known.write(PICTURE)
    assert there.near([value]) == [[(ids()[0], 0)]]
    assert before.wiped
    assert there.mapped() is not before
    snapshot.discard(path_of(PICTURE))
    assert there.near([value]) == [[(ids()[0], 0)]]
    assert there.mapped() is None


HARM = [lambda raw: raw[:-9], lambda raw: raw[:5000] + b"\1" + raw[5001:], lambda raw: b"", lambda raw: b"?"]


def test_a_snapshot_that_is_overwritten_while_it_is_read_hides_nothing(make_case):
    """Another process discards it between the question and the answer."""
    value, path = new_pdq(), path_of(PICTURE)
    matched(make_case(), value)
    (row,) = ids()
    known.renew()
    there = Known(PICTURE)
    before = there.mapped()

    def meanwhile(execute, *query):
        snapshot.discard(path)
        return execute(*query)

    with connection.execute_wrapper(meanwhile):
        assert there.near([value]) == [[(row, 0)]]
    assert before.wiped


@pytest.mark.parametrize("harm", HARM)
def test_a_damaged_snapshot_is_refused_and_made_anew(make_case, caplog, harm):
    value, path = new_pdq(), path_of(PICTURE)
    matched(make_case(), value)
    known.renew()
    path.write_bytes(harm(path.read_bytes()))
    there = Known(PICTURE)
    assert there.near([value]) == [[(ids()[0], 0)]]
    assert there.mapped() is None
    assert "damaged" in caplog.text
    assert value not in caplog.text
    assert known.renew() == [PICTURE]
    assert there.near([value]) == [[(ids()[0], 0)]]
    assert len(there.mapped()) == 1


def test_a_snapshot_of_another_past_is_refused(make_case):
    """A backup was restored: ids that the snapshot knows are given to other hashes."""
    value, later = new_pdq(), new_pdq()
    matched(make_case(), value, later)
    known.renew()
    there = Known(PICTURE)
    assert len(there.mapped()) == 2
    IndexedHash.objects.filter(pdq=later).update(pdq=new_pdq())
    assert there.near([later]) == [[]]
    other = Known(PICTURE)
    assert other.mapped() is None
    assert other.near([value]) == [[(ids()[0], 0)]]


def test_what_a_rolled_back_match_left_in_memory_hides_nothing(make_case):
    value, case = new_pdq(), make_case()
    matched(make_case(), new_pdq())
    known.renew()
    there = Known(PICTURE)
    with pytest.raises(ZeroDivisionError), transaction.atomic():        # noqa: PT012 (the transaction is what is tried)
        matched(case, value)
        assert len(there.near([value])[0]) == 1
        1 / 0                                                       # noqa: B018
    assert there.near([value]) == [[]]
    services.match(case_id=matched(make_case(), value).pk)
    assert len(there.near([value])[0]) == 1


# --- what is gone -----------------------------------------------------------------------------------------------------
def test_a_deleted_hash_leaves_the_file_and_every_process_that_has_it_open(make_case):
    gone, stays = new_pdq(), new_pdq()
    case, _ = matched(make_case(), gone), matched(make_case(), stays)
    known.renew()
    sleeping = Snapshot.open(path_of(PICTURE))
    assert bytes.fromhex(gone) in sleeping.memory[:]
    case.delete()
    known.discard_stale()
    assert not path_of(PICTURE).exists()
    assert not sleeping.memory[:].strip(b"\0")
    assert known.renew() == [PICTURE]
    raw = path_of(PICTURE).read_bytes()
    assert bytes.fromhex(stays) in raw
    assert bytes.fromhex(gone) not in raw


def test_whatever_deletes_a_row_the_next_minute_sees_it(make_case):
    gone = new_pdq()
    matched(make_case(), gone)
    matched(make_case(), new_pdq())
    known.renew()
    IndexedHash.objects.filter(pdq=gone).delete()
    assert known.renew() == [PICTURE]
    assert bytes.fromhex(gone) not in path_of(PICTURE).read_bytes()
    assert [each.when.minute for each in PERIODIC if each.task == "hashing.snapshots"] == [set(range(60))]


def test_what_is_deleted_while_a_snapshot_is_written_is_not_in_it_for_long(make_case, monkeypatch):
    case = matched(make_case(), new_pdq())
    matched(make_case(), new_pdq())
    read = known.read

    def then_deleted(kind):
        rows = read(kind)
        case.delete()
        return rows
    monkeypatch.setattr(known, "read", then_deleted)
    known.write(PICTURE)
    assert not path_of(PICTURE).exists()


def test_only_the_workers_keep_a_snapshot(make_case, settings):
    probe = "from portal import settings; print(settings.HASH_SNAPSHOTS is None)"
    for role, none in [("public", "True"), ("desk", "True"), ("exchange", "True"), ("worker", "False"), ("all", "False")]:
        out = subprocess.run([sys.executable, "-c", probe], env={**os.environ, "PORTAL_ROLE": role, "MEHFOOZ_EMBEDDED": "true"},
                             capture_output=True, text=True, check=True).stdout
        assert out.strip() == none, role
    settings.HASH_SNAPSHOTS = None
    value = new_pdq()
    matched(make_case(), value)
    assert known.renew() == []
    assert not known.write(PICTURE)
    assert Known(PICTURE).near([value]) == [[(ids()[0], 0)]]


# --- what was there before --------------------------------------------------------------------------------------------
def test_what_was_matched_before_there_was_an_index_is_in_it(make_case):
    values = [new_pdq() for _ in range(3)]
    first, second, waiting = make_case(), make_case(), make_case()
    matched(second, values[1])
    matched(first, values[0])
    services.store(case=waiting, fingerprints=[fingerprint(1, values[2])])
    IndexedHash.objects.all().delete()
    importlib.import_module("cases.hashing.migrations.0003_index_what_was_matched").index(apps, None)
    assert list(IndexedHash.objects.order_by("pk").values_list("pdq", "kind")) == [(values[1], 1), (values[0], 1)]
    services.match(case_id=waiting.pk)
    assert IndexedHash.objects.count() == MediaHash.objects.count() == 3
