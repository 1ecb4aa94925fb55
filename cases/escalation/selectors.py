"""Names of those whom we ask, and those to whom we refer."""
from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import get_language

from cases.escalation.models import Authority, Platform

COLUMNS = ("slug", "name_en", "name_ur")
Row = tuple[str, str, str]


def every_name() -> dict[str, dict[str, str]]:
    """Language → slug → name, of every platform and authority. One query."""
    return {language: {row[0]: named(row, language) for row in rows} for rows in [_rows(None)] for language in ("en", "ur")}


def names_of(slugs: Collection[str]) -> dict[str, str]:
    """Slug → name in the language of the moment, of those that there are. One query."""
    return {row[0]: named(row, get_language() or "en") for row in _rows(slugs)}


def named(row: Row, language: str) -> str:
    return (row[2] if language.startswith("ur") else "") or row[1] or row[0]


def _rows(slugs: Collection[str] | None) -> list[Row]:
    found: list[QuerySet[Platform, Row] | QuerySet[Authority, Row]] = []
    for rows in (Platform.objects.order_by(), Authority.objects.order_by()):
        some = rows if slugs is None else rows.filter(slug__in=slugs)
        found.append(some.values_list(*COLUMNS))
    return list(found[0].union(found[1]))
