from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.hashing.models import Benign
from cases.hashing.wire.stopncii import HASH


class Command(BaseCommand):
    """What comes near one of these is held for a supervisor before it is listed (docs/exchange.md)."""
    help = "Add fingerprints of pictures that are known to be harmless. Needs no picture here: only their PDQ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="one PDQ of 64 hex digits on each line")
        parser.add_argument("--sort", required=True, choices=Benign.Sort.values)

    def handle(self, *args: Any, file: Path, sort: str, **options: Any) -> None:
        values = {line.strip().lower() for line in file.read_text().splitlines() if line.strip()}
        if wrong := [value for value in values if not HASH["ImagePDQ"].fullmatch(value)]:
            raise CommandError(f"{len(wrong)} lines are no PDQ, {wrong[0][:20]!r} for one. Nothing was added.")
        rows = [Benign(pdq=value, sort=sort, at=timezone.now()) for value in sorted(values)]
        before = Benign.objects.count()
        Benign.objects.bulk_create(rows, ignore_conflicts=True)
        self.stdout.write(f"{Benign.objects.count() - before} new.")
