from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.exchange.management.commands.add_partner import written
from cases.exchange.models import Partner
from cases.exchange.partners import OVERLAP, rotate_keys


class Command(BaseCommand):
    """Change a partner's keys (docs/how-to/add-a-partner.md)."""
    help = "Give a partner new keys and print them. Those of before go on working for a while."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("partner", type=UUID)
        parser.add_argument("--days", type=int, default=OVERLAP.days, help="how long the old ones work; 0: others know them")

    def handle(self, *args: Any, partner: UUID, days: int, **options: Any) -> None:
        known = Partner.objects.filter(pk=partner, active=True).first()
        if known is None:
            raise CommandError(f"No active partner {partner}.")
        self.stdout.write(written(known, rotate_keys(partner=known, overlap=timedelta(days=days))))
