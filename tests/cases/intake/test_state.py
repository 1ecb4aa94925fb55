import base64
import json
import time

import pytest
from hypothesis import given, strategies as st

from cases.hashing.fingerprint import parse_all
from cases.hashing.refused import MOST_FILES
from cases.hashing.video import MOST_FRAMES
from cases.intake import state
from cases.intake.forms import ConsentForm, Known, StoryForm
from cases.intake.state import Draft, Lost, open_draft, seal
from cases.vault import aead

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
answers = st.dictionaries(st.sampled_from(["who", "what", "story"]),
                          st.dictionaries(st.text("abc_", min_size=1, max_size=8), st.lists(words, max_size=3), max_size=4),
                          max_size=3)


@given(answers)
def test_what_is_sealed_opens_as_it_was(given_answers):
    draft = Draft(answers=given_answers, unit="adults", key_version=3, reviewed=True)
    assert open_draft(seal(draft)) == draft


@given(st.data())
def test_a_changed_byte_does_not_open(data):
    blob = bytearray(base64.urlsafe_b64decode(seal(Draft())))
    at = data.draw(st.integers(0, len(blob) - 1))
    blob[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Lost):
        open_draft(base64.urlsafe_b64encode(blob).decode())


@given(st.text(max_size=300))
def test_anything_else_is_lost_and_never_an_error(text):
    with pytest.raises(Lost):
        open_draft(text)


def test_it_shows_nothing_of_what_was_typed_and_no_code():
    draft = Draft(answers={"story": {"story": ["میری تصویر"]}})
    blob = base64.urlsafe_b64decode(seal(draft))
    assert draft.code.encode() not in blob
    assert "میری تصویر".encode() not in blob
    assert draft.code not in repr(draft)


@pytest.mark.parametrize(("age", "opens"), [(0, True), (state.LIFETIME - 5, True), (state.LIFETIME + 5, False), (-300, False)])
def test_it_lasts_two_hours(monkeypatch, age, opens):
    now = time.time()
    sealed = seal(Draft())
    monkeypatch.setattr(time, "time", lambda: now + age)
    if opens:
        assert open_draft(sealed)
    else:
        with pytest.raises(Lost):
            open_draft(sealed)


def test_the_key_before_still_opens_and_an_older_one_does_not(settings):
    old, new, newest = b"o" * 32, b"n" * 32, b"z" * 32
    settings.DRAFT_KEYS = [old]
    sealed = seal(Draft())
    settings.DRAFT_KEYS = [new, old]
    assert open_draft(sealed)
    settings.DRAFT_KEYS = [newest, new]
    with pytest.raises(Lost):
        open_draft(sealed)


def test_another_version_or_purpose_does_not_open(settings):
    plain = json.dumps({"at": int(time.time())}).encode()
    for belongs in (aead.framed(b"report-draft", bytes([state.FORM_VERSION + 1])),
                    aead.framed(b"inbox", bytes([state.FORM_VERSION]))):
        blob = aead.seal(settings.DRAFT_KEYS[0], plain, belongs=belongs)
        with pytest.raises(Lost):
            open_draft(base64.urlsafe_b64encode(blob).decode())


def test_more_than_a_form_may_carry_is_refused():
    with pytest.raises(state.TooLarge):
        seal(Draft(answers={"story": {"story": ["x" * state.LONGEST]}}))


def test_two_drafts_share_nothing():
    a, b = Draft(), Draft()
    assert {a.submission, a.case, a.code}.isdisjoint({b.submission, b.case, b.code})


def fullest(name: str, *, bytes_each: int) -> str:
    """As much as a field of the form takes, in letters of so many bytes."""
    rule = {**StoryForm.base_fields, **ConsentForm.base_fields}[name]
    each = min(bytes_each, rule.BYTES)
    return chr({1: 0x22, 2: 0x6d2, 3: 0x0a15}[each]) * (rule.most - 20)


@pytest.mark.parametrize("bytes_each", [1, 2, 3])
def test_ten_videos_and_all_that_may_be_typed_fit(db, bytes_each):
    """In any script: Gurmukhi has three bytes a letter; a quotation mark has one, and two in JSON."""
    frames = ",".join(f"{n * 1_464_000}.100.{'0f' * 32}" for n in range(MOST_FRAMES))
    videos = [f"video:{n:064x}:{'cd' * 16}:{frames}" for n in range(MOST_FILES)]
    assert len(parse_all(videos)) == MOST_FILES
    typed = {name: fullest(name, bytes_each=bytes_each)
             for name in ("story", "who_does_it", "platform_other", "assent", "safe_to_contact")}
    for name, lines in (("links", 20), ("handles", 20)):
        text = fullest(name, bytes_each=bytes_each)
        typed[name] = "\n".join(f"x.pk/{text[:len(text) // lines - 8]}" for _ in range(lines))
    form = StoryForm({**typed, "wanted": "remove"}, known=Known())
    assert not set(form.errors) & set(typed)
    others = {"platforms": ["another-platform"] * 40, "address": ["x" * 254], "wanted": ["remove", "stop", "advice", "record"]}
    draft = Draft(answers={"pictures": {"fingerprint": videos}, "story": {name: [text] for name, text in typed.items()} | others})
    assert open_draft(seal(draft)).answers == draft.answers
