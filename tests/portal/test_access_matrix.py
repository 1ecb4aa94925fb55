"""Every desk address, both ways of asking, by everybody there is: docs/access-matrix.md says what each is answered.

The table is made by this test and compared: `REWRITE=1 pytest tests/portal/test_access_matrix.py` writes it anew, for a person to
read before it is committed. A new view appears in it by itself. Roles without cases are given a membership and a key here, so
that only the permission stands between them and a case.
"""
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from awareness import groups
from cases.conversation.models import Ask, Review
from cases.coordination import seats
from cases.coordination.models import Body
from cases.escalation import registry, services as escalation
from cases.escalation.models import Change, Channel, Escalation, Platform
from cases.escalation.notices import Notice
from cases.evidence.models import Evidence
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import ListEntry
from cases.hashing.services import match, store
from cases.models import BreakGlass, Case, Consent, Exclusion, Label
from cases.notifications import webhooks
from cases.notifications.models import Occasion, Webhook
from cases.permissions import Permission, Role, may
from cases.services import assign, change_status
from cases.statistics.models import Publication
from cases.triage import closing, consulting, subjects, todo, walls
from cases.triage.asking import put
from cases.triage.consult_reading import seal_consult
from cases.triage.models import Closing, Consult, Question, Reply, SavedView, Subject, Task
from cases.triage.moves import closing_move
from cases.triage.reading import seal_question
from cases.triage.staff_words import seal_closing, seal_subject, seal_task
from cases.units.models import Unit
from cases.vault import custody, envelope
from cases.workflow import Status
from portal.accounts.models import User
from tests.factories.cases import keyring_of, make_case, make_member, make_unit, reporter_consents, signed_in
from tests.factories.evidence import kept
from tests.factories.lists import publish

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
    case = make_case(make_unit(), story=f"{TYPED} story", wants_woman=True, links=(f"https://tiktok.example/{TYPED}",),
                     platforms=("tiktok",))
    Label.objects.create(unit=case.unit, name_en="Court", name_ur="عدالت")
    Reply.objects.create(name_en="Hello", name_ur="سلام", text_en="Hello", text_ur="سلام")
    matched(case)
    kept(case)
    return case


def matched(case: Case) -> None:
    """Another case of the unit holds the same picture and put it on a list; one of another unit does, which asks about it."""
    other, theirs = make_case(case.unit, wants_woman=True), make_case(make_unit("children"))
    for one in (case, other, theirs):
        store(case=one, fingerprints=[Fingerprint(1, "5" * 64, 90, "a" * 64, "b" * 32)])
        match(case_id=one.pk)
    publish(other)
    pk, key, reason = seal_question(case, f"{TYPED} asks")
    row, secret = uuid4(), envelope.new_key()
    Review.objects.create(id=row, case=theirs, about=theirs.unit, reader=case.unit, kind="staff", at=timezone.now(),
                          key=custody.keep(secret, case=theirs.pk, unit=case.unit),
                          body=envelope.seal(secret, TYPED.encode(), case=theirs.pk, field="review", record=row))
    asks_advice(theirs, case.unit, make_member("Farah", theirs.unit))
    put(about=case, asking=theirs, pk=pk, key=key, reason=reason, by=make_member("Rabia", theirs.unit))


@pytest.fixture
def people(case: Case) -> dict[str, Client]:
    """Column → browser."""
    owner = woman("Ayesha", case)
    take(case, owner)
    Publication.objects.create(first=case.opened_at, last=case.opened_at, numbers={"total": 10, "tables": []}, prepared_by=owner,
                               prepared_at=case.opened_at)
    SavedView.objects.create(owner=owner, name_en="Her own", params={}, at=case.opened_at)
    browsers = {
        "nobody": Client(), "owner": signed_in(owner), "locked": signed_in(owner, unlocked=False),
        "colleague": signed_in(woman("Amna", case)), "keyless": signed_in(woman("Zara", case, keys=False)),
        "supervisor": signed_in(woman("Sana", case, role=Role.SUPERVISOR)), "man": signed_in(make_member("Bilal", case.unit)),
        "emergency": signed_in(emergency(case)), "excluded": signed_in(excluded(case)),
        "other unit": signed_in(make_member("Omar", make_unit("children"))),
    }
    without = [role for role in Role if Permission.READ_CASES not in permissions(role)]
    without.remove(Role.LIAISON)
    return browsers | {role.replace("_", " "): signed_in(woman(role, case, role=role)) for role in without} | {
        "liaison": signed_in(liaison(case))}


