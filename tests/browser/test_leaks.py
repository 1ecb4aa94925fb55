"""The search for leaks finds what hides from `strings`, or the walk would prove nothing."""
import base64
import json
from urllib.parse import urlencode

import pytest

from tests.browser.leaks import files, found_in, of_code

SECRET, CODE = "وہ تصویریں: @darkmoon", "48219037551620846003"
HIDDEN = {
    "plain": SECRET.encode(),
    "bytea in a dump": b"\\\\x" + f"{{{SECRET}}}".encode().hex().encode(),
    "a message of the broker": b'{"body": "' + base64.b64encode(json.dumps([{"text": SECRET}]).encode()) + b'"}',
    "redis-cli monitor": "".join(f"\\x{byte:02x}" if byte > 126 else chr(byte) for byte in SECRET.encode()).encode(),
    "a form": urlencode({"story": SECRET}).encode(),
    "JSON in ASCII": json.dumps({"story": SECRET}).encode(),
}


@pytest.mark.parametrize("raw", HIDDEN.values(), ids=HIDDEN)
def test_it_finds_a_secret_in_every_guise(raw: bytes):
    assert found_in(b"before " + raw + b" after", [SECRET, "something else"]) == {SECRET}
    assert not found_in(b"before " + raw[::-1] + b" after", [SECRET])


def test_a_code_is_sought_with_spaces_and_in_urdu_digits():
    assert {"4821 9037 5516 2084 6003", "۴۸۲۱ ۹۰۳۷ ۵۵۱۶ ۲۰۸۴ ۶۰۰۳", "۴۸۲۱۹۰۳۷۵۵۱۶۲۰۸۴۶۰۰۳", CODE} <= set(of_code(CODE))


def test_files_are_read_but_those_that_stand_for_the_outside(tmp_path):
    for name in ("log.txt", "mail/1.log", "cache/deep/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert {str(path.relative_to(tmp_path)) for path in files(tmp_path, but=["mail"])} == {"log.txt", "cache/deep/x"}
