"""What staff write for one another under the case key: tasks, people and accounts, why a child's case is to be closed, drafts.
`reading` opens it."""
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cases.audit.services import actor, record_read
from cases.models import Case
from cases.permissions import Staff
from cases.selectors import opened_by
from cases.triage.models import Closing, Draft, Reminder, Subject, Task
from cases.triage.reading import State, Text, opened_text, readable, seal_reason, sealed_row, under_glass
from cases.vault.keyring import Keyring


def read_tasks(tasks: Sequence[Task], *, keyring: Keyring | None, by: Staff) -> dict[UUID, Text]:
    """The words of tasks of several cases. One audit row lists the cases. Select `case__key`, prefetch its wraps."""
    cases = {task.case_id: task.case for task in tasks}
    doors = opened_by(by, cases.values())
    keys = {pk: readable(case, case.key, keyring, doors) for pk, case in cases.items()}
    texts = {task.pk: opened_text(task.case, *keys[task.case_id], task.words, "task", task.pk) for task in tasks}
    read = sorted({task.case_id for task in tasks if texts[task.pk].state == State.OPEN})
    if read:
        record_read("tasks_read", subject="tasks", actor=actor(by), cases=read, **under_glass(doors, read))
    return texts


def read_closings(case: Case, rows: Iterable[Closing], *, keyring: Keyring | None, by: Staff) -> dict[UUID, tuple[Text, Text]]:
    """Why members want a child's case closed, and why that was refused, by row."""
    closings = list(rows)
    doors = opened_by(by, [case]) if closings else {}
    key, state = readable(case, case.key, keyring, doors)
    found = {row.pk: (opened_text(case, key, state, row.reason, "closing", row.pk),
                      opened_text(case, key, state, row.answer, "closing_answer", row.pk) if row.answer else Text(State.OPEN))
             for row in closings}
    if found and key is not None:
        record_read("closings_read", subject=case.pk, actor=actor(by), count=len(found), **under_glass(doors, [case.pk]))
    return found


def read_reminders(case: Case, rows: Sequence[Reminder], *, keyring: Keyring | None, by: Staff) -> list[tuple[Reminder, Text]]:
    """A member's own reminders of a case with what they wrote."""
    doors = opened_by(by, [case]) if rows else {}
    key, state = readable(case, case.key, keyring, doors) if rows else (None, State.LOCKED)
    if key is not None:
        record_read("reminders_read", subject=case.pk, actor=actor(by), count=len(rows), **under_glass(doors, [case.pk]))
    return [(row, opened_text(case, key, state, row.reason, "reminder", row.pk)) for row in rows]


@dataclass(frozen=True)
class Said:
    """Of a person, account, number or link: what it is called, and what a member added."""
    state: State
    name: str = field(default="", repr=False)
    about: str = field(default="", repr=False)


def read_subjects(case: Case, rows: Sequence[Subject], *, keyring: Keyring | None, by: Staff,
                  alone: bool = False) -> dict[UUID, Said]:
    """People and accounts of a case, by row. Read with the case they stand under its entry in the log; `alone` they get one."""
    doors = opened_by(by, [case]) if rows else {}
    key, state = readable(case, case.key, keyring, doors)
    if alone and key is not None:
        record_read("subjects_read", subject=case.pk, actor=actor(by), count=len(rows), **under_glass(doors, [case.pk]))
    return {row.pk: said_of(opened_text(case, key, state, row.words, "subject", row.pk)) for row in rows}


def said_of(text: Text) -> Said:
    if text.state != State.OPEN:
        return Said(text.state)
    words = json.loads(text.words)
    return Said(State.OPEN, str(words["name"]), str(words["about"]))


def seal_subject(case: Case, name: str, about: str, *, keyring: Keyring | None, row: UUID | None = None) -> tuple[UUID, bytes]:
    """Id (`row` if given) and words of a person, account, number or link. Raises Locked, NotHeld."""
    return sealed_row(case, case.key, json.dumps({"name": name, "about": about}), "subject", keyring, row)


def read_draft(draft: Draft, *, case: Case, keyring: Keyring | None, by: Staff) -> dict[str, str]:
    """A member's own words, field by field; empty while they cannot be opened. No entry in the log: nobody reads another's."""
    key, state = readable(case, case.key, keyring, opened_by(by, [case]))
    text = opened_text(case, key, state, draft.words, "draft", draft.pk)
    if text.state != State.OPEN or draft.member_id != by.pk:
        return {}
    return {str(name): str(value) for name, value in json.loads(text.words).items()}


def seal_draft(case: Case, typed: Mapping[str, str], *, record: UUID, keyring: Keyring | None) -> bytes:
    """What was typed, for the draft's own row. Raises Locked, NotHeld."""
    return seal_reason(case, json.dumps(dict(typed)), name="draft", record=record, keyring=keyring)


def seal_task(case: Case, text: str, *, keyring: Keyring | None) -> tuple[UUID, bytes]:
    """Id and words of a task. Raises Locked, NotHeld."""
    return sealed_row(case, case.key, text, "task", keyring)


def seal_closing(case: Case, text: str, *, keyring: Keyring | None) -> tuple[UUID, bytes]:
    """Id and reason of the wish to close a child's case. Raises Locked, NotHeld."""
    return sealed_row(case, case.key, text, "closing", keyring)
