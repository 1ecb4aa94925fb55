"""What comes on a shared list and how it leaves: two people, a ground, a reporter's yes; and the database's own refusal."""
import threading
import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from cases.audit.models import Entry
from cases.hashing import listing, services
from cases.hashing.entries import count_listed, suspend, withdraw
from cases.hashing.models import Benign, ListCount, ListEntry, Listing, MediaHash
from cases.hashing.selectors import public_numbers
from cases.hashing.services import PublishRefused, Refusal
from cases.models import Consent
from cases.priority import AgeBand, Harm
from tests.cases.hashing.conftest import fingerprint, near, new_pdq, varied
from tests.cases.hashing.test_services import keep, run
from tests.factories.lists import list_entries, publish, two_people

S = Listing.State


@pytest.fixture
def ready(make_case):
    """A case with one fingerprint and a yes."""
    case = make_case()
    agree(case)
    keep(case, new_pdq())
    return case


def agree(case, answer=Consent.Answer.YES):
    return Consent.objects.create(case=case, act=Consent.Act.SHARE_HASHES, answer=answer, at=timezone.now())


@pytest.fixture
def people(db):
    return two_people()


# --- two people -------------------------------------------------------------------------------------------------------
def test_proposed_it_waits_and_no_partner_could_see_it(ready, people):
    (entry,) = listing.propose(case=ready, by=people[0])
    assert (entry.state, entry.published_at) == ("waiting", None)
    assert Listing.objects.get().state == S.PROPOSED
    assert list(listing.propose(case=ready, by=people[1])) == [entry]
    assert Listing.objects.get().proposed_by == people[0], "asked again, it is still the first who asked"


def test_nobody_decides_what_they_proposed(ready, people):
    listing.propose(case=ready, by=people[0])
    for decide in (lambda: listing.approve(case=ready, by=people[0]),
                   lambda: listing.refuse(case=ready, by=people[0], why=Listing.Why.AGE)):
        with pytest.raises(listing.NotYours):
            decide()
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.update(state=S.APPROVED, decided_by=people[0], decided_at=timezone.now())


def test_refused_it_is_on_no_list_and_counted(ready, people):
    listing.propose(case=ready, by=people[0])
    listing.refuse(case=ready, by=people[1], why=Listing.Why.PUBLIC_FIGURE)
    assert ListEntry.objects.get().state == "waiting"
    assert ListCount.objects.get(what="refused_public_figure").n == 1
    with pytest.raises(listing.NothingWaits):
        listing.approve(case=ready, by=people[1])


def test_six_pictures_of_one_report_pass_no_floor_of_five_in_public(make_case, people):
    case = make_case()
    agree(case)
    services.store(case=case, fingerprints=[fingerprint(n) for n in range(1, 7)])
    listing.propose(case=case, by=people[0])
    entries = listing.approve(case=case, by=people[1])
    count_listed()
    for entry in entries:
        suspend(entry=entry, partner="system")               # a platform looks at one after the other
    listing.end(case=case)
    assert {row.what: (row.n, row.cases) for row in ListCount.objects.filter(n__gt=0)} == dict.fromkeys(
        ("listed_intimate", "published", "suspended", "withdrawn"), (6, 1))
    assert {*public_numbers()["on_the_lists"].values(), *public_numbers()["since_the_beginning"].values()} == {None}


def test_a_refused_picture_is_one_in_public_however_many_variants_it_has(make_case, people):
    case = make_case()
    agree(case)
    services.store(case=case, fingerprints=[varied()])
    listing.propose(case=case, by=people[0])
    listing.refuse(case=case, by=people[1], why=Listing.Why.AGE)
    assert ListCount.objects.get(what="refused_age").n == 1


def test_without_a_yes_nothing_is_proposed_and_a_yes_taken_back_counts(ready, people):
    listing.propose(case=ready, by=people[0])
    agree(ready, Consent.Answer.NO)
    for act in (lambda: listing.approve(case=ready, by=people[1]), lambda: listing.propose(case=ready, by=people[0])):
        with pytest.raises(PublishRefused) as refused:
            act()
        assert refused.value.reason == Refusal.CONSENT


