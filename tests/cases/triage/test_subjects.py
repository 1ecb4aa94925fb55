"""People, accounts, numbers and links that members write down for a case."""
import pytest
from django.test import Client

from cases.audit.models import Entry
from cases.models import Case, Exclusion, Link, Trace
from cases.triage import subjects, walls
from cases.triage.models import Question, Subject
from tests.factories.cases import make_case, make_member, make_unit, signed_in

pytestmark = pytest.mark.django_db


def write(client: Client, case: Case, kind: str, text: str, about: str = "") -> Subject:
    response = client.post(f"/desk/case/{case.ref}/subject/", {"version": 1, "kind": kind, "text": text, "about": about})
    assert response.status_code == 302, response.content.decode()
    return Subject.objects.latest("at")


def page(client: Client, case: Case) -> str:
    text = client.get(f"/desk/case/{case.ref}/").content.decode()
    return text[text.index('id="subjects"'):]


def alter(client: Client, subject: Subject, **fields: object) -> int:
    return client.post(f"/desk/case/{subject.case.ref}/subject/{subject.pk}/", {"version": 1, **fields}).status_code


def test_it_is_sealed_shown_changed_and_removed_and_the_log_names_none(client, ayesha, bilal, case):
    row = write(client, case, "doer", "Kashif of the bakery", "drives a red motorcycle")
    assert b"Kashif" not in bytes(row.words)
    for browser in (client, signed_in(bilal)):
        assert "Kashif of the bakery" in page(browser, case)
        assert "red motorcycle" in page(browser, case)
    locked = page(signed_in(ayesha, unlocked=False), case)
    assert "Kashif" not in locked
    assert "Person who does it" in locked
    assert "Kashif of the bakery" in client.get(f"/desk/case/{case.ref}/subject/{row.pk}/").content.decode()
    assert alter(client, row, act="change", kind="witness", text="Kashif", about="") == 302
    assert "Kashif of" not in page(client, case)
    assert alter(signed_in(bilal), row, act="remove") == 302
    assert not Subject.objects.exists()
    log = {entry.event: entry for entry in Entry.objects.filter(event__startswith="subject_")}
    assert set(log) == {"subject_added", "subject_changed", "subject_removed"}
    assert log["subject_changed"].details == {"entry": str(row.pk), "kind": "witness"}
    text = client.get(f"/desk/case/{case.ref}/").content.decode()
    assert "written down" in text[:text.index('id="subjects"')]         # in the timeline
    assert not Trace.objects.exists()                                   # a name is compared with nothing


def test_who_may_not_come_in(client, case, unit, stranger, bilal):
    row = write(client, case, "account", "@bad.actor")
    Case.objects.filter(pk=case.pk).update(restricted=True)
    editor = make_member("Editor", unit, role="campaign_editor")
    for browser, answers in ((signed_in(stranger), (404, 404)), (signed_in(editor), (403, 403)), (signed_in(bilal), (409, 403))):
        posted = browser.post(f"/desk/case/{case.ref}/subject/", {"version": 1, "kind": "doer", "text": "x"})
        assert (posted.status_code, alter(browser, row, act="remove")) == answers
    assert "bad.actor" not in page(signed_in(bilal), case)
    assert Subject.objects.count() == 1
    other = make_case(unit)
    assert client.post(f"/desk/case/{other.ref}/subject/{row.pk}/", {"act": "remove"}).status_code == 404


def test_the_same_in_another_case_is_named_and_tied(client, unit):
    first = make_case(unit, handles=["@bad.actor", "0300-1234567"],
                      links=["facebook.com/bad.actor/", "https://www.facebook.com/groups/1/posts/88?fbclid=1"])
    second = make_case(unit)
    client.post(f"/desk/case/{first.ref}/hand/", {"version": 1, "me": 1})
    for kind, text in (("account", "Bad.Actor"), ("account", "https://www.facebook.com/bad.actor"), ("phone", "+92 300 1234567"),
                       ("link", "m.facebook.com/groups/1/posts/88"), ("phone", "۹۲۳۰۰۱۲۳۴۵۶۷")):
        write(client, second, kind, text)
    assert page(client, second).count("Named in 1 other case") == 5
    assert page(client, second).count(f'href="/desk/case/{first.ref}/"') == 5
    assert second.ref in client.get(f"/desk/case/{first.ref}/").content.decode()
    assert Link.objects.get().because == "handle"


def test_the_reports_own_accounts_are_still_remembered_with_the_first_act(client, unit):
    """An entry that a member made first is not taken for what the reporter said."""
    case = make_case(unit, handles=["@one"])
    row = write(client, case, "account", "@one")
    write(client, case, "account", "@two")
    client.post(f"/desk/case/{case.ref}/hand/", {"version": 1, "me": 1})
    assert Trace.objects.filter(case=case, subject=None).count() == 1
    assert alter(client, row, act="remove") == 302
    assert Trace.objects.filter(case=case).count() == 2


def test_what_ties_two_cases_goes_with_the_last_entry_that_says_it(client, unit):
    first, second = make_case(unit), make_case(unit)
    write(client, first, "account", "@bad.actor")
    one, two = write(client, second, "account", "bad.actor"), write(client, second, "account", "@Bad.Actor")
    assert alter(client, one, act="remove") == 302
    assert Link.objects.count() == 1
    assert alter(client, two, act="change", kind="account", text="@somebody.else") == 302
    assert not Link.objects.exists()
    assert "Named in" not in page(client, second)


def test_of_others_no_more_is_said_than_that_they_have_it_and_they_can_be_asked(client, unit, ayesha, bilal, stranger):
    theirs, kept, walled, mine = make_case(make_unit("children")), make_case(unit), make_case(unit), make_case(unit)
    Case.objects.filter(pk=kept.pk).update(assignee=bilal)
    for browser, case in ((signed_in(stranger), theirs), (signed_in(bilal), kept), (client, walled)):
        write(browser, case, "account", "@bad.actor")
    Case.objects.filter(pk=kept.pk).update(restricted=True)
    walls.exclude(case=walled, member=ayesha, cause=Exclusion.Cause.KNOWS, by=ayesha)
    write(client, mine, "account", "@bad.actor")
    text = page(client, mine)
    assert "Another unit has it too" in text
    assert "Also in a case kept for others" in text
    assert "Named in" not in text
    assert not [case.ref for case in (theirs, kept, walled) if case.ref in text]
    assert f"/desk/case/{mine.ref}/ask/" in text
    client.post(f"/desk/case/{mine.ref}/ask/", {"reason": "The same account writes to a girl in our case."})
    assert {question.about_id for question in Question.objects.all()} == {theirs.pk, kept.pk}


def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(client, case):
    for fields, words in (({"kind": "", "text": "Kashif"}, "Say who or what it is."),
                          ({"kind": "phone", "text": "12 34"}, "more digits")):
        response = client.post(f"/desk/case/{case.ref}/subject/", {"version": 1, "about": "a neighbour", **fields})
        assert response.status_code == 400
        assert words in response.content.decode()
        assert "a neighbour" in response.content.decode()


def test_what_says_too_little_is_compared_with_nothing():
    assert subjects.tag_of("account", "x") is None
    assert subjects.tag_of("link", "facebook.com") is None
    assert subjects.tag_of("doer", "Kashif of the bakery") is None
