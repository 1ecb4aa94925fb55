"""The registry of whom we ask: read by who escalates, changed by administrators, who see no case."""
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.escalation import registry
from cases.escalation.models import Change, Channel, Platform
from cases.escalation.registry import book as books, changes
from cases.escalation.registry.entries import FIELDS, MODELS, Entry, Key, Row, everything, key_of, kind_of, row_of, rows, whole
from cases.permissions import Permission, Staff, may
from cases.statistics.scorecard import of_platform
from cases.triage.registry_forms import BookForm, EntryForm, NewChannelForm, NewForm, RefuseForm, VerifyForm
from cases.triage.registry_words import KIND_NAMES, KINDS, facts, name_of, names, told
from cases.triage.views.access import member_with
from cases.triage.views.settings import member_with_any

BOTH = ["GET", "HEAD", "POST"]
MEANT, CONFLICT = 400, 409
LATELY = 50                     # decided changes on one page


def reader(request: HttpRequest) -> Staff:
    return member_with_any(request, Permission.EDIT_REGISTRY, Permission.ESCALATE)


def editor(request: HttpRequest) -> Staff:
    return member_with(Permission.EDIT_REGISTRY, request)


@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    member, today = reader(request), timezone.localdate()
    groups: dict[str, list[dict[str, Any]]] = {}
    ways: dict[int, list[Channel]] = {}
    for one in (found := list(everything())):
        if isinstance(one, Channel):
            ways.setdefault(one.platform_id, []).append(one)
    for one in found:
        if not isinstance(one, Channel):
            mine = ways.get(one.pk, []) if isinstance(one, Platform) else []
            old = [each for each in [one, *mine] if registry.is_stale(each, today) and not each.retired_at]
            groups.setdefault(group_of(one), []).append({"kind": kind_of(key_of(one)), "one": one, "stale": len(old)})
    laws = str(KIND_NAMES["basis"])
    groups[laws] = groups.pop(laws, [])                 # whom we ask comes first
    return render(request, "triage/registry.html", {
        "groups": groups, "edits": may(member, Permission.EDIT_REGISTRY), "due": registry.count_due(today),
        "proposals": Change.objects.filter(state=Change.State.PROPOSED).count()})


def group_of(one: Entry) -> str:
    kind = kind_of(key_of(one))
    return str(KINDS[kind](one.kind).label) if kind in KINDS else str(KIND_NAMES[kind])     # type: ignore[union-attr]  # it has one


@require_safe
@never_cache
def due(request: HttpRequest) -> HttpResponse:
    """The verification queue."""
    member = reader(request)
    found = [{"kind": kind_of(key_of(one)), "one": one, "name": name_of(one)} for one in registry.due(timezone.localdate())]
    return render(request, "triage/registry_due.html", {"rows": found, "edits": may(member, Permission.EDIT_REGISTRY)})


