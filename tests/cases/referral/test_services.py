"""Consent for exactly one body, two people where it takes them, and what the reporter reads."""
import uuid
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from cases.audit.models import Entry
from cases.conversation import services as conversation
from cases.conversation.models import Ask
from cases.intake.inbox_services import change_answer, withdraw_report
from cases.models import Case, Consent, StatusChange
from cases.referral import demands, selectors, services
from cases.referral.models import Demand, Ground, Referral
from cases.referral.selectors import Hurdle
from cases.referral.words import Part
from cases.retention import disposal
from cases.retention.models import Disposal
from cases.services import change_status
from cases.statistics import figures
from cases.triage.referral_reading import seal_demand
from cases.vault.models import DataKey
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.cases.referral.conftest import body, in_review
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents

Act, Answer, State = Consent.Act, Consent.Answer, Referral.State


def asked(case: Case, to: str, by: User, ground: Ground = Ground.CONSENT, **given: object) -> Referral:
    why = None if ground == Ground.CONSENT else b"sealed"
    return services.prepare(**{"referral_id": uuid.uuid4(), "case": case, "authority": body(to), "ground": ground, "by": by,
                               "parts": [Part.LINKS], "why": why, **given})


def answered(case: Case, act: Act, answer: Answer) -> None:
    change_answer(case=case, act=act, answer=answer, consent_id=uuid.uuid4())


def told(case: Case) -> list[tuple[str, str]]:
    return list(StatusChange.objects.filter(case=case).exclude(platform="").values_list("said", "platform"))


def test_a_yes_is_to_the_body_that_was_named_and_to_no_other(case: Case, ayesha: User) -> None:
    ask = {"case": case, "kind": Ask.Kind.CONSENT, "about": Act.PASS_CHILD.value, "by": ayesha}
    conversation.ask(**ask, platform="ncrc")
    answered(case, Act.PASS_CHILD, Answer.YES)
    assert [each.authority.slug for each in selectors.choices(case) if each.agreed] == ["ncrc"]
    conversation.ask(**ask, platform="cpwb")
    answered(case, Act.PASS_CHILD, Answer.YES)
    assert {each.authority.slug for each in selectors.choices(case) if each.agreed} == {"ncrc", "cpwb"}
    answered(case, Act.PASS_CHILD, Answer.NO)
    assert not [each for each in selectors.choices(case) if each.agreed], "a no is to all of them"
    answered(case, Act.PASS_CHILD, Answer.YES)
    assert [each.authority.slug for each in selectors.choices(case) if each.agreed] == ["cpwb"], "it was about this one"


def test_the_questions_of_the_report_name_the_police_and_pta_and_nobody_abroad(case: Case) -> None:
    for act in Act:
        reporter_consents(case, act)
    agreed = {each.authority.slug for each in selectors.choices(case) if each.agreed}
    assert agreed == {"nccia", "pta-e-portal", "pta-complaints"}
    reporter_consents(case, Act.PASS_POLICE, Answer.ASK_FIRST)
    assert selectors.hurdle(case, body("nccia"), Ground.CONSENT) == Hurdle.NOT_AGREED


def test_from_the_yes_to_what_came_of_it_the_reporter_reads_each_step(case: Case, ayesha: User, bilal: User) -> None:
    reporter_consents(case, Act.PASS_POLICE)
    one = asked(case, "nccia", ayesha)
    assert one.state == State.READY, "with a yes one person is enough, unless the unit wants two"
    services.take_out(referral=one, sha256="ab" * 32, by=bilal)
    with pytest.raises(services.Quicker):
        services.take_out(referral=one, sha256="cd" * 32, by=ayesha)
    services.handed(referral=one, by=ayesha)
    case.refresh_from_db()
    assert case.status == Status.WAITING_OUTSIDE
    services.answer(referral=one, outcome=State.ACCEPTED, their_reference=b"FIR", by=ayesha)
    services.answer(referral=one, outcome=State.NOTHING, by=ayesha)
    case.refresh_from_db()
    one.refresh_from_db()
    assert (case.status, bytes(one.their_reference or b"")) == (Status.IN_REVIEW, b"FIR")
    assert told(case) == [("passed_on", "nccia"), ("authority_accepted", "nccia"), ("authority_nothing", "nccia")]
    events = Entry.objects.filter(event__startswith="referral_").order_by("at").values_list("event", flat=True)
    assert list(events) == ["referral_asked", "referral_taken", "referral_handed", "referral_told", "referral_accepted",
                            "referral_nothing"]


