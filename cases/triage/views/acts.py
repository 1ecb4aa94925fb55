"""What staff do on a case page: fetch with permission, form, one service call, back to the page. A refused act loses nothing
typed; parking.Locked and NotHeld are for the portal to answer (portal.accounts.unlocking).

The blind-index tags of links and handles are written here, with the first act on a case (take, give, move), and so is the
language that it is written in; not when the page is read: a GET writes nothing but its audit row, and whoever acts can open the
answers.
"""
from collections.abc import Callable
from functools import wraps
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.conversation.selectors import untagged
from cases.models import Case
from cases.permissions import Permission, Staff
from cases.selectors import opens
from cases.services import Stale, WomanAsked
from cases.triage import closing, correcting, drafts, mentions, reading, services
from cases.triage.asks import links_in
from cases.triage.forms import ActForm, HandForm, MoveForm, NoteForm, PriorityForm
from cases.triage.neighbours import stay_in_list
from cases.triage.staff_words import seal_closing
from cases.triage.views.access import case_for, member_with
from cases.triage.views.case import show
from cases.triage.written import detect
from cases.workflow import Status, TransitionRefused

DONE = 302              # back to the page
CONFLICT = 409          # RFC 9110, 15.5.10: the page is older than the case
Act = Callable[[HttpRequest, Case, Staff], HttpResponse]


def act(view: Act) -> Callable[[HttpRequest, str], HttpResponse]:
    """A POST on one case by a member who may work it."""
    @require_POST
    @wraps(view)
    def wrapped(request: HttpRequest, ref: str) -> HttpResponse:
        case, member = case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
        notice_language(request, case, member)
        return stay_in_list(request, case, view(request, case, member))
    return wrapped


