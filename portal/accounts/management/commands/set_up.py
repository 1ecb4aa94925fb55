from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from awareness.groups import grant
from cases.escalation import registry
from cases.retention.services import set_up_schedules
from cases.triage.services import set_up_replies
from cases.units.services import set_up_units
from cases.vault.custody import new_worker_key
from cases.vault.models import UnitKey, WorkerKey
from portal.accounts.services import make_first_keys


class Command(BaseCommand):
    help = "Set up units, keys, platforms, ready replies and the rights of campaign staff. Safe to repeat, as after an upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        units = set_up_units()
        make_first_keys(units.values())
        for code, unit in sorted(units.items()):
            keyed = UnitKey.objects.filter(unit=unit).exists()
            state = "has a key" if keyed else "gets its key when its first member chooses a passphrase"
            self.stdout.write(f"unit {code}: {state}")
        if not WorkerKey.objects.exists():
            new_worker_key()
            self.stdout.write(f"worker: a new key in {settings.WORKER_KEYS}; only the worker's machine may keep it")
        self.stdout.write(f"platforms: {registry.seed()} added")
        self.stdout.write(f"retention: {set_up_schedules()} schedules added")
        set_up_replies()
        grant()
