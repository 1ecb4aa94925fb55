"""Landing page and article as a phone sees them: nothing wrong to axe or to our own rules, and light enough for 3G."""
from collections.abc import Callable

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from tests.browser.look import Watch, look, shoot

LIMIT_KIB = {"en": 40, "ur": 120}                       # Urdu carries the 101 KiB font of its headings, once
WEIGH = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                 .reduce((sum, entry) => sum + entry.encodedBodySize, 0) / 1024"""


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("path", ["", "threats-to-share-pictures/"])
def test_advice_looks_right_and_weighs_little(live: str, open_page: Callable[..., Page], language: str, path: str) -> None:
    call_command("seed_awareness")
    page = open_page(width=360)
    watch = Watch(page, live)
    page.goto(f"{live}/{language}/{path}", wait_until="networkidle")
    if not path:
        assert page.evaluate(WEIGH) <= LIMIT_KIB[language]
    shoot(page, f"advice-{path.strip('/') or 'home'}-{language}")
    assert look(page) == []
    assert watch.faults == []
    assert page.context.cookies() == []
