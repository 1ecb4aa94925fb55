"""The next step after a notice, on its page, on the case page and among the tasks; a person decides."""
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.conversation.services import back_online
from cases.escalation import services
from cases.escalation.chasing import chase
from cases.escalation.ladder_models import Deferral
from cases.escalation.models import Answer, Authority, Channel, Escalation
from cases.models import Case
from cases.priority import Body, Harm
from cases.referral.models import Referral
from cases.services import assign, change_status
from cases.triage.next_steps import advice_for
from cases.units.models import Unit
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.cases.triage.test_escalate import address, case, in_review, typed
from tests.factories.cases import make_case, signed_in
from tests.fixtures.jobs import RunJobs

__all__ = ["case"]
State = Escalation.State
REASON = "The reporter asks us to stop."


@pytest.fixture
def silent(client: Client, case: Case, ayesha: User, run_jobs: RunJobs) -> Escalation:
    """Sent three days ago by Ayesha, who has the case; TikTok has said nothing."""
    return asked(client, case, ayesha, run_jobs)


def asked(client: Client, case: Case, by: User, run_jobs: RunJobs) -> Escalation:
    assign(case=case, to=by, by=by)
    case.refresh_from_db()
    client.post(address(case), typed(client, case, hashes="") | {"send": "1"})
    run_jobs()
    ago = timezone.now() - timedelta(days=3)
    Escalation.objects.filter(case=case).update(sent_at=ago, next_check_at=ago + timedelta(days=2))
    chase(timezone.now())
    return Escalation.objects.get(case=case)


def page_of(one: Escalation) -> str:
    return f"/desk/case/{one.case.ref}/notice/{one.reference}/"


