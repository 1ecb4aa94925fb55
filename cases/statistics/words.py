"""What the calls that are not ours are about, and to whom callers are sent. Numbers: facts gathered in November 2026."""
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Reason(StrEnum):
    SILENT = "silent"
    PRANK = "prank"
    WRONG = "wrong_number"
    QUESTION = "question"
    OFFLINE = "offline"
    SPEECH = "speech"
    EXTREMISM = "extremism"
    MONEY = "money"
    DEVICE = "device"
    ELSEWHERE = "elsewhere"


class SentTo(StrEnum):
    NOBODY = "nobody"
    WEBSITE = "website"
    POLICE = "police"
    RESCUE = "rescue"
    RIGHTS = "rights"
    CHILDREN = "children"
    WOMEN = "women"
    DIGITAL = "digital"
    MIND = "mind"
    NCCIA = "nccia"
    PTA = "pta"
    BANK = "bank"
    OTHER = "other"


REASON_NAMES = {
    Reason.SILENT.value: _("Nobody spoke"),
    Reason.PRANK.value: _("A joke, insults, or nothing to say"),
    Reason.WRONG.value: _("Wrong number"),
    Reason.QUESTION.value: _("A question that was answered"),
    Reason.OFFLINE.value: _("A crime or a quarrel that is not online"),
    Reason.SPEECH.value: _("Something political or religious that they read or saw"),
    Reason.EXTREMISM.value: _("Extremism or a call to violence, not aimed at them"),
    Reason.MONEY.value: _("Money fraud, a fake shop, a loan app"),
    Reason.DEVICE.value: _("Spam, a SIM, or a fault with phone or internet"),
    Reason.ELSEWHERE.value: _("Another office's matter"),
}
SENT_NAMES = {
    SentTo.NOBODY.value: _("Nobody"),
    SentTo.WEBSITE.value: _("Our advice pages"),
    SentTo.POLICE.value: _("Police, 15"),
    SentTo.RESCUE.value: _("Rescue, 1122"),
    SentTo.RIGHTS.value: _("Human rights helpline, 1099"),
    SentTo.CHILDREN.value: _("Child protection, 1121"),
    SentTo.WOMEN.value: _("Women's helpline in Punjab, 1043"),
    SentTo.DIGITAL.value: _("Digital Rights Foundation, 0800-39393"),
    SentTo.MIND.value: _("Umang, for people who despair, 0311-7786264"),
    SentTo.NCCIA.value: _("Cyber crime agency (NCCIA), 1799"),
    SentTo.PTA.value: _("Telecom authority (PTA)"),
    SentTo.BANK.value: _("Their bank or mobile wallet"),
    SentTo.OTHER.value: _("Another office"),
}
