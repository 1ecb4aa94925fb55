"""The portal as it is deployed: a process a role, each with its own environment (deploy/environment.d) and database login."""
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cases.vault.signing import verify_key
from tests.services import SERVICES

WEB = ("public", "desk", "cms", "exchange")
ROOT_SEED = bytes(range(32))
# What an administrator would type into the blanks, each value for one purpose.
MADE_OF = {name: bytes([number + 1] * 32).hex() for number, name in enumerate(
    ("SECRET_KEY", "DRAFT_KEY", "RECEIPT_SALT", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY", "EMAIL_HOST_PASSWORD",
     "SMS_GATEWAY_TOKEN"))}
MADE_OF["SMS_GATEWAY_URL"] = "https://sms.example"
MADE_OF["LEGAL_INSTRUCTION"] = "destroy: Legal/2026/14 of 4 May 2026"
MADE_OF["ROOT_PUBLIC_KEY"] = MADE_OF["RECOVERY_PUBLIC_KEY"] = verify_key(ROOT_SEED).hex()
SYSTEM = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR")
STARTS_WITHIN = 90          # seconds


def environment(role: str) -> dict[str, str]:
    """The two files of a role with the blanks filled in, and nothing of the environment of the tests."""
    found = {name: os.environ[name] for name in SYSTEM if name in os.environ} | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    for path in (Path("deploy/environment.d/common"), Path(f"deploy/environment.d/{role}")):
        for line in path.read_text().splitlines():
            name, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                found[name] = value.strip('"') or MADE_OF.get(name, "")
    return found


class Processes:
    """`with Processes(database, data) as office: office.url("public")`. Plain http on loopback, as behind the proxy."""

    def __init__(self, database: str, data: Path, **changed: str) -> None:
        self.ports = {role: free_port() for role in WEB}
        self.data, self.running = data, dict[str, subprocess.Popen[bytes]]()
        self.here = {
            "BASE_URL": self.url("public"), **{f"{role.upper()}_ORIGIN": self.url(role) for role in WEB},
            "ALLOWED_HOSTS": "127.0.0.1", "DATABASE_NAME": database, "DATABASE_HOST": str(SERVICES.directory),
            "REDIS_URL": SERVICES.redis_url, "CELERY_BROKER_URL": SERVICES.broker_url, "MEHFOOZ_DATA": str(data),
            "WORKER_KEYS": str(data / "worker-keys"), "TOMBSTONES": str(data / "tombstones"),
            "HASH_SNAPSHOTS": str(data / "hash-snapshots"),
            "CLIENT_ADDRESS_HEADER": "", "C_FORCE_ROOT": "true", "WEB_WORKERS": "1",
            "OUTBOX_SWEEP_SECONDS": "1", "OUTBOX_RING_AGAIN_SECONDS": "2", "LOG_LEVEL": "INFO",
            **changed,
        }

    def url(self, role: str) -> str:
        return f"http://127.0.0.1:{self.ports[role]}"

    def environment(self, role: str) -> dict[str, str]:
        return {**environment(role), **self.here}

    def log(self, role: str) -> str:
        return (self.data / f"{role}.log").read_text()

    def __enter__(self) -> "Processes":
        for role in WEB:
            address = f"127.0.0.1:{self.ports[role]}"
            self.start(role, "gunicorn", "--config", "python:portal.gunicorn", "--bind", address, "portal.wsgi")
        worker = ["--pool=prefork", "--concurrency=1", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.start("worker", "celery", "-A", "portal.celery", "worker", "--beat", "--schedule", str(self.data / "beat"), *worker,
                   "--loglevel=INFO")
        try:
            for role in WEB:
                self.wait(role, partial(answers, f"{self.url(role)}/healthz"))
            self.wait("worker", lambda: " ready." in self.log("worker"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)

    def start(self, role: str, module: str, *arguments: str) -> None:
        with (self.data / f"{role}.log").open("wb") as output:
            self.running[role] = subprocess.Popen([sys.executable, "-m", module, *arguments], env=self.environment(role),
                                                  stdout=output, stderr=subprocess.STDOUT, start_new_session=True)

    def command(self, role: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`manage.py` as a role."""
        return subprocess.run([sys.executable, "manage.py", *arguments], env=self.environment(role), check=False,
                              capture_output=True, text=True)

    def wait(self, role: str, ready: Callable[[], bool]) -> None:
        give_up = time.monotonic() + STARTS_WITHIN
        while not ready():
            if self.running[role].poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"{role} did not start:\n{self.log(role)}")
            time.sleep(0.2)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:      # noqa: S310  loopback
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
