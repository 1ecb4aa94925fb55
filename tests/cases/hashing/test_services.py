import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from cases.audit.models import Entry
from cases.hashing import services
from cases.hashing.models import IndexedHash, Match, MediaHash
from cases.models import Link
from cases.outbox.models import Job
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
    found = services.match(case_id=second.pk)
    assert {side for match in found for side in (match.a_id, match.b_id)} == set(MediaHash.objects.values_list("pk", flat=True))
    assert len(found) == 3                              # of each file the nearest, not all with all
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
