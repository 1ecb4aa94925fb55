"""The log, for auditors: who did what and who read what. It holds ids and codes, so it can be read by who may read no case."""
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.audit import presenters
from cases.audit.models import AuditLink, Checkpoint, Entry
from cases.audit.services import actor, record_read
from cases.permissions import Permission
from cases.triage.views.access import member_with

PAGE = 50


@dataclass(frozen=True)
class Line:
    entry: Entry
    who: str
    what: str


@require_safe
@never_cache
def log(request: HttpRequest) -> HttpResponse:
    """Newest first. `subject` narrows to one case, key or unit; `before` continues a page."""
    member = member_with(Permission.READ_AUDIT, request)
    subject, entries = request.GET.get("subject", "").strip()[:64], Entry.objects.order_by("-at", "-id")
    if subject:
        entries = entries.filter(subject=subject)
    if before := moment(request.GET.get("before", "")):
        entries = entries.filter(at__lt=before)
    page = list(entries[:PAGE + 1])
    shown, names = page[:PAGE], presenters.actors(page[:PAGE])
    record_read("audit_read", subject="audit_log", actor=actor(member), count=len(shown))
    context = {
        "lines": [Line(entry, names[entry.actor], presenters.sentence(entry)) for entry in shown], "subject": subject,
        "more": shown[-1] if len(page) > PAGE else None, "linked": AuditLink.objects.order_by("-position").first(),
        "checkpoint": Checkpoint.objects.order_by("-position").first(),
    }
    return render(request, "triage/audit.html", context)


def moment(text: str) -> datetime | None:
    """An aware time, or None for anything else: an odd address shows the newest page."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
