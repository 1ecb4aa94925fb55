"""From a fresh clone to the first page: what a newcomer waits for `./mehfooz run`, package cache warm."""
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

from bench import Figure

NAME = "cold"
FIGURES = ("cold_run_s", "warm_run_s")
ROOT = Path(__file__).resolve().parent.parent
GIVE_UP = 300       # seconds


def run() -> dict[str, Figure]:
    with tempfile.TemporaryDirectory() as directory:
        clone = Path(directory) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        return {"cold_run_s": Figure(seconds_to_first_page(clone), "s"), "warm_run_s": Figure(seconds_to_first_page(clone), "s")}


def seconds_to_first_page(clone: Path) -> float:
    port = free_port()
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MEHFOOZ")}
    began = time.monotonic()
    with subprocess.Popen(["./mehfooz", "run"], cwd=clone, env={**ours, "PORT": str(port)}, stdout=subprocess.DEVNULL,
                          start_new_session=True) as server:
        try:
            while not answers(f"http://127.0.0.1:{port}/en/"):
                assert server.poll() is None, "./mehfooz run ended"
                assert time.monotonic() - began < GIVE_UP, "no page"
                time.sleep(0.1)
            return time.monotonic() - began
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGINT)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=30) as page:  # noqa: S310  our own address
            return page.status == 200
    except URLError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
