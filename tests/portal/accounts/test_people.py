"""Administering people: the list, invitations to be handed over, role and units, leaving and coming back."""
import pytest

from cases.audit.models import Entry
from cases.permissions import Role
from cases.units.models import Membership
from cases.units.services import set_up_practice
from cases.vault.models import KeyGrant
from portal.accounts import people, second_factor
from portal.accounts.models import Invitation, Session, User
from portal.accounts.services import LastHolder
from tests.factories.cases import make_case, make_member, make_unit, signed_in
from tests.portal.accounts.conftest import set_up_factor

INVITED = {"email": "sana@example.org", "name": "Sana Malik", "role": "caseworker", "units": ["adults"], "language": "ur",
           "way": "hand"}


@pytest.fixture
def admin() -> User:
    return make_member("Rabia Noor", role=Role.ADMINISTRATOR, email="rabia@example.org")


@pytest.fixture
def browser(admin):
    return signed_in(admin, unlocked=False)


@pytest.fixture
def pair(unit) -> tuple[User, User]:
    """Two members who hold the unit's key."""
    return make_member("Ayesha Khan", unit, email="ayesha@example.org"), make_member("Bilal Raza", unit)


def place(**changes):
    return {"role": "caseworker", "units": ["adults"]} | changes


def post(browser, member, act, **fields):
    return browser.post(f"/desk/people/{member.pk}/{act}/", fields)


def events() -> list[str]:
    return list(Entry.objects.order_by("at", "pk").values_list("event", flat=True))


# --- the list ---------------------------------------------------------------------------------------------------------
def test_the_list_says_who_can_work(browser, unit, pair):
    ayesha, bilal = pair
    set_up_factor(ayesha)
    waits = make_member("Zara Tariq", unit, keys=False)
    found = {each.member: each for each in people.described(people.search())}
    assert (found[ayesha].factor, found[ayesha].key, found[ayesha].waits) == (True, True, [])
    assert found[bilal].factor is False
    assert found[waits].waits == [unit]
    text = browser.get("/desk/people/").content.decode()
    assert "Zara Tariq" in text
    assert "Waits for the key: Online harm unit" in text


@pytest.mark.parametrize(("query", "names"), [
    ("q=ayesha", {"Ayesha Khan"}), ("q=AYESHA%40example", {"Ayesha Khan"}), ("role=administrator", {"Rabia Noor"}),
    ("unit=adults", {"Ayesha Khan", "Bilal Raza"}), ("left=on", {"Gone"}), ("unit=nonsense&role=nonsense", None),
    ("page=99", None)])
def test_searching(browser, pair, query, names):
    make_member("Gone", is_active=False)
    everybody = {"Ayesha Khan", "Bilal Raza", "Rabia Noor"}
    text = browser.get(f"/desk/people/?{query}").content.decode()
    listed = text[text.index('class="plainlist'):]
    assert {name for name in [*everybody, "Gone"] if name in listed} == (everybody if names is None else names)


def test_the_list_costs_the_same_for_many(browser, unit, django_assert_max_num_queries):
    for n in range(8):
        make_member(f"Member {n}", unit)
    with django_assert_max_num_queries(17):
        browser.get("/desk/people/")


def test_of_a_sign_in_only_the_day_is_shown(browser, pair):
    User.objects.filter(pk=pair[0].pk).update(last_login="2026-03-04T05:06:07Z")
    for address in ("/desk/people/", f"/desk/people/{pair[0].pk}/"):
        text = browser.get(address).content.decode()
        assert "4 March 2026" in text
        assert "10:06" not in text


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_else_administers(unit, pair, role):
    browser = signed_in(make_member("X", unit, role=role), unlocked=False)
    assert browser.get("/desk/people/").status_code == 403
    assert browser.get(f"/desk/people/{pair[0].pk}/").status_code == 403
    assert browser.post("/desk/people/invite/", INVITED).status_code == 403
    for act in ("change", "begin-again", "switch", "end-sessions"):
        assert post(browser, pair[0], act, **place(), active="0", way="hand").status_code == 403
    assert not Invitation.objects.exists()
    assert User.objects.get(pk=pair[0].pk).is_active


