"""A liaison has a desk of their own and an account. Every other address of the desk is closed to them, also one that is new."""
import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from cases.coordination.models import Body, Seat
from cases.escalation import registry
from cases.escalation.models import Platform
from cases.permissions import Role
from cases.units.models import Membership
from cases.vault.models import BodyGrant, StaffKey
from portal.accounts import arrival, people, services
from portal.accounts.middleware import FOR_LIAISONS
from portal.accounts.models import User
from tests.factories.cases import make_liaison, make_member, make_unit, signed_in
from tests.portal.accounts.conftest import PASSWORD, enrol
from tests.portal.test_access_matrix import addresses

OPEN = ("desk/sign-in/", "desk/invitation/", "desk/sign-out/", "desk/language")
PLACES = {"<uuid:": "00000000-0000-4000-8000-000000000000", "<slug:": "x", "<int:": "1", "<str:": "x"}


@pytest.fixture
def tiktok(db: None) -> Body:
    registry.seed()
    return Body.objects.create(slug="tiktok", kind="platform", name_en="TikTok", name_ur="ٹک ٹاک",
                               platform=Platform.objects.get(slug="tiktok"))


@pytest.fixture
def omar(tiktok: Body) -> User:
    return make_liaison("Omar", tiktok)


def filled(pattern: str) -> str:
    parts = ["/" + pattern]
    while "<" in parts[0]:
        before, _sep, rest = parts[0].partition("<")
        kind, _sep, after = rest.partition(">")
        parts[0] = before + next(value for start, value in PLACES.items() if f"<{kind}".startswith(start)) + after
    return parts[0]


def test_every_address_of_the_desk_is_closed_but_their_own(omar: User) -> None:
    """Both ways of asking; what is open is named here and in the middleware, and nothing else is."""
    client = signed_in(omar)
    every = {one for one in addresses(get_resolver("portal.urls.desk").url_patterns) if one.startswith("desk/")}
    own = {"desk/partner/", "desk/account/", "desk/passkeys/", "desk/password/", "desk/recovery-codes/", "desk/prove/",
           "desk/unlock/", "desk/vault/", "desk/lock/", "desk/single-sign-on/"}
    theirs = {one for one in every if one.startswith((*own, *OPEN))}
    assert len(every - theirs) > 150
    for pattern in sorted(every - theirs):
        for ask in (client.get, client.post):
            assert ask(filled(pattern)).status_code in {403, 404}, pattern


def test_the_names_that_are_open_exist() -> None:
    named = {name for name in FOR_LIAISONS if name not in {"liaison:item", "liaison:answer", "liaison:download_once"}}
    assert all(map(reverse, named))


def test_they_begin_at_what_is_before_them_and_see_no_other_menu(omar: User) -> None:
    page = signed_in(omar).get("/desk/partner/").content.decode()
    for word in ("Queue", "Search", "People", "Figures", "Audit", "News"):
        assert f">{word}<" not in page
    assert 'href="/desk/partner/"' in page
    assert signed_in(omar).get("/desk/account/").status_code == 200


KEYS = "/desk/partner/keys/"
INVITED = {"email": "zara@tiktok.example", "name": "Zara", "role": "liaison", "language": "en", "way": "hand"}


def test_an_administrator_invites_one_for_a_body_and_for_no_unit(tiktok: Body) -> None:
    unit, client = make_unit(), signed_in(make_member("Rabia", role="administrator"))
    for wrong in ({}, {"body": "tiktok", "units": [unit.code]}, {"body": "tiktok", "practice": "on"}, {"body": "nobody"}):
        assert client.post("/desk/people/invite/", INVITED | wrong).status_code == 200
    refused = client.post("/desk/people/invite/", INVITED | {"role": "analyst", "body": "tiktok"}).content.decode()
    assert "Only a liaison speaks for a partner body" in refused
    assert not User.objects.filter(name="Zara").exists()
    client.post("/desk/people/invite/", INVITED | {"body": "tiktok"})
    zara = User.objects.get(name="Zara")
    assert zara.seat.body == tiktok
    assert not zara.memberships.exists()


