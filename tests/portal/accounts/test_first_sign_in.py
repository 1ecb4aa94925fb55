"""From a start password to an open vault: enrolment, recovery codes, own words, first keys."""
import re

import pytest
from django.test import Client

from cases.audit.models import Entry
from cases.permissions import Role
from cases.units.services import join_unit, set_up_practice
from cases.vault import custody, unseal
from cases.vault.models import KeyGrant, StaffKey, UnitKey
from portal.accounts import second_factor, selectors, services
from portal.accounts.models import RecoveryCode, User
from portal.accounts.pages import home_of
from tests.factories.cases import make_case, make_member, make_unit
from tests.portal.accounts.conftest import FACTOR, app_code, enrol, is_signed_in, set_up_factor, shown_code, sign_in

OWN, VAULT, OTHER = "my own long password", "پانچ لفظ جو کوئی نہیں جانتا", "another five words"
BOTH = {"password": OWN, "password_again": OWN, "passphrase": VAULT, "passphrase_again": VAULT}
DETAILS = {"role", "member", "on_duty", "code", "key", "version", "grants_lost"}


@pytest.fixture
def newcomer(unit) -> tuple[User, str]:
    return services.add_member(email="sana@example.org", name="Sana Malik", role=Role.CASEWORKER, units=[unit], by=None)


def choose(client: Client, **changes: str):
    return client.post("/desk/sign-in/begin/", BOTH | changes)


def test_the_whole_way_in(client, newcomer, unit):
    member, start = newcomer
    assert sign_in(client, email=member.email, password=start)["Location"] == "/desk/sign-in/second-factor/"
    page = client.get("/desk/sign-in/second-factor/").content.decode()
    assert "otpauth://totp/Mehfooz:sana%40example.org?" in page
    assert re.search(r'<bdi dir="ltr">([A-Z2-7]{4} ){7}[A-Z2-7]{4}</bdi>', page)

    codes = re.findall(r"\d{4} \d{4} \d{4} \d{4}", enrol(client).content.decode())
    assert len(set(codes)) == 10
    assert not is_signed_in(client)                                 # the start password still has to go
    assert client.get("/desk/sign-in/second-factor/")["Location"] == "/desk/sign-in/begin/"

    assert choose(client)["Location"] == "/desk/"
    assert is_signed_in(client)
    member.refresh_from_db()
    assert not member.must_change_password
    assert member.check_password(OWN)
    case = make_case(unit, story="Someone posted my pictures")      # sealed to the key that was made for her
    assert "Someone posted my pictures" in client.get("/desk/").content.decode()
    assert case.ref in client.get("/desk/").content.decode()

    again = Client()
    assert "do not belong together" in sign_in(again, email=member.email, password=start).content.decode()
    assert sign_in(again, email=member.email, password=OWN, code=codes[0])["Location"] == "/desk/unlock/"
    assert is_signed_in(again)


def test_who_starts_in_practice_is_led_to_the_first_day_and_holds_its_key(client, db):
    practice = set_up_practice()
    member, start = services.add_member(email="sana@example.org", name="Sana", role=Role.CASEWORKER, units=[practice], by=None)
    sign_in(client, email=member.email, password=start)
    enrol(client)
    assert choose(client)["Location"] == "/desk/first-day/"
    client.post("/desk/first-day/begin/")
    assert len(client.get("/desk/first-day/").context["walk"].cases) == 3
    assert KeyGrant.objects.filter(member=member, key__unit=practice).exists()


def test_nothing_typed_or_shown_rests_in_the_log(client, newcomer):
    member, start = newcomer
    sign_in(client, email=member.email, password=start)
    enrol(client)
    choose(client)
    events = list(Entry.objects.order_by("at").values_list("event", flat=True))
    assert {"member_added", "second_factor_set", "password_changed", "staff_key_made", "unit_key_made"} <= set(events)
    assert "signed_in" in events
    assert all(set(entry.details) <= DETAILS for entry in Entry.objects.all())


def test_a_wrong_code_enrols_nobody(client, newcomer):
    member, start = newcomer
    sign_in(client, email=member.email, password=start)
    response = client.post("/desk/sign-in/second-factor/", {"code": "000000"})
    assert "clock of your telephone" in response.content.decode()
    assert not RecoveryCode.objects.exists()
    assert client.get("/desk/sign-in/begin/")["Location"] == "/desk/sign-in/second-factor/"


def test_a_secret_seen_at_an_unfinished_sign_in_is_worth_nothing(client, newcomer):
    member, start = newcomer
    sign_in(client, email=member.email, password=start)
    seen = shown_code(client.get(FACTOR))
    sign_in(client, email=member.email, password=start)
    assert shown_code(client.get(FACTOR)) != seen
    assert "clock of your telephone" in client.post("/desk/sign-in/second-factor/", {"code": seen}).content.decode()


def test_who_else_knows_the_start_password_sees_another_secret_and_sets_up_nothing(client, newcomer):
    """Both stand at the page; the thief looks again when she has begun, to learn what her app will show."""
    member, start = newcomer
    thief = Client()
    sign_in(thief, email=member.email, password=start)
    sign_in(client, email=member.email, password=start)
    known = {shown_code(thief.get(FACTOR)), shown_code(thief.get(FACTOR))}
    assert shown_code(client.get(FACTOR)) not in known
    late = shown_code(thief.get(FACTOR))
    enrol(client)
    for step in ("second-factor/", "code/"):
        thief.post(f"/desk/sign-in/{step}", {"code": late})
    assert not thief.session["arrival"][3]
    assert second_factor.confirm(member, thief.session["arrival"][4], late) == []       # even were the two at the same moment


