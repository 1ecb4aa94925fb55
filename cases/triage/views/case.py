"""The case page."""
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases import urgency
from cases.conversation.silence import silence
from cases.escalation.models import Escalation
from cases.models import BreakGlass, Case
from cases.permissions import Permission, may
from cases.referral.selectors import referrals_of
from cases.selectors import opened_by
from cases.triage import consulting, drafts, next_steps, reading, reminding, selectors, services, splitting, subjects, todo
from cases.triage.asking import ASKABLE, asked_by, questions_about
from cases.triage.asks import AskForm, lines
from cases.triage.closing_forms import asked_to_close
from cases.triage.evidence import files_of
from cases.triage.explaining import also_fire
from cases.triage.forms import ActForm, HandForm, MoveForm, NoteForm, PriorityForm, TaskForm, WriteForm
from cases.triage.label_forms import labels_on
from cases.triage.lists import known_elsewhere
from cases.triage.matches import pictures, reasons
from cases.triage.merging import NOTHING, merged_of
from cases.triage.neighbours import neighbours
from cases.triage.offering import offers
from cases.triage.remind_forms import RemindForm
from cases.triage.staff_words import read_reminders, read_subjects
from cases.triage.subject_forms import SubjectForm
from cases.triage.timeline import since, timeline
from cases.triage.views.access import case_for, member_with

__all__ = ["case", "case_for", "show"]

FORMS: dict[str, type[ActForm]] = {"hand": HandForm, "priority": PriorityForm, "move": MoveForm, "write": WriteForm,
                                   "note": NoteForm, "asks": AskForm, "task": TaskForm, "remind": RemindForm,
                                   "subject": SubjectForm}


@require_safe
@never_cache
def case(request: HttpRequest, ref: str) -> HttpResponse:
    return show(request, case_for(request, ref))


def show(request: HttpRequest, case: Case, *, status: int = 200, trouble: str = "", **forms: Form) -> HttpResponse:
    """The page of a case. After a refused act `forms` holds what was typed and `trouble` says why: "stale", "woman",
    "withheld"."""
    member, keyring = member_with(Permission.READ_CASES, request), reading.keyring_of(request)
    doors, book = opened_by(member, [case]), urgency.book()
    names, tasks = selectors.platform_names(), todo.tasks_of(case)
    platforms, notices = names[get_language() or case.language], escalations_of(case)
    chased = next_steps.chased([case])
    page = timeline(case, member, platforms, withheld=case.pk not in doors, who=request.GET.get("who", ""),
                    before=request.GET.get("before", ""))
    opened = reading.read_case(case, keyring=keyring, by=member, messages=page.messages, notes=page.notes, tasks=tasks,
                               corrections=page.corrections)
    page, asks = page.worded(opened), lines(case, opened, platforms)
    kept = drafts.of_page(case, member, keyring=keyring)
    later = [link for line in reversed(asks) for link in line.links]
    tags = reading.tags(opened.answers, also=later)
    people = list(case.subjects.all())
    named = read_subjects(case, people, keyring=keyring, by=member)
    also = [tag for row in people if (tag := subjects.tag_of(row.kind, named[row.pk].name))]
    same = subjects.same_in(case, [*((kind, tag) for (kind, _typed), tag in tags.items()), *also], member)
    seen = pictures(case, member, withheld=case.pk not in doors)
    merged = merged_of(case, member, keyring=keyring) if case.pk in doors else NOTHING
    context: dict[str, Any] = {
        "case": case, "why": reasons([case], member, book)[case.pk], "also": also_fire(case, book),
        "opened": opened, "locked": keyring is None, "trouble": trouble,
        "platforms": [platforms.get(slug, slug) for slug in case.platforms],
        "timeline": page, "news": since(page.events, loaded_at(forms)), "merged": merged, "consents": consent_lines(case, opened),
        "links": with_same("url", tuple(dict.fromkeys([*opened.answers.links, *later])), tags, same),
        "handles": with_same("handle", opened.answers.handles, tags, same),
        "people": subjects.lines(people, named, same), "held_elsewhere": any(each.kept or each.other for each in same.values()),
        "pictures": seen, "elsewhere": known_elsewhere(case),
        "linked": selectors.linked(case, member) if case.pk in doors else [],
        "asked": asked_by(case, member), "questions": questions_about(case, member) if case.pk in doors else [],
        "referrals": referrals_of(case),
        "files": files_of(case, member), "consults": consulting.of_case(case) if case.pk in doors else [],
        "escalations": notices, "steps": [(each, each.words(platforms)) for each in chased.advice.get(case.pk, [])],
        "asks": asks, "silence": silence(case),
        "todo": todo.lines_of([case], member, platforms, chased)[case.pk], "own": todo.owned(tasks, opened.tasks),
        "may_ask": may(member, Permission.WORK_CASES) and (any(each.kept or each.other for each in same.values()) or any(
            finding.reach in ASKABLE for each in seen for finding in each.findings)),
        "withheld": case.pk not in doors, "glass": BreakGlass.objects.filter(pk=doors.get(case.pk)).first(),
        "may_escalate": may(member, Permission.ESCALATE) and case.pk in doors,
        "may_hand": services.may_hand(case, member), "supervises": may(member, Permission.SUPERVISE),
        "mine": case.assignee_id == member.pk,
        "replies": offers(case, get_language() or case.language, escalations=notices, names=names),
        "now": f"{timezone.now().timestamp():.3f}",
        "near": neighbours(request, member),
        "refused": [form for form in forms.values() if form.is_bound and form.errors],
        **{f"{name}_form": forms.get(name) or drafts.begun(form(case), kept.get(name)) for name, form in FORMS.items()},
        **labels_on(case, forms),
        "splits": splitting.lines_of(case, member, keyring=keyring) if case.pk in doors else [],
        "reminders": read_reminders(case, reminding.standing(case, member), keyring=keyring, by=member),
        **asked_to_close(case, member, keyring, forms), "drafts": kept, "own_words": drafts.beside(kept, forms),
    }
    return render(request, "triage/case.html", context, status=status)


def with_same(kind: str, typed: tuple[str, ...], tags: Mapping[tuple[str, str], str],
              same: Mapping[services.Tag, subjects.Same]) -> list[tuple[str, subjects.Same]]:
    """Links or handles as typed, each with where else it is named."""
    return [(value, same.get((kind, tags.get((kind, value), "")), subjects.Same())) for value in typed]


def consent_lines(case: Case, opened: reading.Opened) -> list[tuple[selectors.ConsentLine, reading.Text | None]]:
    """Each act, its newest answer, and the words typed with it."""
    return [(line, opened.assents.get(line.newest.pk) if line.newest else None) for line in selectors.consents(case)]


def escalations_of(case: Case) -> list[Escalation]:
    """Oldest first."""
    rows = Escalation.objects.filter(case=case).select_related("platform", "channel").prefetch_related("attempts")
    return list(rows.order_by("requested_at"))


def loaded_at(forms: Mapping[str, Form]) -> datetime | None:
    """When the page of a refused form was made: whatever is newer, its author has not seen."""
    for form in forms.values():
        form.is_valid()                                     # fills cleaned_data, whatever it says
        if loaded := form.cleaned_data.get("loaded"):
            return datetime.fromtimestamp(loaded, UTC)
    return None
