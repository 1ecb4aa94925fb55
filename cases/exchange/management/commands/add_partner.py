from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.escalation.models import Platform
from cases.exchange.models import Partner
from cases.exchange.partners import Keys, add_partner
from cases.hashing.models import ListEntry


class Command(BaseCommand):
    """Let a platform pull the list (docs/how-to/add-a-partner.md)."""
    help = "Add a partner of the exchange and print its two keys. They are kept nowhere: note them now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--platform", required=True, metavar="SLUG", help="whose notices its feedback answers")
        parser.add_argument("--kind", action="append", default=[], choices=ListEntry.Kind.values, help="left out: all")
        parser.add_argument("--category", action="append", default=[], choices=ListEntry.Category.values,
                            help="left out: all that concern adults; the children's list has to be named")

    def handle(self, *args: Any, name: str, platform: str, kind: list[str], category: list[str], **options: Any) -> None:
        known = list(Platform.objects.values_list("slug", flat=True))
        if platform not in known:
            raise CommandError(f"No platform {platform!r}. Known: {', '.join(known) or 'none; run seed_registry first'}.")
        partner, keys = add_partner(name=name, platform=platform, kinds=kind, categories=category)
        self.stdout.write(written(partner, keys))


def written(partner: Partner, keys: Keys) -> str:
    base = f"{settings.ORIGINS['exchange']}/exchange"
    return (f"partner           {partner.pk}\nfetch key         {keys.first}\nsubscription key  {keys.second}\n"
            f'TX_STOPNCII_KEYS="{keys.first},{keys.second},{base}/stopncii/v1"\n'
            f'TX_NCMEC_CREDENTIALS="{keys.first}:{keys.second}"   with base URL {base}/ncmec')
