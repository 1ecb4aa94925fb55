"""What can go wrong around the portal, each as a `with`: broken inside, mended after it. `House` is what it happens to.

Servers are those of tests.services; the portal's processes are real ones, each in a group of its own, and whoever has died is
started again, as systemd would (deploy/*.service: Restart=always).
"""
import atexit
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from bench.sinks import Mailbox, Partner
from tests.services import SERVICES

SAFE = ("synchronous_commit=on", "full_page_writes=on", "autovacuum=on", "max_wal_size=192MB", "max_connections=80")
READY_WITHIN = 10.0                 # seconds that the next fault waits for a worker; on a slow machine it begins without
DISK_MB = 1500                      # of the small disk: what a run of 5,000 notices needs three times
Fault = Callable[["House"], Iterator[None]]


class Process:
    """A program in its own process group."""

    def __init__(self, command: list[str], environ: dict[str, str], log: Path) -> None:
        self.command, self.environ, self.log = command, environ, log
        self.running: subprocess.Popen[bytes] | None = None
        self.before = 0                                         # bytes that earlier ones wrote into the log

    def start(self) -> None:
        if self.running is None or self.running.poll() is not None:
            self.kill()                                         # what its parent left behind
            self.before = self.log.stat().st_size if self.log.exists() else 0
            with self.log.open("ab") as output:
                self.running = subprocess.Popen(self.command, env=self.environ, stdout=output, stderr=subprocess.STDOUT,
                                                start_new_session=True)

    @property
    def is_through(self) -> bool:
        return self.running is not None and self.running.poll() == 0

    @property
    def is_ready(self) -> bool:
        """Of a worker."""
        return b" ready." in self.log.read_bytes()[self.before:]

    def kill(self) -> None:
        """SIGKILL to all of it."""
        if self.running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait(30)

    def kill_parent(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait(30)

    def kill_child(self) -> None:
        """The last of them, which does jobs; a parent alone is left in peace."""
        children = Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children").read_text() if self.running else ""
        if children:
            with suppress(ProcessLookupError):
                os.kill(int(children.split()[-1]), signal.SIGKILL)


class Disk:
    """A disk that can be full: a tmpfs of its own under PostgreSQL's data. `path` is None where nobody may mount one."""

    def __init__(self) -> None:
        self.path: Path | None = SERVICES.directory / "disk"
        self.path.mkdir()
        atexit.register(self.unmount)
        signal.signal(signal.SIGTERM, leave)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "mehfooz-bench", str(self.path)]
        try:
            allowed = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        except OSError:
            allowed = False
        if not allowed:
            self.path = None

    @property
    def data(self) -> Path | None:
        return self.path / "pg" if self.path else None

    def fill(self) -> None:
        if self.path:
            ballast = os.open(self.path / "ballast", os.O_WRONLY | os.O_CREAT)
            with suppress(OSError):                             # until there is no byte left
                while free := os.statvfs(self.path).f_bavail * 4096:
                    os.posix_fallocate(ballast, os.fstat(ballast).st_size, min(free, 64 << 20))
            os.close(ballast)

    def free(self) -> None:
        if self.path:
            (self.path / "ballast").unlink(missing_ok=True)

    def unmount(self) -> None:
        if self.path:
            SERVICES.stop()
            subprocess.run(["umount", "--lazy", str(self.path)], check=False)
            SERVICES.stop()
            self.path = None


