import pytest

from cases.models import Case
from cases.triage import reading
from cases.triage.reading import Answers, State
from cases.vault import hpke
from cases.vault.keyring import NotHeld
from cases.vault.models import StaffKey
from cases.vault.parking import Locked
from tests.cases.intake.browser import Browser, unused_lock
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
    with pytest.raises(NotHeld):
        reading.seal_note(case, "x", keyring=keyring_of(stranger))
    with pytest.raises(Locked):
        reading.seal_note(case, "x", keyring=None)


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


RUBBISH = [b"", b"[]", b"null", b'"x"', b"[" * 60_000, b'{"age_now": Infinity}', b'{"age_now": "old"}', b'{"age_now": 1e999}',
           b'{"story": "\\ud800 half", "links": 7}', b'{"links": {"a": 1}, "story": ["x"], "age_now": true}',
           b'{"story": "a\\u0000b", "wanted": [{}, "", null]}', bytes(range(256)), b'{"age_now": ' + b"9" * 6000 + b"}"]


@pytest.mark.parametrize("plain", RUBBISH, ids=range(len(RUBBISH)))
def test_a_report_sealed_with_rubbish_inside_is_a_case_that_can_be_asked_about(unit, ayesha, redis_server, plain):
    """Sealed rightly, and what was sealed is no report: queue and case page stand, and offer to ask the reporter."""
    assert Browser(unit, unused_lock(), plain=plain).send().status_code == 200
    case, client = Case.objects.get(), signed_in(ayesha)
    assert client.get("/desk/").status_code == 200
    page = client.get(f"/desk/case/{case.ref}/")
    assert page.status_code == 200
    if reading.read_case(case, keyring=keyring_of(ayesha), by=ayesha).state == reading.State.BROKEN:
        assert b"Part of this case could not be opened." in page.content
    client.post(f"/desk/case/{case.ref}/hand/", {"version": case.version, "me": "1"})
    case.refresh_from_db()
    client.post(f"/desk/case/{case.ref}/move/", {"version": case.version, "move": "asked_again"})
    case.refresh_from_db()
    assert (case.status, case.history.last().said) == ("waiting_reporter", "asked_again")


def test_wraps_that_open_nothing_leave_a_case_that_can_be_asked_about(unit, ayesha, redis_server):
    """Sealed to the right key, with other keys inside than those that sealed the words."""
    browser = Browser(unit, unused_lock())
    browser.key = browser.talk = bytes(32)
    browser.seal_keys()
    browser.send()
    case, client = Case.objects.get(), signed_in(ayesha)
    assert b"Could not be opened: ask the reporter" in client.get("/desk/").content
    client.post(f"/desk/case/{case.ref}/hand/", {"version": case.version, "me": "1"})
    page = client.get(f"/desk/case/{case.ref}/").content
    assert b"Part of this case could not be opened." in page
    assert b"We could not open what you sent" in page
