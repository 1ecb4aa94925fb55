"""The same screenshot in other cases: what one file's page asks, among so many files.

Files are like one another as screenshots are: each is one of the drawn ones with 24 to 40 of its 128 bits changed, as far as
the nearest different conversations of one app lie apart (docs/evidence.md).
"""
import random
import statistics
import time
import uuid

from bench import FULL, Figure
from bench.stage import prepare

# isort: split
from django.db import connection
from django.utils import timezone

from cases.evidence import picture, selectors
from cases.evidence.models import Evidence
from cases.evidence.near import near
from cases.models import Case
from portal.accounts.models import User
from portal.demonstration.people import PEOPLE
from tests.cases.evidence.screenshots import as_bytes, draw, some

NAME = "near"
SIZES = {"100k": 100_000} | ({"1m": 1_000_000} if FULL else {})
FIGURES = tuple(f"near_files_{size}_ms" for size in SIZES)
DRAWN, TIMES = 96, 40
BITS = 128
COLUMNS = ("id", "case_id", "ticket", "number", "state", "why", "kind", "arrived_at", "settled_at", "sha256", "pdq", "phash",
           "dhash", "letter")


def run() -> dict[str, Figure]:
    prepare()
    return {f"near_files_{size}_ms": among(files) for size, files in SIZES.items()}


def among(files: int) -> Figure:
    fill(random.Random(files), files)  # noqa: S311  not a secret
    member = User.objects.get(email=PEOPLE[0].email)
    times = [page(file, member) for file in Evidence.objects.exclude(dhash="").order_by("pk")[:TIMES]]
    said = f"PostgreSQL, GIN over eight chunks, {files:,} files; slowest of {TIMES}: {max(times):.0f} ms"
    return Figure(round(statistics.median(times), 1), "ms", said)


def page(file: Evidence, member: User) -> float:
    began = time.perf_counter()
    found = near(file)
    selectors.near_duplicates(file, member, found)
    selectors.near_elsewhere(found, member)
    return (time.perf_counter() - began) * 1000


def fill(chance: random.Random, files: int) -> None:
    """Straight into the table, its index made afterwards: what is measured is looking up."""
    drawn = [picture.develop(as_bytes(draw(shot))) for shot in some(DRAWN)]
    kinds = [int(one.phash + one.dhash, 16) for one in drawn]
    cases, now = list(Case.objects.values_list("pk", flat=True)), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'evidence_chunks'")
        (made,) = cursor.fetchone()
        cursor.execute("DROP INDEX evidence_chunks; TRUNCATE cases_evidence_evidence CASCADE")
        with cursor.copy(f"COPY cases_evidence_evidence ({', '.join(COLUMNS)}) FROM STDIN") as rows:
            for n in range(files):
                changed = sum(1 << bit for bit in chance.sample(range(BITS), chance.randint(24, 40)))
                both = f"{chance.choice(kinds) ^ changed:032x}"
                rows.write_row((uuid.UUID(int=chance.getrandbits(128)), cases[n % len(cases)], uuid.UUID(int=n), 1, "destroyed",
                                "intimate", "png", now, now, f"{n:064x}", "0" * 64, both[:16], both[16:], ""))
        cursor.execute(made)
        cursor.execute("ANALYZE cases_evidence_evidence")
