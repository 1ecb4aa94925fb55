"""Who may decide that a case goes."""
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.audit.models import Entry
from cases.models import Case
from cases.outbox.models import Job
from cases.retention import services
from cases.retention.models import Disposal, Hold, Proposal, Schedule
from cases.retention.periods import LEAST_DAYS, MOST_DAYS, PERIODS
from cases.retention.services import Held, Refusal, Refused, TooLate
from cases.services import change_status, mark_read
from cases.workflow import Outcome, Status
from tests.factories.cases import make_case, make_unit, reporter_writes

Reason, Lifted = Hold.Reason, Hold.Lifted


def propose() -> int:
    return services.propose(timezone.now())


def refusal_of(act, case, by) -> Refusal | None:
    try:
        act(case=case, by=by)
    except Refused as error:
        return error.reason
    return None


# --- schedules --------------------------------------------------------------------------------------------------------
def test_every_outcome_has_a_period_with_a_reason_in_both_languages(office):
    assert {row.outcome for row in Schedule.objects.filter(unit=None)} == set(Outcome.values)
    for row in Schedule.objects.all():
        assert all([row.name_en, row.name_ur, row.reason_en, row.reason_ur])
        assert LEAST_DAYS <= row.days <= MOST_DAYS
    assert Schedule.objects.count() == len(PERIODS)


def test_setting_up_again_keeps_what_the_ministry_changed(office):
    Schedule.objects.filter(unit=None, outcome="removed").update(days=500)
    assert services.set_up_schedules() == 0
    assert Schedule.objects.get(unit=None, outcome="removed").days == 500


def test_the_database_refuses_a_period_out_of_bounds(office):
    for days in (LEAST_DAYS - 1, MOST_DAYS + 1):
        with pytest.raises(IntegrityError), transaction.atomic():
            Schedule.objects.filter(unit=None, outcome="removed").update(days=days)


# --- proposals --------------------------------------------------------------------------------------------------------
def test_the_night_proposes_what_is_due_and_destroys_nothing(case, close):
    close(case, days=364)
    assert propose() == 0
    close_again = Case.objects.filter(pk=case.pk)
    close_again.update(closed_at=timezone.now() - timedelta(days=366))
    assert (propose(), propose()) == (1, 0)
    assert Proposal.objects.get().case == case
    assert Case.objects.filter(pk=case.pk).exists()
    assert Entry.objects.get(event="disposal_proposed").actor == "system"


def test_a_units_own_period_counts_instead_of_the_general_one(office, close):
    case = close(make_case(make_unit("children")), days=400)
    assert propose() == 0                        # 1095 days there
    Schedule.objects.filter(unit__code="children").delete()
    assert propose() == 1
    assert Proposal.objects.get().case == case


def test_what_is_reopened_is_no_longer_proposed_and_cannot_be_confirmed(case, close, nadia, imran):
    close(case)
    propose()
    services.approve(case=case, by=nadia)
    change_status(case=Case.objects.get(pk=case.pk), to=Status.IN_REVIEW, by=nadia)
    assert refusal_of(services.confirm, case, imran) == Refusal.NOT_DUE
    propose()
    assert not Proposal.objects.exists()


def test_what_the_reporter_wrote_after_closing_is_read_before_anything_goes(case, close, nadia, imran):
    """Two supervisors see a list of references; the message would go with the case, unread."""
    close(case)
    propose()
    services.approve(case=case, by=nadia)
    reporter_writes(case, "He is back. Please do not delete anything.")
    assert refusal_of(services.confirm, case, imran) == Refusal.NOT_DUE
    propose()
    assert not Proposal.objects.exists()
    mark_read(case=case, by=nadia)
    assert propose() == 1


# --- two people -------------------------------------------------------------------------------------------------------
def test_two_different_people_and_nothing_less(case, close, nadia, imran):
    close(case)
    assert refusal_of(services.approve, case, nadia) == Refusal.NOT_DUE      # never proposed
    propose()
    assert refusal_of(services.confirm, case, imran) == Refusal.NOT_APPROVED
    services.approve(case=case, by=nadia)
    assert refusal_of(services.confirm, case, nadia) == Refusal.SAME_PERSON
    assert refusal_of(services.approve, case, imran) == Refusal.ALREADY
    decided = services.confirm(case=case, by=imran)
    assert services.confirm(case=case, by=imran) == decided                  # pressed twice
    assert (decided.approved_by_id, decided.confirmed_by_id) == (nadia.pk, imran.pk)
    assert Job.objects.filter(task="retention.carry_out").count() == 1


def test_the_database_knows_the_rule_too(case, nadia):
    with pytest.raises(IntegrityError), transaction.atomic():
        Disposal.objects.create(digest="0" * 64, case=case.pk, why="schedule", at=timezone.now(),
                                approved_by=nadia, confirmed_by=nadia)


def test_an_approval_can_be_taken_back_by_either(case, close, nadia, imran):
    close(case)
    propose()
    services.approve(case=case, by=nadia)
    services.put_back(case=case, by=imran)
    assert refusal_of(services.confirm, case, imran) == Refusal.NOT_APPROVED
    services.approve(case=case, by=imran)
    assert services.confirm(case=case, by=nadia).why == Disposal.Why.SCHEDULE


# --- holds ------------------------------------------------------------------------------------------------------------
def test_a_hold_stops_schedule_two_people_and_reporter_until_it_is_lifted(case, close, nadia, imran):
    close(case)
    propose()
    services.approve(case=case, by=nadia)
    services.place_hold(case=case, reason=Reason.COURT, by=imran)
    assert not Proposal.objects.exists()
    assert propose() == 0
    assert refusal_of(services.confirm, case, imran) == Refusal.HELD
    with pytest.raises(Held):
        services.erase(case=case)
    services.lift_hold(case=case, because=Lifted.OVER, by=nadia)
    assert propose() == 1
    assert services.erase(case=case).why == Disposal.Why.REPORTER
    assert [(entry.event, entry.details) for entry in Entry.objects.filter(event__startswith="hold")] == [
        ("hold_placed", {"reason": "court"}), ("hold_lifted", {"reason": "over"})]


def test_one_hold_at_a_time_and_each_says_who_and_why(case, nadia, imran):
    services.place_hold(case=case, reason=Reason.AUTHORITY, by=nadia)
    with pytest.raises(TooLate):
        services.place_hold(case=case, reason=Reason.COURT, by=imran)
    services.lift_hold(case=case, because=Lifted.MISTAKE, by=imran)
    services.lift_hold(case=case, because=Lifted.OVER, by=nadia)             # nothing to lift
    services.place_hold(case=case, reason=Reason.COURT, by=imran)
    first, second = Hold.objects.all()
    assert (first.by, first.lifted_by, first.lifted_because) == (nadia, imran, Lifted.MISTAKE)
    assert (second.reason, second.lifted_at) == (Reason.COURT, None)


def test_what_is_decided_cannot_be_held_any_more(case, nadia):
    services.erase(case=case)
    with pytest.raises(TooLate):
        services.place_hold(case=case, reason=Reason.COURT, by=nadia)


def test_the_database_itself_refuses_to_delete_a_held_case(nadia):
    case = make_case(make_unit())
    services.place_hold(case=case, reason=Reason.COURT, by=nadia)
    case.history.all().delete()                      # so that only the hold is in the way
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="cases_retention_hold"), transaction.atomic():
            cursor.execute("DELETE FROM cases_case WHERE id = %s", [case.pk])
