from typing import Any

from django.core.management.base import BaseCommand

from cases.retention import replay


class Command(BaseCommand):
    help = "After a database came back by other means than `restore`: destroy again what has a tombstone. Safe to repeat."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        cases, keys = replay.replay()
        self.stdout.write(f"destroyed again: {cases} cases, {keys} keys. The portal may be started.")
