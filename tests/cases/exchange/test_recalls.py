"""Withdrawn: who may hold it, who has confirmed, and what the reporter reads of that."""
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.escalation import registry
from cases.exchange.applying import confirm_by_pulls, note_recall, note_recalls
from cases.exchange.models import Recall
from cases.exchange.selectors import report_on
from cases.hashing import listing
from cases.hashing.entries import suspend
from cases.hashing.models import ListEntry, Listing
from cases.hashing.wire.ncmec import stamp
from cases.models import Case
from cases.public_words import sentence
from tests.cases.exchange.conftest import Platform
from tests.cases.exchange.test_ncmec import ask, entries
from tests.factories.cases import make_case, make_unit
from tests.factories.lists import list_entries, publish as publish_case
from tests.fixtures.jobs import RunJobs

AGO = timedelta(minutes=9)


@pytest.fixture
def case(db: None) -> Case:
    registry.seed()
    case = make_case(make_unit())
    list_entries(2, case=case, at=timezone.now() - AGO)
    return case


@pytest.fixture
def reads(case: Case) -> Callable[[], list[str]]:
    def read() -> list[str]:
        told = case.history.filter(said__startswith="partner_").order_by("at")
        return [sentence(row.said, platform=row.platform) for row in told]
    return read


def test_only_who_pulled_it_is_named_and_never_said_to_forget(platform: Platform, other: Platform, case: Case,
                                                              reads: Callable[[], list[str]]) -> None:
    platform.pull()
    listing.end(case=case)
    assert note_recalls() == 2
    assert {recall.partner for recall in Recall.objects.all()} == {platform.partner}
    (said,) = reads()
    assert "tiktok had read the list before and has not confirmed" in said
    assert "forg" not in said
    assert note_recalls() == 0
    assert len(reads()) == 1


def test_a_partner_that_says_so_has_confirmed(platform: Platform, case: Case, reads: Callable[[], list[str]],
                                              run_jobs: RunJobs) -> None:
    platform.pull()
    gone = listing.end(case=case)
    note_recalls()
    for entry, told in zip(gone, (1, 2), strict=True):
        platform.say((entry.value, "Deleted"))
        run_jobs()
        assert len(reads()) == told, "only when all of the case's are confirmed"
    assert "confirms that it has dropped" in reads()[-1]
    assert not Recall.objects.filter(confirmed_at=None).exists()


def test_who_pulls_in_ncmecs_format_confirms_by_passing_the_tombstone(platform: Platform, case: Case) -> None:
    entries(platform)
    listing.end(case=case)
    note_recalls()
    assert confirm_by_pulls() == 0
    entries(platform, since=timezone.now() + timedelta(seconds=20))
    assert confirm_by_pulls() == 0, "it may not have been shown the newest yet"
    Recall.objects.update(at=timezone.now() - timedelta(seconds=70))
    entries(platform, since=timezone.now())
    assert confirm_by_pulls() == 2
    assert confirm_by_pulls() == 0


def test_not_blocked_suspends_for_everybody_until_two_people_have_looked(platform: Platform, other: Platform, case: Case,
                                                                        run_jobs: RunJobs) -> None:
    first = ListEntry.objects.earliest("value")
    _records, mark = other.pull()
    platform.say((first.value, "NotBlocked"))
    run_jobs()
    assert {record["hashValue"]: record["hashStatus"] for record in other.pull(since=mark)[0]}[first.value] == "Withdrawn"
    first.refresh_from_db()
    assert (first.state, first.listings.get().held) == ("suspended", Listing.Held.DISPUTED)


def test_on_the_list_again_it_is_recalled_again(platform: Platform, case: Case) -> None:
    platform.pull()
    for _round in range(2):
        listing.end(case=case)
        note_recalls()
        assert Recall.objects.filter(confirmed_at=None).count() == 2
        Recall.objects.update(confirmed_at=timezone.now())
        Listing.objects.update(state="approved")
        ListEntry.objects.update(state="active", modified_at=timezone.now(), recalled_at=None)
        platform.pull()


# --- what the reporter must not be told wrongly -------------------------------------------------------------------------
def test_suspended_first_and_withdrawn_then_it_is_told_all_the_same(platform: Platform, case: Case, run_jobs: RunJobs,
                                                                    reads: Callable[[], list[str]]) -> None:
    """The first noting must not use up the second: while it was suspended nobody had been told."""
    platform.pull()
    for entry in ListEntry.objects.all():
        suspend(entry=entry, partner="system")
    note_recalls()
    assert reads() == []
    listing.end(case=case)
    note_recalls()
    assert len(reads()) == 1


def test_whoever_also_pulls_in_stopnciis_format_has_confirmed_nothing_by_ncmecs(platform: Platform, case: Case) -> None:
    platform.pull()                                      # its copy goes on matching
    listing.end(case=case)
    note_recalls()
    Recall.objects.update(at=timezone.now() - timedelta(seconds=70))
    entries(platform, since=timezone.now())
    assert confirm_by_pulls() == 0


def test_what_is_on_the_list_again_is_no_withdrawal_to_confirm(platform: Platform, case: Case,
                                                               reads: Callable[[], list[str]]) -> None:
    entries(platform)
    listing.end(case=case)
    note_recalls()
    publish_case(case)
    Recall.objects.update(at=timezone.now() - timedelta(seconds=70))
    entries(platform, since=timezone.now())
    assert confirm_by_pulls() == 0
    assert not [said for said in reads() if "confirms" in said]
    assert report_on(platform.partner).recalls == 0


def test_a_range_from_the_future_confirms_nothing(platform: Platform, case: Case) -> None:
    path = f"/v2/entries?from={stamp(timezone.now() + timedelta(days=9))}&to={stamp(timezone.now())}"
    assert ask(platform.keys, path).status_code == 400


def test_only_tombstones_make_nobody_a_holder(platform: Platform, case: Case) -> None:
    listing.end(case=case)
    ListEntry.objects.update(modified_at=timezone.now() - timedelta(seconds=9))
    assert entries(platform, "/v2/deletions")[0].entries
    note_recalls()
    assert not Recall.objects.exists()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_hides_no_holder(platform: Platform, db: None, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    """Published by one clock, pulled by another, withdrawn by a third: what counts are the list's own times."""
    registry.seed()
    real, shift = timezone.now, timedelta()
    monkeypatch.setattr(timezone, "now", lambda: real() + shift)
    case = make_case(make_unit())
    list_entries(1, case=case)
    shift = timedelta(hours=hours)
    platform.pull()
    shift = timedelta(hours=-hours)
    listing.end(case=case)
    note_recalls()
    assert Recall.objects.count() == 1


def test_who_pulled_only_after_it_had_gone_holds_nothing(platform: Platform, case: Case) -> None:
    listing.end(case=case)
    list_entries(1)
    platform.pull()
    note_recalls()
    assert not Recall.objects.exists()


def test_noted_by_two_workers_it_is_told_once(platform: Platform, case: Case, reads: Callable[[], list[str]]) -> None:
    """Both saw the same entries; the second finds them noted."""
    platform.pull()
    gone = listing.end(case=case)
    for _worker in range(2):
        for entry in gone:
            note_recall(entry)
    assert len(reads()) == 1


def test_back_on_the_list_while_it_is_being_noted_it_is_noted_when_it_leaves_again(platform: Platform, case: Case) -> None:
    platform.pull()
    gone = listing.end(case=case)
    publish_case(case)
    assert [note_recall(entry) for entry in gone] == [False, False]
    platform.pull()
    listing.end(case=case)
    assert note_recalls() == 2
