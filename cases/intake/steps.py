"""The order of the steps, and what follows from what was answered so far. Nothing here writes."""
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.hashing.fingerprint import MOST_PICTURES
from cases.intake.fields import without_controls
from cases.intake.forms import ConsentForm, Known, PicturesForm, StepForm, StoryForm, WhatForm, WhoForm
from cases.intake.receipts import Lock
from cases.intake.services import Agreement, Contact, ReportDraft
from cases.intake.state import Draft
from cases.models import Consent
from cases.notifications.models import Kind
from cases.priority import Facts

MOST_VALUES = 40                    # of one field; more is no answer of a person


@dataclass(frozen=True)
class Step:
    name: str
    title: str | Promise
    form: type[StepForm]
    asked: Callable[[Known], bool] = lambda known: True


STEPS = (
    Step("who", _("Safety first"), WhoForm),
    Step("what", _("What is happening"), WhatForm),
    Step("pictures", _("The pictures stay with you"), PicturesForm, lambda known: known.asks_pictures),
    Step("story", _("Where it is and what happened"), StoryForm),
    Step("consent", _("What we may do"), ConsentForm),
)
BY_NAME = {step.name: step for step in STEPS}
FIRST = STEPS[0]
CHECK, RECEIPT, DONE, ELSEWHERE = "check", "receipt", "done", "elsewhere"
PAGES = frozenset(BY_NAME) | {CHECK, RECEIPT, DONE, ELSEWHERE}


@dataclass
class Walk:
    """A draft gone through from its start: which steps are asked, their forms, and where it stops."""
    asked: list[Step] = field(default_factory=list)
    before: dict[str, Known] = field(default_factory=dict)         # step → what was known before it
    forms: dict[str, StepForm] = field(default_factory=dict)       # steps that were answered
    known: Known = field(default_factory=Known)
    unfinished: Step | None = None

    def neighbour(self, name: str, by: int) -> str:
        """The page before (-1) or after (+1) a step; "check" follows the last."""
        names = [*(step.name for step in self.asked), CHECK]
        at = names.index(name) if name in names else 0
        return names[max(0, at + by)]

    def target(self, name: str, *, reviewed: bool) -> str:
        """Where Continue leads: the next step, or after a change straight back to the answers."""
        if reviewed:
            return self.unfinished.name if self.unfinished else CHECK
        return self.neighbour(name, +1)


def walk(draft: Draft) -> Walk:
    walked = Walk()
    for step in STEPS:
        if not step.asked(walked.known):
            continue
        walked.asked.append(step)
        walked.before[step.name] = walked.known
        if step.name in draft.answers:
            form = walked.forms[step.name] = step.form(MultiValueDict(draft.answers[step.name]), known=walked.known)
            if form.is_valid() and form.leads_on:
                walked.known = form.learn()
                continue
        walked.unfinished = walked.unfinished or step
    return walked


def typed(step: Step, known: Known, posted: MultiValueDict) -> dict[str, list[str]]:
    """What the page of this step carried, as it was typed."""
    kept = {name: [without_controls(value) for value in posted.getlist(name)[:MOST_VALUES]]
            for name in step.form(known=known).fields}
    kept["fingerprint"] = kept.get("fingerprint", [])[:MOST_PICTURES + 1]          # one too many is enough to say so
    return {name: values for name, values in kept.items() if values}


def shown(step: Step, known: Known, answers: dict[str, list[str]] | None) -> StepForm:
    """The step's form with what was typed before, and no errors yet."""
    form = step.form(known=known)
    for name, bound in form.fields.items():
        values = (answers or {}).get(name, [])
        if answers is not None:
            many = isinstance(bound.widget.value_from_datadict(MultiValueDict({name: values}), {}, name), list)
            form.initial[name] = values if many else (values[0] if values else "")
    return form


def told(form: StepForm) -> list[tuple[Any, list[str]]]:
    """(short name, lines) for each answer of a valid form, as the reporter reads it before sending."""
    lines = [(short, _answer(form, name)) for name, short in form.summary.items() if name in form.fields]
    return [(short, answer) for short, answer in lines if answer]


def _answer(form: StepForm, name: str) -> list[str]:
    choices = {str(value): str(label) for value, label in getattr(form.fields[name], "choices", [])}
    values = form.cleaned_data.get(name)
    if name == "fingerprint":
        return [str(len(values))] if values else []
    if values is True:
        return [str(_("Yes"))]
    typed_values = form.data.getlist(name) if choices else values if isinstance(values, list) else [values]
    return [choices.get(str(value), str(value)) for value in typed_values if value not in (None, "", False)]


def report(draft: Draft, walked: Walk, lock: Lock, language: str) -> ReportDraft:
    """The finished draft as services take it. Every form of `walked` is valid."""
    told_by = {name: form.cleaned_data for name, form in walked.forms.items() if name in walked.before}
    who, what, story = told_by["who"], told_by["what"], told_by["story"]
    return ReportDraft(
        case=draft.case, submission=draft.submission, lock=lock, language=language,
        facts=Facts(what["harm"], walked.known.age_now, walked.known.age_then, who["dangers"]),
        conflict=what["conflict"], wants_woman=what["wants_woman"], platforms=story.get("platforms", []),
        answers={
            "relation": who["relation"], "age_now": who["age_now"], "age_then": who["age_then"], "story": story["story"],
            "links": story["links"], "handles": story["handles"], "platform_other": story["platform_other"],
            "wanted": story["wanted"], "who_does_it": story["who_does_it"],
            "safe_to_contact": told_by["consent"]["safe_to_contact"]},
        fingerprints=told_by.get("pictures", {}).get("fingerprint", []),
        agreements=_agreements(walked.known, told_by["consent"]), contact=_contact(told_by["consent"]))


def _agreements(known: Known, told_of: dict[str, Any]) -> list[Agreement]:
    return [Agreement(act, Consent.Answer(told_of[act.value]),
                      told_of["assent"] if act == Consent.Act.ASK_PLATFORM and told_of[act.value] == Consent.Answer.YES else "")
            for act in known.acts]


def _contact(told_of: dict[str, Any]) -> Contact | None:
    if told_of["contact"] not in Kind.values:
        return None
    return Contact(Kind(told_of["contact"]), told_of["address"], told_of["hours"])
