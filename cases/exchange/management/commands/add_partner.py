from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.escalation.models import Platform
from cases.exchange.services import add_partner


class Command(BaseCommand):
    """Let a platform pull the list (docs/how-to/add-a-partner.md)."""
    help = "Add a partner of the exchange and print its two keys. They are kept nowhere: note them now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--platform", required=True, metavar="SLUG", help="whose notices its feedback answers")

    def handle(self, *args: Any, name: str, platform: str, **options: Any) -> None:
        known = list(Platform.objects.values_list("slug", flat=True))
        if platform not in known:
            raise CommandError(f"No platform {platform!r}. Known: {', '.join(known) or 'none; run seed_registry first'}.")
        partner, keys = add_partner(name=name, platform=platform)
        self.stdout.write(f"partner           {partner.pk}\n"
                          f"fetch key         {keys.fetch}\nsubscription key  {keys.subscription}\n"
                          f'TX_STOPNCII_KEYS="{keys.fetch},{keys.subscription},{settings.ORIGINS["exchange"]}/exchange/stopncii/v1"')
