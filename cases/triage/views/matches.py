"""Matches: undoing one, asking another unit about one, and being asked."""
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.hashing import undoing
from cases.hashing.models import Match
from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.selectors import opens
from cases.triage import asking, consulting, reading
from cases.triage.match_forms import AnswerForm, AskForm, UndoForm
from cases.triage.matches import match_of, nearness
from cases.triage.models import Question
from cases.triage.services import add_note
from cases.triage.views.access import member_with, open_case_for
from cases.vault.signing import KeyMissing

CONFLICT = 409
SHOWN = 50                  # answered questions
BOTH = ["GET", "HEAD", "POST"]


# --- one match --------------------------------------------------------------------------------------------------------
@require_http_methods(BOTH)
@never_cache
def match(request: HttpRequest, ref: str, number: int, other: str, their: int) -> HttpResponse:
    """Two pictures, and whether they are the same. There only for who opens both cases."""
    permission = Permission.WORK_CASES if request.method == "POST" else Permission.READ_CASES
    case, member = open_case_for(request, ref, permission), member_with(permission, request)
    found = match_of(case, number, other.upper(), their, member)
    if found is None:
        raise Http404
    if request.method != "POST":
        return match_page(request, case, found, member, UndoForm())
    act = request.POST.get("act")
    if act == "undo":
        form = UndoForm(request.POST)
        if not form.is_valid():
            return match_page(request, case, found, member, form, status=400)
        undo(request, case, found, member, form)
    elif act in {"agree", "restore"}:
        try:
            (undoing.agree if act == "agree" else undoing.restore)(match=found, by=member)
        except (undoing.NotYours, undoing.NotAnother) as error:
            raise PermissionDenied from error
    else:
        return match_page(request, case, found, member, UndoForm(), status=400)
    return redirect(request.path)


@transaction.atomic
def undo(request: HttpRequest, case: Case, found: Match, member: Staff, form: UndoForm) -> None:
    """A second press writes no second note."""
    try:                        # first: it takes turns, and a row that is added to the case would hold up whoever has the turn
        undoing.undo(match=found, why=Match.Why(form.cleaned_data["why"]), by=member)
    except undoing.NotYours as error:
        raise PermissionDenied from error
    if found.undone_at is None and form.cleaned_data["note"]:
        note_id, body = reading.seal_note(case, form.cleaned_data["note"], keyring=reading.keyring_of(request))
        add_note(case=case, note_id=note_id, body=body, by=member)


def match_page(request: HttpRequest, case: Case, found: Match, member: Staff, form: UndoForm, *,
               status: int = 200) -> HttpResponse:
    own, other = (found.a, found.b) if found.a.case_id == case.pk else (found.b, found.a)
    waits = undoing.needs_a_second(found)
    context = {
        "case": case, "match": found, "own": own, "other": other, "nearness": nearness(found.distance), "waits": waits,
        "may_agree": waits and may(member, Permission.SUPERVISE) and found.undone_by_id != member.pk,
        "may_work": may(member, Permission.WORK_CASES), "form": form,
    }
    return render(request, "triage/match.html", context, status=status)


# --- asking and being asked -------------------------------------------------------------------------------------------
@require_http_methods(BOTH)
@never_cache
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """A question to whoever holds a match that this member may not see."""
    case, member = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    if request.method != "POST":
        return ask_page(request, case, AskForm())
    form = AskForm(request.POST)
    if not form.is_valid():
        return ask_page(request, case, form, status=400)
    try:
        asking.ask(case=case, reason=form.cleaned_data["reason"], by=member)
    except asking.NotYours as error:
        raise PermissionDenied from error
    except asking.NothingToAsk:
        form.add_error(None, _("Nobody else holds a match any more: there is nobody to ask."))
        return ask_page(request, case, form, status=CONFLICT)
    except KeyMissing:
        form.add_error(None, _("Nobody could be asked: a unit has no key that can be trusted yet."))
        return ask_page(request, case, form, status=CONFLICT)
    messages.success(request, _("Asked. You are told when they answer."))       # also for a second press: each is asked once
    return redirect("triage:case", case.ref)


def ask_page(request: HttpRequest, case: Case, form: forms.Form, *, status: int = 200) -> HttpResponse:
    return render(request, "triage/ask.html", {"case": case, "form": form}, status=status)


@require_safe
@never_cache
def questions(request: HttpRequest) -> HttpResponse:
    """What other units ask about cases that the member opens."""
    member = member_with(Permission.READ_CASES, request)
    return render(request, "triage/questions.html", {
        "consults": consulting.consults_for(member).defer(*consulting.SEALED),
        "waiting": asking.waiting_for(member), "answered": asking.answered_for(member, most=SHOWN)})


@require_http_methods(BOTH)
@never_cache
def question(request: HttpRequest, pk: UUID) -> HttpResponse:
    permission = Permission.WORK_CASES if request.method == "POST" else Permission.READ_CASES
    member = member_with(permission, request)
    row = get_object_or_404(asking.visible(member).select_related("key").prefetch_related("key__wraps"), pk=pk)
    if not opens(member, row.about):
        raise PermissionDenied
    if request.method != "POST":
        return question_page(request, row, AnswerForm(), member)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return question_page(request, row, form, member, status=400)
    try:
        asking.answer(question=row, answer=Question.Answer(form.cleaned_data["answer"]), by=member)
    except asking.NotYours as error:
        raise PermissionDenied from error
    return redirect("triage:question", row.pk)


def question_page(request: HttpRequest, row: Question, form: AnswerForm, member: Staff, *, status: int = 200) -> HttpResponse:
    keyring = reading.keyring_of(request)
    reason = reading.read_question(row, keyring=keyring, by=member)
    return render(request, "triage/question.html", {
        "question": row, "reason": reason, "form": form, "locked": keyring is None,
        "may_work": may(member, Permission.WORK_CASES)}, status=status)
