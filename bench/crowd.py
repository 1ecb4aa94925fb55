"""A ministry's years of cases, for measuring at size: rows by COPY into a PostgreSQL that is kept between runs.

Everything a list, a filter or a case page reads is there in plausible shares; what is sealed is as long as in life and opens for
nobody. Indexes and foreign keys are taken off first and put back: sorted once, not grown row by row.
"""
import json
import random
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import bench.stage  # noqa: F401   configures Django

# isort: split
from django.db import connection
from django.utils import timezone

from cases.models import HARM_NAMES, WRITTEN_NAMES, Case, Consent, Label, Labelled, Link, Message, StatusChange
from cases.triage.models import Note
from cases.units.models import Unit
from cases.units.services import set_up_units
from cases.vault.models import DataKey, DataKeyWrap
from cases.workflow import Outcome
from portal.accounts.models import User

SHARES = {"adults": 0.6, "children": 0.37, "integrity": 0.03}
OPEN = 0.2                      # of all cases; the others are closed, over five years
STATES = ("new", "in_review", "waiting_reporter", "waiting_outside")
PLATFORMS = ("facebook", "instagram", "tiktok", "whatsapp", "youtube", "telegram", "snapchat", "x")
MEMBERS, LABELS, TIMELINE = 60, 20, 5       # of staff; in all; entries of each case on average
STORY, SUMMARY, WORDS = 1500, 330, 260      # bytes, sealed
BATCH = 5000
Row = dict[str, Any]


def fill(cases: int) -> None:
    """Into the database that Django is connected to, migrated and empty."""
    units, staff = set_up_units(), members()
    labels = [Label.objects.create(name_en=f"Label {number}", name_ur=f"لیبل {number}") for number in range(LABELS)]
    models = [DataKey, DataKeyWrap, Case, StatusChange, Message, Consent, Note, Labelled, Link]
    restore = bared([model._meta.db_table for model in models])
    chance = random.Random(cases)       # noqa: S311   not a secret
    todo = made(cases, units, staff, chance)
    before: UUID | None = None
    while batch := list(islice(todo, BATCH)):
        rows: dict[type, list[Row]] = {model: [] for model in models}
        for case in batch:
            beside(case, rows, staff, labels, chance, before)
            before = case["id"]
        for model in models:
            copy(model, rows[model])
    restore()
    with connection.cursor() as run:
        run.execute("VACUUM ANALYZE")


def members() -> list[User]:
    return [User.objects.create(email=f"bench{number}@example.org", name=f"Member {number}", role="caseworker")
            for number in range(MEMBERS)]


def made(cases: int, units: dict[str, Unit], staff: Sequence[User], chance: random.Random) -> Iterator[Row]:
    now, codes, weights = timezone.now(), list(SHARES), list(SHARES.values())
    for number in range(cases):
        is_open = chance.random() < OPEN
        opened = now - timedelta(hours=chance.uniform(1, 24 * 45) if is_open else chance.uniform(24 * 45, 24 * 365 * 5))
        status = chance.choices(STATES, (30, 30, 20, 20))[0] if is_open else "closed"
        due = None if status in {"waiting_reporter", "closed"} else now + timedelta(hours=chance.uniform(-24, 24 * 14))
        child = chance.random() < 0.2
        priority = chance.choices((1, 2, 3, 4), (4, 20, 46, 30))[0]
        yield {
            "id": uid(), "ref": f"{opened:%y}-B{number:06d}", "submission": uid(),
            "unit_id": units[chance.choices(codes, weights)[0]].pk, "key_id": uid(), "conversation_key_id": uid(),
            "answers": blob(STORY), "summary": blob(SUMMARY),
            "reporter_public": blob(65), "status": status,
            "outcome": chance.choice(Outcome.values) if status == "closed" else "", "harm": chance.choice(list(HARM_NAMES)).value,
            "age_band": "13_15" if child else "adult", "child": child,
            "platforms": json.dumps(chance.choices(PLATFORMS, (40, 20, 14, 12, 6, 4, 3, 1), k=chance.choice((1, 1, 2)))),
            "dangers": "[]", "language": chance.choice(("ur", "en")), "written_in": chance.choice(["", *WRITTEN_NAMES]),
            "wants_woman": chance.random() < 0.1, "restricted": chance.random() < 0.01, "priority": priority,
            "priority_rule": "other", "assignee_id": None if status == "new" else chance.choice(staff).pk, "due_at": due,
            "clock_started_at": opened, "unread": status == "new" or chance.random() < 0.02, "opened_at": opened,
            "closed_at": opened + timedelta(hours=chance.uniform(5, 24 * 40)) if status == "closed" else None, "version": 3,
        }


