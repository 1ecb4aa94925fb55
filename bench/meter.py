"""How heavy a page is when a phone with an empty cache opens it: HTML, styles, scripts and pictures, each with brotli 11.

The prose font is left out: it arrives later and is not needed to read. tests/browser/test_report.py holds what is counted here
against what Chromium received.
"""
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from html.parser import HTMLParser

import brotli

IMPORT = re.compile(r"""(?:from|import)\s*["'](\.[^"']+)["']""")


class Loads(HTMLParser):
    """What a page loads at once, and the hidden state that its form carries on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.hidden: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        if tag == "link" and {"stylesheet", "icon", "preload"} & set((of.get("rel") or "").split()):
            self.urls.append(of["href"] or "")
        elif tag in {"script", "img"} and of.get("src"):
            self.urls.append(of["src"] or "")
        elif tag == "input" and of.get("type") == "hidden" and of.get("value"):      # an empty one waits for its script
            self.hidden[of["name"] or ""] = of["value"] or ""


def fetch(url: str, data: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    """GET, or POST of a form; an error status raises urllib.error.HTTPError."""
    body = urllib.parse.urlencode(data, doseq=True).encode() if data is not None else None
    request = urllib.request.Request(url, body, {"Accept-Encoding": "identity", **(headers or {})})    # noqa: S310  our own server
    with urllib.request.urlopen(request, timeout=60) as answer:                                         # noqa: S310
        content: bytes = answer.read()
    return content


def weigh(url: str, html: bytes, *, get: Callable[[str], bytes] = fetch, packed: bool = True) -> float:
    """KB (1024 B) of a page already fetched and of all that it loads, scripts' own imports included, the prose font apart.

    `get` fetches what it loads. Not `packed`: the HTML leaves uncompressed, as with what nginx is told in deploy/.
    """
    todo = [urllib.parse.urljoin(url, path) for path in Loads(html.decode()).urls if "nastaliq" not in path]
    total, seen = len(brotli.compress(html, quality=11)) if packed else len(html), set()
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        content = get(address)
        total += len(brotli.compress(content, quality=11))
        if address.endswith((".mjs", ".js")):
            todo += [urllib.parse.urljoin(address, path) for path in IMPORT.findall(content.decode())]
    return total / 1024


def steps(url: str, answers: Sequence[Mapping[str, object]] = ()) -> Iterator[bytes]:
    """The form's first page, then the page after each of the given answers; the sealed state is carried along."""
    html = fetch(url)
    yield html
    for answer in answers:
        html = fetch(url, Loads(html.decode()).hidden | dict(answer))
        yield html
