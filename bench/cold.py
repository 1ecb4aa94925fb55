"""From a fresh clone to the first page: what a newcomer waits for `./mehfooz run`, package cache warm."""
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench import ENVIRON, Figure
from bench.stage import answers, free_port

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
    ours = {name: value for name, value in ENVIRON.items() if not name.startswith("MEHFOOZ")}
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
