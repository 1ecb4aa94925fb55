"""`./mehfooz run`, as its user meets it: what stands in the way is one line and exit code 1."""
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal import serve
from portal.held import HOLDERS
from tests.processes import MADE_OF


def outside() -> dict[str, str]:
    """The environment of somebody who has set nothing."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MEHFOOZ", "DATABASE", "REDIS", "CELERY"))}


def run(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "portal.serve"], capture_output=True, text=True, timeout=60, check=False,
                          env={**outside(), "MEHFOOZ_DATA": str(data), "PORT": str(port)})


@pytest.fixture
def taken() -> socket.socket:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def one_line(answer: subprocess.CompletedProcess[str]) -> str:
    assert answer.returncode == 1, answer
    assert len(answer.stderr.splitlines()) == 1, answer.stderr
    return answer.stderr


def test_a_taken_port_is_named(tmp_path, taken):
    port = taken.getsockname()[1]
    assert f"port {port} is taken" in one_line(run(tmp_path, port))
    assert not (tmp_path / "mehfooz.sqlite3").exists()


def test_a_port_that_is_no_number(tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORT", "eighty")
        patch.setenv("MEHFOOZ_DATA", str(tmp_path))
        assert serve.main() == 1


def test_two_at_once_are_refused(tmp_path):
    with serve.lock(tmp_path):
        assert "already running" in one_line(run(tmp_path, 0))
    with serve.lock(tmp_path):
        pass                                    # and free again


def test_a_directory_that_cannot_be_written(tmp_path):
    (tmp_path / "var").write_text("a file stands where the directory should be, which stops root too")
    assert "cannot write to" in one_line(run(tmp_path / "var" / "data", 0))


def test_the_address_of_this_start_is_remembered(tmp_path, monkeypatch):
    (tmp_path / "demo.json").write_text('{"base_url": "http://127.0.0.1:1", "accounts": []}')
    monkeypatch.setenv("BASE_URL", "http://127.0.0.1:2")
    serve.remember_address(tmp_path)
    assert serve.demo_facts(tmp_path) == {"base_url": "http://127.0.0.1:2", "accounts": []}


def test_the_welcome_shows_who_can_sign_in(tmp_path, monkeypatch):
    monkeypatch.setenv("BASE_URL", "http://127.0.0.1:2")
    (tmp_path / "demo.json").write_text('{"accounts": [{"role": "caseworker", "email": "a@example.org", "password": "once"}]}')
    assert "http://127.0.0.1:2/desk/" in serve.welcome(tmp_path)
    assert "a@example.org" in serve.welcome(tmp_path)


PREPARES = """
import os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)         # who runs tests in a shell's background ignores it
from portal import serve
{}
def work():
    print(os.getpid(), flush=True)
    {}
