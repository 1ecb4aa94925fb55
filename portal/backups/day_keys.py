"""The half of each backup's key that dies: one secret a day, a file in settings.BACKUP_DAY_KEYS, destroyed after 35 days.

Keep that directory on a medium that is in no backup and on another machine than the backups. Overwriting before deleting is the
best that a file system offers; on flash memory only an encrypted volume, whose key can be thrown away, is sure
(docs/how-to/back-up-and-restore.md).
"""
import fcntl
import os
from datetime import date, timedelta
from pathlib import Path

from portal.backups.sealed import Unreadable

DAYS = 35                       # how long a backup can be read: what was erased is gone for good after this
SECRET_BYTES = 32


def secret_of(directory: Path, day: date) -> bytes:
    """The day's secret. Raises Unreadable when it has been destroyed, or was never here whole."""
    try:
        secret = bytes.fromhex(_file(directory, day).read_text())
    except (FileNotFoundError, ValueError) as error:
        raise Unreadable from error
    if len(secret) != SECRET_BYTES:
        raise Unreadable
    return secret


def secret_for(directory: Path, today: date) -> bytes:
    """Today's secret, made with the day's first backup."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(_file(directory, today), os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)                # of two backups at once the second takes the first one's
        if len(file.read().strip()) != SECRET_BYTES * 2:        # new, or left unfinished, so that nothing is sealed with it
            file.seek(0)
            file.write(os.urandom(SECRET_BYTES).hex())
            file.flush()
            os.fsync(file.fileno())
    return secret_of(directory, today)


def destroy_old(directory: Path, today: date) -> list[str]:
    """Overwrite and delete what has had its 35 days. Returns the days that went."""
    gone = []
    for path in sorted(directory.glob("????-??-??.day")):
        if date.fromisoformat(path.stem) <= today - timedelta(days=DAYS):
            with path.open("r+b") as file:
                file.write(os.urandom(SECRET_BYTES * 2))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            gone.append(path.stem)
    return gone


def _file(directory: Path, day: date) -> Path:
    return directory / f"{day.isoformat()}.day"
