"""Matches, questions and the search by hash in a real browser: both languages, every width, and that no file leaves it."""
import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Request, expect

from cases.hashing import foreign, pdq
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.services import match, store
from cases.models import Case
from cases.triage.asking import ask
from cases.triage.models import Question
from tests.browser.look import Watch, look, shoot
from tests.browser.test_desk import enter
from tests.cases.hashing.conftest import near
from tests.factories.cases import make_case, make_member, make_unit


@pytest.fixture
def print_of(picture: Path) -> Fingerprint:
    content = picture.read_bytes()
    found = pdq.from_image(Image.open(io.BytesIO(content)))
    return Fingerprint(1, found.hex, found.quality, hashlib.sha256(content).hexdigest(),
                       hashlib.md5(content).hexdigest())  # noqa: S324


@pytest.fixture
def matched(live: str, print_of: Fingerprint) -> tuple[str, object, Case, Case]:
    """Ours with the picture, a second of ours with one nearly the same, one of another unit, and one on a list of others."""
    unit, children = make_unit(), make_unit("children")
    ayesha, sana = make_member("Ayesha Khan", unit), make_member("Sana Malik", children)
    ours, second, theirs = make_case(unit, language="en"), make_case(unit, age_now=15), make_case(children, age_now=14)
    for case, value in ((ours, print_of.pdq), (second, near(print_of.pdq, 18)), (theirs, print_of.pdq)):
        store(case=case, fingerprints=[Fingerprint(1, value, 90, hashlib.sha256(case.ref.encode()).hexdigest(), print_of.md5)])
        match(case_id=case.pk)
    foreign.take_in(source="ncmec", rows=[foreign.Row("r1", "pdq", near(print_of.pdq, 6), ours.opened_at)])
    ask(case=theirs, reason="Both of ours name the same account; may we speak about who does this?", by=sana)
    return live, ayesha, ours, second


@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_page_stands_in_both_languages_at_every_width(matched, open_page, language: str, print_of: Fingerprint) -> None:
    base, ayesha, ours, second = matched
    page = open_page()
    enter(page, base, ayesha, language=language)
    question = Question.objects.get()
    faults: list[str] = []
    for name, path in (("matches-case", f"/desk/case/{ours.ref}/"), ("matches-queue", "/desk/"),
                       ("match", f"/desk/case/{ours.ref}/match/1/{second.ref}/1/"), ("ask", f"/desk/case/{ours.ref}/ask/"),
                       ("aside", f"/desk/case/{ours.ref}/aside/"), ("questions", "/desk/questions/"),
                       ("question", f"/desk/questions/{question.pk}/"),
                       ("hashes", "/desk/hashes/")):
        page.goto(base + path)
        if name == "hashes":
            page.fill("textarea", print_of.pdq)
            with page.expect_navigation():
                page.locator("main form .actions .btn").click()
        faults += look(page)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            shoot(page, f"{name}-{language}-{width}")
    assert not faults, "\n".join(faults)


def test_a_file_is_hashed_in_the_browser_and_never_sent(matched, page: Page, picture: Path, print_of: Fingerprint) -> None:
    base, ayesha, ours, _second = matched
    enter(page, base, ayesha)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    watch = Watch(page, base)
    page.goto(f"{base}/desk/hashes/")
    assert page.locator("input[type=file]").get_attribute("name") is None
    page.set_input_files("input[type=file]", picture)
    expect(page.locator("[data-hashes] [role=status]")).to_have_text("The hashes stand in the field. Now press Search.")
    assert page.locator("textarea").input_value().split()[:3] == [print_of.pdq, print_of.sha256, print_of.md5]
    with page.expect_navigation():
        page.locator("main form .actions .btn").click()
    expect(page.locator("main")).to_contain_text(ours.ref)
    bodies = [request.post_data_buffer or b"" for request in sent if request.method != "GET"]
    assert len(bodies) == 1
    content = picture.read_bytes()
    for body in bodies:
        assert content[:64] not in body
        assert picture.name.encode() not in body
        assert len(body) < len(content)
    assert not [request.url for request in sent if print_of.pdq in request.url or picture.stem in request.url]
    assert not watch.faults


def test_what_is_no_picture_is_said_and_without_a_script_one_types(matched, page: Page, open_page, tmp_path: Path) -> None:
    base, ayesha, ours, _second = matched
    enter(page, base, ayesha)
    page.goto(f"{base}/desk/hashes/")
    (tmp_path / "words.txt").write_text("no picture")
    page.set_input_files("input[type=file]", tmp_path / "words.txt")
    expect(page.locator("[data-hashes] [role=status]")).to_have_text("This file could not be read as a picture.")
    assert page.locator("textarea").input_value() == ""
    plain = open_page(javascript=False)
    enter(plain, base, ayesha)
    plain.goto(f"{base}/desk/hashes/")
    assert not plain.locator("input[type=file]").is_visible()
    plain.fill("textarea", ours.media_hashes.get().pdq)
    plain.locator("main form .actions .btn").click()
    assert ours.ref in plain.locator("main").inner_text()
