"""What staff ask the reporter for, and the answers as the case page shows them."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.conversation.models import Ask
from cases.conversation.words import QUESTIONS, name_of
from cases.escalation.models import Platform
from cases.models import Case, Consent
from cases.priority import Body
from cases.triage.forms import ActForm
from cases.triage.reading import Opened, State, Text
from cases.triage.selectors import ASKED_BY_NAME

MOST_LINKS, LONGEST_LINK = 50, 2000             # a browser that is not ours may have sealed anything
Kind = Ask.Kind
ASKABLE = [key for key in QUESTIONS if key != (Kind.LINKS, Ask.About.BACK)]       # that one the portal asks by itself


@dataclass(frozen=True)
class Line:
    """One question and what came back. `answer` is what a person reads of it; links stand alone."""
    row: Ask
    name: str
    text: Text | None = None
    answer: str = field(default="", repr=False)
    links: tuple[str, ...] = field(default=(), repr=False)

    @property
    def waits(self) -> bool:
        return self.row.answered_at is None and self.row.taken_back_at is None


def lines(case: Case, opened: Opened, platforms: Mapping[str, str]) -> list[Line]:
    """Newest first."""
    rows = Ask.objects.filter(case=case).select_related("by").defer("answer").order_by("-at")
    return [line(row, opened.asks.get(row.pk), platforms) for row in rows]


def line(row: Ask, text: Text | None, platforms: Mapping[str, str]) -> Line:
    name = name_of(row, platforms.get(row.platform, row.platform))
    if text is None or text.state != State.OPEN:
        return Line(row, name, text)
    if row.kind == Kind.LINKS:
        return Line(row, name, text, links=links_in(text))
    return Line(row, name, text, answer=platforms.get(text.words, text.words) if row.kind == Kind.PLATFORM else text.words)


def links_in(text: Text | None) -> tuple[str, ...]:
    """One on each line, as it was sealed."""
    if text is None or text.state != State.OPEN:
        return ()
    found = (each.strip()[:LONGEST_LINK] for each in text.words.replace("\0", "").splitlines())
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_LINKS]


class AskForm(ActForm):
    """One question at a time: what, and for consent to ask a platform, which."""
    what = forms.ChoiceField(label=_("Ask the reporter for"))
    platform = forms.ModelChoiceField(label=_("Which platform would you ask?"), queryset=Platform.objects.all(), required=False,
                                      to_field_name="slug", empty_label=_("None in particular"),
                                      help_text=_("Only when you ask for consent to that."))

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        self.fields["what"].choices = [         # type: ignore[attr-defined]   # a choice field's
            (_("Something to know"), [(f"{kind}:{about}", QUESTIONS[kind, about].name) for kind, about in ASKABLE]),
            (_("Consent"), [(f"{Kind.CONSENT}:{act}", act.label) for act in acts(case)])]

    @property
    def chosen(self) -> dict[str, Any]:
        kind, _colon, about = self.cleaned_data["what"].partition(":")
        platform = self.cleaned_data["platform"]
        asks_platform = (kind, about) == (Kind.CONSENT, Consent.Act.ASK_PLATFORM)
        return {"kind": Kind(kind), "about": about, "platform": platform.slug if platform and asks_platform else ""}


def acts(case: Case) -> list[Consent.Act]:
    """What may be asked here: never to pass it to the body that the accused works for; of a body that has to be named the page of
    referrals asks."""
    police, pta = case.conflict in {Body.POLICE, Body.CYBERCRIME}, case.conflict == Body.PTA
    never = ASKED_BY_NAME | ({Consent.Act.PASS_POLICE} if police else set()) | ({Consent.Act.PASS_PTA} if pta else set())
    return [act for act in Consent.Act if act not in never]
