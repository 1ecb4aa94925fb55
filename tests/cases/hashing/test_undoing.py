"""A match that moves a case, and one that somebody takes back."""
import threading
import time

import pytest
from django.db import IntegrityError, connection, connections, transaction

from cases.audit.models import Entry
from cases.hashing import foreign, listing, services, undoing
from cases.hashing.models import ListEntry, Match
from cases.models import Case, Consent, Exclusion, Link
from cases.outbox.models import Job
from cases.priority import Harm, Level
from cases.services import change_status, link_cases, lock_case, set_priority
from cases.triage.walls import exclude, lift, restrict
from cases.units.models import Unit
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.cases.hashing.conftest import fingerprint, near, new_pdq
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents

WHY = Match.Why.DIFFERENT


@pytest.fixture
def unit(db: None) -> Unit:
    return make_unit()


@pytest.fixture
def ayesha(unit: Unit) -> User:
    return make_member("Ayesha", unit)


@pytest.fixture
def nadia(unit: Unit, ayesha: User) -> User:
    return make_member("Nadia", unit, role="supervisor")


def reported(unit: Unit, *values: str, matched: bool = True, **facts) -> Case:
    """A case with these pictures; a harm that asks for no hurry unless told."""
    case = make_case(unit, **{"harm": Harm.OTHER, **facts})
    services.store(case=case, fingerprints=[fingerprint(n, value) for n, value in enumerate(values, 1)])
    if matched:
        services.match(case_id=case.pk)
    return case


def level(case: Case) -> tuple[int, str]:
    fresh = Case.objects.get(pk=case.pk)
    return fresh.priority, fresh.priority_rule


def urgent_jobs() -> int:
    return Job.objects.filter(task="notifications.urgent").count()


# --- what a match moves ---

def test_one_other_case_makes_both_a_days_matter_and_two_make_them_urgent(unit):
    value = new_pdq()
    first = reported(unit, value)
    assert level(first) == (4, "other")
    second = reported(unit, near(value, 4))
    assert level(first) == level(second) == (3, "seen")
    assert not urgent_jobs()
    third = reported(unit, near(value, 6))
    assert {level(case) for case in (first, second, third)} == {(2, "seen_often")}
    assert urgent_jobs() == 3
    assert Entry.objects.filter(event="priority_raised", actor="system").count() == 5


def test_the_clock_runs_quicker_from_now_and_never_slower(unit):
    value = new_pdq()
    first = reported(unit, value)
    due = Case.objects.get(pk=first.pk).due_at
    for _ in range(2):
        reported(unit, value)
    assert Case.objects.get(pk=first.pk).due_at <= due


def test_a_rule_of_the_report_that_is_as_urgent_stays(unit):
    value = new_pdq()
    first = reported(unit, value, harm=Harm.HONOUR_THREAT)
    second = reported(unit, value, harm=Harm.INTIMATE_IMAGES)
    assert level(first) == (1, "honour")
    assert level(second) == (3, "imagery")
    assert not Entry.objects.filter(event="priority_raised").exists()


def test_a_childs_case_and_a_list_of_others_make_a_case_urgent(unit, django_capture_on_commit_callbacks):
    value, other = new_pdq(), new_pdq()
    reported(unit, value, age_now=15)
    assert level(reported(unit, value)) == (2, "seen_with_child")
    listed = reported(unit, other)
    row = foreign.Row("r1", "pdq", near(other, 8), Case.objects.get(pk=listed.pk).opened_at)
    foreign.take_in(source="ncmec", rows=[row])
    assert level(listed) == (2, "listed")
    foreign.take_in(source="ncmec", rows=[row])
    assert Entry.objects.filter(event="priority_raised", subject=str(listed.pk)).count() == 1
    foreign.take_in(source="children", rows=[row], child=True)
    assert level(listed) == (2, "listed")                                       # no more urgent: but it was noted
    assert Case.objects.get(pk=listed.pk).seen_rule == "listed_child"
    foreign.take_in(source="ncmec", rows=[foreign.Row("r1", "pdq", "", row.updated)])
    assert level(listed) == (2, "listed")                                       # never down by itself


