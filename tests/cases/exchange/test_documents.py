"""The OpenAPI document names every address of the exchange, and the numbers that anybody may read hide small ones."""
import re
from pathlib import Path

import yaml
from django.test import Client
from django.urls import get_resolver

from cases.hashing.entries import count, count_listed
from tests.cases.exchange.conftest import Platform, Publish


def test_the_document_names_what_is_routed() -> None:
    document = yaml.safe_load(Path("docs/openapi.yaml").read_text())
    patterns = get_resolver("cases.exchange.urls").url_patterns
    routed = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{pattern.pattern}") for pattern in patterns}
    assert set(document["paths"]) == routed


def test_a_page_is_as_the_document_says(platform: Platform, publish: Publish) -> None:
    publish(1)
    schema = yaml.safe_load(Path("docs/openapi.yaml").read_text())["components"]["schemas"]["FetchHashes"]
    page = platform.fetch().json()
    assert set(page) == set(schema["required"]) == set(schema["properties"])
    assert set(page["hashRecords"][0]) == set(schema["properties"]["hashRecords"]["items"]["required"])


def test_the_numbers_are_anybodys_and_small_ones_nobodys(publish: Publish) -> None:
    publish(7)
    publish(4, category="child")
    count("refused_flood", 13)
    count("suspended", 1)
    count_listed()
    answer = Client().get("/exchange/numbers")
    told = answer.json()
    assert told["on_the_lists"] == {"intimate": 5, "threatened": None, "synthetic": None, "child": None}
    assert (told["since_the_beginning"]["refused_flood"], told["since_the_beginning"]["suspended"]) == (10, None)
    assert not answer.cookies
    for language, flood in (("en", "Many reports of one picture that do not fit together"), ("ur", "")):
        page = Client().get(f"/{language}/numbers/")
        assert not page.cookies
        assert page.content.decode().count("<td>10</td>") == page.content.decode().count("<td>5</td>") == 1
        assert flood in page.content.decode()
    assert "/en/numbers/" in Client().get("/en/your-report/").content.decode()
