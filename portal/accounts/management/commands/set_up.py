from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from awareness.groups import grant
from cases.escalation import registry
from cases.retention.services import set_up_schedules
from cases.triage.services import set_up_replies
from cases.units.models import Unit
from cases.units.services import set_up_practice, set_up_units
from cases.vault.custody import new_worker_key, worker_fingerprint
from cases.vault.models import UnitKey, WorkerKey
from cases.vault.trust import is_open, predates_signatures, worker_is_open
from portal.accounts.services import make_first_keys

CEREMONY = "waits for the ceremony's signature: docs/how-to/recovery-ceremony.md"
OLD_KIND = "was made before keys were signed: a member who holds it makes a new one on the page Keys"


class Command(BaseCommand):
    """As the owner everything but the worker's key, which the worker makes where it will use it; embedded, both at once."""
    help = "Set up units, keys, platforms, ready replies and the rights of campaign staff. Safe to repeat, as after an upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_ROLE in {"worker", "all"}:
            self.worker_key()
        if settings.PORTAL_ROLE != "worker":
            self.office()

    def office(self) -> None:
        practice = set_up_practice()
        units = set_up_units() | {practice.code: practice}
        make_first_keys(units.values())
        for code, unit in sorted(units.items()):
            self.stdout.write(f"unit {code}: {self.state(unit)}")
        if settings.ROOT_SEED:
            self.stdout.write("root: made here and kept beside the data, without shares: a trial has no recovery")
        self.stdout.write(f"platforms: {registry.seed()} added")
        self.stdout.write(f"retention: {set_up_schedules()} schedules added")
        set_up_replies()
        grant()

    def worker_key(self) -> None:
        newest = WorkerKey.objects.first()
        if newest is None or predates_signatures(newest):
            new_worker_key()
            self.stdout.write(f"worker: a new key in {settings.WORKER_KEYS}; only the worker's machine may keep it")
        if not worker_is_open():
            self.stdout.write(f"worker: its key {CEREMONY}\nworker: to be read aloud there: {worker_fingerprint()}")

    def state(self, unit: Unit) -> str:
        """What still stands between the unit and its first report."""
        if is_open(unit):
            return "is ready for practice" if unit.practice else "is open for reports"
        key = UnitKey.objects.filter(unit=unit).order_by("-version").first()
        if key is None:
            return "gets its key when its first member chooses a passphrase"
        return f"its key {OLD_KIND}" if predates_signatures(key) else f"its key {CEREMONY}"
