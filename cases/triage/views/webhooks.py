"""Webhooks of one's units: which addresses are told, when, and what became of the last messages."""
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.notifications import webhooks
from cases.notifications.models import Occasion, Webhook
from cases.permissions import Permission, Staff, may
from cases.triage.news_forms import name_of
from cases.triage.views.settings import member_with_any
from cases.triage.webhook_forms import NewWebhookForm, WebhookForm
from cases.units.models import Unit
from cases.units.selectors import units_of
from cases.vault.signing import KeyMissing

CONFLICT = 409
BOTH = ["GET", "HEAD", "POST"]


def keeper(request: HttpRequest) -> Staff:
    """A supervisor for their units, an administrator for all."""
    return member_with_any(request, Permission.SUPERVISE, Permission.MANAGE_PEOPLE)


def own_units(member: Staff) -> list[Unit]:
    """Of practice nobody is told."""
    units = Unit.objects.all() if may(member, Permission.MANAGE_PEOPLE) else units_of(member)   # type: ignore[arg-type]   # a member
    return list(units.filter(practice=False))


def own(member: Staff, pk: UUID) -> Webhook:
    return get_object_or_404(Webhook.objects.select_related("unit", "by"), pk=pk, unit__in=own_units(member))


@require_http_methods(BOTH)
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """The list, and a form for one more; the answer to that shows its secret, this once."""
    member = keeper(request)
    if request.method != "POST":
        return index_page(request, member, NewWebhookForm(own_units(member)))
    form = NewWebhookForm(own_units(member), request.POST)
    if not form.is_valid():
        return index_page(request, member, form, status=400)
    try:
        hook, secret = webhooks.register(unit=form.unit_chosen, url=form.cleaned_data["url"], by=member, **form.chosen)
    except webhooks.TooMany:
        form.add_error("unit", _("This unit has as many webhooks as it may have: remove one first."))
        return index_page(request, member, form, status=CONFLICT)
    except KeyMissing:
        form.add_error(None, _("The portal’s worker has no key yet: it must be set up first."))
        return index_page(request, member, form, status=CONFLICT)
    return page(request, hook, WebhookForm(webhook=hook), secret=secret)


def index_page(request: HttpRequest, member: Staff, form: NewWebhookForm, *, status: int = 200) -> HttpResponse:
    rows = Webhook.objects.filter(unit__in=own_units(member)).select_related("unit").defer("sealed")
    return render(request, "triage/webhooks.html", {"rows": rows, "form": form}, status=status)


@require_http_methods(BOTH)
@never_cache
def webhook(request: HttpRequest, webhook: UUID) -> HttpResponse:
    member = keeper(request)
    hook = own(member, webhook)
    if request.method != "POST":
        return page(request, hook, WebhookForm(webhook=hook))
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return page(request, hook, form, status=400)
    webhooks.change(webhook=hook, by=member, **form.chosen)
    messages.success(request, _("Saved."))
    return redirect("triage:webhook", hook.pk)


@require_POST
@never_cache
def act(request: HttpRequest, webhook: UUID) -> HttpResponse:
    """`act`: try it out, switch it off or on, make a new secret, remove it."""
    member = keeper(request)
    hook, what = own(member, webhook), request.POST.get("act", "")
    if what == "secret":
        return page(request, hook, WebhookForm(webhook=hook), secret=webhooks.new_secret(webhook=hook, by=member))
    if what == "test":
        webhooks.try_out(webhook=hook, by=member)
        messages.success(request, _("On its way. Load this page again to see what became of it."))
    elif what in {"on", "off"}:
        webhooks.switch(webhook=hook, on=what == "on", by=member)
    elif what == "remove":
        webhooks.remove(webhook=hook, by=member)
        messages.success(request, _("Removed, with its secret."))
        return redirect("triage:webhooks")
    return redirect("triage:webhook", hook.pk)


def page(request: HttpRequest, hook: Webhook, form: WebhookForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    rows = [(row, "" if row.occasion == webhooks.TEST else name_of(Occasion(row.occasion))) for row in webhooks.deliveries(hook)]
    return render(request, "triage/webhook.html", {"hook": hook, "form": form, "secret": secret, "rows": rows}, status=status)
