"""One picture that is reported again and again: what the tenth, the hundredth and the five hundredth report cost the worker.

Each report has ten files with the same fingerprint and fourteen variants near it, the most that a form takes and the worst that
it could say. Reports in between are only put into the tables; three are compared for each figure, and the median counts.
"""
import secrets
import statistics
import time

from bench import Figure
from bench.stage import prepare

# isort: split
from django.utils import timezone

from cases.hashing import known, services
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import IndexedHash, Match, MediaHash
from cases.models import Case
from tests.cases.hashing.conftest import near, new_pdq
from tests.factories.lists import plain_case

NAME = "flood"
FIGURES = ("flood_match_s", "flood_match_ratio")
FILES, VARIANTS, REPORTS, TIMES = 10, 14, (10, 100, 500), 3


def run() -> dict[str, Figure]:
    prepare()
    value = new_pdq()
    variants = ("", *(near(value, 2) for _ in range(VARIANTS)))
    seconds = [at(reports, value, variants) for reports in REPORTS]
    told = ", ".join(f"the {n}th {s:.2f} s" for n, s in zip(REPORTS, seconds, strict=True))
    return {"flood_match_s": Figure(seconds[-1], "s", f"{told}; {Match.objects.count():,} matches"),
            "flood_match_ratio": Figure(seconds[-1] / seconds[-2], "", "the five hundredth report against the hundredth")}


def at(reports: int, value: str, variants: tuple[str, ...]) -> float:
    """Seconds of one report when there are so many before it."""
    fill(reports - 1 - Case.objects.filter(unit__code="hashing").count(), value, variants)
    known.renew()
    return statistics.median(one(value, variants) for _ in range(TIMES))


def one(value: str, variants: tuple[str, ...]) -> float:
    case = plain_case()
    services.store(case=case, fingerprints=[Fingerprint(n, value, 90, secrets.token_hex(32), secrets.token_hex(16), variants)
                                            for n in range(1, FILES + 1)])
    began = time.perf_counter()
    services.match(case_id=case.pk)
    return time.perf_counter() - began


def fill(count: int, value: str, variants: tuple[str, ...]) -> None:
    """Cases as they are when their turn has come and more have come since."""
    now = timezone.now()
    cases = [plain_case(seen_rule="seen_often") for _ in range(max(0, count))]
    files = MediaHash.objects.bulk_create(
        [MediaHash(case=case, number=n, pdq=value, quality=90, sha256=secrets.token_hex(32), md5=secrets.token_hex(16), at=now,
                   matched_at=now) for case in cases for n in range(1, FILES + 1)])
    IndexedHash.objects.bulk_create([IndexedHash(kind=IndexedHash.Kind.PICTURE, pdq=each, media=media)
                                     for media in files for each in (value, *filter(None, variants))], batch_size=5_000)
