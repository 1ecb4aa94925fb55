"""Three ways to the end (two supervisors, the reporter, an address taken back), and then a thief of everything looks for it.

What is claimed, and nothing more: docs/retention.md, "What erasing means, exactly". The database must first be
shown to have held the case, or the search would prove nothing.
"""
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings, settings as real_settings
from django.db import connection
from django.utils import timezone

from cases.escalation.models import Escalation
from cases.evidence.models import Page
from cases.hashing import known
from cases.hashing.models import IndexedHash
from cases.hashing.snapshot import Snapshot
from cases.models import Case, Message
from cases.notifications.services import drop_address
from cases.outbox.errors import Retry
from cases.retention import disposal, replay, services
from cases.retention.models import Disposal
from cases.triage.models import Note
from cases.vault.models import DataKeyWrap
from portal.accounts.models import User
from tests.browser import leaks
from tests.cases.retention.conftest import TYPED, full_case
from tests.factories.cases import secrets_of
from tests.services import SERVICES


def ciphertexts(case: Case) -> list[bytes]:
    """Everything sealed, and every wrap that opens it."""
    notice = Escalation.objects.get(case=case)
    sealed = [case.answers, case.summary, notice.notice, case.address.sealed, Note.objects.get(case=case).body,
              *Message.objects.filter(case=case).values_list("body", flat=True),
              *Page.objects.filter(evidence__case=case).values_list("blob", flat=True)]
    wraps = DataKeyWrap.objects.filter(key__in=disposal.keys_of(case)).values_list("sealed", flat=True)
    return [bytes(each) for each in [*sealed, *wraps]]


def keys(case: Case) -> list[bytes]:
    """The plain data keys: nowhere, at any time."""
    return [secrets_of(case).key, secrets_of(case).conversation]


def fingerprints(case: Case) -> list[bytes]:
    return [bytes.fromhex(value) for value in IndexedHash.objects.filter(media__case=case).values_list("pdq", flat=True)]


def found(raw: bytes, wanted: list[bytes]) -> int:
    """How many of them lie in `raw`, as bytes or as hex."""
    text = raw.lower()
    return sum(each in raw or each.hex().encode() in text for each in wanted)


def with_a_snapshot(hashes: list[bytes]) -> Snapshot:
    """A process that has the index's file open and does nothing more."""
    known.renew()
    asleep = Snapshot.open(real_settings.HASH_SNAPSHOTS / "picture")
    assert found(asleep.memory[:], hashes) == len(hashes) > 0
    return asleep


def dispose(case: Case, first: User, second: User) -> None:
    services.approve(case=case, by=first)
    disposal.carry_out(disposal_id=services.confirm(case=case, by=second).pk)


def end(case: Case, how: str, close: Callable[..., Case], nadia: User, imran: User) -> None:
    if how == "schedule":
        close(case)
        services.propose(timezone.now())
        dispose(case, nadia, imran)
    else:
        disposal.carry_out(disposal_id=services.erase(case=case).pk)


@pytest.fixture
def everywhere(settings: LazySettings, tmp_path: Path) -> Path:
    """Mail, SMS, tombstones and all other files of the portal below one directory."""
    settings.TOMBSTONES, settings.WORKER_KEYS = tmp_path / "var" / "tombstones", tmp_path / "worker-keys"
    settings.HASH_SNAPSHOTS, settings.HASH_SNAPSHOT_FROM = tmp_path / "var" / "hash-snapshots", 1
    return tmp_path


@pytest.mark.postgres
@pytest.mark.parametrize("how", ["schedule", "reporter"])
def test_nothing_in_a_fresh_dump_redis_files_or_logs(transactional_db: None, redis_server: None, everywhere: Path, how: str,
                                                     office: None, nadia: User, imran: User, close: Callable[..., Case],
                                                     caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ear = leaks.Ear(everywhere)
    case, name = full_case(nadia), str(connection.settings_dict["NAME"])
    sealed, secrets, case_id, hashes = ciphertexts(case), keys(case), case.pk, fingerprints(case)
    before = leaks.database_dump(name, everywhere)
    assert found(before, sealed) == len(sealed)                        # it was all there
    asleep = with_a_snapshot(hashes)
    assert found(before, secrets) == 0
    end(case, how, close, nadia, imran)
    places = {
        "a fresh dump": leaks.database_dump(name, everywhere), "Redis, all it heard": ear.heard(), "Redis": leaks.redis_dump(),
        "the log": caplog.text.encode(),
        **{str(path): raw for path, raw in leaks.files(everywhere, but=["dump.sql", "redis-heard.txt"]).items()},
        **{str(path): raw for path, raw in leaks.files(real_settings.DATA, but=["static", "mail", "sms"]).items()},
        **{str(path): raw for path, raw in leaks.files(SERVICES.directory, but=["pg", "var"]).items()},
    }
    for place, raw in places.items():
        assert found(raw, [*sealed, *secrets]) == 0, place
        assert leaks.found_in(raw, list(TYPED.values())) == set(), place
    for place in [raw for path, raw in places.items() if "hash-snapshots" in path] + [asleep.memory[:]]:
        assert found(place, hashes) == 0
    assert str(case_id).encode() in places["a fresh dump"]             # the log and the key rows still name ids, and nothing else
    assert Disposal.objects.get(case=None).digest.encode() in places[str(everywhere / "var" / "tombstones")]


@pytest.mark.postgres
def test_an_address_taken_back_is_in_no_dump(transactional_db: None, everywhere: Path, office: None, nadia: User) -> None:
    case, name = full_case(nadia), str(connection.settings_dict["NAME"])
    address = case.address
    gone = [bytes(address.sealed), *(bytes(wrap.sealed) for wrap in address.key.wraps.all())]
    assert found(leaks.database_dump(name, everywhere), gone) == len(gone) == 2
    drop_address(case=case)
    replay.write_down()
    dump = leaks.database_dump(name, everywhere)
    assert found(dump, gone) == 0
    assert leaks.found_in(dump, [TYPED["address"]]) == set()
    assert "key " in (everywhere / "var" / "tombstones").read_text()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["schedule", "reporter"])
def test_nothing_in_the_pages_or_the_log_of_sqlite(everywhere: Path, how: str, office: None, nadia: User, imran: User,
                                                  close: Callable[..., Case]) -> None:
    case = full_case(nadia)
    pieces = [each[at:at + 48] for each in ciphertexts(case) for at in range(0, len(each) - 47, 160)]   # long ones span pages
    database = Path(str(connection.settings_dict["NAME"]))

    def on_the_disk() -> bytes:
        return b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*") if "kept" not in path.name)
    assert found(on_the_disk(), pieces) > len(pieces) * 0.9
    end(case, how, close, nadia, imran)
    assert found(on_the_disk(), [*pieces, *keys(case)]) == 0
    assert leaks.found_in(on_the_disk(), list(TYPED.values())) == set()
    assert not Path(f"{database}-wal").exists() or Path(f"{database}-wal").stat().st_size == 0


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_reader_only_delays_the_emptying_of_sqlites_log(everywhere: Path, office: None, nadia: User) -> None:
    case, name = full_case(nadia), str(connection.settings_dict["NAME"])
    decided = services.erase(case=case)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=50")
    reader = sqlite3.connect(name)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM cases_case").fetchone()
    with pytest.raises(Retry):
        disposal.carry_out(disposal_id=decided.pk)
    assert not Case.objects.filter(pk=case.pk).exists()
    reader.close()
    disposal.carry_out(disposal_id=decided.pk)
    assert Path(f"{name}-wal").stat().st_size == 0
