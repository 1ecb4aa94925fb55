"""The desk's pages about shared lists: who proposes, who decides, who may look."""
import pytest
from django.test import Client

from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import Benign, ListEntry, Listing
from cases.hashing.services import store
from cases.models import Case, Consent
from portal.accounts.models import User
from tests.cases.hashing.conftest import varied
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents, signed_in

PDQ = "5" * 64


@pytest.fixture
def ayesha(db: None) -> User:
    return make_member("Ayesha", make_unit())


@pytest.fixture
def case(ayesha: User) -> Case:
    case = make_case(make_unit())
    reporter_consents(case, Consent.Act.SHARE_HASHES)
    store(case=case, fingerprints=[Fingerprint(1, PDQ, 90, "a" * 64, "b" * 32)])
    return case


@pytest.fixture
def mine(ayesha: User) -> Client:
    return signed_in(ayesha)


@pytest.fixture
def colleagues(case: Case) -> Client:
    return signed_in(make_member("Amna", case.unit))


@pytest.fixture
def supervisors(case: Case) -> Client:
    return signed_in(make_member("Sana", case.unit, role="supervisor"))


def address(case: Case) -> str:
    return f"/desk/case/{case.ref}/list/"


def act(client: Client, case: Case, name: str, **fields: str) -> int:
    return client.post(address(case), {"act": name, "basis": "peca_21", **fields}).status_code


def test_one_proposes_and_another_puts_them_on_the_list(case: Case, mine: Client, colleagues: Client) -> None:
    assert case.ref not in mine.get("/desk/lists/").content.decode()
    assert act(mine, case, "propose") == 302
    assert case.ref in colleagues.get("/desk/lists/").content.decode()
    assert act(mine, case, "approve") == 409
    assert ListEntry.objects.get().state == "waiting"
    assert act(colleagues, case, "approve") == 302
    assert ListEntry.objects.get().state == "active"
    assert act(colleagues, case, "approve") == 409
    assert "Ayesha" in colleagues.get(address(case)).content.decode()
    assert act(mine, case, "end") == 302
    assert ListEntry.objects.get().state == "withdrawn"


def test_variants_are_counted_with_their_picture(case: Case, mine: Client, colleagues: Client) -> None:
    store(case=case, fingerprints=[varied(2)])
    act(mine, case, "propose")
    act(colleagues, case, "approve")
    page = mine.get(address(case)).content.decode()
    assert page.count("On the list") == 2
    assert page.count("with 14 crops and mirror images of it") == 1
    assert act(mine, case, "end") == 302
    assert set(ListEntry.objects.values_list("state", flat=True)) == {"withdrawn"}


def test_a_refusal_takes_a_reason(case: Case, mine: Client, colleagues: Client) -> None:
    act(mine, case, "propose")
    assert act(colleagues, case, "refuse") == 400
    assert act(colleagues, case, "refuse", why="age") == 302
    assert (Listing.objects.get().state, Listing.objects.get().why) == ("refused", "age")


def test_what_stands_out_is_a_supervisors_to_decide(case: Case, mine: Client, colleagues: Client, supervisors: Client) -> None:
    Benign.objects.create(pdq=PDQ, sort="logo", at=case.opened_at)
    act(mine, case, "propose")
    assert "a logo, a blank page, a joke" in colleagues.get(address(case)).content.decode()
    assert act(colleagues, case, "approve", despite="on") == 409
    assert act(supervisors, case, "approve") == 409
    assert act(supervisors, case, "approve", despite="on") == 302


def test_without_a_yes_the_page_says_so(case: Case, mine: Client) -> None:
    reporter_consents(case, Consent.Act.SHARE_HASHES, Consent.Answer.NO)
    page = mine.post(address(case), {"act": "propose", "basis": "peca_21"})
    assert page.status_code == 409
    assert "has not agreed" in page.content.decode()


@pytest.mark.parametrize("fields", [{}, {"act": "sell"}, {"act": "propose", "basis": "mood"}, {"act": "refuse", "why": "hm"}])
def test_an_act_that_is_none_changes_nothing(case: Case, mine: Client, fields: dict[str, str]) -> None:
    assert mine.post(address(case), fields).status_code == 400
    assert not Listing.objects.exists()


def test_a_childs_fingerprints_are_proposed_for_the_childrens_list(ayesha: User, mine: Client) -> None:
    child = make_case(make_unit(), age_now=15)
    reporter_consents(child, Consent.Act.SHARE_HASHES)
    store(case=child, fingerprints=[Fingerprint(1, PDQ, 90, "a" * 64, "b" * 32)])
    assert "only platforms see that are enabled for it" in mine.get(address(child)).content.decode()
    act(mine, child, "propose", basis="peca_22")
    assert ListEntry.objects.get().category == "child"


def test_strangers_see_neither_page(case: Case) -> None:
    stranger = signed_in(make_member("Omar", make_unit("children")))
    assert stranger.get(address(case)).status_code == 404
    assert case.ref not in stranger.get("/desk/lists/").content.decode()
    analyst = signed_in(make_member("Zia", role="analyst"))
    assert analyst.get("/desk/lists/").status_code == analyst.get("/desk/partners/").status_code == 403


def test_what_stands_out_since_the_proposal_a_supervisor_can_decide(case: Case, mine: Client, supervisors: Client) -> None:
    assert act(mine, case, "propose") == 302
    Benign.objects.create(pdq=PDQ, sort="logo", at=case.opened_at)
    assert 'name="despite"' in supervisors.get(address(case)).content.decode()
    assert act(supervisors, case, "approve") == 409
    assert act(supervisors, case, "approve", despite="on") == 302
