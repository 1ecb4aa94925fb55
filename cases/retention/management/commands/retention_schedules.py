from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from cases.retention.models import Schedule
from cases.retention.services import set_up_schedules
from cases.units.models import Unit
from cases.workflow import Outcome


class Command(BaseCommand):
    help = "Show how long closed cases are kept, or with --outcome and --days change it: for all units, or for one with --unit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", default="", help="the unit's code; left out: every unit without a period of its own")
        parser.add_argument("--outcome", choices=Outcome.values)
        parser.add_argument("--days", type=int, help="after closing")
        parser.add_argument("--reason-en", default="", help="why this long and no longer; shown to supervisors")
        parser.add_argument("--reason-ur", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        set_up_schedules()
        if options["outcome"] and options["days"]:
            self.change(**options)
        for row in Schedule.objects.select_related("unit"):
            unit = row.unit.code if row.unit else "all units"
            self.stdout.write(f"{unit:<12} {row.outcome:<12} {row.days:>5} days  {row.reason_en}")

    def change(self, *, unit: str, outcome: str, days: int, reason_en: str, reason_ur: str, **_: Any) -> None:
        owner = Unit.objects.filter(code=unit).first()
        if unit and owner is None:
            raise CommandError(f"There is no unit {unit!r}.")
        row = Schedule.objects.filter(unit=owner, outcome=outcome).first() or Schedule(unit=owner, outcome=outcome)
        general = Schedule.objects.get(unit=None, outcome=outcome)
        row.days, row.name_en, row.name_ur = days, row.name_en or general.name_en, row.name_ur or general.name_ur
        row.reason_en, row.reason_ur = reason_en or row.reason_en, reason_ur or row.reason_ur
        if not (row.reason_en and row.reason_ur):
            raise CommandError("A new period needs its reason in both languages: --reason-en and --reason-ur.")
        try:
            row.validate_constraints()
        except ValidationError as error:
            raise CommandError("A period is between 180 and 3650 days.") from error
        row.save()
