"""Dangerous acts want a proof that is minutes old: whoever finds a desk unattended must not give themselves a key to it.

    @fresh.required
    def act(request): ...

A form that is sent later than that is kept while the member proves who they are, and then offered for sending again; secrets in
it are typed anew. Where a form asks for much, put it on the view that shows the form as well.
"""
import time
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.accounts import passkeys, waiting
from portal.accounts.forms import ProveForm
from portal.accounts.pages import signed_in, with_next

FRESH = "fresh"                 # in the session: when password and second factor, or a passkey, were last shown (Unix seconds)
LASTS_SECONDS = 600


def stamp(request: HttpRequest) -> None:
    """The member has just given a full proof."""
    request.session[FRESH] = int(time.time())


def is_fresh(request: HttpRequest) -> bool:
    since: int = request.session.get(FRESH, 0)
    return 0 <= int(time.time()) - since < LASTS_SECONDS


def required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask for a proof first, unless there was one within ten minutes; then on to where the member was going."""
    @wraps(view)
    def gate(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        if request.method == "POST":
            fields = waiting.typed(request.POST)
            return ask(request, ProveForm(request, signed_in(request)), request.get_full_path(), fields, status=401)
        return redirect(with_next(reverse("accounts:prove"), request.get_full_path()))
    return gate


def ask(request: HttpRequest, form: ProveForm, wish: str, fields: waiting.Fields, *, status: int = 200,
        trouble: str = "") -> HttpResponse:
    """The page that asks; `fields` are those of a form that waits."""
    where = passkeys.place(request) if signed_in(request).passkeys.exists() else None
    return render(request, "accounts/prove.html", {
        "form": form, "next": wish, "carried": waiting.hidden(fields), "place": where, "trouble": trouble}, status=status)
