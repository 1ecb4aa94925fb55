"""The first day: made-up cases for whoever is in the practice unit, and six steps ticked off by what was done in them."""
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client

from cases.audit.models import Entry
from cases.escalation import registry, services as escalation
from cases.escalation.models import Channel
from cases.escalation.notices import Notice
from cases.models import Case, Label
from cases.outbox.models import Job
from cases.public_words import Said
from cases.retention.models import Disposal, Hold
from cases.retention.services import NotForPractice, clear_practice, lift_hold, place_hold
from cases.statistics.models import Tally
from cases.triage import labelling, services
from cases.triage.moves import closing_move
from cases.triage.practice import cases_of
from cases.units.models import Unit
from cases.units.services import set_up_practice
from cases.vault.models import DataKey
from portal.accounts.models import User
from tests.factories.cases import make_member, signed_in
from tests.fixtures.jobs import RunJobs

FIRST, BEGIN = "/desk/first-day/", "/desk/first-day/begin/"


@pytest.fixture(autouse=True)
def places(settings: LazySettings, tmp_path: Path) -> None:
    settings.TOMBSTONES = tmp_path / "tombstones"


@pytest.fixture
def practice(db: None) -> Unit:
    return set_up_practice()


@pytest.fixture
def maryam(practice: Unit) -> User:
    return make_member("Maryam Iqbal", practice)


def begun(member: User) -> list[Case]:
    assert signed_in(member).post(BEGIN).headers["Location"] == FIRST
    return list(cases_of(member))


def done(browser: Client) -> list[str]:
    return [step.guide.code for step in browser.get(FIRST).context["walk"].steps if step.done]


def notice_for(case: Case, by: User) -> None:
    registry.seed()
    channel = Channel.objects.get(platform__slug="tiktok", kind="email", harms=[])
    escalation.request(case=case, channel=channel, by=by, notice=Notice(
        reference=escalation.new_reference(), links=("https://practice.example/page/1",), hashes=(), reasons="For practice.",
        policy="", law="", child=False, signature="M. Iqbal, Ministry"))


def test_each_step_is_ticked_off_by_what_the_member_did(maryam: User, practice: Unit) -> None:
    browser = signed_in(maryam)
    assert "Make my practice cases" in browser.get(FIRST).content.decode()
    cases = begun(maryam)
    assert {case.language for case in cases} == {"ur", "en"}
    assert done(browser) == []
    case = next(case for case in cases if case.language == "en")
    page = browser.get(f"/desk/case/{case.ref}/").content.decode()
    assert "somebody took over my account" in page, "it is sealed, and opens"
    assert "For practice: this case is made up." in page
    assert done(browser) == ["open"]
    browser.post(f"/desk/case/{case.ref}/read/")
    assert done(browser) == ["open", "read"]
    services.hand(case=case, to=maryam, by=maryam)
    services.reply(case=case, message_id=uuid4(), body=b"sealed", by=maryam)
    labelling.add_label(case=case, label=Label.objects.get(unit=practice), by=maryam)
    assert done(browser) == ["open", "read", "answer", "label"]
    notice_for(case, maryam)
    services.move(case=case, choice=closing_move(Said.CLOSED_ADVISED), by=maryam)
    assert done(browser) == ["open", "read", "answer", "label", "escalate", "close"]
    assert "That is all of it." in browser.get(FIRST).content.decode()
    colleague = make_member("Hamza Ali", practice)
    begun(colleague)
    assert done(signed_in(colleague)) == [], "what somebody else did ticks nothing off"


def test_to_begin_anew_destroys_what_was_there_and_counts_nothing(maryam: User, practice: Unit, run_jobs: RunJobs) -> None:
    first = begun(maryam)
    notice_for(services.hand(case=first[0], to=maryam, by=maryam), maryam)
    held = first[1]
    place_hold(case=held, reason=Hold.Reason.REVIEW, by=maryam)
    second = begun(maryam)
    assert not {case.pk for case in first} & {case.pk for case in second}
    run_jobs()
    assert set(Case.objects.filter(unit=practice)) == {held, *second}, "what is held stays"
    assert set(Disposal.objects.values_list("why", flat=True)) == {"practice"}
    assert not Disposal.objects.filter(finished_at=None).exists()
    assert DataKey.objects.filter(destroyed_at__isnull=False).count() == 5           # two of each case, one of the notice
    assert not Tally.objects.exists()
    assert Entry.objects.filter(event="practice_begun", actor=str(maryam.pk)).count() == 2
    lift_hold(case=held, because=Hold.Lifted.OVER, by=maryam)
    third = begun(maryam)
    run_jobs()
    assert set(Case.objects.filter(unit=practice)) == set(third)


def test_whoever_is_not_in_the_practice_unit_gets_no_cases(client: Client, case: Case, ayesha: User, practice: Unit) -> None:
    make_member("Maryam Iqbal", practice)
    assert "You are not in the practice unit" in client.get(FIRST).content.decode()
    assert client.post(BEGIN).status_code == 403
    analyst = signed_in(make_member("Zara", practice, role="analyst"))
    assert (analyst.get(FIRST).status_code, analyst.post(BEGIN).status_code) == (403, 403)
    assert Client().get(FIRST).status_code == 302
    with pytest.raises(NotForPractice):
        clear_practice(case=case, by=ayesha)
    assert not Disposal.objects.exists()


def test_without_a_key_nothing_is_made_and_nothing_goes(practice: Unit) -> None:
    waits = make_member("Maryam Iqbal", practice, keys=False)
    browser = signed_in(waits)
    page = browser.post(BEGIN, follow=True).content.decode()
    assert "no key that can be trusted" in page
    assert "nobody holds the key" in page
    make_member("Hamza Ali", practice)
    page = browser.get(FIRST).content.decode()
    assert "<bdi>Hamza Ali</bdi>" in page, "who can hand it over"
    assert "Make my practice cases" not in page, "she could not read them"
    assert not Case.objects.exists()
    assert not Entry.objects.filter(event="practice_begun").exists()


def test_the_queue_says_which_cases_are_for_practice(maryam: User, practice: Unit, case: Case, client: Client) -> None:
    begun(maryam)
    queue = signed_in(maryam, language="ur").get("/desk/").content.decode()
    assert queue.count(">مشق</span>") == 3
    assert FIRST in queue
    assert FIRST in signed_in(maryam).get("/desk/today/").content.decode(), "nothing real waits for her"
    real = client.get("/desk/").content.decode()
    assert FIRST not in real
    assert "For practice" not in client.get(f"/desk/case/{case.ref}/").content.decode()


def test_a_member_of_two_units_sees_both_and_can_mix_nothing(practice: Unit, unit: Unit) -> None:
    both = make_member("Nadia Shah", unit, practice, role="supervisor")
    case = begun(both)[0]
    browser = signed_in(both)
    for page in ("transfer", "consult"):
        offered = browser.get(f"/desk/case/{case.ref}/{page}/").context["form"].fields["unit"].queryset
        assert not offered.exists(), page
    assert [each.unit for each in browser.get("/desk/load/").context["loads"]] == [unit]
    assert [each.unit for each in browser.get("/desk/today/").context["page"].units] == [unit]
    assert [pk for pk, _name in browser.get("/desk/settings/webhooks/").context["form"].fields["unit"].choices] == [str(unit.pk)]
    assert not Job.objects.filter(task__startswith="notifications.").exists()
