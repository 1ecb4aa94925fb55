"""Is it still online? On the notice's page, in the settings, on Today: as owner, colleague, stranger and locked member."""
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.conversation.services import back_online
from cases.escalation import delivery, looking, registry, services, sightings
from cases.escalation.channels.base import Proof
from cases.escalation.models import Channel, Escalation, Look, LookingUnit, Sighting
from cases.escalation.notices import Notice
from cases.models import Case, Consent
from cases.permissions import Role
from cases.services import change_status
from cases.units.models import Unit
from cases.vault import custody
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents, signed_in
from tests.fakes.look_proxy import World, look_proxy

LINKS = ("https://93.184.216.34/v/1", "https://93.184.216.34/v/2")
State = Escalation.State


@pytest.fixture
def case(unit: Unit, ayesha: User) -> Case:
    custody.new_worker_key()
    registry.seed()
    case = make_case(unit, platforms=("tiktok",), links=LINKS)
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    return change_status(case=case, to=Status.IN_REVIEW, by=ayesha)


@pytest.fixture
def sent(case: Case, ayesha: User) -> Escalation:
    channel = Channel.objects.get(platform__slug="tiktok", kind="email", harms=[])
    words = Notice(services.new_reference(), LINKS, (), "Published without consent.", "", "", False, "A. Khan")
    return delivery.sent(escalation=services.request(case=case, channel=channel, notice=words, by=ayesha), proof=Proof())


@pytest.fixture
def world(settings: Any) -> Iterator[World]:
    with look_proxy() as there:
        settings.LOOK_PROXY = there.url
        yield there


def page(one: Escalation) -> str:
    return f"/desk/case/{one.case.ref}/notice/{one.reference}/"


def removed(one: Escalation, by: User) -> Escalation:
    return services.answer(escalation=one, outcome=State.ACTIONED, by=by)


def test_links_stand_as_text_with_a_warning_and_lead_nowhere(client: Client, sent: Escalation) -> None:
    html = client.get(page(sent)).content.decode()
    section = html[html.index('id="online"'):]
    assert '<bdi dir="ltr">https://93.184.216.34/v/1</bdi>' in section
    assert 'href="https://93.184.216.34' not in html
    assert "private window" in section


def test_what_was_seen_is_kept_for_each_link_and_shown(client: Client, sent: Escalation, ayesha: User) -> None:
    answer = client.post(f"{page(sent)}saw/", {"link_0": "gone", "link_1": "sign_in"}, follow=True).content.decode()
    assert [(row.link, row.seen, row.why) for row in Sighting.objects.order_by("link")] == [
        (0, "gone", ""), (1, "unsure", "sign_in")]
    assert "Cannot tell: it wants a sign-in" in answer
    assert "Every link is gone" not in answer


def test_nothing_chosen_is_said_beside_the_field_and_what_was_chosen_is_not_lost(client: Client, sent: Escalation) -> None:
    answer = client.post(f"{page(sent)}saw/", {})
    assert answer.status_code == 400
    assert "Choose what you saw for at least one link." in answer.content.decode()
    wrong = client.post(f"{page(sent)}saw/", {"link_0": "gone", "link_1": "burnt"})
    assert wrong.status_code == 400
    assert '<option value="gone" selected>' in wrong.content.decode()
    assert not Sighting.objects.exists()


def test_all_gone_offers_to_record_it_as_removed(client: Client, sent: Escalation, case: Case) -> None:
    shown = client.post(f"{page(sent)}saw/", {"link_0": "gone", "link_1": "gone"}, follow=True).content.decode()
    assert "Record it as removed" in shown
    client.post(f"{page(sent)}answer/", {"outcome": "actioned", "reason": "gone"})
    sent.refresh_from_db()
    assert sent.state == State.ACTIONED
    assert case.history.latest("at").said == "seen_gone"
    assert "Record it as removed" not in client.get(page(sent)).content.decode()


def test_online_after_removed_opens_the_case_and_suggests_a_notice_that_names_this_one(client: Client, sent: Escalation,
                                                                                      case: Case, ayesha: User) -> None:
    removed(sent, ayesha)
    change_status(case=Case.objects.get(pk=case.pk), to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)
    shown = client.post(f"{page(sent)}saw/", {"link_0": "online"}, follow=True).content.decode()
    assert Case.objects.get(pk=case.pk).status == Status.IN_REVIEW
    way = f"/desk/case/{case.ref}/escalate/{sent.channel_id}/?earlier={sent.pk}"
    assert way in shown
    draft = client.get(way)
    assert draft.status_code == 200
    assert sent.reference in draft.content.decode()
    whole = client.get(f"/desk/case/{case.ref}/").content.decode()
    assert "is online again: ask again" in whole
    assert "looked whether it is online: Still online (1)" in whole


