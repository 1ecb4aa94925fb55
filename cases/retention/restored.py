"""Whether the database came out of a backup and still has to forget. Every process asks when it starts, so this loads nothing
that opens or destroys a case.
"""
from cases.retention import tombstones
from cases.retention.models import Disposal, Restoration
from cases.retention.tombstones import Tombstone


class NotReplayed(Exception):
    """The database came out of a backup and still holds what was destroyed since. The message says what to run."""

    def __init__(self) -> None:
        super().__init__("this database came out of a backup, and what was destroyed since is back in it. "
                         "Run `manage.py replay_tombstones` first; nothing is served before.")


def missing() -> list[Tombstone]:
    """Cases with a tombstone of whose end this database knows nothing: it is older than they are."""
    known = set(Disposal.objects.values_list("digest", flat=True))
    return [stone for stone in tombstones.read() if stone.what == "case" and stone.digest not in known]


def refuse_unless_replayed(*, with_file: bool) -> None:
    """Raises NotReplayed. `with_file` reads the tombstones too, which finds a backup that was restored by other means."""
    if Restoration.objects.filter(replayed_at=None).exists() or with_file and missing():
        raise NotReplayed
