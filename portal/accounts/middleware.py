from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from portal.accounts import waiting
from portal.accounts.sessions import note_use


class StaffOnly(LoginRequiredMiddleware):
    """Sign-in is required unless a view says `login_not_required`; such a view is served without touching the session."""

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
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
