"""What several pages of the browser's tests are given."""
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from cases.hashing.fingerprint import Fingerprint
from tests.browser.files_step import ANSWERS, page_in
from tests.browser.pictures_page import Site, serve
from tests.fixtures.browser import OpenPage


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture made here, busy enough to have a fingerprint."""
    noise = random.Random(7)        # noqa: S311 (noise, not a secret)
    small = Image.new("RGB", (12, 12))
    small.putdata([(noise.randrange(256), noise.randrange(256), noise.randrange(256)) for _ in range(144)])
    path = tmp_path / "holiday-at-the-lake.png"
    small.resize((480, 480), Image.Resampling.BICUBIC).save(path)
    return path


@pytest.fixture
def site() -> Iterator[Site]:
    kept = str(Fingerprint(1, "0f" * 32, 77, "ab" * 32, "cd" * 16))
    pages = {"/en/": page_in("en"), "/ur/": page_in("ur"), "/child/": page_in("ur", child=True),
             "/again/": page_in("en", fingerprints=[kept]),
             "/bare/": '<!doctype html><title>bare</title><link rel="icon" href="data:,">'}
    with serve(pages, ANSWERS) as site:
        yield site


@pytest.fixture
def steps(site: Site, open_page: OpenPage) -> Page:
    page = open_page(width=360, height=740)
    page.goto(f"{site.url}/en/")
    return page
