"""A made-up report takes others' pictures off the list at once; what it did is undone at once as well, by two people."""
import pytest
from django.db import IntegrityError

from cases.audit.models import Entry
from cases.escalation import uploads
from cases.escalation.models import Channel, Upload
from cases.exchange.applying import note_recalls
from cases.hashing import services, setting_aside, undoing
from cases.hashing.models import ListEntry, Listing, Match, SetAside
from cases.hashing.services import Refusal
from cases.models import Case, Link
from cases.notifications.models import Notification
from cases.outbox.models import Job
from cases.priority import Harm
from cases.units.models import Unit
from portal.accounts.models import User
from tests.cases.hashing.conftest import fingerprint, near, new_pdq
from tests.factories.cases import make_case, make_member, make_unit
from tests.factories.lists import publish

WHY = Match.Why.MADE_UP


@pytest.fixture
def unit(db: None) -> Unit:
    return make_unit()


@pytest.fixture
def other(unit: Unit) -> Unit:
    return make_unit("children")


@pytest.fixture
def ayesha(other: Unit) -> User:
    return make_member("Ayesha", other)


@pytest.fixture
def nadia(other: Unit) -> User:
    return make_member("Nadia", other, role="supervisor")


def reported(unit: Unit, *values: str, **facts: object) -> Case:
    case = make_case(unit, **{"harm": Harm.INTIMATE_IMAGES, **facts})
    services.store(case=case, fingerprints=[fingerprint(n, value) for n, value in enumerate(values, 1)])
    services.match(case_id=case.pk)
    return case


def states(*cases: Case) -> set[tuple[str, str, str]]:
    rows = Listing.objects.filter(hash__case__in=cases)
    return set(rows.values_list("entry__state", "state", "held"))


@pytest.fixture
def listed(unit: Unit) -> list[Case]:
    cases = [reported(unit, new_pdq()) for _ in range(3)]
    for case in cases:
        publish(case)
    return cases


@pytest.fixture
def forged(listed: list[Case], other: Unit, nadia: User) -> Case:
    values = [case.media_hashes.get().pdq for case in listed]
    return reported(other, *(near(value, 2) for value in values), age_now=15)


def test_a_childs_report_holds_what_is_listed_and_both_yeses_stay_written(listed, forged):
    assert states(*listed) == {("suspended", "approved", "child")}
    assert {services.refusal(case) for case in listed} == {Refusal.CHILD_MATCH}


def test_supervisors_of_every_unit_concerned_are_told_once_when_it_touches_several_cases(unit, other, nadia, listed):
    head = make_member("Bano", unit, role="supervisor")
    values = [case.media_hashes.get().pdq for case in listed]
    reported(other, *values[:2], age_now=15)
    assert not Notification.objects.filter(occasion="taken_off").exists()
    for case in listed:
        ListEntry.objects.filter(listings__hash__case=case).update(state="active")
    reported(other, *values, age_now=15)
    assert set(Notification.objects.filter(occasion="taken_off", kind="email").values_list("member", flat=True)) \
        == {head.pk, nadia.pk}
    assert Entry.objects.get(event="report_took_off").details == {"cases": 3, "entries": 3}


def test_set_aside_by_one_it_guards_still_and_with_a_second_all_is_on_the_list_again(listed, forged, ayesha, nadia, run_jobs):
    setting_aside.set_aside(case=forged, why=WHY, by=ayesha)
    assert not Link.objects.filter(because="hash").exists()
    assert states(*listed) == {("suspended", "approved", "child")}
    with pytest.raises(undoing.NotAnother):
        setting_aside.agree(case=forged, by=make_supervisor(ayesha))
    setting_aside.agree(case=forged, by=nadia)
    assert states(*listed) == {("active", "approved", "")}
    run_jobs()
    assert {services.refusal(case) for case in listed} == {None}
    assert set(Case.objects.filter(pk__in=[case.pk for case in listed]).values_list("seen_rule", flat=True)) == {""}
    assert services.refusal(forged) == Refusal.SET_ASIDE