def open_act(name: str, form: type[ActForm]) -> Callable[[Act], Callable[[HttpRequest, str], HttpResponse]]:
    """An act that needs the case's words: while they are kept for others, what was typed into `name` comes back, undone."""
    def decorate(view: Act) -> Callable[[HttpRequest, str], HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
            if not opens(member, case):
                return show(request, case, status=CONFLICT, trouble="withheld", **{name: form(case, request.POST)})
            answer = view(request, case, member)
            if answer.status_code == DONE:
                tag_links(request, case, member)
            return answer
        return act(checked)
    return decorate


def back(case: Case, part: str = "") -> HttpResponse:
    return redirect(redirect("triage:case", case.ref).headers["Location"] + (f"#{part}" if part else ""))


def traces(request: HttpRequest, case: Case, member: Staff) -> list[services.Tag]:
    """The tags to remember for this case; none while locked, or when it has its tags already."""
    if case.traces.filter(subject=None).exists():
        return []
    return sorted({(kind, tag) for (kind, _typed), tag in reading.tags(answers_of(request, case, member)).items()})


def answers_of(request: HttpRequest, case: Case, member: Staff) -> reading.Answers:
    """Opened once a request; empty while they cannot be."""
    opened: dict[UUID, reading.Answers] = request.__dict__.setdefault("answers", {})
    if case.pk not in opened:
        opened[case.pk] = reading.read_answers(case, keyring=reading.keyring_of(request), by=member)
    return opened[case.pk]


def notice_language(request: HttpRequest, case: Case, member: Staff) -> None:
    """Of a case that nobody has opened and worked on before; what cannot be opened stays unknown."""
    if case.written_in == "" and (answers := answers_of(request, case, member)) != reading.Answers():
        services.note_language(case=case, written_in=detect(answers.story).value, by=None)


def tag_links(request: HttpRequest, case: Case, member: Staff) -> None:
    """The same for links that the reporter sent since: whoever does something with the case has read them."""
    if not untagged(case).exists():
        return
    texts = reading.read_links(case, keyring=reading.keyring_of(request), by=member, untagged=True)
    told = [pk for pk, text in texts.items() if text.state != reading.State.LOCKED]
    links = [link for text in texts.values() for link in links_in(text)]
    tags = {(kind, tag) for (kind, _typed), tag in reading.tags(reading.Answers(), also=links).items()}
    own = traces(request, case, member)         # before those of the links: afterwards the case would seem to have its own
    services.tag_links(case=case, asks=told, traces=sorted({*own, *tags}))


@act
def hand(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    """Take it, give it to a colleague, or put it back. `me` is the "Take" button."""
    data = request.POST.copy()
    if "me" in data:
        data["to"] = str(member.pk)
    form = HandForm(case, data)
    if not form.is_valid():
        return show(request, case, status=400, hand=form)
    try:
        services.hand(case=case, to=form.member, by=member, traces=traces(request, case, member),
                      despite_wish=form.cleaned_data["despite_wish"], version=form.cleaned_data["version"])
    except Stale:
        return show(request, case_for(request, case.ref), status=CONFLICT, trouble="stale", hand=form)
    except WomanAsked:
        return show(request, case, status=CONFLICT, trouble="woman", hand=form)
    except services.NotYours as error:
        raise PermissionDenied from error
    return back(case)


@open_act("priority", PriorityForm)
def priority(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    form = PriorityForm(case, request.POST)
    if not form.is_valid():
        return show(request, case, status=400, priority=form)
    row = uuid4()
    reason = reading.seal_reason(case, form.cleaned_data["reason"], name="correction", record=row,
                                 keyring=reading.keyring_of(request))
    try:
        correcting.override(case=case, level=form.cleaned_data["level"], row=row, reason=reason, by=member,
                            version=form.cleaned_data["version"])
    except Stale:
        return show(request, case_for(request, case.ref), status=CONFLICT, trouble="stale", priority=form)
    return back(case)


@open_act("move", MoveForm)
def move(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    form = MoveForm(case, request.POST)
    if not form.is_valid():
        stale = form.cleaned_data.get("version") != case.version        # its choices were those of another status
        return show(request, case, status=CONFLICT if stale else 400, trouble="stale" if stale else "", move=form)
    try:
        return back(case, carry_out(request, case, member, form))
    except services.NotAgreed:
        form.add_error("move", _("The reporter has not agreed to this. Write and ask first."))
        return show(request, case, status=CONFLICT, move=form)
    except (Stale, TransitionRefused):
        return show(request, case_for(request, case.ref), status=CONFLICT, trouble="stale", move=form)


def carry_out(request: HttpRequest, case: Case, member: Staff, form: MoveForm) -> str:
    """Move it; or ask a second person; or open it again. Returns the part of the page to go back to."""
    keyring, version, why = reading.keyring_of(request), form.cleaned_data["version"], form.cleaned_data["reason"]
    if services.needs_second(case, form.chosen):
        row, reason = seal_closing(case, why, keyring=keyring)
        closing.ask(case=case, choice=form.chosen, closing_id=row, reason=reason, by=member, version=version)
        return "closing"
    if case.status == Status.CLOSED:
        row, body = reading.seal_note(case, why, keyring=keyring)
        closing.open_again(case=case, note_id=row, body=body, by=member, version=version)
        return ""
    services.move(case=case, choice=form.chosen, by=member, traces=traces(request, case, member), version=version, **form.details)
    return ""


@open_act("note", NoteForm)
def note(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    form = NoteForm(case, request.POST)
    if not form.is_valid():
        return show(request, case, status=400, note=form)
    note_id, body = reading.seal_note(case, form.cleaned_data["text"], keyring=reading.keyring_of(request))
    mentions.note(case=case, note_id=note_id, body=body, named=form.named, by=member)
    drafts.drop(case=case, member=member, form="note")
    return back(case, "write")


@act
def read(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    if not opens(member, case):
        raise PermissionDenied
    services.read(case=case, by=member)
    tag_links(request, case, member)
    return back(case)
