from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cases.audit.services import record
from cases.retention.models import Schedule
from cases.retention.periods import LEAST_DAYS, MOST_DAYS
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
        for code, outcome, days, reason in Schedule.objects.values_list("unit__code", "outcome", "days", "reason_en"):
            self.stdout.write(f"{code or 'all units':<12} {outcome:<12} {days:>5} days  {reason}")

    @transaction.atomic
    def change(self, *, unit: str, outcome: str, days: int, reason_en: str, reason_ur: str, **_: Any) -> None:
        owner = Unit.objects.filter(code=unit).first()
        if unit and owner is None:
            raise CommandError(f"There is no unit {unit!r}.")
        if not LEAST_DAYS <= days <= MOST_DAYS:
            raise CommandError(f"A period is between {LEAST_DAYS} and {MOST_DAYS} days.")
        same = Schedule.objects.filter(outcome=outcome)
        words = same.filter(unit=None).values("name_en", "name_ur").get()
        reasons = {"reason_en": reason_en, "reason_ur": reason_ur} if reason_en and reason_ur else {}
        if not reasons and not same.filter(unit=owner).exists():
            raise CommandError("A new period needs its reason in both languages: --reason-en and --reason-ur.")
        Schedule.objects.update_or_create(unit=owner, outcome=outcome, defaults={"days": days, **reasons},
                                          create_defaults={"days": days, **reasons, **words})
        record("schedule_changed", subject=owner.pk if owner else "all_units", actor="system", outcome=outcome, days=days)
