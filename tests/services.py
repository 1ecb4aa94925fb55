"""A throw-away PostgreSQL cluster and Redis on unix sockets, started when the first test needs them, gone when pytest ends.

PostgreSQL refuses to run as root, so there each server is dropped to an unprivileged user with setpriv (util-linux).
"""
import atexit
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

UNDER = os.environ.get("MEHFOOZ_SERVICES", "/tmp")        # noqa: S108 (mkdtemp makes a directory of its own there)
STARTS_WITHIN = 60      # seconds; a shared machine can be slow
FAST_AND_FORGETFUL = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "shared_buffers=64MB",
                      "listen_addresses=", "autovacuum=off", "max_wal_size=4GB"]


class Services:
    """The directory that holds sockets and data, known before anything runs in it, because settings name it."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="mehfooz-test-", dir=UNDER))     # short: a socket's path has 107 bytes
        self.servers: dict[str, subprocess.Popen[bytes]] = {}
        self.patience = 5               # seconds to stop in, and then killed
        self.drop: list[str] = []
        if os.geteuid() == 0:
            user = _unprivileged()
            os.chown(self.directory, user.pw_uid, user.pw_gid)
            self.directory.chmod(0o755)
            self.drop = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--inh-caps=-all"]
        atexit.register(self.stop)

    @property
    def redis_url(self) -> str:
        return f"unix://{self.directory}/redis.sock?db=0"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.directory}/redis.sock?virtual_host=1"

    def postgresql(self, kept: Path | None = None, *more: str) -> None:
        """Start the cluster unless it runs; returns when it accepts connections.

        `kept`: a directory whose data outlives this process, made if it is not there. `more`: settings, as "name=value".
        """
        if "postgresql" in self.servers:
            return
        binaries = _postgresql_binaries()
        data = kept or self.directory / "pg"
        self.patience = 300 if kept else self.patience      # what is kept is written out before it ends
        if kept and self.drop:
            kept.mkdir(parents=True, exist_ok=True)
            os.chown(kept, _unprivileged().pw_uid, _unprivileged().pw_gid)
        if not (data / "PG_VERSION").exists():
            self._run(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                      "--no-sync")
        options = [word for setting in (*FAST_AND_FORGETFUL, *more) for word in ("-c", setting)]
        self._start("postgresql", binaries / "postgres", "-D", data, "-k", self.directory, *options)
        self._wait("postgresql", lambda: self._answers(binaries / "pg_isready", "-q", "-h", self.directory))

    def dump(self, database: str, path: Path) -> None:
        """Write `database` as SQL; whole or not at all, since another pytest may be reading."""
        unfinished = path.with_suffix(f".{os.getpid()}")
        with unfinished.open("wb") as output:
            subprocess.run([_postgresql_binaries() / "pg_dump", "-h", self.directory, "-U", "postgres", database], check=True,
                           stdout=output)
        unfinished.rename(path)

    def create(self, database: str, like: str = "template1") -> None:
        self._psql("postgres", "-c", f'CREATE DATABASE "{database}" TEMPLATE "{like}"')

    def restore(self, path: Path, database: str) -> None:
        """Play SQL into a database that is there."""
        self._psql(database, "-f", str(path))

    def _psql(self, database: str, *arguments: str) -> None:
        psql = [str(_postgresql_binaries() / "psql"), "-h", str(self.directory), "-U", "postgres", "-qX", "-v", "ON_ERROR_STOP=1"]
        subprocess.run([*psql, "-d", database, *arguments], check=True, stdout=subprocess.DEVNULL)

    def redis(self) -> None:
        """Start Redis unless it runs; it keeps nothing on disk."""
        if "redis" in self.servers:
            return
        socket = self.directory / "redis.sock"
        self._start("redis", "redis-server", "--port", "0", "--unixsocket", socket, "--unixsocketperm", "777",
                    "--save", "", "--appendonly", "no", "--dir", self.directory)
        self._wait("redis", lambda: self._answers("redis-cli", "-s", socket, "ping"))

    def empty_redis(self) -> None:
        """FLUSHALL: also what a Redis restarted without its data looks like."""
        client = shutil.which("redis-cli") or "redis-cli"
        subprocess.run([client, "-s", str(self.directory / "redis.sock"), "flushall"], check=True, stdout=subprocess.DEVNULL)

    def other(self, name: str, answers: Callable[[], bool], *command: object) -> None:
        """Start a server that only some tests need; returns when it answers."""
        self._start(name, *command)
        self._wait(name, answers)

    @property
    def user(self) -> pwd.struct_passwd:
        """Whose the servers are."""
        return _unprivileged() if self.drop else pwd.getpwuid(os.geteuid())

    def stop(self) -> None:
        for server in self.servers.values():
            with contextlib.suppress(ProcessLookupError):
                server.send_signal(signal.SIGINT)           # PostgreSQL's fast shutdown: it does not wait for its clients
        for server in self.servers.values():
            try:
                server.wait(self.patience)
            except subprocess.TimeoutExpired:
                server.kill()
        self.servers.clear()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _run(self, *command: object) -> None:
        subprocess.run([*self.drop, *map(str, command)], cwd=self.directory, check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "LC_ALL": "C.UTF-8"})

    def _start(self, name: str, *command: object) -> None:
        with (self.directory / f"{name}.log").open("wb") as log:
            self.servers[name] = subprocess.Popen([*self.drop, *map(str, command)], cwd=self.directory, stdout=log,
                                                  stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C.UTF-8"},
                                                  start_new_session=True)      # Ctrl-C reaches pytest, which stops them in order

    def _wait(self, name: str, answers: Callable[[], bool]) -> None:
        give_up = time.monotonic() + STARTS_WITHIN + self.patience
        while not answers():
            if self.servers[name].poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"{name} did not start:\n{(self.directory / f'{name}.log').read_text()}")
            time.sleep(0.02)

    def _answers(self, *command: object) -> bool:
        return subprocess.run(list(map(str, command)), capture_output=True, check=False).returncode == 0


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _postgresql_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    raise RuntimeError("PostgreSQL's server is missing: run ./mehfooz test, which installs it")


SERVICES = Services()
