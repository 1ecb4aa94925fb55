import pytest
from django.utils.translation import override

from cases.audit.models import Entry
from cases.units.models import Unit
from cases.units.selectors import members_on_duty, supervisors, units_of, women_of
from cases.units.services import DEFAULT_UNITS, join_unit, set_up_units

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    return set_up_units()


@pytest.fixture
def member(django_user_model):
    def make(name: str, role: str = "caseworker", **fields):
        return django_user_model.objects.create_user(f"{name}@example.org", name=name, role=role, **fields)
    return make


def test_units_are_named_in_both_languages(units):
    assert set(units) == {"adults", "children", "integrity"}
    with override("ur"):
        assert str(Unit.objects.get(code="adults")) == DEFAULT_UNITS["adults"][1]
    with override("en"):
        assert str(Unit.objects.get(code="adults")) == "Online harm unit"


def test_setting_up_twice_keeps_what_the_ministry_renamed(units):
    Unit.objects.filter(code="adults").update(name_en="Cyber harm desk")
    again = set_up_units()
    assert {code: unit.pk for code, unit in again.items()} == {code: unit.pk for code, unit in units.items()}
    assert again["adults"].name_en == "Cyber harm desk"
    assert Entry.objects.filter(event="unit_made").count() == 3


def test_a_member_is_shown_their_own_units_and_no_other(units, member):
    owner, stranger = member("owner"), member("stranger")
    join_unit(unit=units["adults"], member=owner, by=None)
    join_unit(unit=units["children"], member=stranger, by=owner)
    assert list(units_of(owner)) == [units["adults"]]
    assert list(units_of(stranger)) == [units["children"]]


def test_who_has_left_is_in_no_unit(units, member):
    leaver = member("leaver", is_active=False)
    join_unit(unit=units["adults"], member=leaver, by=None, on_duty=True)
    assert not units_of(leaver).exists()
    assert not members_on_duty(units["adults"]).exists()


def test_duty_falls_back_on_the_whole_unit(units, member):
    a, b = member("a"), member("b")
    for one in (a, b):
        join_unit(unit=units["adults"], member=one, by=None)
    join_unit(unit=units["children"], member=a, by=None, on_duty=True)      # on duty elsewhere
    assert list(members_on_duty(units["adults"])) == [a, b]
    join_unit(unit=units["adults"], member=b, by=None, on_duty=True)
    assert list(members_on_duty(units["adults"])) == [b]


def test_supervisors_and_women_are_those_of_this_unit(units, member):
    boss, woman, other = member("boss", "supervisor"), member("woman"), member("other", "supervisor")
    join_unit(unit=units["adults"], member=boss, by=None)
    join_unit(unit=units["adults"], member=woman, by=None, is_woman=True)
    join_unit(unit=units["children"], member=other, by=None, is_woman=True)
    assert list(supervisors(units["adults"])) == [boss]
    assert list(women_of(units["adults"])) == [woman]


def test_joining_is_audited_by_id_alone(units, member):
    boss, new = member("boss", "supervisor"), member("new")
    join_unit(unit=units["adults"], member=new, by=boss, on_duty=True)
    entry = Entry.objects.get(event="member_joined")
    assert (entry.subject, entry.actor, entry.details) == (
        str(units["adults"].pk), str(boss.pk), {"member": str(new.pk), "on_duty": True})
