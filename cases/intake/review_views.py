"""Asking that somebody else looks again, or complaining: a page of its own, sealed to another unit alone."""
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from cases.conversation import reviewing
from cases.conversation.models import Review
from cases.intake import visit
from cases.intake.fields import Words
from cases.intake.inbox_forms import REVIEW, SealedWords, row_of, sealed_key, unsent
from cases.intake.inbox_page import page
from cases.intake.visit import Visit
from cases.models import Case
from cases.units.models import Unit
from cases.vault import custody, envelope, trust
from cases.vault.custody import KeyMissing, Outdated, Wrap, WrapRefused
from cases.vault.models import DataKey

KIND = "review_kind"
KINDS = [(Review.Kind.SECOND_LOOK.value, _("I would like somebody else to look at my report again")),
         (Review.Kind.STAFF.value, _("I want to complain about how I was treated"))]
COMPLAINTS = {"keys": _("Your browser does not trust the key of the other unit, so nothing was sent. It is our fault, not yours: "
                        "please try again tomorrow, or take another way."),
              "again": _("The key of the other unit is a new one since this page was made. Please press the button once more.")}


class ReviewForm(forms.Form):
    review_kind = forms.ChoiceField(label=_("What is it?"), choices=KINDS, widget=forms.RadioSelect,
                                    error_messages={"required": _("Choose one of the answers.")})
    review = Words(label=_("What should the other unit know?"), most=4000, rows=6,
                   help_text=_("They see neither your report nor your messages: say what they need to know. No name is needed."))
    use_required_attribute = False

    def __init__(self, *args: Any, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[REVIEW].required = needed
        self.fields[REVIEW].error_messages["required"] = _("Write something first.")


def review(request: HttpRequest, visiting: Visit, fields: MultiValueDict, what: str) -> HttpResponse:
    """Asks first; "review:yes" sends. Where no other unit could read it nothing is taken, and the page names another way."""
    case = visiting.receipt.case
    reader = reviewing.reader_for(case)
    if reader is None:
        reviewing.nobody_could(case=case)
        return show(request, visiting, fields, None, ReviewForm())
    if what != "yes":
        return show(request, visiting, fields, reader, ReviewForm(initial=unsent(fields) | {KIND: fields.get(KIND)}))
    form = ReviewForm(fields, needed=visiting.private is not None)
    sealed = SealedReview(fields) if visiting.private is None else None
    if sealed and sealed.complaint:
        form.is_valid()
        form.add_error(REVIEW, sealed.complaint)
    if not form.is_valid():
        return show(request, visiting, fields, reader, form, status=400)
    return send(request, visiting, fields, reader, form, sealed)


def send(request: HttpRequest, visiting: Visit, fields: MultiValueDict, reader: Unit, form: ReviewForm,
         sealed: "SealedReview | None") -> HttpResponse:
    case, kind = visiting.receipt.case, Review.Kind(form.cleaned_data[KIND])
    try:
        with transaction.atomic():
            if sealed:
                sealed.keep(case, reader, kind)
            else:
                keep_here(case, reader, kind, form.cleaned_data[REVIEW])
    except reviewing.AlreadyWaits:
        return page(request, visiting, fields, notice="review_waits")
    except (Outdated, KeyMissing):
        form.add_error(REVIEW, COMPLAINTS["again"])
        return show(request, visiting, fields, reader, form, status=409)
    except (WrapRefused, IntegrityError):
        form.add_error(REVIEW, _("This did not arrive whole. Please press the button once more."))
        return show(request, visiting, fields, reader, form, status=400)
    fields[REVIEW] = fields[KIND] = ""
    return page(request, visiting, fields, notice="reviewed")


def keep_here(case: Case, reader: Unit, kind: Review.Kind, text: str) -> None:
    """Sealed by this process, where the browser cannot."""
    row, secret = uuid4(), envelope.new_key()
    key = custody.keep(secret, case=case.pk, unit=reader)
    body = envelope.seal(secret, text.encode(), case=case.pk, field=REVIEW, record=row)
    reviewing.ask_review(case=case, review_id=row, kind=kind, key=key, reader=reader, body=body)


class SealedReview:
    """What a browser posts in its place: the words, and their key as it sealed it to the other unit."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.words, self.wrap = SealedWords(fields), sealed_key(fields)
        self.key, flaw = row_of(fields.get("review_key", "")), fields.get("flaw", "")
        self.complaint = str(COMPLAINTS[flaw]) if flaw in COMPLAINTS else self.words.complaint
        if not self.complaint and not (self.words.body and self.words.row and self.key and self.wrap):
            self.complaint = str(_("Write something first."))

    def keep(self, case: Case, reader: Unit, kind: Review.Kind) -> None:
        """Raises WrapRefused, Outdated, KeyMissing, reviewing.AlreadyWaits."""
        if not (self.words.row and self.key and self.wrap) or Review.objects.filter(pk=self.words.row).exists():
            return
        version, blob = self.wrap
        key: DataKey = custody.adopt(self.key, case=case.pk, unit=reader, wraps={"unit": Wrap(version, blob)})
        reviewing.ask_review(case=case, review_id=self.words.row, kind=kind, key=key, reader=reader, body=self.words.body)


def show(request: HttpRequest, visiting: Visit, fields: MultiValueDict, reader: Unit | None, form: ReviewForm, *,
         status: int = 200) -> HttpResponse:
    offer = {"case": str(visiting.receipt.case_id), "unit": str(reader.pk), "chain": trust.as_data(trust.chain(reader))} \
        if reader and visiting.private is None else None
    form.fields[REVIEW].required = True                  # also where the browser has the words and we do not
    kept = {name: value for name, value in unsent(fields).items() if name != REVIEW}
    return render(request, "intake/inbox_review.html", {
        "visit": visit.seal(visiting), "unsent": kept, "form": form, "reader": reader,
        "offer": json.dumps(offer) if offer else ""}, status=status)

