"""A notice that follows an earlier one, from the composing page."""
import pytest
from django.test import Client

from cases.escalation.models import Channel, Escalation
from cases.models import Case, Consent
from portal.accounts.models import User
from tests.cases.triage.test_escalate import LINK, address, case, typed
from tests.factories.cases import make_case, make_unit, reporter_consents, signed_in
from tests.fixtures.jobs import RunJobs

__all__ = ["case"]


@pytest.fixture
def first(client: Client, case: Case, run_jobs: RunJobs) -> Escalation:
    """Sent, and not answered."""
    client.post(address(case), typed(client, case, reasons="It is mine.", law="PECA 2016 s. 21") | {"send": "1"})
    run_jobs()
    return Escalation.objects.get()


def test_a_reminder_begins_with_the_words_of_the_first_and_names_it(client: Client, case: Case, first: Escalation) -> None:
    here = f"{address(case)}?earlier={first.pk}"
    page = client.get(here)
    form = page.context["form"].initial
    assert (form["links"], form["reasons"]) == (LINK, "It is mine.")
    assert form["reference"] != first.reference
    assert f'name="earlier" value="{first.pk}"' in page.content.decode()
    filled = {name: str(value) for name, value in form.items() if value} | {"earlier": str(first.pk), "step": ""}
    assert f"our earlier request {first.reference}".lower() in client.post(here, filled).content.decode().lower()
    client.post(here, filled | {"send": "1"})
    second = Escalation.objects.get(earlier=first)
    assert (second.step, second.reference) == ("reminder", form["reference"])
    shown = client.get(f"/desk/case/{case.ref}/notice/{second.reference}/").content.decode()
    assert f"/notice/{first.reference}/" in shown


def test_of_copies_only_the_places_that_were_not_named_yet(client: Client, case: Case, first: Escalation) -> None:
    form = client.get(f"{address(case)}?earlier={first.pk}&step=copies").context["form"]
    assert form.initial["links"] == ""


def test_somebody_elses_rules_are_not_those_of_the_first(client: Client, case: Case, first: Escalation) -> None:
    host = Channel.objects.get(platform__slug="godaddy")
    page = client.get(f"/desk/case/{case.ref}/escalate/{host.pk}/?earlier={first.pk}")
    assert "Universal Terms" in page.context["form"].initial["policy"]
    assert page.context["form"].initial["links"] == LINK


def test_what_is_not_of_this_report_is_not_there(client: Client, case: Case, first: Escalation, ayesha: User,
                                                 bilal: User, stranger: User) -> None:
    other = make_case(make_unit(), platforms=("tiktok",))
    reporter_consents(other, Consent.Act.ASK_PLATFORM)
    for query in (f"earlier={first.pk}", "earlier=x"):
        assert client.get(f"{address(other)}?{query}").status_code == 404
    assert client.get(f"{address(case)}?earlier=x").status_code == 404
    assert signed_in(bilal).get(f"{address(case)}?earlier={first.pk}").status_code == 200
    assert signed_in(stranger).get(f"{address(case)}?earlier={first.pk}").status_code == 404
    forged = typed(client, case) | {"earlier": "00000000-0000-4000-8000-000000000000", "send": "1"}
    assert client.post(address(case), forged).status_code == 404
    assert Escalation.objects.count() == 1


def test_a_draft_remembers_what_it_was_begun_as(client: Client, case: Case, first: Escalation) -> None:
    number = address(case).rstrip("/").rsplit("/", 1)[1]
    kept = typed(client, case, reasons="Half a") | {"earlier": str(first.pk), "step": "second", "draft": "0"}
    client.post(f"/desk/case/{case.ref}/draft/notice-{number}/", kept)
    page = client.get(address(case))
    assert page.context["follows"].step == "second"
    assert page.context["form"].initial["reasons"] == "Half a"
