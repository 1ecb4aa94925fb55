"""What strangers' files can do to the process that looks at them: end it, and no more."""
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cases.evidence import picture, sandbox
from cases.evidence.sandbox import Unreadable, checked, develop
from cases.hashing import pdq, phash
from cases.outbox.errors import Retry
from tests.cases.evidence import hostile
from tests.cases.evidence.screenshots import Shot, as_bytes, draw, some

GOOD = as_bytes(hostile.shot())
WEBP_LIKE = b"RIFF\x10\0\0\0WEBPVP8 " + bytes(20)


@pytest.fixture
def untouched():
    """A test that swaps something inside the sandbox begins and ends with a fresh one."""
    sandbox.close()
    yield
    sandbox.close()


# --- files ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", hostile.FILES)
def test_each_file_ends_in_a_clear_state_and_the_next_is_met_as_ever(name: str):
    make, becomes = hostile.FILES[name]
    content = make()
    if becomes == "kept":
        found = develop(content)
        with Image.open(io.BytesIO(found.content)) as kept:
            assert (kept.format, kept.mode, getattr(kept, "n_frames", 1)) == ("WEBP", "RGB", 1)
    else:
        with pytest.raises(Unreadable) as refused:
            develop(content)
        assert refused.value.why == becomes
    assert develop(GOOD).width == hostile.SMALL[0]


@pytest.mark.parametrize("name", ["with EXIF, profile and comment", "with many words", "with a page behind it",
                                  "with an archive behind it"])
def test_nothing_but_pixels_is_carried_over(name: str):
    content = develop(hostile.FILES[name][0]()).content
    assert not [word for word in (b"Secret", b"script", b"PK\x03\x04", b"EXIF", b"ICCP", b"XMP ") if word in content]


def test_a_turned_photograph_is_kept_and_hashed_upright():
    found = develop(hostile.telling())
    assert (found.width, found.height) == hostile.SMALL[::-1]
    plain = Image.open(io.BytesIO(hostile.telling()))
    assert found.pdq == pdq.from_image(plain).hex
    assert found.phash == phash.from_image(plain)


@pytest.mark.parametrize("shot", some(6))
def test_hashes_are_those_that_a_phone_would_send(shot: Shot):
    drawn = draw(shot)
    found = develop(as_bytes(drawn))
    assert (found.pdq, found.quality) == (pdq.from_image(drawn).hex, pdq.from_image(drawn).quality)


def test_text_stays_readable():
    """A common screen is kept at full size, and what is kept lies near what arrived."""
    drawn = draw(Shot(11))
    kept = Image.open(io.BytesIO(develop(as_bytes(drawn)).content))
    assert kept.size == drawn.size
    off = np.asarray(kept.convert("L"), float) - np.asarray(drawn.convert("L"), float)
    assert 10 * np.log10(255**2 / np.mean(off**2)) > 35         # decibels


@pytest.mark.parametrize(("size", "kept"), [
    ((1080, 2400), (1080, 2400)), ((3840, 2160), (2844, 1600)), ((1080, 20000), (648, 12000)), ((4000, 3000), (2133, 1600)),
    ((20000, 64), (12000, 38))])
def test_what_is_kept_is_bounded(size: tuple[int, int], kept: tuple[int, int]):
    assert picture.shrunk(Image.new("RGB", size)).size == kept


# --- children that die ------------------------------------------------------------------------------------------------
BREAK = """
import sys; sys.path.insert(0, sys.argv[1])
import ctypes, os, resource, signal, socket, subprocess, threading, time, numpy     # later nothing can be loaded any more
from cases.evidence import confinement, inside
confinement.CPU_SECONDS, inside.WALL_SECONDS = 1, 3
meet = inside.develop
def develop(content):
    if b"break:" in content:
        exec(content.rpartition(b"break:")[2], globals())
    return meet(content)
inside.develop = inside.blurred = inside.grey = develop
inside.main()
"""


@pytest.fixture
def breakable(untouched, monkeypatch):
    """A sandbox whose child runs what stands behind a picture: as if a decoder had been taken over."""
    monkeypatch.setattr(sandbox, "START", BREAK)


def broken(code: str) -> bytes:
    return GOOD + b"break:" + code.encode()


@pytest.mark.parametrize(("code", "why"), [
    ("ctypes.string_at(0)", "unreadable"),                                   # a crash
    ("os.abort()", "unreadable"),
    ("os._exit(3)", "unreadable"),
    ("while True: pass", "too_large"),                                       # processor time
    ("one = threading.Lock(); one.acquire(); one.acquire()", "too_large"),   # patience
    ("numpy.ones(2 << 30, 'u1')", "too_large")])                             # memory
def test_a_child_that_dies_is_one_file_that_failed(breakable, code: str, why: str):
    with pytest.raises(Unreadable) as refused:
        develop(broken(code))
    assert refused.value.why == why
    assert develop(GOOD).height == hostile.SMALL[1]


@pytest.mark.parametrize("code", [
    "open('/etc/passwd')", "open('/tmp/mehfooz-evidence-test', 'w')", "os.pipe()", "socket.socket()",
    "socket.create_connection(('127.0.0.1', 6379))", "subprocess.run(['/bin/true'])", "os.fork()", "threading.Thread().start()",
    "os.execv('/bin/true', ['true'])", "os.kill(os.getppid(), 0)", "os.kill(os.getpid(), 9)", "os.listdir('/')",
    "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))", "os.setuid(65534)",
    "if {*os.environ} - {'LC_CTYPE'} <= {'OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS', 'GLIBC_TUNABLES'}: raise PermissionError",
    "if ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == -1: raise PermissionError",
    "if ctypes.CDLL(None).process_vm_readv(os.getppid(), 0, 0, 0, 0, 0) == -1: raise PermissionError"])
