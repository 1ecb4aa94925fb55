"""The same faults on the embedded default."""
from pathlib import Path

import pytest

from tests.cases.audit import test_verification as faults
from tests.cases.audit.test_verification import FAULTS, Fault, with_fault

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("position", [1, 5, faults.SIGNED, faults.SIGNED + 1, faults.LENGTH])
@pytest.mark.parametrize("plant", FAULTS.values(), ids=FAULTS)
def test_one_fault_anywhere_is_found(plant: Fault, position: int) -> None:
    found = with_fault(plant, position)
    assert not found.sound, found
    assert found.unguarded == []


@pytest.mark.parametrize("table", faults.triggers.TABLES)
def test_a_tamed_trigger_is_noticed(table: str) -> None:
    faults.test_a_tamed_trigger_is_noticed(table)


def test_only_the_witness_finds_a_past_rewritten_with_the_signing_key(tmp_path: Path) -> None:
    faults.test_only_the_witness_finds_a_past_rewritten_with_the_signing_key(tmp_path)
