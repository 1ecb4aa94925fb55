"""The log, for auditors: who read this case, what did this person read. It holds ids and codes, so it can be read by who may read
no case; whoever reads it leaves a row in it."""
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.audit import export as exports, presenters, selectors
from cases.audit.models import AuditLink, Checkpoint, Entry
from cases.audit.services import actor, record, record_read
from cases.permissions import Permission, Staff
from cases.selectors import refs_of, walled_off
from cases.triage import cursor, trail_words
from cases.triage.trail_forms import TrailForm
from cases.triage.views.access import member_with

PAGE = 50


@dataclass(frozen=True)
class Line:
    entry: Entry
    who: str
    what: str
    about: str                  # the member it was done to
    target: str                 # what it led to, in words
    subject: str                # what it was done to, if that is no case and has a name
    ref: str                    # of the case
    emergency: bool


@require_safe
@never_cache
def log(request: HttpRequest) -> HttpResponse:
    """Newest first. The form narrows; `before` continues a page."""
    member = member_with(Permission.READ_AUDIT, request)
    return show(request, member, TrailForm(request.GET, member=member))


def show(request: HttpRequest, member: Staff, form: TrailForm, *, status: int = 200) -> HttpResponse:
    found = entries_for(member, form)
    at, pk = cursor.read(request.GET.get("before", "")) or (None, None)
    if at and pk:
        found = selectors.behind(found, at, pk)
    page = list(found[:PAGE + 1]) if form.is_valid() else []
    shown = page[:PAGE]
    record_read("audit_read", subject="audit_log", actor=actor(member), count=len(shown), **form.question)
    context: dict[str, Any] = {
        "lines": lines(shown), "form": form, "params": params(request),
        "more": cursor.write(shown[-1].at, shown[-1].pk) if len(page) > PAGE else "",
        "linked": AuditLink.objects.order_by("-position").first(),
        "checkpoint": Checkpoint.objects.order_by("-position").first(), "most": exports.MOST,
    }
    return render(request, "triage/audit.html", context, status=status)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The same question, as a signed file."""
    member = member_with(Permission.READ_AUDIT, request)
    form = TrailForm(request.POST, member=member)
    if not form.is_valid():
        return show(request, member, form, status=400)
    entries = list(entries_for(member, form)[:exports.MOST + 1])
    if len(entries) > exports.MOST:
        form.add_error("since", form.too_many)
        return show(request, member, form, status=400)
    now = timezone.now()
    packed = exports.pack(entries, by=str(member.pk), at=now, question=form.question)
    record("audit_exported", subject="audit_log", actor=actor(member), count=len(entries), **form.question)
    return HttpResponse(packed, content_type="application/zip", headers={
        "Content-Disposition": f'attachment; filename="audit-{now:%Y%m%d-%H%M%S}.zip"'})


def entries_for(member: Staff, form: TrailForm) -> QuerySet[Entry]:
    """What the form asks for; nothing of a case that does not exist for this auditor."""
    return selectors.trail(**form.asked, hidden=list(walled_off(member).values_list("case_id", flat=True)))


def lines(entries: list[Entry]) -> list[Line]:
    names, refs = presenters.people(entries), refs_of({entry.subject for entry in entries})
    units = trail_words.units_by_id()
    return [Line(entry, names[entry.actor], presenters.sentence(entry), names.get(presenters.about(entry), ""),
                 trail_words.target(entry, units), trail_words.subject(entry, units, names), refs.get(entry.subject, ""),
                 "glass" in entry.details) for entry in entries]


def params(request: HttpRequest) -> str:
    """The question as a query string, for the next page."""
    asked = request.GET.copy()
    asked.pop("before", None)
    return asked.urlencode()
