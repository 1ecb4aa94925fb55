"""A unit that wants a second person: from compose to approve or give back, by who wrote it, a colleague and a stranger."""
import pytest
from django.core import mail
from django.test import Client

from cases.audit.models import Entry
from cases.escalation.models import Approval, Escalation, TwoPeople
from cases.models import Case, Consent
from cases.notifications.models import News
from cases.units.models import Unit
from cases.vault.models import DataKeyWrap
from portal.accounts.models import User
from tests.cases.triage.test_escalate import address, case, typed  # noqa: F401  the case in review, with its registry
from tests.factories.cases import make_member, reporter_consents, signed_in
from tests.fixtures.jobs import RunJobs

SETTING = "/desk/settings/notices/"
WHY = "The second link is the affected person's own page."


@pytest.fixture
def by_two(unit: Unit, case: Case) -> Unit:  # noqa: F811
    head = make_member("Head", unit, role="supervisor")
    browser = signed_in(head)
    assert browser.post(SETTING, {"unit": unit.code, "second": "on"}).status_code == 302
    assert "checked" in browser.get(SETTING).content.decode()
    assert TwoPeople.objects.filter(unit=unit).exists()
    assert browser.post(SETTING, {"unit": "another", "second": "on"}).status_code == 404
    return unit


def proposed(client: Client, case: Case) -> Escalation:  # noqa: F811
    page = client.post(address(case), typed(client, case) | {"send": "1"}, follow=True)
    assert "A second person has to read the notice" in page.content.decode()
    return Escalation.objects.latest("requested_at")


def left(one: Escalation) -> int:
    return sum(one.channel.address in message.to for message in mail.outbox)


def test_a_colleague_reads_it_and_only_then_it_leaves(client: Client, bilal: User, stranger: User, case: Case, by_two: Unit,  # noqa: F811
                                                     run_jobs: RunJobs) -> None:
    one = proposed(client, case)
    worker = DataKeyWrap.objects.filter(key=one.notice_key_id, recipient="worker")
    run_jobs()
    assert (one.state, left(one), worker.exists()) == ("proposed", 0, False)
    here = f"/desk/case/{case.ref}/notice/{one.reference}/second/"
    assert client.post(here, {"act": "approve"}).status_code == 409, "nobody decides on their own"
    assert signed_in(stranger).post(here, {"act": "approve"}).status_code == 404
    assert signed_in(make_member("Zara", role="analyst")).get("/desk/notices/").status_code == 403
    assert signed_in(bilal, unlocked=False).post(here, {"act": "approve"}).status_code != 302
    one.refresh_from_db()
    assert one.state == "proposed"
    assert News.objects.filter(occasion="approval", member=bilal).exists()
    colleague = signed_in(bilal)
    assert one.reference in colleague.get("/desk/notices/").content.decode()
    assert one.reference not in signed_in(stranger).get("/desk/notices/").content.decode()
    page = colleague.get(f"/desk/case/{case.ref}/notice/{one.reference}/").content.decode()
    assert "Let it leave" in page
    assert colleague.post(here, {"act": "approve"}).status_code == 302
    assert worker.exists()
    run_jobs()
    one.refresh_from_db()
    assert (one.state, left(one), Approval.objects.get().decided_by) == ("sent", 1, bilal)
    assert News.objects.filter(occasion="approved", member=one.by).exists()
    assert colleague.post(here, {"act": "approve"}).status_code == 409
    assert {"notice_second_asked", "notice_approved"} <= set(Entry.objects.values_list("event", flat=True))


def test_one_that_goes_back_says_why_and_is_written_anew(client: Client, bilal: User, case: Case, by_two: Unit) -> None:  # noqa: F811
    one = proposed(client, case)
    here, colleague = f"/desk/case/{case.ref}/notice/{one.reference}/", signed_in(bilal)
    assert colleague.post(f"{here}second/", {"act": "return", "reason": "no"}).status_code == 400
    assert colleague.post(f"{here}second/", {"act": "return", "reason": WHY}).status_code == 302
    assert WHY.encode() not in bytes(Approval.objects.get().reason or b"")
    page = client.get(here).content.decode()
    assert WHY.replace("'", "&#x27;") in page
    assert f"again={one.reference}" in page
    anew = client.get(f"{address(case)}?again={one.reference}").context["form"].initial
    assert anew["reference"] != one.reference
    assert "tiktok.example" in anew["links"]

def test_a_yes_that_was_taken_back_meanwhile_keeps_it_here(client: Client, bilal: User, case: Case, by_two: Unit) -> None:  # noqa: F811
    one = proposed(client, case)
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    page = signed_in(bilal).post(f"/desk/case/{case.ref}/notice/{one.reference}/second/", {"act": "approve"})
    assert page.status_code == 409
    assert "has not agreed that we ask a platform" in page.content.decode()
    one.refresh_from_db()
    assert one.state == "proposed"
