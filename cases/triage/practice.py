"""Made-up cases for a member's first day: sealed and opened as reports are, harmless, and destroyed when the member begins anew.

Which cases are whose stands in the log alone (`practice_begun`); how far somebody came is worked out from what happened
(cases.triage.first_day). That nothing of them leaves is not for this module to see to: the floors below refuse it by
`Unit.practice`.
"""
import json
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.models import Entry
from cases.audit.services import actor, record
from cases.models import Case, Consent, Message
from cases.permissions import Permission, Staff, may
from cases.priority import AgeBand, Facts, Harm
from cases.retention.selectors import being_erased
from cases.retention.services import Held, clear_practice
from cases.selectors import cases_for
from cases.services import CaseDraft, give_consent, open_case
from cases.triage.labelling import given_in, make_label
from cases.units.models import Unit
from cases.units.selectors import units_of
from cases.vault import custody, envelope, hpke, trust
from cases.workflow import Source

BEGUN = "practice_begun"
SUMMARY = 120                   # characters, as intake keeps them
LABEL = ("To try labels", "لیبل آزمانے کے لیے")


class NotInPractice(Exception):
    """The member is not of the practice unit, or works no cases."""


@dataclass(frozen=True)
class Made:
    """A report that nobody sent. Its links lead nowhere: the domain is reserved (RFC 2606)."""
    language: str
    harm: Harm
    platform: str
    story: str
    link: str
    account: str
    message: str                # what the reporter wrote later


CASES = (
    Made("ur", Harm.IMPERSONATION, "facebook",
         "مشق: کسی نے میرے نام اور میری دکان کی تصویر سے ایک جعلی پیج بنایا ہے اور لوگوں سے پیشگی رقم مانگ رہا ہے۔ "
         "میں چاہتی ہوں کہ یہ پیج ہٹا دیا جائے۔", "https://practice.example/page/1", "@practice.one",
         "مشق: پیج آج بھی موجود ہے۔ کیا مجھے اس کا اسکرین شاٹ رکھنا چاہیے؟"),
    Made("en", Harm.ACCOUNT_TAKEN, "instagram",
         "Practice: somebody took over my account yesterday and changed the telephone number. I cannot sign in any more, and my "
         "friends get strange messages from it.", "https://practice.example/account/2", "@practice.two",
         "Practice: the platform sent me a form, but I do not understand the second question. What shall I write there?"),
    Made("ur", Harm.BULLYING, "tiktok",
         "مشق: ہماری کرکٹ ٹیم کے گروپ میں ایک ساتھی روز میرے بارے میں مذاق اڑانے والی ویڈیوز لگاتا ہے۔ "
         "میں نے اسے روکنے کو کہا مگر وہ نہیں رکا۔", "https://practice.example/video/3", "@practice.three",
         "مشق: اس نے آج ایک اور ویڈیو لگائی ہے۔ شکریہ کہ آپ دیکھ رہے ہیں۔"),
)


def unit_of(member: Staff) -> Unit | None:
    """The practice unit, if the member is in it."""
    return units_of(member).filter(practice=True).select_related("calendar").first()     # type: ignore[arg-type]   # a member


def cases_of(member: Staff) -> QuerySet[Case]:
    """Those that were made when the member began last, as long as they are here."""
    return here(member, list(beginnings(member)[:1]))


def beginnings(member: Staff) -> QuerySet[Entry]:
    """The newest first."""
    return Entry.objects.filter(event=BEGUN, actor=actor(member)).order_by("-at", "-pk")


def here(member: Staff, entries: Iterable[Entry]) -> QuerySet[Case]:
    made = [pk for entry in entries for pk in entry.details["cases"]]
    return cases_for(member).filter(pk__in=made, unit__practice=True).exclude(being_erased()).order_by("opened_at", "pk")


def begin(*, by: Staff) -> list[Case]:
    """Clear the member's practice cases away and make new ones. What is held stays until the next beginning after it is lifted.

    Each case goes in a transaction of its own, so that never several are locked at once. Raises NotInPractice; KeyMissing (also
    KeyRefused) while nothing can be sealed to the unit: then nothing was cleared away.
    """
    unit = unit_of(by)
    if unit is None or not may(by, Permission.WORK_CASES):
        raise NotInPractice
    trust.trusted(unit)
    for case in list(here(by, beginnings(by))):
        with suppress(Held):
            clear_practice(case=case, by=by)
    return make(unit=unit, by=by)


@transaction.atomic
def make(*, unit: Unit, by: Staff) -> list[Case]:
    """Three cases, and a label to put on them where there is none. Raises KeyMissing."""
    if not given_in([unit]).exists():
        make_label(unit=unit, name_en=LABEL[0], name_ur=LABEL[1], by=by)
    made = [open_made(each, unit, by) for each in CASES]
    record(BEGUN, subject=unit.pk, actor=actor(by), cases=[case.pk for case in made])
    return made


def open_made(made: Made, unit: Unit, by: Staff) -> Case:
    """The reporter's half of the keys is thrown away: no receipt opens it, and there is nobody to tell.

    It comes "from a list", for the database lets the desk say what a reporter agreed to only of what staff brought in, and
    nothing here is written in the log in a reporter's name.
    """
    case_id, key, talk = uuid.uuid4(), envelope.new_key(), envelope.new_key()
    _private, public = hpke.new_pair()
    case = open_case(draft=CaseDraft(
        id=case_id, submission=uuid.uuid4(), unit=unit, reporter_public=public,
        key=custody.keep(key, case=case_id, unit=unit), conversation_key=custody.keep(talk, case=case_id, unit=unit,
                                                                                      reporter=public),
        answers=envelope.seal(key, json.dumps(answers(made), ensure_ascii=False).encode(), case=case_id, field="answers",
                              record=case_id),
        summary=envelope.seal(key, made.story[:SUMMARY].encode(), case=case_id, field="summary", record=case_id),
        facts=Facts(made.harm, AgeBand.ADULT, AgeBand.UNKNOWN, frozenset()), language=made.language,
        platforms=[made.platform], source=Source.IMPORT), by=by)
    give_consent(case=case, act=Consent.Act.ASK_PLATFORM, answer=Consent.Answer.YES, by=by)
    for act in (Consent.Act.SHARE_HASHES, Consent.Act.PASS_POLICE, Consent.Act.PASS_PTA):
        give_consent(case=case, act=act, answer=Consent.Answer.NO, by=by)
    message = uuid.uuid4()
    body = envelope.seal(talk, made.message.encode(), case=case_id, field="message", record=message)
    Message.objects.create(id=message, case=case, author=Message.Author.REPORTER.value, body=body, at=timezone.now())
    record("message_added", subject=case.pk, actor=actor(by), message=message)
    return case


def answers(made: Made) -> dict[str, object]:
    """Version 1, as a reporter's browser seals it."""
    return {"version": 1, "relation": "me", "age_now": 30, "age_then": None, "story": made.story, "links": [made.link],
            "handles": [made.account], "platform_other": "", "wanted": ["remove", "advice"], "who_does_it": "",
            "safe_to_contact": ""}
