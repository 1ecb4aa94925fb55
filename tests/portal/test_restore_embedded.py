"""The embedded default, backed up and brought back on another machine: what was erased since is gone again before anything is
served, and all else opens. Each step is the command that an operator types."""
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from portal import serve
from tests.portal.test_serve import one_line, outside, run, running, status

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
CARRIED = ("secrets.json", "worker-keys", "tombstones", "backup-day-keys", "demo.json")     # docs/how-to/back-up-and-restore.md
ERASE = """
import django; django.setup()
from cases.models import Case
from cases.retention import disposal, services
case = Case.objects.order_by("pk").first()
print(case.pk)
disposal.carry_out(disposal_id=services.erase(case=case).pk)
"""
LOCK = """
import django; django.setup()
from cases.evidence.ending import settle
from cases.evidence.models import Evidence
from cases.retention.replay import write_down
from cases.vault import custody, hpke
file = Evidence.objects.select_related("key").first()
custody.drop_every_wrap(file.key)
settle(file, Evidence.State.LOCKED, Evidence.Why.CHILD, by=None, preserved=hpke.seal(hpke.new_pair()[1], bytes(32), info=b""))
write_down()
print(file.pk)
"""
WITHOUT_REPLAY = """
import sys, django; django.setup()
from pathlib import Path
from portal.backups import making
making.bring_back(Path(sys.argv[1]), private=bytes.fromhex(Path(sys.argv[2]).read_text().strip()))
"""


class Office:
    """A data directory and the commands over it."""

    def __init__(self, data: Path, public: str = "") -> None:
        self.data, self.public = data, public
        data.mkdir()

    def __call__(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        environment = {**outside(), "MEHFOOZ_DATA": str(self.data), "MEHFOOZ_DEMO": "true", "MEHFOOZ_EMBEDDED": "true",
                       "BACKUP_PUBLIC_KEY": self.public, "DJANGO_SETTINGS_MODULE": "portal.settings"}
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def done(self, *arguments: object) -> str:
        answer = self(*arguments)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def opens(self) -> dict[str, str]:
        password = json.loads((self.data / "demo.json").read_text())["accounts"][0]["password"]
        return dict(json.loads(self.done("-m", "tests.portal.what_opens", password)))

    def ask(self, sql: str) -> list[str]:
        with sqlite3.connect(self.data / "mehfooz.sqlite3") as database:
            return [str(value).replace("-", "") for (value,) in database.execute(sql)]


@pytest.fixture
def first(tmp_path: Path, migrated_sqlite: Path) -> Office:
    """A demonstration that has run: cases; and the backup key, which lies elsewhere."""
    office = Office(tmp_path / "first")
    shutil.copyfile(migrated_sqlite, office.data / "mehfooz.sqlite3")                       # to save time
    office.public = office.done("manage.py", "backup_key", tmp_path / "offline.key").strip().partition("=")[2]
    office.done("manage.py", "demo")
    return office


def test_a_backup_comes_back_on_another_machine_without_what_was_erased(first: Office, tmp_path: Path) -> None:
    before, key = first.opens(), tmp_path / "offline.key"
    assert len(before) == 45
    database = Path(first.done("manage.py", "backup").split()[0])
    assert b"SQLite format 3" not in database.read_bytes()
    erased, locked = first.done("-c", ERASE).strip(), first.done("-c", LOCK).strip()
    kept = {case: words for case, words in before.items() if case != erased}

    other = Office(tmp_path / "second", first.public)
    for name in CARRIED:
        source = first.data / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, other.data / name)
    other.done("-c", WITHOUT_REPLAY, database, key)                          # the machine went down in the middle
    assert erased.replace("-", "") in other.ask("SELECT id FROM cases_case")
    assert "replay_tombstones" in one_line(run(other.data, 0))

    restore = ("manage.py", "restore", database, "--private-key", key)
    with serve.lock(other.data):
        assert "already running" in other(*restore).stderr
    assert "there already" in other(*restore).stderr
    (other.data / "mehfooz.sqlite3").unlink()
    log = other.data / "mehfooz.sqlite3-wal"                                 # the old one: SQLite would play it into the new
    log.write_bytes(b"anything")
    assert log.name in other(*restore).stderr
    log.unlink()
    assert "destroyed again: 1 cases, 0 keys; locked again: 1 files" in other.done(*restore)
    assert other.ask("SELECT id FROM cases_evidence_evidence WHERE state = 'locked' AND preserved NOT NULL") == [
        locked.replace("-", "")]

    told = (first.data / "tombstones").read_bytes()
    assert (other.data / "tombstones").read_bytes() == told                  # the worker's file: whoever restores only reads it
    assert other.ask("PRAGMA integrity_check") == ["ok"]
    assert erased.replace("-", "") not in other.ask("SELECT id FROM cases_case")
    assert other.ask("SELECT why FROM cases_retention_disposal WHERE finished_at IS NOT NULL") == ["restored"]
    with running(other.data, tmp_path / "log") as base:
        assert [status(base + path) for path in ("/en/", "/ur/report/", "/desk/sign-in/")] == [200, 200, 200]
    assert other.opens() == kept
    assert "sound" in other.done("manage.py", "verify_audit")
    assert other.data.joinpath("mehfooz.sqlite3").stat().st_mode & 0o077 == 0