# --- inviting ---------------------------------------------------------------------------------------------------------
def test_inviting_shows_a_link_once_and_makes_a_member_without_password(browser, unit):
    text = browser.post("/desk/people/invite/", INVITED | {"is_woman": "on"}).content.decode()
    assert "/desk/invitation/" in text
    member = User.objects.get(email="sana@example.org")
    assert not member.has_usable_password()
    assert Membership.objects.get(member=member, unit=unit).is_woman
    assert "/desk/invitation/" not in browser.get(f"/desk/people/{member.pk}/").content.decode()
    assert {"member_added", "member_joined", "member_invited"} <= set(events())


@pytest.mark.parametrize(("changes", "field"), [
    ({"email": "AYESHA@example.org"}, "email"), ({"email": "no address"}, "email"), ({"name": ""}, "name"),
    ({"units": []}, "units"), ({"role": "auditor"}, "units"), ({"role": "king"}, "role"),
    ({"units": ["nowhere"]}, "units"), ({"way": ""}, "way"),
    ({"language": "xx"}, "language")])
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(browser, pair, changes, field):
    before = User.objects.count()
    answer = browser.post("/desk/people/invite/", INVITED | changes)
    text = answer.content.decode()
    assert f'id="id_{field}_error"' in text
    assert (INVITED | changes)["email"] in text
    assert (INVITED | changes)["name"] in text
    assert User.objects.count() == before
    assert not Invitation.objects.exists()


def test_without_a_workers_key_no_mail_is_promised_and_nobody_is_made(browser, unit):
    text = browser.post("/desk/people/invite/", INVITED | {"way": "mail"}).content.decode()
    assert 'id="id_way_error"' in text
    assert not User.objects.filter(email="sana@example.org").exists()


def test_a_newcomer_starts_in_practice_where_there_is_a_practice_unit(browser, unit):
    wanted = INVITED | {"units": [], "practice": "on"}
    assert 'id="id_practice_error"' in browser.post("/desk/people/invite/", wanted).content.decode()
    set_up_practice()
    assert 'id="id_practice_error"' in browser.post("/desk/people/invite/", wanted | {"role": "auditor"}).content.decode()
    assert "/desk/invitation/" in browser.post("/desk/people/invite/", wanted).content.decode()
    sana = User.objects.get(email="sana@example.org")
    assert [each.unit.code for each in sana.memberships.all()] == ["practice"]
    shown = browser.get(f"/desk/people/{sana.pk}/").context["place"].initial
    assert (shown["units"], shown["practice"]) == ([], True)
    post(browser, sana, "change", **place(), practice="on")
    assert {each.unit.code for each in sana.memberships.all()} == {"practice", "adults"}
    post(browser, sana, "change", **place())
    assert [each.unit.code for each in sana.memberships.all()] == ["adults"]


# --- role and units ---------------------------------------------------------------------------------------------------
def test_another_role_ends_the_sessions_and_is_written_down(browser, admin, pair):
    ayesha = pair[0]
    open_session = signed_in(ayesha)
    assert post(browser, ayesha, "change", **place(role="supervisor"))["Location"] == f"/desk/people/{ayesha.pk}/"
    assert open_session.get("/desk/").status_code == 302
    assert User.objects.get(pk=ayesha.pk).role == "supervisor"
    entry = Entry.objects.get(event="role_changed")
    assert (entry.subject, entry.actor) == (str(ayesha.pk), str(admin.pk))
    assert entry.details == {"role": "supervisor", "was": "caseworker"}
    assert KeyGrant.objects.filter(member=ayesha).exists()              # still of the unit, still reads


def test_leaving_a_unit_takes_its_key(browser, unit, pair):
    ayesha, children = pair[0], make_unit("children")
    post(browser, ayesha, "change", **place(units=["children"]))
    assert list(Membership.objects.filter(member=ayesha).values_list("unit", flat=True)) == [children.pk]
    assert not KeyGrant.objects.filter(member=ayesha, key__unit=unit).exists()
    assert {"member_left", "key_revoked"} <= set(events())


def test_a_role_that_reads_no_case_takes_the_keys(browser, pair):
    post(browser, pair[0], "change", role="auditor")
    assert not KeyGrant.objects.filter(member=pair[0]).exists()
    assert not Membership.objects.filter(member=pair[0]).exists()


