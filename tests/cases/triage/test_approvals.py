"""A unit that wants a second person: from compose to approve or give back, by who wrote it, a colleague and a stranger."""
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.escalation import approvals, second
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


# --- where it stands until then ---------------------------------------------------------------------------------------
def waits_today(client: Client) -> int:
    lines = [line for each in client.get("/desk/today/").context["page"].units for line in each.lines if "second" in line.address]
    assert len(client.get("/desk/" + lines[0].address).context["rows"]) == lines[0].count
    return lines[0].count


def asked_on(client: Client, path: str) -> bool:
    return "read it, and let it leave or give it back" in client.get(path).content.decode()


def test_what_waits_stands_on_today_and_among_the_tasks_of_who_may_decide(client: Client, bilal: User, case: Case,  # noqa: F811
                                                                         by_two: Unit) -> None:
    one, colleague = proposed(client, case), signed_in(bilal)
    there = ("/desk/tasks/", f"/desk/case/{case.ref}/")
    assert [waits_today(colleague), *(asked_on(colleague, path) for path in there)] == [1, True, True]
    assert [waits_today(client), *(asked_on(client, path) for path in there)] == [0, False, False], "not its author"
    analyst = signed_in(make_member("Zara", role="analyst"))
    assert analyst.get("/desk/today/").status_code == 403
    assert not second.waiting(User.objects.get(name="Zara")).exists()
    colleague.post(f"/desk/case/{case.ref}/notice/{one.reference}/second/", {"act": "return", "reason": WHY})
    assert [waits_today(colleague), *(asked_on(colleague, path) for path in there)] == [0, False, False]


def test_after_a_working_day_the_supervisors_are_reminded_once(client: Client, bilal: User, case: Case, by_two: Unit) -> None:  # noqa: F811
    one = proposed(client, case)
    friday = datetime.fromisoformat("2026-11-20T16:00+05:00")           # an hour of its day is left
    Approval.objects.update(at=friday)
    saturday, monday = friday + timedelta(days=1), friday + timedelta(days=3)
    assert [second.remind(moment) for moment in (saturday, monday - timedelta(hours=1, minutes=1))] == [0, 0]
    assert second.remind(monday) == 1
    assert second.remind(monday + timedelta(days=9)) == 0, "once"
    told = set(News.objects.filter(occasion="undecided").values_list("member__name", flat=True))
    assert told == {"Head"}
    assert "has waited for a second person" in signed_in(User.objects.get(name="Head")).get("/desk/news/").content.decode()
    Approval.objects.update(reminded_at=None)
    approvals.give_back(escalation=one, reason=b"sealed", by=bilal)
    assert second.remind(monday) == 0, "it is decided"


def test_a_supervisor_who_wrote_it_reminds_the_others(bilal: User, case: Case, by_two: Unit) -> None:  # noqa: F811
    head = User.objects.get(name="Head")
    proposed(signed_in(head), case)
    Approval.objects.update(at=timezone.now() - timedelta(days=9))
    assert second.remind(timezone.now()) == 1
    told = set(News.objects.filter(occasion="undecided").values_list("member__name", flat=True))
    assert bilal.name in told
    assert "Head" not in told
