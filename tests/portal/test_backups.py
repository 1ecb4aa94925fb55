"""Backups end, and a restored one forgets again what was erased since it was made."""
import io
import os
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cases.models import Case
from cases.notifications.models import Kind
from cases.notifications.services import drop_address, keep_address
from cases.retention import disposal, replay, restored, services, tombstones
from cases.retention.models import Disposal, Restoration
from cases.vault import custody, hpke
from portal.backups import databases, day_keys, making, sealed
from portal.backups.sealed import CHUNK, Unreadable, Writer
from tests.factories.cases import make_case, make_unit
from tests.services import SERVICES

DAY = date(2026, 3, 1)


# --- the file ---------------------------------------------------------------------------------------------------------
def write(plain: bytes, key: bytes = bytes(32), public: bytes = hpke.new_pair()[1]) -> bytes:
    header, _half = sealed.new_header(public=public, day=DAY.isoformat(), what="media", made_at="now")
    target = io.BytesIO()
    writer = Writer(target, header, key)
    for at in range(0, len(plain), 300_000):
        writer.write(plain[at:at + 300_000])
    writer.close()
    return target.getvalue()


def read(raw: bytes, key: bytes = bytes(32)) -> bytes:
    source = io.BytesIO(raw)
    return b"".join(sealed.chunks(source, sealed.read_header(source), key))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_what_goes_in_comes_out(size: int) -> None:
    plain = os.urandom(size)
    assert read(write(plain)) == plain


def test_a_cut_a_swap_and_a_flipped_bit_are_found() -> None:
    raw = write(os.urandom(2 * CHUNK + 9))
    start = raw.index(b"}") + 1
    one = 4 + CHUNK + 16
    first, second, last = raw[start:start + one], raw[start + one:start + 2 * one], raw[start + 2 * one:]
    damaged = [raw[:start], raw[:start + one], raw[:start + 2 * one], raw[:-1], raw[:start] + second + first + last,
               raw[:start] + first + last, raw[:start] + first + second + last + last, b"MZBK\x02" + raw[5:], b"", raw[:7],
               raw.replace(DAY.isoformat().encode(), b"2026-03-02"), raw[:-30] + bytes([raw[-30] ^ 1]) + raw[-29:]]
    for bad in damaged:
        with pytest.raises(Unreadable):
            read(bad)


def test_either_half_of_the_key_opens_nothing() -> None:
    private, public = hpke.new_pair()
    header, half = sealed.new_header(public=public, day=DAY.isoformat(), what="media", made_at="now")
    assert sealed.open_half(header, private) == half
    secret = os.urandom(32)
    guesses = [(half, secret), (half, bytes(32)), (bytes(32), secret)]
    assert len({sealed.file_key(header, *guess) for guess in guesses}) == 3
    with pytest.raises(Unreadable):
        sealed.open_half(header, hpke.new_pair()[0])


def test_the_day_secret_dies_after_35_days_and_no_sooner(tmp_path: Path) -> None:
    secret = day_keys.secret_for(tmp_path, DAY)
    assert day_keys.secret_for(tmp_path, DAY) == secret
    assert (tmp_path / f"{DAY}.day").stat().st_mode & 0o777 == 0o600
    kept = os.open(tmp_path / f"{DAY}.day", os.O_RDONLY)                   # somebody who still has the file open
    assert day_keys.destroy_old(tmp_path, DAY + timedelta(days=34)) == []
    assert day_keys.destroy_old(tmp_path, DAY + timedelta(days=35)) == [DAY.isoformat()]
    assert secret.hex().encode() not in os.read(kept, 100)                 # it was overwritten first
    os.close(kept)
    with pytest.raises(Unreadable):
        day_keys.secret_of(tmp_path, DAY)


@pytest.mark.parametrize("torn", ["", "ab" * 31])
def test_a_day_whose_secret_was_never_written_whole_seals_nothing_with_the_rest(tmp_path: Path, torn: str) -> None:
    """A machine that went down between making the file and writing it, or a second backup at the same moment: sealed with the
    offline half alone, a backup would open for ever."""
    path = tmp_path / f"{DAY}.day"
    path.write_text(torn)
    with pytest.raises(Unreadable):
        day_keys.secret_of(tmp_path, DAY)
    secret = day_keys.secret_for(tmp_path, DAY)
    assert len(secret) == day_keys.SECRET_BYTES
    assert day_keys.secret_of(tmp_path, DAY) == secret
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _n: day_keys.secret_for(tmp_path, DAY + timedelta(days=1)), range(32)))
    assert len(made) == 1


