import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.vault import hpke


class Command(BaseCommand):
    help = "Make the pair that backups are sealed to: the private half goes to FILE, to stay offline; the public one is printed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="on a medium that is taken out afterwards; printed twice and locked away is best")

    def handle(self, *args: Any, **options: Any) -> None:
        private, public = hpke.new_pair()
        try:
            descriptor = os.open(options["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        with os.fdopen(descriptor, "w") as file:
            file.write(private.hex() + "\n")
        self.stdout.write(f"BACKUP_PUBLIC_KEY={public.hex()}")