def woman(name: str, case: Case, **options: Any) -> User:
    return make_member(name, case.unit, is_woman=True, **options)


def liaison(case: Case) -> User:
    """Speaks for the platform that the notice goes to, and is of the unit by mistake."""
    body = Body.objects.create(slug="tiktok", kind="platform", name_en="TikTok", name_ur="ٹک ٹاک",
                               platform=Platform.objects.get(slug="tiktok"))
    member = woman("Omar", case, role=Role.LIAISON)
    seats.take(member=member, body=body, by=None)
    return member


def emergency(case: Case) -> User:
    member = make_member("Danish", case.unit)
    walls.break_glass(case=case, glass_id=uuid4(), cause=BreakGlass.Cause.LIFE, reason=b"sealed", by=member)
    return member


def asks_advice(case: Case, unit: Unit, by: User) -> None:
    """Of their questions only that there is one is shown here: they are not about the case that is asked for."""
    row = seal_consult(case, unit, Consult.Scope.QUESTION, "Does the court's order count here?", keyring=keyring_of(by), by=by)
    consulting.ask(consult=row, by=by)


def excluded(case: Case) -> User:
    member = woman("Hina", case)
    walls.exclude(case=case, member=member, cause=Exclusion.Cause.KNOWS, by=member)
    return member


def permissions(role: Role) -> set[Permission]:
    return {permission for permission in Permission if may(User(role=role), permission)}


def take(case: Case, owner: User) -> Escalation:
    """In review, with a notice that waits to be typed into the platform's form."""
    assign(case=case, to=owner, by=owner)
    now = timezone.now()
    Ask.objects.create(case=case, kind=Ask.Kind.LINKS.value, by=owner, at=now)
    Ask.objects.create(case=case, kind=Ask.Kind.CONTACT.value, by=owner, at=now, answered_at=now, answer=b"")
    asks_advice(case, make_unit("children"), owner)
    webhooks.register(unit=case.unit, url="https://example.org/", occasions=[Occasion.FAILED], with_reference=False, by=owner)
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    change_status(case=case, to=Status.IN_REVIEW, by=owner)
    case.refresh_from_db()
    task_id, words = seal_task(case, f"{TYPED} first", keyring=keyring_of(owner))
    todo.add(case=case, task_id=task_id, words=words, by=owner, to=owner)
    entry, words = seal_subject(case, f"{TYPED} of the bakery", "", keyring=keyring_of(owner))
    subjects.add(case=case, row=entry, kind="doer", words=words, tag=None, by=owner)
    closing_id, reason = seal_closing(case, f"{TYPED} ends", keyring=keyring_of(owner))
    closing.ask(case=case, choice=closing_move("closed_removed"), closing_id=closing_id, reason=reason, by=owner)
    Change.objects.create(steps=[], why="moved", by=make_member("Asad", role=Role.ADMINISTRATOR), at=now, needs_second=True)
    links = (f"https://tiktok.example/{TYPED}",)
    notice = Notice(escalation.new_reference(), links, (), f"{TYPED} reasons", "", "", False, "A")
    return escalation.request(case=case, channel=form_channel(), notice=notice, by=owner)


def form_channel() -> Channel:
    return Channel.objects.filter(platform__slug="tiktok", kind="webform").earliest("pk")


