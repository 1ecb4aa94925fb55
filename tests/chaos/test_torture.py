"""Three quarters of a minute in which everything breaks at random (bench/torture.py): nothing is lost, done twice or stuck."""
import json
import subprocess
import sys
from subprocess import PIPE

import pytest

from bench import ENVIRON
from tests.fixtures.migrated import kept_dump

pytestmark = pytest.mark.postgres
SECONDS, NOTICES = 45, 150


def test_nothing_is_lost_while_everything_breaks(db: None, pytestconfig: pytest.Config) -> None:
    command = ["-m", "bench.torture", "--seconds", str(SECONDS), "--notices", str(NOTICES),
               "--dump", str(kept_dump(pytestconfig, "sql"))]
    with subprocess.Popen([sys.executable, *command], env=ENVIRON, stdout=PIPE, stderr=PIPE, text=True) as run:
        try:
            answer, progress = run.communicate(timeout=600)
        finally:
            run.terminate()             # not killed: it has servers to stop and a disk to unmount
    assert run.returncode == 0, progress[-4000:]
    told = json.loads(answer.splitlines()[-1])
    found = {name: told[name] for name in ("lost", "duplicates", "stuck")}
    assert found == {"lost": 0, "duplicates": 0, "stuck": 0}, f"{told}\n{progress[-4000:]}"
    assert told["notices"] >= NOTICES
    assert told["faults"] >= 8
