"""Searching by hash: what each member is told, what is left in the log, and how often."""
import threading

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.exchange.models import Feedback, Partner, Recall
from cases.hashing import foreign, listing, services as hashing
from cases.hashing.models import Benign, IndexedHash, ListCount, ListEntry
from cases.models import Case, Consent, Exclusion
from cases.notifications.models import Notification
from cases.triage import hashes
from cases.triage.walls import exclude, restrict
from portal.accounts.models import User
from tests.cases.hashing.conftest import fingerprint, near, new_pdq
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents, signed_in
from tests.factories.lists import publish, two_people

PAGE = "/desk/hashes/"


@pytest.fixture
def value() -> str:
    return new_pdq()


@pytest.fixture
def head(unit, ayesha) -> User:
    return make_member("Nadia Shah", unit, role="supervisor")


def reported(unit, value: str, **facts) -> Case:
    case = make_case(unit, **facts)
    hashing.store(case=case, fingerprints=[fingerprint(1, value)])
    hashing.match(case_id=case.pk)
    return case


def search(client: Client, *values: str, status: int = 200) -> str:
    answer = client.post(PAGE, {"hashes": "\n".join(values)})
    assert answer.status_code == status
    return answer.content.decode()


def found(client: Client, value: str) -> hashes.Result:
    return client.post(PAGE, {"hashes": value}).context["results"][0]


# --- what is typed ---

@pytest.mark.parametrize(("typed", "says"), [
    ("", "Type or paste a hash"), ("  ,\n ", "Type or paste a hash"), ("zz" * 32, "holds more than the digits"),
    ("ab" * 20, "is a SHA-1"), ("ab" * 31, "has 62 digits"), ("a" * 65, "has 65 digits"),
    ("\n".join(f"{n:064x}" for n in range(21)), "At most 20"), ("x" * 5000, "4000"), ("٣" * 64, "holds more than the digits")])
def test_what_is_no_hash_is_named_and_stays(client, typed, says):
    text = search(client, typed, status=400)
    assert says in text
    assert not Entry.objects.filter(event="hashes_searched").exists()


def test_hashes_are_taken_as_people_paste_them(client, unit, value):
    case = reported(unit, value)
    spaced = " ".join(value[place:place + 4] for place in range(0, 64, 4)).upper()
    for typed in (spaced, f"\r\n{value}\r\n", f"{value};{value}", f"{value[:32]}-{value[32:]}"):
        answer = client.post(PAGE, {"hashes": typed})
        (result,) = answer.context["results"]
        assert [hit.ref for hit in result.hits] == [case.ref]


def test_it_says_what_was_searched_for(client):
    text = search(client, "ab" * 32, "cd" * 16)
    assert "as PDQ (what a picture shows" in text
    assert "as MD5" in text
    assert text.count("Nothing is known of it.") == 2


# --- what is found ---

def test_pictures_by_distance_and_files_exactly(client, unit, value):
    case = reported(unit, value)
    row = case.media_hashes.get()
    assert [(hit.distance, str(hit.words)) for hit in found(client, value).hits] == [(0, "the same")]
    assert [(hit.distance, str(hit.words)) for hit in found(client, near(value, 30)).hits] == [(30, "nearly the same")]
    assert not found(client, near(value, 34)).hits
    for digest in (row.sha256, row.md5):
        assert [(hit.distance, str(hit.words)) for hit in found(client, digest).hits] == [(None, "the same file")]
    assert found(client, f"{int(row.sha256, 16) ^ 1:064x}").nothing


def test_a_case_that_waits_to_be_compared_is_found_too(client, unit, value):
    case = make_case(unit)
    hashing.store(case=case, fingerprints=[fingerprint(1, value)])
    assert [hit.ref for hit in found(client, value).hits] == [case.ref]


def test_lists_of_others_and_harmless_pictures(client, unit, value):
    at = timezone.now()
    foreign.take_in(source="ncmec", rows=[foreign.Row("r1", "pdq", near(value, 12), at), foreign.Row("r2", "md5", "cd" * 16, at)],
                    child=True)
    Benign.objects.create(pdq=near(value, 6), sort="logo", at=at)
    result = found(client, value)
    assert [(known.name, known.distance, known.child) for known in result.foreign] == [("ncmec", 12, True)]
    assert [(str(known.name), known.distance) for known in result.benign] == [("Logo or emblem", 6)]
    assert [known.name for known in found(client, "cd" * 16).foreign] == ["ncmec"]
    foreign.take_in(source="ncmec", rows=[foreign.Row("r1", "pdq", "", timezone.now())], child=True)
    assert not found(client, value).foreign


def test_of_another_unit_only_that_it_holds_a_match_and_its_supervisors_are_told(client, unit, value, stranger):
    children = make_unit("children")
    head = make_member("Tariq", children, role="supervisor")
    cases = [reported(children, value), reported(children, near(value, 20))]
    text = search(client, near(value, 4))
    assert text.count("Another unit holds a match.") == 1
    assert "differ" not in text                                                 # no distance to grope by
    assert not [case.ref for case in cases if case.ref in text]
    assert [row.member for row in Notification.objects.filter(occasion="searched")] == [head]
    assert Entry.objects.filter(event="hash_search_met", subject__in=[str(case.pk) for case in cases]).count() == 2


def test_an_entry_tells_nothing_more_of_another_units_case(client, unit, value, stranger):
    """Its page shows the very hash, so how far it is, and its category what the case is about."""
    publish(reported(make_unit("children"), value))
    assert found(client, near(value, 4)).other
    assert not found(client, near(value, 4)).listed
    assert len(found(client, value).listed) == 1                                # who has the value has it from the list itself


