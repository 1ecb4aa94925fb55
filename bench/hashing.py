"""Does the browser make the fingerprints that platforms make, and how long does it take?

Pictures made by code go through the real worker in Chromium and through `pdqhash`, the reference wrapped for Python: all kinds
at full size, as every picture up to 40 megapixels is hashed, and photographs reduced to 1024 pixels first, as larger ones are.
"""
import base64
import io
import os
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pdqhash
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bench import Figure
from tests.browser.pictures_page import HASH, serve
from tests.cases.hashing.pictures import CAMERA, LARGE, pictures

NAME = "hashing"
FIGURES = ("pdq_browser_full_bits_max", "pdq_browser_reduced_bits_max", "pdq_browser_12mp_ms")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
         "--no-first-run",
         *(["--no-sandbox"] if os.geteuid() == 0 else [])]
BARE = '<!doctype html><title>bench</title><link rel="icon" href="data:,">'
MIN_QUALITY, REDUCED, TIMES = 50, 1024, 5
Ask = Callable[..., dict[str, Any]]


def run() -> dict[str, Figure]:
    with serve({"/": BARE}, {}) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(site.url)
        figures = measure(asker(page, f"{site.url}/static/js/hash-worker.mjs"))
        browser.close()
    return figures


def asker(page: Page, url: str) -> Ask:
    def ask(content: bytes, **options: int) -> dict[str, Any]:
        done: dict[str, Any] = page.evaluate(HASH, {"url": url, "bytes": base64.b64encode(content).decode(), **options})
        return done
    return ask


def measure(ask: Ask) -> dict[str, Figure]:
    full = [bits(ask, image) for _, image in pictures() if reference(image)[1] >= MIN_QUALITY]
    reduced = [bits(ask, image, side=REDUCED)
               for _, image in pictures(64, 7, LARGE, CAMERA) if reference(image)[1] >= MIN_QUALITY]
    times = [ask(photo)["ms"] for photo in [phone_photo()] for _ in range(TIMES)]
    return {
        "pdq_browser_full_bits_max": Figure(max(full), "bits", f"pdqhash, {len(full)} pictures"),
        "pdq_browser_reduced_bits_max": Figure(
            max(reduced), "bits", f"pdqhash, {len(reduced)} photographs, median {statistics.median(reduced):g}"),
        "pdq_browser_12mp_ms": Figure(round(statistics.median(times)), "ms", f"in a worker, median of {TIMES}"),
    }


def reference(image: Image.Image) -> tuple[int, int]:
    """(hash as a number, quality) by pdqhash."""
    found, quality = pdqhash.compute(np.asarray(image))
    return int("".join(map(str, found.astype(int))), 2), int(quality)


def bits(ask: Ask, image: Image.Image, **options: int) -> int:
    """How far the browser's hash of the picture lies from the reference."""
    done = ask(encoded(image, "PNG"), **options)
    return (int(done["value"].split(":")[0], 16) ^ reference(image)[0]).bit_count()


def encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def phone_photo() -> bytes:
    """12 megapixels as a phone's camera saves them."""
    _, image = next(iter(pictures(7, 3, [(1000, 750)])))
    return encoded(image.resize((4000, 3000), Image.Resampling.BICUBIC), "JPEG", quality=88)
