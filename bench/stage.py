"""The portal as production runs it, for the length of a measurement: PostgreSQL, Redis, gunicorn, a Celery worker.

Importing this configures Django for this process, so it stands before every import of a model. The servers start when a
measurement asks for them and are gone, with their data, when the process ends. It is a demonstration only in so far as mail
lands in files.
"""
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.error import URLError

import django
from django.core.management import call_command

from bench.meter import fetch
from tests.services import SERVICES

ROOT = Path(__file__).resolve().parent.parent
DATA = SERVICES.directory / "var"
STARTS_WITHIN = 120     # seconds

DATA.mkdir()
os.environ.update({
    "DJANGO_SETTINGS_MODULE": "portal.settings", "MEHFOOZ_DATA": str(DATA), "MEHFOOZ_DEMO": "true", "MEHFOOZ_EMBEDDED": "false",
    "PORTAL_ROLE": "all", "DATABASE": "postgresql", "DATABASE_HOST": str(SERVICES.directory), "DATABASE_USER": "postgres",
    "DATABASE_NAME": "postgres", "REDIS_URL": SERVICES.redis_url, "CELERY_BROKER_URL": SERVICES.broker_url,
    "CLIENT_ADDRESS_HEADER": "X-Real-IP", "LOG_LEVEL": "ERROR",      # that Redis is away, for one, is meant
})
django.setup()


@cache
def prepare() -> None:
    """Servers, tables, static files, and the demonstration's people, platforms, pages and forty cases."""
    SERVICES.postgresql()
    SERVICES.redis()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("demo")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web() -> Iterator[str]:
    """Gunicorn with production's settings on a free port; the base URL."""
    prepare()
    address = f"127.0.0.1:{free_port()}"
    environ = {**os.environ, "BIND": address, "BASE_URL": f"http://{address}"}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:portal.gunicorn", "portal.wsgi"]
    with subprocess.Popen(command, cwd=ROOT, env=environ) as server:
        try:
            wait_for(lambda: answers(f"http://{address}/healthz"))
            yield f"http://{address}"
        finally:
            server.terminate()


def answers(url: str) -> bool:
    try:
        return bool(fetch(url))
    except URLError:
        return False


def wait_for(condition: Callable[[], object], seconds: float = STARTS_WITHIN) -> float:
    """Poll until it is so; the seconds it took. AssertionError after `seconds`."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - began
