"""Three quarters of a minute in which everything breaks at random (bench/torture.py): nothing is lost, done twice or stuck."""
import json
import subprocess
import sys

import pytest

from bench import ENVIRON
from tests.fixtures.migrated import kept_dump

pytestmark = pytest.mark.postgres
SECONDS, NOTICES = 45, 150


def test_nothing_is_lost_while_everything_breaks(db: None, pytestconfig: pytest.Config) -> None:
    command = ["-m", "bench.torture", "--seconds", str(SECONDS), "--notices", str(NOTICES),
               "--dump", str(kept_dump(pytestconfig, "sql"))]
    run = subprocess.run([sys.executable, *command], env=ENVIRON, capture_output=True, text=True, check=False, timeout=400)
    assert run.returncode == 0, run.stderr[-4000:]
    told = json.loads(run.stdout.splitlines()[-1])
    found = {name: told[name] for name in ("lost", "duplicates", "stuck")}
    assert found == {"lost": 0, "duplicates": 0, "stuck": 0}, f"{told}\n{run.stderr[-4000:]}"
    assert told["notices"] >= NOTICES
    assert told["faults"] >= 8
