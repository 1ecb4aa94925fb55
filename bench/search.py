"""How many cases a second the search reads through: whole sealed cases on PostgreSQL, one process, as the desk does it.

Each case has a story of some 700 letters, a note, and every third two messages; nothing holds the words, so that nothing ends a
slice early. A request's other costs (session, page, audit entry) are in the second figure, which goes through the whole view.
"""
import time

from bench import Figure
from bench.stage import prepare

# isort: split
from django.utils import timezone

from cases.audit.models import Entry
from cases.triage import filters, fulltext
from cases.triage.filters import Filter
from cases.triage.folding import words_in
from cases.triage.reading import seal_note
from cases.triage.services import add_note
from cases.units.models import Unit
from cases.vault.keyring import Keyring
from portal.accounts.models import User
from tests.factories.cases import keyring_of, make_case, make_member, reporter_writes, signed_in

NAME = "search"
FIGURES = ("search_cases_s", "search_slice_ms")
CASES, EVERY, TIMES = 600, 3, 5
STORY = "میرے سابق منگیتر نے میری نجی تصاویر ایک فیس بک پیج پر لگا دی ہیں اور وہ مجھے دھمکیاں دے رہا ہے۔ " * 7
WORDS = "زلیخا BAKERY"


def run() -> dict[str, Figure]:
    prepare()
    calendar = Unit.objects.earliest("pk").calendar             # the demonstration's people hold the keys of its units
    unit = Unit.objects.create(code="bench", name_en="Bench", name_ur="Bench", calendar=calendar)
    member = make_member("Reader", unit)
    for number in range(CASES):
        fill(unit, member, number)
    found, keyring, words = filters.read({}, member), keyring_of(member), words_in(WORDS)
    rates = sorted(rate(found, member, keyring, words) for _ in range(TIMES))
    client, began = signed_in(member), time.perf_counter()
    answer = client.post("/desk/search/", {"words": WORDS})
    took = time.perf_counter() - began
    assert answer.status_code == 200
    read = Entry.objects.filter(event="search_read").latest("at").details["scanned"]
    return {"search_cases_s": Figure(round(rates[TIMES // 2]), "/s", f"{CASES} cases, no hit, median of {TIMES}"),
            "search_slice_ms": Figure(round(took * 1000), "ms", f"a slice of {read} cases, the whole request")}


def fill(unit: Unit, member: User, number: int) -> None:
    case = make_case(unit, story=STORY, links=["https://facebook.example/groups/1/posts/88"], handles=["@somebody"])
    row, body = seal_note(case, "Called the school; the headmistress rings back tomorrow.", keyring=keyring_of(member))
    add_note(case=case, note_id=row, body=body, by=member)
    if number % EVERY == 0:
        reporter_writes(case, STORY[:200])
        reporter_writes(case, STORY[:200])


def rate(found: Filter, member: User, keyring: Keyring, words: list[str]) -> float:
    began = time.perf_counter()
    part = fulltext.search(found, words, by=member, keyring=keyring, now=timezone.now(), seconds=60)
    assert part.read == CASES, "not all was read"
    return part.read / (time.perf_counter() - began)
