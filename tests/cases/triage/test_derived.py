"""Each rule of the derived tasks, without a database: what makes it speak, and what makes it fall silent."""
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cases.triage.derived import PATIENCE, Code, Facts, Notice, derive
from cases.triage.todo import NAMES, PLACES
from cases.workflow import Outcome, Status

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGO, SOON = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
OPEN = Facts(Status.IN_REVIEW, handed_on=True)
NEW, WAITS, OUTSIDE = (replace(OPEN, status=status) for status in (Status.NEW, Status.WAITING_REPORTER, Status.WAITING_OUTSIDE))
CLOSED = Facts(Status.CLOSED, outcome=Outcome.REMOVED)


def codes(facts: Facts) -> list[Code]:
    return [task.code for task in derive(facts, NOW)]


@pytest.mark.parametrize(("facts", "code"), [
    (replace(OPEN, due_at=AGO), Code.LATE), (replace(NEW, due_at=AGO), Code.LATE),
    (replace(OUTSIDE, due_at=AGO), Code.CHECK),
    (replace(OPEN, unread=AGO), Code.MESSAGE), (replace(CLOSED, unread=AGO), Code.MESSAGE),
    (replace(OPEN, ask_first=(("pass_police", AGO),)), Code.ASK),
    (replace(OPEN, ask_first=(("pass_police", AGO),), wrote=AGO - timedelta(days=1)), Code.ASK),
    (replace(OPEN, notices=(Notice("x", "sent", AGO, AGO),)), Code.NOTICE_SILENT),
    (replace(OPEN, notices=(Notice("x", "refused", AGO),)), Code.NOTICE_WRONG),
    (replace(OPEN, notices=(Notice("x", "failed", AGO),)), Code.NOTICE_WRONG),
    (replace(OPEN, files=2), Code.FILE), (replace(CLOSED, locked=1), Code.FILE_LOCKED),
    (replace(OPEN, questions=(AGO,)), Code.QUESTION), (replace(OPEN, proposed=AGO), Code.LISTING),
    (replace(OPEN, child=True, handed_on=False), Code.CHILD_ALONE), (replace(NEW, keyless=True), Code.KEYLESS),
    (replace(CLOSED, partners=(("x", AGO),)), Code.PARTNER),
    (replace(WAITS, since=NOW - PATIENCE - timedelta(hours=1)), Code.SILENCE),
    (replace(CLOSED, outcome=Outcome.NOT_FOR_US), Code.NO_WORDS), (replace(OPEN, closing=AGO), Code.CLOSING),
])
def test_a_fact_makes_its_task_and_no_other(facts, code):
    assert codes(facts) == [code]


@pytest.mark.parametrize("facts", [
    OPEN, NEW, WAITS, OUTSIDE, CLOSED,
    replace(OPEN, due_at=SOON), replace(OUTSIDE, due_at=SOON), replace(WAITS, due_at=AGO), replace(CLOSED, due_at=AGO),
    replace(OPEN, ask_first=(("pass_police", AGO),), wrote=NOW), replace(CLOSED, ask_first=(("pass_police", AGO),)),
    replace(OPEN, notices=(Notice("x", "sent", AGO, SOON), Notice("y", "actioned", AGO))),
    replace(CLOSED, notices=(Notice("x", "refused", AGO),)),
    replace(CLOSED, files=1, keyless=True), replace(OPEN, child=True), replace(NEW, child=True, handed_on=False),
    replace(WAITS, since=NOW - PATIENCE + timedelta(hours=1)), replace(CLOSED, outcome=Outcome.NOT_FOR_US, wrote=AGO),
])
def test_what_is_done_or_not_due_makes_none(facts):
    assert codes(facts) == []


def test_the_most_pressing_stand_on_top_and_the_oldest_of_a_kind_first():
    facts = replace(OPEN, due_at=AGO, unread=AGO, files=1, ask_first=(("pass_pta", AGO), ("pass_police", AGO - PATIENCE)))
    assert [(task.code, task.what) for task in derive(facts, NOW)] == [
        (Code.LATE, ""), (Code.MESSAGE, ""), (Code.ASK, "pass_police"), (Code.ASK, "pass_pta"), (Code.FILE, "")]


def test_every_task_has_words_and_a_place():
    assert set(NAMES) == set(PLACES) == set(Code)
