import pytest
from hypothesis import given, strategies as st

from cases.escalation import notices, registry
from cases.escalation.models import Channel, Platform
from cases.escalation.notices import LAW, REASONS, Notice
from cases.priority import Harm

FULL = Notice("MZ-23456789AB", ("https://x.example/1", "@someone"), ("ab" * 32,), "Published without consent.", "Rule 3",
              "PECA 2016 s. 21", False,
              "A. Khan, Ministry of Human Rights")


def test_the_text_has_every_element_of_both_laws() -> None:
    """47 USC 223a(a)(1)(B) and DSA Art. 16(2): signature, location, good faith, reasons, contact; and what we ask."""
    subject, text = notices.render(FULL, office="Ministry", contact="takedown@example.org", language="en")
    assert "MZ-23456789AB" in subject
    for part in (FULL.signature, *FULL.links, *FULL.hashes, FULL.reasons, FULL.policy, FULL.law, "takedown@example.org",
                 "without the consent",
                 "good faith", "accurate and complete", "48 hours", "identical copies", "authorised this office"):
        assert part in text, part


def test_the_platforms_own_rule_comes_before_the_law() -> None:
    _subject, text = notices.render(FULL, office="Ministry", contact="a@b.c", language="en")
    assert text.index(FULL.policy) < text.index(FULL.law)


def test_a_child_is_named_as_such_and_never_has_fingerprints() -> None:
    child = notices.draft(reference="MZ-2", harm=Harm.SEXTORTION, child=True, links=["https://x.example"], hashes=["ab" * 32],
                          policy="", signature="A", language="en")
    assert child.hashes == ()
    assert "under 18" in notices.render(child, office="M", contact="a@b.c", language="en")[1]


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("harm", Harm)
def test_every_harm_has_words_in_both_languages(harm: Harm, language: str) -> None:
    drafted = notices.draft(reference="MZ-2", harm=harm, child=False, links=["https://x.example"], hashes=[], policy="",
                            signature="A", language=language)
    assert notices.missing(drafted, harm) == []
    assert any("؀" <= letter <= "ۿ" for letter in drafted.reasons) == (language == "ur")


def test_every_harm_has_reasons_and_only_known_ones_cite_a_law() -> None:
    assert set(REASONS) == set(Harm)
    assert set(LAW) <= set(Harm)
    assert Harm.BLASPHEMY_ACCUSATION not in LAW


@given(st.lists(st.text(max_size=40)), st.text(max_size=200))
def test_a_notice_survives_its_envelope(links: list[str], reasons: str) -> None:
    one = Notice("MZ-2", tuple(links), (), reasons, "", "", True, "A")
    assert Notice.from_json(one.as_json()) == one


def test_form_texts_follow_the_forms_own_limits() -> None:
    texts = notices.form_texts(FULL, [{"label": "Links", "limit": 5, "content": "links"},
                                      {"label": "Why", "limit": None, "content": "reasons"}],
                               contact="a@b.c", language="en")
    assert [text["over"] for text in texts] == [True, False]
    assert texts[0]["text"] == "https://x.example/1\n@someone"


def test_the_registry_is_complete_in_both_languages_and_kept_on_a_second_run(db: None) -> None:
    assert registry.seed() == Platform.objects.count() > 10
    Platform.objects.filter(slug="tiktok").update(name_ur="ٹک ٹوک")
    assert registry.seed() == 0
    assert Platform.objects.get(slug="tiktok").name_ur == "ٹک ٹوک"
    assert not Platform.objects.filter(name_ur="").exists()
    for channel in Channel.objects.all():
        assert channel.label_en
        assert channel.label_ur
        assert set(channel.harms) <= set(Harm)
        assert {field["content"] for field in channel.form_fields} <= {"links", "reasons", "statements", "signature", "law",
                                                                       "policy"}
