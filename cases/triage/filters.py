"""The one filter language: what a list of cases shows is exactly what a press on "all of them" touches. The queue, tabs, saved
views, bulk acts and digests read a filter here and ask it for its cases; nobody narrows a list of cases in another way.

    found = read(request.GET, member)
    found.cases(member, timezone.now())     # begins with cases_for, so no wall has a second side
    found.params                            # {"status": "new", "child": "on"}: what an address or a saved view holds
    found.words                             # "New · Under 18", in the reader's language
    found.form                              # bound; a value that means nothing has its error beside the field

A filter that says something unreadable (`not found.readable`) finds no case at all: to drop what is not understood would make the
list longer than its reader believes.
"""
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.escalation import second, sightings
from cases.escalation.models import Answer, Escalation, Platform
from cases.flood.models import Fold
from cases.hashing.models import ForeignMatch
from cases.models import HARM_NAMES, LEVEL_NAMES, WRITTEN_NAMES, Case, Label, Labelled, Link, choices
from cases.permissions import Staff
from cases.selectors import cases_for, walled_off
from cases.triage.labelling import given_in
from cases.triage.models import Question, Reminder, Task
from cases.triage.references import read_reference, starts
from cases.units.models import Unit
from cases.units.selectors import colleagues_in, units_of
from cases.workflow import Outcome, Source, Status

NOBODY, MINE, UNKNOWN = "nobody", "me", "unknown"
PAGING = frozenset({"after", "before", "list", "at"})      # of an address that holds a filter: where in the list, not which list
ANY = ("", _("All"))
MORE = ("due", "waiting", "notice", "mine", "label", "platform", "flood", "fold", "written", "source", "linked", "outcome",
        "since", "until")                                   # what the page folds away
WITHIN = {"4h": timedelta(hours=4), "1d": timedelta(days=1), "3d": timedelta(days=3), "7d": timedelta(days=7)}
TODAY = "today"
WITHIN_NAMES = {"4h": _("4 hours"), TODAY: _("today"), "1d": _("a day"), "3d": _("3 days"), "7d": _("a week")}
RECHECK = "recheck"
NOTICE_NAMES = {"failed": _("Could not be sent"), "silent": _("Not answered in time"), "mail": _("A mail of theirs is unread"),
                "second": _("Waits for a second person"), "again": _("Removed, and online again"),
                RECHECK: _("Removed: look whether it is gone")}
NOTICE_STATES = {"failed": Escalation.State.FAILED.value, "silent": Escalation.State.NO_ANSWER.value}
SUSPECT = "suspect"
FLOOD_NAMES = {SUSPECT: _("Nobody has looked yet"), "any": _("Stands for others")}
MINE_NAMES = {"task": _("A task of mine"), "reminder": _("A reminder of mine has come")}
WAITING_NAMES = {"us": _("Us"), "reporter": _("The reporter"), "outside": _("A platform or authority"),
                 "others": _("The reporter or somebody outside"), "unit": _("Another unit's answer")}
US = [Status.NEW.value, Status.IN_REVIEW.value]
REPORTER, OUTSIDE = [Status.WAITING_REPORTER.value], [Status.WAITING_OUTSIDE.value]
WAITING_STATUSES = {"us": US, "reporter": REPORTER, "outside": OUTSIDE, "others": REPORTER + OUTSIDE}
LINKED_NAMES = {"any": _("With any other case"), "hash": _("By a picture"), "handle": _("By an account or link"),
                "listed": _("A picture of it is on another organisation’s list")}
NOT_HERE = {"label": _("This label is no longer in use, or it is another unit's."),
            "assignee": _("This colleague is in none of your units."),
            "unit": _("You are not in this unit."),
            "platform": _("This platform is no longer in the registry.")}


