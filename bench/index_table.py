"""One lookup in the table, with so many hashes in it. Apart from bench.index, which measures without Django."""
import secrets
import statistics
import time

from bench.stage import prepare

# isort: split
from django.db import connection

from cases.hashing.models import IndexedHash, MediaHash
from cases.hashing.pdq import MATCH_DISTANCE
from cases.hashing.table import Table

TIMES, AT_ONCE = 99, 10_000


def milliseconds(count: int) -> float:
    """The median, from the question to the answer."""
    prepare()
    media, picture = MediaHash.objects.earliest("at"), IndexedHash.Kind.PICTURE
    for _ in range(0, count, AT_ONCE):
        rows = [IndexedHash(kind=picture, pdq=secrets.token_hex(32), media=media) for _ in range(AT_ONCE)]
        IndexedHash.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_hashing_indexedhash")
    times = []
    for row, value in IndexedHash.objects.order_by("pk").values_list("pk", "pdq")[:TIMES]:
        wanted = f"{int(value, 16) ^ (1 << 255 | 1 << 128 | 1):064x}"
        began = time.perf_counter()
        ((hit,),) = Table(picture).near([wanted], MATCH_DISTANCE)
        times.append((time.perf_counter() - began) * 1000)
        assert hit == (row, 3)
    return round(statistics.median(times), 1)
