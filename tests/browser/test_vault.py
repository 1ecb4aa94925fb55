"""The vault in the browser against the vault in Python: each opens what the other sealed, and neither what is out of place."""
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page

from bench import vault_js
from cases.vault import aead, envelope, hpke, receipt, signing, trust
from tests import vectors
from tests.fixtures.browser import OpenPage

BUILT = Path("static/js/vault")
FIELDS, WRAPS = (json.loads((vectors.FOLDER / "envelope.json").read_text())[name] for name in ("fields", "wraps"))
CHAINS = json.loads((vectors.FOLDER / "keys.json").read_text())
FIELDS_OF_A_LINK = ("kind", "recipient", "version", "public", "verify", "signature")
RECEIPTS = json.loads((vectors.FOLDER / "receipt.json").read_text())["receipts"]
SALT = bytes(range(32))
unhex = bytes.fromhex
Run = Callable[..., Any]
LOAD = """async given => {
  const vault = {...await import('/static/js/vault/sealing.mjs'), ...await import('/static/js/vault/receipt.mjs')};
  const inside = (value, change) => Object.fromEntries(Object.entries(value).map(([name, one]) => [name, change(one)]));
  const bytes = value => typeof value === 'string' && value.startsWith('0x') ? vault.unhex(value.slice(2))
    : Array.isArray(value) ? value.map(bytes) : value && typeof value === 'object' ? inside(value, bytes) : value;
  const text = value => value instanceof Uint8Array ? '0x' + vault.hex(value)
    : value && typeof value === 'object' ? inside(value, text) : value;
  try {
    given = bytes(given);
    return text(await (BODY));
  } catch (error) {
    return `refused: ${error.name}`;
  }
}"""


@pytest.fixture
def page(live: str, open_page: OpenPage) -> Page:
    page = open_page()
    page.goto(f"{live}/en/inbox/")
    return page


@pytest.fixture
def run(page: Page) -> Run:
    """`run("expression over vault and given", **given)` in the page; bytes travel as hex. "refused: …" if it throws."""
    def to_page(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: to_page(one) for name, one in value.items()}
        if isinstance(value, list):
            return [to_page(one) for one in value]
        return "0x" + value.hex() if isinstance(value, bytes) else str(value) if isinstance(value, UUID) else value

    def from_page(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: from_page(one) for name, one in value.items()}
        return unhex(value[2:]) if isinstance(value, str) and value.startswith("0x") else value

    return lambda body, **given: from_page(page.evaluate(LOAD.replace("BODY", body), to_page(given)))


def refused(answer: object) -> bool:
    return isinstance(answer, str) and answer.startswith("refused")


# --- fields ---------------------------------------------------------------------------------------------------------------
OPEN_FIELD = "vault.openField(given.key, given.blob, given.place)"
OPEN_BLOB = "vault.openBlob(given.private, given.blob, given.info)"


def test_the_browser_opens_published_fields(run: Run):
    for vector in FIELDS:
        place = {name: vector[name] for name in ("case", "field", "record")}
        assert run(OPEN_FIELD, key=unhex(vector["key"]), blob=unhex(vector["blob"]), place=place) == unhex(vector["plain"])


