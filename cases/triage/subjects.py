"""People, accounts, numbers and links that members write down for a case: sealed, and found again where they can be equal.

Accounts, numbers and links get the same blind-index tag as those that reporters name, so the case page says where else they
stand. People do not: many share a name, and a tie between cases by a name would be a rumour. A search finds them (fulltext).
"""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import Case, Link, Trace
from cases.permissions import Staff
from cases.services import unlink_cases
from cases.triage.matches import Reach, reach_of
from cases.triage.models import Subject
from cases.triage.reading import telling
from cases.triage.services import Tag, tie
from cases.triage.staff_words import Said
from cases.triage.todo import workable
from cases.vault import blind

Kind = Subject.Kind
COUNTRY = "92"
READ = 500              # rows of the index, for all that one case names
SHOWN = 8               # cases that are named for one account


@dataclass(frozen=True)
class Same:
    """Where else something is named, as far as the reader may know. `more`: cases they open beyond those in `refs`."""
    refs: tuple[str, ...] = ()
    more: int = 0
    kept: bool = False          # a case of their unit that is kept for others
    other: bool = False         # another unit's

    @property
    def count(self) -> int:
        return len(self.refs) + self.more


@dataclass(frozen=True)
class Line:
    subject: Subject
    said: Said
    same: Same = field(default_factory=Same)


# --- equality ---------------------------------------------------------------------------------------------------------
def tag_of(kind: str, name: str) -> Tag | None:
    """None for a person, and for what says too little to tie cases together."""
    if kind not in {Kind.ACCOUNT, Kind.PHONE, Kind.LINK}:
        return None
    link = kind == Kind.LINK or (kind == Kind.ACCOUNT and "/" in name)          # a profile's address names the account
    index, value = ("url", blind.normalise_url(name)) if link else ("handle", number(name))
    return (index, blind.tag(settings.BLIND_INDEX_KEY, index, value)) if telling(index, value) else None


def number(name: str) -> str:
    """An account as it is; a number as dialled from anywhere, also when its plus was left out."""
    value = blind.normalise_handle(name)
    return f"+{value}" if value.isdecimal() and value.startswith(COUNTRY) and len(value) == len("923001234567") else value


def same_in(case: Case, tags: Iterable[Tag], member: Staff) -> dict[Tag, Same]:
    """Of each tag where else it stands. Nothing of a case behind a wall; of other units only that one has it. From a case for
    practice nothing is looked up: what somebody types there must not tell what was reported."""
    wanted = {tag for _kind, tag in tags}
    if not wanted or case.unit.practice:
        return {}
    traces = Trace.objects.filter(tag__in=wanted).exclude(case=case).order_by("-case__opened_at", "pk")
    rows = list(traces.values_list("kind", "tag", "case", "case__ref")[:READ])
    reach = reach_of(member, [Case(pk=pk) for pk in {pk for _kind, _tag, pk, _ref in rows}]) if rows else {}
    found: dict[Tag, dict[str, Reach]] = {}
    for kind, tag, pk, ref in rows:
        found.setdefault((kind, tag), {})[ref] = reach[pk]
    return {tag: told(reaches) for tag, reaches in found.items()}


def told(reaches: Mapping[str, Reach]) -> Same:
    refs = [ref for ref, reach in reaches.items() if reach == Reach.OPEN]
    ways = set(reaches.values())
    return Same(tuple(refs[:SHOWN]), len(refs[SHOWN:]), Reach.KEPT in ways, Reach.UNIT in ways)


def lines(rows: Sequence[Subject], said: Mapping[UUID, Said], same: Mapping[Tag, Same]) -> list[Line]:
    """By kind, people first, and as they were written down."""
    order = list(Kind.values)
    found = [Line(row, said[row.pk], same.get(tag_of(row.kind, said[row.pk].name) or ("", ""), Same())) for row in rows]
    return sorted(found, key=lambda line: order.index(line.subject.kind))


# --- writing ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def add(*, case: Case, row: UUID, kind: str, words: bytes, tag: Tag | None, by: Staff) -> Subject:
    """`words` are sealed under the case key for `row`. Raises todo.NotTheirs."""
    fresh = workable(case, by)
    subject = Subject.objects.create(id=row, case=fresh, kind=kind, words=words, by_id=by.pk, at=timezone.now())
    index(subject, tag)
    record("subject_added", subject=fresh.pk, actor=actor(by), entry=subject.pk, kind=kind)
    return subject


@transaction.atomic
def change(*, subject: Subject, kind: str, words: bytes, tag: Tag | None, by: Staff) -> Subject:
    """Raises todo.NotTheirs."""
    case = workable(subject.case, by)
    subject.kind, subject.words, subject.changed_at = kind, words, timezone.now()
    subject.save(update_fields=["kind", "words", "changed_at"])
    forget(subject, by)
    index(subject, tag)
    record("subject_changed", subject=case.pk, actor=actor(by), entry=subject.pk, kind=kind)
    return subject


@transaction.atomic
def remove(*, subject: Subject, by: Staff) -> None:
    """Raises todo.NotTheirs."""
    case = workable(subject.case, by)
    forget(subject, by)
    record("subject_removed", subject=case.pk, actor=actor(by), entry=subject.pk, kind=subject.kind)
    subject.delete()


def index(subject: Subject, tag: Tag | None) -> None:
    if tag is not None and not subject.case.unit.practice:
        Trace.objects.create(case=subject.case, kind=tag[0], tag=tag[1], subject=subject.pk)
        tie(subject.case, *tag)


def forget(subject: Subject, by: Staff) -> None:
    """Its tag, and the ties that rested on that alone."""
    drop(subject.case, Trace.objects.filter(subject=subject.pk), by)


def drop(case: Case, traces: QuerySet[Trace], by: Staff) -> None:
    """These tags of the case, and the ties that rested on them alone."""
    tags = list(traces.values_list("tag", flat=True))
    if not tags:
        return
    tied = tied_by_name(case) & set(Trace.objects.filter(tag__in=tags).values_list("case", flat=True))
    traces.delete()
    left = Trace.objects.filter(case=case).values("tag")
    still = set(Trace.objects.filter(case__in=tied, tag__in=left).values_list("case", flat=True))
    for other in tied - still:
        unlink_cases(a=case, b=Case(pk=other), because=Link.Because.HANDLE, by=by)


def tied_by_name(case: Case) -> set[UUID]:
    ends = Link.objects.filter(because=Link.Because.HANDLE.value)
    return set(ends.filter(a=case).values_list("b", flat=True)) | set(ends.filter(b=case).values_list("a", flat=True))
