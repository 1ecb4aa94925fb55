"""What of a case stands in the log alone, in the words of the timeline. No entry that tells of another case is among them."""
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.audit import presenters
from cases.audit.models import Entry
from cases.escalation.models import Sighting
from cases.models import LEVEL_NAMES, RULE_NAMES, Case
from cases.priority import Level
from cases.triage.matches import ABOUT_CASES

# Every member of the unit reads these. Entries of tables that the timeline reads itself are not among them.
EVENTS = frozenset({
    "case_assigned", "case_transferred", "case_restricted", "case_unrestricted", "priority_raised", "priority_settled",
    "priority_set", "task_made", "task_given", "task_done", "task_undone", "evidence_arrived", "evidence_kept",
    "evidence_destroyed", "evidence_locked", "evidence_exported", "evidence_failed", "hashes_proposed", "listing_approved",
    "listing_refused", "known_elsewhere", "report_withdrawn", "report_set_aside", "report_setting_aside_agreed",
    "report_taken_up_again", "address_kept", "address_dropped", "notification_sent", "hold_placed", "hold_lifted",
    "hold_for_authority", "receipt_expired", "messages_marked", "closing_asked", "closing_agreed", "closing_refused",
    "closing_taken_back",
    "reporter_nudged", "contact_revealed", "unit_asked", "unit_answered", "consult_read", "consult_ended",
    "referral_asked", "referral_ready", "referral_taken", "referral_handed", "referral_told", "referral_accepted",
    "referral_refused", "referral_acted", "referral_nothing", "referral_dropped", "demand_registered", "demand_decided",
    "report_taken", "case_printed", "subject_added", "subject_changed", "subject_removed", "notice_second_asked",
    "notice_approved", "notice_returned", "sighting_recorded", "look_allowed", "look_ended", "back_online",
})
SUPERVISORS = frozenset({"member_excluded", "exclusion_lifted", "glass_broken", "disposal_proposed", "disposal_approved",
                         "disposal_put_back"})
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Names = dict[str, str]
Words = Callable[[Entry, Names], str]


def of_case(case: Case, *, supervises: bool) -> QuerySet[Entry]:
    return Entry.objects.filter(subject=str(case.pk), event__in=EVENTS | SUPERVISORS if supervises else EVENTS)


def titles(entries: Sequence[Entry]) -> Iterator[tuple[Entry, str]]:
    """Each with a line that says who did what. One query for the names."""
    named = names(entries)
    for entry in entries:
        words = WORDS[entry.event](entry, named) if entry.event in WORDS else presenters.sentence(entry)
        by = named.get(entry.actor)
        yield entry, _("%(name)s: %(status)s") % {"name": isolated(by), "status": words} if by else words


def names(entries: Sequence[Entry]) -> Names:
    """Members who did something, or whom it is about, by id as the log writes it."""
    people = {one for entry in entries for one in (entry.actor, entry.details.get("to"), entry.details.get("member"))
              if isinstance(one, str) and ID.fullmatch(one)}
    return {str(pk): str(person) for pk, person in get_user_model().objects.in_bulk(list(people)).items()} if people else {}


def isolated(name: object) -> str:
    """A name, marked off: in an Urdu line the full stop of "Ayesha K." would otherwise jump to her other side."""
    return f"\u2068{name}\u2069"


# --- words that a plain sentence lacks --------------------------------------------------------------------------------
def assigned(entry: Entry, named: Names) -> str:
    to = entry.details.get("to")
    if not to:
        return _("nobody has the case")
    return _("took the case") if to == entry.actor else _("gave the case to %(name)s") % {"name": isolated(named.get(to, to))}


def priority(entry: Entry, _named: Names) -> str:
    """The level, and the rule where that says nothing of other cases."""
    words = _("Priority: %(level)s") % {"level": level(entry.details.get("to"))}
    rule = entry.details.get("rule")
    return f"{words} ({RULE_NAMES[rule]})" if rule in RULE_NAMES and rule not in ABOUT_CASES else words


def level(value: Any) -> object:
    return LEVEL_NAMES[Level(value)] if value in set(Level) else value


def task_given(entry: Entry, named: Names) -> str:
    to = entry.details.get("to")
    if not to:
        return _("gave a task to whoever has the case")
    return _("gave a task to %(name)s") % {"name": isolated(named.get(to, to))}


def task_made(entry: Entry, named: Names) -> str:
    to = entry.details.get("to")
    if not to or to == entry.actor:
        return _("wrote down a task")
    return _("wrote down a task for %(name)s") % {"name": isolated(named.get(to, to))}


def about_member(words: Callable[[], str]) -> Words:
    def written(entry: Entry, named: Names) -> str:
        member = entry.details.get("member", "")
        return words() % {"name": isolated(named.get(member, member))}
    return written


def sighting(entry: Entry, _named: Names) -> str:
    """How many links of a notice were seen how."""
    seen = [f"{label} ({n})" for value, label in Sighting.Seen.choices if (n := entry.details.get(value))]
    return _("looked whether it is online: %(seen)s") % {"seen": " · ".join(seen)}


WORDS: dict[str, Words] = {
    "case_assigned": assigned, "priority_raised": priority, "priority_settled": priority, "priority_set": priority,
    "sighting_recorded": sighting,
    "task_given": task_given, "task_made": task_made, "task_done": lambda _e, _n: _("did a task"),
    "task_undone": lambda _e, _n: _("opened a task again"),
    "member_excluded": about_member(lambda: _("%(name)s is kept from the case")),
    "exclusion_lifted": about_member(lambda: _("%(name)s is kept from the case no longer")),
}