def test_a_reporters_word_begins_the_ladder_anew_with_the_earlier_reference(client: Client, sent: Escalation, case: Case,
                                                                          ayesha: User) -> None:
    removed(sent, ayesha)
    change_status(case=Case.objects.get(pk=case.pk), to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)
    assert client.get(page(sent)).context["advice"] is None
    back_online(case=case)
    shown = client.get(page(sent))
    advice = shown.context["advice"]
    found = advice.suggestion
    assert (found.why, found.step, found.after.reference) == ("back", "second", sent.reference)
    assert f"earlier={sent.pk}" in advice.address
    assert "Ask again, naming this notice" not in shown.content.decode(), "said once"
    assert sent.reference in client.get(advice.address).content.decode()


def test_today_and_the_queue_name_what_is_to_be_looked_at_closed_or_not(client: Client, sent: Escalation, case: Case,
                                                                       ayesha: User) -> None:
    removed(sent, ayesha)
    change_status(case=Case.objects.get(pk=case.pk), to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)
    assert case.ref not in client.get("/desk/?notice=recheck").content.decode()
    Escalation.objects.update(answered_at=timezone.now() - timedelta(days=3, hours=1))
    assert case.ref in client.get("/desk/?notice=recheck").content.decode()
    lines = {line.address: line.count for line in client.get("/desk/today/").context["page"].units[0].lines}
    assert [count for address, count in lines.items() if "notice=recheck" in address] == [1]
    sightings.saw(escalation=Escalation.objects.get(), views={0: sightings.View(Sighting.Seen.ONLINE)}, by=ayesha)
    assert case.ref not in client.get("/desk/?notice=recheck").content.decode()
    assert case.ref in client.get("/desk/?notice=again").content.decode()


def test_links_that_may_show_a_child_are_not_offered_to_look_at(client: Client, sent: Escalation) -> None:
    Case.objects.update(child=True)
    shown = client.get(page(sent)).content.decode()
    assert "nobody opens these links again" in shown
    assert 'name="link_0"' not in shown
    client.post(f"{page(sent)}saw/", {"link_0": "online"})
    assert not Sighting.objects.exists()


@pytest.mark.parametrize("path", ["saw/", "look/", "look/end/"])
def test_who_may_not_open_the_case_records_and_allows_nothing(sent: Escalation, case: Case, stranger: User, unit: Unit,
                                                             path: str) -> None:
    assert signed_in(stranger).post(page(sent) + path, {"link_0": "gone", "days": "3"}).status_code == 404
    reader = make_member("Rabia", unit, role=Role.ANALYST)
    assert signed_in(reader).post(page(sent) + path, {"link_0": "gone", "days": "3"}).status_code in {403, 404}
    assert Client().post(page(sent) + path, {"link_0": "gone"}).status_code == 302
    assert not Sighting.objects.exists()
    assert not Look.objects.exists()


def test_a_colleague_of_the_unit_records_too(sent: Escalation, bilal: User) -> None:
    signed_in(bilal).post(f"{page(sent)}saw/", {"link_0": "error"})
    assert Sighting.objects.get().by_id == bilal.pk


# --- by machine ---------------------------------------------------------------------------------------------------------
def test_without_a_proxy_nothing_is_offered_and_the_settings_say_so(client: Client, sent: Escalation, ayesha: User) -> None:
    looking.let_unit(unit=sent.case.unit, yes=True, by=ayesha)
    assert "Let the portal look too" not in client.get(page(sent)).content.decode()
    client.post(f"{page(sent)}look/", {"days": "3"})
    assert not Look.objects.exists()
    head = make_member("Head", sent.case.unit, role=Role.SUPERVISOR)
    assert "No proxy is set" in signed_in(head).get("/desk/settings/looking/").content.decode()


def test_a_member_lets_the_portal_look_and_ends_it(world: World, client: Client, sent: Escalation, ayesha: User) -> None:
    looking.let_unit(unit=sent.case.unit, yes=True, by=ayesha)
    assert "Let the portal look too" in client.get(page(sent)).content.decode()
    wrong = client.post(f"{page(sent)}look/", {"days": "31"})
    assert wrong.status_code == 400
    assert 'value="31"' in wrong.content.decode()
    client.post(f"{page(sent)}look/", {"days": "3"})
    look = Look.objects.get()
    assert (look.by_id, look.links, look.until.date()) == (ayesha.pk, [0, 1], (timezone.now() + timedelta(days=3)).date())
    assert "Look no more" in client.get(page(sent)).content.decode()
    client.post(f"{page(sent)}look/end/")
    assert not Look.objects.exists()


def test_a_supervisor_sets_it_for_their_units_and_nobody_else_does(unit: Unit, ayesha: User) -> None:
    other = make_unit("children")
    head = make_member("Head", unit, role=Role.SUPERVISOR)
    address = "/desk/settings/looking/"
    assert signed_in(ayesha).get(address).status_code == 403
    assert signed_in(head).post(address, {"unit": other.code, "look": "on"}).status_code == 404
    assert not LookingUnit.objects.exists()
    signed_in(head).post(address, {"unit": unit.code, "look": "on"})
    assert LookingUnit.objects.get().unit_id == unit.pk
    signed_in(head).post(address, {"unit": unit.code})
    assert not LookingUnit.objects.exists()