def test_without_a_yes_a_supervisor_who_is_somebody_else_agrees(case: Case, child: Case, ayesha: User, bilal: User,
                                                                 sana: User) -> None:
    with pytest.raises(services.Refused):
        asked(case, "nccia", ayesha)
    with pytest.raises(ValueError, match="reason"):
        asked(case, "nccia", ayesha, Ground.DANGER, why=None)
    with pytest.raises(services.Refused) as refused:
        asked(case, "ncrc", ayesha, Ground.CHILD_DUTY)
    assert refused.value.hurdle == Hurdle.NO_CHILD
    one = asked(case, "nccia", ayesha, Ground.DANGER)
    for member in (ayesha, bilal):
        with pytest.raises(services.NotTheirs):
            services.agree(referral=one, by=member)
    with pytest.raises(services.Quicker):
        services.take_out(referral=one, sha256="", by=ayesha)
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=one.pk).update(state="ready")
    services.agree(referral=one, by=sana)
    services.take_out(referral=one, sha256="ab" * 32, by=sana)
    assert services.again(referral=one, passphrase=None, by=bilal).state == State.ASKED, "and both agree anew"
    own = asked(child, "ncrc", sana, Ground.CHILD_DUTY)
    with pytest.raises(services.NotTheirs):
        services.agree(referral=own, by=sana)


def test_the_reporter_is_told_unless_that_is_unsafe_and_then_later(case: Case, ayesha: User, sana: User) -> None:
    one = asked(case, "nccia", ayesha, Ground.DANGER, untold=b"sealed")
    services.agree(referral=one, by=sana)
    services.take_out(referral=one, sha256="ab" * 32, by=ayesha)
    services.handed(referral=one, by=ayesha)
    services.answer(referral=one, outcome=State.ACCEPTED, by=ayesha)
    assert told(case) == []
    services.tell(referral=one, by=ayesha)
    with pytest.raises(services.Quicker):
        services.tell(referral=one, by=ayesha)
    assert told(case) == [("passed_danger", "nccia")]


def test_a_yes_that_is_taken_back_stops_what_waits(case: Case, child: Case, ayesha: User, sana: User, bilal: User) -> None:
    reporter_consents(case, Act.PASS_POLICE)
    services.set_policy(unit=case.unit, two_people=True, by=sana)
    one = asked(case, "nccia", ayesha)
    assert one.state == State.ASKED, "the unit wants two"
    with pytest.raises(services.NotTheirs):
        services.agree(referral=one, by=ayesha)
    services.agree(referral=one, by=bilal)
    reporter_consents(case, Act.PASS_POLICE, Answer.NO)
    with pytest.raises(services.Refused):
        services.take_out(referral=one, sha256="", by=ayesha)
    services.drop(referral=one, by=ayesha)
    reporter_consents(child, Act.PASS_POLICE)
    assert asked(child, "nccia", ayesha, parts=[Part.STORY]).state == State.ASKED, "a child's takes two in any case"
    withdraw_report(case=child)
    assert selectors.hurdle(Case.objects.get(pk=child.pk), body("nccia"), Ground.DANGER) == Hurdle.NOT_NOW


def test_who_may_be_told_what(case: Case, child: Case, ayesha: User, unit, sana: User) -> None:
    for act in (Act.PASS_PTA, Act.PASS_POLICE):
        reporter_consents(case, act)
        reporter_consents(child, act)
    for to, part, whose in (("pta-e-portal", Part.STORY, case), ("nccia", Part.FINGERPRINTS, child)):
        with pytest.raises(ValueError, match="parts"):
            asked(whose, to, ayesha, parts=[part])
    accused = in_review(make_case(unit, conflict="cybercrime"), ayesha)
    assert "nccia" not in {each.authority.slug for each in selectors.choices(accused)}
    with pytest.raises(services.Refused):
        asked(accused, "nccia", ayesha, Ground.DANGER)
    new = make_case(unit)
    with pytest.raises(services.Refused):
        asked(new, "nccia", ayesha, Ground.DANGER)
    stranger = make_member("Hina", make_unit("children"), role="supervisor")
    with pytest.raises(services.NotTheirs):
        asked(case, "nccia", stranger)


