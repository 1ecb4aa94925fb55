"""What reporters ask of a unit about the work of another: for its supervisors who have no part in it."""
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.conversation import reviewing
from cases.conversation.models import Review
from cases.permissions import Permission, Staff
from cases.triage import reading
from cases.triage.review_reading import read_review, seal_review_answer
from cases.triage.views.access import member_with

SHOWN, CONFLICT = 50, 409


class AnswerForm(forms.Form):
    """To the reporter."""
    text = forms.CharField(label=gettext_lazy("Your answer to the reporter"), max_length=10_000,
                           widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}))


@require_safe
@never_cache
def reviews(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.SUPERVISE, request)
    rows = reviewing.reviews_for(member).defer("body", "answer")
    return render(request, "triage/reviews.html", {
        "waiting": rows.filter(answered_at=None), "answered": rows.exclude(answered_at=None).order_by("-answered_at")[:SHOWN]})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def review(request: HttpRequest, review: UUID) -> HttpResponse:
    member = member_with(Permission.SUPERVISE, request)
    row = get_object_or_404(reviewing.reviews_for(member).prefetch_related("key__wraps"), pk=review)
    if request.method != "POST":
        return page(request, row, member, AnswerForm(label_suffix=""))
    form = AnswerForm(request.POST, label_suffix="")
    if not form.is_valid():
        return page(request, row, member, form, status=400)
    try:
        with transaction.atomic():
            sealed = seal_review_answer(row, form.cleaned_data["text"], keyring=reading.keyring_of(request))
            reviewing.answer_review(review=row, sealed=sealed, by=member)
    except reviewing.NoReporter:
        form.add_error(None, _("The reporter’s code has come to its end: an answer would reach nobody."))
        return page(request, row, member, form, status=CONFLICT)
    except reviewing.NotAllowed:
        return redirect("triage:reviews")
    messages.success(request, _("Answered. The reporter reads it in the inbox."))
    return redirect("triage:review", row.pk)


def page(request: HttpRequest, row: Review, member: Staff, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    keyring = reading.keyring_of(request)
    words, answer = read_review(row, keyring=keyring, by=member)
    return render(request, "triage/review.html", {
        "review": row, "words": words, "answer": answer, "form": form, "locked": keyring is None}, status=status)
