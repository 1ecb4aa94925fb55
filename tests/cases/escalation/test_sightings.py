"""What was seen at a notice's links, and what follows: a case in review again, a day to look, a suggestion to ask again."""
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, strategies as st

from cases.audit.models import Entry
from cases.escalation import delivery, services, sightings
from cases.escalation.channels.base import Proof
from cases.escalation.models import Answer, Escalation, Sighting
from cases.escalation.sightings import RECHECKS, View, reporter_saw, saw
from cases.models import Case
from cases.services import change_status
from cases.triage.derived import Notice
from cases.triage.next_steps import notices_of
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from portal.dbroles.sql import login_of
from tests.cases.escalation.conftest import asked
from tests.factories.cases import make_case
from tests.fixtures.roles import OWNER

State, Seen = Escalation.State, Sighting.Seen
ONLINE, GONE, UNSURE = View(Seen.ONLINE), View(Seen.GONE), View(Seen.UNSURE, "sign_in")


@pytest.fixture
def removed(notice: Escalation, ayesha: User) -> Escalation:
    """The platform says that it is."""
    delivery.sent(escalation=notice, proof=Proof())
    return services.answer(escalation=notice, outcome=State.ACTIONED, by=ayesha)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def closed(case: Case, by: User) -> None:
    change_status(case=fresh(case), to=Status.CLOSED, by=by, outcome=Outcome.REMOVED)


def ago(removed: Escalation, after: timedelta) -> None:
    """As if it had been removed so long ago."""
    Escalation.objects.filter(pk=removed.pk).update(answered_at=timezone.now() - after)