def body(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200, where
    return answer.content.decode()


def test_nothing_is_suggested_while_their_answer_lies_unread(client: Client, silent: Escalation, case: Case) -> None:
    mail_of_theirs = Answer.objects.create(case=case, escalation=silent, at=timezone.now(), kind=Answer.Kind.ANSWER.value,
                                           way=Answer.Way.MAIL.value)
    assert case.pk not in advice_for([case])
    assert "Remind" not in body(client, page_of(silent))
    Answer.objects.filter(pk=mail_of_theirs.pk).update(sorted_at=timezone.now())
    assert case.pk in advice_for([case])


def test_silence_suggests_a_reminder_everywhere_and_one_press_begins_it(client: Client, silent: Escalation, case: Case) -> None:
    assert silent.state == State.NO_ANSWER
    [advice] = advice_for([case])[case.pk]
    where = advice.address.replace("&", "&amp;")
    for page in (page_of(silent), f"/desk/case/{case.ref}/"):
        assert where in body(client, page), page
        assert "Remind" in body(client, page)
    tasks = body(client, "/desk/tasks/")
    assert "Next step:" in tasks
    assert "decide what comes next" not in tasks, "one task for one thing"
    before = Escalation.objects.count()
    composing = client.get(advice.address)
    assert composing.context["form"].initial["links"]
    assert composing.context["follows"].earlier == silent
    assert Escalation.objects.count() == before, "nothing leaves by itself"


def test_a_step_that_was_taken_is_suggested_no_more(client: Client, silent: Escalation, case: Case, run_jobs: RunJobs) -> None:
    [advice] = advice_for([case])[case.pk]
    form = client.get(advice.address).context["form"].initial
    filled = {name: str(value) for name, value in form.items() if value} | {
        "earlier": str(silent.pk), "step": "reminder", "send": "1"}
    client.post(advice.address, filled)
    assert case.pk not in advice_for([case]), "one is on its way"
    run_jobs()
    case.refresh_from_db()
    [advice] = advice_for([case])[case.pk]
    assert (advice.suggestion.step, advice.now) == ("second", False)
    assert "Remind" not in body(client, "/desk/tasks/")
    assert "Suggested from:" in body(client, page_of(silent))


def test_not_now_and_not_at_all_are_recorded_and_hold_until_something_new(
        client: Client, silent: Escalation, case: Case, ayesha: User) -> None:
    where = page_of(silent) + "next/"
    assert client.post(where, {"act": "later", "days": "0"}).status_code == 400
    assert client.post(where, {"act": "later", "days": "3"}).status_code == 302
    assert "Put off by" in body(client, page_of(silent))
    assert "Next step:" not in body(client, "/desk/tasks/")
    Deferral.objects.update(until=timezone.localdate())
    assert "Next step:" in body(client, "/desk/tasks/"), "that day has come"
    assert client.post(where, {"act": "end", "reason": "no"}).status_code == 400
    assert client.post(where, {"act": "end", "reason": REASON}).status_code == 302
    assert REASON in body(client, page_of(silent))
    assert REASON not in body(signed_in(ayesha, unlocked=False), page_of(silent))
    assert REASON.encode() not in bytes(Deferral.objects.get(until=None).reason or b"")
    assert "Next step:" not in body(client, f"/desk/case/{case.ref}/")
    services.answer(escalation=silent, outcome=State.REFUSED, by=ayesha, reason="rules")
    assert "Second notice to" in body(client, f"/desk/case/{case.ref}/"), "a refusal is new"
    events = set(Entry.objects.filter(event__startswith="next_step").values_list("event", flat=True))
    assert events == {"next_step_put_off", "next_step_ended"}
    assert client.post(where, {"act": "dance"}).status_code == 404


def test_a_colleague_may_and_a_stranger_may_not(client: Client, silent: Escalation, bilal: User, stranger: User) -> None:
    where = page_of(silent) + "next/"
    assert signed_in(stranger).post(where, {"act": "later", "days": "3"}).status_code == 404
    assert Client().post(where, {"act": "later", "days": "3"}).status_code in {302, 403}
    assert not Deferral.objects.exists()
    locked = signed_in(bilal, unlocked=False).post(where, {"act": "end", "reason": REASON})
    assert locked.status_code != 302, "it has to be sealed"
    assert signed_in(bilal).post(where, {"act": "later", "days": "3"}).status_code == 302
    assert Deferral.objects.get().by == bilal


def test_a_ladder_leads_from_platform_to_search_engine_to_pta(client: Client, silent: Escalation, case: Case, ayesha: User,
                                                            run_jobs: RunJobs) -> None:
    services.answer(escalation=silent, outcome=State.REFUSED, by=ayesha, reason="rules")
    Escalation.objects.filter(pk=silent.pk).update(step="second")
    [advice] = advice_for([case])[case.pk]
    assert advice.suggestion.to == "google"
    offered = client.get(advice.address)
    assert {way.channel.platform.slug for way in offered.context["ways"]} == {"google"}
    assert f"earlier={silent.pk}" in offered.content.decode()
    google = Channel.objects.get(platform__slug="google")
    chosen = client.get(f"{advice.address}&way={google.pk}")
    assert f"earlier={silent.pk}" in chosen.headers["Location"]
    Escalation.objects.filter(pk=silent.pk).update(answered_at=timezone.now() - timedelta(days=9))
    found = client.get(chosen.headers["Location"]).context["form"].initial
    filled = {name: str(value) for name, value in found.items() if value} | {
        "earlier": str(silent.pk), "step": "search", "send": "1"}
    client.post(chosen.headers["Location"], filled)
    search = Escalation.objects.get(step="search")
    client.post(page_of(search) + "filled/", {"their_reference": ""})
    Escalation.objects.filter(pk=search.pk).update(sent_at=timezone.now() - timedelta(days=9), next_check_at=timezone.now())
    chase(timezone.now())
    [advice] = advice_for([case])[case.pk]
    assert (advice.suggestion.step, advice.suggestion.to, advice.now) == ("regulator", "pta-e-portal", True)
    assert "PTA" in client.get(advice.address).content.decode()
    case.conflict = Body.PTA.value
    assert case.pk not in advice_for([case]), "the accused may work there"
    case.conflict = ""
    Referral.objects.create(case=case, authority=Authority.objects.get(slug="pta-e-portal"), reference="RF-2", ground="consent",
                            parts=[], by=ayesha, asked_at=timezone.now())
    assert case.pk not in advice_for([case])
    assert "decide what comes next" in body(client, "/desk/tasks/"), "the ladder has ended: a person decides what then"


def test_what_is_online_again_is_chased_again(client: Client, silent: Escalation, case: Case, ayesha: User) -> None:
    services.answer(escalation=silent, outcome=State.ACTIONED, by=ayesha)
    assert case.pk not in advice_for([case])
    back_online(case=case)
    case.refresh_from_db()
    [advice] = advice_for([case])[case.pk]
    assert (advice.suggestion.step, advice.suggestion.why) == ("second", "back")


def test_a_closed_case_is_chased_no_more(silent: Escalation, case: Case, ayesha: User) -> None:
    case.refresh_from_db()
    change_status(case=case, to=Status.CLOSED, by=ayesha, outcome=Outcome.REMOVED)
    case.refresh_from_db()
    assert advice_for([case]) == {}


def test_of_somebody_in_danger_no_ladder_leads_to_an_authority(client: Client, unit: Unit, ayesha: User, run_jobs: RunJobs,
                                                               case: Case) -> None:
    outed = in_review(make_case(unit, harm=Harm.OUTING, platforms=("tiktok",), links=("https://tiktok.example/v/2",)), ayesha)
    one = asked(client, outed, ayesha, run_jobs)
    for step in ("reminder", "second"):
        Escalation.objects.filter(pk=one.pk).update(step=step)
        assert not [each for each in advice_for([outed]).get(outed.pk, []) if each.suggestion.step == "regulator"]


def test_practice_suggests_and_sends_nothing(client: Client, unit: Unit, case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    Unit.objects.filter(pk=unit.pk).update(practice=True)
    case.refresh_from_db()
    client.post(address(case), typed(client, case, hashes="") | {"send": "1"})
    run_jobs()
    Escalation.objects.update(requested_at=timezone.now() - timedelta(days=3))
    [advice] = advice_for([case])[case.pk]
    assert (advice.suggestion.step, advice.now) == ("reminder", True)
    assert client.get(advice.address).status_code == 200
    assert not mail.outbox


def test_copies_begin_with_the_places_that_nobody_was_asked_about(client: Client, silent: Escalation, case: Case) -> None:
    assert f"?earlier={silent.pk}&amp;step=copies" in body(client, page_of(silent))
    ways = client.get(f"/desk/case/{case.ref}/escalate/?earlier={silent.pk}&step=copies")
    elsewhere = Channel.objects.filter(platform__slug="onlyfans").get()
    assert f"/escalate/{elsewhere.pk}/?earlier={silent.pk}&amp;step=copies" in ways.content.decode()
    here = f"/desk/case/{case.ref}/escalate/{elsewhere.pk}/?earlier={silent.pk}&step=copies"
    form = client.get(here).context["form"].initial
    assert (form["links"], form["hashes"]) == ("", True), "found there by its fingerprint"
    filled = {name: str(value) for name, value in form.items() if value} | {
        "links": "https://onlyfans.com/x", "earlier": str(silent.pk), "step": "copies", "hashes": ""}
    preview = client.post(here, filled).content.decode()
    assert f"Our earlier request {silent.reference}" in preview
    assert "Identical copies of it are at the places named here" in preview


QUERIES = 4


def test_it_costs_the_same_however_many_there_are(client: Client, silent: Escalation, case: Case, unit: Unit, ayesha: User,
                                                  run_jobs: RunJobs, django_assert_num_queries) -> None:
    with django_assert_num_queries(QUERIES):
        advice_for([case])
    others = [in_review(make_case(unit, platforms=("tiktok",), links=("https://tiktok.example/v/9",)), ayesha) for _ in range(3)]
    for other in others:
        asked(client, other, ayesha, run_jobs)
    cases = list(Case.objects.all())
    with django_assert_num_queries(QUERIES):
        assert len(advice_for(cases)) == 4
    Escalation.objects.filter(case=case).update(case=others[0])
    with django_assert_num_queries(1):
        assert advice_for([case]) == {}, "a case without a notice asks no more"
