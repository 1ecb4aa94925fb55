"""What supervisors set, and their numbers, as a stranger with a phone would see them."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.flood.models import Fold
from cases.flood.services import fold_all
from cases.priority import Danger, Harm
from cases.services import assign
from cases.units import duty
from portal.accounts.models import User
from tests.browser.test_every_page import LANGUAGES, eye
from tests.factories.cases import make_case, make_member, make_unit

__all__ = ["eye"]
PAGES = ("settings", "settings/calendars/{calendar}", "settings/deadlines", "settings/roster/adults", "settings/priority",
         "settings/priority/sextortion", "load", "today", "settings/welfare", "floods", "settings/floods", "case/{ref}/facts")


@pytest.fixture
def head(live: str) -> User:
    unit = make_unit()
    head, ayesha = make_member("Nadia Aslam", unit, role="supervisor"), make_member("Ayesha Khan", unit)
    now = timezone.now()
    duty.add_shifts(unit=unit, member=ayesha, times=[(now, now + timedelta(hours=8))], by=head)
    suspect = [make_case(unit, harm=Harm.BULLYING) for _ in range(3)]
    fold_all(suspect[0].pk, [case.pk for case in suspect[1:]], Fold.Kind.BURST)
    assign(case=make_case(unit, dangers=[Danger.LIFE]), to=ayesha, by=ayesha)
    return head


@LANGUAGES
def test_the_pages_of_the_settings(head: User, eye, language: str) -> None:
    see, unit = eye(language, head), make_unit()
    for page in PAGES:
        see.goto("/desk/" + page.format(calendar=unit.calendar_id, ref=unit.cases.get(priority=1).ref) + "/")
        see("settings-" + page.split("/")[1 if "settings/" in page else 0] + str(len(page)))
    see.verdict()
