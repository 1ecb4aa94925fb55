"""First load of the public pages: the report form's heaviest step with an empty draft, and the heaviest of the other pages.

Peer: SecureDrop's source page as shipped in October 2024, 69.1 KB by the same method.
"""
from collections.abc import Iterator, Mapping
from itertools import zip_longest

from bench import Figure
from bench.meter import Loads, fetch, steps, weigh
from bench.stage import web

NAME = "form_kb"
FIGURES = ("form_kb_en", "form_kb_ur", "page_kb_max")
LANGUAGES = ("en", "ur")
PEER = "SecureDrop source page, 69.1 KB"
PAGES = ("", "threats-to-share-pictures/", "privacy/", "accessibility/", "your-report/", "leaving/", "inbox/")
# What a person answers who answers no more than must be: on each page from the first to the one after Send.
NAMES = ("who", "what", "pictures", "story", "consent", "check", "receipt")
ANSWERS: tuple[Mapping[str, object], ...] = (
    {"relation": "me"}, {"harm": "sextortion", "conflict": ""}, {}, {},
    {"ask_platform": "ask_first", "pass_police": "no", "pass_pta": "no", "contact": "none"}, {})


def run() -> dict[str, Figure]:
    with web() as base:
        return figures(base)


def figures(base: str) -> dict[str, Figure]:
    found = {}
    for language in LANGUAGES:
        weights = dict(weighed_steps(base, language))
        worst = max(weights, key=lambda name: weights[name])
        found[f"form_kb_{language}"] = Figure(round(weights[worst], 2), "KB", f"{PEER}; the step is “{worst}”")
    pages = {f"/{language}/{path}": f"{base}/{language}/{path}" for language in LANGUAGES for path in PAGES}
    weights = {name: weigh(url, fetch(url)) for name, url in pages.items()}
    worst = max(weights, key=lambda name: weights[name])
    return found | {"page_kb_max": Figure(round(weights[worst], 2), "KB", f"without the prose font; the page is {worst}")}


def weighed_steps(base: str, language: str) -> Iterator[tuple[str, float]]:
    """(step, KB) for each page of the report with an empty draft, to the one that shows the code."""
    url = f"{base}/{language}/report/"
    for name, html in zip_longest(NAMES, steps(url, ANSWERS)):
        here = Loads(html.decode()).hidden["page"]
        assert here == name, f"the form is at {here}, not at {name}"
        yield name, weigh(url, html)