# --- the whole way ----------------------------------------------------------------------------------------------------
@pytest.fixture
def places(settings: LazySettings, tmp_path: Path) -> Path:
    settings.BACKUPS, settings.BACKUP_DAY_KEYS = tmp_path / "backups", tmp_path / "keys"
    settings.TOMBSTONES, settings.MEDIA_ROOT, settings.WORKER_KEYS = (tmp_path / "tombstones", tmp_path / "media",
                                                                      tmp_path / "worker-keys")
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "poster.png").write_bytes(b"a campaign picture")
    private = tmp_path / "offline.key"
    output = io.StringIO()
    call_command("backup_key", str(private), stdout=output)
    settings.BACKUP_PUBLIC_KEY = bytes.fromhex(output.getvalue().partition("=")[2].strip())
    return private


def portal(*arguments: str, places: Path, database: str) -> subprocess.CompletedProcess[str]:
    """A process of the portal over another database."""
    home = places.parent
    environment = {**os.environ, "DATABASE_NAME": database, "BACKUPS": str(home / "backups"),
                   "BACKUP_DAY_KEYS": str(home / "keys"), "TOMBSTONES": str(home / "tombstones"),
                   "MEHFOOZ_DATA": str(home / "restored")}
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)


def ask(database: str, sql: str) -> str:
    command = [databases.program("psql"), "-h", str(SERVICES.directory), "-U", "postgres", "-XAt", "-d", database, "-c", sql]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


STARTS = ("-c", "import django; django.setup(); from portal.restored import refuse; refuse()")

# Started while the database was away, it meets one that somebody is restoring.
WHEN_IT_ANSWERS = """
import sys, django; django.setup()
from django.db import connection
from cases.models import Case
from portal.restored import NotReplayed, refuse
refuse()
connection.settings_dict["NAME"] = sys.argv[1]
for _request in range(2):
    try:
        print(Case.objects.exists() and "served")
    except NotReplayed:
        print("refused")
"""


