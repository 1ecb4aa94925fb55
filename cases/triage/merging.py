"""What a case page shows of merged reports: who leads, who is led, what their reporters said; and which cases could be merged."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from cases.merging.models import Merging
from cases.merging.selectors import Refusal
from cases.models import UNIT_ONLY, Case, Link, Message
from cases.permissions import Staff
from cases.selectors import cases_for, opened_by
from cases.triage.matches import Reach, reach_of
from cases.triage.reading import Keyring, Text, read_merge_reasons, read_talks
from cases.workflow import Status

LINES = 60                  # of what was said in them, the newest
SHOWN = 25                  # merged reports that are named on the page, and whose messages are opened there; newest last
REFUSALS = {
    Refusal.KEPT: gettext_lazy("You find no case with this reference that you may open."),
    Refusal.SAME: gettext_lazy("This is the case itself."),
    Refusal.UNIT: gettext_lazy("It is another unit’s case. Only cases of one unit are merged."),
    Refusal.CHILD: gettext_lazy("One is about somebody under 18 and the other is not: other rules hold for each, so they "
                                 "stay apart."),
    Refusal.CLOSED: gettext_lazy("One of them is closed. Only open cases are merged."),
    Refusal.MERGED: gettext_lazy("It is merged into another case already."),
    Refusal.LED: gettext_lazy("The one that should lead is itself merged into another case. Merge with that one."),
    Refusal.LEADS: gettext_lazy("It leads other cases. Let it lead here too."),
    Refusal.SPLIT: gettext_lazy("One of them was split, or was split from another case: such cases are not merged. On its own "
                                "page a split can be undone."),
    Refusal.FULL: gettext_lazy("This case leads as many others as one case can."),
}


@dataclass(frozen=True)
class Line:
    """Something said in a merged case, or done to the merging. `kind` is the stylesheet's, as in the timeline."""
    at: datetime
    title: SafeString
    kind: str
    text: Text | None = None
    language: str = ""
    unread: bool = False


@dataclass(frozen=True)
class Led:
    """A report that is merged into the case. `ref`: "" when it is not the reader's to open."""
    case: Case
    ref: str
    new: int                # messages nobody has read


@dataclass(frozen=True)
class Merged:
    """`leading`: what the case is merged into, if it is; `leading_ref`: "" when that is not the reader's to open."""
    leading: Case | None
    leading_ref: str
    led: list[Led]
    more: int
    lines: list[Line]


NOTHING = Merged(None, "", [], 0, [])


def merged_of(case: Case, member: Staff, *, keyring: Keyring | None) -> Merged:
    """One query for a case that has nothing to do with merging; a constant number for one that has."""
    sealed = [f"{side}__{name}" for side in ("case", "into") for name in UNIT_ONLY]
    found = Merging.objects.filter(Q(case=case) | Q(into=case)).select_related("case", "into", "by", "undone_by")
    rows = list(found.defer(*sealed))
    if not rows:
        return NOTHING
    sides = {side.pk: side for row in rows for side in (row.case, row.into) if side.pk != case.pk}
    reach = reach_of(member, sides.values())
    refs = {pk: side.ref for pk, side in sides.items() if reach[pk] == Reach.OPEN}
    led = list(cases_for(member).filter(merged_into=case.pk).order_by("opened_at", "pk").select_related("conversation_key")
               .prefetch_related("conversation_key__wraps").defer("answers", "summary"))
    leading, shown = sides.get(case.merged_into_id), led[-SHOWN:]      # type: ignore[arg-type]   # None is no key of it
    return Merged(leading, refs.get(leading.pk, "") if leading else "", _led(shown, refs), len(led) - len(shown),
                  sorted([*_events(case, rows, refs, member, keyring), *_talk(shown, member, keyring)], key=lambda line: line.at))


def _led(cases: list[Case], refs: dict[UUID, str]) -> list[Led]:
    waiting = Message.objects.filter(case__in=cases, author=Message.Author.REPORTER, read_at=None)
    new = dict(waiting.order_by().values_list("case").annotate(n=Count("pk")))
    return [Led(case, refs.get(case.pk, ""), new.get(case.pk, 0)) for case in cases]


def _events(case: Case, rows: list[Merging], refs: dict[UUID, str], member: Staff, keyring: Keyring | None) -> Iterator[Line]:
    own = [row for row in rows if row.case_id == case.pk]
    reasons = read_merge_reasons(case, own, keyring=keyring, by=member) if own else {}
    for row in rows:
        led = row.case_id == case.pk
        names = {"name": named(row.by), "case": other(refs, row.into_id if led else row.case_id)}
        done = _("{name} merged it into {case}") if led else _("{name} merged {case} into it")
        yield Line(row.at, format_html(done, **names), "priv", reasons.get((row.pk, "merge_reason")))
        if row.undone_at:
            names["name"] = named(row.undone_by or _("The portal"))
            undone = _("{name} took it out of {case}") if led else _("{name} took {case} out of it")
            yield Line(row.undone_at, format_html(undone, **names), "priv", reasons.get((row.pk, "undo_reason")))


def named(member: object) -> SafeString:
    return format_html("<bdi>{}</bdi>", member)


def reference(ref: str) -> SafeString:
    return format_html('<bdi class="ltr" dir="ltr">{}</bdi>', ref)


def other(refs: dict[UUID, str], pk: UUID) -> SafeString | str:
    return reference(refs[pk]) if pk in refs else _("another case")


def _talk(led: list[Case], member: Staff, keyring: Keyring | None) -> Iterator[Line]:
    """What was said in merged cases that the member opens, each line under its reference."""
    doors = opened_by(member, led)
    mine = [case for case in led if case.pk in doors]
    cases = {case.pk: case for case in mine}
    texts = read_talks(mine, LINES, keyring=keyring, by=member) if mine else {}
    talk = Message.objects.filter(case__in=mine).defer("body").select_related("by").order_by("-at")
    for message in talk[:LINES]:
        case, theirs = cases[message.case_id], message.author == Message.Author.REPORTER
        names = {"case": reference(case.ref), "name": named(message.by)}
        title = _("Reporter of {case}") if theirs else _("{name} replied to the reporter of {case}")
        yield Line(message.at, format_html(title, **names), "in" if theirs else "out", texts.get(message.pk), case.language,
                    unread=theirs and message.read_at is None)


def candidates(case: Case, member: Staff) -> list[Case]:
    """Linked cases that could be merged with this one, the oldest first; each that the member opens."""
    ends = Link.objects.filter(Q(a=case) | Q(b=case)).values_list("a", "b")
    ids = {pk for pair in ends for pk in pair} - {case.pk}
    found = list(cases_for(member).filter(pk__in=ids, unit=case.unit_id, child=case.child, merged_into=None, split_of=None,
                                              parts=None).exclude(status=Status.CLOSED.value).order_by("opened_at", "pk")[:SHOWN])
    doors = opened_by(member, found)
    return [each for each in found if each.pk in doors]
