import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.models import User
from portal.accounts.services import LastHolder, start_over


class Command(BaseCommand):
    help = "A password or telephone is lost: print a new start password; the second factor is set up anew."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--passphrase", action="store_true",
                            help="the vault passphrase is lost too: the member gets a new pair of keys, and a colleague must "
                                 "hand over the unit's")

    def handle(self, *args: Any, **options: Any) -> None:
        member = User.objects.filter(email=options["email"].lower(), is_active=True).first()
        if member is None:
            raise CommandError("No member has this address.")
        try:
            password = start_over(member=member, by=None, vault=options["passphrase"])
        except LastHolder as error:
            raise CommandError(f"Nobody else holds the key of: {error}. With a new pair its cases could never be read again. "
                               "Let this member hand the key to a colleague first, or remember the passphrase.") from error
        self.stdout.write(f"{member.email} can sign in with this password, once: {password}")
