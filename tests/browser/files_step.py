"""The step that takes pictures and videos, on a page of its own: what it is given, and what stands in its form afterwards."""
import hashlib
import io
from typing import Any

from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from PIL import Image
from playwright.sync_api import Page, expect

from cases.hashing import pdq, variants
from cases.hashing.fingerprint import Fingerprint
from cases.intake.views import FILES_OF_THE_PHONE
from portal.middleware import HEADERS, POLICY, in_words
from tests.cases.hashing.pictures import drawn

PICTURES = [image for _, image in drawn(21)]
ANSWERS = {**HEADERS, "Content-Security-Policy": in_words(POLICY | FILES_OF_THE_PHONE)}
FORM = """{% extends "public_base.html" %}{% block content %}<h1>Pictures</h1>
<form class="stack" method="post" action="/{{ language }}/">
{% include "intake/_pictures.html" %}
<button class="btn">Continue</button> <button class="btn line" name="act" value="back" formnovalidate>Back</button></form>
{% endblock %}"""


def page_in(language: str, **context: object) -> str:
    request = RequestFactory().get(f"/{language}/")
    with translation.override(language):
        return engines["django"].from_string(FORM).render({"language": language, "DEMO": False, "ROLE": "public", **context},
                                                          request)


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def file(content: bytes, name: str = "private-name.png", kind: str = "image/png") -> dict:
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page: Page, *contents: bytes) -> None:
    take(page, *(file(content) for content in contents))


def take(page: Page, *files: Any) -> None:
    """Chosen, and done with."""
    before = page.locator(".files li").count()
    page.set_input_files("#pictures", files)
    page.wait_for_function("before => document.querySelectorAll('.files li').length > before", arg=before)
    expect(page.locator("progress")).to_have_count(0, timeout=120_000)


PARTS = ["chosen", "video", "hash-worker", "digests", "headers", "pdq", "variants"]


def arrived(page: Page) -> None:
    """Until all is there that the step needs: a page that has gone quiet may not have begun to ask for it."""
    page.wait_for_function("""parts => parts.every(part => performance.getEntriesByType('resource').some(
        one => one.name.endsWith(`/${part}.mjs`)))""", arg=PARTS)


def values(page: Page) -> list[str]:
    return page.locator("input[name=fingerprint]").evaluate_all("all => all.map(one => one.value)")


def expected(content: bytes, number: int = 1) -> Fingerprint:
    seen = pdq.pixels(Image.open(io.BytesIO(content)))
    found = pdq.compute(seen)
    files = hashlib.sha256(content).hexdigest(), hashlib.md5(content).hexdigest()  # noqa: S324
    return Fingerprint(number, found.hex, found.quality, *files, variants.tied(found.hex, variants.of(seen)))
