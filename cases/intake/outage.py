"""While the database does not answer, what a page carried comes back in a page that sends it again. Nothing typed is lost."""
import logging
from collections.abc import Callable
from functools import wraps

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.intake.posting import posted

log = logging.getLogger(__name__)
View = Callable[[HttpRequest], HttpResponse]


def survives_outage(view: View) -> View:
    """Gone, restarting, its disk full: answer 503 with the same fields, hidden, and a button. Sending twice opens one case."""
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except (OperationalError, InterfaceError) as error:
            log.error("the database does not answer: %s", type(error).__name__)     # its words could quote a row
            fields = posted(request) if request.method == "POST" else {}
            pairs = [(name, value) for name in fields for value in fields.getlist(name)] if fields else []
            return render(request, "intake/outage.html", {"fields": pairs}, status=503)
    return wrapped
