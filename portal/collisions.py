"""Two people changed the same things at once and the database let only one of them: the other is asked to press again."""
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from portal.middleware import STAFF

CONFLICT = 409
COLLISIONS = {"40P01", "40001"}         # PostgreSQL, appendix A: deadlock detected, serialization failure
BUSY = "database is locked"             # SQLite has one writer
# never written into a page, nor the token, which is new
TYPED_ANEW = {"csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2", "code", "passphrase"}


class Collisions:
    """A page that keeps what was typed and sends it again. Nothing of it was done: the transaction is gone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not (isinstance(error, OperationalError) and collided(error) and request.path.startswith(STAFF)):
            return None
        typed = [(name, value) for name, values in request.POST.lists() for value in values if name not in TYPED_ANEW]
        context = {"typed": typed, "again": request.method == "POST", "csrf_token": get_token(request)}
        return HttpResponse(render_to_string("409.html", context), status=CONFLICT, headers={"Cache-Control": "no-store"})


def collided(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") in COLLISIONS or BUSY in str(error)
