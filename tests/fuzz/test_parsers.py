"""Rubbish from outside meets a typed refusal, never a crash: by hypothesis here, by atheris for a bounded time beside it."""
import os
import subprocess
import sys

import pytest
from hypothesis import given, strategies as st

from tests.fuzz.targets import ASK_THE_DATABASE, TARGETS, seeds

SECONDS = os.environ.get("FUZZ_SECONDS", "3")        # for each target; a nightly run may take longer


@pytest.mark.django_db
@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
def test_rubbish_is_refused(name: str, data: st.DataObject) -> None:
    TARGETS[name](data.draw(st.binary(max_size=2000)))


@pytest.mark.django_db
@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
def test_damaged_input_is_refused(name: str, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(list(seeds(name))))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    changed = whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:]
    if changed != whole:
        TARGETS[name](changed)


def test_a_guided_search_finds_no_crash() -> None:
    pytest.importorskip("atheris", reason="atheris is built for some machines only")
    names = sorted(TARGETS.keys() - ASK_THE_DATABASE)
    command = [sys.executable, "-m", "tests.fuzz.guided", SECONDS, *names]
    run = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    told = run.stderr.split("target ")[1:]
    assert [words.split()[0] for words in told] == names
    assert all("Done " in words for words in told), run.stderr[-3000:]         # it did search