@require_http_methods(BOTH)
@never_cache
def entry(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One entry: read by all who escalate; `act`: verify it, or change it."""
    member, one = reader(request), entry_of(kind, pk)
    if request.method != "POST":
        return entry_page(request, member, one)
    editor(request)
    if request.POST.get("act") == "verify":
        return verified(request, member, one)
    form = EntryForm(key_of(one), row_of(one), request.POST)
    if form.outdated:
        return entry_page(request, member, one, trouble=True, status=CONFLICT)
    if not form.is_valid() or not form.judge({*rows()}):
        return entry_page(request, member, one, form=form, status=MEANT)
    steps = changes.diff({form.key: form.row}, {form.key: form.wanted})
    if not steps:
        messages.info(request, _("Nothing was changed."))
        return redirect("triage:registry_entry", kind, pk)
    change = changes.propose(steps=steps, why=form.cleaned_data["why"], by=member)
    return proposed(request, change, redirect("triage:registry_entry", kind, pk))


def entry_of(kind: str, pk: int) -> Entry:
    if kind not in MODELS:
        raise Http404
    return get_object_or_404(MODELS[kind]._default_manager.all(), pk=pk)       # type: ignore[return-value]   # one of four models


def verified(request: HttpRequest, member: Staff, one: Entry) -> HttpResponse:
    form = VerifyForm(request.POST)
    if not form.is_valid():
        return entry_page(request, member, one, verify=form, status=MEANT)
    changes.verify(key=key_of(one), source=form.cleaned_data["source"], by=member, today=timezone.localdate())
    messages.success(request, _("Verified today."))
    return redirect("triage:registry_due")


def entry_page(request: HttpRequest, member: Staff, one: Entry, *, form: EntryForm | None = None,
               verify: VerifyForm | None = None, trouble: bool = False, status: int = 200) -> HttpResponse:
    key, row = key_of(one), row_of(one)
    edits = may(member, Permission.EDIT_REGISTRY)
    ways = list(one.channels.all()) if isinstance(one, Platform) else []
    return render(request, "triage/registry_entry.html", {
        "one": one, "kind": kind_of(key), "kind_name": KIND_NAMES[kind_of(key)], "name": name_of(one),
        "facts": facts(key, row, names()[1]), "ways": ways,
        "history": of_platform(one.slug) if isinstance(one, Platform) else None,
        "stale": registry.is_stale(one, timezone.localdate()), "verify_by": registry.verify_by(one),
        "proposals": open_changes(key) if edits else [], "edits": edits, "trouble": trouble,
        "form": form or EntryForm(key, row) if edits else None,
        "verify": verify or VerifyForm(initial={"source": one.source}) if edits else None}, status=status)


def open_changes(key: Key) -> list[Change]:
    """Proposals that touch this entry."""
    waiting = Change.objects.filter(state=Change.State.PROPOSED).select_related("by")
    return [change for change in waiting if any(step["key"] == key for step in change.steps)]


def proposed(request: HttpRequest, change: Change, done: HttpResponse) -> HttpResponse:
    if change.needs_second:
        messages.success(request, _("Proposed. Another administrator reads it and agrees; until then the old entry holds."))
        return redirect("triage:registry_change", change.pk)
    messages.success(request, _("Saved."))
    return done


@require_http_methods(BOTH)
@never_cache
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """A new entry is always read by a second person. First its name, then its fields; `of`: the slug of a channel's platform."""
    member, slug = editor(request), request.GET.get("of", "")
    if kind not in MODELS or (kind == "channel" and not Platform.objects.filter(slug=slug).exists()):
        raise Http404
    named = (NewChannelForm if kind == "channel" else NewForm)(request.POST or None)
    context = {"kind_name": KIND_NAMES[kind], "named": named}
    if request.method != "POST" or not named.is_valid():
        return render(request, "triage/registry_new.html", context, status=MEANT if named.is_bound else 200)
    key = key_typed(kind, slug, named.cleaned_data)
    now = rows()
    if key in now:
        named.add_error(None, _("There is an entry with this name already."))
        return render(request, "triage/registry_new.html", context, status=CONFLICT)
    first: Row = whole(key, {"order": 100} if "order" in FIELDS[kind] else {})
    form = EntryForm(key, first, request.POST if "why" in request.POST else None)
    if not form.is_bound or not form.is_valid() or not form.judge({*now, key}):
        return render(request, "triage/registry_new.html", context | {"form": form}, status=MEANT if form.is_bound else 200)
    change = changes.propose(steps=changes.diff(now, {key: form.wanted}), why=form.cleaned_data["why"], by=member)
    return proposed(request, change, redirect("triage:registry"))


def key_typed(kind: str, slug: str, data: Row) -> Key:
    return f"channel:{slug}:{data['kind']}:{data['label_en']}" if kind == "channel" else f"{kind}:{data['slug'].lower()}"


@require_safe
@never_cache
def change_list(request: HttpRequest) -> HttpResponse:
    editor(request)
    found = Change.objects.select_related("by", "decided_by")
    return render(request, "triage/registry_changes.html", {
        "proposals": found.filter(state=Change.State.PROPOSED), "decided": found.exclude(state=Change.State.PROPOSED)[:LATELY]})


@require_http_methods(BOTH)
@never_cache
def change(request: HttpRequest, change: UUID) -> HttpResponse:
    """What somebody wants changed, in words. `act`: approve, refuse with a reason, or take one's own back."""
    member, one = editor(request), get_object_or_404(Change.objects.select_related("by", "decided_by"), pk=change)
    if request.method != "POST":
        return change_page(request, member, one)
    what, form = request.POST.get("act", ""), RefuseForm(request.POST)
    if what == "refuse" and not form.is_valid():
        return change_page(request, member, one, form=form, status=MEANT)
    acts: dict[str, Callable[[], Change]] = {
        "approve": lambda: changes.approve(change=one, by=member),
        "refuse": lambda: changes.refuse(change=one, answer=form.cleaned_data["answer"], by=member),
        "back": lambda: changes.take_back(change=one, by=member)}
    try:
        if what in acts:
            acts[what]()
    except changes.NotYours as error:
        raise PermissionDenied from error
    except changes.Settled:
        return change_page(request, member, Change.objects.get(pk=one.pk), status=CONFLICT)
    except changes.Outdated:
        return change_page(request, member, one, trouble=True, status=CONFLICT)
    return redirect("triage:registry_change", one.pk)


def change_page(request: HttpRequest, member: Staff, one: Change, *, form: RefuseForm | None = None, trouble: bool = False,
                status: int = 200) -> HttpResponse:
    return render(request, "triage/registry_change.html", {
        "change": one, "told": told(one), "own": one.by_id == member.pk, "form": form or RefuseForm(), "trouble": trouble,
        "waits": one.state == Change.State.PROPOSED}, status=status)


@require_http_methods(BOTH)
@never_cache
def book(request: HttpRequest) -> HttpResponse:
    """The whole registry as a file, and a file as a proposal; a file always waits for a second person."""
    member = editor(request)
    if request.method != "POST":
        return render(request, "triage/registry_book.html", {"form": BookForm()})
    form = BookForm(request.POST, request.FILES)
    wrong: list[tuple[str, str]] = []
    if form.is_valid():
        try:
            steps = changes.diff(rows(), books.read(form.cleaned_data["file"].read(books.MOST + 1).decode("utf-8", "replace")))
        except books.Refused as refused:
            wrong = refused.wrong
        else:
            if steps:
                change = changes.propose(steps=steps, why=form.cleaned_data["why"], by=member, review=True)
                return proposed(request, change, redirect("triage:registry"))
            form.add_error("file", _("The registry says all of this already."))
    return render(request, "triage/registry_book.html", {"form": form, "wrong": wrong}, status=MEANT)


@require_safe
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    reader(request)
    return HttpResponse(books.write(), content_type="application/yaml; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="registry-{timezone.localdate():%Y-%m-%d}.yaml"'})
