"""What supervisors set, and their numbers, as a stranger with a phone would see them."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.conversation.models import Ask
from cases.flood.models import Fold
from cases.flood.services import fold_all
from cases.models import Case, Consent
from cases.notifications import webhooks
from cases.notifications.models import Occasion, Webhook
from cases.priority import Danger, Harm
from cases.services import assign
from cases.triage import consulting
from cases.triage.consult_reading import seal_consult
from cases.triage.models import Consult
from cases.units import duty
from cases.units.models import Unit
from cases.vault import custody
from portal.accounts.models import User
from tests.browser.test_every_page import LANGUAGES, eye
from tests.factories.cases import keyring_of, make_case, make_member, make_unit, reporter_consents

__all__ = ["eye"]
PAGES = ("settings", "settings/calendars/{calendar}", "settings/deadlines", "settings/roster/adults", "settings/priority",
         "settings/priority/sextortion", "load", "today", "settings/welfare", "floods", "settings/floods", "case/{ref}/facts",
         "settings/webhooks", "settings/webhooks/{hook}", "case/{ref}/consult", "consults/{consult}",
         "case/{ref}/asks/{ask}/contact")


@pytest.fixture
def head(live: str) -> User:
    unit = make_unit()
    head, ayesha = make_member("Nadia Aslam", unit, role="supervisor"), make_member("Ayesha Khan", unit)
    now = timezone.now()
    duty.add_shifts(unit=unit, member=ayesha, times=[(now, now + timedelta(hours=8))], by=head)
    suspect = [make_case(unit, harm=Harm.BULLYING) for _ in range(3)]
    fold_all(suspect[0].pk, [case.pk for case in suspect[1:]], Fold.Kind.BURST)
    assign(case=make_case(unit, dangers=[Danger.LIFE]), to=ayesha, by=ayesha)
    custody.new_worker_key()
    hook, _secret = webhooks.register(unit=unit, url="https://desk.example.gov.pk/mehfooz", occasions=[Occasion.OVERDUE],
                                      with_reference=True, by=head)
    webhooks.try_out(webhook=hook, by=head)
    Ask.objects.create(case=unit.cases.get(priority=1), kind=Ask.Kind.CONTACT, by=head, at=now, answered_at=now, answer=b"sealed")
    omar = make_member("Omar Farooq", make_unit("children"))
    asks(unit.cases.get(priority=1), make_unit("children"), head)
    asks(make_case(make_unit("children")), unit, omar)
    return head


def asks(case: Case, unit: Unit, by: User) -> None:
    reporter_consents(case, Consent.Act.OTHER_UNIT)
    words = "کیا دوسرے صوبے کی عدالت کا حکم یہاں بھی چلتا ہے؟"
    consulting.ask(consult=seal_consult(case, unit, Consult.Scope.REPORT, words, keyring=keyring_of(by), by=by), by=by)


@LANGUAGES
def test_the_pages_of_the_settings(head: User, eye, language: str) -> None:
    see, unit = eye(language, head), make_unit()
    for page in PAGES:
        places = {"calendar": unit.calendar_id, "ref": unit.cases.get(priority=1).ref, "ask": Ask.objects.get().pk,
                  "hook": Webhook.objects.get().pk, "consult": Consult.objects.get(unit=unit).pk}
        see.goto(f"/desk/{page.format(**places)}/")
        see("settings-" + page.split("/")[1 if "settings/" in page else 0] + str(len(page)))
    see.verdict()