def test_a_child_that_was_taken_over_has_no_files_no_network_no_neighbours_and_no_secrets(breakable, code: str):
    """Each of these raises, and what raises is a file that cannot be read; one that did not would be kept."""
    assert develop(broken("pass")).width == hostile.SMALL[0]
    with pytest.raises(Unreadable):
        develop(broken(code))
    assert not Path("/tmp/mehfooz-evidence-test").exists()           # noqa: S108  what must not be there


def test_the_sandbox_is_given_one_descriptor_and_nothing_of_our_environment(untouched, monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    develop(GOOD)
    mine = sandbox._mine[os.getpid()]
    assert mine._ended() == 0                                        # it watches over no child any more
    process = Path(f"/proc/{mine.process.pid}")
    assert process.joinpath("environ").read_bytes() == b"GLIBC_TUNABLES=glibc.malloc.hugetlb=1\0"
    targets = {os.readlink(each) for each in process.joinpath("fd").iterdir()}
    assert len([target for target in targets if target.startswith("socket:")]) == 1
    assert {target for target in targets if not target.startswith("socket:")} == {"/dev/null"}


def test_a_sandbox_that_is_gone_is_started_anew(untouched):
    develop(GOOD)
    os.kill(sandbox._mine[os.getpid()].process.pid, signal.SIGKILL)
    with pytest.raises(Retry):
        develop(GOOD)
    assert develop(GOOD).width == hostile.SMALL[0]


def test_a_worker_that_is_told_to_stop_may_end_its_file_first(untouched):
    develop(GOOD)
    os.kill(sandbox._mine[os.getpid()].process.pid, signal.SIGTERM)
    assert develop(GOOD).width == hostile.SMALL[0]


def test_it_ends_with_the_process_that_started_it():
    code = ("import sys; sys.path.insert(0, '.'); from cases.evidence import sandbox; sandbox.develop(sys.stdin.buffer.read());"
            "print(next(iter(sandbox._mine.values())).process.pid, flush=True); import os, signal; os.kill(os.getpid(), 9)")
    done = subprocess.run([sys.executable, "-c", code], input=GOOD, capture_output=True, check=False)
    pid, give_up = int(done.stdout), time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and b"Z" not in Path(f"/proc/{pid}/stat").read_bytes().split()[2:3]:
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_two_threads_take_turns():
    found: list[str] = []
    threads = [threading.Thread(target=lambda n=n: found.append(develop(as_bytes(draw(Shot(n, size=hostile.SMALL)))).pdq))
               for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert set(found) == {pdq.from_image(draw(Shot(n, size=hostile.SMALL))).hex for n in range(4)}


# --- at the desk ------------------------------------------------------------------------------------------------------
def test_what_was_kept_is_covered_inside_too():
    kept = develop(GOOD).content
    with Image.open(io.BytesIO(sandbox.blurred(kept))) as few, Image.open(io.BytesIO(sandbox.grey(kept))) as grey:
        assert (few.format, max(few.size)) == ("JPEG", picture.SHOWN)
        assert (grey.format, grey.size) == ("WEBP", hostile.SMALL)
        hues = np.asarray(grey.convert("RGB"), int)
        assert np.ptp(hues, axis=2).max() <= 6


@pytest.mark.parametrize("cover", [sandbox.blurred, sandbox.grey])
def test_what_a_child_painted_that_was_taken_over_takes_over_nobody_at_the_desk(breakable, cover):
    """Whoever breaks a decoder writes what is kept as well, and the desk opens it with the unit's keys in its memory."""
    for code in ("ctypes.string_at(0)", "open('/etc/passwd')", "while True: pass"):
        with pytest.raises(Unreadable):
            cover(develop(GOOD).content + b"break:" + code.encode())


@pytest.mark.parametrize("content", [b"", b"RIFF", WEBP_LIKE, GOOD])
def test_what_is_no_webp_is_not_even_decoded(content: bytes):
    with pytest.raises(Unreadable):
        sandbox.blurred(content)


def test_a_sandbox_that_is_gone_keeps_nobody_waiting(untouched):
    kept = develop(GOOD).content
    os.kill(sandbox._mine[os.getpid()].process.pid, signal.SIGKILL)
    assert sandbox.blurred(kept)


# --- what a child says ------------------------------------------------------------------------------------------------
FACTS = {"width": 9, "height": 9, "pdq": "a" * 64, "quality": 50, "phash": "b" * 16, "dhash": "c" * 16}
WEBP = b"RIFF\x04\0\0\0WEBP"


def test_what_a_child_says_is_believed_only_to_the_letter():
    assert checked(json.dumps(FACTS).encode() + b"\n" + WEBP).width == 9
    for wrong in ({"pdq": "A" * 64}, {"pdq": "a" * 63}, {"width": 0}, {"width": True}, {"width": "9"}, {"quality": 101},
                  {"phash": None}, {"inside": "a"}, {"inside": None}, {"extra": 1}, {"height": 10**9}, {"content": "x"}):
        with pytest.raises(Unreadable):
            checked(json.dumps(FACTS | wrong).encode() + b"\n" + WEBP)
    for wrong_answer in (
            b"", b"[]\n", b"{}\n" + WEBP, b"null\n", b"[" * 100_000, json.dumps(FACTS).encode() + b"\n<svg>", b"\xff\xfe\n"):
        with pytest.raises(Unreadable):
            checked(wrong_answer)


def test_a_child_cannot_give_a_reason_of_its_own():
    with pytest.raises(Unreadable) as refused:
        checked(b'{"why": "own_fingerprint"}\n')
    assert refused.value.why == "unreadable"