serve.prepare = lambda data: serve.apart(work)
serve.Server = lambda listener, data: Done()
class Done:
    def run(self):
        # Not ru_maxrss, which Linux begins with what the process that started this one held.
        print("most", Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
sys.exit(serve.main())
"""


SLOW = """
class Slow(serve.FORK.Process):
    def start(self):
        super().start()
        time.sleep(0.5)
serve.FORK.Process = Slow
"""


def preparing(data: Path, work: str, before: str = "") -> subprocess.Popen[str]:
    ours = {**outside(), "MEHFOOZ_DATA": str(data), "PORT": "0"}
    return subprocess.Popen([sys.executable, "-c", PREPARES.format(before, work)], env=ours, stdout=subprocess.PIPE, text=True,
                            stderr=subprocess.PIPE)


def test_what_preparing_takes_is_given_back(tmp_path):
    with preparing(tmp_path, "held = bytearray(os.urandom(1024)) * 400_000") as process:
        words = process.communicate(timeout=60)[0].split()
    assert process.returncode == 0
    assert int(words[words.index("most") + 1]) < 300_000         # kB; 400 MB were held


@pytest.mark.parametrize(("work", "said"), [("raise serve.CannotStart('no room')", "mehfooz: no room"),
                                            ("os.kill(os.getpid(), 9)", "ended by signal 9"), ("sys.exit(3)", "")])
def test_preparing_that_fails_starts_nothing_and_says_why_once(tmp_path, work, said):
    with preparing(tmp_path, work) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == (3 if "3" in work else 1)
    assert "most" not in out
    assert len(err.splitlines()) == bool(said)
    assert said in err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_as_it_begins_leaves_nothing_behind(tmp_path, how):
    """The child is there, and the first process does not know it yet."""
    with preparing(tmp_path, f"os.kill(os.getppid(), {how.value}); time.sleep(60)", SLOW) as process:
        assert process.wait(20) == serve.INTERRUPTED


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_while_it_prepares_leaves_nothing_behind(tmp_path, how):
    """Also who reaches the first process alone, as a supervisor of services does."""
    with preparing(tmp_path, "time.sleep(60)") as process:
        child = int(process.stdout.readline())
        process.send_signal(how)
        _out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (serve.INTERRUPTED, "")
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    with serve.lock(tmp_path):
        pass


@contextmanager
def running(data: Path, log: Path, **more: str) -> Iterator[str]:
    """The demonstration on a port of its own, and what Ctrl-C does to it. `more` of the environment makes it something else."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, "-m", "portal.serve"], stdout=output, stderr=output,
                                   env={**outside(), "MEHFOOZ_DATA": str(data), "PORT": str(port), **more})
    base = f"http://127.0.0.1:{port}"
    give_up = time.monotonic() + 180
    while status(f"{base}/healthz") != 200:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < give_up, log.read_text()
        time.sleep(0.3)
    yield base
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0, log.read_text()


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  our own loopback address
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def send(base: str, request: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(base.rpartition(":")[2])), timeout=10) as connection:
        connection.sendall(request)
        connection.recv(1000)


def cases(data: Path) -> list[tuple[str]]:
    with sqlite3.connect(data / "mehfooz.sqlite3") as database:
        return database.execute("SELECT id FROM cases_case ORDER BY id").fetchall()


@pytest.mark.sqlite
def test_the_demonstration_serves_every_door_and_keeps_its_data(tmp_path):
    data, log = tmp_path / "var", tmp_path / "log"
    with running(data, log) as base:
        for path in ("/ur/", "/en/", "/ur/report/", "/en/inbox/", "/en/privacy/", "/desk/sign-in/", "/cms/"):
            assert status(base + path) == 200, (path, log.read_text())
        assert status(base + "/exchange/stopncii/v1/FetchHashes") == 401
        facts = json.loads((data / "demo.json").read_text())
        assert facts["base_url"] == base
        assert set(facts["partner"]) == {"fetch_key", "subscription_key"}
        send(base, b"BENT\x01 /en/inbox/?code=11112222 HTTP/9\r\n\r\n")
    before = cases(data)
    assert len(before) == 45
    with running(data, log):
        assert cases(data) == before
    assert not [path for path in (data, *data.rglob("*.sqlite3"), data / "secrets.json") if path.stat().st_mode & 0o077]
    assert "Traceback" not in log.read_text()
    assert "11112222" not in log.read_text()
    assert "127.0.0.1" not in log.read_text().replace(base, "").replace("http://127.0.0.1", "")


@pytest.mark.sqlite
def test_an_office_that_is_no_demonstration_gets_no_made_up_case(tmp_path, migrated_sqlite):
    (tmp_path / "var").mkdir(mode=0o700)
    shutil.copyfile(migrated_sqlite, tmp_path / "var" / "mehfooz.sqlite3")                 # to save time
    secrets = {name: secret for name, secret in MADE_OF.items() if name in {*HOLDERS, "LEGAL_INSTRUCTION"}}
    with running(tmp_path / "var", tmp_path / "log", MEHFOOZ_DEMO="false", MEHFOOZ_EMBEDDED="true", ALLOWED_HOSTS="127.0.0.1",
                 **secrets) as base:
        assert status(f"{base}/en/report/") == 200
    assert cases(tmp_path / "var") == []
