"""How many edited copies of a picture are found by its variants, and how near strangers come (cases/hashing/variants.py).

A copy is hashed as platforms do, by plain PDQ of all of it, after the edit, a resize to 70 % and JPEG. Found: at most 31 bits
from a hash of the picture it was made of. Four ways: by PDQ alone; by twelve hashes, centre crops of 2, 4, 6, 8, 10 % and mirror
images; by ours; by ours where the copy was reported too and has variants of its own. No cut was tuned on these pictures.
"""
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from playwright.sync_api import sync_playwright

from bench import Figure, edits
from bench.edits import Bits, Edit, Picture, crop
from bench.forged import most_hit
from bench.hashing import BARE, CHROMIUM, FLAGS
from cases.hashing import variants
from cases.hashing.pdq import MATCH_DISTANCE
from tests.browser.pictures_page import serve

NAME = "variants"
FIGURES = ("variants_crop_recall", "variants_margin_bits", "variants_hashes_most", "variants_forged", "variants_time_ratio")
LEAST, MOST_HASHES = 90, 16
COUNTED, REPORTED = "crop, 2–10 % of every side", "the picture, where a screenshot of it was reported"
WAYS = ("PDQ", "12", "ours", "both")
WORN = edits.then(edits.scaled(.7), edits.jpeg(75))
Hits = dict[str, list[list[bool]]]
TIMED = """async url => {
  const { pdq } = await import(url + 'pdq.mjs'), { variants } = await import(url + 'variants.mjs');
  const strip = Uint8Array.from({ length: 4000 * 60 * 4 }, (_, i) => 128 + 90 * Math.sin(i / 1700) + i * 7919 % 31);
  const time = hasher => {
    const start = performance.now();
    for (let n = 0; n < 50; n++) hasher.add(strip);
    hasher.end();
    return performance.now() - start;
  };
  const middle = some => some.sort((a, b) => a - b)[2], five = make => middle([1, 2, 3, 4, 5].map(() => time(make(4000, 3000))));
  return [five(pdq), five(variants)];
}"""


def shares(most: float, count: int, least: float = .02) -> list[float]:
    """Evenly between, so that no hash is favoured."""
    return [least + (most - least) * (place + .5) / count for place in range(count)]


def tried() -> dict[str, list[Edit]]:
    rng = np.random.default_rng(31)
    return {
        COUNTED: [edits.both(share) for share in shares(.10, 8)],
        "mirror": [edits.mirrored],
        "mirror and crop, 2–10 %": [edits.then(edits.mirrored, edits.both(share)) for share in shares(.10, 4)],
        "top cut, 2–15 %": [crop(top=share) for share in shares(.15, 6)],
        "bottom cut, 2–15 %": [crop(bottom=share) for share in shares(.15, 6)],
        "left or right cut, 2–15 %": [cut for share in shares(.15, 3) for cut in (crop(left=share), crop(right=share))],
        "top and bottom cut, up to 12 %": [crop(top=a, bottom=b) for a, b in rng.uniform(0, .12, (6, 2))],
        "all sides cut unlike, up to 8 %": [crop(*four) for four in rng.uniform(0, .08, (6, 4))],
        "nothing but size and JPEG": [lambda image: image],
        "caption box": [edits.captioned], "brightness × 1.4": [edits.brighter], "bars above and below": [edits.letterboxed],
        "screenshot of a post": [edits.screenshot, edits.light_screenshot],
    }


def every(image: Picture) -> list[Bits]:
    """The picture's own hash and those of its variants that the server keeps."""
    own = edits.pdq(image)
    kept = variants.tied(np.packbits(own).tobytes().hex(), variants.of(np.asarray(image)))
    return [own, *(edits.unhex(value) for value in kept if value)]


def twelve(image: Picture) -> list[Bits]:
    crops = [edits.both(share)(image) for share in (0, .02, .04, .06, .08, .10)]
    return [edits.pdq(turned) for one in crops for turned in (one, edits.mirrored(one))]


def far(some: Sequence[Bits], others: Sequence[Bits]) -> int:
    return int((np.array(some)[:, None] != np.array(others)[None]).sum(axis=2).min())


def run() -> dict[str, Figure]:
    pictures = edits.held_out()
    ours, found, copies = [every(image) for image in pictures], Hits(), list[tuple[int, Bits]]()
    for place, image in enumerate(pictures):
        before = twelve(image)
        for name, copy in copied(image):
            theirs = every(copy)
            copies.append((place, theirs[0]))
            note(found, name, ours[place], before, theirs)
        shot = WORN(edits.screenshot(image))
        note(found, REPORTED, every(shot), twelve(shot), every(WORN(image)))
    print(table(found))
    margin, most = closest(ours, copies), max(map(len, ours))
    print(f"{len(pictures)} pictures, {len(edits.PHOTOGRAPHS)} of them photographs; closest unrelated pair: {margin} bits")
    assert most <= MOST_HASHES, most
    assert margin >= LEAST, f"strangers come as near as {margin} bits"
    recall = float(np.mean([hits[WAYS.index("ours")] for hits in found[COUNTED]]))
    return {"variants_crop_recall": Figure(round(recall, 2), "", f"{len(pictures)} held-out pictures, {COUNTED}"),
            "variants_margin_bits": Figure(margin, "bits", "closest unrelated pair, variants and copies"),
            "variants_hashes_most": Figure(most, "", "hashes of one of these pictures"),
            "variants_forged": Figure(most_hit(), "", "of fifteen, those that a forger can make meet pictures of their choice"),
            "variants_time_ratio": time_ratio()}


def time_ratio() -> Figure:
    """What the phone's arithmetic takes with variants, against one hash alone: 12 megapixels in Chromium, decoding apart."""
    with serve({"/": BARE}, {}) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(site.url)
        alone, more = page.evaluate(TIMED, f"{site.url}/static/js/")
        browser.close()
    return Figure(round((alone + more) / alone, 2), "", f"one hash: {alone:.0f} ms; fourteen variants: {more:.0f} ms more")


def copied(image: Picture) -> Iterator[tuple[str, Picture]]:
    for name, ways in tried().items():
        for edit in ways:
            yield name, WORN(edit(image))


def note(found: Hits, name: str, ours: list[Bits], before: list[Bits], theirs: list[Bits]) -> None:
    near = far(ours[:1], theirs[:1]), far(before, theirs[:1]), far(ours, theirs[:1]), far(ours, theirs)
    found.setdefault(name, []).append([bits <= MATCH_DISTANCE for bits in near])


def closest(ours: list[list[Bits]], copies: list[tuple[int, Bits]]) -> int:
    """Bits between any two hashes of different pictures, and between a copy and any hash of another picture."""
    among = [far(one, other) for one, other in combinations(ours, 2)]
    return min(among + [far(other, [copy]) for of, copy in copies for place, other in enumerate(ours) if place != of])


def table(found: Hits) -> str:
    lines = [f"{'found at 31 bits':<54}" + "".join(f"{way:>7}" for way in WAYS)]
    for name, hits in found.items():
        lines.append(f"{name:<54}" + "".join(f"{100 * share:6.0f}%" for share in np.mean(hits, axis=0)))
    return "\n".join(lines)
