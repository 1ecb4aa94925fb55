"""Variants in the database: found, listed and taken back with their picture."""
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.audit.models import Entry
from cases.hashing import foreign, listing, services, triggers
from cases.hashing.entries import suspend
from cases.hashing.foreign import Row
from cases.hashing.models import Benign, ForeignMatch, IndexedHash, ListCount, ListEntry, Listing, Match, Variant
from cases.hashing.selectors import on_the_lists
from cases.hashing.variants import VARIANTS
from cases.models import Case
from cases.priority import AgeBand
from tests.cases.hashing.conftest import fingerprint, near, new_pdq, new_variants, varied
from tests.cases.hashing.test_listing import agree
from tests.factories.lists import publish, two_people

State = ListEntry.State


@pytest.fixture
def own():
    return new_pdq()


@pytest.fixture
def values(own):
    return new_variants(own)


@pytest.fixture
def case(make_case, own, values):
    """Of one picture with its variants, and a yes."""
    case = make_case()
    agree(case)
    services.store(case=case, fingerprints=[fingerprint(pdq=own, variants=values)])
    return case


def every(case: Case) -> set[str]:
    return {value for row in case.media_hashes.all() for value in row.every()}


def states(case: Case) -> set[str]:
    return set(ListEntry.objects.filter(value__in=every(case)).values_list("state", flat=True))


# --- kept and found ---------------------------------------------------------------------------------------------------
def test_they_are_kept_by_name_and_go_with_the_case(case, values):
    assert set(Variant.objects.values_list("pdq", flat=True)) == set(values) - {""}
    assert Variant.objects.get(name="top-12").pdq == values[11]
    assert not Variant.objects.filter(name="inside").exists()
    services.match(case_id=case.pk)
    assert IndexedHash.objects.count() == 15
    case.delete()
    assert not Variant.objects.exists()
    assert not IndexedHash.objects.exists()


@pytest.mark.parametrize("earlier_first", [True, False])
def test_a_crop_is_found_by_the_variant_that_it_is_near_to(case, values, make_case, earlier_first):
    other = make_case()
    services.store(case=other, fingerprints=[fingerprint(pdq=near(values[3], 12))])
    first, second = (case, other) if earlier_first else (other, case)
    services.match(case_id=first.pk)
    (found,) = services.match(case_id=second.pk)
    assert (found.a.case, found.b.case, found.distance) == (second, first, 12)


def test_of_all_pairs_the_nearest_is_their_distance(case, values, make_case):
    own = near(case.media_hashes.get().pdq, 30)
    other, theirs = make_case(), list(new_variants(own))
    theirs[1], theirs[4] = near(values[5], 20), near(values[2], 6)
    services.store(case=other, fingerprints=[fingerprint(pdq=own, variants=tuple(theirs))])
    services.match(case_id=case.pk)
    services.match(case_id=other.pk)
    assert Match.objects.get().distance == 6


def test_variants_of_one_case_do_not_match_each_other(make_case):
    case, value = make_case(), new_pdq()
    values = ("", *(near(value, 4) for _ in list(VARIANTS)[1:]))
    services.store(case=case, fingerprints=[fingerprint(pdq=value, variants=values)])
    assert services.match(case_id=case.pk) == []


@pytest.mark.parametrize("listed_first", [True, False])
def test_what_others_list_is_found_by_a_variant(case, values, listed_first):
    rows = [Row("1", "pdq", near(values[8], 10), timezone.now())]
    if listed_first:
        foreign.take_in(source="theirs", rows=rows)
    services.match(case_id=case.pk)
    if not listed_first:
        foreign.take_in(source="theirs", rows=rows)
    assert ForeignMatch.objects.get().distance == 10
    assert foreign.lists_that_know(case.pk) == ["theirs"]


# --- on a list --------------------------------------------------------------------------------------------------------
def test_every_variant_is_an_entry_of_its_own_behind_which_the_picture_stands(case):
    entries = publish(case)
    assert [entry.value for entry in entries] == case.media_hashes.get().every()
    assert states(case) == {"active"}
    assert Listing.objects.count() == len(entries) == 15
    assert {row.hash for row in Listing.objects.all()} == {case.media_hashes.get()}
    assert Entry.objects.get(event="hashes_proposed").details["count"] == 1, "pictures are counted"


def test_one_withdrawal_removes_all(case):
    publish(case)
    gone = listing.end(case=case)
    assert len(gone) == 15
    assert states(case) == {"withdrawn"}
    assert len({entry.modified_at for entry in gone}) == 15, "a partner who pages by time misses none"


def test_what_another_case_stands_behind_stays_with_all_its_variants(case, values, make_case):
    other = make_case()
    agree(other)
    services.store(case=other, fingerprints=[fingerprint(pdq=case.media_hashes.get().pdq, variants=values)])
    publish(case)
    publish(other)
    assert ListEntry.objects.count() == 15
    listing.end(case=case)
    assert states(case) == {"active"}
    listing.end(case=other)
    assert states(case) == {"withdrawn"}


