"""In the registry of the demonstration: an entry that was verified today, an address that waits for a second administrator. And
another system that a unit could tell: switched off, for nobody listens there."""
from django.utils import timezone

from cases.escalation.registry.changes import diff, propose, verify
from cases.escalation.registry.entries import rows
from cases.notifications import webhooks
from cases.notifications.models import Occasion
from cases.permissions import Staff
from cases.units.models import Unit

MAIL = "channel:tiktok:email:Legal notices by mail"


def keep(admin: Staff) -> None:
    verify(key="channel:telegram:email:Abuse reports by mail", source="demonstration", by=admin, today=timezone.localdate())
    steps = diff(rows(), {MAIL: {"address": "notices@tiktok.example"}})
    propose(steps=steps, why="They wrote that the address has changed.", by=admin)


def connect(unit: Unit, by: Staff) -> None:
    hook, _secret = webhooks.register(unit=unit, url="https://board.example/mehfooz", with_reference=True, by=by,
                                      occasions=[Occasion.URGENT, Occasion.OVERDUE])
    webhooks.switch(webhook=hook, on=False, by=by)
