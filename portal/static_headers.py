"""The policy that comes with each static script. A worker obeys the policy of its own response, not that of the page that
starts it: a script served without one would run as a worker that may speak to anybody."""
import re
from wsgiref.headers import Headers

SCRIPT = re.compile(r"\.m?js$")
ARGON2 = re.compile(r"/js/vault/argon2-worker(\.[0-9a-f]{12})?\.mjs$")       # the second name is the one with its hash
# Where nobody but the page that made it can be spoken to. Modules may import ours.
SCRIPTS = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# WebAssembly runs in this one worker, which has the receipt code for half a second and no way to send it anywhere.
WASM = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'none'"

# Styles, fonts and pictures. A drawing opened by itself is a document: it may be styled, and do nothing.
OTHERS = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def policy(url: str) -> str:
    """For a static file's address, with or without a hash in its name."""
    if ARGON2.search(url):
        return WASM
    return SCRIPTS if SCRIPT.search(url) else OTHERS


def add_headers(headers: Headers, _path: str, url: str) -> None:
    """WhiteNoise calls this for each file that it serves (settings.WHITENOISE_ADD_HEADERS_FUNCTION)."""
    headers["Content-Security-Policy"] = policy(url)
