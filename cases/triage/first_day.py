"""The walk of a member's first day: six steps, each ticked off by what the member did in a case that was made up for them.

Nothing of it is stored: begin anew, and the cases with all that was done in them are gone.
"""
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.audit.models import Entry
from cases.audit.services import actor
from cases.escalation.models import Escalation
from cases.models import Case, Labelled, Message, StatusChange
from cases.permissions import Staff
from cases.triage.practice import cases_of
from cases.workflow import Status


@dataclass(frozen=True)
class Guide:
    """`part`: of the case page; `url`: of another page, where it is not on that one."""
    code: str
    name: Promise
    how: Promise
    part: str = ""
    url: str = "triage:case"


GUIDES = (
    Guide("open", _("Open a case"),
          _("Unlock your vault with your passphrase and open the case from the queue. Press “Take this case”: now it is yours, "
            "and in review.")),
    Guide("read", _("Read what was written"),
          _("The report stands under “What was reported”, messages stand in the timeline. Mark them as read, or answer them."),
          "timeline"),
    Guide("answer", _("Answer the reporter"),
          _("Write a message, or take a template and change its words. The reporter of a real case reads it with the "
            "receipt code."),
          "write"),
    Guide("label", _("Put a label on it"),
          _("A label helps your unit to find the case again. It never says anything about a person."), "labels"),
    Guide("escalate", _("Ask a platform to remove it"),
          _("Choose a way, look at the notice as the platform would read it, and send it. In practice it is kept here, and never "
            "leaves."), url="triage:escalate"),
    Guide("close", _("Close the case"),
          _("Under “Next step” choose how it ended. The words that you choose are what the reporter reads."), "move"),
)


@dataclass(frozen=True)
class Step:
    guide: Guide
    done: bool
    address: str                # of the case to do it in; "" before the first beginning


@dataclass(frozen=True)
class Walk:
    steps: list[Step]
    cases: list[Case]

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def over(self) -> bool:
        return self.done == len(self.steps)


def walk(member: Staff) -> Walk:
    """At most seven queries."""
    cases = list(cases_of(member).select_related("unit"))
    done = done_in([case.pk for case in cases], member)
    here = next((case for case in cases if case.status != Status.CLOSED), cases[0] if cases else None)
    return Walk([Step(guide, guide.code in done, address(guide, here)) for guide in GUIDES], cases)


def address(guide: Guide, case: Case | None) -> str:
    if case is None:
        return ""
    return reverse(guide.url, args=[case.ref]) + (f"#{guide.part}" if guide.part else "")


def done_in(cases: Collection[UUID], member: Staff) -> set[str]:
    """The steps that the member has done in any of these cases."""
    who, subjects = actor(member), [str(pk) for pk in cases]
    events = set(Entry.objects.filter(subject__in=subjects, actor=who, event__in=["case_read", "messages_marked"]).values_list(
        "event", flat=True))
    answered = Message.objects.filter(case__in=cases, author=Message.Author.STAFF.value, by=member.pk).exists()
    facts = {
        "open": "case_read" in events,
        "read": "messages_marked" in events or answered,            # whoever answers has read
        "answer": answered,
        "label": Labelled.objects.filter(case__in=cases, by=member.pk).exists(),
        "escalate": Escalation.objects.filter(case__in=cases, by=member.pk).exists(),
        "close": StatusChange.objects.filter(case__in=cases, by=member.pk, status=Status.CLOSED.value).exists(),
    }
    return {code for code, done in facts.items() if done}
