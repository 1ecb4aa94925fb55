from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from cases.escalation.models import Channel, Platform
from cases.priority import Harm

NAMES = {"stopncii": "StopNCII", "threatexchange": "ThreatExchange"}


class Command(BaseCommand):
    """Offer a way upward on the pages of cases (docs/how-to/submit-upward.md). Its keys are the worker's environment."""
    help = "Let caseworkers submit fingerprints of adults that are on our list to StopNCII or ThreatExchange."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(NAMES))

    def handle(self, *args: Any, kind: str, **options: Any) -> None:
        name = NAMES[kind]
        platform, _made = Platform.objects.get_or_create(slug=kind, defaults={"name_en": name, "name_ur": name})
        harms = [Harm.INTIMATE_IMAGES.value, Harm.SEXTORTION.value, Harm.DEEPFAKE.value]
        Channel.objects.get_or_create(platform=platform, kind=kind, defaults={
            "address": kind, "label_en": "Fingerprints only", "label_ur": "صرف فنگر پرنٹ", "label": "Fingerprints only",
            "harms": harms, "source": "configured by the ministry", "last_verified_at": timezone.localdate()})
        self.stdout.write(f"{name} is offered now.")
