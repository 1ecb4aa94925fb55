"""Template tags: what they escape, how they speak in each language, where they lead."""
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from django.urls import NoReverseMatch
from django.utils import timezone, translation

from portal.templatetags.portal import isolate

NOON = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)          # 12:05 in Karachi


def rendered(source: str, path: str = "/en/", **context: object) -> str:
    return engines["django"].from_string(source).render(context, RequestFactory().get(path)).strip()


def test_ltr_isolates_and_escapes():
    assert rendered("{% ltr value %}", value="26-10917") == '<bdi dir="ltr">26-10917</bdi>'
    assert rendered("{% ltr value %}", value="<script>") == '<bdi dir="ltr">&lt;script&gt;</bdi>'


def test_an_unknown_icon_fails_loudly():
    with pytest.raises(KeyError):
        rendered('{% icon "unicorn" %}')


def test_arrows_mirror_and_other_drawings_do_not():
    assert 'class="i flip"' in rendered('{% icon "arrow" %}')
    assert 'class="i"' in rendered('{% icon "lock" %}')


def test_the_urdu_wordmark_is_drawn_so_that_no_font_is_needed():
    with translation.override("ur"):
        assert 'aria-label="محفوظ"' in rendered("{% wordmark %}")
    assert "<span>Mehfooz</span>" in rendered("{% wordmark %}")


@pytest.mark.parametrize(("language", "words"), [("en", "22 November 2026, 12:05"), ("ur", "22 نومبر 2026، 12:05")])
def test_local_time_is_pakistans_in_words(language, words):
    with translation.override(language):
        html = rendered("{% local_time moment %}", moment=NOON)
    assert words in html
    assert 'datetime="2026-11-22T07:05:00+00:00"' in html


@pytest.mark.parametrize(("delta", "english", "urdu"), [
    (timedelta(seconds=20), "just now", "ابھی ابھی"),
    (timedelta(minutes=1, seconds=30), "1 minute ago", "1 منٹ پہلے"),
    (timedelta(hours=5), "5 hours ago", "5 گھنٹے پہلے"),
    (timedelta(days=3), "3 days ago", "3 دن پہلے"),
    (timedelta(minutes=-30, seconds=-30), "in 30 minutes", "30 منٹ میں"),
    (timedelta(days=-1, seconds=-30), "in 1 day", "1 دن میں"),
])
def test_ago_in_both_directions_and_languages(delta, english, urdu):
    moment = timezone.now() - delta
    assert f">{english}<" in rendered("{% ago moment %}", moment=moment)
    with translation.override("ur"):
        assert f">{urdu}<" in rendered("{% ago moment %}", moment=moment)


def test_no_time_is_no_words():
    assert rendered("{% ago None %}{% local_time None %}") == ""


@pytest.mark.parametrize(("here", "path", "there"), [
    ("en", "/en/report/", "/ur/report/"), ("ur", "/ur/advice/threat/", "/en/advice/threat/"), ("en", "/nowhere", "/ur/"),
])
def test_the_language_link_leads_to_the_same_page(here, path, there):
    with translation.override(here):
        assert f'href="{there}"' in rendered("{% switch_language %}", path)


def test_on_a_posted_page_it_is_a_button_of_the_form_and_enter_presses_another():
    html = rendered('{% switch_language form="report" %}', "/en/report/")
    assert 'formaction="/ur/report/"' in html
    assert 'name="act" value="language"' in html
    assert html.index('<button form="report" hidden>') < html.index('value="language"')


def test_portal_url_is_relative_at_home_and_absolute_abroad(settings):
    assert rendered('{% portal_url "public" "privacy" %}') == "/en/privacy/"
    settings.ORIGINS = settings.ORIGINS | {"public": "https://report.example"}
    assert rendered('{% portal_url "public" "privacy" %}') == "https://report.example/en/privacy/"


def test_portal_url_knows_only_the_names_of_that_role():
    with pytest.raises(NoReverseMatch):
        rendered('{% portal_url "desk" "privacy" %}')
    assert rendered('{% nav_link "no:such" "Words" %}') == ""
    assert settings.PORTAL_ROLE == "all"


@pytest.mark.parametrize(("typed", "shown"), [
    ("حوالہ 26-10917 دیکھیں", 'حوالہ <bdi dir="ltr">26-10917</bdi> دیکھیں'),
    ("فون: 0300 1234567۔", 'فون: <bdi dir="ltr">0300 1234567</bdi>۔'),
    ("(https://example.com/a?b=1).", '(<bdi dir="ltr">https://example.com/a?b=1</bdi>).'),
    ("یہ @badboy77 ہے", 'یہ <bdi dir="ltr">@badboy77</bdi> ہے'),
    ("plain words, 3 of them", "plain words, 3 of them"),
    ("<b>7-8</b>", '&lt;<bdi dir="ltr">b&gt;7-8&lt;/b</bdi>&gt;'),
    ('"><script>', "&quot;&gt;&lt;script&gt;"),
    ("", ""),
])
def test_what_was_typed_is_escaped_and_not_turned_round(typed, shown):
    assert isolate(typed) == shown


def test_a_long_run_of_signs_takes_no_time():
    assert len(isolate("a" + "!" * 8000 + "-1 " * 2000)) > 14000
