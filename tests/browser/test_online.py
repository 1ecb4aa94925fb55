"""Is it still online? As a member sees it on the notice's page, and a reporter in the inbox, in both languages."""
import pytest
from django.conf import LazySettings
from playwright.sync_api import expect

from cases.escalation import delivery, looking, registry, services
from cases.escalation.channels.base import Proof
from cases.escalation.models import Escalation, Sighting
from cases.models import Consent
from cases.services import change_status
from cases.vault import custody
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.browser.test_every_page import LANGUAGES, click, eye, house, told
from tests.cases.escalation.conftest import asked
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents

__all__ = ["eye", "house", "told"]


@pytest.fixture
def head(live: str) -> User:
    registry.seed()
    custody.new_worker_key()
    return make_member("Nadia Aslam", make_unit(), role="supervisor")


@pytest.fixture
def removed(head: User) -> Escalation:
    """The platform says so; the unit lets the portal look."""
    unit = make_unit()
    case = make_case(unit, platforms=("tiktok",))
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    notice = delivery.sent(escalation=asked(change_status(case=case, to=Status.IN_REVIEW, by=head), head), proof=Proof())
    looking.let_unit(unit=unit, yes=True, by=head)
    return services.answer(escalation=notice, outcome=Escalation.State.ACTIONED, by=head)


@LANGUAGES
def test_what_members_see_and_say(head: User, removed: Escalation, settings: LazySettings, eye, language: str) -> None:
    settings.LOOK_PROXY = "http://proxy.example:3128"
    see = eye(language, head)
    page, here = see.page, f"/desk/case/{removed.case.ref}/notice/{removed.reference}/"
    see.goto(here)
    expect(page.locator("#online [data-copy]")).to_be_visible()
    see("online-1-notice")
    click(page, "#online form[action$='/saw/'] .btn.line >> nth=-1")
    expect(page.locator("#error-summary")).to_be_visible()
    see("online-2-error")
    page.locator("#id_link_0").select_option("online")
    click(page, "#online form[action$='/saw/'] .btn.line >> nth=-1")
    click(page, "#online form[action$='/look/'] .btn")
    expect(page.locator("#online form[action$='/end/']")).to_have_count(1)
    see("online-3-again")
    see.goto(f"/desk/case/{removed.case.ref}/")
    see("online-4-case")
    for name in ("settings/looking", "today"):
        see.goto(f"/desk/{name}/")
        see(f"online-5-{name.split('/')[-1]}")
    assert Sighting.objects.get().seen == "online"
    see.verdict()


@LANGUAGES
def test_a_reporter_says_that_it_is_back(told, eye, language: str) -> None:
    case, code = told
    case.refresh_from_db()
    change_status(case=case, to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
    see = eye(language)
    see.goto(f"/{language}/inbox/")
    see.page.locator("#id_code").fill(code)
    click(see.page, "button[value=open]")
    see("online-6-inbox")
    click(see.page, "button[value=back_online]")
    expect(see.page.locator(".asked")).to_be_visible()
    see("online-7-asked-where")
    assert Sighting.objects.get().how == "reporter"
    see.verdict()