def test_what_a_member_set_stays_until_something_new_is_known(unit, ayesha):
    value = new_pdq()
    first = reported(unit, value)
    reported(unit, value), reported(unit, value)
    set_priority(case=first, level=Level.P4, by=ayesha)
    reported(unit, value)                                                       # the same rule: it has fired
    assert level(first) == (4, "by_hand")
    reported(unit, value, age_now=15)
    assert level(first) == (2, "seen_with_child")


def test_nobody_is_told_of_a_closed_case(unit, ayesha):
    value = new_pdq()
    first = reported(unit, value)
    change_status(case=first, to=Status.IN_REVIEW, by=ayesha)
    change_status(case=first, to=Status.CLOSED, by=ayesha, outcome=Outcome.DUPLICATE)
    reported(unit, value), reported(unit, value)
    assert level(first)[0] == 2
    assert not Job.objects.filter(task="notifications.urgent", payload__case_id=str(first.pk)).exists()


def test_a_case_behind_a_wall_moves_none_that_a_member_behind_it_could_see(unit, ayesha, nadia):
    value = new_pdq()
    hidden = reported(unit, value, age_now=15)
    exclude(case=hidden, member=ayesha, cause=Exclusion.Cause.KNOWS, by=nadia)
    shown = reported(unit, value)
    assert level(shown) == (4, "other")
    assert Case.objects.get(pk=hidden.pk).seen_rule == "seen"                   # its own readers may know of the other
    assert services.refusal(make_adult(shown)) == services.Refusal.CHILD_MATCH  # the rule about children asks nobody


def test_a_lifted_wall_lets_the_case_move_others_after_all(unit, ayesha, nadia, run_jobs):
    value = new_pdq()
    hidden = reported(unit, value, age_now=15)
    wall = exclude(case=hidden, member=ayesha, cause=Exclusion.Cause.KNOWS, by=nadia)
    shown = reported(unit, value)
    assert level(shown) == (4, "other")
    lift(exclusion=wall, reason=b"sealed", by=make_member("Imran", unit, role="supervisor"))
    run_jobs()
    assert level(shown) == (2, "seen_with_child")


def test_a_list_that_turns_out_to_be_of_children_makes_its_cases_as_urgent(unit):
    value = new_pdq()
    case = reported(unit, value)
    foreign.take_in(source="ncmec", rows=[foreign.Row("r1", "pdq", value, case.opened_at)])
    assert Case.objects.get(pk=case.pk).seen_rule == "listed"
    foreign.relabel(source="ncmec", child=True)
    assert Case.objects.get(pk=case.pk).seen_rule == "listed_child"