@pytest.mark.parametrize("length", [0, 252, 253, 4096, envelope.LONGEST])
def test_python_opens_fields_of_the_browser(run: Run, length: int):
    key, place, plain = envelope.new_key(), {"case": uuid4(), "field": "message", "record": uuid4()}, b"\xd9\x85" * (length // 2)
    blob = run("vault.sealField(given.key, given.plain, given.place)", key=key, plain=plain, place=place)
    assert envelope.open_blob(key, blob, **place) == plain
    assert len(blob) - 29 in envelope.SIZES


def test_the_browser_seals_no_more_than_fits(run: Run):
    place = {"case": uuid4(), "field": "message", "record": uuid4()}
    assert refused(run("vault.sealField(given.key, new Uint8Array(vault.LONGEST + 1), given.place)",
                       key=envelope.new_key(), place=place))


@pytest.mark.parametrize("other", [{"case": uuid4()}, {"record": uuid4()}, {"field": "summary"}], ids=["case", "record", "field"])
def test_the_browser_refuses_a_field_that_was_moved(run: Run, other: dict[str, object]):
    key, place = envelope.new_key(), {"case": uuid4(), "field": "message", "record": uuid4()}
    blob = envelope.seal(key, b"words", **place)
    assert run(OPEN_FIELD, key=key, blob=blob, place=place) == b"words"
    assert refused(run(OPEN_FIELD, key=key, blob=blob, place=place | other))


def test_the_browser_refuses_other_keys_versions_damage_and_padding(run: Run):
    key, place = envelope.new_key(), {"case": uuid4(), "field": "message", "record": uuid4()}
    blob = envelope.seal(key, b"words", **place)
    right = b"\0\0\0\5words"
    unpadded = [aead.seal(key, padded, belongs=envelope.belongs(**place)) for padded in (
        right, right.ljust(1024, b"\0"), right.ljust(256, b"x"), b"\0\0\xff\0".ljust(256, b"\0"))]
    for bad in (b"\2" + blob[1:], blob[:-1] + bytes([blob[-1] ^ 1]), blob[:20], b"", *unpadded):
        assert refused(run(OPEN_FIELD, key=key, blob=bad, place=place))
    assert refused(run(OPEN_FIELD, key=envelope.new_key(), blob=blob, place=place))


# --- keys sealed to somebody ------------------------------------------------------------------------------------------------
def test_the_browser_opens_published_wraps(run: Run):
    for vector in WRAPS:
        info = run("vault.context(given.purpose, given)", **{name: vector[name] for name in (
            "purpose", "scope", "key", "kind", "recipient", "version")})
        assert info == unhex(vector["info"])
        sealed = {"private": unhex(vector["private"]), "blob": unhex(vector["blob"]), "info": info}
        assert run(OPEN_BLOB, **sealed) == unhex(vector["plain"])
        assert refused(run(OPEN_BLOB, **sealed | {"info": info + b"x"}))
        assert refused(run(OPEN_BLOB, **sealed | {"blob": b"\2" + sealed["blob"][1:]}))


def test_python_opens_wraps_of_the_browser_and_the_reverse(run: Run):
    pair = run("vault.newPair()")
    assert hpke.public_of(pair["private"]) == pair["public"]
    blob = run("vault.seal(given.public, given.plain, given.info)", public=pair["public"], plain=b"k" * 32, info=b"here")
    assert hpke.open_blob(pair["private"], blob, info=b"here") == b"k" * 32
    private, public = hpke.new_pair()
    sealed = hpke.seal(public, b"k" * 32, info=b"here")
    assert run(OPEN_BLOB, private=private, blob=sealed, info=b"here") == b"k" * 32


def test_the_browser_seals_to_no_point_off_the_curve(run: Run):
    assert refused(run("vault.seal(given.public, given.plain, given.info)", public=b"\4" + b"x" * 64, plain=b"k", info=b""))


# --- signed keys ----------------------------------------------------------------------------------------------------------
TRUSTED = "vault.trusted(given.links, given.root)"


def in_bytes(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [link | {name: unhex(link[name]) for name in ("public", "verify", "signature")} for link in links]


@pytest.mark.parametrize("chain", CHAINS["trusted"], ids=lambda chain: chain["name"])
def test_the_browser_trusts_a_chain_that_the_root_began(run: Run, chain: dict[str, Any]):
    links = in_bytes(chain["links"])
    assert run(TRUSTED, links=links, root=unhex(CHAINS["root"])) == links[-1]["public"]
    assert refused(run(TRUSTED, links=links, root=links[0]["verify"]))


@pytest.mark.parametrize("chain", CHAINS["refused"], ids=lambda chain: chain["name"])
def test_the_browser_refuses_swapped_and_unsigned_keys(run: Run, chain: dict[str, Any]):
    assert refused(run(TRUSTED, links=in_bytes(chain["links"]), root=unhex(CHAINS["root"])))


def test_links_come_in_base64_with_a_page(run: Run):
    links = in_bytes(CHAINS["trusted"][0]["links"])
    told = trust.as_data([signing.Link(*(link[name] for name in FIELDS_OF_A_LINK)) for link in links])
    root = unhex(CHAINS["root"])
    assert run("vault.trusted(vault.unpack(given.links), given.root)", links=told, root=root) == links[-1]["public"]


# --- the receipt code -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("vector", RECEIPTS, ids=lambda vector: vector["name"])
def test_the_browser_derives_and_opens_published_receipts(run: Run, vector: dict[str, Any]):
    assert {run("vault.normalise(given.typed)", typed=typed) for typed in vector["typed"]} == {vector["code"]}
    derived = run("vault.derive(given.code, given.salt)", code=vector["code"], salt=vector["salt"])
    assert derived == {"locator": unhex(vector["locator"]), "unlock": unhex(vector["unlock"])}
    assert run("vault.unlockPrivate(given.unlock, given.locked)", unlock=derived["unlock"],
               locked=unhex(vector["locked"])) == unhex(vector["private"])


@pytest.mark.parametrize("typed", ["", "1" * 19, "1" * 21, "1234 5678 9012 3456 789a", "१२३४५६७८९०१२३४५६७८९०", "1" * 19 + "²"])
def test_the_browser_takes_the_codes_that_the_server_takes(run: Run, typed: str):
    with pytest.raises(receipt.CodeMalformed):
        receipt.normalise(typed)
    assert run("vault.normalise(given.typed)", typed=typed) is None


def test_python_opens_what_the_browser_locked_under_a_new_code(run: Run):
    code = run("vault.newCode()")
    assert receipt.normalise(code) == code
    assert run("vault.display(given.code)", code=code) == receipt.display(code)
    private = hpke.new_pair()[0]
    derived = run("vault.derive(given.code, given.salt)", code=code, salt=SALT.hex())
    assert receipt.Derived(**derived) == receipt.derive(code, SALT)
    locked = run("vault.lock(given.unlock, given.private)", unlock=derived["unlock"], private=private)
    assert receipt.unlock_private(derived["unlock"], locked) == private


def test_new_codes_use_every_digit_everywhere(run: Run):
    codes = run("Array.from({length: 400}, vault.newCode).join(' ')").split()
    assert len(set(codes)) == 400
    assert all(len({code[at] for code in codes}) == 10 for at in range(20))


# --- the files ----------------------------------------------------------------------------------------------------------------
def test_the_built_files_are_the_ones_that_were_listed():
    listed = dict(reversed(line.split("  ")) for line in Path("browser/SHA256SUMS").read_text().splitlines())
    assert set(listed) == {"static/js/vault/sealing.mjs", "static/js/vault/argon2-worker.mjs"}
    for name, digest in listed.items():
        assert sha256(Path(name).read_bytes()).hexdigest() == digest, f"{name}: run ./mehfooz bundle"


def test_the_built_files_are_light():
    figures = vault_js.run()
    assert figures["sealing_js_kb"].value <= 7
    assert figures["argon2_js_kb"].value <= 10


def test_the_built_files_hold_nothing_that_reaches_out():
    for path in BUILT.glob("*.mjs"):
        text = path.read_text()
        assert not [word for word in ("fetch(", "XMLHttpRequest", "sendBeacon", "WebSocket", "localStorage", "indexedDB", "eval(")
                    if word in text], path