# --- what a member can filter by --------------------------------------------------------------------------------------
class Known:
    """The choices that depend on the member; each is asked for once, and only when somebody looks. `practice=False`: as if the
    practice unit were not there."""

    def __init__(self, member: Staff, *, practice: bool = True) -> None:
        self.member, self.practice = member, practice

    @cached_property
    def units(self) -> list[Unit]:
        units = units_of(self.member)                       # type: ignore[arg-type]   # Staff is a protocol of the model
        return [unit for unit in units if self.practice or not unit.practice]

    @cached_property
    def labels(self) -> list[Label]:
        return list(given_in(self.units))

    @cached_property
    def colleagues(self) -> list[tuple[str, str]]:
        return [(str(one.pk), str(one)) for one in colleagues_in(self.units)]

    @cached_property
    def platforms(self) -> list[tuple[str, str]]:
        return [(one.slug, str(one)) for one in Platform.objects.places()]

    def choices(self, name: str) -> Iterable[tuple[Any, Any]]:
        rows = {"unit": lambda: [(str(unit.pk), unit) for unit in self.units],
                "label": lambda: [(str(label.pk), label) for label in self.labels],
                "assignee": lambda: [(MINE, _("Me")), (NOBODY, _("Nobody yet")), *self.colleagues],
                "platform": lambda: self.platforms}[name]()
        return [ANY, *rows]


class Tick(forms.Field):
    """Ticked is "on", as browsers send it; "off" or "1" in somebody's own address is an error, not a guess."""

    class Box(forms.CheckboxInput):
        def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
            return data.get(name, "")

    widget = Box

    def clean(self, value: Any) -> bool:
        if value not in {"", None, "on"}:
            raise forms.ValidationError(_("This is ticked or not: “on”, or nothing."))
        return bool(value)


def choice(label: Promise, names: Mapping[Any, object] | None = None, first: tuple[str, Any] = ANY) -> forms.ChoiceField:
    listed = [first, *choices(names)] if names else []
    return forms.ChoiceField(label=label, required=False, choices=listed,
                             error_messages={"invalid_choice": _("There is no such choice: “%(value)s”.")})


def day(label: Promise) -> forms.DateField:
    return forms.DateField(label=label, required=False, input_formats=["%Y-%m-%d"],
                           widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                           error_messages={"invalid": _("Write the day as year, month and day, such as 2026-11-23.")})


class FilterForm(forms.Form):
    """A plain GET form; one value a name."""
    q = forms.CharField(label=_("Reference"), required=False, max_length=12, empty_value="",
                        widget=forms.TextInput(attrs={"type": "search", "dir": "ltr", "autocomplete": "off"}))
    unit = choice(_("Unit"))
    status = choice(_("Status"), dict(Status.choices), ("", _("All open")))
    harm = choice(_("Harm"), HARM_NAMES)
    priority = choice(_("Priority"), LEVEL_NAMES)
    assignee = choice(_("Assigned to"))
    child = Tick(label=_("Under 18"), required=False)
    unread = Tick(label=_("Unread"), required=False)
    late = Tick(label=_("Late"), required=False)
    restricted = Tick(label=_("Restricted"), required=False)
    due = choice(_("Due within"), WITHIN_NAMES, ("", _("Any time")))
    waiting = choice(_("Waiting on"), WAITING_NAMES)
    notice = choice(_("Notice"), NOTICE_NAMES)
    mine = choice(_("For me"), MINE_NAMES)
    label = choice(_("Label"))
    platform = choice(_("Platform"))
    flood = choice(_("Many alike"), FLOOD_NAMES)
    fold = forms.CharField(label=_("Like the report"), required=False, max_length=12, empty_value="",
                           widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}))
    written = choice(_("Written in"), {**WRITTEN_NAMES, UNKNOWN: _("Not known yet")})
    source = choice(_("How it came"), dict(Source.choices))
    linked = choice(_("Linked"), LINKED_NAMES)
    outcome = choice(_("Outcome"), dict(Outcome.choices))
    since = day(_("Received from"))
    until = day(_("Received until"))

    def __init__(self, data: Mapping[str, str], known: Known) -> None:
        super().__init__(data, label_suffix="", auto_id="%s")
        self.known = known
        for name, words in NOT_HERE.items():
            # a callable: asked when the choice is checked or shown, and no query before
            self.fields[name].choices = lambda name=name: known.choices(name)       # type: ignore[attr-defined]   # a choice field's
            self.fields[name].error_messages["invalid_choice"] = words

    @property
    def usual(self) -> list[forms.BoundField]:
        return [self[name] for name in ("status", "harm", "priority", "assignee")]

    @property
    def ticks(self) -> list[forms.BoundField]:
        return [self[name] for name in ("child", "unread", "late", "restricted")]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in MORE]

    @property
    def more_used(self) -> bool:
        return any(self.data.get(name) for name in MORE)

    def clean_q(self) -> str:
        return read_reference(self.cleaned_data["q"])

    def clean_fold(self) -> str:
        return self.cleaned_data["fold"].strip().upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if unknown := sorted(set(self.data) - set(self.fields) - PAGING):
            raise forms.ValidationError(_("Cases cannot be filtered by: %(names)s."), params={"names": ", ".join(unknown)[:80]})
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("This day is before the first one."))
        return data


