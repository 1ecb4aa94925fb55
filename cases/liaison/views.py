"""The desk of who speaks for a partner body: what was put before it, its answer, one download, the thread, its key. No search and
no count; nothing of another body's or of a case is here."""
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.coordination import seats, selectors, services, threads
from cases.coordination.models import Post, Seat, Shown
from cases.coordination.selectors import seat_of
from cases.escalation import notices
from cases.escalation.channels import letter
from cases.escalation.channels.base import Outgoing
from cases.liaison import reading
from cases.liaison.forms import AnswerForm, PostForm
from cases.referral.words import PART_NAMES, Part
from cases.statistics.scorecard import of_platform
from cases.vault import bodies
from cases.vault.custody import KeyMissing
from cases.vault.keyring import Keyring
from cases.vault.parking import Locked

PAGE, CONFLICT = 20, 409


def seat_for(request: HttpRequest) -> Seat:
    """Whose desk this is; else 403."""
    seat = seat_of(request.user)            # type: ignore[arg-type]   # who is signed in is Staff
    if seat is None:
        raise PermissionDenied
    return seat


def page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1


@require_safe
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, or (`over=1`) what is over: the newest first."""
    seat, number, over = seat_for(request), page_number(request), request.GET.get("over") == "1"
    rows = list(selectors.shown_before(seat.body, answered=over)[(number - 1) * PAGE:number * PAGE + 1])
    score = of_platform(seat.body.platform.slug) if seat.body.platform and not over else None
    return render(request, "liaison/start.html", {
        "seat": seat, "rows": rows[:PAGE], "over": over, "number": number, "score": score,
        "older": number + 1 if len(rows) > PAGE else None})


def item_for(request: HttpRequest, shown: UUID) -> tuple[Seat, Shown]:
    """Of the member's own body; 404 for every other."""
    seat = seat_for(request)
    found = Shown.objects.select_related("body", "case__unit", "escalation__platform", "referral__authority", "key",
                                         "collected__by").prefetch_related("key__wraps")
    return seat, get_object_or_404(found, pk=shown, body=seat.body)


@require_safe
@never_cache
def item(request: HttpRequest, shown: UUID) -> HttpResponse:
    seat, one = item_for(request, shown)
    return show(request, seat, one)


def show(request: HttpRequest, seat: Seat, one: Shown, *, status: int = 200, trouble: str = "",
         form: AnswerForm | None = None) -> HttpResponse:
    """Raises Locked, NotHeld."""
    context: dict[str, Any] = {"seat": seat, "shown": one, "trouble": trouble}
    try:
        opened = reading.read(one, keyring=reading.keyring_of(request), by=seat.member)
    except services.Over:
        return render(request, "liaison/item.html", context | {"over": True}, status=status)
    if opened.notice:
        context["body"] = notices.render(opened.notice, office=settings.OFFICE[opened.language],
                                         contact=settings.NOTICE_FROM_EMAIL, language=opened.language)
    parts = [PART_NAMES[Part(part)] for part in one.referral.parts] if one.referral else []
    return render(request, "liaison/item.html", context | {
        "language": opened.language, "parts": parts, "form": form or AnswerForm(one)}, status=status)


@require_POST
def answer(request: HttpRequest, shown: UUID) -> HttpResponse:
    seat, one = item_for(request, shown)
    form = AnswerForm(one, request.POST)
    if not form.is_valid():
        return show(request, seat, one, status=400, form=form)
    try:
        services.answer(shown=one, outcome=form.cleaned_data["outcome"], reason=form.cleaned_data.get("reason", ""),
                        by=seat.member)
        messages.success(request, _("Your answer was passed on."))
    except services.Over:
        messages.warning(request, _("This is not before you any more, or was answered already."))
    return redirect("liaison:item", one.pk)


@require_POST
@never_cache
def download(request: HttpRequest, shown: UUID) -> HttpResponse:
    """Once for the whole body: the notice as a letter, or the package as it was sealed."""
    seat, one = item_for(request, shown)
    try:
        name, content = file_of(one, reading.read(one, keyring=reading.keyring_of(request), by=seat.member))
        services.collect(shown=one, sha256=sha256(content).hexdigest(), by=seat.member)
    except services.AlreadyCollected:
        _seat, again = item_for(request, shown)
        said = _("It was downloaded already. There is one download for all of you.")
        return show(request, seat, again, status=CONFLICT, trouble=said)
    except services.Over:
        return show(request, seat, one, status=CONFLICT)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def file_of(one: Shown, opened: reading.Item) -> tuple[str, bytes]:
    """Raises AlreadyCollected where the package has gone with its download."""
    if opened.notice is None:
        if not opened.package:
            raise services.AlreadyCollected(one.collected)
        return opened.name, opened.package
    outgoing = Outgoing(opened.notice, "", opened.language, key=one.pk.hex, at=one.at, recipient=str(one.body))
    return letter.file_name(outgoing), letter.pdf(outgoing)


# --- policy -----------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def thread(request: HttpRequest) -> HttpResponse:
    """Shared by all who speak for the body, with the office."""
    seat, number = seat_for(request), page_number(request)
    form = PostForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        threads.post(body=seat.body, text=form.cleaned_data["text"], by=seat.member)
        return redirect("liaison:thread")
    return render(request, "liaison/thread.html", {"seat": seat, "form": form, **page_of_posts(seat.body_id, number)},
                  status=400 if form.errors else 200)


def page_of_posts(body: UUID, number: int) -> dict[str, Any]:
    rows = list(Post.objects.filter(body=body).select_related("by")[(number - 1) * PAGE:number * PAGE + 1])
    return {"posts": rows[:PAGE], "older": number + 1 if len(rows) > PAGE else None}


# --- the body's key ---------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """Who of the body lacks its key, and what is owed since somebody left. `act`: hand, renew."""
    seat = seat_for(request)
    if request.method == "POST":
        keyring = reading.keyring_of(request)
        if keyring is None:
            raise Locked
        act_on_keys(request, seat, keyring)
        return redirect("liaison:keys")
    newest = bodies.newest(seat.body_id)
    waiting = selectors.keyless(seat.body)
    others = [each for each in waiting if each.colleague.pk != seat.member_id]
    return render(request, "liaison/keys.html", {
        "seat": seat, "waiting": others, "held": others == waiting, "open": bodies.is_open(seat.body_id),
        "signed": reading.fingerprint_of(reading.keyring_of(request), seat.body_id),
        "mine": selectors.own_fingerprint(seat), "owed": newest.rotate_since if newest else None})


def act_on_keys(request: HttpRequest, seat: Seat, keyring: Keyring) -> None:
    """Raises NotHeld."""
    act = request.POST.get("act")
    if act == "renew":
        return seats.renew_key(body=seat.body, keyring=keyring, by=seat.member)
    waiting = {str(each.colleague.pk): each for each in selectors.keyless(seat.body)}
    colleague = waiting.get(request.POST.get("member", ""))
    if act != "hand" or colleague is None:
        raise Http404
    try:
        seats.hand_key(body=seat.body, colleague=colleague.colleague, keyring=keyring, by=seat.member,
                       seen=request.POST.get("fingerprint", ""))
    except KeyMissing:
        messages.warning(request, _("This changed while you were looking. What is left to do stands below."))
    return None