@pytest.mark.parametrize("place", [0, 7, 14])
def test_a_platform_that_does_not_block_one_suspends_all_of_that_picture_alone(case, make_case, make_member_of_role, place):
    other = make_case()
    agree(other)
    services.store(case=other, fingerprints=[varied()])
    entries = publish(case)
    publish(other)
    assert suspend(entry=entries[place], partner="system")
    assert not suspend(entry=entries[place - 1], partner="system")
    assert (states(case), states(other)) == ({"suspended"}, {"active"})
    held = Listing.objects.filter(hash__case=case).values_list("state", "held").distinct()
    assert list(held) == [("proposed", "disputed")]
    back = listing.approve(case=case, by=make_member_of_role("supervisor"), despite=True)
    assert (len(back), states(case)) == (15, {"active"})


def test_suspended_and_refused_all_are_withdrawn(case, make_member_of_role):
    entries = publish(case)
    suspend(entry=entries[3], partner="system")
    listing.refuse(case=case, by=make_member_of_role("supervisor"), why=Listing.Why.NOT_INTIMATE)
    assert states(case) == {"withdrawn"}


def test_proposed_again_after_a_refusal_all_wait_anew(case):
    first, second = two_people()
    entries = listing.propose(case=case, by=first)
    listing.refuse(case=case, by=second, why=Listing.Why.AGE)
    assert listing.propose(case=case, by=second) == entries
    assert set(Listing.objects.values_list("state", "why", "proposed_by")) == {("proposed", "", second.pk)}


def test_a_childs_report_of_a_crop_takes_the_picture_and_all_variants_off(case, values, make_case):
    publish(case)
    child = make_case(child=True, age_band=AgeBand.FROM_13_TO_15.value)
    services.store(case=child, fingerprints=[fingerprint(pdq=near(values[13], 8))])
    services.match(case_id=child.pk)
    assert states(case) == {"suspended"}


def test_what_turns_out_to_be_on_a_list_of_children_goes_with_all_variants(case, values):
    publish(case)
    foreign.take_in(source="theirs", rows=[Row("1", "pdq", values[4], timezone.now())], child=True)
    assert states(case) == {"withdrawn"}


def test_a_variant_that_looks_harmless_holds_its_picture(case, values):
    Benign.objects.create(pdq=near(values[12], 20), sort="logo", at=timezone.now())
    listing.propose(case=case, by=two_people()[0])
    assert set(Listing.objects.values_list("held", flat=True)) == {"benign"}
    with pytest.raises(listing.StandsOut):
        listing.approve(case=case, by=two_people()[1])


def test_public_numbers_count_pictures(case):
    entries = publish(case)
    assert on_the_lists()["intimate"] == 1
    suspend(entry=entries[5], partner="system")
    assert Entry.objects.get(event="hash_suspended").details == {"count": 15}
    listing.end(case=case)
    assert on_the_lists()["intimate"] == 0
    counted = {row.what: (row.n, row.cases) for row in ListCount.objects.all()}
    assert counted == dict.fromkeys(("published", "suspended", "withdrawn"), (1, 1))


# --- the database -----------------------------------------------------------------------------------------------------
on_both = pytest.mark.parametrize("database", ["postgresql", pytest.param("sqlite", marks=pytest.mark.sqlite)])


@on_both
def test_the_database_takes_a_variant_of_the_picture_and_no_other_value(case, database):
    assert connection.vendor == database
    publish(case)
    last = ListEntry.objects.get(value=case.media_hashes.get().every()[-1])
    listing_of = Listing.objects.get(entry=last)
    for spoil in (lambda: ListEntry.objects.filter(pk=last.pk).update(value=new_pdq()),
                  lambda: Variant.objects.filter(pdq=last.value).delete() and last.save(),
                  lambda: Listing.objects.filter(pk=listing_of.pk).update(state="ended") and last.save()):
        with pytest.raises(IntegrityError), transaction.atomic():
            spoil()
    ListEntry.objects.filter(pk=last.pk).update(state="active")


@on_both
def test_a_variant_of_another_picture_is_none(case, make_case, database):
    assert connection.vendor == database
    publish(case)
    stranger = make_case()
    services.store(case=stranger, fingerprints=[varied()])
    entry = ListEntry.objects.get(value=case.media_hashes.get().every()[-1])
    with pytest.raises(IntegrityError), transaction.atomic():
        ListEntry.objects.filter(pk=entry.pk).update(value=Variant.objects.filter(media__case=stranger).first().pdq)


@on_both
def test_the_triggers_are_there_after_all_migrations(db, database):
    assert connection.vendor == database
    look = "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'cases_hashing_listentry_stands%%'"
    if connection.vendor == "sqlite":
        look = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%%_stands_%%'"
    with connection.cursor() as cursor:
        cursor.execute(look)
        found = {name for (name,) in cursor.fetchall()}
    assert found == ({f"{triggers.TABLE}_stands"} if connection.vendor == "postgresql"
                     else {f"{triggers.TABLE}_stands_insert", f"{triggers.TABLE}_stands_update"})
