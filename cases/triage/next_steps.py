"""The next step after each notice of a case, in words and with the page where it is taken. A person decides."""
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from cases.escalation import deferring, sightings
from cases.escalation.ladder_models import Deferral, Ladder, Step, Why
from cases.escalation.ladders import AGAIN, Link, Suggestion, advise, rungs_for, threads
from cases.escalation.models import Authority, Escalation
from cases.escalation.selectors import names_of
from cases.escalation.services import UPWARD, unsorted
from cases.models import Case
from cases.permissions import Staff
from cases.referral.models import Referral
from cases.referral.words import accused_there
from cases.selectors import opened_by
from cases.triage.derived import Notice
from cases.triage.reading import Text, opened_text, readable
from cases.vault import envelope
from cases.vault.keyring import Keyring
from cases.workflow import Status

State = Escalation.State
COLUMNS = ("pk", "case", "reference", "platform__slug", "platform__kind", "platform__retired_at", "channel", "channel__kind",
           "channel__retired_at", "state", "step", "earlier", "by", "requested_at", "sent_at", "answered_at", "next_check_at",
           "case__unit__practice")
REASONS = {Why.SILENCE: gettext_lazy("No answer since:"), Why.REFUSAL: gettext_lazy("They refused on:"),
           Why.BACK: gettext_lazy("Seen online again on:")}
TO_PLATFORM = {Step.REMINDER: gettext_lazy("Remind %(whom)s"), Step.SECOND: gettext_lazy("Second notice to %(whom)s"),
               Step.COPIES: gettext_lazy("Ask for identical copies elsewhere to be removed"),
               Step.SEARCH: gettext_lazy("Ask %(whom)s to take it out of its results"),
               Step.HOST: gettext_lazy("Ask whoever hosts the site"),
               Step.REGISTRAR: gettext_lazy("Ask the registrar of the domain"),
               Step.REGULATOR: gettext_lazy("Pass it to %(whom)s")}


@dataclass(frozen=True)
class Advice:
    """A suggestion, and what a person decided about it: `deferral`, if that still holds."""
    case: Case
    suggestion: Suggestion
    notices: frozenset[UUID]                    # of the whole thread
    deferral: Deferral | None = None

    @property
    def ended(self) -> bool:
        return self.deferral is not None and self.deferral.until is None

    @property
    def due(self) -> datetime:
        """From when on it stands there; put off, from that morning on."""
        until = self.deferral.until if self.deferral else None
        morning = timezone.make_aware(datetime.combine(until, time())) if until else self.suggestion.due
        return max(self.suggestion.due, morning)

    def stands(self, now: datetime) -> bool:
        return not self.ended and self.due <= now

    # --- for pages ----------------------------------------------------------------------------------------------------
    @property
    def now(self) -> bool:
        return self.stands(timezone.now())

    @property
    def why(self) -> str:
        return str(REASONS[self.suggestion.why])

    @property
    def address(self) -> str:
        """Where the step is taken, with all that is known filled in."""
        return address(self.case, self.suggestion)

    def words(self, names: Mapping[str, str]) -> str:
        return words(self.suggestion, names)


def words(found: Suggestion, names: Mapping[str, str]) -> str:
    slug = found.to or found.after.platform
    return worded(found.step, names.get(slug, slug))


def worded(step: Step, whom: str) -> str:
    return str(TO_PLATFORM[step] % {"whom": f"\u2068{whom}\u2069"})


def address(case: Case, found: Suggestion) -> str:
    if found.step == Step.REGULATOR:
        return reverse("triage:refer_to", args=[case.ref, found.to])
    query = urlencode({"earlier": found.after.pk, "step": found.step.value, **({"to": found.to} if found.to else {})})
    if found.step in AGAIN and found.after.usable:
        return reverse("triage:compose", args=[case.ref, found.after.channel]) + f"?{query}"
    return reverse("triage:escalate", args=[case.ref]) + f"?{query}"


# --- gathering --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Chased:
    """What was asked for in each case, as the ladders and as the tasks look at it; and, of those that are open, what could come
    next, thread by thread."""
    notices: dict[UUID, list[tuple[Link, Notice]]]
    advice: dict[UUID, list[Advice]]


def chased(cases: Sequence[Case]) -> Chased:
    """At most five queries, however many cases; nothing is unsealed."""
    notices = notices_of([case.pk for case in cases])
    able = {case.pk: case for case in cases if case.status != Status.CLOSED}
    links = {pk: [link for link, _notice in mine] for pk, mine in notices.items() if pk in able}
    return Chased(notices, advice_among(able, links))


def advice_for(cases: Sequence[Case]) -> dict[UUID, list[Advice]]:
    return chased(cases).advice


def advice_among(able: Mapping[UUID, Case], links: Mapping[UUID, list[Link]]) -> dict[UUID, list[Advice]]:
    if not links:
        return {}
    ladders, ids = list(Ladder.objects.filter(retired_at=None)), list(links)
    referred, deferrals, closed = referred_to(ids), deferrals_of(ids), accused_in([able[pk] for pk in ids])
    return {pk: found for pk, mine in links.items()
            if (found := advice_in(able[pk], mine, ladders, referred[pk] | closed[pk], deferrals))}


