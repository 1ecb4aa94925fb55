"""`./mehfooz run`: prepare the data directory and serve everything from one process. `python -m portal.serve`.

Whatever a person can put right ends in one line and exit code 1, never in a traceback.
"""
import fcntl
import gc
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from gunicorn.app.base import BaseApplication

from portal.env import SettingMissing, env, envint

ROOT = Path(__file__).resolve().parent.parent
FORK = multiprocessing.get_context("fork")
INTERRUPTED = 130
STOPS = (signal.SIGTERM, signal.SIGINT)


class CannotStart(Exception):
    """Something outside is in the way. The message says what, and what to do."""


class Server(BaseApplication):  # type: ignore[misc]   # gunicorn has no types
    """Gunicorn with one worker, which holds the embedded Celery worker; the port is already ours."""

    def __init__(self, listener: int, data: Path) -> None:
        self.listener, self.data = listener, data
        super().__init__()

    def load_config(self) -> None:
        settings = {"bind": f"fd://{self.listener}", "workers": 1, "threads": 8, "worker_class": "gthread", "timeout": 120,
                    "graceful_timeout": 10, "loglevel": "error", "accesslog": None, "control_socket_disable": True,
                    "post_worker_init": self.begin, "worker_exit": self.end, "proc_name": "mehfooz"}
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return get_wsgi_application()

    def begin(self, worker: Any) -> None:
        worker.embedded = import_module("portal.embedded").Embedded()       # here: it needs the applications loaded
        print(welcome(self.data), flush=True)

    def end(self, server: Any, worker: Any) -> None:
        if hasattr(worker, "embedded"):
            worker.embedded.stop(within=2)      # whoever presses Ctrl-C is waiting


