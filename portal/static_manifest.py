"""The list of every script that we serve, signed by the release key, so that anybody outside can see whether one was changed.

A person who reports trusts what their browser runs. Whoever takes over a server could send them other scripts, which would seal
to another key or send the words elsewhere. We cannot stop that from here, but it can be noticed: the list is made and signed
where the release is made, by a key that no server holds. It has the form of `sha256sum`, so that nothing of ours is needed to
check it (docs/how-to/verify-the-scripts.md).
"""
import re
import urllib.request
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from cases.intake.page_policy import FILES_OF_THE_PHONE
from portal.middleware import POLICY, in_words
from portal.static_headers import policy

LIST, SIGNATURE = "scripts.txt", "scripts.sig"
SCRIPTS = {".js", ".mjs"}
LINE = re.compile(r"([0-9a-f]{64})  (static/\S+)")
ECDSA = ec.ECDSA(hashes.SHA256())
PAGES = tuple(f"/{language}/{page}" for language in ("en", "ur") for page in ("", "report/", "inbox/", "files/", "figures/"))
SEALS = re.compile(r"static/js/(report|inbox)(\.[0-9a-f]{12})?\.mjs$")      # without it a page posts what is typed
TIMEOUT = 30                            # seconds for each answer


class NotSigned(Exception):
    """The list does not carry the release key's signature: nothing that it says counts."""


def make(root: Path, *, sealers_trust: bytes) -> str:
    """The list for a directory of collected files. `sealers_trust`: the root public key that browsers check keys against."""
    files = sorted(path for path in root.rglob("*") if path.suffix in SCRIPTS)
    lines = [f"{sha256(path.read_bytes()).hexdigest()}  static/{path.relative_to(root).as_posix()}" for path in files]
    return "\n".join(["# Every script of this portal. docs/how-to/verify-the-scripts.md says how to check them.",
                      f"# root public key: {sealers_trust.hex()}", *lines, ""])


def sign(text: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    """ECDSA with SHA-256 in DER, as openssl makes and reads it."""
    return key.sign(text.encode(), ECDSA)


def read(text: bytes, signature: bytes, key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Path → SHA-256 in hex. Raises NotSigned."""
    try:
        key.verify(signature, text, ECDSA)
    except InvalidSignature as error:
        raise NotSigned from error
    return {path: digest for digest, path in LINE.findall(text.decode())}


def root_key(text: bytes) -> str:
    found = re.search(rb"^# root public key: ([0-9a-f]*)$", text, re.M)
    return found[1].decode() if found else ""


def faults(base: str, key: ec.EllipticCurvePublicKey) -> Iterator[str]:
    """What of the portal at `base` (scheme and host) is not as was signed, a sentence each. Raises NotSigned, OSError."""
    text, signature = fetch(f"{base}/static/{LIST}")[0], fetch(f"{base}/static/{SIGNATURE}")[0]
    listed = read(text, signature, key)
    if not listed:
        yield "the list is empty"
    for path, digest in listed.items():
        yield from script_faults(f"{base}/{path}", path, digest)
    for page in PAGES:
        yield from page_faults(f"{base}{page}", page, set(listed), root_key(text))


def script_faults(url: str, path: str, digest: str) -> Iterator[str]:
    try:
        content, said = fetch(url)
    except OSError as error:
        yield f"{path}: cannot be fetched ({error})"
        return
    if sha256(content).hexdigest() != digest:
        yield f"{path}: is another file than was signed"
    if said != policy(f"/{path}"):
        yield f"{path}: comes with another Content-Security-Policy"


def page_faults(url: str, page: str, listed: set[str], root: str) -> Iterator[str]:
    """A page may load listed scripts only, hold none itself, and name no other root key than the list does; where people type, it
    must load the script that seals."""
    content, said = fetch(url)
    if said != page_policy(page):
        yield f"{page}: comes with another Content-Security-Policy"
    found = Scripts(content.decode("utf-8", "replace"))
    yield from (f"{page}: holds a script of its own" for _ in range(found.inline))
    if page.endswith(("report/", "inbox/")) and not any(SEALS.search(address) for address in found.sources):
        yield f"{page}: does not load the script that seals"
    for address in found.sources:
        path = urlsplit(urljoin(url, address))
        if path.netloc != urlsplit(url).netloc or path.path.lstrip("/") not in listed:
            yield f"{page}: loads {address}, which was not signed"
    if found.roots - {root}:
        yield f"{page}: has keys checked against another root key"


def page_policy(page: str) -> str:
    """The Content-Security-Policy that a page must come with."""
    return in_words(POLICY | (FILES_OF_THE_PHONE if page.endswith("/report/") else {}))


class Scripts(HTMLParser):
    """The scripts of a page: what it loads, how many it holds itself, and what root keys it gives them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.roots: set[str] = set()
        self.inline = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        self.sources += [of["src"]] if tag == "script" and of.get("src") else []
        self.inline += tag == "script" and not of.get("src") and of.get("type") != "application/json"
        self.roots |= {of["data-root"]} if "data-root" in of else set()
        self.inline += sum(name.startswith("on") for name in of)


def fetch(url: str) -> tuple[bytes, str]:
    """Body and Content-Security-Policy. Raises OSError."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})      # noqa: S310  the address is the caller's
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:                     # noqa: S310
        try:
            content: bytes = answer.read()
        except HTTPException as error:                  # cut off
            raise OSError(str(error)) from error
        return content, answer.headers.get("Content-Security-Policy", "")