def advice_in(case: Case, links: Sequence[Link], ladders: Sequence[Ladder], referred: set[str],
              deferrals: Mapping[UUID, list[Deferral]]) -> list[Advice]:
    found = []
    for thread in threads(links):
        rungs = rungs_for(ladders, thread.root.platform, case.harm, child=case.child)
        suggestion = advise(rungs, thread, referred=referred)
        if suggestion:
            rows = [row for link in thread.links for row in deferrals.get(link.pk, []) if row.at > suggestion.since]
            mine = frozenset(link.pk for link in thread.links)
            found.append(Advice(case, suggestion, mine, max(rows, key=lambda row: row.at, default=None)))
    return found


def advice_on(escalation: Escalation, case: Case) -> Advice | None:
    """Of the thread in which it stands."""
    return next((each for each in advice_for([case]).get(case.pk, []) if escalation.pk in each.notices), None)


def notices_of(cases: Sequence[UUID]) -> dict[UUID, list[tuple[Link, Notice]]]:
    """Of each case, as they were asked for. One query."""
    rows = Escalation.objects.filter(case__in=cases).order_by("requested_at", "pk").annotate(
        looked=Subquery(sightings.by_staff().order_by("-at").values("at")[:1]),
        online=Subquery(sightings.still_online().values("at")[:1]), told=Subquery(sightings.of_reporter().values("at")[:1]),
        unread=Exists(unsorted(OuterRef("pk"))))
    found: defaultdict[UUID, list[tuple[Link, Notice]]] = defaultdict(list)
    for row in rows.values(*COLUMNS, "looked", "online", "told", "unread"):
        notice = Notice(row["platform__slug"], row["state"], row["answered_at"] or row["requested_at"], row["next_check_at"],
                        row["looked"], row["online"], row["told"], places=row["channel__kind"] not in UPWARD)
        found[row["case"]].append((link(row, notice.again), notice))
    return found


def link(row: Mapping[str, Any], back: datetime | None) -> Link:
    """A notice of practice never leaves: it counts as if it had, so that the steps can be learnt."""
    stays = row["case__unit__practice"] and row["state"] == State.REQUESTED
    return Link(row["pk"], row["reference"], row["platform__slug"], row["platform__kind"], row["channel"],
                State.SENT if stays else State(row["state"]), row["step"], row["earlier"],
                row["requested_at"] if stays else row["sent_at"], row["answered_at"], row["next_check_at"], row["requested_at"],
                row["by"], back, usable=not (row["channel__retired_at"] or row["platform__retired_at"]), unread=row["unread"])


def referred_to(ids: Sequence[UUID]) -> defaultdict[UUID, set[str]]:
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    rows = Referral.objects.filter(case__in=ids).exclude(state=Referral.State.DROPPED)
    for case, slug in rows.values_list("case", "authority__slug"):
        found[case].add(slug)
    return found


def accused_in(cases: Sequence[Case]) -> defaultdict[UUID, set[str]]:
    """Of each case, the authorities that the accused may work for: no step leads there. One query, if there is such a case."""
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    some = [case for case in cases if case.conflict]
    for authority in Authority.objects.all() if some else ():
        for case in some:
            if accused_there(case, authority):
                found[case.pk].add(authority.slug)
    return found


def deferrals_of(ids: Sequence[UUID]) -> defaultdict[UUID, list[Deferral]]:
    """By the notice that they stand at."""
    found: defaultdict[UUID, list[Deferral]] = defaultdict(list)
    for row in Deferral.objects.filter(escalation__case__in=ids).select_related("by"):
        found[row.escalation_id].append(row)
    return found


# --- the reason -------------------------------------------------------------------------------------------------------
def seal_reason(secret: bytes, text: str, *, case: Case, row: UUID) -> bytes:
    return envelope.seal(secret, text.encode(), case=case.pk, field=deferring.FIELD, record=row)


def read_reason(deferral: Deferral | None, *, case: Case, keyring: Keyring | None, by: Staff) -> Text | None:
    """Why there is no further step; None where nobody said so."""
    if deferral is None or deferral.reason is None:
        return None
    one = Escalation.objects.select_related("notice_key").prefetch_related("notice_key__wraps").get(pk=deferral.escalation_id)
    key, state = readable(case, one.notice_key, keyring, opened_by(by, [case]))
    return opened_text(case, key, state, deferral.reason, deferring.FIELD, deferral.pk)


# --- what is typed ----------------------------------------------------------------------------------------------------
class LaterForm(forms.Form):
    days = forms.IntegerField(label=gettext_lazy("Ask again in so many days"), min_value=1, max_value=deferring.MOST, initial=3)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="later_%s")


SAY_WHY = gettext_lazy("Say why: a colleague who opens this notice later reads it.")


class EndForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("No further step, because"), min_length=10, max_length=2_000,
                             error_messages={"required": SAY_WHY, "min_length": SAY_WHY},
                             help_text=gettext_lazy("Sealed with the notice. The log says that it was decided, not why."),
                             widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="end_%s")


def of_page(one: Escalation, case: Case, *, keyring: Keyring | None, by: Staff, forms: Mapping[str, Any]) -> dict[str, Any]:
    """For the page of a notice."""
    advice = advice_on(one, case)
    slugs = {advice.suggestion.to or advice.suggestion.after.platform} if advice else set[str]()
    return {"advice": advice, "advice_words": advice.words(names_of(slugs)) if advice else "",
            "no_step": read_reason(advice.deferral, case=case, keyring=keyring, by=by) if advice else None,
            "later_form": forms.get("later") or LaterForm(), "end_form": forms.get("ending") or EndForm()}
