import pytest

from cases.triage import reading
from cases.triage.reading import Answers, State
from cases.vault import hpke
from cases.vault.models import StaffKey
from tests.factories.cases import keyring_of, make_case, make_member, make_unit, signed_in

pytestmark = pytest.mark.django_db


def test_a_member_whose_key_was_replaced_since_counts_as_locked(client, ayesha, case):
    StaffKey.objects.filter(member=ayesha).update(public=hpke.new_pair()[1])
    ayesha.key_grants.update(sealed=hpke.seal(hpke.new_pair()[1], bytes(32), info=b""))
    response = client.get("/desk/")
    assert response.status_code == 200
    assert response.context["locked"]


def test_a_parked_key_is_worth_nothing_without_its_cookie(ayesha, case):
    client = signed_in(ayesha)
    del client.cookies["vault"]
    assert client.get("/desk/").context["locked"]


def test_a_colleague_of_another_unit_holds_no_key_of_it(case, stranger):
    opened = reading.read_case(case, keyring=keyring_of(stranger), by=stranger)
    assert (opened.state, opened.answers) == (State.NO_KEY, Answers())
    with pytest.raises(reading.Locked):
        reading.seal_note(case, "x", keyring=keyring_of(stranger))


def test_repr_shows_no_typed_word(unit, ayesha):
    case = make_case(unit, story="A secret story", handles=["@somebody"])
    opened = reading.read_case(case, keyring=keyring_of(ayesha), by=ayesha)
    assert opened.answers.story == "A secret story"
    assert "secret" not in repr(opened)
    assert "somebody" not in repr(opened)


@pytest.mark.parametrize(("kind", "value", "says_enough"), [
    ("url", "facebook.com", False), ("url", "facebook.com/a", True), ("url", "youtube.com?v=1", True), ("url", "", False),
    ("handle", "ab", False), ("handle", "abc", True), ("handle", "", False),
])
def test_only_what_says_enough_ties_cases_together(kind, value, says_enough):
    assert reading.telling(kind, value) is says_enough


def test_two_units_of_one_member_open_side_by_side(unit):
    children = make_unit("children")
    both = make_member("Both", unit, children)
    cases = [make_case(unit, story="One"), make_case(children, story="Two")]
    texts = reading.summaries(cases, keyring=keyring_of(both), by=both)
    assert [texts[case.pk].words for case in cases] == ["One", "Two"]