@pytest.fixture
def empty_database(transactional_db: None) -> str:
    name = f"restored_{os.getpid()}"
    ask("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    ask("postgres", f'CREATE DATABASE "{name}"')
    return name


@pytest.mark.postgres
def test_what_was_erased_after_the_backup_is_erased_again_before_anything_is_served(empty_database: str, places: Path) -> None:
    custody.new_worker_key()
    stays, goes, quiet = (make_case(make_unit(), story=f"Story {n}") for n in range(3))
    keep_address(case=quiet, kind=Kind.SMS, value="03451234567")
    by_hand = places.parent / "by-hand.sql"
    SERVICES.dump(str(connection.settings_dict["NAME"]), by_hand)
    paths = making.make()
    keys = [str(goes.key_id), str(goes.conversation_key_id), str(quiet.address.key_id)]
    disposal.carry_out(disposal_id=services.erase(case=goes).pk)
    drop_address(case=quiet)
    replay.write_down()
    told = make_case(make_unit())                                  # told and erased after the backup: not in it at all
    disposal.carry_out(disposal_id=services.erase(case=told).pk)

    told = (places.parent / "tombstones").read_bytes()
    restore = ("manage.py", "restore", *map(str, paths), "--private-key", str(places))
    with psycopg.connect(host=str(SERVICES.directory), user="postgres", dbname=empty_database):
        running = portal(*restore, places=places, database=empty_database)
    assert "stop every process" in running.stderr
    done = portal(*restore, places=places, database=empty_database)
    assert done.returncode == 0, done.stderr
    assert "destroyed again: 1 cases, 1 keys" in done.stdout
    assert set(ask(empty_database, "SELECT id FROM cases_case").split()) == {str(stays.pk), str(quiet.pk)}
    listed = ",".join(f"'{key}'" for key in keys)
    assert ask(empty_database, f"SELECT count(*) FROM cases_vault_datakeywrap WHERE key_id IN ({listed})") == "0"
    assert ask(empty_database, f"SELECT count(*) FROM cases_vault_datakey WHERE destroyed_at IS NULL AND id IN ({listed})") == "0"
    assert ask(empty_database, "SELECT count(*) FROM cases_notifications_address") == "0"
    assert ask(empty_database, "SELECT why FROM cases_retention_disposal").split() == ["restored", "restored"]
    assert portal(*STARTS, places=places, database=empty_database).returncode == 0
    assert (places.parent / "restored" / "media" / "poster.png").read_bytes() == b"a campaign picture"

    other = f"{empty_database}_hand"                                # psql alone, as somebody in a hurry would
    ask("postgres", f'DROP DATABASE IF EXISTS "{other}" WITH (FORCE)')
    SERVICES.create(other)
    SERVICES.restore(by_hand, other)
    refused = portal(*STARTS, places=places, database=other)
    assert refused.returncode != 0
    assert "replay_tombstones" in refused.stderr
    late = portal("-c", WHEN_IT_ANSWERS, other, places=places, database="not_there_yet")
    assert late.stdout.split() == ["refused", "refused"], late.stderr
    assert portal("manage.py", "replay_tombstones", places=places, database=other).returncode == 0
    assert (places.parent / "tombstones").read_bytes() == told     # whoever restores may read that file; it is the worker's
    late = portal("-c", WHEN_IT_ANSWERS, other, places=places, database="not_there_yet")
    assert late.stdout.split() == ["served", "served"], late.stderr
    assert portal(*STARTS, places=places, database=other).returncode == 0
    assert str(goes.pk) not in ask(other, "SELECT id FROM cases_case")
    for name in (empty_database, other):
        ask("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.postgres
def test_a_backup_of_an_earlier_version_says_what_to_run_and_is_not_served_before(empty_database: str, places: Path) -> None:
    goes = make_case(make_unit())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_case RENAME COLUMN unread TO unread_long_ago")
    path = making.make()[0]
    tombstones.append([tombstones.Tombstone("case", tombstones.digest("case", goes.pk), timezone.localdate())])
    again = portal("manage.py", "restore", str(path), "--private-key", str(places), places=places, database=empty_database)
    assert again.returncode == 1
    assert "manage.py migrate" in again.stderr
    assert "Traceback" not in again.stderr
    assert "replay_tombstones" in portal(*STARTS, places=places, database=empty_database).stderr
    ask("postgres", f'DROP DATABASE "{empty_database}" WITH (FORCE)')


@pytest.mark.postgres
def test_a_backup_whose_secret_has_died_or_whose_end_is_missing_brings_nothing_back(empty_database: str, places: Path) -> None:
    make_case(make_unit())
    path = making.make()[0]
    raw = path.read_bytes()
    assert b"CREATE TABLE" not in raw
    arguments = ("manage.py", "restore", str(path), "--no-tombstones", "--private-key", str(places))
    path.write_bytes(raw[:-10])
    assert portal(*arguments, places=places, database=empty_database).returncode == 1
    path.write_bytes(raw)
    torn = path.with_suffix(making.UNFINISHED)                      # of a night when the machine went down
    torn.touch()
    making.tidy(timezone.localdate() + timedelta(days=34))
    assert path.exists()
    making.tidy(timezone.localdate() + timedelta(days=35))
    assert not path.exists()
    assert not torn.exists()
    path.write_bytes(raw)                                           # a copy that survived elsewhere
    refused = portal(*arguments, places=places, database=empty_database)
    assert refused.returncode == 1
    assert "35 days are over" in refused.stderr
    assert ask(empty_database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0"
    ask("postgres", f'DROP DATABASE "{empty_database}" WITH (FORCE)')


@pytest.mark.django_db
def test_a_restore_without_tombstones_or_into_a_full_database_is_refused(places: Path, settings: LazySettings) -> None:
    with pytest.raises(CommandError, match="tombstones"):
        call_command("restore", "any.mzbackup", private_key=places)
    if connection.vendor == "postgresql":
        with pytest.raises(databases.CannotRestore, match="not empty"):
            databases.restore(iter([b""]))


@pytest.mark.django_db
def test_without_the_public_half_nothing_is_written(settings: LazySettings, tmp_path: Path) -> None:
    settings.BACKUP_PUBLIC_KEY, settings.BACKUPS = b"", tmp_path
    with pytest.raises(CommandError, match="backup_key"):
        call_command("backup")
    assert not list(tmp_path.iterdir())


@pytest.mark.django_db
def test_the_mark_of_a_restore_keeps_every_role_from_serving(places: Path) -> None:
    restored.refuse_unless_replayed(with_file=False)
    Restoration.objects.create(at=timezone.now())
    with pytest.raises(restored.NotReplayed):
        restored.refuse_unless_replayed(with_file=False)
    replay.replay()
    restored.refuse_unless_replayed(with_file=True)
    assert not Disposal.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "link"])      # noqa: S108 (nothing is written there)
def test_of_the_media_only_files_and_directories_are_unpacked(tmp_path, name):
    """Python's own filter would see to it, but Debian 12's has none."""
    with tarfile.open(tmp_path / "archive", "w") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = (tarfile.SYMTYPE, "/etc") if name == "link" else (tarfile.REGTYPE, "")
        archive.addfile(member)
    with tarfile.open(tmp_path / "archive") as archive, pytest.raises(Unreadable):
        list(making._plain(archive, tmp_path / "media"))
