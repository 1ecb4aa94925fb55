"""A backup: the database and the media, each a sealed file; and the end of those that are too old."""
import os
import tarfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal.backups import databases, day_keys, sealed
from portal.backups.sealed import Header, Reader, Unreadable, Writer

SUFFIX, UNFINISHED = ".mzbackup", ".unfinished"
DATA_ONLY: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}       # Debian 12's Python has it not


def make() -> list[Path]:
    """Write both files; whole or not at all. Old secrets and files go first, so that a full disk keeps nothing alive."""
    now = timezone.localtime()
    tidy(now.date())
    return [_write(now, connection.vendor, databases.dump), _write(now, "media", _pack_media)]


def tidy(today: date) -> tuple[list[str], list[str]]:
    """Destroy secrets after 35 days, and delete the files they opened. Returns both, by name."""
    days = day_keys.destroy_old(settings.BACKUP_DAY_KEYS, today) if settings.BACKUP_DAY_KEYS.exists() else []
    files = []
    for path in sorted([*settings.BACKUPS.glob(f"*{SUFFIX}"), *settings.BACKUPS.glob(f"*{UNFINISHED}")]):
        made = datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone()).date()
        if made <= today - timedelta(days=day_keys.DAYS):
            path.unlink()
            files.append(path.name)
    return days, files


def _write(now: datetime, what: str, fill: Callable[[Writer], None]) -> Path:
    settings.BACKUPS.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = day_keys.secret_for(settings.BACKUP_DAY_KEYS, now.date())
    header, half = sealed.new_header(public=settings.BACKUP_PUBLIC_KEY, day=now.date().isoformat(), what=what,
                                     made_at=now.isoformat(timespec="seconds"))
    path = settings.BACKUPS / f"{now:%Y%m%dT%H%M%S}-{what}{SUFFIX}"
    unfinished = path.with_suffix(UNFINISHED)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        writer = Writer(target, header, sealed.file_key(header, half, secret))
        fill(writer)
        writer.close()
        target.flush()
        os.fsync(target.fileno())
    unfinished.rename(path)
    return path


def _pack_media(writer: Writer) -> None:
    with tarfile.open(fileobj=writer, mode="w|") as archive:
        if settings.MEDIA_ROOT.exists():
            archive.add(settings.MEDIA_ROOT, arcname=".")


def _plain(archive: tarfile.TarFile, root: Path) -> Iterator[tarfile.TarInfo]:
    """Files and directories below `root`, as ours: what tarfile's filter "data" sees to, which Python has since 3.11.4."""
    for member in archive:
        if not (member.isfile() or member.isdir()) or not (root / member.name).resolve().is_relative_to(root.resolve()):
            raise Unreadable("this backup of the media holds what is neither a file nor a directory of theirs")
        member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
        member.mode &= 0o755
        yield member


def bring_back(path: Path, *, private: bytes) -> Header:
    """Restore one file to where it belongs. Raises Unreadable, databases.CannotRestore."""
    with path.open("rb") as source:
        header = sealed.read_header(source)
        secret = day_keys.secret_of(settings.BACKUP_DAY_KEYS, date.fromisoformat(header.day))
        plain = sealed.chunks(source, header, sealed.file_key(header, sealed.open_half(header, private), secret))
        if header.what == "media":
            with tarfile.open(fileobj=Reader(plain), mode="r|") as archive:
                for member in _plain(archive, settings.MEDIA_ROOT):
                    archive.extract(member, settings.MEDIA_ROOT, **DATA_ONLY)
        elif header.what == connection.vendor:
            databases.restore(plain)
        else:
            raise databases.CannotRestore(f"this is a backup of {header.what}; the portal is set to {connection.vendor}")
    return header


__all__ = ["SUFFIX", "Unreadable", "bring_back", "make", "tidy"]