def beside(case: Row, rows: dict[type, list[Row]], staff: Sequence[User], labels: Sequence[Label], chance: random.Random,
           before: UUID | None) -> None:
    """The rows around a case: keys, wraps, TIMELINE entries on average, labels, links."""
    rows[Case].append(case)
    opened, by = case["opened_at"], case["assignee_id"] or staff[0].pk
    for key in (case["key_id"], case["conversation_key_id"]):
        rows[DataKey].append({"id": key, "created_at": opened})
        rows[DataKeyWrap].append({"id": uid(), "key_id": key, "recipient": "unit", "recipient_id": case["unit_id"], "version": 1,
                                  "sealed": blob(120)})
    entries = max(1, round(chance.gauss(TIMELINE, 2)))
    rows[StatusChange].append({"id": uid(), "case_id": case["id"], "at": opened, "status": "new", "said": "received"})
    kinds = chance.choices(("moved", "theirs", "ours", "consent", "note"), (2, 2, 2, 1, 1), k=entries - 1)
    for hours, kind in enumerate(kinds, start=1):
        model, fields = entry_of(kind, by, opened)
        rows[model].append({"id": uid(), "case_id": case["id"], "at": opened + timedelta(hours=hours)} | fields)
    if chance.random() < 0.08:
        rows[Labelled].append({"case_id": case["id"], "label_id": chance.choice(labels).pk, "by_id": by, "at": opened})
    if before and chance.random() < 0.02:
        a, b = sorted((case["id"], before))
        rows[Link].append({"a_id": a, "b_id": b, "because": chance.choice(("hash", "handle")), "at": opened})


def entry_of(kind: str, by: UUID, opened: datetime) -> tuple[type, Row]:
    if kind == "moved":
        return StatusChange, {"status": "in_review", "said": "in_review", "by_id": by}
    if kind == "consent":
        return Consent, {"act": "ask_platform", "answer": "yes"}
    if kind == "theirs":
        return Message, {"author": "reporter", "body": blob(WORDS), "read_at": opened}
    ours = {"body": blob(WORDS), "by_id": by}
    return (Note, ours) if kind == "note" else (Message, ours | {"author": "staff"})


def uid() -> UUID:
    return UUID(bytes=secrets.token_bytes(16))


def blob(size: int) -> bytes:
    return secrets.token_bytes(size)


# --- COPY -------------------------------------------------------------------------------------------------------------
def copy(model: Any, rows: Iterable[Row]) -> None:
    """Columns that a row does not name have their field's default."""
    fields = [field for field in model._meta.concrete_fields if field.get_internal_type() != "BigAutoField"]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    missing = {field.attname: field.get_default() for field in fields}
    with connection.cursor() as run, run.cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as out:
        for row in rows:
            out.write("\t".join(text(row.get(name, default)) for name, default in missing.items()) + "\n")


def text(value: object) -> str:
    """In COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bool):
        return "t" if value else "f"
    return json.dumps(value) if isinstance(value, list) else str(value)


def bared(tables: Sequence[str]) -> Callable[[], None]:
    """Take indexes and constraints off these tables; what puts them back."""
    back: list[str] = []
    with connection.cursor() as run:
        run.execute("SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype <> 'f' FROM pg_constraint"
                    " WHERE (conrelid = ANY(%s::regclass[]) AND contype IN ('p', 'u', 'f')) OR (confrelid = ANY(%s::regclass[])"
                    " AND contype = 'f') ORDER BY contype = 'f' DESC, conname", [list(tables), list(tables)])
        for table, name, definition, first in run.fetchall():
            run.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            back.insert(0 if first else len(back), f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        run.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)", [list(tables)])
        for name, definition in run.fetchall():
            run.execute(f'DROP INDEX "{name}"')
            back.append(definition)

    def restore() -> None:
        with connection.cursor() as run:
            for statement in back:
                run.execute(statement)
    return restore


