"""Every address that a role routes, with its places filled in: a new view is attacked without anybody thinking of it."""
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

NIL = "00000000-0000-0000-0000-000000000000"
PLACES = {"uuid": NIL, "int": "1", "slug": "x", "str": "x", "path": "x", "model": "x"}
GROUP = re.compile(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)")


def routed(role: str, prefix: str) -> list[tuple[str, Callable[..., Any]]]:
    """(path, view) of everything under `prefix` that the role serves."""
    found = {path: view for path, view in _walk(get_resolver(f"portal.urls.{role}").url_patterns) if path.startswith(prefix)}
    return sorted(found.items(), key=lambda pair: pair[0])


def _walk(patterns: list[URLPattern | URLResolver], above: str = "/") -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        path = above + _filled(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def _filled(pattern: str) -> str:
    """`case/<slug:ref>/` and `^image/(?P<pk>\\d+)/$` as addresses that match."""
    plain = re.sub(r"<(?:(\w+):)?\w+>", lambda found: PLACES.get(found[1] or "str", "x"), GROUP.sub("1", pattern))
    return re.sub(r"[\^$?]|\\(.)", lambda found: found[1] or "", plain)
