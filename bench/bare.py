"""The queue in bare SQL, tuned by hand: what the same rows cost where nothing but PostgreSQL and its driver work."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bench.stage  # noqa: F401   configures Django

# isort: split
from django.db import connection

from cases.units.models import Unit
from portal.accounts.models import User

WALL = "NOT EXISTS (SELECT FROM cases_exclusion e WHERE e.case_id = c.id AND e.member_id = %(member)s AND e.lifted_at IS NULL)"
ROWS = f"""
WITH page AS (
  SELECT c.id, c.due_at FROM unnest(%(units)s::uuid[]) AS unit, LATERAL (
    SELECT c.id, c.due_at FROM cases_case c WHERE c.unit_id = unit AND c.status <> 'closed' AND {WALL}
    ORDER BY c.due_at, c.id LIMIT 26) AS c
  ORDER BY c.due_at, c.id LIMIT 26)
SELECT c.id, c.ref, c.summary, c.status, c.outcome, c.harm, c.child, c.language, c.wants_woman, c.restricted, c.priority,
  c.priority_rule, c.due_at, c.clock_started_at, c.unread, c.opened_at, u.name_en, u.name_ur, a.name,
  (SELECT array_agg(w.sealed) FROM cases_vault_datakeywrap w WHERE w.key_id = c.key_id),
  (SELECT array_agg(l.name_en) FROM cases_labelled g JOIN cases_label l ON l.id = g.label_id WHERE g.case_id = c.id),
  EXISTS (SELECT FROM cases_hashing_mediahash h WHERE h.case_id = c.id),
  EXISTS (SELECT FROM cases_hashing_mediahash h JOIN cases_hashing_foreignmatch m ON m.hash_id = h.id
          JOIN cases_hashing_foreignhash f ON f.id = m.foreign_id WHERE h.case_id = c.id AND f.deleted_at IS NULL),
  EXISTS (SELECT FROM cases_link k WHERE k.a_id = c.id) OR EXISTS (SELECT FROM cases_link k WHERE k.b_id = c.id)
FROM page JOIN cases_case c USING (id) JOIN cases_units_unit u ON u.id = c.unit_id
LEFT JOIN accounts_user a ON a.id = c.assignee_id
ORDER BY page.due_at, page.id"""  # noqa: S608
TABS = ("c.status <> 'closed'", "c.status = 'new'", "c.status <> 'closed' AND c.assignee_id = %(member)s",
        "c.status <> 'closed' AND c.due_at < now()", "c.status <> 'closed' AND c.child", "c.status = 'waiting_outside'",
        "c.unread", "c.status = 'closed'",
        "c.status <> 'closed' AND c.harm = 'deepfake' AND c.assignee_id IS NULL AND c.platforms @> '[\"snapchat\"]'")   # the view
COUNTS = " UNION ALL ".join(
    f"SELECT count(*) FROM (SELECT FROM cases_case c WHERE c.unit_id = ANY(%(units)s::uuid[]) AND {tab} AND {WALL}"  # noqa: S608
    " LIMIT 1001) n"
    for tab in TABS)


@dataclass(frozen=True)
class Member:
    user: User
    units: Sequence[Unit]

    def rows(self) -> list[Any]:
        return self._asked(ROWS)

    def counts(self) -> list[Any]:
        return self._asked(COUNTS)

    def _asked(self, sql: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"member": self.user.pk, "units": [unit.pk for unit in self.units]})
            return cursor.fetchall()