def test_the_first_passphrase_makes_the_bodys_key(tiktok: Body) -> None:
    admin = make_member("Rabia", role="administrator")
    zara, _link = people.invite(email="zara@tiktok.example", name="Zara", role=Role.LIAISON, units=[], language="en", by=admin,
                                mail=False, body=tiktok)
    assert arrival.owes_passphrase(zara)
    services.begin(member=zara, password="", passphrase="correct horse battery")  # noqa: S106
    assert StaffKey.objects.filter(member=zara).exists()
    assert BodyGrant.objects.get(member=zara).key.body == tiktok.pk
    assert not arrival.owes_passphrase(User.objects.get(pk=zara.pk))


def test_the_whole_way_in_from_the_link_to_what_is_before_them(tiktok: Body) -> None:
    """A password, the second factor, a passphrase; then the desk, with the vault open."""
    admin, client = make_member("Rabia", role="administrator"), Client()
    zara, link = people.invite(email="zara@tiktok.example", name="Zara", role=Role.LIAISON, units=[], language="en", by=admin,
                               mail=False, body=tiktok)
    path = "/" + link.split("/", 3)[3]
    client.post(path, {"password": PASSWORD, "password_again": PASSWORD})
    enrol(client)
    assert 'name="passphrase"' in client.get("/desk/sign-in/begin/").content.decode()
    answer = client.post("/desk/sign-in/begin/", {"passphrase": PASSWORD, "passphrase_again": PASSWORD})
    assert answer["Location"] == "/desk/partner/"
    page = client.get(KEYS).content.decode()
    assert "Fingerprint of its key, computed from what you hold" in page
    client.post("/desk/lock/")
    assert "computed from what you hold" not in client.get(KEYS).content.decode()
    client.post("/desk/unlock/", {"passphrase": PASSWORD})
    assert "computed from what you hold" in client.get(KEYS).content.decode()


def test_a_lost_passphrase_begins_with_a_new_key_where_nobody_else_holds_it(tiktok: Body, omar: User) -> None:
    before = BodyGrant.objects.get(member=omar).key.version
    answer = signed_in(omar).post("/desk/account/passphrase/lost/", {"passphrase": PASSWORD, "passphrase_again": PASSWORD})
    assert answer["Location"] == KEYS
    assert BodyGrant.objects.get(member=omar).key.version == before + 1


def test_a_caseworker_who_becomes_one_leaves_the_units_and_back(tiktok: Body) -> None:
    admin, unit = make_member("Rabia", role="administrator"), make_unit()
    make_member("Ayesha", unit)
    bilal, client = make_member("Bilal", unit), signed_in(admin)
    client.post(f"/desk/people/{bilal.pk}/change/", {"role": "liaison", "body": "tiktok"})
    assert Seat.objects.get(member=bilal).body == tiktok
    assert not Membership.objects.filter(member=bilal).exists()
    assert BodyGrant.objects.filter(member=bilal).exists()
    client.post(f"/desk/people/{bilal.pk}/change/", {"role": "caseworker", "units": [unit.code]})
    assert not Seat.objects.filter(member=bilal).exists()
    assert not BodyGrant.objects.filter(member=bilal).exists()


def test_who_is_switched_off_loses_the_bodys_key(omar: User) -> None:
    admin = make_member("Rabia", role="administrator")
    people.deactivate(member=omar, by=admin)
    assert not BodyGrant.objects.filter(member=omar).exists()
    people.reactivate(member=omar, by=admin)
    assert BodyGrant.objects.filter(member=omar).exists(), "nobody else held it: a new one"


def test_they_are_on_no_list_of_members(omar: User) -> None:
    unit = make_unit()
    nadia = make_member("Nadia", unit, role="supervisor")
    for place in ("/desk/load/", f"/desk/settings/roster/{unit.code}/", "/desk/keys/"):
        assert "Omar" not in signed_in(nadia).get(place).content.decode()
