import pytest

from cases.public_words import sentence
from cases.triage.moves import moves_from
from cases.workflow import TRANSITIONS, Outcome, Status, check_transition


@pytest.mark.parametrize("status", Status)
def test_the_choices_are_the_edges_of_the_table_and_nothing_else(status):
    moves = moves_from(status)
    assert {move.to for move in moves} == TRANSITIONS[status]
    assert len({move.code for move in moves}) == len(moves)
    for move in moves:
        check_transition(status, move.to, move.outcome)
        assert sentence(move.said, platform="X")


def test_each_outcome_is_one_choice():
    assert [move.outcome for move in moves_from(Status.IN_REVIEW) if move.outcome] == list(Outcome)
