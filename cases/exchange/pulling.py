"""Lists of others, pulled page by page. Each page and the checkpoint that leads on from it are one transaction: what is
interrupted goes on where it was, and what comes twice changes nothing (hashing.foreign).

Times are written as UTC here, whatever Django's time zone is; that the stock client does not do so is why we do not use it.
"""
import csv
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

from cases.audit.services import record
from cases.exchange.models import Source
from cases.hashing.foreign import Row, relabel, settle, take_in
from cases.hashing.models import ForeignHash, ListEntry
from cases.hashing.wire import ncmec, stopncii
from cases.hashing.wire.stopncii import EPOCH, HASH, CaseStatus, Malformed, SignalType
from cases.outbox.errors import Retry, Stop

TIMEOUT = (10, 60)                       # seconds to connect, and between two bytes
PAGE_TIME = 300                          # seconds for all of a page, so that a byte now and then keeps no worker for days
MOST_BYTES = 20_000_000                  # of one page
PIECE = 65_536
LONGEST = 80                             # letters of an id that is kept as it is
MOST_PAGES = 40                          # in one go; then the job asks for itself again
SETTLES = timedelta(minutes=2)           # NCMEC: their newest entries may still be on their way into the list
AGAIN = timedelta(hours=1)               # NCMEC: asked for twice, for what they stamped late
AHEAD = timedelta(days=1)                # how far a clock of theirs may be ahead
IDLE, TENTH = 100, 10                    # so many pages in a row, and one for ten rows that we hold, may bring nothing new
BATCH = 1000                             # rows of a file taken in at once
KINDS = {SignalType.IMAGE_PDQ: ListEntry.Kind.PDQ.value, SignalType.VIDEO_MD5: ListEntry.Kind.MD5.value}
SIGNALS = {"pdq": "ImagePDQ", "md5": "VideoMD5"}


@dataclass(frozen=True)
class Origin:
    """One of settings.EXCHANGE_SOURCES. `url`: the base, or for "file" a path on the worker's machine."""
    slug: str
    protocol: str
    url: str
    user: str = ""
    password: str = ""
    child: bool = False


@dataclass(frozen=True)
class Step:
    """What one request brought: rows, and from where to go on. `done`: there is no more for now."""
    rows: Sequence[Row]
    checkpoint: dict[str, Any]
    done: bool


class Expired(Exception):
    """They do not know the page any more: begin the range again."""


class Endless(Exception):
    """Page after page, and nothing in them that we have not: they lead us in a circle. A person looks, and we try anew."""


def origins() -> dict[str, Origin]:
    return {each["slug"]: Origin(**each) for each in settings.EXCHANGE_SOURCES}


def pull(*, slug: str) -> bool:
    """Pages until the end or MOST_PAGES; True at the end. Raises Retry or Stop, with the trouble noted for the partners' page."""
    origin = origins()[slug]
    source, _made = Source.objects.get_or_create(slug=slug)
    Source.objects.filter(pk=source.pk).update(began_at=timezone.now())
    relabel(source=slug, child=origin.child)
    try:
        for _page in range(1 if origin.protocol == "file" else MOST_PAGES):
            step = PROTOCOLS[origin.protocol](origin, source.checkpoint)
            if not keep(origin, source, step):
                return True                      # another worker is at it
            if step.done:
                return finished(origin, source)
    except (Expired, Endless) as error:
        code = type(error).__name__.lower()
        began = {key: value for key, value in source.checkpoint.items() if key not in {"next", "token", "idle", "to", "mark"}}
        Source.objects.filter(pk=source.pk).update(checkpoint=began, trouble=code)
        raise (Stop if isinstance(error, Endless) else Retry)(code=code) from None
    except (Retry, Stop, Malformed) as error:
        Source.objects.filter(pk=source.pk).update(trouble=f"{error.code}"[:60])
        if isinstance(error, Malformed):
            raise Retry(code=error.code) from error
        raise
    return False


