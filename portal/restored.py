"""At the start of every process: a database that came out of a backup is not served before it has forgotten what was erased."""
import logging
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from cases.retention.restored import NotReplayed, refuse_unless_replayed

__all__ = ["NotReplayed", "refuse"]
log = logging.getLogger(__name__)
WITH_FILE = {"worker", "desk", "all"}       # roles that may read the tombstones; the others see the mark in the database


def refuse() -> None:
    """Raises NotReplayed, which must end the process. A database that does not answer yet is asked when it does: it may be down
    because somebody is restoring it."""
    try:
        ask()
    except OperationalError as error:
        log.error("the database does not answer, so it was not asked whether it was restored: %s", type(error).__name__)
        connection_created.connect(ask_later)


def ask_later(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """With each new connection, until the answer is good. NotReplayed ends the request or job that wanted one."""
    try:
        ask()
    except Exception:
        connection.close()
        raise
    connection_created.disconnect(ask_later)


def ask() -> None:
    refuse_unless_replayed(with_file=settings.PORTAL_ROLE in WITH_FILE)
