"""The OpenAPI document names every address of the exchange, and the numbers that anybody may read hide small ones."""
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from cases.exchange.partners import Keys
from cases.exchange.services import entry_number
from cases.hashing.entries import count, count_listed, withdraw
from tests.cases.exchange.conftest import Platform, Publish

DOCUMENT = yaml.safe_load(Path("docs/openapi.yaml").read_text())


def test_the_document_names_what_is_routed() -> None:
    patterns = get_resolver("cases.exchange.urls").url_patterns
    routed = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{pattern.pattern}") for pattern in patterns}
    assert set(DOCUMENT["paths"]) == routed


TYPES: dict[str, tuple[type, ...]] = {"object": (dict,), "array": (list,), "string": (str,), "integer": (int,),
                                      "boolean": (bool,), "null": (type(None),)}


def faults(value: Any, schema: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where a value is not what the document says; and where the document says nothing of it."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", [])
    allowed = [kind for name in ([kinds] if isinstance(kinds, str) else kinds) for kind in TYPES[name]]
    if allowed and type(value) not in allowed or "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r}"
    if isinstance(value, dict):
        told, others = schema.get("properties", {}), schema.get("additionalProperties", False)
        yield from (f"{at}: {name} is missing" for name in set(schema.get("required", [])) - set(value))
        for name, one in value.items():
            if name not in told and not others:
                yield f"{at}: {name} is not in the document"
            else:
                yield from faults(one, told.get(name, others), f"{at}.{name}")
    for n, one in enumerate(value if isinstance(value, list) else []):
        yield from faults(one, schema.get("items", {}), f"{at}[{n}]")


def wrong(method: str, path: str, answer: HttpResponse) -> list[str]:
    """What of a served answer is not as the document says: its code, its type, what is in it."""
    said = DOCUMENT["paths"][path][method]["responses"].get(str(answer.status_code))
    if said is None:
        return [f"{method} {path} answers {answer.status_code}, which the document does not name"]
    content, kind = said.get("content", {}), answer.get("Content-Type", "").partition(";")[0]
    if answer.status_code == 304:
        return []
    if kind not in content:
        return [f"{method} {path} answers {answer.status_code} as {kind}"]
    schema = content[kind].get("schema", {})
    return list(faults(answer.json(), schema, path)) if kind == "application/json" else []


def test_what_is_served_is_what_the_document_says(platform: Platform, publish: Publish) -> None:
    """Each address as a partner asks it, rightly and wrongly."""
    gone, entry = publish(2, at=timezone.now() - timedelta(minutes=9))
    _records, mark = platform.pull()
    withdraw(entries=[gone])
    number = entry_number(platform.partner, entry.pk)
    asked = {("get", "/numbers"): [("", {})], ("post", "/mail"): [("", {})],
             ("get", "/stopncii/v1/FetchHashes"): [
                 ("?startTimestamp=10", {}), (f"?startTimestamp={mark}", {}), ("?pageSize=x", {})],
             ("post", "/stopncii/v1/SubmitFeedback"): [
                 ("", {"hashFeedbacks": [{"hashValue": entry.value, "feedbackValue": "Blocked"}]}), ("", {}),
                 ("", {"hashFeedbacks": [{}] * 1001})],
             ("post", "/stopncii/v1/SubmitHashes"): [("", {"hashRecords": [{"hashValue": entry.value}]}), ("", {}),
                                                     ("", {"hashRecords": [{}] * 1001})],
             ("get", "/ncmec/v2/status"): [("", {})], ("get", "/ncmec/v2/members"): [("", {})],
             ("get", "/ncmec/v2/entries"): [("", {}), ("?from=x", {})], ("get", "/ncmec/v2/deletions"): [("", {}), ("?to=x", {})],
             ("get", "/ncmec/v2/feedback/{fingerprint}/reasons"): [("PDQ", {}), ("TMK", {})],
             ("put", "/ncmec/v2/entries/{member}/{entry}/{fingerprint}/feedback"): [
                 (f"1/{number}/PDQ", "<feedbackSubmission><affirmative/></feedbackSubmission>"), (f"1/{number}/MD5", "<x/>")]}
    assert set(asked) == {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    found = list[str]()
    for (method, path), requests in asked.items():
        for more, body in requests:
            for keys in (platform.keys, Keys("no", "body")):
                found += wrong(method, path, answer_to(keys, method, path, more, body))
    assert found == []


def answer_to(keys: Keys, method: str, path: str, more: str, body: Any) -> HttpResponse:
    basic = b64encode(f"{keys.first}:{keys.second}".encode()).decode()
    headers = {"x-functions-key": keys.first, "Ocp-Apim-Subscription-Key": keys.second, "Authorization": f"Basic {basic}"}
    parts = iter(more.split("/"))
    address = re.sub(r"\{\w+\}", lambda _: next(parts), path) if "{" in path else path + more
    kind = "application/xml" if method == "put" else "application/json"
    options = {} if method == "get" else {"data": body, "content_type": kind}
    answer: HttpResponse = getattr(Client(), method)(f"/exchange{address}", headers=headers, **options)
    return answer


def test_the_check_of_the_document_finds_faults() -> None:
    schema = DOCUMENT["components"]["schemas"]["FetchHashes"]
    page = {"count": True, "nextPageToken": 5, "nextSetTimestamp": 1, "hasMoreRecords": False, "hashRecords": [{}], "more": 1}
    assert len(list(faults(page, schema))) == 3 + 6


def test_the_numbers_are_anybodys_and_small_ones_nobodys(publish: Publish) -> None:
    for _report in range(4):
        publish(1)
    publish(3)
    publish(9, category="child")                 # all of one report
    count("refused_flood", 13, cases=6)
    count("suspended", 60, cases=4)
    count_listed()
    answer = Client().get("/exchange/numbers")
    told = answer.json()
    assert told["on_the_lists"] == {"intimate": 5, "threatened": None, "synthetic": None, "child": None}
    assert (told["since_the_beginning"]["refused_flood"], told["since_the_beginning"]["suspended"]) == (10, None)
    assert not answer.cookies
    for language, flood in (("en", "Many reports of one picture that do not fit together"), ("ur", "")):
        page = Client().get(f"/{language}/numbers/")
        assert not page.cookies
        assert page.content.decode().count(">10<") == page.content.decode().count(">5<") == 1
        assert flood in page.content.decode()
    assert "/en/numbers/" in Client().get("/en/your-report/").content.decode()
