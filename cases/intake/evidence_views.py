"""Screenshots, after Send or from the inbox. One file a request: bodies stay small, and what fails takes no other along.

With JavaScript the page sends each file by itself and gets JSON; without, the form posts one and the page comes back. Both say
the number under which a file is sent, so that what is sent twice is kept once.
"""
import logging
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cases.evidence import services
from cases.evidence.models import MOST_FILES
from cases.evidence.services import MOST_BYTES, Refusal
from cases.intake import evidence_ticket as tickets, throttle
from cases.intake.evidence_ticket import Ticket
from cases.intake.evidence_upload import BrokenOff, TooLarge, is_upload, uploaded
from cases.intake.inbox_forms import unsent
from cases.intake.posting import drain, posted
from cases.intake.state import Lost

log = logging.getLogger(__name__)
FILES = throttle.Limit("files", 300, 3600)
ARRIVED, SAME, EXPIRED = "arrived", "same", "expired"
WORDS: dict[str, str | Promise] = {
    ARRIVED: _("Arrived and sealed"),
    SAME: _("You have already sent this file. It is counted once."),
    "none": _("Choose a file first."),
    "kind": _("This is no picture that we can read. Take a screenshot of it and send that, or save it as PNG or JPEG."),
    "large": _("This file is larger than 10 MB. Cut away what nobody needs to see, or take the screenshot again."),
    "empty": _("This file is empty. Choose another copy of it."),
    "full": _("That is five files, the most that this page takes. You can add more from your inbox, with your receipt code."),
    "gone": _("This report takes no more files."),
    "broken": _("The connection broke before this file was here. Nothing else is lost: send this one again."),
    "crowd": _("Very many files came from your network. Please send this one again in an hour."),
    "away": _("We could not be reached. Nothing else is lost: send this one again in a moment."),
    "closed": _("We cannot seal a file just now, so we do not take it. Please send it again later."),
    EXPIRED: _("For your safety this page closes after half an hour. What has arrived is with us; you can add more from your "
               "inbox, with your receipt code."),
}
STATUS = {ARRIVED: 200, SAME: 200, "crowd": 429, "away": 503, "closed": 503}        # the rest: 400
REFUSALS = {Refusal.EMPTY: "empty", Refusal.TOO_BIG: "large", Refusal.NOT_A_PICTURE: "kind", Refusal.NUMBER: "full",
            Refusal.GONE: "gone", Refusal.AWAY: "closed"}
Fields = Mapping[str, str]


@login_not_required
@csrf_exempt                    # no cookie, so no authority to borrow; PublicPages refuses posts from other sites
@require_http_methods(["GET", "HEAD", "POST"])
def files_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" and is_upload(request):
        return take(request)
    fields = posted(request) if request.method == "POST" else {}
    try:
        return page(request, tickets.resume(fields.get("ticket", "")), fields)
    except Lost:
        return closed(request, fields, EXPIRED if "ticket" in fields else "")


def take(request: HttpRequest) -> HttpResponse:
    """One file. Whatever comes of it, the answer says so of this file alone."""
    if throttle.exceeded(FILES, request):
        drain(request)
        return answer(request, "crowd")
    try:
        upload = uploaded(request)
    except TooLarge:
        return answer(request, "large")
    except BrokenOff:
        return answer(request, "broken")
    try:
        ticket = tickets.resume(upload.fields.get("ticket", ""))
    except Lost:
        return answer(request, EXPIRED, upload.fields)
    try:
        outcome, ticket = keep(ticket, upload.content, upload.fields.get("number", ""))
    except (OperationalError, InterfaceError) as error:
        log.error("the database does not answer: %s", type(error).__name__)
        outcome = "away"
    if outcome == ARRIVED:
        throttle.count(FILES, request)
    return answer(request, outcome, upload.fields, ticket)


# --- one file ---------------------------------------------------------------------------------------------------------
def keep(ticket: Ticket, content: bytes | None, number: str) -> tuple[str, Ticket]:
    """What became of the file, and the ticket afterwards. `number` is what the page gave it."""
    if content is None:
        return "none", ticket
    if before := ticket.number_of(content):
        return ARRIVED if str(before) == number else SAME, ticket
    seen, place = tickets.digest(content), chosen(ticket, number)
    if place is None:
        return "full", ticket
    if not tickets.claim(ticket, place, seen):
        return keep(ticket.holding(place), content, "")
    try:
        services.receive(case_id=ticket.case, ticket=ticket.id, number=place, content=content)
    except services.Refused as refused:
        if refused.code != Refusal.AGAIN:
            tickets.unclaim(ticket, place)
            return REFUSALS[refused.code], ticket
    return ARRIVED, ticket.holding(place, seen)


def chosen(ticket: Ticket, number: str) -> int | None:
    """The number that the page gave the file, unless something else went under it; None when all are taken."""
    return next((place for place in ticket.free if str(place) == number), min(ticket.free, default=None))


# --- the answers ------------------------------------------------------------------------------------------------------
def answer(request: HttpRequest, outcome: str, fields: Fields | None = None, ticket: Ticket | None = None) -> HttpResponse:
    """To the script in JSON, with the ticket as it is now; else the page, or what closes it."""
    status = STATUS.get(outcome, 400)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"outcome": outcome, "ticket": tickets.seal(ticket) if ticket else ""}, status=status)
    if ticket is None:
        return closed(request, fields or {}, outcome, status=status)
    return page(request, ticket, fields or {}, outcome, status=status)


def page(request: HttpRequest, ticket: Ticket, fields: Fields, outcome: str = "", *, status: int = 200) -> HttpResponse:
    """Where files are chosen. From the inbox it carries the visit along, unopened, so that there is a way back."""
    return render(request, "intake/files.html", context(ticket, fields) | {
        "arrived": outcome == ARRIVED, "trouble": "" if outcome == ARRIVED else WORDS.get(outcome, "")}, status=status)


def context(ticket: Ticket, fields: Fields) -> dict[str, Any]:
    return {"ticket": tickets.seal(ticket), "sent": sorted(ticket.sent), "free": ticket.free, "most": MOST_FILES,
            "bytes": MOST_BYTES, "words": WORDS, "visit": fields.get("visit", ""), "unsent": unsent(fields)}


def closed(request: HttpRequest, fields: Fields, outcome: str = "", *, status: int = 200) -> HttpResponse:
    """No ticket that holds: says why, and the way to the inbox."""
    return render(request, "intake/files_closed.html", {
        "trouble": WORDS.get(outcome, ""), "visit": fields.get("visit", ""), "unsent": unsent(fields)}, status=status)
