"""The fingerprints that were matched already, in this process's memory, caught up with the database when asked."""
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Count, Max

from cases.hashing.index import Index
from cases.hashing.models import MediaHash

Row = tuple[UUID, str, datetime | None]


class Known:
    """An Index of all rows with `matched_at`, which strictly increases: what others matched since is what lies beyond `upto`.

    Call while it is your turn to match (services.take_turn); the turn ends with the transaction, so no older row can appear
    later. Rows that have gone (a disposal, a transaction rolled back) show in the count, and then all is loaded anew.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.index, self.upto = Index(), datetime.min.replace(tzinfo=UTC)

    def catch_up(self) -> None:
        rows = MediaHash.objects.exclude(matched_at=None).order_by("matched_at").values_list("pk", "pdq", "matched_at")
        self._take(rows.filter(matched_at__gt=self.upto))
        there = MediaHash.objects.aggregate(count=Count("matched_at"), last=Max("matched_at"))
        if there["count"] != len(self.index) or there["last"] not in (None, self.upto):
            self.forget()
            self._take(rows)

    def _take(self, rows: Iterable[Row]) -> None:
        new = list(rows)
        self.index.add((row_id, value) for row_id, value, _ in new)
        self.upto = max((at for _, _, at in new if at), default=self.upto)
