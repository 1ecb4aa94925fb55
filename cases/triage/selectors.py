"""What a case page shows beside the sealed texts, and what of other cases its reader may know."""
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils.translation import override

from cases.escalation.models import Platform
from cases.models import Case, Consent, Link
from cases.permissions import Permission, Staff, may
from cases.selectors import on_this_side
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
    """Every act with its newest answer."""
    newest = {consent.act: consent for consent in Consent.objects.filter(case=case)}
    return [ConsentLine(str(act.label), newest.get(act.value)) for act in Consent.Act]


def colleagues(case: Case) -> Colleagues:
    able = [member for member in on_this_side(case, members_of(case.unit)) if may(member, Permission.WORK_CASES)]
    women = set(women_of(case.unit).values_list("pk", flat=True)) if case.wants_woman else set()
    return Colleagues([member for member in able if member.pk in women], [member for member in able if member.pk not in women])


def platform_names() -> dict[str, dict[str, str]]:
    """Language → slug → name, of every platform."""
    platforms, found = list(Platform.objects.all()), dict[str, dict[str, str]]()
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = {platform.slug: str(platform) for platform in platforms}
    return found
