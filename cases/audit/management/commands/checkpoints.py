from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cases.audit import witness
from cases.audit.models import Checkpoint


class Command(BaseCommand):
    help = "Print the signed heads of the audit chain, oldest first, for a witness outside to keep (docs/how-to/witness.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--last", type=int, default=0, metavar="N", help="only the newest N")

    def handle(self, *args: Any, **options: Any) -> None:
        points = Checkpoint.objects.order_by("-position")
        for point in sorted(points[:options["last"]] if options["last"] > 0 else points, key=lambda one: one.position):
            self.stdout.write(witness.line(point))
