"""python-threatexchange's NCMEC client as platforms install it, in processes of its own, in three time zones."""
import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from cases.exchange.models import Feedback
from cases.exchange.partners import add_partner
from cases.hashing.entries import withdraw
from cases.hashing.listing import end
from cases.hashing.services import store
from tests.cases.exchange.conftest import Publish
from tests.cases.hashing.conftest import varied
from tests.factories.lists import plain_case, publish as list_case

SCRIPT = Path(__file__).parent / "stock_ncmec.py"
HOUR = timedelta(hours=1)


class Member:
    def __init__(self, base: str, state: Path) -> None:
        _partner, keys = add_partner(name="Chatter", platform="tiktok")
        self.where, self.state = (f"{base}/exchange/ncmec", keys.first, keys.second), state

    def run(self, zone: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.state.parent), "TZ": zone}
        return subprocess.run([sys.executable, str(SCRIPT), *map(str, arguments)], env=environment, capture_output=True,
                              text=True, timeout=240, cwd=self.state.parent, check=False)

    def pull(self, zone: str = "UTC", ahead: int = 0) -> dict[str, Any]:
        done = self.run(zone, self.state, *self.where, ahead)
        assert done.returncode == 0, done.stdout + done.stderr
        held: dict[str, Any] = json.loads(done.stdout)
        return held

    def vote(self, entry: str, way: str) -> dict[str, Any]:
        done = self.run("UTC", "vote", *self.where, entry, way)
        assert done.returncode == 0, done.stdout + done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said


@pytest.fixture
def member(live: str, tmp_path: Path) -> Member:
    return Member(live, tmp_path / "state.pickle")


def test_it_holds_all_then_only_what_is_new_and_drops_what_was_withdrawn(member: Member, publish: Publish) -> None:
    """More than two pages of one moment, a video, a later entry, and a withdrawal, which StopNCII's client lacks."""
    first = publish(2100, at=timezone.now() - HOUR)
    video, = publish(1, at=timezone.now() - HOUR, kind="md5")
    held = member.pull()
    assert (set(held["pdq"]), held["video_md5"]) == ({entry.value for entry in first}, [video.value])
    late, = publish(1)
    withdraw(entries=[first[0], video])
    time.sleep(6)                                    # the client stops five seconds short of now
    held = member.pull()
    assert set(held["pdq"]) == {entry.value for entry in first[1:]} | {late.value}
    assert "video_md5" not in held


def test_a_picture_comes_and_goes_with_all_its_variants(member: Member) -> None:
    case, picture = plain_case(), varied()
    store(case=case, fingerprints=[picture])
    list_case(case)
    time.sleep(6)
    assert set(member.pull()["pdq"]) == set(case.media_hashes.get().every()) > set(picture.variants) - {""}
    end(case=case)
    time.sleep(6)
    assert "pdq" not in member.pull()


def test_published_in_the_seconds_between_it_comes_with_the_next_pull(member: Member, publish: Publish) -> None:
    """Pulling every two seconds while entries appear, by a clock that is half a minute fast: nothing is lost."""
    values = set()
    for ahead in (30, 30, 0, 30):
        values |= {entry.value for entry in publish(3)}
        member.pull(ahead=ahead)
    time.sleep(6)
    assert set(member.pull(ahead=35)["pdq"]) == values


def test_east_of_utc_its_defect_is_loud_and_loses_nothing(member: Member, publish: Publish) -> None:
    """It writes local time and calls it UTC: in Karachi five hours in the future, which would hide every later entry for good."""
    values = {entry.value for entry in publish(20, at=timezone.now() - HOUR)}
    done = member.run("Asia/Karachi", member.state, *member.where)
    assert done.returncode != 0
    assert "400" in done.stderr
    assert set(member.pull("UTC")["pdq"]) == values, "the cure: TZ=UTC"


def test_west_of_utc_it_is_late_and_loses_nothing(member: Member, publish: Publish) -> None:
    old = {entry.value for entry in publish(10, at=timezone.now() - 10 * HOUR)}
    new = {entry.value for entry in publish(10, at=timezone.now() - HOUR)}
    assert set(member.pull("America/Los_Angeles")["pdq"]) == old
    assert set(member.pull("America/Los_Angeles", ahead=8 * 3600)["pdq"]) == old | new


def test_its_votes_arrive(member: Member, publish: Publish) -> None:
    entry, = publish(1, at=timezone.now() - HOUR)
    (number,) = member.pull()["ids"]
    assert number != str(entry.pk)
    for way, verdict in (("up", "Blocked"), ("down", "NotBlocked")):
        assert member.vote(number, way) == {"status": "Chatter", "members": ["Mehfooz", "Chatter"]}
        newest = Feedback.objects.latest("at")
        assert (newest.entry, newest.value) == (entry, verdict)
