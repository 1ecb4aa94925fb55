"""What members had to see: numbers, a reminder that can be put away, who could take over, and a number to call."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.evidence.models import Exposure
from cases.units.models import Welfare
from cases.units.welfare import FILES_A_DAY, set_welfare
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, signed_in
from tests.factories.evidence import kept

EXPOSURE, SETTING = "/desk/exposure/", "/desk/settings/welfare/"


@pytest.fixture
def head(unit) -> User:
    return make_member("Nadia Aslam", unit, role="supervisor")


def saw(member: User, opened: int, *, days: int = 0, intimate: int = 0) -> None:
    Exposure.objects.create(member=member, day=timezone.localdate() - timedelta(days=days), opened=opened, intimate=intimate)


def test_supervisors_see_numbers_of_their_units_and_of_no_other(unit, ayesha, bilal, head, stranger, client, case):
    saw(ayesha, 3, intimate=1)
    saw(ayesha, 4, days=6, intimate=1)
    saw(ayesha, 100, days=7, intimate=9)
    saw(ayesha, 1000, days=28)
    boss = signed_in(head, unlocked=False)
    found, = boss.get(EXPOSURE).context["units"]
    numbers = {str(each.member): (each.today, each.week, each.month, each.intimate) for each in found.members}
    assert numbers == {"Ayesha Khan": (3, 7, 107, 2), "Bilal Raza": (0, 0, 0, 0), "Nadia Aslam": (0, 0, 0, 0)}
    page = boss.get(EXPOSURE).content.decode()
    assert case.ref not in page
    assert stranger.name not in page
    rabia = signed_in(make_member("Rabia", unit, role="administrator"), unlocked=False)
    assert [who.get(EXPOSURE).status_code for who in (client, rabia)] == [403, 403]


def test_who_saw_much_and_who_could_take_over(unit, ayesha, bilal, head):
    saw(ayesha, 3 * FILES_A_DAY - 1)
    boss = signed_in(head, unlocked=False)
    assert boss.get(EXPOSURE).context["units"][0].rotations == []
    saw(ayesha, 1, days=1)
    saw(bilal, 15, days=20)                             # not less than half of it
    make_member("Kamran", unit, keys=False)             # could not open what is given to them
    rotation, = boss.get(EXPOSURE).context["units"][0].rotations
    assert (rotation.seen.member, [each.member for each in rotation.others]) == (ayesha, [head])
    set_welfare(unit=unit, files_a_day=FILES_A_DAY + 1, phone="", hours_en="", hours_ur="", by=head)
    assert boss.get(EXPOSURE).context["units"][0].rotations == []


def test_the_reminder_stands_until_it_is_put_away_and_comes_back(unit, ayesha, client):
    file = kept(make_case(unit))
    page = f"/desk/case/{file.case.ref}/evidence/{file.pk}/"
    saw(ayesha, FILES_A_DAY - 1)
    set_welfare(unit=unit, files_a_day=FILES_A_DAY, phone="1099", hours_en="Dr Hina, always", hours_ur="ڈاکٹر حنا",
                by=ayesha)
    assert "Time for a pause?" not in client.get(page).content.decode()
    shown = client.post(page + "look/").content.decode()            # it counts this look, and nobody is stopped
    assert "Time for a pause?" in shown
    assert "data:image" in shown
    assert "Dr Hina, always" in shown
    assert client.post("/desk/exposure/rested/", {"next": page}).headers["Location"] == page
    assert client.post("/desk/exposure/rested/", {"next": "https://example.org/"}).headers["Location"] == "/desk/today/"
    assert "Time for a pause?" not in client.get(page).content.decode()
    Exposure.objects.update(opened=FILES_A_DAY + FILES_A_DAY // 2)
    assert "Time for a pause?" in client.get(page).content.decode()


def test_supervisors_set_it_for_their_own_units(unit, head, client):
    other, boss = make_unit("children"), signed_in(head, unlocked=False)
    typed = {"unit": "adults", "adults-files_a_day": "6", "adults-phone": "051 9208837", "adults-hours_en": "Daily",
             "adults-hours_ur": ""}
    assert client.get(SETTING).status_code == client.post(SETTING, typed).status_code == 403
    assert boss.post(SETTING, {**typed, "unit": other.code}).status_code == 404
    refused = boss.post(SETTING, typed)
    assert (refused.status_code, Welfare.objects.count()) == (400, 0)
    assert "051 9208837" in refused.content.decode()                    # nothing typed is lost
    assert boss.post(SETTING, {**typed, "adults-phone": "call me", "adults-hours_ur": "روزانہ"}).status_code == 400
    assert boss.post(SETTING, {**typed, "adults-hours_ur": "روزانہ"}).status_code == 302
    assert Welfare.objects.get().files_a_day == 6
    assert Entry.objects.get(event="welfare_set").details == {"count": 6}
    rabia = signed_in(make_member("Rabia", role="administrator"), unlocked=False)
    assert len(rabia.get(SETTING).context["rows"]) == 3


def test_it_costs_the_same_for_many(unit, ayesha, head, django_assert_num_queries):
    boss = signed_in(head, unlocked=False)
    boss.get(EXPOSURE)
    with django_assert_num_queries(QUERIES):
        boss.get(EXPOSURE)
    for name in ("Hina", "Kamran"):
        saw(make_member(name, unit), 40)
    unit_too = make_unit("children")
    unit_too.memberships.create(member=head)
    with django_assert_num_queries(QUERIES):
        boss.get(EXPOSURE)


# session, member, news, units, people, numbers, limits, keys, who holds them; contacts shown
QUERIES = 10
