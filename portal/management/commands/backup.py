from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.backups import making
from portal.backups.databases import CannotRestore


class Command(BaseCommand):
    help = "Write a sealed backup of database and media to BACKUPS; destroy the secrets and files of more than 35 days ago."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.BACKUP_PUBLIC_KEY:
            raise CommandError("BACKUP_PUBLIC_KEY is not set. Make the pair once, offline: manage.py backup_key FILE")
        try:
            for path in making.make():
                self.stdout.write(f"{path} ({path.stat().st_size} bytes)")
        except CannotRestore as error:
            raise CommandError(str(error)) from error