# --- what each of them means ------------------------------------------------------------------------------------------
Rule = Callable[[Any, Staff, datetime], Q]


def plain(name: str) -> Rule:
    return lambda value, _member, _now: Q(**{name: value})


def assigned(value: str, member: Staff, _now: datetime) -> Q:
    if value == NOBODY:
        return Q(assignee=None)
    return Q(assignee=member.pk if value == MINE else UUID(value))


def naming(slug: str, _member: Staff, _now: datetime) -> Q:
    """SQLite cannot look into a list: there the slug is looked for with its quotes, which no slug holds."""
    if connection.features.supports_json_field_contains:
        return Q(platforms__contains=[slug])
    return Q(platforms__icontains=f'"{slug}"')


def waiting_on(value: str, _member: Staff, _now: datetime) -> Q:
    if value == "unit":
        return Q(Exists(Question.objects.filter(asking=OuterRef("pk"), answer="")))
    return Q(status__in=WAITING_STATUSES[value])


def due_by(value: str, _member: Staff, now: datetime) -> Q:
    """What is late is due within any time."""
    end = midnight(timezone.localdate(now) + timedelta(days=1)) if value == TODAY else now + WITHIN[value]
    return Q(due_at__lt=end)


def noticed(value: str, member: Staff, now: datetime) -> Q:
    """By the newest notice to each platform: a new one settles what went wrong with the one before."""
    if value == "second":
        return Q(Exists(second.waiting(member).filter(case=OuterRef("pk"))))
    newer = Escalation.objects.filter(case=OuterRef("case"), platform=OuterRef("platform"),
                                      requested_at__gt=OuterRef("requested_at"))
    if value == "mail":
        return Q(Exists(Answer.objects.filter(case=OuterRef("pk"), kind=Answer.Kind.ANSWER, sorted_at=None)))
    newest = Escalation.objects.filter(~Exists(newer), case=OuterRef("pk"))
    if value == "again":
        return Q(Exists(sightings.online_again(newest)))
    if value == RECHECK:
        return Q(Exists(sightings.to_look_at(newest, now)), child=False)
    return Q(Exists(newest.filter(state=NOTICE_STATES[value])))


def for_me(value: str, member: Staff, now: datetime) -> Q:
    if value == "task":
        theirs = Q(to=member.pk) | Q(to=None, case__assignee=member.pk)
        return Q(pk__in=Task.objects.filter(theirs, done_at=None).values("case"))
    return Q(pk__in=Reminder.objects.filter(member=member.pk, at__lte=now).values("case"))


def flooded(value: str, _member: Staff, _now: datetime) -> Q:
    """Those that stand for others; "suspect": for some that nobody has looked at yet."""
    rows = Fold.objects.filter(into=OuterRef("pk"), over_at=None)
    return Q(Exists(rows.filter(confirmed_at=None) if value == SUSPECT else rows))


def links_seen(member: Staff) -> QuerySet[Link]:
    """All links but those with a case that does not exist for the member."""
    hidden = walled_off(member).values("case")
    return Link.objects.exclude(a__in=hidden).exclude(b__in=hidden)


def linked_by(value: str, member: Staff, _now: datetime) -> Q:
    if value == "listed":
        return Q(Exists(ForeignMatch.objects.filter(hash__case=OuterRef("pk"), foreign__deleted_at=None)))
    links = links_seen(member) if value == "any" else links_seen(member).filter(because=value)
    return Q(pk__in=links.values("a")) | Q(pk__in=links.values("b"))


def midnight(day: date) -> datetime:
    """When the day begins in Pakistan."""
    return timezone.make_aware(datetime.combine(day, time.min))


