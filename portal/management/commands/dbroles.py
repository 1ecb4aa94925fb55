from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import RegexValidator

from portal.dbroles import sql

name = RegexValidator(r"\A[a-z][a-z0-9_]{0,40}\Z")


class Command(BaseCommand):
    """After each `migrate`: `manage.py dbroles | sudo -u postgres psql -v ON_ERROR_STOP=1 mehfooz` (docs/how-to/deploy.md)."""
    help = "Print the SQL that gives each process its own PostgreSQL role with the least rights. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--owner", default="mehfooz", help="the role that migrates; the others: OWNER-public, OWNER-desk, …")
        parser.add_argument("--logins", action="store_true", help="only the roles, before a restore on a new machine")

    def handle(self, *args: Any, owner: str, logins: bool = False, **options: Any) -> None:
        if not name.regex.fullmatch(owner):
            raise CommandError("The owner's name: small letters, digits and _, beginning with a letter.")
        for statement in sql.logins(owner) if logins else sql.statements(owner):
            self.stdout.write(statement)
