"""The step that takes pictures, in Firefox: the fingerprints are the server's, of every kind of file and of videos."""
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from cases.hashing import pdq
from cases.hashing.fingerprint import Fingerprint, VideoFingerprint, parse_all
from tests.browser.files_step import ANSWERS, PICTURES, encoded, expected, page_in
from tests.browser.films import webm
from tests.browser.firefox import Firefox, firefox, path
from tests.browser.pictures_page import Site, serve
from tests.browser.specimens import EXACT, NEAR

pytestmark = [pytest.mark.browser, pytest.mark.skipif(path() is None, reason="Firefox is not installed")]
VALUES = "return [...document.querySelectorAll('input[name=fingerprint]')].map(one => one.value)"
SCENES = [image.resize((320, 240)) for image in PICTURES[:4]]


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Firefox]]:
    with serve({"/en/": page_in("en")}, ANSWERS) as site, firefox(tmp_path_factory.mktemp("firefox")) as window:
        yield site, window


def fingerprints(step: tuple[Site, Firefox], folder: Path, *contents: bytes) -> list[Fingerprint | VideoFingerprint]:
    site, window = step
    window.goto(f"{site.url}/en/")
    window.until("return !document.querySelector('[data-pictures]').hidden")
    files = [folder / f"{n}.bin" for n in range(len(contents))]
    for each, content in zip(files, contents, strict=True):
        each.write_bytes(content)
    window.choose("#pictures", files)
    window.until("return document.querySelector('.files li') && !document.querySelector('progress')")
    return parse_all(window.run(VALUES))


def test_fingerprints_equal_the_servers(step: tuple[Site, Firefox], tmp_path: Path):
    for n in range(0, len(EXACT), 10):
        contents = list(EXACT.values())[n:n + 10]
        assert fingerprints(step, tmp_path, *contents) == [expected(content, k) for k, content in enumerate(contents, 1)]


def test_the_rest_comes_close(step: tuple[Site, Firefox], tmp_path: Path):
    found = fingerprints(step, tmp_path, *(content for content, _ in NEAR.values()))
    for one, (name, (content, bits)) in zip(found, NEAR.items(), strict=True):
        assert pdq.distance(one.pdq, expected(content).pdq) <= bits, name


def test_a_video_a_refusal_and_continue(step: tuple[Site, Firefox], tmp_path: Path):
    site, window = step
    picture, film = fingerprints(step, tmp_path, encoded(PICTURES[0]), webm(SCENES), b"%PDF-1.7 nothing")
    assert [frame.at_ms for frame in film.frames] == [0, 1000, 2000, 3000]
    far = [pdq.distance(frame.pdq, pdq.from_image(scene).hex) for frame, scene in zip(film.frames, SCENES, strict=True)]
    assert max(far) <= 20
    assert "cannot be read" in window.run("return document.querySelector('.files .bad').textContent")
    window.run("document.querySelector('form .btn:not(.line)').click()")
    window.until("return !document.querySelector('.files li')")
    assert parse_all([value for _, value in parse_qsl(site.posts[-1].decode())]) == [picture, film]
