"""The checker itself: each fault it is there to find, planted."""
import pytest

from tests.browser.look import edges, forced_colours, overflow, structure

GOOD = '<!doctype html><html lang="{lang}" dir="{dir}"><head><title>T</title></head><body>' \
       '<main id="main"><h1>H</h1>{body}</main></body></html>'


def page_with(open_page, body: str, language: str = "en"):
    page = open_page(width=320)
    page.set_content(GOOD.format(lang=language, dir="rtl" if language == "ur" else "ltr", body=body))
    return page


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_good_page_has_no_faults(open_page, language):
    page = page_with(open_page, '<p id="h">hint</p><input id="a" aria-describedby="h"><bdi dir="ltr">26-10917</bdi>', language)
    assert structure(page) == []
    assert overflow(page) == []


@pytest.mark.parametrize(("body", "fault"), [
    ('<a href="#">x</a>', "dead link"),
    ('<a href="#nowhere">x</a>', "link to nothing"),
    ('<p id="a"></p><p id="a"></p>', "id twice"),
    ('<label for="nothing">x</label>', "label of nothing"),
    ('<input aria-describedby="h"><p id="h">late</p>', "description after its control"),
    ('<div class="summary"><a href="#g">x</a></div><fieldset id="g"><legend>l</legend></fieldset>', "leads to no control"),
    ('<input aria-invalid="true">', "invalid without a described error"),
    ('<fieldset></fieldset>', "fieldset without legend"),
    ('<input type="radio">', "radio outside a fieldset"),
    ('<input type="file" name="pictures" accept="image/*">', "a picture could be posted"),
    ('<form><button name="act" value="language">x</button></form>', "Enter would change the language"),
    ('<textarea></textarea>', "free text needs"),
    ('<p style="color:red">x</p>', "inline style"),
    ('<p onclick="x()">x</p>', "inline handler"),
    ('<h1>again</h1>', "2 h1"),
])
def test_a_planted_fault_is_found(open_page, body, fault):
    assert any(fault in found for found in structure(page_with(open_page, body)))


@pytest.mark.parametrize("body", ["<p>کیس 26-10917 میں</p>", "<p>d14a77c20b9e51ee</p>", '<input type="url">'])
def test_what_urdu_would_turn_round_is_found(open_page, body):
    assert structure(page_with(open_page, body, "ur"))
    assert not structure(page_with(open_page, body))


def test_sideways_scrolling_is_found(open_page):
    page = page_with(open_page, '<table><tr><td>' + "x" * 200 + "</td></tr></table>")
    assert "px wide in 320" in overflow(page)[0]


def test_a_button_without_an_edge_is_found(open_page):
    page = page_with(open_page, '<a class="btn" href="/x">x</a>')
    page.evaluate("document.querySelector('.btn').style.textDecoration = 'none'")
    with forced_colours(page):
        assert "no edge" in edges(page)[0]
