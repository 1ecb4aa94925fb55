import pytest
from hypothesis import given, strategies as st

from cases.vault import blind

KEY = b"k" * 32


@pytest.mark.parametrize(("typed", "same"), [
    ("https://www.facebook.com/some.one/", "facebook.com/some.one"),
    ("http://m.facebook.com/some.one?fbclid=abc&mibextid=x", "facebook.com/some.one"),
    ("HTTPS://Mobile.Twitter.com/Someone/status/12?s=20&t=q#top", "x.com/Someone/status/12?t=q"),
    ("instagram.com/p/AbC/?igsh=x&utm_source=y", "instagram.com/p/AbC"),
    ("https://youtube.com/watch?v=AbC&si=1&t=2", "youtube.com/watch?t=2&v=AbC"),
    ("https://facebook.com:443/profile.php?id=۱۲۳", "facebook.com/profile.php?id=123"),
    ("\u200fhttps://example.org/a b\u200c ", "example.org/ab"),
    ("https://user:secret@example.org/x", "example.org/x"),
    ("https://m.com/x", "m.com/x"), ("https://www.m.example.org/x", "example.org/x"),
    ("L.Facebook.com/l.php?u=https://x.com/a", "l.facebook.com/l.php?u=https%3A%2F%2Fx.com%2Fa"),
    ("http://[broken", "http://[broken"),
    ("", ""),
])
def test_one_link_has_one_spelling(typed: str, same: str):
    assert blind.normalise_url(typed) == same


@pytest.mark.parametrize(("typed", "same"), [
    ("@Some_One ", "some_one"), ("some one", "someone"), ("\u2066@ＳＯＭＥ_One\u2069", "some_one"), ("علی۱۲", "علی12"),
    ("0300 1234567", "+923001234567"), ("۰۳۰۰-۱۲۳۴۵۶۷", "+923001234567"), ("+92 (300) 1234567", "+923001234567"),
    ("0092 300 1234567", "+923001234567"), ("+44 20 7946 0000", "+442079460000"), ("1234567", "1234567"),
])
def test_one_account_has_one_spelling(typed: str, same: str):
    assert blind.normalise_handle(typed) == same


@given(st.text(st.characters(), max_size=80))
def test_any_text_gets_a_spelling_and_a_tag(typed: str):
    for normalise in (blind.normalise_url, blind.normalise_handle):
        assert len(blind.tag(KEY, "any", normalise(typed))) == 64


@given(st.from_regex(r"(https?://)?(www\.|m\.){0,2}[a-z]{1,9}\.(com|pk)(/[A-Za-z0-9]{1,5}){0,3}/?(\?[a-z]{1,9}=[a-z0-9]{0,4})?",
                     fullmatch=True))
def test_the_spelling_of_a_spelling_is_itself(url: str):
    assert blind.normalise_url(blind.normalise_url(url)) == blind.normalise_url(url)


def test_a_tag_depends_on_key_kind_and_value_only():
    tag = blind.tag(KEY, "handle", "some_one")
    assert tag == blind.tag(KEY, "handle", "some_one")
    others = {blind.tag(b"j" * 32, "handle", "some_one"), blind.tag(KEY, "url", "some_one"), blind.tag(KEY, "handle", "some_on"),
              blind.tag(KEY, "handl", "esome_one")}
    assert len(others | {tag}) == 5
    assert len(tag) == 64
    assert "some" not in tag
