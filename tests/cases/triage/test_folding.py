"""One spelling of what different keyboards write, and where in a text it stands."""
import pytest
from hypothesis import given, settings, strategies as st

from cases.triage.folding import MOST, fold, passage, placed, words_in


@pytest.mark.parametrize(("one", "other"), [
    ("كيسے", "کیسے"), ("مجهے", "مجھے"), ("اِس نے", "اس نے"), ("می\u200cخواہم", "میخواہم"), ("آپ", "اپ"), ("مسئله", "مسئلہ"),
    ("كـــيا", "کیا"), ("۰۳۰۰", "0300"), ("٠٣٠٠", "0300"), ("FaceBook", "facebook"), ("Zoë", "zoe"), ("ﻻہور", "لاہور"),
    ("Straße", "STRASSE"), ("\u2067گھر\u2069", "گھر"), ("گھر\u00a0میں", "گھر میں"), ("دعوۃ", "دعوہ"), ("ﷲ", "الله"),
])
def test_two_spellings_are_one(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("ٹ", "ت"), ("ڑ", "ر"), ("ں", "ن"), ("پ", "ب"), ("چ", "ج")])
def test_letters_that_differ_stay_apart(one, other):
    assert fold(one) != fold(other)


@settings(max_examples=40)
@given(st.text(max_size=40))
def test_each_folded_letter_knows_where_it_was_typed(text):
    folded, places = placed(text)
    assert folded == fold(text)
    assert list(places) == sorted(places)
    assert len(places) == len(folded)


@settings(max_examples=40)
@given(st.text(max_size=60), st.text(min_size=1, max_size=8))
def test_a_passage_is_what_was_typed(text, word):
    pieces = passage(text, words_in(word) or ["ab"])
    joined = "".join(piece.text for piece in pieces)
    assert joined.removeprefix("… ").removesuffix(" …") in text
    assert not pieces or any(piece.found for piece in pieces)


def test_words_are_few_telling_and_without_their_marks():
    assert words_in("  “Haniya”،  HANIYA a @bad.actor, ۵ لاہور؟ ") == ["haniya", "bad.actor", "لاہور"]
    assert len(words_in(" ".join(f"word{n}" for n in range(30)))) == MOST


def test_the_surroundings_are_cut_between_words_and_every_word_in_them_is_marked():
    text = "شروع " * 60 + "اس نے مُجھے کل لاہور سے کال کی" + " آخر" * 60
    pieces = passage(text, words_in("مجهے لاہور"))
    assert [piece.text for piece in pieces if piece.found] == ["مُجھے", "لاہور"]
    assert pieces[0].text == "… "
    assert pieces[-1].text == " …"
    assert pieces[1].text.startswith("شروع ")
    assert passage("nothing of it", ["else"]) == []
