"""What both formats have in common: changing keys, compression, "nothing new", a limit of one's own."""
import gzip
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cases.exchange.models import Partner, Submission
from cases.exchange.partners import rotate_keys
from cases.hashing.models import ForeignHash, ListEntry
from tests.cases.exchange.conftest import BASE, Platform, Publish
from tests.fixtures.jobs import RunJobs


def test_while_keys_change_both_pairs_work(platform: Platform) -> None:
    old = platform.keys
    new = rotate_keys(partner=platform.partner)
    for platform.keys in (old, new):
        assert platform.fetch().status_code == 200
    platform.partner.credentials.filter(ends_at__isnull=False).update(ends_at=timezone.now())
    answers = []
    for platform.keys in (old, new, type(old)(old.first, new.second)):
        answers.append(platform.fetch().status_code)
    assert answers == [401, 200, 401]


def test_keys_that_others_know_end_at_once(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rotate_partner", str(platform.partner.pk), days=0)
    assert platform.fetch().status_code == 401
    printed = dict(line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines()[:3])
    platform.keys = type(platform.keys)(printed["fetch key"], printed["subscription key"])
    assert platform.fetch().status_code == 200


def test_an_old_pair_is_not_kept_longer_by_changing_again(platform: Platform) -> None:
    rotate_keys(partner=platform.partner, overlap=timedelta(days=1))
    rotate_keys(partner=platform.partner, overlap=timedelta(days=14))
    ends = sorted(one.ends_at for one in platform.partner.credentials.exclude(ends_at=None))
    assert ends[0] < timezone.now() + timedelta(days=2)


def test_who_has_the_page_is_told_that_nothing_changed(platform: Platform, publish: Publish) -> None:
    publish(5)
    first = platform.fetch()
    again = Client().get(f"{BASE}/FetchHashes", headers={**platform.headers, "If-None-Match": f'"x", {first["ETag"]}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    publish(1)
    later = Client().get(f"{BASE}/FetchHashes", headers={**platform.headers, "If-None-Match": first["ETag"]})
    assert later.status_code == 200


def test_pages_are_compressed_for_whoever_takes_that(platform: Platform, publish: Publish) -> None:
    publish(50)
    answer = Client().get(f"{BASE}/FetchHashes", headers={**platform.headers, "Accept-Encoding": "gzip, deflate"})
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == platform.fetch().content
    assert "Accept-Encoding" in answer["Vary"]


def test_what_a_partner_submits_is_compared_and_never_served(platform: Platform, other: Platform, run_jobs: RunJobs) -> None:
    lines = [{"lastModtimestamp": 1, "signalType": "StopNCIISignalType.ImagePDQ", "hashValue": "5" * 64,
              "CSPFeedbacks": [{"tags": [], "feedbackValue": "Blocked"}]}, {"signalType": "VideoMD5", "hashValue": "A" * 32}]
    for _ in range(2):
        answer = Client().post(f"{BASE}/SubmitHashes", {"count": 2, "hashRecords": lines}, content_type="application/json",
                               headers=platform.headers)
        assert (answer.status_code, answer.json()) == (200, {"count": 2})
        run_jobs()
    assert {(row.kind, row.value) for row in ForeignHash.objects.all()} == {("pdq", "5" * 64), ("md5", "a" * 32)}
    assert not Submission.objects.exists()
    assert not ListEntry.objects.exists()
    assert other.pull()[0] == platform.pull()[0] == []


@pytest.mark.parametrize(("body", "part"), [
    ("{", "json"), ("{}", "hashRecords"), ('{"hashRecords": [{}]}', "hashValue"),
    ('{"hashRecords": [{"hashValue": "zz"}]}', "hashValue"),
    ('{"hashRecords": [{"hashValue": "%s", "signalType": "URL"}]}' % ("a" * 64), "signalType")])
def test_a_malformed_submission_is_refused_whole(platform: Platform, body: str, part: str) -> None:
    answer = Client().post(f"{BASE}/SubmitHashes", body, content_type="application/json", headers=platform.headers)
    assert (answer.status_code, answer.json()["error"]) == (400, part)
    assert not Submission.objects.exists()
    assert Partner.objects.exists()
