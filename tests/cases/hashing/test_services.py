import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from cases.audit.models import Entry
from cases.hashing import services
from cases.hashing.models import IndexedHash, ListEntry, Match, MediaHash
from cases.hashing.services import PublishRefused, Refusal
from cases.models import Link
from cases.outbox.models import Job
from cases.priority import AgeBand, Harm
from tests.cases.hashing.conftest import fingerprint, near, new_pdq


def keep(case, *hashes):
    return services.store(case=case, fingerprints=[fingerprint(n, value) for n, value in enumerate(hashes, 1)])


def run(threads, awaited):
    for thread in threads:
        thread.start()
    for thread in awaited:
        thread.join(60)


# --- store ---

@pytest.mark.django_db(transaction=True)
def test_what_is_stored_is_matched_by_a_job(make_case, run_jobs):
    case, value = make_case(), new_pdq()
    keep(case, value, new_pdq())
    assert [row.number for row in case.media_hashes.all()] == [1, 2]
    assert not case.media_hashes.exclude(matched_at=None).exists()
    assert run_jobs() == ["hashing.match"]
    assert not case.media_hashes.filter(matched_at=None).exists()
    assert Entry.objects.filter(event="fingerprints_stored", subject=str(case.pk), actor="reporter",
                                details={"count": 2}).exists()


def test_no_fingerprints_no_job(make_case):
    assert services.store(case=make_case(), fingerprints=[]) == []
    assert not Job.objects.exists()


def test_the_database_refuses_a_flat_picture_and_the_same_file_twice(make_case):
    case = make_case()
    (row,) = keep(case, new_pdq())
    for changes in ({"number": 2, "pdq": new_pdq()}, {"number": 3, "sha256": "ab" * 32, "quality": 49}):
        fields = {"case": case, "number": row.number, "pdq": row.pdq, "quality": row.quality, "sha256": row.sha256,
                  "md5": row.md5,
                  "at": row.at}
        with pytest.raises(IntegrityError), transaction.atomic():
            MediaHash.objects.create(**{**fields, **changes})


# --- match ---

def test_the_later_case_finds_the_earlier_and_both_are_tied(make_case):
    first, second, third, value = make_case(), make_case(), make_case(), new_pdq()
    keep(first, value)
    keep(second, new_pdq(), near(value, 30))
    keep(third, near(value, 40))
    for case in (first, second, third):
        services.match(case_id=case.pk)
    (found,) = Match.objects.all()
    assert (found.a.case, found.b.case, found.distance) == (second, first, 30)
    (link,) = Link.objects.all()
    assert {link.a, link.b} == {first, second}
    assert link.because == Link.Because.HASH


def test_matching_again_changes_nothing(make_case):
    first, second, value = make_case(), make_case(), new_pdq()
    keep(first, value)
    keep(second, value)
    services.match(case_id=first.pk)
    assert len(services.match(case_id=second.pk)) == 1
    before = list(Match.objects.values()), list(Link.objects.values()), list(MediaHash.objects.order_by("pk").values())
    assert services.match(case_id=second.pk) == services.match(case_id=first.pk) == []
    assert (list(Match.objects.values()), list(Link.objects.values()), list(MediaHash.objects.order_by("pk").values())) == before


def test_two_copies_in_one_case_are_no_match(make_case):
    case, value = make_case(), new_pdq()
    keep(case, value, near(value, 4))
    assert services.match(case_id=case.pk) == []
    assert not Link.objects.exists()


def test_several_copies_tie_two_cases_once(make_case):
    first, second, value = make_case(), make_case(), new_pdq()
    keep(first, value, near(value, 4))
    keep(second, near(value, 6), near(value, 8))
    services.match(case_id=first.pk)
    assert len(services.match(case_id=second.pk)) == 4
    assert Link.objects.count() == 1


def test_a_disposed_case_is_not_found(make_case):
    first, second, value = make_case(), make_case(), new_pdq()
    keep(first, value)
    services.match(case_id=first.pk)
    first.delete()
    keep(second, value)
    assert services.match(case_id=second.pk) == []
    assert IndexedHash.objects.get().media.case == second


def test_a_match_that_was_rolled_back_is_found_again(make_case):
    first, second, value = make_case(), make_case(), new_pdq()
    keep(first, value)
    keep(second, value)
    with pytest.raises(ZeroDivisionError), transaction.atomic():        # noqa: PT012 (the transaction is what is tried)
        services.match(case_id=first.pk)
        services.match(case_id=second.pk)
        1 / 0                                                       # noqa: B018
    assert not Match.objects.exists()
    services.match(case_id=second.pk)
    (found,) = services.match(case_id=first.pk)
    assert (found.a.case, found.b.case) == (first, second)


def test_matched_at_strictly_increases_though_the_clock_goes_back(make_case):
    first, second = make_case(), make_case()
    keep(first, new_pdq())
    keep(second, new_pdq())
    services.match(case_id=first.pk)
    future = timezone.now() + timedelta(hours=1)
    MediaHash.objects.filter(case=first).update(matched_at=future)
    services.match(case_id=second.pk)
    assert MediaHash.objects.get(case=second).matched_at > future


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_cases_that_arrive_together_none_is_missed(make_case):
    value, cases = new_pdq(), [make_case() for _ in range(6)]
    for case in cases:
        keep(case, near(value, 2), new_pdq())
    start = threading.Barrier(len(cases))

    def work(case):
        start.wait()
        services.match(case_id=case.pk)
        connections.close_all()

    threads = [threading.Thread(target=work, args=(case,)) for case in cases]
    run(threads, threads)
    assert {frozenset((m.a.case_id, m.b.case_id)) for m in Match.objects.all()} \
        == {frozenset((a.pk, b.pk)) for i, a in enumerate(cases) for b in cases[:i]}
    assert Match.objects.count() == Link.objects.count() == 15
    assert MediaHash.objects.values("matched_at").distinct().count() == len(cases)


