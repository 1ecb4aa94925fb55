"""The picture step in a real browser: what is worked out, what is said, and that nothing but fingerprints ever leaves."""
import base64
from urllib.parse import parse_qsl

import brotli
import pytest
from PIL import Image
from playwright.sync_api import expect

from cases.hashing import pdq
from cases.hashing.fingerprint import Fingerprint, parse_all
from tests.browser.files_step import PICTURES, arrived, choose, encoded, expected, file, values
from tests.browser.look import look
from tests.browser.pictures_page import HASH, STATIC
from tests.browser.specimens import EXACT, NEAR, bomb, moving, polyglot, turned


def test_fingerprints_equal_the_servers_and_are_all_that_is_posted(site, steps):
    contents = [encoded(PICTURES[0]), encoded(PICTURES[1], "JPEG", quality=85), encoded(PICTURES[2], "WEBP", lossless=True),
                encoded(PICTURES[4].convert("L"))]
    choose(steps, *contents)
    assert parse_all(values(steps)) == [expected(content, n) for n, content in enumerate(contents, 1)]
    expect(steps.get_by_text("Fingerprint ready", exact=True)).to_have_count(4)
    expect(steps.get_by_role("button", name="Remove picture 3")).to_be_visible()
    steps.get_by_role("button", name="Continue").click()
    steps.wait_for_load_state()
    (post,) = site.posts
    assert [name for name, _ in parse_qsl(post.decode())] == ["fingerprint"] * 4
    assert b"private-name" not in post


def test_no_picture_and_no_file_name_is_ever_on_the_page(steps):
    choose(steps, encoded(PICTURES[0]))
    assert "private-name" not in steps.content()
    assert steps.locator("img, canvas, video").count() == 0
    field = steps.locator("#pictures")
    assert field.get_attribute("name") is None
    assert field.evaluate("field => field.files.length") == 0


def test_every_kind_of_file_gives_the_servers_fingerprint(steps):
    """Turned upright, profile ignored, see-through as white, of what moves the first picture."""
    for start in range(0, len(EXACT), 10):
        contents = list(EXACT.values())[start:start + 10]
        steps.reload()
        choose(steps, *contents)
        assert parse_all(values(steps)) == [expected(content, n) for n, content in enumerate(contents, 1)]
        moving = [name for name in list(EXACT)[start:start + 10] if name.startswith("moving")]
        expect(steps.get_by_text("only its first picture is compared")).to_have_count(len(moving))


def test_what_a_browser_decodes_otherwise_comes_close(steps):
    choose(steps, *(content for content, _ in NEAR.values()))
    for one, (name, (content, bits)) in zip(parse_all(values(steps)), NEAR.items(), strict=True):
        assert pdq.distance(one.pdq, expected(content).pdq) <= bits, name