@pytest.mark.parametrize("fields", [{"role": "caseworker", "units": ["children"]}, {"role": "auditor"}])
def test_the_last_holder_of_a_key_stays_until_somebody_else_holds_it(browser, unit, fields):
    ayesha = make_member("Ayesha Khan", unit)
    make_unit("children")
    page = browser.get(f"/desk/people/{ayesha.pk}/").content.decode()
    assert "Nobody else holds the key of:" in page
    text = post(browser, ayesha, "change", **fields).content.decode()
    assert 'id="id_units_error"' in text
    assert KeyGrant.objects.filter(member=ayesha).exists()
    assert User.objects.get(pk=ayesha.pk).role == "caseworker"
    assert Membership.objects.filter(member=ayesha, unit=unit).exists()


def test_campaign_staff_are_in_the_group_of_their_new_role(browser):
    editor = make_member("Hina", role=Role.CAMPAIGN_EDITOR)
    post(browser, editor, "change", role="campaign_publisher")
    assert list(editor.groups.values_list("name", flat=True)) == ["Campaign publishers"]


# --- leaving and coming back ------------------------------------------------------------------------------------------
def test_a_leaver_is_out_at_once_and_comes_back_without_keys(browser, unit, pair):
    ayesha, open_session = pair[0], signed_in(pair[0])
    post(browser, ayesha, "switch", active="0")
    assert open_session.get("/desk/").status_code == 302
    assert not Session.objects.filter(member=ayesha).exists()
    assert not KeyGrant.objects.filter(member=ayesha).exists()
    assert "Switch the account on again" in browser.get(f"/desk/people/{ayesha.pk}/").content.decode()
    post(browser, ayesha, "switch", active="1")
    assert User.objects.get(pk=ayesha.pk).is_active
    assert not KeyGrant.objects.filter(member=ayesha).exists()
    assert {"member_deactivated", "member_reactivated"} <= set(events())


def test_the_last_holder_can_be_switched_off_and_the_key_is_kept(browser, unit):
    ayesha = make_member("Ayesha Khan", unit)
    post(browser, ayesha, "switch", active="0")
    assert not User.objects.get(pk=ayesha.pk).is_active
    assert KeyGrant.objects.filter(member=ayesha).exists()
    assert Entry.objects.get(event="member_deactivated").details == {"keys_kept": 1}


def test_an_administrator_ends_a_members_sessions(browser, pair):
    open_session = signed_in(pair[0])
    post(browser, pair[0], "end-sessions")
    assert open_session.get("/desk/").status_code == 302
    assert browser.get("/desk/people/").status_code == 200


# --- oneself ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("act", "fields"), [
    ("change", {"role": "supervisor", "units": ["adults"]}), ("switch", {"active": "0"}), ("begin-again", {"way": "hand"})])
def test_nobody_changes_their_own_standing(browser, admin, unit, act, fields):
    answer = post(browser, admin, act, **fields)
    assert "Ask another administrator" in answer.content.decode()
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("administrator", True)
    assert not Membership.objects.filter(member=admin).exists()
    assert not Invitation.objects.exists()


# --- starting over ----------------------------------------------------------------------------------------------------
def test_a_new_start_for_a_lost_telephone(browser, unit, pair):
    ayesha = pair[0]
    set_up_factor(ayesha)
    text = post(browser, ayesha, "begin-again", way="hand").content.decode()
    assert "/desk/invitation/" in text
    assert not second_factor.is_set(ayesha)
    ayesha.refresh_from_db()
    assert not ayesha.must_change_passphrase
    assert KeyGrant.objects.filter(member=ayesha).exists()              # the passphrase still opens it, and only that


def test_a_lost_passphrase_of_the_last_holder_is_refused_beside_the_box(browser, unit):
    ayesha = make_member("Ayesha Khan", unit)
    make_case(unit)
    with pytest.raises(LastHolder):
        people.start_over(member=ayesha, by=make_member("Y", role=Role.ADMINISTRATOR), vault=True, mail=False)
    text = post(browser, ayesha, "begin-again", vault="on", way="hand").content.decode()
    assert 'id="id_vault_error"' in text
    assert not Invitation.objects.exists()
