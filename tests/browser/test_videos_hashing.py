"""Videos on the step that takes pictures: what is worked out of them, what is said, and that none of it leaves the device."""
import base64
import hashlib
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cases.hashing import pdq
from cases.hashing.fingerprint import parse_all
from cases.hashing.video import MOST_FRAMES, VideoFingerprint
from tests.browser.files_step import PICTURES, arrived, choose, encoded, file, take, values
from tests.browser.films import webm
from tests.browser.look import look, shoot
from tests.browser.pictures_page import Site
from tests.fixtures.browser import OpenPage

# What video.mjs makes of a film, hashed by a stand-in; `meanwhile` runs after each picture and may stop it.
WIND = """async ({url, film, meanwhile}) => {
  const { frames } = await import(url), file = await (await fetch('data:video/webm;base64,' + film)).blob();
  const stop = new AbortController(), then = new Function('stop', meanwhile), signal = stop.signal;
  let asked = 0;
  const hash = async frame => { frame.close(); asked++; then(stop); return { hash: '0f'.repeat(32), quality: 90 }; };
  const { lines: found = null, whole } = await frames(file, hash, { signal, progress() {} }).catch(() => ({}));
  return { found, whole, asked };
}"""
SCENES = [image.resize((320, 240)) for image in PICTURES[:6]]
FILM = webm(SCENES)
MOST_BITS = 20                   # a browser makes RGB of a video's colours in its own way


def film(page: Page, *contents: bytes) -> list[VideoFingerprint]:
    take(page, *(file(content, "private-name.webm", "video/webm") for content in contents))
    return parse_all(values(page))


def near(one: VideoFingerprint, scenes: list[Image.Image], step: int = 1000) -> bool:
    found = {frame.at_ms: frame.pdq for frame in one.frames}
    far = [pdq.distance(hashed, pdq.from_image(scene).hex) for hashed, scene in zip(found.values(), scenes, strict=False)]
    return list(found) == [n * step for n in range(len(scenes))] and max(far) <= MOST_BITS


def test_a_video_gives_the_codes_of_its_file_and_a_picture_of_every_second(site: Site, steps: Page):
    (one,) = film(steps, FILM)
    assert (one.sha256, one.md5) == (hashlib.sha256(FILM).hexdigest(), hashlib.md5(FILM).hexdigest())  # noqa: S324
    assert near(one, SCENES)
    expect(steps.locator(".files strong")).to_have_text("Video 1")
    expect(steps.get_by_text("Fingerprint ready", exact=True)).to_be_visible()
    assert "private-name" not in steps.content()
    assert steps.locator("video, img, canvas").count() == 0
    steps.get_by_role("button", name="Continue").click()
    steps.wait_for_load_state()
    assert len(site.posts) == 1
    assert b"private-name" not in site.posts[0]
    assert len(site.posts[0]) < 1500


def test_one_that_does_not_say_how_long_it_is(steps: Page):
    (one,) = film(steps, webm(SCENES, duration=False))
    assert near(one, SCENES[:-1])                # its end is where the last picture begins


def test_a_long_one_is_looked_at_less_often(steps: Page):
    scenes = [SCENES[n % 6].resize((64, 48)) for n in range(MOST_FRAMES + 5)]
    (one,) = film(steps, webm(scenes))
    assert [frame.at_ms for frame in one.frames] == list(range(0, 65_000, 2000))


def test_what_no_browser_can_show_is_known_by_its_file_alone(steps: Page):
    content = webm(SCENES, codec="V_MPEG4/ISO/ASP")
    (one,) = film(steps, content)
    assert one.frames == ()
    assert one.md5 == hashlib.md5(content).hexdigest()  # noqa: S324
    expect(steps.locator(".files .meta")).to_contain_text("Fingerprint ready. This browser cannot show the video")


