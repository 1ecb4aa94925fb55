"""What this portal does not take, and who does. Chosen in the second step; nothing is stored, not even that it was chosen.

Political or religious speech and extremism have no category here, so that a service for those who are harmed cannot be
turned against those who speak. Numbers and addresses: facts gathered in November 2026; the ministry confirms them.
"""
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Elsewhere(StrEnum):
    SPEECH = "not_us_speech"
    EXTREMISM = "not_us_extremism"
    MONEY = "not_us_money"
    DEVICE = "not_us_device"
    OFFLINE = "not_us_offline"


@dataclass(frozen=True)
class Body:
    name: str | Promise
    phone: str = ""
    link: str = ""


PTA = Body(_("Pakistan Telecommunication Authority (PTA)"), link="https://complaint.pta.gov.pk/")
NCCIA = Body(_("National Cyber Crime Investigation Agency (NCCIA)"), phone="1799")
POLICE = Body(_("Police"), phone="15")
RIGHTS = Body(_("Human rights helpline"), phone="1099")
BANK = Body(_("Your bank or mobile wallet: the number on the card or in the app, at once"))

NAMES: dict[Elsewhere, str | Promise] = {
    Elsewhere.SPEECH: _("Something political or religious that I read or saw"),
    Elsewhere.EXTREMISM: _("Extremism or a call to violence, not aimed at me"),
    Elsewhere.MONEY: _("Money fraud, a fake shop, a loan app"),
    Elsewhere.DEVICE: _("Spam, a SIM, or a fault with phone or internet"),
    Elsewhere.OFFLINE: _("A crime or a quarrel that is not online"),
}
BODIES: dict[Elsewhere, tuple[Body, ...]] = {
    Elsewhere.SPEECH: (PTA,),
    Elsewhere.EXTREMISM: (POLICE, NCCIA),
    Elsewhere.MONEY: (BANK, NCCIA),
    Elsewhere.DEVICE: (PTA,),
    Elsewhere.OFFLINE: (POLICE, RIGHTS),
}
