"""First load of the public pages in KB (1024 B): HTML, styles, scripts and pictures, each compressed with brotli 11.

    python -m bench.form_kb [BASE_URL]

Asks a running server (by default one of its own on a free port, with data made for the occasion) and counts what a phone with an
empty cache would receive before it can use the page. The prose font is counted apart: it is not needed to read. Peer:
SecureDrop's
source page as shipped in October 2024, 69.1 KB by the same method.
"""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import brotli

LIMITS = {"form_kb_en": 15.0, "form_kb_ur": 15.0, "page_kb_max": 40.0}
PEER = "SecureDrop source page, 69.1 KB"
PAGES = ("", "privacy/", "accessibility/", "your-report/", "leaving/")
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
        elif tag == "input" and of.get("type") == "hidden" and of.get("name"):
            self.hidden[of["name"] or ""] = of.get("value") or ""


def fetch(url: str, data: Mapping[str, str] | None = None) -> bytes:
    body = urllib.parse.urlencode(data).encode() if data is not None else None
    request = urllib.request.Request(url, body, {"Accept-Encoding": "identity"})    # noqa: S310  our own server
    with urllib.request.urlopen(request, timeout=30) as answer:                      # noqa: S310
        content: bytes = answer.read()
    return content


def weigh(url: str, html: bytes) -> float:
    """KB of a page already fetched and of all that it loads, scripts' own imports included, the prose font apart."""
    todo = [urllib.parse.urljoin(url, path) for path in Loads(html.decode()).urls if "nastaliq" not in path]
    total, seen = len(brotli.compress(html, quality=11)), set()
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        content = fetch(address)
        total += len(brotli.compress(content, quality=11))
        if address.endswith((".mjs", ".js")):
            todo += [urllib.parse.urljoin(address, path) for path in IMPORT.findall(content.decode())]
    return total / 1024


def steps(url: str, answers: Sequence[Mapping[str, str]] = ()) -> Iterator[bytes]:
    """The form's first page, then the page after each of the given answers; the sealed state is carried along."""
    html = fetch(url)
    yield html
    for answer in answers:
        html = fetch(url, Loads(html.decode()).hidden | dict(answer))
        yield html


def figures(base: str, answers: Sequence[Mapping[str, str]] = ()) -> dict[str, float]:
    """The named figures; `answers` walk the report form (cases.intake), so that its worst step counts."""
    found = {}
    for language in ("en", "ur"):
        url = f"{base}/{language}/report/"
        found[f"form_kb_{language}"] = max(weigh(url, html) for html in steps(url, answers))
    pages = [f"{base}/{language}/{path}" for language in ("en", "ur") for path in PAGES]
    found["page_kb_max"] = max(weigh(url, fetch(url)) for url in pages)
    return {name: round(value, 2) for name, value in found.items()}


@contextmanager
def own_server() -> Iterator[str]:
    """The portal in a process of its own, on a free port, with an empty database."""
    with tempfile.TemporaryDirectory(prefix="mehfooz-bench-") as data, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        environ = os.environ | {"MEHFOOZ_DATA": data, "MEHFOOZ_DEMO": "1", "BASE_URL": f"http://{address}"}
        manage = [sys.executable, str(Path(__file__).parent.parent / "manage.py")]
        for command in (["migrate"], ["collectstatic", "--noinput"]):
            subprocess.run([*manage, *command, "-v0"], check=True, env=environ)
        server = subprocess.Popen([*manage, "runserver", address, "--noreload", "-v0"], env=environ, stdout=subprocess.DEVNULL)
        try:
            wait_for(f"http://{address}/healthz")
            yield f"http://{address}"
        finally:
            server.terminate()
            server.wait(10)


def wait_for(url: str, seconds: int = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fetch(url)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def main() -> int:
    if sys.argv[1:]:
        found = figures(sys.argv[1].rstrip("/"))
    else:
        with own_server() as base:
            found = figures(base)
    for name, value in found.items():
        print(f"{name:<14}{value:>8} KB   limit {LIMITS[name]:.0f}   {PEER if name.startswith('form') else ''}")
    return 1 if any(value > LIMITS[name] for name, value in found.items()) else 0


if __name__ == "__main__":
    sys.exit(main())
