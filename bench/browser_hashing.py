"""How quickly does the browser make fingerprints, file in, text out? On the page of the report, in Chromium.

A picture of twelve megapixels as a phone saves it, in megabytes of the file a second (decoding takes most of it); a video that is
mostly bytes, for the codes of the file, which are streamed; and a video's frames, sought, read and hashed, one by one.
"""
import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench import Figure
from bench.hashing import CHROMIUM, FLAGS, phone_photo
from tests.browser.films import webm
from tests.browser.pictures_page import serve
from tests.cases.hashing.pictures import pictures

NAME = "browser_hashing"
FIGURES = ("browser_picture_mb_s", "browser_video_mb_s", "browser_video_frame_ms")
PICTURES, LARGE, SCENES = 5, 300_000_000, 40
STEP = """<!doctype html><title>bench</title><link rel="icon" href="data:,"><form>
<div data-pictures data-max="10" data-name="" data-film="" data-remove="" data-unfilm="" data-fail="">
<input type="file" id="pictures" multiple><p role="status"></p><ol class="files"></ol>
<template><li><span class="n"></span><strong></strong><span class="meta"></span><progress></progress>
<button class="icon"></button><input type="hidden" name="fingerprint"></li></template></div><p data-cannot></p></form>
<script type="module" src="/static/js/pictures.mjs"></script>"""


def run() -> dict[str, Figure]:
    with tempfile.TemporaryDirectory() as folder, serve({"/": STEP}, {}) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(site.url, wait_until="networkidle")
        figures = measure(page, Path(folder))
        browser.close()
    return figures


def measure(page: Page, folder: Path) -> dict[str, Figure]:
    photo, large, film = phone_photo(), folder / "large.webm", folder / "film.webm"
    photos = []
    for n in range(PICTURES):
        (path := folder / f"{n}.jpg").write_bytes(photo + bytes([n]))
        photos.append(seconds(page, path))
    scenes = [image for _, image in pictures(SCENES, 5, [(1280, 720)])]
    film.write_bytes(webm(scenes))
    large.write_bytes(b"\x1a\x45\xdf\xa3")
    os.truncate(large, LARGE)                     # no browser can show it: its bytes are read, and nothing else
    mega = len(photo) / 1e6
    return {
        "browser_picture_mb_s": Figure(mega / statistics.median(photos), "MB/s", f"JPEG of 12 megapixels, {mega:.1f} MB, "
                                       f"with its variants; median of {PICTURES}"),
        "browser_video_mb_s": Figure(LARGE / 1e6 / seconds(page, large), "MB/s", f"MD5 and SHA-256 of {LARGE // 10**6} MB"),
        "browser_video_frame_ms": Figure(1000 * seconds(page, film) / SCENES, "ms", f"each of {SCENES} frames, 1280 × 720"),
    }


def seconds(page: Page, path: Path) -> float:
    """From choosing the file until its text stands in the form."""
    start = time.perf_counter()
    page.set_input_files("#pictures", path)
    page.wait_for_function("() => document.querySelector('.files li') && !document.querySelector('progress')", timeout=300_000)
    took = time.perf_counter() - start
    page.locator(".icon").click()
    return took
