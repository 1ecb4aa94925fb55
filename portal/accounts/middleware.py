from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from portal.accounts import waiting
from portal.accounts.sessions import note_use

# Who speaks for a partner body has a desk of their own and an account. Every other page of the house says 403 to them, also one
# that is written tomorrow.
OWN_ACCOUNT = {"add_passkey", "attach_passkey", "challenge", "disconnect", "end_other_sessions", "end_session", "home",
               "language", "lock", "name_session", "passkeys", "passphrase", "passphrase_lost", "password", "prove",
               "recovery_codes", "remove_passkey", "sessions", "sign_out", "single_sign_on", "single_sign_on_back",
               "single_sign_on_enter", "unlock", "vault_state"}
FOR_LIAISONS = {f"accounts:{name}" for name in OWN_ACCOUNT} | {"language"} | {
    f"liaison:{name}" for name in ("start", "item", "answer", "download_once", "thread", "keys")}


def may_enter(request: HttpRequest) -> bool:
    """Whether the page is one of those that this member's role may ask for at all."""
    speaks = getattr(request.user, "speaks_for_body", False)
    return not speaks or bool(request.resolver_match and request.resolver_match.view_name in FOR_LIAISONS)


class StaffOnly(LoginRequiredMiddleware):
    """Sign-in is required unless a view says `login_not_required`; such a view is served without touching the session."""

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_authenticated and not may_enter(request):
            raise PermissionDenied
        looks = request.method == "GET" and getattr(view_func, "only_looks", False)     # a page asks by itself: nobody is there
        if request.user.is_authenticated and not looks:
            note_use(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        """A form that is sent after the session ended waits: a redirect would drop it."""
        fields = waiting.typed(request.POST)
        if not waiting.written(fields):
            return super().handle_no_permission(request, view_func)
        return waiting.again(request, request.get_full_path(), fields, status=401,
                             sign_in=resolve_url(self.get_login_url(view_func)),
                             trouble=_("You are signed out. Sign in, come back to this page and send it."))