def test_one_that_ends_early_keeps_what_was_seen(steps: Page):
    """Where there is no more, the browser goes on showing the last picture."""
    (one,) = film(steps, FILM[:len(FILM) // 2])
    kept = {frame.pdq for frame in one.frames}
    assert 0 < len(kept) < len(SCENES)
    assert pdq.distance(one.frames[0].pdq, pdq.from_image(SCENES[0]).hex) <= MOST_BITS


def test_what_it_is_decides_and_not_what_it_is_called(steps: Page):
    take(steps, file(FILM, "a.jpg", "image/jpeg"), file(encoded(PICTURES[0]), "b.mp4", "video/mp4"))
    assert [type(one).__name__ for one in parse_all(values(steps))] == ["VideoFingerprint", "Fingerprint"]


def test_the_same_video_twice_is_counted_once(steps: Page):
    assert len(film(steps, FILM, encoded(PICTURES[0]), FILM)) == 2
    expect(steps.locator("[data-pictures] [role=status]")).to_contain_text("already chosen")


def test_it_works_without_a_connection_once_the_page_is_open(site: Site, open_page: OpenPage):
    page = open_page()
    page.goto(f"{site.url}/en/")
    arrived(page)
    page.context.set_offline(True)
    choose(page, encoded(PICTURES[0]))
    assert [type(one).__name__ for one in film(page, FILM)] == ["Fingerprint", "VideoFingerprint"]


def test_one_of_several_is_cancelled_at_once(steps: Page, tmp_path: Path):
    large = tmp_path / "large.webm"
    large.write_bytes(webm(SCENES))
    with large.open("ab") as more:
        more.truncate(400_000_000)
    steps.set_input_files("#pictures", [large])
    expect(steps.locator("progress")).to_have_count(1)
    steps.get_by_role("button", name="Remove video 1").click()
    choose(steps, encoded(PICTURES[0]))
    assert [one.number for one in parse_all(values(steps))] == [1]


def wind(page: Page, site: Site, film: bytes, meanwhile: str = "") -> dict:
    return page.evaluate(WIND, {"url": f"{site.url}/static/js/video.mjs", "film": base64.b64encode(film).decode(),
                                "meanwhile": meanwhile})


@pytest.fixture
def bare(site: Site, open_page: OpenPage) -> Page:
    page = open_page(bypass_csp=True)
    page.goto(f"{site.url}/bare/")
    return page


def test_one_that_is_removed_while_a_picture_is_hashed_is_left_at_once(site: Site, bare: Page):
    """Most of the time is spent there."""
    assert wind(bare, site, FILM, "stop.abort()") == {"found": None, "asked": 1, "whole": None}
    assert wind(bare, site, FILM)["asked"] == len(SCENES)


@pytest.mark.parametrize("seconds", ["1e6", "86401", "3840.0000000000005"])
def test_a_file_that_claims_any_length_is_taken_by_the_server(site: Site, bare: Page, seconds: str):
    """A damaged head may say a fortnight; one line that the server refuses would hold back the whole report."""
    bare.evaluate(f"Object.defineProperty(HTMLMediaElement.prototype, 'duration', {{ get: () => {seconds} }})")
    lines = wind(bare, site, webm(SCENES[:2]))["found"]
    (one,) = parse_all([f"video:{'ab' * 32}:{'cd' * 16}:{','.join(lines)}"])
    assert 40 < len(one.frames) <= MOST_FRAMES


# As on a busy phone: it has wound to the place, but a while passes until it has a picture to show.
LATE = """() => {
  const { get } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'readyState'), draw = self.createImageBitmap;
  let there = false;
  Object.defineProperty(HTMLMediaElement.prototype, 'readyState', { get() { return there ? get.call(this) : 1; } });
  const listen = EventTarget.prototype.addEventListener;
  HTMLMediaElement.prototype.addEventListener = function (name, ...rest) {
    listen.call(this, /loadeddata|canplay$/.test(name) ? 'late' : name, ...rest);
    if (name === 'seeked') listen.call(this, name, () => setTimeout(() => this.dispatchEvent(new Event('late')), 50));
    listen.call(this, 'late', () => { there = true; });
  };
  self.createImageBitmap = video => there ? draw(video) : Promise.reject(new DOMException('', 'InvalidStateError'));
}"""


def test_a_picture_that_is_not_decoded_yet_is_waited_for(site: Site, bare: Page):
    bare.evaluate(LATE)
    assert len(wind(bare, site, FILM)["found"]) == len(SCENES)


# From the third picture on the browser does not wind until it is told to.
STUCK = """() => {
  const { set, get } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime');
  let held = [];
  self.go = () => { for (const wind of held) wind(); held = null; };
  Object.defineProperty(HTMLMediaElement.prototype, 'currentTime', { get, set(at) {
    const wind = () => set.call(this, at);
    if (held && at >= 2) held.push(wind); else wind();
  }});
  Object.defineProperty(document, 'hidden', { get: () => self.away });
}"""
START = """([wind, ask]) => { self.done = undefined; eval(wind)(ask).then(found => { self.done = found; }); }"""


@pytest.mark.parametrize("away", [True, False])
def test_whoever_looks_into_another_app_meanwhile_misses_no_picture(site: Site, open_page: OpenPage, away: bool):
    page = open_page(bypass_csp=True)
    page.clock.install()
    page.goto(f"{site.url}/bare/")
    page.evaluate(STUCK)
    page.evaluate("away => { self.away = away; }", away)
    page.evaluate(START, [WIND, {"url": f"{site.url}/static/js/video.mjs", "film": base64.b64encode(FILM).decode(),
                                 "meanwhile": "self.asked = (self.asked ?? 0) + 1"}])
    page.wait_for_function("self.asked === 2", polling=50)
    page.clock.run_for(40_000)
    page.evaluate("go()")
    page.wait_for_function("self.done", polling=50)
    assert (len(page.evaluate("done.found")), page.evaluate("done.whole")) == ((len(SCENES), True) if away else (2, False))


def test_half_a_gigabyte_passes_through_a_few_megabytes(steps: Page, tmp_path: Path):
    large = tmp_path / "large.webm"
    large.write_bytes(FILM)
    with large.open("ab") as more:
        more.truncate(500_000_000)
    steps.evaluate("self.most = 0; setInterval(() => { most = Math.max(most, performance.memory.usedJSHeapSize) }, 50)")
    take(steps, large)
    with large.open("rb") as content:
        assert parse_all(values(steps))[0].md5 == hashlib.file_digest(content, "md5").hexdigest()
    assert steps.evaluate("most") < 64_000_000


def test_it_is_shown_to_who_asks_and_hidden_again(steps: Page):
    film(steps, FILM)
    choose(steps, encoded(PICTURES[0]))
    first, second = steps.get_by_text("Show me which one").all()
    first.click()
    expect(steps.locator("video.peek")).to_be_visible()
    steps.wait_for_function("() => document.querySelector('video.peek').readyState >= 2")
    assert steps.locator(".peek").bounding_box()["height"] <= 130
    second.click()
    expect(steps.locator("video")).to_have_count(0)
    expect(steps.locator("img.peek")).to_be_visible()
    steps.wait_for_function("() => document.querySelector('img.peek').naturalWidth > 0")
    second.click()
    expect(steps.locator(".peek")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_step_looks_right_with_videos_on_it(site: Site, open_page: OpenPage, language: str):
    page = open_page(width=360, height=740) if language == "ur" else open_page()
    page.goto(f"{site.url}/{language}/")
    film(page, FILM, webm(SCENES, codec="V_MPEG4/ISO/ASP"))
    choose(page, encoded(PICTURES[0]), b"", encoded(PICTURES[1]))
    page.locator(".files summary").first.click()
    expect(page.locator("video.peek")).to_be_visible()
    page.wait_for_function("() => document.querySelector('video.peek').readyState >= 2")
    shoot(page, f"videos-{language}")
    assert look(page) == []
