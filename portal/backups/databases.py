"""Getting a database out and in again, as a stream. A restored one bears the mark that keeps every process from serving it."""
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from portal.backups.sealed import Writer

PIECE = 1 << 20
WITHOUT_WAL = bytes([1, 1])     # SQLite's file format, 1.3: write and read version
CONNECTED = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
             "AND usesysid IS NOT NULL")        # autovacuum has no user
MARK = "INSERT INTO {schema}cases_retention_restoration (at) VALUES ({now});"


class CannotRestore(Exception):
    """Something is in the way. The message says what."""


def dump(writer: Writer) -> None:
    if connection.vendor == "sqlite":
        _dump_sqlite(writer)
    else:
        _dump_postgresql(writer)


def restore(plain: Iterator[bytes]) -> None:
    """Into an empty database, wholly or not at all; with the mark in the same transaction. Raises CannotRestore."""
    if connection.vendor == "sqlite":
        _restore_sqlite(plain)
    else:
        _restore_postgresql(plain)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------
def _dump_postgresql(writer: Writer) -> None:
    command = [program("pg_dump"), "--no-owner", "--no-privileges"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment()) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101  asked for above
        shutil.copyfileobj(process.stdout, writer, PIECE)
    if process.returncode:
        raise CannotRestore("pg_dump failed; the lines above say why")


def _restore_postgresql(plain: Iterator[bytes]) -> None:
    if connection.introspection.table_names():
        raise CannotRestore("the database is not empty: create a new one (createdb) and set DATABASE_NAME")
    with connection.cursor() as cursor:
        cursor.execute(CONNECTED)
        if cursor.fetchone() != (0,):           # it asked when it started, and would serve what is not erased yet
            raise CannotRestore("somebody is connected to the database: stop every process of the portal first")
    connection.close()
    command = [program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-f", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=_environment()) as process:  # noqa: S603
        assert process.stdin is not None  # noqa: S101  asked for above
        try:
            for piece in plain:
                process.stdin.write(piece)
            process.stdin.write(MARK.format(schema="public.", now="now()").encode())
            process.stdin.close()
        except BrokenPipeError:
            process.wait()
        except BaseException:
            process.kill()                  # before the input ends, for its end would be the COMMIT
            raise
    if process.returncode:
        raise CannotRestore("psql refused the backup; the lines above say why. Nothing was changed")


def _environment() -> dict[str, str]:
    known: dict[str, Any] = connection.settings_dict
    names = {"PGDATABASE": "NAME", "PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    return {**os.environ, **{name: str(known[key]) for name, key in names.items() if known.get(key)}}


def program(name: str) -> str:
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(newest[-1]) if newest else shutil.which(name)
    if not found:
        raise CannotRestore(f"{name} is not installed here (postgresql-client)")
    return found


# --- SQLite -----------------------------------------------------------------------------------------------------------
def _dump_sqlite(writer: Writer) -> None:
    """By SQLite's own backup, into memory: it is consistent while others write, and no copy in the clear touches a disk."""
    source, copy = sqlite3.connect(str(connection.settings_dict["NAME"])), sqlite3.connect(":memory:")
    source.backup(copy)
    writer.write(copy.serialize())
    source.close()
    copy.close()


def _restore_sqlite(plain: Iterator[bytes]) -> None:
    path = Path(str(connection.settings_dict["NAME"]))
    beside = [Path(f"{path}{suffix}") for suffix in ("", "-wal", "-journal", "-shm")]       # SQLite would play an old log into it
    if there := [str(each) for each in beside if each.exists()]:
        raise CannotRestore(f"there already: {', '.join(there)}. Move it away first, all of it")
    connection.close()
    raw = bytearray().join(plain)
    raw[18:20] = WITHOUT_WAL                    # as it says it has a log beside it, which memory cannot have
    copy = sqlite3.connect(":memory:")
    copy.deserialize(bytes(raw))
    copy.execute(MARK.format(schema="", now="CURRENT_TIMESTAMP"))
    copy.commit()
    unfinished = path.with_suffix(".restoring")
    unfinished.unlink(missing_ok=True)
    copy.execute("VACUUM INTO ?", [str(unfinished)])
    copy.close()
    unfinished.chmod(0o600)
    unfinished.rename(path)
