from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from cases.retention import replay
from portal.backups import making
from portal.backups.databases import CannotRestore
from portal.backups.sealed import Unreadable
from portal.serve import CannotStart, lock


class Command(BaseCommand):
    help = "Bring backup FILEs into an empty database, then destroy again what was destroyed since. Stop every process first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--private-key", required=True, type=Path, help="the offline half (manage.py backup_key)")
        parser.add_argument("--no-tombstones", action="store_true", help="nothing was ever erased, so there are none")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TOMBSTONES.exists() and not options["no_tombstones"]:
            raise CommandError(f"There are no tombstones at {settings.TOMBSTONES}: what was erased would come back. Bring the "
                               "file first, or say --no-tombstones if nothing was ever erased.")
        try:
            with lock(settings.DATA) if settings.EMBEDDED else nullcontext():       # nobody serves what is not erased yet
                self.bring_back(options["files"], options["private_key"])
                again = replay.replay()
        except Unreadable as error:
            raise CommandError("This backup cannot be read: damaged, sealed to another key, or its 35 days are over.") from error
        except (CannotRestore, CannotStart, OSError, ValueError) as error:
            raise CommandError(f"Not restored: {error}") from error
        except (OperationalError, ProgrammingError) as error:
            raise CommandError("The database is back, but not as this version of the portal knows it. Run `manage.py migrate`, "
                               "then `manage.py replay_tombstones`; nothing is served before.") from error
        self.stdout.write(f"{again}. The portal may be started.")

    def bring_back(self, files: list[Path], private_key: Path) -> None:
        private = bytes.fromhex(private_key.read_text().strip())
        for path in files:
            header = making.bring_back(path, private=private)
            self.stdout.write(f"{path.name}: {header.what} of {header.made_at}")