def places(case: Case) -> dict[str, str]:
    """What stands in an address for each of its variable parts."""
    return {"registry/<slug:kind>/<int:pk>": f"registry/channel/{form_channel().pk}",
              "registry/new/<slug:kind>": "registry/new/basis", "<uuid:change>": str(Change.objects.get().pk),
              "<uuid:ask>/contact": f"{Ask.objects.get(kind='contact').pk}/contact",
              "<uuid:consult>/back": f"{Consult.objects.get(case=case).pk}/back", "<uuid:consult>": str(
                  Consult.objects.get(unit=case.unit).pk), "<slug:ref>": case.ref, "<int:channel>": str(form_channel().pk),
              "<slug:reference>": Escalation.objects.get().reference, "<uuid:wall>": str(Exclusion.objects.get().pk),
              "<int:number>": "1", "<slug:other>": Case.objects.exclude(pk=case.pk).get(unit=case.unit).ref, "<int:their>": "1",
              "<int:pk>": str(case.unit.calendar_id), "priority/<slug:code>": "priority/sextortion",
              "roster/<slug:code>": f"roster/{case.unit.code}", "<uuid:row>": str(uuid4()),
              "<uuid:entry>": str(ListEntry.objects.get().pk), "<uuid:pk>": str(Question.objects.get().pk),
              "<uuid:publication>": str(Publication.objects.get().pk), "<uuid:task>": str(Task.objects.get().pk),
              "<uuid:subject>": str(Subject.objects.get().pk),
              "<uuid:closing>": str(Closing.objects.get().pk), "<slug:form>": "note",
              "<uuid:view>": str(SavedView.objects.get().pk),
              "<uuid:label>": str(Label.objects.get().pk), "<uuid:member>": str(case.assignee_id),
              "<int:reply>": str(Reply.objects.get().pk), "<uuid:ask>": str(Ask.objects.get(kind="links").pk),
              "<uuid:webhook>": str(Webhook.objects.get().pk), "<uuid:review>": str(Review.objects.get().pk),
              "<str:token>": "no-link", "<uuid:file>": str(Evidence.objects.get().pk),
              "<uuid:shown>": str(uuid4()), "<slug:slug>": "tiktok"}


def ask(browser: Client, method: str, address: str, case: Case) -> str:
    """One cell. Whatever it did is undone."""
    client = Client(raise_request_exception=False)
    client.cookies.load({name: morsel.value for name, morsel in browser.cookies.items()})
    fields = {"version": case.version, "text": "A word", "move": "asked_you", "to": "", "ref": case.ref, "language": "en",
              "words": "story"}
    with transaction.atomic():
        response = client.get(f"/{address}") if method == "GET" else client.post(f"/{address}", fields)
        word = said(response)
        transaction.set_rollback(True)
    return word