# --- demands ----------------------------------------------------------------------------------------------------------
def demanded(by: User, unit, case: Case | None = None) -> Demand:
    row = uuid.uuid4()
    key, words = seal_demand(row, unit=unit, case=case, words="the FIR of Xyzzy")
    return demands.register(demand_id=row, unit=unit, case=case, who=Demand.Who.POLICE, law=Demand.Law.NONE,
                            scope=Demand.Scope.CASE if case else Demand.Scope.MANY, key=key, words=words,
                            received_on=case.opened_at.date() if case else "2026-11-23", by=by)


def test_two_supervisors_decide_and_of_many_cases_nothing_is_given(case: Case, unit, ayesha: User, sana: User) -> None:
    other = make_member("Zara", unit, role="supervisor")
    one, many = demanded(ayesha, unit, case), demanded(ayesha, unit)
    assert (one.number, many.number) == (1, 2)
    with pytest.raises(demands.NothingToGive):
        demands.propose(demand=many, decision=Demand.Decision.GIVEN, reason=b"sealed", by=sana)
    with pytest.raises(services.NotTheirs):
        demands.propose(demand=one, decision=Demand.Decision.REFUSED, reason=b"sealed", by=ayesha)
    demands.propose(demand=one, decision=Demand.Decision.PART, reason=b"sealed", by=sana)
    with pytest.raises(services.NotTheirs):
        demands.agree(demand=one, decision=Demand.Decision.PART, by=sana)
    with pytest.raises(services.Quicker):
        demands.agree(demand=one, decision=Demand.Decision.GIVEN, by=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Demand.objects.filter(pk=one.pk).update(second=sana, decided_at="2026-11-23T12:00:00Z")
    demands.agree(demand=one, decision=Demand.Decision.PART, by=other)
    with pytest.raises(services.Quicker):
        demands.propose(demand=one, decision=Demand.Decision.REFUSED, reason=b"sealed", by=sana)
    reporter_consents(case, Act.PASS_POLICE)
    assert selectors.granted(case) == one
    asked(case, "nccia", ayesha, demand=one)
    assert selectors.granted(case) is None
    stranger = make_member("Hina", make_unit("children"), role="supervisor")
    assert not selectors.demands_for(stranger).exists()
    assert not selectors.demands_for(make_member("Rabia", unit, role="analyst")).exists()


def test_demands_are_counted_for_everybody_and_small_numbers_hidden(unit, ayesha: User, sana: User) -> None:
    rows = [demanded(ayesha, unit) for _n in range(12)]
    for row in rows[:11]:
        demands.propose(demand=row, decision=Demand.Decision.REFUSED, reason=b"sealed", by=sana)
        Demand.objects.filter(pk=row.pk).update(second=ayesha, decided_at=row.at)
    found = {table.code: {line.value: line.cells[0] for line in table.lines}
             for table in figures.to_publish([date(2026, 11, 1)]).tables}
    assert found["demander"]["police"] == figures.Number(12)
    assert found["demand"]["refused"] == figures.Number(None), "or the one that waits could be worked out"
    assert found["demand"]["given"] == figures.Number(0)


def test_when_a_case_is_destroyed_its_referrals_go_and_the_register_stays_without_words(case: Case, unit, ayesha: User) -> None:
    reporter_consents(case, Act.PASS_POLICE)
    asked(case, "nccia", ayesha)
    row = demanded(ayesha, unit, case)
    assert row.key in disposal.keys_of(case)
    case = change_status(case=case, to=Status.CLOSED, by=ayesha, outcome=Outcome.REFERRED)
    going = Disposal.objects.create(case=case.pk, digest="0" * 64, why="reporter", outcome="referred", at=case.closed_at)
    disposal.destroy(disposal=going)
    assert not Referral.objects.exists()
    row.refresh_from_db()
    assert (row.case, row.number) == (None, 1)
    assert DataKey.objects.get(pk=row.key_id).destroyed_at