@pytest.mark.parametrize(("typed", "said"), [
    ({"password": "short", "password_again": "short"}, "something longer"),
    ({"passphrase": "qwerty123456", "passphrase_again": "qwerty123456"}, "less common"),
    ({"password_again": "other words entirely"}, "not the same"), ({"passphrase_again": "other words entirely"}, "not the same")])
def test_weak_or_different_words_are_refused(client, newcomer, typed, said):
    member, start = newcomer
    sign_in(client, email=member.email, password=start)
    enrol(client)
    assert said in choose(client, **typed).content.decode()
    assert not is_signed_in(client)
    assert not StaffKey.objects.filter(member=member).exists()


def test_the_start_password_is_not_kept(client, newcomer):
    member, start = newcomer
    sign_in(client, email=member.email, password=start)
    enrol(client)
    assert "password you were given" in choose(client, password=start, password_again=start).content.decode()


def test_sending_twice_keeps_the_first_keys(newcomer, unit):
    member, _start = newcomer
    services.begin(member=member, password=OWN, passphrase=VAULT)
    first = bytes(StaffKey.objects.get(member=member).public)
    services.begin(member=member, password=OWN, passphrase=VAULT)
    assert bytes(StaffKey.objects.get(member=member).public) == first
    assert KeyGrant.objects.filter(member=member).count() == 1


def test_the_second_member_waits_for_the_first(newcomer, unit):
    services.begin(member=newcomer[0], password=OWN, passphrase=VAULT)
    second, _start = services.add_member(email="bilal@example.org", name="Bilal", role=Role.SUPERVISOR, units=[unit], by=None)
    services.begin(member=second, password=OWN, passphrase=VAULT)
    assert UnitKey.objects.filter(unit=unit).count() == 1
    assert not KeyGrant.objects.filter(member=second).exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.CASEWORKER, Role.SUPERVISOR, Role.LIAISON}])
def test_other_roles_choose_no_passphrase_and_get_no_key(client, role):
    member, start = services.add_member(email="other@example.org", name="Other", role=role, units=[], by=None)
    sign_in(client, email=member.email, password=start)
    enrol(client)
    page = client.get("/desk/sign-in/begin/").content.decode()
    assert 'name="password"' in page
    assert "passphrase" not in page
    assert choose(client)["Location"] == home_of(member)
    assert not StaffKey.objects.filter(member=member).exists()
    assert client.get("/desk/unlock/").status_code == 403


def test_who_needs_only_a_new_telephone_is_in_after_the_code(client, ayesha):
    sign_in(client)
    response = enrol(client)
    assert is_signed_in(client)
    assert 'href="/desk/unlock/"' in response.content.decode()
    assert response.cookies["language"].value == "en"


# --- starting over ----------------------------------------------------------------------------------------------------
def test_a_lost_telephone_keeps_the_keys(client, newcomer):
    member, _start = newcomer
    services.begin(member=member, password=OWN, passphrase=VAULT)
    set_up_factor(member)
    start = services.start_over(member=member, by=None)
    assert sign_in(client, email=member.email, password=start)["Location"] == "/desk/sign-in/second-factor/"
    enrol(client)
    assert choose(client, passphrase="", passphrase_again="")["Location"] == "/desk/unlock/"
    assert client.post("/desk/unlock/", {"passphrase": VAULT})["Location"] == "/desk/"


def test_a_reset_ends_open_sessions(client, ayesha):
    client.force_login(ayesha)
    assert client.get("/desk/account/").status_code == 200
    services.start_over(member=ayesha, by=None)
    assert client.get("/desk/account/").status_code == 302


def test_a_lost_passphrase_means_a_new_pair_and_a_grant_from_a_colleague(client, newcomer, unit):
    member, _start = newcomer
    services.begin(member=member, password=OWN, passphrase=VAULT)
    with pytest.raises(services.LastHolder, match="adults"):
        services.start_over(member=member, by=None, vault=True)
    bilal = make_member("Bilal", unit, keys=False)
    ring = unseal.keyring(member, unseal.unlock_staff(member, VAULT))
    custody.grant(custody.current_unit_key(unit), bilal, keyring=ring, actor="system")
    start = services.start_over(member=member, by=None, vault=True)
    set_up_factor(member)
    sign_in(client, email=member.email, password=start, code=app_code(member))
    choose(client, passphrase=OTHER, passphrase_again=OTHER)
    assert is_signed_in(client)
    assert not KeyGrant.objects.filter(member=member).exists()


def test_set_up_gives_a_key_to_a_unit_whose_members_came_later(newcomer):
    services.begin(member=newcomer[0], password=OWN, passphrase=VAULT)
    children = make_unit("children")
    join_unit(unit=children, member=newcomer[0], by=None)
    assert services.make_first_keys([children]) == [children]
    assert services.make_first_keys([children]) == []
    assert KeyGrant.objects.filter(member=newcomer[0], key__unit=children).count() == 1


def test_a_first_key_goes_to_nobody_whose_own_key_nobody_has_compared(newcomer, unit):
    """A database could have put a key of its own beside any colleague's name."""
    planted = make_member("Colleague", unit, keys=False)
    services.begin(member=newcomer[0], password=OWN, passphrase=VAULT)
    assert set(KeyGrant.objects.filter(key__unit=unit).values_list("member", flat=True)) == {newcomer[0].pk}
    assert [each.colleague for each in selectors.waiting(unit)] == [planted]