# --- publish and withdraw ---

def test_an_adults_fingerprints_are_listed_in_order_and_matched_first(make_case):
    case, values = make_case(), [new_pdq() for _ in range(3)]
    keep(case, *values)
    entries = services.publish(case=case)
    assert [entry.pdq for entry in entries] == values
    assert all(entry.state == ListEntry.State.ACTIVE for entry in ListEntry.objects.all())
    stamps = [entry.modified_at for entry in entries]
    assert stamps == sorted(set(stamps))
    assert not case.media_hashes.filter(matched_at=None).exists()
    assert Entry.objects.get(event="hashes_published").details == {"entries": [str(entry.pk) for entry in entries]}


def test_publishing_again_or_from_another_case_reuses_the_entry(make_case):
    first, second, value = make_case(), make_case(), new_pdq()
    keep(first, value)
    keep(second, value, new_pdq())
    (entry,) = services.publish(case=first)
    assert services.publish(case=first) == [entry]
    assert services.publish(case=second)[0] == entry
    assert ListEntry.objects.count() == 2
    assert ListEntry.objects.get(pk=entry.pk).modified_at == entry.modified_at


def test_a_case_without_pictures_lists_nothing(make_case):
    assert services.publish(case=make_case()) == []
    assert not Entry.objects.filter(event="hashes_published").exists()


CHILDREN = [AgeBand.UNDER_13, AgeBand.FROM_13_TO_15, AgeBand.FROM_16_TO_17]


@pytest.mark.parametrize(("changes", "reason"), [
    *(({"age_band": band.value}, Refusal.CHILD) for band in CHILDREN),
    *(({"age_band_then": band.value}, Refusal.CHILD) for band in CHILDREN),
    ({"child": True}, Refusal.CHILD),
    ({"child": True, "harm": Harm.CHILD_IMAGERY.value}, Refusal.CHILD),
    ({"age_band": AgeBand.UNKNOWN.value}, Refusal.AGE_UNKNOWN),
    *(({"harm": harm.value}, Refusal.NOT_INTIMATE) for harm in Harm
      if harm not in {Harm.SEXTORTION, Harm.INTIMATE_IMAGES, Harm.DEEPFAKE}),
])
def test_what_is_not_an_adults_intimate_picture_is_refused(make_case, changes, reason):
    case = make_case(**changes)
    keep(case, new_pdq())
    with pytest.raises(PublishRefused) as refused:
        services.publish(case=case)
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
        services.publish(case=adult)
    assert refused.value.reason == Refusal.CHILD_MATCH


def test_withdrawn_entries_stay_as_tombstones_and_come_back_later(make_case):
    case = make_case()
    keep(case, new_pdq(), new_pdq())
    first, second = services.publish(case=case)
    (gone,) = services.withdraw(entries=[first])
    assert gone.pk == first.pk
    assert gone.state == ListEntry.State.WITHDRAWN
    assert gone.modified_at > second.modified_at
    assert services.withdraw(entries=[first]) == []
    assert services.withdraw(entries=[]) == []
    back, _ = services.publish(case=case)
    assert (back.pk, back.state) == (first.pk, ListEntry.State.ACTIVE)
    assert back.modified_at > gone.modified_at
    assert [entry.event for entry in Entry.objects.filter(event__startswith="hashes_")] \
        == ["hashes_published", "hashes_withdrawn", "hashes_published"]


def test_modified_at_strictly_increases_though_the_clock_goes_back(make_case):
    future = timezone.now() + timedelta(hours=1)
    ListEntry.objects.create(pdq=new_pdq(), published_at=future, modified_at=future)
    case = make_case()
    keep(case, new_pdq(), new_pdq())
    first, second = services.publish(case=case)
    assert future < first.modified_at < second.modified_at


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_partner_who_pages_by_time_while_we_publish_misses_nothing(make_case):
    cases = [make_case() for _ in range(8)]
    for case in cases:
        keep(case, *(new_pdq() for _ in range(5)))
    seen, done = {}, threading.Event()

    def partner():
        mark, last_round = timezone.now() - timedelta(days=1), False
        while not last_round:
            last_round = done.is_set()
            for entry in ListEntry.objects.filter(modified_at__gt=mark).order_by("modified_at"):
                seen[entry.pdq], mark = entry.state, entry.modified_at
        connections.close_all()

    def work(some):
        for case in some:
            services.withdraw(entries=services.publish(case=case)[:2])
        connections.close_all()

    reader, writers = threading.Thread(target=partner), [threading.Thread(target=work, args=(cases[i::4],)) for i in range(4)]
    run([reader, *writers], writers)
    done.set()
    reader.join(60)
    assert seen == dict(ListEntry.objects.values_list("pdq", "state"))
    assert sorted(seen.values()) == ["active"] * 24 + ["withdrawn"] * 16


def test_a_childs_report_takes_the_same_picture_off_the_list(make_case):
    """An adult's case published it first; later a child reports the same picture."""
    pdq = new_pdq()
    adult, other = make_case(), make_case()
    services.store(case=adult, fingerprints=[fingerprint(pdq=pdq)])
    services.store(case=other, fingerprints=[fingerprint()])
    services.publish(case=adult)
    services.publish(case=other)
    child = make_case(child=True, age_band=AgeBand.FROM_13_TO_15.value)
    services.store(case=child, fingerprints=[fingerprint(pdq=near(pdq, 10))])
    services.match(case_id=child.pk)
    assert ListEntry.objects.get(pdq=pdq).state == ListEntry.State.WITHDRAWN
    assert ListEntry.objects.filter(state=ListEntry.State.ACTIVE).count() == 1
