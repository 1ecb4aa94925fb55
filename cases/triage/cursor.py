"""Where the next page of a list begins: behind a moment and an id, in an address as `moment~id`."""
from datetime import UTC, datetime
from uuid import UUID


def write(at: datetime | None, pk: UUID) -> str:
    return f"{at.isoformat() if at else ''}~{pk}"


def read(typed: str) -> tuple[datetime | None, UUID] | None:
    """None for no cursor and for one that somebody bent: that is the first page, not an error."""
    at, found, pk = typed.partition("~")
    try:
        return (datetime.fromisoformat(at).astimezone(UTC) if at else None, UUID(pk)) if found else None
    except (ValueError, OverflowError):         # the latter: the year 1 or 9999, and a time zone
        return None