@pytest.mark.parametrize(("content", "words"), [
    (encoded(Image.new("RGB", (300, 300), (200, 30, 60))), "too little in it"),
    (encoded(Image.new("RGB", (1, 1))), "too little in it"),
    (b"%PDF-1.7 nothing", "cannot be read"),
    (b"", "cannot be read"),
    (encoded(PICTURES[0])[:2000], "not all on this phone"),
    (encoded(PICTURES[1], "JPEG")[:-900], "not all on this phone"),
    (encoded(PICTURES[1], "WEBP", lossless=True)[:-900], "not all on this phone"),
    (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 500, "HEIC"),
    (encoded(Image.new("L", (100_000, 1))), "too little in it"),
    (bomb(30_000, 30_000), "it is very large"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>", "cannot be read"),
], ids=["flat", "one pixel", "pdf", "empty", "cut off", "cut jpeg", "cut webp", "heic", "a line", "bomb", "svg"])
def test_a_picture_that_fails_is_explained_and_keeps_the_rest(steps, content, words):
    choose(steps, encoded(PICTURES[0]), content, encoded(PICTURES[1]))
    assert [one.number for one in parse_all(values(steps))] == [1, 2]
    bad = steps.locator(".files .bad")
    expect(bad).to_contain_text(words)
    expect(steps.locator(".files strong")).to_have_text(["Picture 1", "Picture", "Picture 2"])
    bad.get_by_role("button", name="Remove").click()
    expect(bad).to_have_count(0)
    assert len(values(steps)) == 2


def test_a_picture_with_an_archive_behind_it_is_that_picture(steps):
    content = polyglot()
    choose(steps, content)
    assert parse_all(values(steps)) == [expected(content)]


def test_forty_megapixels_and_more_are_decoded_small(steps):
    """Reduced as it is decoded: 8 bits and fewer were measured for photographs, 14 is the most that is promised."""
    content = turned(6, PICTURES[6].resize((8000, 6000)))
    choose(steps, content)
    (one,) = parse_all(values(steps))
    assert pdq.distance(one.pdq, expected(content).pdq) <= 14


def test_the_last_word_is_spoken(steps):
    choose(steps, encoded(PICTURES[0]))
    expect(steps.locator("[data-pictures] [role=status]")).to_have_text("Picture 1: Fingerprint ready")


def test_the_same_file_twice_is_counted_once(steps):
    choose(steps, encoded(PICTURES[0]), encoded(PICTURES[1]), encoded(PICTURES[0]))
    assert len(values(steps)) == 2
    expect(steps.locator("[data-pictures] [role=status]")).to_contain_text("already chosen this file")
    steps.get_by_role("button", name="Remove picture 1").click()
    choose(steps, encoded(PICTURES[0]))
    expect(steps.locator(".files strong")).to_have_text(["Picture 1", "Picture 2"])


def test_ten_are_the_most(steps):
    small = [encoded(image.resize((80, 70))) for image in PICTURES[:14]]
    choose(steps, *small[:8])
    choose(steps, *small[8:12])
    assert len(values(steps)) == 10
    expect(steps.locator("[data-pictures] [role=status]")).to_contain_text("ten files")


def test_continue_waits_for_the_last_fingerprint_and_back_does_not(site, steps):
    large = [encoded(PICTURES[n].resize((2400, 1800)), "JPEG") for n in (0, 1)]
    steps.set_input_files("#pictures", [file(content) for content in large])
    steps.get_by_role("button", name="Continue").click()
    expect(steps.locator("[data-pictures] [role=status]")).to_contain_text("One moment")
    steps.wait_for_function("() => !document.querySelector('.files li')")        # a fresh page: it was sent
    assert len(parse_all([value for _, value in parse_qsl(site.posts[0].decode())])) == 2
    expect(steps.locator("[data-pictures]")).to_be_visible()
    steps.set_input_files("#pictures", [file(large[0])])
    with steps.expect_navigation():
        steps.get_by_role("button", name="Back").click()
    assert parse_qsl(site.posts[1].decode()) == [("act", "back")]


def test_who_went_back_while_continue_waited_is_not_sent_on_later(site, steps):
    """The browser's own Back takes the step off the page; when they come back, they press Continue themselves."""
    steps.set_input_files("#pictures", [file(encoded(PICTURES[6].resize((4000, 3000))))])
    expect(steps.locator("progress")).to_have_count(1)
    steps.get_by_role("button", name="Continue").click()
    steps.evaluate("() => { self.view = document.querySelector('main'), view.remove(); }")
    steps.wait_for_function("() => !view.querySelector('progress')", timeout=60_000)
    steps.evaluate("() => document.body.append(view)")
    steps.get_by_role("button", name="Remove picture 1").click()
    expect(steps.locator(".files li")).to_have_count(0)
    assert steps.url.endswith("/en/")
    assert site.posts == []


def test_fingerprints_made_before_are_shown_and_can_be_removed(site, steps):
    steps.goto(f"{site.url}/again/")
    assert len(values(steps)) == 1
    choose(steps, encoded(PICTURES[0]))
    expect(steps.locator(".files strong")).to_have_text(["Picture 1", "Picture 2"])
    steps.get_by_role("button", name="Remove picture 1").click()
    assert parse_all(values(steps)) == [expected(encoded(PICTURES[0]))]
    expect(steps.locator(".files strong")).to_have_text(["Picture 1"])


# What the report does in the other language: rows go over to the page's new form.
TRANSLATE = """async () => {
  const { wire } = await import('/static/js/pictures.mjs');
  const other = new DOMParser().parseFromString(await (await fetch('/ur/')).text(), 'text/html');
  const form = document.importNode(other.querySelector('form'), true);
  form.querySelector('.files').append(...document.querySelectorAll('.files > li'));
  document.querySelector('form').replaceWith(form);
  wire(form.querySelector('[data-pictures]'));
}"""


def test_in_the_other_language_every_row_says_the_same(steps):
    choose(steps, encoded(PICTURES[0]), b"no picture", moving("GIF"))
    steps.evaluate(TRANSLATE)
    box = steps.locator("[data-pictures]")
    expect(steps.locator(".files .meta")).to_have_text([box.get_attribute(f"data-{name}") for name in ("done", "fail", "moves")])
    expect(steps.locator(".files summary")).to_have_text(["دکھائیں یہ کون سی ہے"] * 3)


def test_without_script_nothing_can_be_chosen_and_another_way_is_named(site, open_page):
    page = open_page(width=360, javascript=False)
    page.goto(f"{site.url}/ur/")
    expect(page.locator("#pictures")).to_be_hidden()
    expect(page.get_by_role("link", name="stopncii.org")).to_be_visible()
    page.goto(f"{site.url}/child/")
    assert page.get_by_role("link", name="takeitdown.ncmec.org").get_attribute("href") == "https://takeitdown.ncmec.org/ur/"
    assert page.locator("a[href*=stopncii]").count() == 0


def test_an_old_browser_is_told_the_same(site, open_page):
    page = open_page()
    page.add_init_script("delete globalThis.OffscreenCanvas")
    page.goto(f"{site.url}/en/")
    expect(page.locator("#pictures")).to_be_hidden()
    expect(page.get_by_text("This browser cannot make fingerprints")).to_be_visible()


def test_a_worker_that_does_not_load_fails_kindly_and_may_be_tried_again(site, steps):
    site.refused.add("/static/js/hash-worker.mjs")
    steps.reload()
    choose(steps, encoded(PICTURES[0]))
    expect(steps.locator(".files .bad")).to_contain_text("a part of this page did not arrive")
    site.refused.clear()
    choose(steps, encoded(PICTURES[0]))
    assert len(values(steps)) == 1
    steps.complaints.clear()                                # the browser's own line about the 404


def test_it_needs_neither_storage_nor_network_once_loaded(site, open_page):
    page = open_page()
    page.add_init_script("for (const store of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])"
                         "Object.defineProperty(globalThis, store, {get() { throw new Error(store + ' was used'); }})")
    page.goto(f"{site.url}/en/")
    arrived(page)
    page.context.set_offline(True)
    choose(page, encoded(PICTURES[0]))
    assert len(values(page)) == 1


def test_a_reduced_copy_comes_within_ten_bits_and_full_size_is_exact(site, open_page):
    page = open_page(bypass_csp=True)
    page.goto(f"{site.url}/bare/")
    content = encoded(PICTURES[6].resize((2000, 1500)), "JPEG", quality=90)
    ask = {"url": f"{site.url}/static/js/hash-worker.mjs", "bytes": base64.b64encode(content).decode()}
    full, reduced = page.evaluate(HASH, ask), page.evaluate(HASH, {**ask, "side": 1024})
    assert Fingerprint.parse(full["value"], 1) == expected(content)
    assert 0 <= pdq.distance(Fingerprint.parse(reduced["value"], 1).pdq, expected(content).pdq) <= 10
    steps = page.evaluate(HASH, {**ask, "side": 64})
    assert Fingerprint.parse(steps["value"], 1).pdq != expected(content).pdq


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_step_looks_right_with_pictures_on_it(site, open_page, language):
    page = open_page(width=360, height=740)
    page.goto(f"{site.url}/{language}/")
    choose(page, encoded(PICTURES[0]), b"no picture", encoded(PICTURES[1]))
    assert look(page) == []


@pytest.mark.parametrize(("names", "kib"), [
    (["pictures"], 0.7), (["chosen", "video"], 3.5), (["hash-worker", "headers", "pdq", "variants", "digests"], 9)])
def test_the_scripts_stay_small(names, kib):
    assert sum(len(brotli.compress((STATIC / "js" / f"{name}.mjs").read_bytes())) for name in names) <= kib * 1024
