"""Every desk address, both ways of asking, by everybody there is: docs/access-matrix.md says what each is answered.

The table is made by this test and compared: `REWRITE=1 pytest tests/portal/test_access_matrix.py` writes it anew, for a person to
read before it is committed. A new view appears in it by itself. Roles without cases are given a membership and a key here, so
that only the permission stands between them and a case.
"""
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cases.escalation import registry, services as escalation
from cases.escalation.models import Channel, Escalation
from cases.escalation.notices import Notice
from cases.models import BreakGlass, Case, Consent, Exclusion
from cases.permissions import Permission, Role, may
from cases.services import assign, change_status
from cases.triage import walls
from cases.vault import custody
from cases.workflow import Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents, signed_in

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "access-matrix.md"
TYPED = "Xyzzy"                        # stands in everything that was typed
HEAD = """# Who is answered what

Every address of the desk, asked for one case of the unit "adults". Made and compared by `tests/portal/test_access_matrix.py`; do
not edit by hand.

- **reads**: the answer shows what the reporter typed. **page**: an answer without a word of it. **acts**: done, and on to the
  next page.
- **form**: let in, and the form is refused for what is in it. **sign in**: asked to sign in. **–**: not asked this way.
- **owner** has the case, **colleague** is of the same unit, **locked** is the owner with the vault locked, **keyless** a
  colleague to whom nobody has granted the unit's key. The reporter asked for a woman, and all these are; **man** is a colleague
  for whom the case is therefore kept closed, and **emergency** another, who has broken the glass.
- **excluded** is a member of the unit for whom the case does not exist, **other unit** a caseworker elsewhere; both ask by the
  right reference. The roles to their right are women of the unit and hold its key, which must not help them.
"""


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern)


DESK = sorted({one for one in addresses(get_resolver("portal.urls.desk").url_patterns) if one.startswith("desk/")})


@pytest.fixture
def case(db: None) -> Case:
    custody.new_worker_key()
    registry.seed()
    return make_case(make_unit(), story=f"{TYPED} story", wants_woman=True, links=(f"https://tiktok.example/{TYPED}",),
                     platforms=("tiktok",))


@pytest.fixture
def people(case: Case) -> dict[str, Client]:
    """Column → browser."""
    owner = woman("Ayesha", case)
    take(case, owner)
    browsers = {
        "nobody": Client(), "owner": signed_in(owner), "locked": signed_in(owner, unlocked=False),
        "colleague": signed_in(woman("Amna", case)), "keyless": signed_in(woman("Zara", case, keys=False)),
        "supervisor": signed_in(woman("Sana", case, role=Role.SUPERVISOR)), "man": signed_in(make_member("Bilal", case.unit)),
        "emergency": signed_in(emergency(case)), "excluded": signed_in(excluded(case)),
        "other unit": signed_in(make_member("Omar", make_unit("children"))),
    }
    without = [role for role in Role if Permission.READ_CASES not in permissions(role)]
    return browsers | {role.replace("_", " "): signed_in(woman(role, case, role=role)) for role in without}


def woman(name: str, case: Case, **options: Any) -> User:
    return make_member(name, case.unit, is_woman=True, **options)


def emergency(case: Case) -> User:
    member = make_member("Danish", case.unit)
    walls.break_glass(case=case, glass_id=uuid4(), cause=BreakGlass.Cause.LIFE, reason=b"sealed", by=member)
    return member


def excluded(case: Case) -> User:
    member = woman("Hina", case)
    walls.exclude(case=case, member=member, cause=Exclusion.Cause.KNOWS, by=member)
    return member


def permissions(role: Role) -> set[Permission]:
    return {permission for permission in Permission if may(User(role=role), permission)}


def take(case: Case, owner: User) -> Escalation:
    """In review, with a notice that waits to be typed into the platform's form."""
    assign(case=case, to=owner, by=owner)
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    change_status(case=case, to=Status.IN_REVIEW, by=owner)
    case.refresh_from_db()
    links = (f"https://tiktok.example/{TYPED}",)
    notice = Notice(escalation.new_reference(), links, (), f"{TYPED} reasons", "", "", False, "A")
    return escalation.request(case=case, channel=form_channel(), notice=notice, by=owner)


def form_channel() -> Channel:
    return Channel.objects.filter(platform__slug="tiktok", kind="webform").earliest("pk")


def ask(browser: Client, method: str, address: str, case: Case) -> str:
    """One cell. Whatever it did is undone."""
    places = {"<slug:ref>": case.ref, "<int:channel>": str(form_channel().pk),
              "<slug:reference>": Escalation.objects.get().reference, "<uuid:wall>": str(Exclusion.objects.get().pk),
              "<uuid:member>": str(case.assignee_id), "<str:token>": "no-link"}
    for place, value in places.items():
        address = address.replace(place, value)
    client = Client(raise_request_exception=False)
    client.cookies.load({name: morsel.value for name, morsel in browser.cookies.items()})
    fields = {"version": case.version, "text": "A word", "move": "asked_you", "to": "", "ref": case.ref, "language": "en"}
    with transaction.atomic():
        response = client.get(f"/{address}") if method == "GET" else client.post(f"/{address}", fields)
        word = said(response)
        transaction.set_rollback(True)
    return word


def said(response: HttpResponse) -> str:
    if response.status_code == 302:
        return "sign in" if response["Location"].startswith("/desk/sign-in/?") else "acts"
    if response.status_code == 401:
        return "sign in"
    if TYPED in response.content.decode():
        return "reads"
    return {200: "page", 400: "form", 409: "form", 405: "–"}.get(response.status_code, str(response.status_code))


def table(case: Case, people: dict[str, Client]) -> dict[tuple[str, str], dict[str, str]]:
    return {(method, address): {name: ask(browser, method, address, case) for name, browser in people.items()}
            for address in DESK for method in ("GET", "POST")}


def written(rows: dict[tuple[str, str], dict[str, str]], columns: list[str]) -> str:
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {method} `/{address}` | {' | '.join(cells.values())} |" for (method, address), cells in rows.items()
              if set(cells.values()) != {"–"}]
    return f"{HEAD}\n" + "\n".join(lines) + "\n"


def test_everybody_is_answered_as_the_page_says(case: Case, people: dict[str, Client], redis_server: None) -> None:
    rows = table(case, people)
    readers = {"owner", "colleague", "supervisor", "emergency"}
    for (method, address), cells in rows.items():
        assert not [name for name, cell in cells.items() if cell.startswith("5")], (method, address)
        assert {name for name, cell in cells.items() if cell == "reads"} <= readers, (method, address)
        assert cells["excluded"] == cells["other unit"] or "<slug:ref>" not in address, (method, address)
        if "<slug:ref>" in address:
            outside = {name: cell for name, cell in cells.items() if name not in readers | {"locked", "keyless", "man"}}
            assert set(outside.values()) <= {"404", "403", "sign in", "–"}, (method, address, outside)
    assert {name for name, cell in rows["GET", "desk/case/<slug:ref>/"].items() if cell == "reads"} == readers
    now = written(rows, list(people))
    if os.environ.get("REWRITE"):
        DOCUMENT.write_text(now)
    assert DOCUMENT.read_text() == now, "REWRITE=1 pytest tests/portal/test_access_matrix.py, then read what changed"
