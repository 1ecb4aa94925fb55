"""The search: words in what is sealed, slice by slice, and what is found without opening anything."""
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.models import Case, Exclusion, Label
from cases.outbox.models import Job
from cases.triage import filters, fulltext, walls
from cases.triage.reading import seal_note
from cases.triage.services import add_note
from portal.accounts.models import Session
from tests.factories.cases import keyring_of, make_case, make_member, make_unit, reporter_writes, signed_in

pytestmark = pytest.mark.django_db
WORD = "Zulaikha"


def search(client: Client, words: str = WORD, **fields: object) -> str:
    response = client.post("/desk/search/", {"words": words, **fields})
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def hits(page: str) -> list[str]:
    inside = page[page.index('id="hits"'):page.index('id="progress"')] if 'id="hits"' in page else ""
    return re.findall(r'href="/desk/case/([0-9A-Z-]+)/"', inside)


def hidden(page: str) -> dict[str, str]:
    part = page[page.index('id="progress"'):]
    return dict(re.findall(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)">', part))


def test_words_are_found_in_every_part_that_people_wrote(client, ayesha, unit):
    note = make_case(unit, story="nothing here")
    row, body = seal_note(note, "کل زُليخا نے فون کیا", keyring=keyring_of(ayesha))
    add_note(case=note, note_id=row, body=body, by=ayesha)
    message = make_case(unit)
    reporter_writes(message, "میرا نام زلیخا ہے")
    story, link = make_case(unit, story="زلیخا سے سب شروع ہوا"), make_case(unit, links=["https://x.example/زلیخا"])
    who, handle = make_case(unit, who_does_it="زليخا"), make_case(unit, handles=["@زلیخا"])
    make_case(unit, safe_to_contact="زلیخا"), make_case(unit)
    page = search(client, "زلیخا")
    assert set(hits(page)) == {case.ref for case in (note, message, story, link, who, handle)}
    assert page.count("<mark>") == 6
    assert "<mark>زُليخا</mark>" in page                           # as it was typed
    assert "All is read: 8 cases. 6 have these words." in page


def test_every_word_must_stand_in_the_case_but_not_in_one_place(client, unit):
    both, one = make_case(unit, story="Zulaikha came", who_does_it="the baker"), make_case(unit, story="Zulaikha came")
    assert hits(search(client, "zulaikha BAKER")) == [both.ref]
    assert set(hits(search(client))) == {both.ref, one.ref}


def test_nothing_is_read_that_the_member_could_not_open(client, unit, ayesha, bilal, stranger):
    mine, hidden_one = make_case(unit, story=WORD), make_case(unit, story=WORD)
    walls.exclude(case=hidden_one, member=ayesha, cause=Exclusion.Cause.KNOWS, by=ayesha)
    womans, kept = make_case(unit, story=WORD, wants_woman=True), make_case(unit, story=WORD)
    Case.objects.filter(pk=kept.pk).update(restricted=True, assignee=bilal)
    theirs = make_case(make_unit("children"), story=WORD)
    page = search(client)
    assert hits(page) == [mine.ref]
    assert "2 were not read" in page                               # kept for others; the one behind the wall is not there
    assert not [case.ref for case in (hidden_one, womans, kept, theirs) if case.ref in page]
    assert hits(search(signed_in(stranger))) == [theirs.ref]
    editor = make_member("Editor", unit, role="campaign_editor")
    for browser, answer in ((signed_in(editor), 403), (Client(), 302)):
        assert browser.post("/desk/search/", {"words": WORD}).status_code == answer
    keyless = search(signed_in(make_member("Zara", unit, keys=False)))
    assert hits(keyless) == []


def test_the_log_counts_cases_and_no_word_is_kept_anywhere(client, unit, ayesha):
    found, other = make_case(unit, story=WORD), make_case(unit)
    search(client)
    entry = Entry.objects.get(event="search_read")
    assert (entry.subject, entry.actor) == ("search", str(ayesha.pk))
    assert entry.details == {"scanned": 2, "cases": [str(found.pk)]}
    kept = [repr(list(model.objects.values())) for model in (Entry, Job)]
    kept += [repr(one.get_decoded()) for one in Session.objects.all()]
    assert not [rows for rows in kept if WORD.lower() in rows.lower()]
    assert client.get("/desk/search/").status_code == 200
    assert Entry.objects.filter(event="search_read").count() == 1
    assert other.ref not in client.get("/desk/search/").content.decode()


def test_a_slice_ends_and_the_next_goes_on_where_it_ended(client, unit, monkeypatch):
    cases = [make_case(unit, story=WORD if number % 2 else "nothing") for number in range(7)]
    for number, case in enumerate(cases):
        Case.objects.filter(pk=case.pk).update(opened_at=timezone.now() - timedelta(hours=number // 2))
    monkeypatch.setattr(fulltext, "MOST", 3)
    monkeypatch.setattr(fulltext, "AT_ONCE", 2)
    page, found = search(client), []
    for read in (3, 6):
        found += hits(page)
        assert f"{read} of 7 cases were read" in page
        assert "search.mjs" in page
        page = search(client, **(hidden(page) | {"words": hidden(page)["words"]}))
    found += hits(page)
    assert "All is read: 7 cases. 3 have these words." in page
    assert sorted(found) == sorted(case.ref for number, case in enumerate(cases) if number % 2)
    before = re.search(r'id="earlier">.*?</p>', page, re.DOTALL)
    assert before
    assert all(ref in before[0] for ref in found)
    assert [entry.details["scanned"] for entry in Entry.objects.filter(event="search_read").order_by("at")] == [3, 3, 1]


def test_it_stops_when_its_second_is_over(unit, ayesha, monkeypatch):
    for _ in range(3):
        make_case(unit, story=WORD)
    found = filters.read({}, ayesha)
    part = fulltext.search(found, ["zulaikha"], by=ayesha, keyring=keyring_of(ayesha), now=timezone.now(), seconds=-1)
    assert (part.read, bool(part.next)) == (1, True)               # or it would never come to an end
    ticks = iter([0.0, 0.5, 1.5])
    monkeypatch.setattr(fulltext, "monotonic", lambda: next(ticks))
    part = fulltext.search(found, ["zulaikha"], by=ayesha, keyring=keyring_of(ayesha), now=timezone.now())
    assert (part.read, bool(part.next)) == (2, True)


def test_the_filter_bounds_it_and_closed_and_merged_cases_are_among_them(client, unit, ayesha):
    closed, merged, lead, old = (make_case(unit, story=WORD) for _ in range(4))
    Case.objects.filter(pk=closed.pk).update(status="closed", outcome="removed", closed_at=timezone.now(), due_at=None)
    Case.objects.filter(pk=merged.pk).update(merged_into=lead.pk)
    Case.objects.filter(pk=old.pk).update(opened_at=timezone.now() - timedelta(days=400))
    today = timezone.localdate()
    assert set(hits(search(client, since=today))) == {closed.ref, merged.ref, lead.ref}
    assert hits(search(client, since=today, status="closed")) == [closed.ref]
    assert old.ref in hits(search(client))
    assert f'value="{today - timedelta(days=365)}"' in client.get("/desk/search/").content.decode()
    bad = client.post("/desk/search/", {"words": WORD, "status": "nonsense"})
    assert bad.status_code == 400
    assert hits(bad.content.decode()) == []
    for words in ("", " a "):
        assert client.post("/desk/search/", {"words": words}).status_code == 400


def test_references_labels_accounts_and_links_are_found_at_once_even_while_locked(unit, ayesha, client, bilal, stranger):
    named = make_case(unit, links=["https://www.facebook.com/groups/1/posts/88"], handles=["@Bad.Actor", "0300 1234567"])
    theirs = make_case(make_unit("children"), handles=["@Bad.Actor"])
    for browser, case in ((client, named), (signed_in(stranger), theirs)):
        browser.post(f"/desk/case/{case.ref}/hand/", {"version": 1, "me": 1})
    label = Label.objects.create(unit=unit, name_en="Court", name_ur="عدالت")
    for browser in (client, signed_in(ayesha, unlocked=False)):
        for words in ("bad.actor", "who is @bad.actor", "+92 300 1234567", "۰۳۰۰۱۲۳۴۵۶۷", "m.facebook.com/groups/1/posts/88/",
                      named.ref, named.ref[3:].lower()):
            page = search(browser, words)
            at_once = page[page.index("Found at once"):]
            assert named.ref in at_once, words
            assert theirs.ref not in page
        assert f"?label={label.pk}" in search(browser, "عدالت")
    assert "Unlock the vault and search" in search(signed_in(ayesha, unlocked=False))
    Case.objects.filter(pk=named.pk).update(restricted=True)
    assert named.ref not in search(signed_in(bilal), "bad.actor")      # kept for others: not even that there is one


def test_from_a_locked_vault_the_words_wait_in_the_page(unit, ayesha):
    make_case(unit, story=WORD)
    asked = signed_in(ayesha, unlocked=False).post("/desk/search/", {"words": WORD, "unlock": 1})
    assert asked.status_code == 409
    assert f'name="carried-words" value="{WORD}"' in asked.content.decode()


def test_each_batch_costs_the_same(unit, ayesha, django_assert_max_num_queries):
    for number in range(12):
        case = make_case(unit, story=f"{WORD} {number}")
        reporter_writes(case, "a message")
        row, body = seal_note(case, "a note", keyring=keyring_of(ayesha))
        add_note(case=case, note_id=row, body=body, by=ayesha)
    found, keyring = filters.read({}, ayesha), keyring_of(ayesha)
    with django_assert_max_num_queries(12):
        part = fulltext.search(found, ["zulaikha"], by=ayesha, keyring=keyring, now=timezone.now())
    assert part.read == 12
    assert uuid4() not in {hit.case.pk for hit in part.hits}