@transaction.atomic
def keep(origin: Origin, source: Source, step: Step) -> bool:
    """False: the checkpoint is not what it was when the page was asked for."""
    locked = Source.objects.select_for_update().get(pk=source.pk)
    if locked.checkpoint != source.checkpoint:
        return False
    new, met = 0, set[UUID]()
    for start in range(0, len(step.rows), BATCH):
        taken = take_in(source=origin.slug, rows=step.rows[start:start + BATCH], child=origin.child, goes_on=True)
        new, met = new + taken.new + taken.gone, met | taken.met
    settle(met)
    idle = 0 if new else source.checkpoint.get("idle", 0) + 1
    if not step.done and idle > IDLE + ForeignHash.objects.filter(source=origin.slug, deleted_at=None).count() // TENTH:
        raise Endless
    source.checkpoint = step.checkpoint if step.done else {**step.checkpoint, "idle": idle}
    Source.objects.filter(pk=source.pk).update(checkpoint=source.checkpoint, trouble="")
    return True


def finished(origin: Origin, source: Source) -> bool:
    held = ForeignHash.objects.filter(source=origin.slug, deleted_at=None).count()
    Source.objects.filter(pk=source.pk).update(pulled_at=timezone.now(), held=held)
    record("list_pulled", subject="foreign_list", actor="system", source=origin.slug, held=held)
    return True


def get(url: str, *, goes_on: bool, **options: Any) -> bytes:
    """The body, or Retry, Stop, Expired (only of a page that `goes_on`). Redirects are not followed: keys go to nobody else."""
    try:
        with requests.get(url, timeout=TIMEOUT, stream=True, allow_redirects=False, **options) as answer:
            if answer.status_code in {401, 403}:
                raise Stop("keys")
            if goes_on and answer.status_code in {400, 404, 410}:
                raise Expired
            if answer.status_code != 200:
                asked = answer.headers.get("Retry-After", "")
                raise Retry(min(int(asked), 3600) if asked.isdigit() else None, code=answer.status_code)
            return body(answer)
    except (requests.Timeout, ReadTimeoutError) as error:
        raise Retry(code="timeout") from error
    except DecodeError as error:
        raise Retry(code="broken") from error
    except requests.ConnectionError as error:
        raise Retry(code="unreachable") from error
    except (requests.RequestException, HTTPError) as error:
        raise Retry(code="broken") from error


def body(answer: requests.Response) -> bytes:
    """All of it, or nothing: a line that goes dead in the middle of a page raises, and so does one that never ends.

    Unpacked piece by piece, so that no more than a piece of a compressed bomb is ever in memory beyond MOST_BYTES.
    """
    parts, size, until = list[bytes](), 0, time.monotonic() + PAGE_TIME
    while part := answer.raw.read1(PIECE, decode_content=True):
        size += len(part)
        if size > MOST_BYTES:
            raise Stop("too_large")
        if time.monotonic() > until:
            raise Retry(code="timeout")
        parts.append(part)
    return b"".join(parts)


# --- the two protocols and a file -------------------------------------------------------------------------------------
def stopncii_step(origin: Origin, at: dict[str, Any]) -> Step:
    """Their tombstones repeat the hash, which we must not keep: a row is known by its SHA-256.

    Their time is the checkpoint, exactly: who asks for an hour again is not told what was withdrawn of that hour (a portal like
    ours hands such a hash to nobody who had not come as far). By a clock that is days ahead nothing would be news for days.
    """
    query = {"startTimestamp": str(at.get("since", 10)), "pageSize": str(stopncii.PAGE_SIZE)}
    if at.get("token"):
        query["nextPageToken"] = at["token"]
    headers = {"x-functions-key": origin.user, "Ocp-Apim-Subscription-Key": origin.password}
    try:
        page = stopncii.parse_page(json.loads(get(f"{origin.url}/FetchHashes", params=query, headers=headers,
                                                  goes_on=bool(at.get("token")))))
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, Malformed) else Malformed("json") from error
    if page.token and page.token == at.get("token"):
        raise Malformed("nextPageToken")                 # the same page for ever
    if stopncii.from_seconds(page.mark) > timezone.now() + AHEAD:
        raise Malformed("clock")
    since = max(int(at.get("since", 10)), page.mark)     # a clock that goes back does not take us along
    rows = [Row(digest(one.value), KINDS[one.signal], one.value if one.status == CaseStatus.ACTIVE else "",
                heard(one.modified_at)) for one in page.records]
    goes_on = {"since": at.get("since", 10), "token": page.token, "mark": since} if page.token else {"since": since, "token": ""}
    return Step(rows, goes_on, not page.token)


