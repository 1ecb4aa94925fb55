"""The worker that makes fingerprints, in browsers that lack something: older ones, and phones short of memory."""
import base64

import pytest
from playwright.sync_api import Page

from cases.hashing.fingerprint import Fingerprint
from tests.browser.files_step import PICTURES, encoded, expected
from tests.browser.pictures_page import HASH, Site
from tests.browser.specimens import turned
from tests.browser.test_variants_hashing import STRIPES
from tests.fixtures.browser import OpenPage

# A worker that runs `patch` and then ours: modules are evaluated in the order in which they are named.
PATCHED = """([patch, url]) => {
  const module = text => URL.createObjectURL(new Blob([text], {type: 'text/javascript'}));
  return module(`import '${module(patch)}'; import '${url}';`);
}"""
OLDER = """const decode = createImageBitmap;
self.createImageBitmap = async (file, options) => {
  if (!['none', 'flipY', undefined].includes(options?.imageOrientation)) throw new TypeError('not a valid enum value');
  return decode(file, options);
};"""

# Short of memory: no canvas can be had. Each answer says how many decoded pictures were given back.
POOR = """let closed = 0;
const { close } = ImageBitmap.prototype, post = postMessage;
ImageBitmap.prototype.close = function() { closed++; close.call(this); };
OffscreenCanvas.prototype.getContext = () => null;
self.postMessage = data => post({ ...data, closed });"""


@pytest.fixture
def page(site: Site, open_page: OpenPage) -> Page:
    page = open_page(bypass_csp=True)
    page.goto(f"{site.url}/bare/")
    return page


def hashed(page: Page, site: Site, patch: str, content: bytes) -> dict:
    worker = page.evaluate(PATCHED, [patch, f"{site.url}/static/js/hash-worker.mjs"])
    return page.evaluate(HASH, {"url": worker, "bytes": base64.b64encode(content).decode()})


@pytest.mark.parametrize("content", [encoded(PICTURES[0]), turned(6)], ids=["upright", "turned"])
def test_a_browser_of_2022_reads_pictures_and_turns_them(page: Page, site: Site, content: bytes):
    """whatwg/html called "none" "from-image" in 2023; before, browsers refused the word."""
    found = hashed(page, site, OLDER, content)
    assert Fingerprint.parse(found["value"], 1) == expected(content)


def test_what_the_phone_calls_ready_the_server_takes(page: Page, site: Site):
    """Of plain stripes some hashes have hardly a bit set. One line that is refused would hold back the whole report."""
    found = hashed(page, site, "", encoded(STRIPES))
    one = Fingerprint.parse(found["value"], 1)
    assert one == expected(encoded(STRIPES))
    assert "" in one.variants[1:]


def test_a_phone_short_of_memory_gets_back_what_a_picture_took_that_could_not_be_read(page: Page, site: Site):
    """Or the next one fails too: a decoded picture takes four bytes a pixel, and nobody knows when it is collected."""
    found = hashed(page, site, POOR, encoded(PICTURES[0]))
    assert (found["refused"], found["closed"]) == ("fail", 1)
