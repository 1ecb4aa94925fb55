"""What supervisors set, and their numbers, as a stranger with a phone would see them."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.conversation.models import Ask
from cases.escalation import delivery, replying
from cases.escalation.failures import Failure
from cases.escalation.inbound.taking import take_in
from cases.escalation.models import Attempt, Escalation, Gate
from cases.escalation.registry import seeding
from cases.flood.models import Fold
from cases.flood.services import fold_all
from cases.models import Case, Consent
from cases.notifications import webhooks
from cases.notifications.models import Occasion, Webhook
from cases.priority import Danger, Harm
from cases.services import assign, change_status
from cases.triage import consulting, practice
from cases.triage.consult_reading import seal_consult
from cases.triage.models import Consult
from cases.units import duty
from cases.units.models import Unit
from cases.units.services import set_up_practice
from cases.vault import custody
from cases.vault.unseal import key_for_unit
from cases.workflow import Status
from portal.accounts.models import User
from tests.browser.test_every_page import LANGUAGES, eye
from tests.cases.escalation.conftest import asked
from tests.cases.escalation.inbound.test_mail import written
from tests.factories.cases import keyring_of, make_case, make_member, make_unit, reporter_consents

__all__ = ["eye"]
PAGES = ("settings", "settings/calendars/{calendar}", "settings/deadlines", "settings/roster/adults", "settings/priority",
         "settings/priority/sextortion", "load", "today", "settings/welfare", "floods", "settings/floods", "case/{ref}/facts",
         "settings/webhooks", "settings/webhooks/{hook}", "case/{ref}/consult", "consults/{consult}",
         "case/{ref}/asks/{ask}/contact", "first-day", "case/{made}", "post", "case/{asked}/notice/{notice}")


@pytest.fixture
def head(live: str) -> User:
    unit = make_unit()
    head, ayesha = make_member("Nadia Aslam", unit, set_up_practice(), role="supervisor"), make_member("Ayesha Khan", unit)
    now = timezone.now()
    practice.begin(by=head)
    duty.add_shifts(unit=unit, member=ayesha, times=[(now, now + timedelta(hours=8))], by=head)
    suspect = [make_case(unit, harm=Harm.BULLYING) for _ in range(3)]
    fold_all(suspect[0].pk, [case.pk for case in suspect[1:]], Fold.Kind.BURST)
    assign(case=make_case(unit, dangers=[Danger.LIFE]), to=ayesha, by=ayesha)
    custody.new_worker_key()
    hook, _secret = webhooks.register(unit=unit, url="https://desk.example.gov.pk/mehfooz", occasions=[Occasion.OVERDUE],
                                      with_reference=True, by=head)
    webhooks.try_out(webhook=hook, by=head)
    Ask.objects.create(case=unit.cases.get(priority=1), kind=Ask.Kind.CONTACT, by=head, at=now, answered_at=now, answer=b"sealed")
    posted(unit, ayesha)
    omar = make_member("Omar Farooq", make_unit("children"))
    asks(unit.cases.get(priority=1), make_unit("children"), head)
    asks(make_case(make_unit("children")), unit, omar)
    return head


def posted(unit: Unit, by: User) -> None:
    """A mail that nobody has read, a dead letter, a broken way, and a stranger's mail."""
    seeding.seed()
    case = make_case(unit, platforms=("tiktok",))
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    notice = asked(change_status(case=case, to=Status.IN_REVIEW, by=by), by)
    now, secret = timezone.now(), key_for_unit(notice.notice_key, case=case.pk, keyring=keyring_of(by))
    answer = written("Thank you. Please send us the exact links.\n\nشکریہ۔ براہِ کرم درست لنک بھیجیں۔")
    answer.replace_header("To", replying.address(secret, notice))
    take_in(answer.as_bytes())
    delivery.failed(escalation=notice, failure=Failure.MAILBOX_FULL, code="mailbox_full 552-5.2.2")
    Attempt.objects.create(escalation=notice, at=now, ok=False, error="mailbox_full 552-5.2.2")
    Attempt.objects.create(escalation=notice, at=now, ok=True, proof={
        "message_id": f"<{notice.pk.hex}@example.org>", "answer": "250 2.0.0 Ok: queued as 4Xyz", "sha256": "a" * 64})
    Gate.objects.create(channel=notice.channel, failures=6, failure=Failure.TIMEOUT, paused_at=now, probe_at=now)
    take_in(written().as_bytes())


def asks(case: Case, unit: Unit, by: User) -> None:
    reporter_consents(case, Consent.Act.OTHER_UNIT)
    words = "کیا دوسرے صوبے کی عدالت کا حکم یہاں بھی چلتا ہے؟"
    consulting.ask(consult=seal_consult(case, unit, Consult.Scope.REPORT, words, keyring=keyring_of(by), by=by), by=by)


@LANGUAGES
def test_the_pages_of_the_settings(head: User, eye, language: str) -> None:
    see, unit, notice = eye(language, head), make_unit(), Escalation.objects.select_related("case").get()
    for page in PAGES:
        places = {"calendar": unit.calendar_id, "ref": unit.cases.get(priority=1).ref, "ask": Ask.objects.get().pk,
                  "hook": Webhook.objects.get().pk, "consult": Consult.objects.get(unit=unit).pk,
                  "made": practice.cases_of(head)[0].ref, "asked": notice.case.ref, "notice": notice.reference}
        see.goto(f"/desk/{page.format(**places)}/")
        see("settings-" + page.split("/")[1 if "settings/" in page else 0] + str(len(page)))
    see.verdict()