# --- the database -----------------------------------------------------------------------------------------------------
SPOILT = {
    "proposed": lambda _case, _other: Listing.objects.update(state=S.PROPOSED),
    "staff": lambda _case, _other: MediaHash.objects.update(origin=MediaHash.Origin.STAFF),
    "consent": lambda _case, _other: Consent.objects.update(answer="ask_first"),
    "taken back": lambda case, _other: agree(case, Consent.Answer.NO),
    "another case's": lambda _case, other: Listing.objects.update(consent=agree(other)),
    "another value": lambda _case, _other: ListEntry.objects.update(value=new_pdq()),
    "nobody": lambda _case, _other: Listing.objects.all().delete(),
}


@pytest.mark.parametrize("spoil", ["", *SPOILT])
def test_the_database_takes_only_a_reporters_own_fingerprint(ready, people, make_case, spoil):
    (entry,) = listing.propose(case=ready, by=people[0])
    Listing.objects.update(state=S.APPROVED, decided_by=people[1], decided_at=timezone.now())
    activate = ListEntry.objects.filter(pk=entry.pk).update
    if not spoil:
        assert activate(state="active", published_at=timezone.now()) == 1
        return
    SPOILT[spoil](ready, make_case())
    with pytest.raises(IntegrityError), transaction.atomic():
        activate(state="active", published_at=timezone.now())


def test_nothing_is_born_active(db):
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        ListEntry.objects.create(value=new_pdq(), state="active", published_at=now, modified_at=now)


@pytest.mark.parametrize("changes", [{"category": "blasphemy"}, {"category": "terrorism"}, {"kind": "url"},
                                     {"state": "withdrawn"}])
