"""Administrators keep people here: who works at the desk, as what and where. No case is read or named."""
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.vault.custody import KeyMissing
from portal.accounts import fresh, oidc, people, sessions
from portal.accounts.models import Invitation, User
from portal.accounts.pages import administrator
from portal.accounts.people_forms import MAIL, InviteForm, PlaceForm, SearchForm, StartOverForm
from portal.accounts.selectors import holds_alone
from portal.accounts.services import LastHolder

PAGE = 50


@require_safe
@never_cache
def everybody(request: HttpRequest) -> HttpResponse:
    """`q`, `role`, `unit` and `left` narrow the list; `page` turns it."""
    administrator(request)
    search = SearchForm(request.GET or None)
    wanted = search.wanted() if search.is_bound else {}
    page = Paginator(people.search(**wanted), PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return render(request, "accounts/people.html", {
        "people": people.described(page.object_list), "page": page, "search": search, "query": query.urlencode()})


@never_cache
@fresh.required
def invite(request: HttpRequest) -> HttpResponse:
    by, form = administrator(request), InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            member, link = people.invite(email=data["email"], name=data["name"], language=data["language"], by=by,
                                         mail=data["way"] == MAIL, **form.place())
            return onward(request, member, link)
        except KeyMissing:
            form.add_error("way", no_mail())
    return render(request, "accounts/people_invite.html", {"form": form})


@require_safe
@never_cache
def person(request: HttpRequest, member: UUID) -> HttpResponse:
    administrator(request)
    return page_of(request, found(member))


@require_POST
@fresh.required
def change(request: HttpRequest, member: UUID) -> HttpResponse:
    by, colleague, form = administrator(request), found(member), PlaceForm(request.POST)
    if form.is_valid():
        try:
            people.change(member=colleague, by=by, **form.place())
            return redirect("accounts:person", colleague.pk)
        except people.OwnAccount:
            form.add_error(None, own_account())
        except LastHolder as error:
            form.add_error("units", last_holder(error))
    return page_of(request, colleague, place=form, form=form)


@require_POST
@fresh.required
def begin_again(request: HttpRequest, member: UUID) -> HttpResponse:
    """A lost password or telephone, perhaps a lost passphrase; or a first link that nobody used in time."""
    by, colleague, form = administrator(request), found(member), StartOverForm(request.POST)
    if form.is_valid() and colleague.is_active:
        try:
            return onward(request, colleague, people.start_over(
                member=colleague, by=by, vault=form.cleaned_data["vault"], mail=form.cleaned_data["way"] == MAIL))
        except people.OwnAccount:
            form.add_error(None, own_account())
        except LastHolder as error:
            form.add_error("vault", last_holder(error))
        except KeyMissing:
            form.add_error("way", no_mail())
    return page_of(request, colleague, again=form, form=form)


@require_POST
@fresh.required
def switch(request: HttpRequest, member: UUID) -> HttpResponse:
    """Off or on again: `active` is 0 or 1."""
    by, colleague, form = administrator(request), found(member), forms.Form(request.POST)
    form.is_valid()
    try:
        act = {"0": people.deactivate, "1": people.reactivate}.get(request.POST.get("active", ""))
        if act is None:
            raise Http404
        act(member=colleague, by=by)
    except people.OwnAccount:
        form.add_error(None, own_account())
        return page_of(request, colleague, form=form)
    return redirect("accounts:person", colleague.pk)


@require_POST
@fresh.required
def disconnect(request: HttpRequest, member: UUID) -> HttpResponse:
    """For a member whose account at the ministry's single sign-on is in other hands."""
    by, colleague, form = administrator(request), found(member), forms.Form(request.POST)
    form.is_valid()
    try:
        oidc.unbind(member=colleague, by=by)
    except oidc.NoOtherWay:
        form.add_error(None, _("They could not sign in any more. Give them a new start instead."))
        return page_of(request, colleague, form=form)
    return redirect("accounts:person", colleague.pk)


@require_POST
def end_sessions(request: HttpRequest, member: UUID) -> HttpResponse:
    by, colleague = administrator(request), found(member)
    sessions.end(member=colleague, by=by)
    return redirect("accounts:person", colleague.pk)


# --- the page ---------------------------------------------------------------------------------------------------------
def found(member: UUID) -> User:
    return get_object_or_404(User, pk=member)


def page_of(request: HttpRequest, colleague: User, *, place: PlaceForm | None = None, again: StartOverForm | None = None,
            form: forms.Form | None = None) -> HttpResponse:
    """`form` is the one that was refused, for the summary of what is wrong."""
    described = people.described([colleague])[0]
    standing = colleague.memberships.all()
    place = place or PlaceForm(initial={
        "role": colleague.role, "units": [unit.code for unit in described.units if not unit.practice],
        "body": getattr(getattr(colleague, "seat", None), "body", None) and colleague.seat.body.slug,
        "practice": any(unit.practice for unit in described.units),
        "is_woman": any(each.is_woman for each in standing), "on_duty": any(each.on_duty for each in standing)})
    context = {
        "person": described, "place": place, "again": again or StartOverForm(), "form": form, "alone": holds_alone(colleague),
        "own": colleague.pk == administrator(request).pk, "sessions": sessions.sessions_of(colleague).count(),
        "invited": Invitation.objects.filter(member=colleague).first(),
    }
    return render(request, "accounts/person.html", context)


def onward(request: HttpRequest, member: User, link: str) -> HttpResponse:
    """The link, once, if it is to be handed over; else the person's page."""
    if not link:
        return redirect("accounts:person", member.pk)
    return render(request, "accounts/people_link.html", {"member": member, "link": link})


def own_account() -> str:
    return _("Nobody changes their own role, units or standing. Ask another administrator.")


def last_holder(error: LastHolder) -> str:
    return _("Nobody else holds the key of: %(units)s. Its cases could never be read again. Let this member hand the key to a "
             "colleague first.") % {"units": error}


def no_mail() -> str:
    return _("The portal cannot send sealed mail yet: the worker has no key. Choose to hand the link over.")