def make_adult(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(harm=Harm.INTIMATE_IMAGES)
    return Case.objects.get(pk=case.pk)


# --- undoing ---

def test_undoing_takes_the_link_and_the_priority_back_and_restoring_brings_both(unit, ayesha):
    value = new_pdq()
    first, second = reported(unit, value), reported(unit, near(value, 8))
    match = Match.objects.get()
    undoing.undo(match=match, why=WHY, by=ayesha)
    assert not Link.objects.exists()
    assert level(first) == level(second) == (4, "other")
    assert {entry.subject for entry in Entry.objects.filter(event="match_undone", details__why="different")} \
        == {str(first.pk), str(second.pk)}
    undoing.restore(match=match, by=ayesha)
    assert Link.objects.count() == 1
    assert level(first) == level(second) == (3, "seen")


def test_a_link_stays_while_another_picture_or_an_account_holds_it(unit, ayesha):
    one, two = new_pdq(), new_pdq()
    first, second = reported(unit, one, two), reported(unit, one, two)
    link_cases(a=first, b=second, because=Link.Because.HANDLE)
    for match in Match.objects.all():
        assert Link.objects.filter(because="hash").exists()
        undoing.undo(match=match, why=WHY, by=ayesha)
    assert [link.because for link in Link.objects.all()] == ["handle"]


def test_it_is_not_found_anew(unit, ayesha):
    value = new_pdq()
    first, second = reported(unit, value), reported(unit, value)
    undoing.undo(match=Match.objects.get(), why=WHY, by=ayesha)
    for case in (first, second):
        case.media_hashes.update(matched_at=None)
        assert services.match(case_id=case.pk) == []
    assert Match.objects.get().undone_at
    assert not Link.objects.exists()


def test_what_a_member_set_outlives_the_match(unit, ayesha):
    value = new_pdq()
    first, second = reported(unit, value), reported(unit, value)
    set_priority(case=first, level=Level.P1, by=ayesha)
    set_priority(case=second, level=Level.P4, by=ayesha)
    reported(unit, value)
    assert level(second) == (2, "seen_often")
    for match in Match.objects.all():
        undoing.undo(match=match, why=WHY, by=ayesha)
    assert level(first) == (1, "by_hand")
    assert level(second) == (4, "by_hand")


def test_what_still_holds_still_counts(unit, ayesha):
    value = new_pdq()
    first, _second, _third = (reported(unit, value) for _ in range(3))
    undoing.undo(match=Match.objects.filter(b__case=first).first(), why=WHY, by=ayesha)
    assert level(first) == (3, "seen")


def test_a_second_press_changes_nothing(unit, ayesha, nadia):
    value = new_pdq()
    reported(unit, value), reported(unit, value)
    match = Match.objects.get()
    undoing.undo(match=match, why=WHY, by=ayesha)
    undoing.undo(match=match, why=Match.Why.TRIAL, by=nadia)
    fresh = Match.objects.get()
    assert (fresh.undone_by, fresh.undone_why) == (ayesha, "different")
    assert Entry.objects.filter(event="match_undone").count() == 2               # one in the log of each case
    for _ in range(2):
        undoing.restore(match=match, by=ayesha)
    assert Entry.objects.filter(event="match_restored").count() == 2


def test_only_who_opens_both_cases_says_so(unit, ayesha, nadia):
    value, children = new_pdq(), make_unit("children")
    first, second = reported(unit, value), reported(children, value)
    stranger, of_both = make_member("Sana", children), make_member("Rabia", unit, children)
    match = Match.objects.get()
    for member in (ayesha, stranger, make_member("Zia", unit, children, role="analyst")):
        with pytest.raises(undoing.NotYours):
            undoing.undo(match=match, why=WHY, by=member)
    exclude(case=second, member=of_both, cause=Exclusion.Cause.KNOWS, by=of_both)
    with pytest.raises(undoing.NotYours):
        undoing.undo(match=match, why=WHY, by=of_both)
    third = reported(unit, value)
    Case.objects.filter(pk=first.pk).update(assignee=nadia)
    restrict(case=Case.objects.get(pk=first.pk), on=True, by=nadia)
    with pytest.raises(undoing.NotYours):
        undoing.undo(match=Match.objects.get(a__case=third, b__case=first), why=WHY, by=ayesha)


# --- the rule about children ---

def test_a_childs_picture_stays_off_the_adults_list_until_two_agree(unit, ayesha, nadia):
    value = new_pdq()
    reported(unit, value, age_now=15)
    adult = reported(unit, value, harm=Harm.INTIMATE_IMAGES)
    match = Match.objects.get()
    undoing.undo(match=match, why=WHY, by=nadia)
    assert services.refusal(adult) == services.Refusal.CHILD_MATCH
    assert level(adult)[1] == "seen_with_child"
    with pytest.raises(undoing.NotAnother):
        undoing.agree(match=match, by=nadia)
    with pytest.raises(undoing.NotYours):
        undoing.agree(match=match, by=ayesha)                                   # no supervisor
    undoing.agree(match=match, by=make_member("Tariq", unit, role="supervisor"))
    assert services.refusal(adult) is None
    assert level(adult) == (3, "imagery")


def test_the_database_takes_no_agreement_of_one(unit, ayesha):
    value = new_pdq()
    reported(unit, value), reported(unit, value)
    match = undoing.undo(match=Match.objects.get(), why=WHY, by=ayesha)
    for changes in ({"agreed_by": ayesha, "agreed_at": match.undone_at}, {"undone_why": ""}, {"undone_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Match.objects.update(**changes)


def test_restoring_takes_what_was_listed_meanwhile_off_the_adults_list(unit, ayesha, nadia):
    value = new_pdq()
    reported(unit, value, age_now=15)
    adult = reported(unit, value, harm=Harm.INTIMATE_IMAGES)
    reporter_consents(adult, Consent.Act.SHARE_HASHES)
    match = Match.objects.get()
    undoing.undo(match=match, why=WHY, by=ayesha)
    undoing.agree(match=match, by=nadia)
    listing.propose(case=adult, by=ayesha)
    listing.approve(case=adult, by=nadia)
    undoing.restore(match=match, by=ayesha)
    assert ListEntry.objects.get().state == "suspended"
    assert services.refusal(adult) == services.Refusal.CHILD_MATCH


def test_an_undone_match_is_no_flood(unit, ayesha):
    value = new_pdq()
    for _ in range(listing.FLOOD):
        reported(unit, value)
    case = reported(unit, value, harm=Harm.INTIMATE_IMAGES)
    picture = case.media_hashes.get()
    assert listing.stands_out(picture) == "flood"
    undoing.undo(match=picture.matches.first(), why=Match.Why.COMMON, by=ayesha)
    assert listing.stands_out(picture) == ""


# --- at the same moment ---

@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_members_undo_at_once_while_a_case_is_compared(unit, ayesha, nadia):
    value = new_pdq()
    first, second, third = reported(unit, value), reported(unit, value), reported(unit, value, matched=False)
    match, faults = Match.objects.get(), []

    def run(act) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001  whatever it was, the test shows it
            faults.append(error)
        finally:
            connections.close_all()

    acts = [lambda: undoing.undo(match=match, why=WHY, by=ayesha),
            lambda: undoing.undo(match=match, why=Match.Why.TRIAL, by=nadia),
            lambda: services.match(case_id=third.pk)]
    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults
    assert Entry.objects.filter(event="match_undone").count() == 2
    pairs = {frozenset((link.a_id, link.b_id)) for link in Link.objects.all()}
    assert pairs == {frozenset((first.pk, third.pk)), frozenset((second.pk, third.pk))}
    assert level(first) == level(second) == (3, "seen")
    assert level(third) == (2, "seen_often")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_list_comes_in_while_cases_are_compared(unit):
    """Both lock the same cases: the turn of importing comes before that, or they would wait for one another."""
    value, faults = new_pdq(), []
    cases = [reported(unit, value, matched=False) for _ in range(6)]
    at = cases[0].opened_at

    def run(act) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001  whatever it was, the test shows it
            faults.append(error)
        finally:
            connections.close_all()

    acts = [lambda pk=case.pk: services.match(case_id=pk) for case in cases]
    acts += [lambda n=n: foreign.take_in(source="ncmec", rows=[foreign.Row(f"r{n}", "pdq", value, at)], child=n == 2)
             for n in range(3)]
    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not faults
    assert {level(case) for case in cases} <= {(2, "seen_often"), (2, "listed"), (2, "listed_child")}
    assert set(Case.objects.values_list("seen_rule", flat=True)) == {"listed_child"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_colleague_ties_a_case_to_another_while_a_list_makes_both_more_urgent(unit):
    """They have one case and want the other's name; the list has the other and wants the one: neither may wait for ever."""
    value, faults = new_pdq(), []
    low, high = sorted((reported(unit, value, matched=False), reported(unit, value, matched=False)), key=lambda case: case.pk)
    for case in (low, high):
        services.match(case_id=case.pk)

    def come_in() -> None:
        try:
            foreign.take_in(source="ncmec", rows=[foreign.Row("r1", "pdq", value, low.opened_at)])
        except Exception as error:  # noqa: BLE001  whatever it was, the test shows it
            faults.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=come_in)
    with transaction.atomic():
        lock_case(high)
        thread.start()
        assert waits_for_a_row()
        link_cases(a=high, b=low, because=Link.Because.HANDLE)
    thread.join(60)
    assert not faults
    assert level(low) == level(high) == (2, "listed")


def waits_for_a_row() -> bool:
    """Whether within ten seconds somebody else waits for a row that we have."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")              # or a transaction sees what it saw first
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()")
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.02)
    return False
