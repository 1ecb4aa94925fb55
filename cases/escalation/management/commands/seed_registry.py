from typing import Any

from django.core.management.base import BaseCommand

from cases.escalation import registry


class Command(BaseCommand):
    help = "Add the platforms and channels that ship with the portal; keeps what is there."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{registry.seed()} platforms added")
