from typing import Any

from django.core.management.base import BaseCommand

from cases.retention import replay


class Command(BaseCommand):
    help = "For a database that came back without `restore`: destroy or lock again what has a tombstone. Safe to repeat."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        again = replay.replay()
        self.stdout.write(f"{again}. The portal may be started.")