def body(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content     # type: ignore[attr-defined]


def said(response: HttpResponse) -> str:
    if response.status_code == 302:
        return "sign in" if response["Location"].startswith(("/desk/sign-in/?", "/cms/login/")) else "acts"
    if response.status_code == 401:
        return "sign in"
    if TYPED.encode() in body(response):
        return "reads"
    return {200: "page", 400: "form", 409: "form", 405: "–"}.get(response.status_code, str(response.status_code))


def table(case: Case, people: dict[str, Client]) -> dict[tuple[str, str], dict[str, str]]:
    filled = places(case)
    rows = {}
    for address in DESK:
        path = address
        for place, value in filled.items():
            path = path.replace(place, value)
        for method in ("GET", "POST"):
            rows[method, address] = row(method, path, case, people)
    return rows


def row(method: str, path: str, case: Case, people: dict[str, Client]) -> dict[str, str]:
    """What a stranger is told is not asked this way was refused before anything asked who it is: nobody else need ask."""
    if ask(people["nobody"], method, path, case) == "–":
        return dict.fromkeys(people, "–")
    return {name: ask(browser, method, path, case) for name, browser in people.items()}


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
    compare(written(rows, list(people)) + "\n", first=True)


def compare(now: str, *, first: bool) -> None:
    """The desk's half of the page, or the other roles'."""
    page = DOCUMENT.read_text()
    desk, mark, others = page.partition(OTHERS)
    told, whole = (desk, now + mark + others) if first else (mark + others, desk + now)
    if os.environ.get("REWRITE"):
        DOCUMENT.write_text(whole)
    else:
        assert told == now, "REWRITE=1 pytest tests/portal/test_access_matrix.py, then read what changed"


# --- the other roles --------------------------------------------------------------------------------------------------
OTHERS = "## The other roles\n"
ABOUT_OTHERS = OTHERS + """
Every address that `public`, `cms`, `exchange` and `worker` route, asked with and without a session of staff (numbers in an
address are 1, words x). None of them answers with a word of the case. The entrance of staff (`/desk/sign-in/` and so on), which
`cms` shares, stands above. The exchange asks for a partner's key, which nobody here has. **500**: a page of Wagtail's
own, for campaign staff, that cannot be asked with such values.
"""
ROLES = {"public": ["nobody", "caseworker", "campaign editor"], "exchange": ["nobody", "caseworker"], "worker": ["nobody"],
         "cms": ["nobody", "caseworker", "supervisor", "auditor", "administrator", "campaign editor", "campaign publisher"]}
PLACE = re.compile(r"<(?:(\w+):)?\w+>")
GROUP = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
CAMPAIGN = {"campaign editor", "campaign publisher"}
# what Wagtail answers to anybody: it holds no page, and leads to our own sign-in
OPEN_IN_CMS = {"cms/login/", "cms/logout/"}


def one_of(group: re.Match[str]) -> str:
    """Something that a group of an address's pattern takes."""
    inside = group[0].removeprefix("(").removesuffix(")")
    if "|" in inside:
        return inside.partition(">")[2].partition("|")[0] or inside.partition("|")[0]
    return "x/" if "/" in inside else "1"


def example(address: str) -> str:
    """An address with its places filled in."""
    kinds = {"int": "1", "uuid": str(UUID(int=1))}
    plain = PLACE.sub(lambda place: kinds.get(place[1] or "", "1" if "pk" in place[0] else "x"), address)
    return "/" + GROUP.sub(one_of, plain).replace("\\.", ".").replace(".*", "x").replace("^", "").replace("$", "")


def test_the_other_roles_answer_as_the_page_says(case: Case, settings: LazySettings, redis_server: None) -> None:
    groups.grant()
    names = sorted({name for columns in ROLES.values() for name in columns} - {"nobody"})
    staff = {name: signed_in(woman(name, case, role=name.replace(" ", "_"))) for name in names}
    browsers = {"nobody": Client()} | staff
    parts = [ABOUT_OTHERS]
    for role, columns in ROLES.items():
        settings.ROOT_URLCONF = settings.URLCONFS[role]
        routed = {one for one in addresses(get_resolver(settings.ROOT_URLCONF).url_patterns) if not one.startswith("desk/")}
        rows = {address: [plain(browsers[name], address) for name in columns] for address in sorted(routed)}
        for address, cells in rows.items():
            assert not {"reads"} & set(cells), (role, address)
            outside = cells if role != "cms" else cells[:-len(CAMPAIGN)]
            assert not [cell for cell in outside if cell.startswith("5")], (role, address, cells)
            if address.lstrip("^").startswith("cms/") and address not in OPEN_IN_CMS:
                told = {cell for name, cell in zip(columns, cells, strict=True) if name not in CAMPAIGN}
                assert told <= {"sign in", "403", "404", "–"}, (address, cells)
        lines = [f"| {role} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
        parts.append("\n".join([*lines, *(f"| `/{address.replace('|', chr(92) + '|')}` | {' | '.join(cells)} |"
                                          for address, cells in rows.items())]) + "\n")
    compare("\n".join(parts), first=False)


def plain(browser: Client, address: str) -> str:
    """GET. Whatever it did is undone."""
    client = Client(raise_request_exception=False)
    client.cookies.load({name: morsel.value for name, morsel in browser.cookies.items()})
    with transaction.atomic():
        word = said(client.get(example(address)))
        transaction.set_rollback(True)
    return word
