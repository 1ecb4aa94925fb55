"""Somebody who can silence the triggers: PostgreSQL's superuser (as whom the tests connect), or whoever writes SQLite's file.

No process role can: see test_a_process_role_can_neither_silence_nor_drop_them. Tests need it to alter what must not alter.
"""
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from cases.audit import triggers


@contextmanager
def intruder() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = origin")
    else:
        triggers.remove(connection)
        yield
        triggers.install(connection)