def test_what_a_member_saw_is_appended_with_its_audit_row_and_without_a_link(removed, ayesha):
    assert not saw(escalation=removed, views={0: UNSURE}, by=ayesha)
    assert not saw(escalation=removed, views={0: GONE}, by=ayesha)
    rows = list(Sighting.objects.values_list("link", "how", "seen", "why", "by"))
    assert rows == [(0, "staff", "unsure", "sign_in", ayesha.pk), (0, "staff", "gone", "", ayesha.pk)]
    told = [row.details for row in Entry.objects.filter(event="sighting_recorded", actor=str(ayesha.pk))]
    assert sorted((each["gone"], each["online"], each["unsure"]) for each in told) == [(0, 0, 1), (1, 0, 0)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM cases_escalation_sighting s")
        assert "tiktok.example" not in str(cursor.fetchall())


def test_still_online_after_removed_opens_a_closed_case_again(removed, case, ayesha):
    closed(case, ayesha)
    assert saw(escalation=removed, views={0: ONLINE}, by=ayesha)
    assert fresh(case).status == Status.IN_REVIEW
    assert fresh(case).history.latest("at").by_id == ayesha.pk


def test_what_is_merged_into_it_and_what_it_was_split_from_are_opened_with_it(removed, case, ayesha):
    whole, led = make_case(case.unit), make_case(case.unit)
    Case.objects.filter(pk=case.pk).update(split_of=whole)
    for each in (whole, led):
        change_status(case=each, to=Status.IN_REVIEW, by=ayesha)
        closed(each, ayesha)
    closed(case, ayesha)
    Case.objects.filter(pk=led.pk).update(merged_into=case)
    saw(escalation=removed, views={0: ONLINE}, by=ayesha)
    assert {fresh(each).status for each in (case, whole, led)} == {Status.IN_REVIEW}


def test_still_online_before_any_answer_moves_nothing(notice, case, ayesha):
    delivery.sent(escalation=notice, proof=Proof())
    assert not saw(escalation=notice, views={0: ONLINE}, by=ayesha)
    assert fresh(case).status == Status.WAITING_OUTSIDE


def test_of_what_never_left_or_shows_a_child_nothing_is_recorded(notice, removed, case, ayesha):
    waiting = asked(fresh(case), ayesha)
    with pytest.raises(services.NotNow):
        saw(escalation=waiting, views={0: GONE}, by=ayesha)
    Case.objects.filter(pk=case.pk).update(child=True)
    with pytest.raises(services.NotNow):
        saw(escalation=removed, views={0: GONE}, by=ayesha)
    assert not Sighting.objects.exists()


@pytest.mark.parametrize("row", [
    {"how": "staff", "seen": "gone", "link": 0}, {"how": "machine", "seen": "online", "link": 0},
    {"how": "reporter", "seen": "gone"}, {"how": "machine", "seen": "unsure", "link": 0}, {"how": "machine", "seen": "gone"}])
def test_the_database_refuses_what_nobody_can_have_seen(removed, case, row):
    about = None if row["how"] == "reporter" else removed
    with pytest.raises(IntegrityError), transaction.atomic():
        Sighting.objects.create(case=case, escalation=about, at=timezone.now(), **row)


@pytest.mark.postgres
def test_no_process_changes_what_was_seen(removed, ayesha):
    saw(escalation=removed, views={0: GONE}, by=ayesha)
    for role in ("public", "desk", "cms", "exchange", "worker"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, 'cases_escalation_sighting', 'UPDATE')", [login_of(role, OWNER)])
            assert cursor.fetchone() == (False,)


def test_gone_as_a_member_saw_it_is_told_in_other_words_than_a_platforms_word(notice, case, ayesha):
    delivery.sent(escalation=notice, proof=Proof())
    services.answer(escalation=notice, outcome=State.ACTIONED, by=ayesha, reason=Answer.Reason.GONE)
    assert fresh(case).history.latest("at").said == "seen_gone"


def test_all_gone_is_what_members_saw_last_of_every_link(removed, ayesha):
    saw(escalation=removed, views={0: GONE}, by=ayesha)
    assert not sightings.all_gone(sightings.newest(removed), 2)
    saw(escalation=removed, views={1: GONE}, by=ayesha)
    assert sightings.all_gone(sightings.newest(removed), 2)
    Sighting.objects.create(case=removed.case, escalation=removed, link=1, how="machine", seen="unsure", why="answers",
                            at=timezone.now())
    assert sightings.all_gone(sightings.newest(removed), 2), "a machine overrules nobody"
    saw(escalation=removed, views={0: UNSURE}, by=ayesha)
    assert not sightings.all_gone(sightings.newest(removed), 2)


# --- the days to look -------------------------------------------------------------------------------------------------
def due(case: Case) -> tuple[bool, bool]:
    """Whether it is to be looked at, and whether it is online again; the rules and the database say the same."""
    now = timezone.now()
    [(_link, one)] = notices_of([case.pk])[case.pk]
    mine = Escalation.objects.filter(case=case)
    found = (sightings.to_look_at(mine, now).exists(), sightings.online_again(mine).exists())
    assert found == (not one.again and one.recheck(now) is not None, one.again is not None)
    return found


@pytest.mark.parametrize(("after", "wanted"), [(1, False), (3, True), (13, True), (14, True), (40, True), (61, False)])
def test_a_day_to_look_comes_after_removed_and_goes_with_a_look(removed, case, ayesha, after, wanted):
    ago(removed, timedelta(days=after, minutes=1))
    assert due(case) == (wanted, False)
    saw(escalation=removed, views={0: UNSURE}, by=ayesha)
    assert due(case) == (False, False)


def test_each_day_asks_again(removed, case, ayesha):
    ago(removed, timedelta(days=4))
    saw(escalation=removed, views={0: GONE}, by=ayesha)
    assert due(case) == (False, False)
    Sighting.objects.update(at=timezone.now() - timedelta(days=11))
    ago(removed, timedelta(days=15))
    assert due(case) == (True, False)


def test_online_again_until_every_link_was_seen_otherwise(removed, case, ayesha):
    saw(escalation=removed, views={0: ONLINE, 1: ONLINE}, by=ayesha)
    assert due(case) == (False, True)
    saw(escalation=removed, views={0: GONE}, by=ayesha)
    assert due(case) == (False, True)
    saw(escalation=removed, views={1: UNSURE}, by=ayesha)
    assert due(case) == (False, False)


def test_what_the_reporter_saw_counts_until_a_member_looks(removed, case, ayesha):
    reporter_saw(case=case)
    assert due(case) == (False, True)
    saw(escalation=removed, views={0: GONE}, by=ayesha)
    assert due(case) == (False, False)
    reporter_saw(case=case)
    assert due(case) == (False, True)


def test_so_does_what_the_reporter_of_a_merged_report_or_of_the_whole_saw(removed, case, ayesha):
    other = make_case(case.unit)
    reporter_saw(case=other)
    assert due(case) == (False, False)
    Case.objects.filter(pk=other.pk).update(merged_into=case)
    assert due(case) == (False, True)
    Case.objects.filter(pk=other.pk).update(merged_into=None)
    Case.objects.filter(pk=case.pk).update(split_of=other)
    assert due(case) == (False, True)


def test_a_machines_look_is_no_look(removed, case, ayesha):
    ago(removed, timedelta(days=4))
    Sighting.objects.create(case=case, escalation=removed, link=0, how="machine", seen="gone", status=404, at=timezone.now())
    assert due(case) == (True, False)


NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.get_default_timezone())
SPANS = st.timedeltas(timedelta(0), timedelta(days=70))


@given(removed=SPANS, looked=st.none() | SPANS)
def test_nobody_is_asked_to_look_twice_within_a_span(removed, looked):
    """Whoever looked after the last day that came is asked no more; whoever did not is."""
    at, last = NOW - removed, NOW - looked if looked is not None else None
    since = Notice("x", "actioned", at, looked=last).recheck(NOW)
    came = [at + after for after in RECHECKS if at + after <= NOW]
    if since is None:
        assert not came or removed > sightings.RECHECKED_FOR or (last is not None and last >= came[-1])
    else:
        assert since == came[-1]
        assert last is None or last < since