def test_lists_are_of_a_few_categories_and_kinds(db, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        ListEntry.objects.create(**{"value": new_pdq(), "modified_at": timezone.now(), **changes})


def test_one_value_is_active_on_one_list_only(make_case):
    (entry,) = list_entries(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        list_entries(1, values=[entry.value], category="child")


# --- what stands out --------------------------------------------------------------------------------------------------
def test_what_looks_like_something_harmless_is_held_for_a_supervisor(ready, people, make_member_of_role):
    Benign.objects.create(pdq=near(ready.media_hashes.get().pdq, 20), sort="logo", at=timezone.now())
    listing.propose(case=ready, by=people[0])
    assert Listing.objects.get().held == "benign"
    for by, despite in ((people[1], False), (make_member_of_role("caseworker"), True)):
        with pytest.raises(listing.StandsOut):
            listing.approve(case=ready, by=by, despite=despite)
    assert [entry.state for entry in listing.approve(case=ready, by=people[1], despite=True)] == ["active"]


def test_ten_thousand_harmless_pictures_keep_nobody_waiting(make_case, people):
    """Both decisions hold the turn of all lists meanwhile."""
    Benign.objects.bulk_create(Benign(pdq=new_pdq(), sort="logo", at=timezone.now()) for _ in range(10_000))
    case = make_case()
    agree(case)
    services.store(case=case, fingerprints=[varied(n) for n in range(1, 11)])
    for act in (lambda: listing.propose(case=case, by=people[0]), lambda: listing.approve(case=case, by=people[1])):
        began = time.process_time()
        act()
        assert time.process_time() - began < 5


def test_harmless_pictures_come_by_a_file_of_their_fingerprints(db, tmp_path, capsys):
    path, values = tmp_path / "logos.txt", [new_pdq(), new_pdq()]
    path.write_text("\n".join([*values, values[0].upper(), ""]))
    for _ in range(2):
        call_command("add_benign", path, sort="logo")
    assert set(Benign.objects.values_list("pdq", flat=True)) == set(values)
    assert capsys.readouterr().out == "2 new.\n0 new.\n"
    path.write_text(f"{new_pdq()}\nnot one")
    with pytest.raises(CommandError):
        call_command("add_benign", path, sort="logo")
    assert Benign.objects.count() == 2


def test_many_cases_with_one_picture_are_held(make_case, people):
    value, cases = new_pdq(), [make_case() for _ in range(listing.FLOOD + 1)]
    for case in cases:
        agree(case)
        keep(case, near(value, 4))
        services.match(case_id=case.pk)
    listing.propose(case=cases[-1], by=people[0])
    assert Listing.objects.get().held == "flood"
    with pytest.raises(listing.StandsOut):
        listing.approve(case=cases[-1], by=people[1])


def test_a_flood_that_comes_after_the_proposal_is_seen_too(make_case, people):
    value, cases = new_pdq(), [make_case() for _ in range(listing.FLOOD + 1)]
    for case in cases:
        agree(case)
    keep(cases[0], value)
    listing.propose(case=cases[0], by=people[0])
    for case in cases[1:]:
        keep(case, near(value, 4))
        services.match(case_id=case.pk)
    with pytest.raises(listing.StandsOut):
        listing.approve(case=cases[0], by=people[1])


# --- suspended --------------------------------------------------------------------------------------------------------
def test_suspended_it_waits_for_somebody_who_had_no_part_in_it(ready, people, make_member_of_role):
    (entry,) = publish(ready)
    assert suspend(entry=entry, partner="system")
    assert not suspend(entry=entry, partner="system")
    entry.refresh_from_db()
    assert entry.state == "suspended"
    assert (Listing.objects.get().state, Listing.objects.get().held) == (S.PROPOSED, "disputed")
    for member in people:
        with pytest.raises(listing.NotYours):
            listing.approve(case=ready, by=member, despite=True)
    with pytest.raises(listing.StandsOut):
        listing.approve(case=ready, by=make_member_of_role("caseworker"), despite=True)
    (back,) = listing.approve(case=ready, by=make_member_of_role("supervisor"), despite=True)
    assert (back.state, back.modified_at > entry.modified_at) == ("active", True)


@pytest.mark.parametrize("around", ["ended", "refused", "another case"])
def test_no_way_round_leads_back_past_a_supervisor(ready, people, make_case, make_member_of_role, around):
    (entry,) = publish(ready)
    case, one, other = ready, make_member_of_role("caseworker"), make_member_of_role("caseworker")
    suspend(entry=entry, partner="system")
    if around == "ended":
        listing.end(case=ready, by=one)
    elif around == "refused":
        listing.refuse(case=ready, by=one, why=Listing.Why.NOT_INTIMATE)
    else:
        case = make_case()
        agree(case)
        keep(case, entry.value)
    listing.propose(case=case, by=one)
    with pytest.raises(listing.StandsOut):
        listing.approve(case=case, by=other)
    assert [row.state for row in listing.approve(case=case, by=people[1], despite=True)] == ["active"]


def test_suspended_and_refused_it_is_withdrawn(ready, make_member_of_role):
    (entry,) = publish(ready)
    suspend(entry=entry, partner="system")
    listing.refuse(case=ready, by=make_member_of_role("caseworker"), why=Listing.Why.NOT_INTIMATE)
    assert ListEntry.objects.get().state == "withdrawn"


# --- publish and withdraw ---------------------------------------------------------------------------------------------

def test_an_adults_fingerprints_are_listed_in_order_and_matched_first(make_case):
    case, values = make_case(), [new_pdq() for _ in range(3)]
    keep(case, *values)
    entries = publish(case)
    assert [entry.value for entry in entries] == values
    assert all(entry.state == ListEntry.State.ACTIVE for entry in ListEntry.objects.all())
    stamps = [entry.modified_at for entry in entries]
    assert stamps == sorted(set(stamps))
    assert not case.media_hashes.filter(matched_at=None).exists()
    assert Entry.objects.get(event="hashes_published").details == {"entries": [str(entry.pk) for entry in entries]}


def test_publishing_again_or_from_another_case_reuses_the_entry(make_case):
    first, second, value = make_case(), make_case(), new_pdq()
    keep(first, value)
    keep(second, value, new_pdq())
    (entry,) = publish(first)
    assert publish(first) == [entry]
    assert publish(second)[0] == entry
    assert ListEntry.objects.count() == 2
    assert ListEntry.objects.get(pk=entry.pk).modified_at == entry.modified_at


def test_a_case_without_pictures_lists_nothing(make_case):
    assert publish(make_case()) == []
    assert not Entry.objects.filter(event="hashes_published").exists()


CHILDREN = [AgeBand.UNDER_13, AgeBand.FROM_13_TO_15, AgeBand.FROM_16_TO_17]


@pytest.mark.parametrize("changes", [*({"age_band": band.value} for band in CHILDREN),
                                     *({"age_band_then": band.value} for band in CHILDREN), {"child": True},
                                     {"child": True, "harm": Harm.CHILD_IMAGERY.value}])
def test_what_shows_a_child_comes_on_the_childrens_list_and_no_other(make_case, changes):
    case = make_case(**changes)
    keep(case, new_pdq())
    assert services.refusal(case) == Refusal.CHILD
    assert [entry.category for entry in publish(case)] == ["child"]
    assert Listing.objects.get().basis == "peca_22"


@pytest.mark.parametrize(("changes", "reason"), [
    ({"child": True, "harm": Harm.BULLYING.value}, Refusal.CHILD),
    ({"age_band": AgeBand.UNKNOWN.value}, Refusal.AGE_UNKNOWN),
    *(({"harm": harm.value}, Refusal.NOT_INTIMATE) for harm in Harm
      if harm not in {Harm.SEXTORTION, Harm.INTIMATE_IMAGES, Harm.DEEPFAKE}),
])
def test_what_is_not_an_adults_intimate_picture_is_refused(make_case, changes, reason):
    case = make_case(**changes)
    keep(case, new_pdq())
    with pytest.raises(PublishRefused) as refused:
        publish(case)
    assert refused.value.reason == services.refusal(case) == reason
    assert not ListEntry.objects.exists()


@pytest.mark.parametrize("child_first", [True, False])
@pytest.mark.parametrize("changes", [{"child": True}, {"age_band": "13_15"}, {"age_band_then": "16_17"}])
def test_a_picture_known_from_a_childs_case_is_refused_whoever_came_first(make_case, changes, child_first):
    child, adult, value = make_case(**changes), make_case(), new_pdq()
    keep(child, value)
    keep(adult, near(value, 10))
    services.match(case_id=(child if child_first else adult).pk)
    services.match(case_id=(adult if child_first else child).pk)
    with pytest.raises(PublishRefused) as refused:
        publish(adult)
    assert refused.value.reason == Refusal.CHILD_MATCH


def test_withdrawn_entries_stay_as_tombstones_and_come_back_later(make_case):
    case = make_case()
    keep(case, new_pdq(), new_pdq())
    first, second = publish(case)
    (gone,) = withdraw(entries=[first])
    assert gone.pk == first.pk
    assert gone.state == ListEntry.State.WITHDRAWN
    assert gone.modified_at > second.modified_at
    assert withdraw(entries=[first]) == []
    assert withdraw(entries=[]) == []
    back, _ = publish(case)
    assert (back.pk, back.state) == (first.pk, ListEntry.State.ACTIVE)
    assert back.modified_at > gone.modified_at
    assert [entry.event for entry in Entry.objects.filter(event__in=["hashes_published", "hashes_withdrawn"])] \
        == ["hashes_published", "hashes_withdrawn", "hashes_published"]


def test_modified_at_strictly_increases_though_the_clock_goes_back(make_case):
    future = timezone.now() + timedelta(hours=1)
    list_entries(1, at=future)
    case = make_case()
    keep(case, new_pdq(), new_pdq())
    first, second = publish(case)
    assert future < first.modified_at < second.modified_at


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_partner_who_pages_by_time_while_we_publish_misses_nothing(make_case):
    cases = [make_case() for _ in range(8)]
    two_people()
    for case in cases:
        keep(case, *(new_pdq() for _ in range(5)))
    seen, done = {}, threading.Event()

    def partner():
        mark, last_round = timezone.now() - timedelta(days=1), False
        while not last_round:
            last_round = done.is_set()
            for entry in ListEntry.objects.filter(modified_at__gt=mark).order_by("modified_at"):
                seen[entry.value], mark = entry.state, entry.modified_at
        connections.close_all()

    def work(some):
        for case in some:
            withdraw(entries=publish(case)[:2])
        connections.close_all()

    reader, writers = threading.Thread(target=partner), [threading.Thread(target=work, args=(cases[i::4],)) for i in range(4)]
    run([reader, *writers], writers)
    done.set()
    reader.join(60)
    assert seen == dict(ListEntry.objects.values_list("value", "state"))
    assert sorted(seen.values()) == ["active"] * 24 + ["withdrawn"] * 16


def test_a_childs_report_takes_the_same_picture_off_the_list(make_case):
    """An adult's case published it first; later a child reports the same picture."""
    pdq = new_pdq()
    adult, other = make_case(), make_case()
    services.store(case=adult, fingerprints=[fingerprint(pdq=pdq)])
    services.store(case=other, fingerprints=[fingerprint()])
    publish(adult)
    publish(other)
    child = make_case(child=True, age_band=AgeBand.FROM_13_TO_15.value)
    services.store(case=child, fingerprints=[fingerprint(pdq=near(pdq, 10))])
    services.match(case_id=child.pk)
    assert ListEntry.objects.get(value=pdq).state == ListEntry.State.SUSPENDED
    assert ListEntry.objects.filter(state=ListEntry.State.ACTIVE).count() == 1
