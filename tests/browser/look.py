"""Looks at a page as a stranger with a phone would: axe-core, and what axe does not see.

Axe finds nothing wrong with a form whose radios lie over their labels, an error summary that links nowhere or a case number
that an Urdu sentence turns round; so there are checks of our own. `look(page)` is what a browser test calls on every page it
opens: it returns complaints in words, an empty list when all is well.
"""
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STRUCTURE = Path(__file__).with_name("structure.js").read_text()
WIDTHS = (320, 360, 1280)
NARROWER = {360: 320}       # the same layout with less room: axe looks at that one (base.css: only the top bar's gaps differ)
SHOTS = os.environ.get("SHOTS", "")


def look(page: Page, *, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """Everything at once, on a page that is already open; the viewport is put back."""
    page.wait_for_load_state()
    before = page.viewport_size or {"width": 1280, "height": 900}
    faults = structure(page)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 740})
        page.evaluate("scrollTo(0, 0)")                  # or axe finds what the sticky header happens to lie over
        seen = [] if NARROWER.get(width) in widths else axe(page)
        faults += [f"{width} px: {fault}" for fault in [*seen, *overflow(page)]]
    page.set_viewport_size({"width": 320, "height": 740})
    with large_text(page):
        faults += [f"200 % text: {fault}" for fault in overflow(page)]
    with forced_colours(page):
        faults += [f"forced colours: {fault}" for fault in [*overflow(page), *edges(page)]]
    page.set_viewport_size(before)
    return [f"{urlsplit(page.url).path}: {fault}" for fault in dict.fromkeys(faults)]


def axe(page: Page) -> list[str]:
    """Violations of WCAG 2.0–2.2 A and AA and of axe's best practices, with the element."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(
        f"axe.run(document, {{runOnly: {json.dumps(TAGS)}, resultTypes: ['violations']}}).then(done => done.violations)")
    return [f"axe {violation['id']}: {node['html'][:160]}" for violation in found for node in violation["nodes"]]


def structure(page: Page) -> list[str]:
    """Our own rules for language and direction, names, links, hints, errors, files, bidirectional text and inline code."""
    return page.evaluate(STRUCTURE)


def overflow(page: Page) -> list[str]:
    """Sideways scrolling, and controls that cut their own text."""
    return page.evaluate("""() => {
      const faults = [], root = document.documentElement, wide = root.clientWidth;
      if (root.scrollWidth > wide) {
        const guilty = [...document.body.querySelectorAll('*')].filter(node => {
          const box = node.getBoundingClientRect();
          return box.width && (box.right > wide + 1 || box.left < -1);
        }).slice(-1)[0];
        faults.push(`${root.scrollWidth} px wide in ${wide}: ${guilty ? guilty.outerHTML.slice(0, 120) : ''}`);
      }
      for (const node of
             document.querySelectorAll('button,.btn,.exit,input:not([type=radio],[type=checkbox],[type=file]),select')) {
        if (node.offsetParent && (node.scrollHeight > node.clientHeight + 2 || node.scrollWidth > node.clientWidth + 2)
            && getComputedStyle(node).display !== 'inline' && !/^(text|url|email|search|tel)$/.test(node.type))
          faults.push('cuts its text: ' + node.outerHTML.slice(0, 120));
      }
      return faults;
    }""")


def edges(page: Page) -> list[str]:
    """With the user's own colours a background says nothing: a control needs a border or an underline."""
    return page.evaluate("""() => [...document.querySelectorAll('button,.btn,.exit,input,select,textarea')].filter(node => {
      const style = getComputedStyle(node), box = node.getBoundingClientRect();
      if (!box.width || style.opacity === '0' || /^(radio|checkbox|file|hidden)$/.test(node.type)) return false;
      return parseFloat(style.borderTopWidth) < 1 && !style.textDecorationLine.includes('underline')
             && !node.querySelector('svg');
    }).map(node => 'no edge: ' + node.outerHTML.slice(0, 120))""")


@contextmanager
def large_text(page: Page) -> Iterator[None]:
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    yield
    page.evaluate("document.documentElement.style.fontSize = ''")


@contextmanager
def forced_colours(page: Page) -> Iterator[None]:
    page.emulate_media(forced_colors="active")
    yield
    page.emulate_media(forced_colors="none")


def shoot(page: Page, name: str) -> None:
    """A picture for a person to look at, in the directory that SHOTS names; nothing if it names none."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


class Watch:
    """Put on a page before it opens anything; `faults` then holds policy violations, console errors, exceptions and every
    request that left our origin."""

    def __init__(self, page: Page, origin: str) -> None:
        self.faults: list[str] = []
        self.requests: list[Request] = []
        self.host = urlsplit(origin).netloc
        page.add_init_script("addEventListener('securitypolicyviolation', e => "
                             "console.error(`policy: ${e.violatedDirective} refused ${e.blockedURI}`))")
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", self._request)

    def _request(self, request: Request) -> None:
        self.requests.append(request)
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.netloc != self.host:
            self.faults.append(f"third party: {request.url}")
