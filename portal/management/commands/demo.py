import json
import secrets
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from awareness.models import HomePage
from cases.escalation import registry
from cases.escalation.models import Platform
from cases.exchange.partners import add_partner
from cases.models import Case
from cases.retention.services import set_up_schedules
from cases.triage.services import set_up_replies
from cases.units.models import Unit
from cases.units.services import set_up_practice, set_up_units
from cases.vault import custody
from cases.vault.trust import is_open, worker_is_open
from portal.accounts.models import User
from portal.demonstration.asked import connect, keep
from portal.demonstration.cases import tell_all
from portal.demonstration.matched import compare
from portal.demonstration.partners import seat, show
from portal.demonstration.past import remember
from portal.demonstration.people import PEOPLE, give_unit_keys, hire
from portal.demonstration.post import fill

PARTNER = "tiktok"


class Command(BaseCommand):
    help = "Fill an empty demonstration with people, platforms, advice and made-up cases; note the sign-ins in demo.json."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Made-up cases belong in a demonstration only: set MEHFOOZ_DEMO=true.")
        if Case.objects.exists():
            real = Unit.objects.filter(practice=False)
            if not (worker_is_open() and all(map(is_open, real))):      # filled by a version that signed no keys
                call_command("set_up", stdout=self.stdout)
            return
        password = secrets.token_urlsafe(9)
        custody.new_worker_key()
        practice = set_up_practice()
        units = set_up_units() | {practice.code: practice}
        staff = {person.account: User.objects.filter(email=person.email).first() or hire(person, password, units)
                 for person in PEOPLE}
        give_unit_keys(units, staff)
        registry.seed()
        seat(staff)
        keep(staff["admin"])
        set_up_replies()
        set_up_schedules()
        Platform.objects.filter(slug=PARTNER).update(takes_hashes=True)
        _partner, keys = add_partner(name="TikTok (demonstration)", platform=PARTNER)
        tell_all(staff)
        show(staff, password)
        compare(staff)
        fill(staff)
        remember(staff)
        connect(units["adults"], staff["tariq"])
        if not HomePage.objects.exists():
            call_command("seed_awareness", verbosity=0)
        accounts = [{"role": person.role.value, "email": person.email, "password": password} for person in PEOPLE]
        settings.DATA.mkdir(parents=True, exist_ok=True)
        facts = {"accounts": accounts, "partner": {"fetch_key": keys.first, "subscription_key": keys.second}}
        (settings.DATA / "demo.json").write_text(json.dumps(facts, ensure_ascii=False, indent=2))
