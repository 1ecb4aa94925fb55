"""At the start of every process: a database that came out of a backup is not served before it has forgotten what was erased."""
import logging

from django.conf import settings
from django.db import OperationalError

from cases.retention.restored import NotReplayed, refuse_unless_replayed

__all__ = ["NotReplayed", "refuse"]
log = logging.getLogger(__name__)
WITH_FILE = {"worker", "desk", "all"}       # roles that may read the tombstones; the others see the mark in the database


def refuse() -> None:
    """Raises NotReplayed, which must end the process. While the database does not answer there is nothing to serve from."""
    try:
        refuse_unless_replayed(with_file=settings.PORTAL_ROLE in WITH_FILE)
    except OperationalError as error:
        log.error("the database does not answer, so it was not asked whether it was restored: %s", type(error).__name__)
