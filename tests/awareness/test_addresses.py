"""Every first part of an address that the portal routes is refused to pages; and the stored schema runs on the LTS."""
import re
from pathlib import Path

from django.urls import URLPattern, URLResolver

from awareness.slugs import RESERVED
from portal.urls import everything


def first_parts(patterns: list[URLPattern | URLResolver], before: str = "") -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        address = before + re.sub(r"[\^$]", "", str(pattern.pattern)).removeprefix("en/")
        if part := re.match(r"[\w.-]+(?=/|$)", address):
            found.add(part[0])
        elif isinstance(pattern, URLResolver):
            found |= first_parts(pattern.url_patterns, address)
    return found


def test_no_page_can_shadow_or_be_shadowed() -> None:
    parts = first_parts(everything.urlpatterns)
    assert {"cms", "desk", "privacy", "healthz"} <= parts
    assert parts <= RESERVED, parts - RESERVED


def test_migrations_were_made_by_the_long_term_release() -> None:
    """Wagtail 8 writes WAGTAIL_PAGE_MODEL into them, and then they no longer run on 7.4."""
    for migration in Path("awareness/migrations").glob("0*.py"):
        assert "WAGTAIL_PAGE_MODEL" not in migration.read_text()
