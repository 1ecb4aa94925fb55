"""The cases before and behind one in the list from which it was opened.

The address of a case page carries that list (`list`: a filter, as its address holds it) and the place where the case stood then
(`at`: a cursor). So the neighbours stay the same while the case itself moves on, is taken or closed. Nothing of it is stored.
"""
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.permissions import Staff
from cases.triage import cursor, queue
from cases.triage.filters import Filter, read

LONGEST = 1000          # characters of an address's filter that are read


@dataclass(frozen=True)
class Neighbours:
    """Addresses, "" where the list ends. `list` and `at` travel on in forms; `words` say which list it is."""
    list: str
    at: str
    words: str
    back: str
    previous: str = ""
    next: str = ""


def place(found: Filter, at: queue.Place) -> str:
    """What the address of a case carries."""
    return urlencode({"list": urlencode(found.params), "at": cursor.write(*at)})


def neighbours(request: HttpRequest, member: Staff) -> Neighbours | None:
    """None for a case that was not opened from a list, or from one that cannot be read any more."""
    carried = carried_by(request)
    at = cursor.read(carried.get("at", ""))
    if at is None or "list" not in carried:
        return None
    found = read(QueryDict(carried["list"][:LONGEST]), member)
    if not found.readable:
        return None
    now = timezone.now()
    before = queue.walk(found, member, now, at, 1, back=True)
    behind = queue.walk(found, member, now, at, 1)
    start = {"after": cursor.write(*before[0].place)} if before else {}
    back = reverse("triage:queue") + "?" + urlencode(found.params | start)
    return Neighbours(urlencode(found.params), cursor.write(*at), found.words, back,
                      previous=address(found, before), next=address(found, behind))


def address(found: Filter, rows: list[queue.Found]) -> str:
    return f"{reverse('triage:case', args=[rows[0].ref])}?{place(found, rows[0].place)}" if rows else ""


def carried_by(request: HttpRequest) -> Mapping[str, str]:
    return request.POST if "list" in request.POST else request.GET


def stay_in_list(request: HttpRequest, case: Case, answer: HttpResponse) -> HttpResponse:
    """An act that leads back to its own case page leads to it as a case of the list from which it was opened."""
    carried, parts = carried_by(request), urlsplit(answer.headers.get("Location", ""))
    if "list" in carried and parts.path == reverse("triage:case", args=[case.ref]):
        query = urlencode({"list": carried["list"][:LONGEST], "at": carried.get("at", "")[:100]})
        answer.headers["Location"] = urlunsplit(parts._replace(query=query))
    return answer
