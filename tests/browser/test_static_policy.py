"""Where WebAssembly may run: in one worker, and nowhere else. Asked of the server over HTTP, of nginx's file, and of Chromium."""
import re
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from portal.static_headers import SCRIPTS, WASM, policy
from tests.fixtures.browser import OpenPage

ARGON2 = "/static/js/vault/argon2-worker.mjs"
EMPTY_WASM = "Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)"
# From a timer: what the tests run directly in a page is exempt from the page's policy.
COMPILES = f"new Promise(done => setTimeout(() => WebAssembly.compile({EMPTY_WASM}).then(() => done(true), () => done(false))))"


def served_scripts() -> list[str]:
    root = settings.STATIC_ROOT
    return sorted(f"/static/{path.relative_to(root)}" for path in root.rglob("*") if path.suffix in {".js", ".mjs"})


def policies(url: str) -> list[str]:
    with urllib.request.urlopen(url) as answer:          # noqa: S310  our own server
        return answer.headers.get_all("Content-Security-Policy")


def test_every_script_comes_with_a_policy_and_one_may_run_webassembly(live: str):
    scripts = served_scripts()
    assert len(scripts) > 20
    found = {path: policies(f"{live}{path}") for path in scripts}
    wasm = {path for path, said in found.items() if said == [WASM]}
    assert {re.sub(r"\.[0-9a-f]{12}\.", ".", path) for path in wasm} == {ARGON2}
    assert len(wasm) == 2, "by its name and by the name with its hash"
    assert all(said == [SCRIPTS] for path, said in found.items() if path not in wasm)


@pytest.mark.parametrize("path", ["/static/js/vault/argon2-worker.mjs.map", "/static/js/argon2-worker.mjs",
                                  "/static/js/x.mjs?a=/js/vault/argon2-worker.mjs.js"])
def test_no_other_name_gets_the_worker_s_policy(path: str):
    assert policy(path) != WASM


def test_nginx_says_the_same():
    conf = Path("deploy/nginx.conf").read_text()
    table = re.search(r"map \$uri \$static_policy \{(.*?)\n\}", conf, re.S)
    assert table
    rules = re.findall(r'^\s+(?:"~(\S+)"|(default)) "(.*)";', table[1], re.M)
    for path in [ARGON2, "/static/js/vault/argon2-worker.0123456789ab.mjs", "/static/js/hash-worker.mjs", "/static/x.js",
                 "/static/css/base.css", "/static/js/argon2-worker.mjs"]:
        said = next(text for pattern, default, text in rules if default or re.search(pattern, path))
        assert said == policy(path), path
    assert conf.count("add_header Content-Security-Policy $static_policy always;") == conf.count("location /static/") == 3


def test_a_page_may_not_run_webassembly(live: str, open_page: OpenPage):
    page = open_page()
    page.goto(f"{live}/en/inbox/")
    assert page.evaluate(COMPILES) is False
    page.complaints.clear()


def worker_can(page: Page, script: str, attempt: str) -> object:
    """What a statement gives inside a worker made from one of our scripts."""
    with page.expect_worker() as starting:
        page.evaluate(f"self.kept = new Worker('{script}', {{type: 'module'}})")
    return starting.value.evaluate(attempt)


FETCHES = "new Promise(done => setTimeout(() => fetch('/healthz').then(() => done(true), () => done(false))))"


@pytest.mark.parametrize(("script", "wasm"), [(ARGON2, True), ("/static/js/hash-worker.mjs", False)])
def test_a_worker_obeys_its_own_script_s_policy(live: str, open_page: OpenPage, script: str, wasm: bool):
    page = open_page()
    page.goto(f"{live}/en/inbox/")
    assert worker_can(page, script, COMPILES) is wasm
    assert worker_can(page, script, FETCHES) is False
    assert page.evaluate(FETCHES) is True, "the page itself may, so it was the worker's policy"
    page.complaints.clear()
