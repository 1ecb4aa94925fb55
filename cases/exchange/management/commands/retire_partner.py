from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.exchange.models import Partner
from cases.exchange.partners import retire_partner


class Command(BaseCommand):
    """Shut a partner out (docs/how-to/add-a-partner.md)."""
    help = "Retire a partner of the exchange: its keys open nothing from now on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("partner", type=UUID, nargs="?", help="as add_partner printed it; left out: list them")

    def handle(self, *args: Any, partner: UUID | None, **options: Any) -> None:
        if partner is None:
            for one in Partner.objects.order_by("name"):
                self.stdout.write(f"{one.pk}  {'active ' if one.active else 'retired'}  {one.platform}  {one.name}")
            return
        known = Partner.objects.filter(pk=partner).first()
        if known is None:
            raise CommandError(f"No partner {partner}.")
        retire_partner(partner=known)
        self.stdout.write(f"{known.name} is retired.")
