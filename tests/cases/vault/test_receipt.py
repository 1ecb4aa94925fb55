import pytest
from hypothesis import given, settings, strategies as st

from cases.vault import hpke, receipt
from cases.vault.aead import OpenFailed
from cases.vault.receipt import CodeMalformed

pytestmark = pytest.mark.full_cost
SALT = b"s" * 32
CODES = st.text("0123456789", min_size=20, max_size=20)
SETS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")
BETWEEN = st.text(" -\t\n\u00a0\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069\u061c\u2010\u2013\u2014\u2212\ufeff",
                  max_size=3)


@given(CODES, st.data())
def test_any_digits_in_any_grouping_are_one_code(code: str, data):
    typed = "".join(data.draw(BETWEEN) + data.draw(st.sampled_from(SETS))[int(digit)] for digit in code) + data.draw(BETWEEN)
    assert receipt.normalise(typed) == code


@given(CODES)
def test_what_is_shown_can_be_typed_back(code: str):
    shown = receipt.display(code)
    assert [len(group) for group in shown.split(" ")] == [4] * 5
    assert receipt.normalise(shown) == code


@pytest.mark.parametrize("typed", ["", "1" * 19, "1" * 21, "1" * 19 + "x", "1" * 19 + "१", "1" * 19 + "²", "1" * 19 + "１",
                                   "1" * 19 + "."])
def test_anything_else_is_malformed_and_never_repeated(typed: str):
    with pytest.raises(CodeMalformed) as caught:
        receipt.normalise(typed)
    assert not typed or typed not in str(caught.value)


def test_new_codes_are_twenty_ascii_digits_and_never_meet():
    codes = {receipt.new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(len(code) == 20 and code.isascii() and code.isdigit() for code in codes)
    assert {code[0] for code in codes} == set("0123456789")      # leading zeros too


@settings(max_examples=3, deadline=None)
@given(CODES)
def test_the_code_finds_and_unlocks_and_its_halves_differ(code: str):
    private, _ = hpke.new_pair()
    derived = receipt.derive(code, SALT)
    again = receipt.derive(receipt.display(code), SALT)
    assert tuple(derived) == tuple(again)
    assert (len(derived.locator), len(derived.unlock)) == (32, 32)
    assert derived.locator != derived.unlock
    assert receipt.unlock_private(again.unlock, receipt.lock(derived.unlock, private)) == private


def test_another_code_another_salt_and_the_locator_open_nothing():
    private, _ = hpke.new_pair()
    derived = receipt.derive("1" * 20, SALT)
    locked = receipt.lock(derived.unlock, private)
    for unlock in (receipt.derive("1" * 19 + "2", SALT).unlock, receipt.derive("1" * 20, b"t" * 32).unlock, derived.locator):
        with pytest.raises(OpenFailed):
            receipt.unlock_private(unlock, locked)


def test_keys_do_not_slip_into_a_traceback():
    derived = receipt.Derived(b"locator" * 4, b"unlock" * 5)
    assert "lock" not in repr(derived) + str(derived)


def test_the_row_stores_a_digest_and_not_what_it_is_asked_with():
    locator = b"l" * 32
    assert len(receipt.locator_digest(locator)) == 64
    assert locator.hex() not in receipt.locator_digest(locator)
