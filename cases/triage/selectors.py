"""What a case page shows beside the sealed texts, and what of other cases its reader may know."""
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from cases.escalation.selectors import every_name, names_of
from cases.models import Case, Consent, Link
from cases.permissions import Permission, Staff, may
from cases.selectors import first_of, on_this_side
from cases.triage.matches import Reach, reach_of
from cases.units.selectors import members_of, women_of


@dataclass(frozen=True)
class LinkedCase:
    because: str
    ref: str                    # "": not theirs to open
    reach: Reach


@dataclass(frozen=True)
class ConsentLine:
    act: str
    newest: Consent | None      # None: never asked


ASKED_BY_NAME = frozenset({Consent.Act.PASS_CHILD, Consent.Act.PASS_HOTLINE, Consent.Act.PASS_OTHER})


@dataclass(frozen=True)
class Colleagues:
    """Who may be given a case. Women first, and apart, when the reporter asked for one."""
    women: list[Staff]
    others: list[Staff]


def linked(case: Case, member: Staff) -> list[LinkedCase]:
    """Those that the member opens by name; of the others only that there are some, and why."""
    links = list(Link.objects.filter(Q(a=case) | Q(b=case)).select_related("a", "b"))
    others = [(link, link.b if link.a_id == case.pk else link.a) for link in links]
    reach = reach_of(member, [other for _link, other in others])
    found = [LinkedCase(link.get_because_display(), other.ref if reach[other.pk] == Reach.OPEN else "", reach[other.pk])
             for link, other in others if reach[other.pk] != Reach.WALL]
    return sorted(dict.fromkeys(found), key=lambda each: (each.reach, each.ref))


def consents(case: Case) -> list[ConsentLine]:
    """Every act that is always asked, and what else was, with the newest answer; and the authority that it is about."""
    newest = {consent.act: consent for consent in Consent.objects.filter(case=first_of(case))}
    to = {consent.recipient for consent in newest.values() if consent.recipient}
    names = names_of(to) if to else {}
    return [ConsentLine(_act(act, newest.get(act.value), names), newest.get(act.value)) for act in Consent.Act
            if act in newest or act not in ASKED_BY_NAME]


def _act(act: Consent.Act, newest: Consent | None, names: Mapping[str, str]) -> str:
    to = names.get(newest.recipient, "") if newest else ""
    return f"{act.label} ({to})" if to else str(act.label)


def colleagues(case: Case) -> Colleagues:
    able = [member for member in on_this_side(case, members_of(case.unit)) if may(member, Permission.WORK_CASES)]
    women = set(women_of(case.unit).values_list("pk", flat=True)) if case.wants_woman else set()
    return Colleagues([member for member in able if member.pk in women], [member for member in able if member.pk not in women])


def platform_names() -> dict[str, dict[str, str]]:
    """Language → slug → name, of every platform, and of every authority to which a case may go."""
    return every_name()