def make_supervisor(member: User) -> User:
    User.objects.filter(pk=member.pk).update(role="supervisor")
    return User.objects.get(pk=member.pk)


def test_what_another_childs_report_guards_too_stays_off(listed, forged, other, ayesha, nadia):
    reported(other, listed[0].media_hashes.get().pdq, age_now=12)
    setting_aside.set_aside(case=forged, why=WHY, by=ayesha)
    setting_aside.agree(case=forged, by=nadia)
    assert states(listed[0]) == {("suspended", "approved", "child")}
    assert states(*listed[1:]) == {("active", "approved", "")}


def test_without_the_reporters_yes_nothing_comes_back(listed, forged, ayesha, nadia):
    listed[0].consents.update(answer="no")
    setting_aside.set_aside(case=forged, why=WHY, by=ayesha)
    setting_aside.agree(case=forged, by=nadia)
    assert states(listed[0]) == {("suspended", "approved", "child")}


def test_it_never_frees_its_own_pictures_from_a_childs_case(unit, other, ayesha, nadia):
    value = new_pdq()
    child = reported(unit, value, age_now=15)
    adult = reported(other, value)
    setting_aside.set_aside(case=adult, why=WHY, by=ayesha)
    setting_aside.agree(case=adult, by=nadia)
    setting_aside.take_back(case=adult, by=ayesha)
    assert services.refusal(adult) == Refusal.CHILD_MATCH
    assert Match.objects.filter(b__case=child, agreed_at=None).exists()


def test_taken_back_everything_follows_again(listed, forged, ayesha, nadia, run_jobs):
    setting_aside.set_aside(case=forged, why=WHY, by=ayesha)
    setting_aside.agree(case=forged, by=nadia)
    setting_aside.take_back(case=forged, by=ayesha)
    run_jobs()
    assert states(*listed) == {("suspended", "approved", "child")}
    assert Link.objects.filter(because="hash").count() == 3
    assert not SetAside.objects.exists()
    raised = Case.objects.filter(pk__in=[case.pk for case in listed])
    assert set(raised.values_list("seen_rule", flat=True)) == {"seen_with_child"}


def test_a_single_match_that_two_people_undo_brings_its_picture_back_as_well(listed, other):
    """By who opens both cases."""
    member, head = make_member("Sana", listed[0].unit), make_member("Bano", listed[0].unit, role="supervisor")
    reported(listed[0].unit, listed[0].media_hashes.get().pdq, age_now=15)
    match = Match.objects.get()
    undoing.undo(match=match, why=WHY, by=member)
    assert states(listed[0]) == {("suspended", "approved", "child")}
    undoing.agree(match=match, by=head)
    assert states(listed[0]) == {("active", "approved", "")}


def test_only_who_opens_the_report_and_may_work_says_so(listed, forged):
    stranger, auditor = make_member("Sana", listed[0].unit), make_member("Zoya", forged.unit, role="auditor")
    for member in (stranger, auditor):
        with pytest.raises(undoing.NotYours):
            setting_aside.set_aside(case=forged, why=WHY, by=member)


def test_two_people_in_the_database_too(forged, ayesha):
    setting_aside.set_aside(case=forged, why=WHY, by=ayesha)
    aside = SetAside.objects.get()
    aside.agreed_by, aside.agreed_at = ayesha, aside.at
    with pytest.raises(IntegrityError):
        aside.save()


def test_what_is_held_is_asked_back_upward_too(listed, forged):
    entry = ListEntry.objects.filter(state="suspended").first()
    uploads.announce(kind=Channel.Kind.STOPNCII, entries=[entry])
    Job.objects.all().delete()
    note_recalls()
    assert Job.objects.filter(task="escalation.take_back", payload__entry_id=str(entry.pk)).exists()
    assert Upload.objects.get().taken_back_at is None
