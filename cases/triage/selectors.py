"""What a case page shows beside the sealed texts, and what of other cases its reader may know."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Q

from cases.escalation.models import Platform
from cases.hashing.models import Match, MediaHash
from cases.models import Case, Consent, Link, Trace
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, on_this_side, walled_off
from cases.units.selectors import members_of, women_of


@dataclass(frozen=True)
class Finding:
    """A picture like this one. `number`: of this same case; `ref`: of a case the reader may see; neither: of another unit's."""
    distance: int               # bits of 256
    number: int | None = None
    ref: str = ""


@dataclass(frozen=True)
class Picture:
    number: int
    pdq: str
    quality: int
    compared: bool
    findings: list[Finding] = field(default_factory=list)

    @property
    def short(self) -> str:
        """The start and the end, as people compare long numbers."""
        return f"{self.pdq[:4]} {self.pdq[4:8]} {self.pdq[8:12]} … {self.pdq[-4:]}"


@dataclass(frozen=True)
class LinkedCase:
    because: str
    ref: str                    # "": a case of another unit


@dataclass(frozen=True)
class ConsentLine:
    act: str
    newest: Consent | None      # None: never asked


@dataclass(frozen=True)
class Colleagues:
    """Who may be given a case. Women first, and apart, when the reporter asked for one."""
    women: list[Staff]
    others: list[Staff]


def behind_wall(member: Staff, cases: Iterable[Case]) -> set[object]:
    """The keys of those cases that do not exist for the member: not even "a case of another unit"."""
    return set(walled_off(member).filter(case__in=[case.pk for case in cases]).values_list("case_id", flat=True))


def seen_by(member: Staff, cases: Iterable[Case]) -> set[object]:
    """The keys of those cases that the member may open."""
    return set(cases_for(member).filter(pk__in=[case.pk for case in cases]).values_list("pk", flat=True))


def pictures(case: Case, member: Staff) -> list[Picture]:
    """Fingerprints by number, each with the nearest first."""
    found = {row.pk: Picture(row.number, row.pdq, row.quality, row.matched_at is not None)
             for row in MediaHash.objects.filter(case=case)}
    either = Match.objects.filter(Q(a__case=case) | Q(b__case=case))
    matches = list(either.select_related("a__case", "b__case").order_by("distance"))
    ends = [end.case for match in matches for end in (match.a, match.b)]
    visible, hidden = seen_by(member, ends), behind_wall(member, ends)
    for match in matches:
        for own, other in ((match.a, match.b), (match.b, match.a)):
            if own.pk in found and other.case_id not in hidden:
                found[own.pk].findings.append(finding(case, other, match.distance, visible))
    return list(found.values())


def finding(case: Case, other: MediaHash, distance: int, visible: set[object]) -> Finding:
    if other.case_id == case.pk:
        return Finding(distance, number=other.number)
    return Finding(distance, ref=other.case.ref if other.case_id in visible else "")


def linked(case: Case, member: Staff) -> list[LinkedCase]:
    links = list(Link.objects.filter(Q(a=case) | Q(b=case)).select_related("a", "b"))
    others = [(link, link.b if link.a_id == case.pk else link.a) for link in links]
    cases = [other for _link, other in others]
    visible, hidden = seen_by(member, cases), behind_wall(member, cases)
    return [LinkedCase(link.get_because_display(), other.ref if other.pk in visible else "")
            for link, other in others if other.pk not in hidden]


def also_named(case: Case, tags: Mapping[tuple[str, str], str], member: Staff) -> dict[str, int]:
    """As typed → in how many other cases, of any unit, the same link or account was named."""
    others = Trace.objects.filter(tag__in=tags.values()).exclude(case=case).exclude(case__in=walled_off(member).values("case"))
    rows = others.values("kind", "tag").annotate(cases=Count("case", distinct=True))
    counts = {(row["kind"], row["tag"]): row["cases"] for row in rows}
    return {typed: counts[kind, tag] for (kind, typed), tag in tags.items() if (kind, tag) in counts}


def consents(case: Case) -> list[ConsentLine]:
    """Every act with its newest answer."""
    newest = {consent.act: consent for consent in Consent.objects.filter(case=case)}
    return [ConsentLine(str(act.label), newest.get(act.value)) for act in Consent.Act]


def colleagues(case: Case) -> Colleagues:
    able = [member for member in on_this_side(case, members_of(case.unit)) if may(member, Permission.WORK_CASES)]
    women = set(women_of(case.unit).values_list("pk", flat=True)) if case.wants_woman else set()
    return Colleagues([member for member in able if member.pk in women], [member for member in able if member.pk not in women])


def platform_names() -> dict[str, str]:
    return {platform.slug: str(platform) for platform in Platform.objects.all()}
