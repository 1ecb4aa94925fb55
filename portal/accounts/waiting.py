"""A form that cannot be taken yet. Its fields wait in the answer itself, in no session, cache or address, until they can be sent.

Three things make a form wait: a proof of who is there (portal.accounts.fresh), a locked vault (portal.accounts.unlocking), and a
sign-in since the page was opened, after which its token is an old one.
"""
import re

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure

CARRIED = "carried-"            # how a field is named while it waits
NEVER_CARRIED = re.compile(r"csrf|password|passphrase|credential|prf|^(code|current)$")
WRITTEN = re.compile(r"(^|-)(text|story|reasons?|links|policy|signature|their_reference)$")        # what would be a pity to lose
Fields = list[tuple[str, str]]


def typed(post: QueryDict) -> Fields:
    """What a form held, without its secrets."""
    return [(name, value) for name, values in post.lists() for value in values if not NEVER_CARRIED.search(name)]


def carried(post: QueryDict) -> Fields:
    """What waited on the page before, by its own names again."""
    return [(name.removeprefix(CARRIED), value) for name, values in post.lists() if name.startswith(CARRIED) for value in values]


def hidden(fields: Fields) -> Fields:
    """The same, as the fields of a page where they wait."""
    return [(CARRIED + name, value) for name, value in fields]


def written(fields: Fields) -> list[str]:
    """The words among them."""
    return [value.strip() for name, value in fields if WRITTEN.search(name) and value.strip()]


def again(request: HttpRequest, wish: str, fields: Fields, *, trouble: str = "", sign_in: str = "",
          status: int = 200) -> HttpResponse:
    """The page that shows what was typed and offers to send it to `wish`, an address of ours; after signing in at `sign_in`."""
    return render(request, "accounts/again.html", {
        "next": wish, "fields": fields, "written": written(fields), "trouble": trouble, "sign_in": sign_in}, status=status)


def old_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with another token than the browser's. From a page of ours (a browser says so, and no other site can) it was opened
    before the member signed in anew, in another tab: then it is offered again, to be sent by hand. Else it is refused."""
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    if not (ours and request.user.is_authenticated and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"):
        return csrf_failure(request, reason=reason)
    trouble = _("You signed in again since this page was opened, so nothing was sent yet. Look at it once more.")
    return again(request, request.get_full_path(), typed(request.POST), trouble=trouble, status=403)
