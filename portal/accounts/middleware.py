from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from portal.accounts.sessions import note_use

TYPED = ("text", "reasons", "links", "policy", "signature", "their_reference")        # what would be a pity to lose

class StaffOnly(LoginRequiredMiddleware):
    """Sign-in is required unless a view says `login_not_required`; such a view is served without touching the session."""

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_authenticated:
            note_use(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        """What was typed in a form that is sent after the session ended is shown: a redirect would drop it."""
        typed = [value for name in TYPED if (value := request.POST.get(name, "").strip())]
        if not typed:
            return super().handle_no_permission(request, view_func)
        context = {"typed": typed, "sign_in": resolve_url(self.get_login_url(view_func))}
        return render(request, "accounts/signed_out.html", context, status=401)
