"""`./mehfooz run`, as its user meets it: what stands in the way is one line and exit code 1."""
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portal import serve


def run(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("MEHFOOZ", "DATABASE", "REDIS", "CELERY"))}
    return subprocess.run([sys.executable, "-m", "portal.serve"], capture_output=True, text=True, timeout=60, check=False,
                          env={**environment, "MEHFOOZ_DATA": str(data), "PORT": str(port)})


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
