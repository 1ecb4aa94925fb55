"""Which files are nearly the same picture, whoever's they are: the table itself is asked.

pHash and dHash together are 128 bits. On PostgreSQL eight numbers of 16 bits of them lie in a GIN index. Two files at most 20
bits apart have five of these with at most two bits of difference or three with at most one, or they would be 5 × 3 + 3 × 2 =
21 apart; so the numbers that near to a file's own find all candidates, and `bit_count` decides. SQLite, the embedded default,
compares with all: quick enough for what is kept there.
"""
from uuid import UUID

from django.db import connection

from cases.evidence.models import Evidence
from cases.hashing.table import numbers, through_the_index

NEAR = 20                    # bits of 128, pHash and dHash together: at most this is the same
PLACES = 8                   # numbers of a file
FAR = "bit_count(('x' || phash || dhash)::bit(128) # ('x' || %(wanted)s)::bit(128))"
FIND = (f"SELECT id, {FAR} FROM cases_evidence_evidence WHERE dhash <> '' AND {FAR} <= {NEAR} AND case_id <> %(case)s"  # noqa: S608
        # One question for each place: PostgreSQL compares what it finds with all numbers of a question.
        " AND (" + " OR ".join(f"portal_file_chunks(phash, dhash) && %(place{n})s::int[]" for n in range(PLACES)) + ")")


def near(evidence: Evidence) -> dict[UUID, int]:
    """Files of other cases at most NEAR bits away → how many bits."""
    if not evidence.dhash:
        return {}
    return _looked_up(evidence) if connection.vendor == "postgresql" else _compared(evidence)


def _looked_up(evidence: Evidence) -> dict[UUID, int]:
    with through_the_index(True), connection.cursor() as cursor:
        cursor.execute(FIND, wanted(evidence))
        return {found: int(bits) for found, bits in cursor}


def wanted(evidence: Evidence) -> dict[str, str | UUID | list[int]]:
    """What FIND asks for."""
    places: list[list[int]] = [[] for _ in range(PLACES)]
    for number in numbers(mixed(evidence.phash, evidence.dhash), NEAR):
        places[number >> 16].append(number)
    asked: dict[str, str | UUID | list[int]] = {f"place{n}": each for n, each in enumerate(places)}
    return asked | {"wanted": evidence.phash + evidence.dhash, "case": evidence.case_id}


def _compared(evidence: Evidence) -> dict[UUID, int]:
    own = int(evidence.phash + evidence.dhash, 16)
    rows = Evidence.objects.exclude(case=evidence.case_id).exclude(dhash="").values_list("pk", "phash", "dhash")
    apart = ((pk, (int(phash + dhash, 16) ^ own).bit_count()) for pk, phash, dhash in rows.iterator())
    return {pk: bits for pk, bits in apart if bits <= NEAR}


def mixed(phash: str, dhash: str) -> str:
    """Four digits after four, each two of either hash, as `portal_file_chunks` takes them: dHashes of screenshots begin alike,
    and a number that half of all files have would find half of all files."""
    return "".join(one[place + far] for place in range(PLACES) for far in (0, 8) for one in (phash, dhash))
