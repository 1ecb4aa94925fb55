"""From the version in which one person published alone: entries leave the list, partners see it, a second person has the work."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import SERVICES

SCRIPT = Path(__file__).parent / "upgrade.py"


def upgraded(**environment: str) -> dict[str, object]:
    done = subprocess.run([sys.executable, str(SCRIPT)], env={**os.environ, "PYTHONPATH": ".", **environment},
                          capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_what_one_person_published_waits_for_a_second(database: str, tmp_path: Path) -> None:
    where = {"DATABASE": "sqlite", "MEHFOOZ_EMBEDDED": "true", "MEHFOOZ_DATA": str(tmp_path), "REDIS_URL": "",
             "CELERY_BROKER_URL": "memory://"}
    if database == "postgresql":
        SERVICES.postgresql()
        SERVICES.create("upgrade")
        where = {"DATABASE": "postgresql", "DATABASE_NAME": "upgrade", "DATABASE_HOST": str(SERVICES.directory),
                 "DATABASE_USER": "postgres", "MEHFOOZ_EMBEDDED": "false", "MEHFOOZ_DATA": str(tmp_path)}
    (tmp_path / "static").mkdir()
    told = upgraded(**where)
    assert told == {
        "entries": {"a": "withdrawn", "b": "withdrawn", "c": "withdrawn"},       # nobody's second yes was there
        "partner": {"a": "Withdrawn", "b": "Withdrawn", "c": "Withdrawn"},
        "waits": {"26-a": "Ayesha"},                                             # of the one whose reporter agrees still
        "back": ["a"], "indexed": 3, "guarded": True, "page": 200, "partners": 1}
