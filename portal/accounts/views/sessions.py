"""Where I am signed in, and ending it there."""
from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import sessions
from portal.accounts.pages import signed_in


class LabelForm(forms.Form):
    label = forms.CharField(
        label=_("What do you call this browser?"), required=False, max_length=40,
        help_text=_("For example: office computer. Only you see it. We do not keep from where or with what you signed in."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}))


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    return page(request, LabelForm(initial={"label": request.session.get(sessions.LABEL, "")}))


@require_POST
def name(request: HttpRequest) -> HttpResponse:
    """What the member calls this browser, to know it again in the list. Nothing else tells one from another."""
    form = LabelForm(request.POST)
    if not form.is_valid():
        return page(request, form)
    request.session[sessions.LABEL] = form.cleaned_data["label"]
    return redirect("accounts:sessions")


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """One other session of the member's own. Ending this one is signing out."""
    member, key = signed_in(request), request.POST.get("session", "")
    if not key or key == sessions.own(request) or not sessions.end(member=member, by=member, only=key):
        raise Http404
    return redirect("accounts:sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    sessions.end(member=member, by=member, but=sessions.own(request))
    return redirect("accounts:sessions")


def page(request: HttpRequest, form: LabelForm) -> HttpResponse:
    context = {"sessions": sessions.sessions_of(signed_in(request)), "own": sessions.own(request), "form": form}
    return render(request, "accounts/sessions.html", context)