def heard(theirs: datetime) -> datetime:
    """When they changed it, or now if their clock says later."""
    return min(theirs, timezone.now())


def digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def ncmec_step(origin: Origin, at: dict[str, Any]) -> Step:
    """One page of [since, to). `since` moves only when the range has come to its end: entries come in no order."""
    since = datetime.fromisoformat(at["since"]) if at.get("since") else EPOCH
    to = datetime.fromisoformat(at["to"]) if at.get("next") else timezone.now() - SETTLES
    following = at.get("next", "")
    if following:
        url, query = origin.url + following, {}
    else:
        url, query = f"{origin.url}/v2/entries", {"from": ncmec.stamp(max(since - AGAIN, EPOCH)), "to": ncmec.stamp(to)}
    page = ncmec.parse_page(get(url, params=query, auth=(origin.user, origin.password), goes_on=bool(following)))
    if page.next and (page.next == following or not page.next.startswith("/v2/")):
        raise Malformed("next")                          # the same page for ever, or another host's
    rows = [Row(f"{entry.member.number}-{short(entry.number)}", kind, value, heard(entry.at)) for entry in page.entries
            for kind, value in (entry.fingerprints or {tombstone_kind(entry): ""}).items()]
    if page.next:
        return Step(rows, {"since": since.isoformat(), "to": to.isoformat(), "next": page.next}, done=False)
    return Step(rows, {"since": to.isoformat()}, done=True)


def short(number: str) -> str:
    return number if len(number) <= LONGEST else digest(number)


def tombstone_kind(entry: ncmec.Entry) -> str:
    return "pdq" if entry.medium == ncmec.Medium.IMAGE else "md5"


def file_step(origin: Origin, at: dict[str, Any]) -> Step:
    """The whole file each time it has changed; what is not in it any more was taken back."""
    try:
        raw = Path(origin.url).read_bytes()
    except OSError as error:
        raise Stop("no_file") from error
    if (seen := hashlib.sha256(raw).hexdigest()) == at.get("sha256"):
        return Step((), at, done=True)
    now, values = timezone.now(), read_file(raw, Path(origin.url).suffix)
    rows = [Row(digest(value), kind, value, now) for kind, value in values]
    live = ForeignHash.objects.filter(source=origin.slug, deleted_at=None)
    gone = [Row(one.remote, one.kind, "", now) for one in live if (one.kind, one.value) not in values]
    return Step([*rows, *gone], {"sha256": seen}, done=True)


def read_file(raw: bytes, suffix: str) -> set[tuple[str, str]]:
    """(kind, value) of a CSV with the columns kind and value, or of a JSON list of objects with these. Raises Malformed: half a
    file would look as if the rest had been taken back."""
    try:
        text = raw.decode("utf-8-sig")
        lines = json.loads(text) if suffix == ".json" else rows_of(text)
        pairs = {(line["kind"].strip().lower(), line["value"].strip().lower()) for line in lines}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        raise Malformed("file") from error
    if not all(kind in SIGNALS and HASH[SIGNALS[kind]].fullmatch(value) for kind, value in pairs):
        raise Malformed("file")
    return pairs


def rows_of(text: str) -> list[dict[str, str]]:
    """An empty file is no list: only one with its heading says that there is nothing."""
    reader = csv.DictReader(StringIO(text), strict=True)
    if not {"kind", "value"} <= set(reader.fieldnames or ()):
        raise Malformed("file")
    return list(reader)


PROTOCOLS: dict[str, Callable[[Origin, dict[str, Any]], Step]] = {
    "stopncii": stopncii_step, "ncmec": ncmec_step, "file": file_step}
