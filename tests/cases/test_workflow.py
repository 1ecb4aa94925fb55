import pytest

from cases.workflow import TRANSITIONS, Outcome, Status, TransitionRefused, check_transition


def test_every_status_can_reach_closed_and_closed_can_reopen() -> None:
    def reachable(start: Status) -> set[Status]:
        seen: set[Status] = set()
        todo = [start]
        while todo:
            for target in TRANSITIONS[todo.pop()]:
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return seen
    assert all(Status.CLOSED in reachable(status) for status in Status)
    assert TRANSITIONS[Status.CLOSED] == {Status.IN_REVIEW}


def test_a_new_case_is_not_closed_unread() -> None:
    with pytest.raises(TransitionRefused):
        check_transition(Status.NEW, Status.CLOSED, Outcome.NOT_FOR_US)


def test_closing_and_only_closing_takes_an_outcome() -> None:
    check_transition(Status.IN_REVIEW, Status.CLOSED, Outcome.REMOVED)
    with pytest.raises(TransitionRefused):
        check_transition(Status.IN_REVIEW, Status.CLOSED)
    with pytest.raises(TransitionRefused):
        check_transition(Status.IN_REVIEW, Status.WAITING_OUTSIDE, Outcome.REMOVED)
