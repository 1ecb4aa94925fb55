from datetime import date

from cases.outbox.services import job
from cases.statistics import counting


@job("statistics.count")
def count() -> None:
    counting.ask()


@job("statistics.count_month")
def count_month(month: str) -> None:
    counting.count(date.fromisoformat(month))
