"""What partners are given and what they say. Nothing here can read a case."""
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.audit.services import record
from cases.exchange import pulls, throttle
from cases.exchange.models import Feedback, Partner, Submission
from cases.exchange.partners import OURSELVES
from cases.exchange.selectors import listed_for
from cases.hashing.models import ListEntry
from cases.hashing.turns import last_of
from cases.hashing.wire import ncmec
from cases.hashing.wire.stopncii import (
    EPOCH,
    CaseStatus,
    FeedbackValue,
    FetchRequest,
    FetchResponse,
    HashFeedback,
    HashRecord,
    PageToken,
    PullToken,
    SignalType,
    SubmittedHash,
)
from cases.outbox.services import enqueue

LIST = "hash_list"                   # the audit log's name for it
NAME = "Mehfooz"                     # ours, among NCMEC's members
SETTLES = timedelta(seconds=5)       # NCMEC: what is younger is not shown yet
AGAIN = timedelta(seconds=65)        # NCMEC: so much before `from` is shown again, for clocks that are a minute fast
SIGNALS = {ListEntry.Kind.PDQ: SignalType.IMAGE_PDQ, ListEntry.Kind.MD5: SignalType.VIDEO_MD5}
KINDS = {signal: kind for kind, signal in SIGNALS.items()}
MEDIA = {ListEntry.Kind.PDQ: ncmec.Medium.IMAGE, ListEntry.Kind.MD5: ncmec.Medium.VIDEO}
CLASSES = {ListEntry.Category.INTIMATE: "NCII", ListEntry.Category.THREATENED: "NCII-SEXTORTION",
           ListEntry.Category.SYNTHETIC: "NCII-SYNTHETIC", ListEntry.Category.CHILD: "CSAM"}


@dataclass(frozen=True)
class Taken:
    """What became of a submission: `new` verdicts taken, and the hashes that are not on our list."""
    new: int
    unknown: list[str]


@dataclass(frozen=True)
class Fetched:
    """What the log keeps of a request for the list, and the table of pulls (exchange.pulls).

    `mark`: how far the partner had come when it asked; `reached`: how far it is now; `newest`: how far the list was. All three
    are times of the list (modified_at), which never go back, so that a clock that does misleads nobody.
    """
    protocol: str
    count: int                       # fingerprints that stand
    gone: int                        # tombstones
    mark: datetime
    reached: datetime
    newest: datetime


@transaction.atomic
def log_fetch(*, partner: Partner, fetched: Fetched, unchanged: bool) -> None:
    """`unchanged`: the partner had this very answer already, and was told so (304)."""
    pulls.note(partner=partner, protocol=fetched.protocol, newest=fetched.newest, mark=fetched.mark,
               reached=fetched.reached if fetched.count else None)
    record("list_fetched", subject=LIST, actor=name_of(partner), **asdict(fetched), unchanged=unchanged)


def newest_stamp() -> datetime:
    return last_of(ListEntry, "modified_at") or EPOCH


def standing(rows: Sequence[ListEntry]) -> int:
    return sum(row.state == ListEntry.State.ACTIVE for row in rows)


# --- StopNCII ---------------------------------------------------------------------------------------------------------
def page(*, partner: Partner, request: FetchRequest) -> tuple[FetchResponse, Fetched]:
    """Entries in ascending order of time, at most `request.size`, from where the partner has come.

    Entries are stamped one transaction at a time (hashing.entries), so none appears later behind a page already read.
    """
    newest = newest_stamp()
    began = request.began or newest
    found = list(_since(partner, request, began).order_by("modified_at", "pk")[:request.size + 1])
    shown, more = found[:request.size], len(found) > request.size
    newest = max([newest, *(entry.modified_at for entry in shown[-1:])])       # published since we looked
    reached = shown[-1].modified_at if more else max(newest, request.mark)
    token = PullToken(PageToken(shown[-1].modified_at, shown[-1].pk), request.since, began) if more else None
    return (FetchResponse(tuple(_record(partner, entry) for entry in shown), request.mark, token),
            Fetched("stopncii", standing(shown), len(shown) - standing(shown), request.mark, reached, newest))


def _since(partner: Partner, request: FetchRequest, began: datetime) -> QuerySet[ListEntry]:
    """What the partner has not seen.

    A withdrawn entry repeats the hash, so it is shown only to who may hold it, as we know ourselves (pulls.held_by): to anybody
    else there is nothing to hand out any more, and the person it belongs to has taken back the consent to do so. Of those only to
    who says that it had come as far as its first publication before this pull, or in this pull before it was withdrawn: who
    begins anew has dropped it. What the partner says can so only lessen what it is given. Times on the wire are whole seconds,
    so the partner's whole last second counts.
    """
    entries = listed_for(partner).filter(modified_at__gte=request.mark)
    if request.after:
        entries = entries.filter(Q(modified_at__gt=request.after.at) | Q(pk__gt=request.after.entry))
    says = Q(published_at__lte=request.since.replace(microsecond=999_999))
    says |= Q(published_at__lte=request.mark, modified_at__gt=began)
    return entries.filter(Q(state=ListEntry.State.ACTIVE) | says & pulls.held_by(partner))


def _record(partner: Partner, entry: ListEntry) -> HashRecord:
    status = CaseStatus.ACTIVE if entry.state == ListEntry.State.ACTIVE else CaseStatus.WITHDRAWN
    return HashRecord(entry.modified_at, entry.value, status, (case_number(partner, entry),), SIGNALS[ListEntry.Kind(entry.kind)])


def case_number(partner: Partner, entry: ListEntry) -> str:
    """The number by which one partner knows one entry: random to all, so that partners cannot compare and learn.

    Derived, not stored: a GET has nothing to write, and the same entry has the same number on every page.
    """
    return str(UUID(bytes=hmac.digest(bytes(partner.number_key), entry.pk.bytes, "sha256")[:16], version=4))