def main() -> int:
    os.environ.setdefault("MEHFOOZ_DEMO", "true")
    os.environ.setdefault("MEHFOOZ_EMBEDDED", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.umask(0o077)                     # keys, database and mail are of whoever starts it, and of nobody else on this machine
    try:
        data = Path(env("MEHFOOZ_DATA", str(ROOT / "var"))).absolute()
        os.environ["MEHFOOZ_DATA"] = str(data)
        port = envint("PORT", 8000)
        os.environ.setdefault("BASE_URL", f"http://127.0.0.1:{port}")
        with lock(data), reserve(port) as listener:
            prepare(data)
            Server(listener.detach(), data).run()       # Gunicorn closes it
    except (CannotStart, SettingMissing) as error:
        print(f"mehfooz: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def lock(data: Path) -> IO[str]:
    """The data directory, ours as long as the answer stays open (also in the worker, which inherits it)."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        held = (data / "lock").open("w")
    except OSError as error:
        raise CannotStart(f"cannot write to {data} ({error.strerror}). Make it writable, or choose another directory: "
                          "MEHFOOZ_DATA=/a/directory ./mehfooz run") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        held.close()
        raise CannotStart(f"already running on {data}. Stop it first, or run beside it: "
                          "MEHFOOZ_DATA=/another/directory PORT=8001 ./mehfooz run") from error
    return held


def reserve(port: int) -> socket.socket:
    """The loopback port, bound but not yet answering: until the portal serves, a connection is refused, not left hanging."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise CannotStart(f"port {port} is taken or not allowed. Choose another: PORT=8001 ./mehfooz run") from error
    return listener


def prepare(data: Path) -> None:
    """Static files, tables and, once, the demonstration's data. A second start finds all of it in place."""
    say("Preparing (the first start takes a minute) …")
    gc.disable()                        # migrating makes thousands of short-lived classes: a third of the time was collecting
    django.setup()
    apart(partial(fill, data))
    gc.enable()
    # It was read before the files were collected.
    staticfiles_storage.hashed_files, staticfiles_storage.manifest_hash = staticfiles_storage.load_manifest()
    remember_address(data)


def fill(data: Path) -> None:
    with static_files(data):            # at the same time as the tables: two processors, half the wait
        if unapplied():
            call_command("migrate", interactive=False, verbosity=0)
        refuse_what_was_erased()
        if settings.DEMO:
            call_command("demo")


def apart(work: Callable[[], None]) -> None:
    """Do it in a process that ends, for migrating takes 600 MB that Python never gives back, and the server and its worker would
    both hold. A fork: the applications are loaded. Raises SystemExit when it fails, which has said why."""
    connections.close_all()             # no connection may cross a fork
    child = FORK.Process(target=in_child, args=(work,))
    signal.signal(signal.SIGTERM, leave)            # else it would go on alone
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)                 # so that it is known before anything ends us
    try:
        child.start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        child.join()
    finally:
        if child.is_alive():            # Ctrl-C has reached it already; `kill` of us alone has not
            child.terminate()
            child.join()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if child.exitcode and child.exitcode < 0:
        raise CannotStart(f"preparing was ended by signal {-child.exitcode}. Is there enough memory (1 GB) and disk?")
    if child.exitcode:
        sys.exit(child.exitcode)


def in_child(work: Callable[[], None]) -> None:
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        work()
    except CannotStart as error:
        sys.exit(f"mehfooz: {error}")
    finally:
        connections.close_all()         # or SQLite leaves its log beside the database, which a restore would find in its way


def leave(*_: object) -> None:
    """Without a traceback, and once, whoever asks again: what was begun is rolled back."""
    for asked in STOPS:
        signal.signal(asked, lambda *_: None)       # not SIG_IGN: of one that has just come Python would complain
    sys.exit(INTERRUPTED)


def refuse_what_was_erased() -> None:
    """A database out of a backup holds what was destroyed since."""
    restored = import_module("cases.retention.restored")        # needs the applications loaded
    try:
        restored.refuse_unless_replayed(with_file=True)
    except restored.NotReplayed as error:
        raise CannotStart(str(error)) from error


def unapplied() -> bool:
    executor = MigrationExecutor(connections["default"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def static_files(data: Path) -> Iterator[None]:
    """Collect, hash and compress them beside the caller's work, unless none has changed since the last start."""
    files = (storage.path(name) for finder in get_finders() for name, storage in finder.list([]))
    state = sha256("".join(sorted(f"{path} {os.stat(path).st_mtime_ns}\n" for path in files)).encode()).hexdigest()
    stamp = data / "static.stamp"
    if stamp.exists() and stamp.read_text() == state:
        yield
        return
    collect = [sys.executable, str(ROOT / "manage.py"), "collectstatic", "--no-input", "--verbosity=0"]
    with subprocess.Popen(collect) as collecting:  # noqa: S603
        yield
    if collecting.returncode:
        raise CannotStart("the static files could not be collected; the lines above say why")
    stamp.write_text(state)


def remember_address(data: Path) -> None:
    """var/demo.json keeps the address of this start, which may have another port than the last."""
    facts = demo_facts(data)
    if facts and facts.get("base_url") != os.environ["BASE_URL"]:
        (data / "demo.json").write_text(json.dumps(facts | {"base_url": os.environ["BASE_URL"]}, ensure_ascii=False, indent=2))


def welcome(data: Path) -> str:
    base = os.environ["BASE_URL"]
    lines = ["", "Mehfooz · محفوظ is running.", f"  The public's pages   {base}/ur/   {base}/en/",
             f"  The caseworkers'     {base}/desk/",
             f"  The editors'         {base}/cms/"]
    accounts = demo_facts(data).get("accounts", [])
    if accounts:
        lines += ["  To sign in:", *(f"    {each['role']:<18} {each['email']:<30} {each['password']}" for each in accounts)]
    return "\n".join([*lines, f"  Data, and the mail and SMS that would have gone out: {data}", "  Ctrl-C stops it.", ""])


def demo_facts(data: Path) -> dict[str, Any]:
    path = data / "demo.json"
    return json.loads(path.read_text()) if path.exists() else {}


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
