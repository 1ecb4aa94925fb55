"""Withdrawn: who may hold it, who has confirmed, and what the reporter reads of that."""
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.escalation import registry
from cases.exchange.applying import confirm_by_pulls, note_recalls
from cases.exchange.models import Recall
from cases.hashing import listing
from cases.hashing.models import ListEntry, Listing
from cases.models import Case
from cases.public_words import sentence
from tests.cases.exchange.conftest import Platform
from tests.cases.exchange.test_ncmec import entries
from tests.factories.cases import make_case, make_unit
from tests.factories.lists import list_entries
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
    entries(platform, since=timezone.now() + timedelta(seconds=70))
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