# --- NCMEC ------------------------------------------------------------------------------------------------------------
def entries(*, partner: Partner, request: ncmec.EntriesRequest, deleted_only: bool = False) -> tuple[ncmec.Page, Fetched]:
    """Entries that changed in the range, oldest first. Those of the last seconds come with a later call.

    The next page begins after the last row, not at a count of rows: one that is withdrawn meanwhile moves to the end, and a count
    would then pass over another.
    """
    until, newest = min(request.to, timezone.now() - SETTLES), newest_stamp()
    rows = listed_for(partner).filter(modified_at__gte=max(request.since - AGAIN, EPOCH), modified_at__lt=until)
    if deleted_only:
        rows = rows.exclude(state=ListEntry.State.ACTIVE)
    most = request.most if request.after else rows.count()
    if request.after:
        rows = rows.filter(Q(modified_at__gt=request.after.at) | Q(modified_at=request.after.at, pk__gt=request.after.entry))
    found = list(rows.order_by("modified_at", "pk")[:request.size + 1])
    shown, more = found[:request.size], len(found) > request.size
    newest = max([newest, *(row.modified_at for row in shown[-1:])])
    following = request.following(PageToken(shown[-1].modified_at, shown[-1].pk), most,
                                  "deletions" if deleted_only else "entries") if more else ""
    return (ncmec.Page(tuple(_entry(partner, row) for row in shown), following),
            Fetched("ncmec", standing(shown), len(shown) - standing(shown), request.since,
                    shown[-1].modified_at if more else until, newest))


def _entry(partner: Partner, row: ListEntry) -> ncmec.Entry:
    kind = ListEntry.Kind(row.kind)
    fingerprints = {kind.value: row.value} if row.state == ListEntry.State.ACTIVE else {}
    return ncmec.Entry(MEDIA[kind], ncmec.Member(OURSELVES, NAME), str(entry_number(partner, row.pk)), row.modified_at,
                       CLASSES[ListEntry.Category(row.category)], fingerprints)


def entry_number(partner: Partner, number: UUID, *, back: bool = False) -> UUID:
    """An entry's id as this partner knows it, and `back`: one block of AES under the partner's key, so nothing is stored."""
    cipher = Cipher(AES256(bytes(partner.number_key)), ECB())  # noqa: S305  a single block, used as a permutation of ids
    turn = cipher.decryptor() if back else cipher.encryptor()
    return UUID(bytes=turn.update(number.bytes) + turn.finalize())


def members(partner: Partner) -> list[ncmec.Member]:
    """Ourselves and whoever asks. Who else takes part is nobody's business."""
    return [ncmec.Member(OURSELVES, NAME), ncmec.Member(partner.number, partner.name)]


# --- what they say ----------------------------------------------------------------------------------------------------
@transaction.atomic
def take_feedback(*, partner: Partner, lines: Sequence[HashFeedback]) -> Taken:
    """Keep what is new and leave it to the worker. Only about entries that the partner may see."""
    known = listed_for(partner).filter(value__in={line.value for line in lines}).order_by("modified_at")
    listed = {entry.value: entry for entry in known}
    new = keep_verdicts(partner, [(listed[line.value], line.feedback) for line in lines if line.value in listed])
    unknown = sorted({line.value for line in lines} - set(listed))
    record("feedback_taken", subject=LIST, actor=name_of(partner), count=new, unknown=len(unknown))
    return Taken(new, unknown)


@transaction.atomic
def take_vote(*, partner: Partner, number: UUID, kind: str, value: FeedbackValue) -> bool:
    """NCMEC's feedback on one fingerprint of an entry. False: the partner knows no such entry."""
    entry = listed_for(partner).filter(pk=entry_number(partner, number, back=True), kind=kind).first()
    if entry is None:
        return False
    record("feedback_taken", subject=LIST, actor=name_of(partner), count=keep_verdicts(partner, [(entry, value)]), unknown=0)
    return True


def keep_verdicts(partner: Partner, verdicts: Iterable[tuple[ListEntry, FeedbackValue]]) -> int:
    """How many are new: one that repeats the partner's last on that entry is not. Of several at once the last counts."""
    given = list({entry.pk: (entry, value) for entry, value in verdicts}.values())
    before = Feedback.objects.filter(partner=partner, entry__in=[entry for entry, _value in given]).order_by("at")
    said = dict(before.values_list("entry", "value"))
    now, rows = timezone.now(), list[Feedback]()
    for entry, value in given:
        if said.get(entry.pk) != value:
            said[entry.pk] = value.value
            rows.append(Feedback(partner=partner, entry=entry, value=value.value,
                                 at=now + timedelta(microseconds=len(rows))))          # in the order they were said
    Feedback.objects.bulk_create(rows)
    if rows:
        enqueue("exchange.feedback", ids=[str(row.pk) for row in rows])
    return len(rows)


@transaction.atomic
def take_hashes(*, partner: Partner, hashes: Sequence[SubmittedHash]) -> int:
    """Fingerprints that a partner sends: compared with our cases, and served to nobody. Raises throttle.Full."""
    now, different = timezone.now(), list(dict.fromkeys(hashes))
    throttle.take_room(partner, len(different))
    rows = Submission.objects.bulk_create(Submission(partner=partner, kind=KINDS[one.signal].value, value=one.value, at=now)
                                          for one in different)
    record("hashes_submitted", subject=LIST, actor=name_of(partner), count=len(rows))
    if rows:
        enqueue("exchange.submitted", partner=str(partner.pk))
    return len(rows)


def name_of(partner: Partner) -> str:
    return f"partner:{partner.pk}"
