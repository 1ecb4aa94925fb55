import os
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cases.hashing import snapshot
from cases.hashing.index import Index, pack, segments
from cases.hashing.snapshot import MAGIC, PAGE, Damaged, Snapshot

RNG = np.random.default_rng(5)
READER = """
import sys
from pathlib import Path
from cases.hashing.index import Index
from cases.hashing.snapshot import Snapshot
path, value, seen, looked = Path(sys.argv[1]), sys.argv[2], set(), 0
print("ready", flush=True)
while not Path(sys.argv[3]).exists():
    file = Snapshot.open(path)
    for _ in range(3):
        try:
            (found,) = Index(file.segments).near([value])
        except (ValueError, IndexError):
            assert file.wiped
        if file.wiped:
            break
        assert len(found) == 1, found
        seen.add(found[0][0])
        looked += 1
print(looked, len(seen))
"""
WRITER = """
import sys
from pathlib import Path
import numpy as np
from cases.hashing import snapshot
from cases.hashing.index import segments
parts = segments(np.arange(20_000), np.random.default_rng().integers(0, 2**63, (20_000, 4), dtype=np.uint64))
while True:
    snapshot.write(Path(sys.argv[1]), "PICTURE", parts)
    print(".", end="", flush=True)
"""


def strangers(count):
    return [RNG.bytes(32).hex() for _ in range(count)]


def put(path, known, first=1, label="PICTURE"):
    snapshot.write(path, label, segments(np.arange(first, first + len(known)), pack(known)))
    return Snapshot.open(path)


def test_what_is_written_is_what_is_read(tmp_path):
    known = strangers(300)
    file = put(tmp_path / "deep" / "one", known, first=7)
    assert (file.label, len(file), file.wiped) == ("PICTURE", 300, False)
    there = Index(file.segments)
    assert [hits[0] for hits in there.near(known)] == [(row, 0) for row in range(7, 307)]
    assert there.newest == (306, known[-1])
    assert (tmp_path / "deep" / "one").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "deep").stat().st_mode & 0o077 == 0


def test_several_segments_and_ids_far_apart(tmp_path):
    known = strangers(40)
    apart = np.array([30, *range(1 << 40, (1 << 40) + 19)])
    snapshot.write(tmp_path / "one", "X", segments(np.arange(20), pack(known[:20])) + segments(apart, pack(known[20:])))
    there = Index(Snapshot.open(tmp_path / "one").segments)
    assert [hits[0][0] for hits in there.near(known)] == [*range(20), 30, *range(1 << 40, (1 << 40) + 19)]


def test_adding_and_withdrawing_leave_the_file_as_it_is(tmp_path):
    known = strangers(50)
    before = put(tmp_path / "one", known).memory[:]
    there = Index(Snapshot.open(tmp_path / "one").segments)
    there.withdraw([1, 2])
    there.add([51], pack([known[0]]))
    assert there.near(known[:3]) == [[(51, 0)], [], [(3, 0)]]
    assert (tmp_path / "one").read_bytes() == before


def test_a_new_one_overwrites_the_old_one_for_whoever_has_it_open(tmp_path):
    gone, stays = strangers(2)
    old = put(tmp_path / "one", [gone, stays])
    assert bytes.fromhex(gone) in old.memory[:]
    new = put(tmp_path / "one", [stays])
    assert old.wiped
    assert not old.memory[:].strip(b"\0")
    assert not new.wiped
    assert bytes.fromhex(gone) not in new.memory[:]
    assert snapshot.stamp_of(tmp_path / "one") == new.stamp != old.stamp


def test_a_discarded_one_is_gone_and_so_is_what_a_crash_left(tmp_path):
    known = strangers(3)
    file = put(tmp_path / "one", known)
    (tmp_path / ".one.new").write_bytes(b"half of" + bytes.fromhex(known[0]))
    assert snapshot.discard(tmp_path / "one")
    assert file.wiped
    assert not file.memory[:].strip(b"\0")
    assert {path.stat().st_size for path in tmp_path.iterdir()} <= {0}      # locks
    assert not snapshot.discard(tmp_path / "one")
    assert not snapshot.discard(tmp_path / "nowhere" / "one")
    with pytest.raises(FileNotFoundError):
        Snapshot.open(tmp_path / "one")


def test_a_writer_that_died_leaves_the_old_one_whole(tmp_path):
    known = strangers(3)
    put(tmp_path / "one", known)
    (tmp_path / ".one.new").write_bytes(b"half")
    assert len(Snapshot.open(tmp_path / "one")) == 3
    assert len(put(tmp_path / "one", known[:2])) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_torn_file_is_refused(tmp_path, data):
    path = tmp_path / "one"
    whole = bytearray(put(path, strangers(4)).memory[:])
    if data.draw(st.booleans(), label="cut short, or too long"):
        torn = (whole + b"\0" * 99)[:data.draw(st.integers(0, len(whole) + 99).filter(lambda size: size != len(whole)))]
    else:
        for place in data.draw(st.sets(st.one_of(st.integers(0, PAGE), st.integers(0, len(whole) - 1)), min_size=1)):
            whole[place] ^= data.draw(st.integers(1, 255))
        torn = whole
    path.write_bytes(torn)
    with pytest.raises(Damaged):
        Snapshot.open(path)


def test_a_header_that_promises_more_than_there_is_is_refused(tmp_path):
    """With a checksum that fits: written by other code."""
    path = tmp_path / "one"
    raw = bytes(put(path, strangers(4)).memory[:])
    path.write_bytes(raw[:PAGE])
    for body in (raw[PAGE:-64], raw[PAGE:] + bytes(64)):
        told = raw[len(MAGIC) + 32:PAGE] + body
        path.write_bytes(MAGIC + snapshot.sha256(told).digest() + told)
        with pytest.raises(Damaged):
            Snapshot.open(path)


def test_processes_read_while_another_writes(tmp_path):
    """Each finds the one planted hash in whichever snapshot it has open: never none, never two, never an error."""
    value, path, enough = strangers(1)[0], tmp_path / "one", tmp_path / "enough"
    put(path, [value, *strangers(500)])
    command = [sys.executable, "-c", READER, str(path), value, str(enough)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for reader in readers:
        assert reader.stdout.readline() == "ready\n"
    for number in range(1, 40):
        put(path, strangers(number) + [value] + strangers(500 - number))
    enough.touch()
    for reader in readers:
        told, trouble = reader.communicate(timeout=60)
        assert reader.returncode == 0, trouble
        looked, seen = map(int, told.split())
        assert looked > 10
        assert seen > 2


def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path):
    path = tmp_path / "one"
    put(path, strangers(3))
    for number in range(12):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout.read(1) == b"."
        time.sleep(number / 200)
        writer.kill()
        writer.wait()
        writer.stdout.close()
        assert len(Snapshot.open(path)) in {3, 20_000}
    assert len(put(path, strangers(5))) == 5                    # the lock went with it, and what was half written is no hindrance


def test_one_writer_at_a_time(tmp_path):
    with snapshot.alone(tmp_path / "one", "writer", wait=False) as first:
        assert first
        probe = "import sys; from pathlib import Path; from cases.hashing import snapshot\n" \
                "with snapshot.alone(Path(sys.argv[1]), 'writer', wait=False) as mine: print(mine)"
        other = subprocess.run([sys.executable, "-c", probe, str(tmp_path / "one")], capture_output=True, text=True, check=True,
                               env=os.environ)
        assert other.stdout == "False\n"
    with snapshot.alone(tmp_path / "one", "writer", wait=False) as again:
        assert again