def test_a_kept_case_is_not_named(client, unit, value, bilal, head):
    kept = reported(unit, value)
    Case.objects.filter(pk=kept.pk).update(assignee=bilal)
    restrict(case=Case.objects.get(pk=kept.pk), on=True, by=head)
    text = search(client, value)
    assert kept.ref not in text
    assert "A case kept for others of your unit holds a match." in text
    assert kept.ref in search(signed_in(bilal), value)


def test_behind_a_wall_is_nothing_not_even_the_list(client, unit, value, ayesha, head):
    hidden = reported(unit, value)
    (entry,) = publish(hidden)
    assert found(client, value).listed
    exclude(case=hidden, member=ayesha, cause=Exclusion.Cause.KNOWS, by=head)
    assert found(client, value).nothing
    assert found(client, hidden.media_hashes.get().md5).nothing
    assert client.get(f"/desk/lists/entry/{entry.pk}/").status_code == 404
    assert Entry.objects.filter(event="hash_search_met", subject=str(hidden.pk), actor=str(ayesha.pk)).exists()
    other = reported(unit, value)
    publish(other)                                                              # the same entry, and a case that exists for her
    result = found(client, value)
    assert [hit.ref for hit in result.hits] == [other.ref]
    assert [listed.entry for listed in result.listed] == [entry]
    text = client.get(f"/desk/lists/entry/{entry.pk}/").content.decode()
    assert other.ref in text
    assert hidden.ref not in text


def test_what_only_waits_is_there_for_its_own_unit(client, unit, value, stranger):
    case = reported(unit, value)
    reporter_consents(case, Consent.Act.SHARE_HASHES)
    listing.propose(case=case, by=two_people()[0])
    assert ListEntry.objects.get().state == "waiting"
    assert len(found(client, value).listed) == 1
    assert not found(signed_in(stranger), value).listed


def test_the_history_of_an_entry(client, unit, value):
    case = reported(unit, value)
    (entry,) = publish(case)
    partner = Partner.objects.create(number=7, name="Photos Inc", platform="photos", number_key=bytes(32))
    Partner.objects.create(number=8, name="Other", platform="other", number_key=bytes(32), kinds=["md5"])
    now = timezone.now()
    Entry.objects.create(at=now, event="list_fetched", subject="hash_list", actor=f"partner:{partner.pk}")
    Feedback.objects.create(partner=partner, entry=entry, value="Blocked", at=now)
    Recall.objects.create(partner=partner, entry=entry, at=now)
    text = client.get(f"/desk/lists/entry/{entry.pk}/").content.decode()
    for words in ("Photos Inc", "Looked at and removed", "Not confirmed", "On the list", "List 1", "List 2", case.ref):
        assert words in text, words
    assert "Other" not in text


# --- who, how often, and what stays ---

def test_who_may_search(unit, stranger):
    for role, answer in (("supervisor", 200), ("caseworker", 200), ("analyst", 403), ("auditor", 403), ("administrator", 403),
                         ("intake_operator", 403), ("campaign_editor", 403)):
        browser = signed_in(make_member(role, unit, role=role))
        assert browser.get(PAGE).status_code == answer
        assert browser.post(PAGE, {"hashes": "ab" * 32}).status_code == answer
    assert Client().get(PAGE).status_code == 302


def test_the_log_counts_and_holds_no_hash(client, unit, value, ayesha):
    reported(unit, value)
    search(client, value, "cd" * 16)
    entry = Entry.objects.get(event="hashes_searched")
    assert entry.actor == str(ayesha.pk)
    assert {name: entry.details[name] for name in ("values", "cases", "others")} == {"values": 2, "cases": 1, "others": 0}
    assert not [each for each in Entry.objects.all() if value in f"{each.subject} {each.details}"]
    assert ListCount.objects.get(what="searched").n == 2


def test_after_so_many_searches_in_an_hour_one_waits(client, ayesha, value):
    Entry.objects.bulk_create(Entry(at=timezone.now(), event="hashes_searched", subject="hash_search", actor=str(ayesha.pk))
                              for _ in range(hashes.MOST_AN_HOUR - 1))
    search(client, value)
    text = search(client, value, status=429)
    assert value in text                                                        # what was typed stays
    assert "Please wait" in text


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_searches_at_once_are_counted_one_by_one(unit, ayesha, value):
    Entry.objects.bulk_create(Entry(at=timezone.now(), event="hashes_searched", subject="hash_search", actor=str(ayesha.pk))
                              for _ in range(hashes.MOST_AN_HOUR - 1))
    refused, start = [], threading.Barrier(4)

    def run() -> None:
        start.wait()
        try:
            hashes.search(values=[value], by=ayesha)
        except hashes.TooMany:
            refused.append(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(refused) == 3


def test_an_address_searches_for_nothing(client, unit, value):
    """Addresses stand in logs and histories, so a hash in one is not looked at."""
    case = reported(unit, value)
    assert case.ref not in client.get(PAGE, {"hashes": value}).content.decode()
    assert not Entry.objects.filter(event="hashes_searched").exists()


def test_a_search_costs_the_same_however_much_is_found(client, unit, value, django_assert_num_queries):
    reported(unit, value)
    search(client, value)
    with django_assert_num_queries(QUERIES):
        search(client, value)
    for _ in range(3):
        reported(unit, value)
    with django_assert_num_queries(QUERIES + 3):                                # a line in the log of each case that was met
        search(client, value)


QUERIES = 17 + 5 * len(IndexedHash.Kind)         # each kind is looked up through its own part of the index
