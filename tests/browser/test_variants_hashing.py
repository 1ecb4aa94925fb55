"""Crops and mirror images in a real browser: number for number what the server works out, in strips of any height."""
import base64

import brotli
import numpy as np
import pytest
from PIL import Image

from bench.edits import screenshot
from cases.hashing import pdq, variants
from tests.browser.pictures_page import STATIC, serve
from tests.cases.hashing.pictures import drawn, plasma

RUN = """async ({url, width, height, pixels, strip}) => {
  const { variants } = await import(url);
  const rgba = Uint8Array.from(atob(pixels), one => one.charCodeAt(0));
  const row = width * 4, feed = hasher => {
    for (let at = 0; at < height; at += strip) hasher.add(rgba.subarray(at * row, Math.min(height, at + strip) * row));
    return hasher.end();
  };
  let found = feed(variants(width, height));
  const { inside } = found;
  if (inside) found = feed(variants(width, height, inside));
  return { ...found, inside };
}"""
FRAMED = Image.new("RGB", (420, 700), (9, 9, 9))
FRAMED.paste(plasma(np.random.default_rng(3), 380, 300), (20, 210))
STRIPES = Image.fromarray(np.tile((np.arange(640) // 20 % 2 * 255).astype(np.uint8), (640, 1))).convert("RGB")
SOME = [*drawn(14), ("stripes", STRIPES), ("framed", FRAMED),
        ("post", screenshot(plasma(np.random.default_rng(4), 400, 300)).resize((360, 780))),
        ("flat", Image.new("RGB", (90, 90), (40, 90, 200))), ("narrow", plasma(np.random.default_rng(5), 4, 300))]


@pytest.fixture(scope="module")
def ask(browser):
    with serve({"/": '<!doctype html><title>test</title><link rel="icon" href="data:,">'}, {}) as site:
        page = browser.new_page()
        page.goto(site.url)

        def run(image, strip):
            pixels = base64.b64encode(np.asarray(image.convert("RGBA")).tobytes()).decode()
            return page.evaluate(RUN, {"url": f"{site.url}/static/js/variants.mjs", "width": image.width, "height": image.height,
                                       "pixels": pixels, "strip": strip})
        yield run
        page.close()


@pytest.mark.parametrize(("name", "image"), SOME, ids=[name for name, _ in SOME])
def test_the_browser_finds_what_the_server_does(ask, name, image):
    found, box = ask(image, 64), variants.inside(pdq.luma(np.asarray(image)))
    assert found["variants"] == variants.of(np.asarray(image))
    assert found["inside"] == (vars(box) if box else None)


@pytest.mark.parametrize("strip", [1, 7, 10_000])
def test_how_the_rows_come_changes_nothing(ask, strip):
    assert ask(FRAMED, strip) == ask(FRAMED, 64)


def test_the_script_stays_small():
    assert len(brotli.compress((STATIC / "js" / "variants.mjs").read_bytes())) <= 2.1 * 1024