RULES: dict[str, Rule] = {
    **{name: plain(name) for name in ("status", "harm", "priority", "unit", "child", "unread", "restricted", "source")},
    "outcome": lambda value, _member, _now: Q(outcome=value, status=Status.CLOSED.value),      # both: an index knows the closed
    "q": lambda value, _member, now: starts(value, now),
    "assignee": assigned,
    "late": lambda _value, _member, now: Q(due_at__lt=now),
    "due": due_by,
    "waiting": waiting_on,
    "notice": noticed,
    "mine": for_me,
    "flood": flooded,
    "fold": lambda value, _member, _now: Q(ref=value) | Q(folded_into__ref=value),
    "label": lambda value, _member, _now: Q(Exists(Labelled.objects.filter(case=OuterRef("pk"), label=value))),
    "platform": naming,
    "written": lambda value, _member, _now: Q(written_in="" if value == UNKNOWN else value),
    "linked": linked_by,
    "since": lambda value, _member, _now: Q(opened_at__gte=midnight(value)),
    "until": lambda value, _member, _now: Q(opened_at__lt=midnight(value + timedelta(days=1))),
}
SHOWS_CLOSED = ("status", "unread", "outcome", "q")     # else closed cases are left out: they show when somebody asks for them


@dataclass(frozen=True)
class Filter:
    """`params` are canonical, in the form's order; what is unreadable stays in them as it was typed, to be mended."""
    params: dict[str, str]
    form: FilterForm = field(repr=False, compare=False)

    @property
    def readable(self) -> bool:
        return not self.form.errors

    @property
    def chosen(self) -> dict[str, Any]:
        return {name: value for name, value in self.form.cleaned_data.items() if value} if self.readable else {}

    @property
    def units(self) -> list[Unit]:
        """Those whose cases it can find."""
        return [unit for unit in self.form.known.units if self.chosen.get("unit", str(unit.pk)) == str(unit.pk)]

    @property
    def closed(self) -> bool:
        """Only closed cases: the newest comes first, since none of them is due."""
        return self.chosen.get("status") == Status.CLOSED or "outcome" in self.chosen

    def cases(self, member: Staff, now: datetime, *, everything: bool = False) -> QuerySet[Case]:
        """Every case that it finds for this member; none when it is unreadable. `everything`: closed and merged ones too, for who
        looks for words and not for work."""
        if not self.readable:
            return cases_for(member).none()
        closed = any(name in self.chosen for name in SHOWS_CLOSED) or self.chosen.get("notice") == RECHECK
        rule = Q() if everything or closed else ~Q(status=Status.CLOSED.value)
        rule &= Q() if everything or "q" in self.chosen else Q(merged_into=None)    # it is worked in its leading case, and found
        if not everything and not {"q", "fold"} & set(self.chosen):                 # by reference; so is what stands behind
            rule &= Q(folded_into=None)                                             # one like it
        for name, value in self.chosen.items():
            rule &= RULES[name](value, member, now)
        # the units are the member's own already; named, they tell the database how much there is to look through
        return cases_for(member).filter(rule, unit__in=[unit.pk for unit in self.units])

    @property
    def trouble(self) -> str:
        """Why it is unreadable."""
        return " ".join(str(error) for errors in self.form.errors.values() for error in errors)

    @property
    def words(self) -> str:
        """What it finds, for people; what is unreadable is not in it."""
        return " · ".join(self._said(name) for name in self.chosen) or str(_("All open"))

    def _said(self, name: str) -> str:
        shown, value = self.form.fields[name], self.chosen[name]
        if isinstance(shown, Tick):
            return str(shown.label)
        if isinstance(shown, forms.ChoiceField):
            value = dict(shown.choices)[int(value) if name == "priority" else value]
        return f"{shown.label}: {value}"


def read(params: Mapping[str, str], member: Staff, known: Known | None = None) -> Filter:
    """`params` from an address (QueryDict) or a saved view. Who reads several for one member hands the same `known` to each."""
    typed = {name: value for name in params if name not in PAGING and (value := one_of(params, name))}
    form = FilterForm(typed, known or Known(member))
    form.full_clean()
    said = {name: canonical(form.cleaned_data[name]) if form.cleaned_data.get(name) else typed[name]
            for name in form.fields if name in typed}
    return Filter(said | {name: value for name, value in typed.items() if name not in said}, form)


def one_of(params: Mapping[str, str], name: str) -> str:
    """Said twice in an address: together, which no field understands, since neither may be passed over."""
    values = params.getlist(name) if isinstance(params, QueryDict) else [params[name]]
    return ",".join(dict.fromkeys(filter(None, values)))


def canonical(value: Any) -> str:
    return "on" if value is True else str(value)
