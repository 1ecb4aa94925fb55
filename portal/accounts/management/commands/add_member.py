import argparse
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from cases.permissions import ROLES, Permission, Role
from cases.units.models import Unit
from portal.accounts.models import User
from portal.accounts.services import add_member


class Command(BaseCommand):
    help = "Add a member of staff and print the password for the first sign-in."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--unit", action="append", default=[], metavar="CODE", help="may be given more than once")
        parser.add_argument("--woman", action="store_true", help="may be given cases whose reporter asked for a woman")
        parser.add_argument("--on-duty", action="store_true", help="is told of urgent cases at once")
        parser.add_argument("--phone", default="", help="for alerts by SMS")
        parser.add_argument("--language", default="ur", choices=["ur", "en"])

    def handle(self, *args: Any, **options: Any) -> None:
        email, role = options["email"].lower(), Role(options["role"])
        self.check_email(email)
        units = [self.unit(code) for code in options["unit"]]
        if Permission.READ_CASES in ROLES[role] and not units:
            raise CommandError("Whoever reads cases belongs to a unit: give --unit.")
        _member, password = add_member(
            email=email, name=options["name"], role=role, units=units, by=None, is_woman=options["woman"],
            on_duty=options["on_duty"], phone=options["phone"], language=options["language"])
        self.stdout.write(f"{email} can sign in with this password, once: {password}")

    def check_email(self, email: str) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError("That is no e-mail address.") from error
        if User.objects.filter(email=email).exists():
            raise CommandError("This address has an account already. A lost password: manage.py reset_member.")

    def unit(self, code: str) -> Unit:
        unit = Unit.objects.filter(code=code).first()
        if unit is None:
            known = ", ".join(Unit.objects.values_list("code", flat=True)) or "none yet: run `manage.py set_up` first"
            raise CommandError(f"There is no unit {code} (there are: {known}).")
        return unit
