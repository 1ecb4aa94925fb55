"""Partner bodies as the office sees them: who speaks for them, and the thread about policy. No case is here."""
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.coordination import seats, selectors, threads
from cases.coordination.models import Body
from cases.liaison.forms import BodyForm, PostForm
from cases.liaison.views import page_number, page_of_posts
from cases.permissions import Permission, Staff, may
from cases.vault.bodies import is_open


def member_with(permission: Permission, request: HttpRequest) -> Staff:
    member = cast(Staff, request.user)
    if not may(member, permission):
        raise PermissionDenied
    return member


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def bodies(request: HttpRequest) -> HttpResponse:
    """All of them; an administrator adds one."""
    member = member_with(Permission.COORDINATE, request)
    adds = may(member, Permission.MANAGE_PEOPLE)
    form = BodyForm(request.POST or None)
    if request.method == "POST":
        member_with(Permission.MANAGE_PEOPLE, request)
        if form.is_valid():
            made = seats.make(body=form.save(commit=False), by=member)
            messages.success(request, _("The body was added. Now invite who speaks for it."))
            return redirect("liaison:body", made.slug)
    return render(request, "liaison/bodies.html", {"bodies": Body.objects.all(), "form": form if adds else None},
                  status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def body(request: HttpRequest, slug: str) -> HttpResponse:
    """Who speaks for it, and the thread."""
    member, one = member_with(Permission.COORDINATE, request), get_object_or_404(Body, slug=slug)
    form = PostForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        threads.post(body=one, text=form.cleaned_data["text"], by=member)
        return redirect("liaison:body", one.slug)
    return render(request, "liaison/body.html", {
        "one": one, "people": selectors.seated(one), "open": is_open(one.pk), "form": form,
        **page_of_posts(one.pk, page_number(request)),
        "retires": may(member, Permission.MANAGE_PEOPLE) and one.retired_at is None},
        status=400 if form.errors else 200)


@require_POST
def retire(request: HttpRequest, slug: str) -> HttpResponse:
    member = member_with(Permission.MANAGE_PEOPLE, request)
    seats.retire(body=get_object_or_404(Body, slug=slug), by=member)
    return redirect("liaison:body", slug)