def leave(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends as any other end does: servers stopped, disk unmounted."""
    raise SystemExit(143)


@dataclass
class House:
    web: Process
    workers: list[Process]                                      # ours, and plain Celery's
    mailbox: Mailbox
    partner: Partner
    disk: Disk
    clock: "Clock"
    done: list[str] = field(default_factory=list)

    def mend(self) -> None:
        """Servers and processes that have died are started again."""
        if (postgres := SERVICES.servers.get("postgresql")) and postgres.poll() is not None:
            del SERVICES.servers["postgresql"]
        SERVICES.postgresql(self.disk.data, *SAFE)
        SERVICES.redis()
        for process in self.workers if self.web.is_through else (self.web, *self.workers):
            process.start()
        give_up = time.monotonic() + READY_WITHIN
        while not all(worker.is_ready for worker in self.workers) and time.monotonic() < give_up:
            time.sleep(0.1)


# --- processes --------------------------------------------------------------------------------------------------------
def web_killed(house: House) -> Iterator[None]:
    house.web.kill()
    yield


def worker_killed(house: House) -> Iterator[None]:
    for worker in house.workers:
        worker.kill()
    yield


def worker_parent_killed(house: House) -> Iterator[None]:
    for worker in house.workers:
        worker.kill_parent()
    yield


def worker_child_killed(house: House) -> Iterator[None]:
    for worker in house.workers:
        worker.kill_child()
    yield


# --- servers ----------------------------------------------------------------------------------------------------------
def kill_redis() -> None:
    """SIGKILL. `SERVICES.redis()` starts one that knows nothing."""
    redis = SERVICES.servers.pop("redis")
    redis.kill()
    redis.wait()
    (SERVICES.directory / "redis.sock").unlink(missing_ok=True)


def redis_killed(_house: House) -> Iterator[None]:
    kill_redis()
    yield


def redis_emptied(_house: House) -> Iterator[None]:
    SERVICES.empty_redis()
    yield


def postgresql_restarted(_house: House) -> Iterator[None]:
    end_postgresql(signal.SIGINT)
    yield


def postgresql_crashed(_house: House) -> Iterator[None]:
    """An immediate shutdown: no checkpoint, every connection cut, recovery from the log at the next start."""
    end_postgresql(signal.SIGQUIT)
    yield


def end_postgresql(how: signal.Signals) -> None:
    server = SERVICES.servers.pop("postgresql")
    server.send_signal(how)
    server.wait(60)


def disk_full(house: House) -> Iterator[None]:
    house.disk.fill()
    yield
    house.disk.free()


# --- recipients -------------------------------------------------------------------------------------------------------
def mail(mood: str) -> Fault:
    def fault(house: House) -> Iterator[None]:
        house.mailbox.mood = mood
        yield
        house.mailbox.mood = "well"
    return fault


def api(mood: str) -> Fault:
    def fault(house: House) -> Iterator[None]:
        house.partner.mood = mood
        yield
        house.partner.mood = "well"
    return fault


# --- clocks -----------------------------------------------------------------------------------------------------------
class Clock:
    """The time of day for whoever has `environ`; `environ` is empty where there is no compiler to make it (bench/clock.c)."""
    jump = 20       # seconds: more than a lease in a hurry

    def __init__(self, folder: Path) -> None:
        self.file, shim = folder / "clock", folder / "clock.so"
        self.set(0)
        compiler, source = shutil.which("cc") or shutil.which("g++"), Path(__file__).with_name("clock.c")
        made = compiler and subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-xc", source, "-o", shim],
                                           capture_output=True, check=False).returncode == 0
        self.environ = {"LD_PRELOAD": str(shim), "CLOCK_FILE": str(self.file)} if made else {}

    def set(self, seconds: int) -> None:
        written = self.file.with_suffix(".new")
        written.write_text(f"{seconds}\n")
        written.rename(self.file)


def clock(sign: int) -> Fault:
    def fault(house: House) -> Iterator[None]:
        house.clock.set(sign * house.clock.jump)
        yield
        house.clock.set(0)
    return fault


FAULTS: dict[str, Fault] = {
    "web killed": web_killed, "worker killed": worker_killed, "worker's parent killed": worker_parent_killed,
    "worker's child killed": worker_child_killed, "Redis killed": redis_killed, "Redis emptied": redis_emptied,
    "PostgreSQL restarted": postgresql_restarted, "PostgreSQL crashed": postgresql_crashed, "disk full": disk_full,
    "mail server stalls": mail("stalls"), "mail server resets": mail("resets"), "mail server says 451": mail("451 4.7.1 later"),
    "mail server says 554": mail("554 5.7.1 refused"), "API drips": api("drips"), "API resets": api("resets"),
    "API says 503": api("503"), "API says 400": api("400"), "clock ahead": clock(1), "clock back": clock(-1),
}


@contextmanager
def broken(house: House, name: str) -> Iterator[None]:
    """`name` of FAULTS, for as long as the block takes."""
    house.done.append(name)
    with contextmanager(FAULTS[name])(house):
        yield
    house.mend()


def suffer(house: House, name: str, seconds: float) -> None:
    with broken(house, name):
        time.sleep(seconds)
