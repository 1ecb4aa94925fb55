"""Notices of years that are sent and done with, for measuring at size, each with its key, attempt, address and job."""
import bench.stage  # noqa: F401   configures Django

# isort: split
from django.db import connection, models
from django.utils import timezone

from bench.crowd import fill
from cases.escalation.delivery_models import ReplyAddress
from cases.escalation.models import Attempt, Escalation
from cases.outbox.models import Job
from cases.vault.models import DataKey

OF_A_CASE = 10
SENT = {"message_id": "<bench@example.org>", "sha256": 64 * "0", "wire": 64 * "0", "answer": "250 2.0.0 Ok: queued"}


def finish(rows: int, like: Escalation) -> None:
    """`like`: a notice that waits; it becomes a sent one, and so many like it are written for cases of their own."""
    now = timezone.now()
    Escalation.objects.filter(pk=like.pk).update(state=Escalation.State.SENT, sent_at=now)
    Attempt.objects.create(escalation=like, at=now, ok=True, proof=SENT)
    Job.objects.update(state=Job.State.DONE, finished_at=now)
    fill(rows // OF_A_CASE)
    mine, key = made("notice"), made("key")
    copies(DataKey, like.notice_key_id, rows, id=key)
    copies(Escalation, like.pk, rows, id=mine, notice_key_id=key, reference="'MZ-B' || n", case_id="cases.id")
    copies(Attempt, Attempt.objects.get(escalation=like).pk, rows, id=made("attempt"), escalation_id=mine)
    copies(ReplyAddress, like.pk, rows, escalation_id=mine, digest="md5('address' || n)")
    copies(Job, Job.objects.latest("created_at").pk, rows, id=made("job"),
           payload="jsonb_build_object('escalation_id', md5('notice' || n)::uuid)")
    with connection.cursor() as run:
        run.execute("VACUUM ANALYZE")


def made(kind: str) -> str:
    """SQL: the id of row n."""
    return f"md5('{kind}' || n)::uuid"


def copies(model: type[models.Model], like: object, rows: int, **other: str) -> None:
    """So many of one row, with `other` columns in SQL; `n` is a row's number, `cases.id` the case whose turn it is."""
    columns = [field.column for field in model._meta.local_concrete_fields]
    given = ", ".join(other.get(name, f'one."{name}"') for name in columns)
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as run:
        run.execute(f"""
            INSERT INTO {table} ({", ".join(f'"{name}"' for name in columns)})
            SELECT {given} FROM {table} one, generate_series(1, %s) n
            JOIN (SELECT id, row_number() OVER (ORDER BY id) AS turn FROM cases_case) cases
              ON cases.turn = 1 + n %% (SELECT count(*) FROM cases_case)
            WHERE one."{key}" = %s""", [rows, like])  # noqa: S608  names of our own tables
