"""Which pictures of which cases are the same, as far as it stands: what somebody undid is no match any more.

One rule is slower to forget. A picture that was reported in a child's case never comes on the adults' list, and one person alone
does not lift that: until a second has agreed, an undone match still guards (`guarding`).
"""
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from cases.hashing.models import ForeignMatch, Match, MediaHash
from cases.models import Case, Exclusion
from cases.priority import CHILD, AgeBand


def childs(case: str = "") -> Q:
    """Of a child's case, where `case` leads there."""
    to = f"{case}__" if case else ""
    return Q(**{f"{to}child": True}) | Q(**{f"{to}age_band__in": CHILD}) | Q(**{f"{to}age_band_then__in": CHILD})


CHILDS = childs()


def standing() -> QuerySet[Match]:
    return Match.objects.filter(undone_at=None)


def guarding() -> QuerySet[Match]:
    """The standing ones, and those that a single person undid."""
    return Match.objects.filter(agreed_at=None)


def of_case(found: QuerySet[Match], case_id: UUID) -> QuerySet[Match]:
    return found.filter(Q(a__case=case_id) | Q(b__case=case_id))


def between(found: QuerySet[Match], one: UUID, other: UUID) -> QuerySet[Match]:
    return found.filter(Q(a__case=one, b__case=other) | Q(a__case=other, b__case=one))


def pairs_of(pictures: Collection[MediaHash]) -> set[frozenset[UUID]]:
    """Every two that were found to be the same before, undone or not: they are not found anew."""
    known = Match.objects.filter(Q(a__in=pictures) | Q(b__in=pictures)).values_list("a", "b")
    return {frozenset(pair) for pair in known}


def others(found: QuerySet[Match], case: Case) -> QuerySet[Case]:
    """The other cases of these matches of `case`."""
    pairs = of_case(found, case.pk).order_by().values_list("a__case", "b__case").distinct()
    return Case.objects.filter(pk__in={one for pair in pairs for one in pair} - {case.pk})


def telling(found: QuerySet[Match], case: Case) -> QuerySet[Case]:
    """Those of the other cases that may move this one: no wall keeps any member of this case's unit from them.

    Else a member who is behind that wall would see a case become urgent for no reason on its page, and know.
    """
    walls = Exclusion.objects.filter(lifted_at=None, member__memberships__unit=case.unit_id)
    return others(found, case).exclude(pk__in=walls.values("case"))


def of_a_child(case: Case) -> bool:
    return case.child or bool({AgeBand(case.age_band), AgeBand(case.age_band_then)} & CHILD)


def matches_a_child(case: Case) -> bool:
    return others(guarding(), case).filter(CHILDS).exists()


def known_of_children(pictures: Collection[UUID]) -> set[UUID]:
    """Which of these stand on somebody's list of child imagery."""
    known = ForeignMatch.objects.filter(hash__in=pictures, foreign__child=True, foreign__deleted_at=None)
    return set(known.values_list("hash", flat=True))


def with_the_same(pictures: Collection[UUID]) -> set[UUID]:
    """And every picture or video that is one of these, saved again: a list by MD5 knows a single copy."""
    pairs = guarding().filter(Q(a__in=pictures) | Q(b__in=pictures)).values_list("a", "b")
    return {one for pair in pairs for one in pair} | set(pictures)


def values_of(pictures: Collection[UUID]) -> set[str]:
    """What of them may be listed, variants too."""
    return {value for one in MediaHash.objects.filter(pk__in=pictures).prefetch_related("variants") for value in one.listed()}


def guarded(pictures: Collection[UUID]) -> set[UUID]:
    """Those of them that a match keeps off the adults' list: with a child's case, or with what a list of child imagery has."""
    found = set[UUID]()
    for own, other in (("a", "b"), ("b", "a")):
        pairs = guarding().filter(**{f"{own}__in": pictures})
        listed = {f"{other}__foreign__foreign__child": True, f"{other}__foreign__foreign__deleted_at": None}
        found |= set(pairs.filter(childs(f"{other}__case") | Q(**listed)).values_list(own, flat=True))
    return found


def of_children(pictures: Collection[UUID]) -> set[UUID]:
    """Those of a child's case, or on a list of child imagery."""
    own = MediaHash.objects.filter(childs("case"), pk__in=pictures)
    return set(own.values_list("pk", flat=True)) | known_of_children(pictures)


def values_of_children(found: Sequence[Match]) -> set[str]:
    """What may be listed of those matches in which one of the two is of a child's case, or on a list of child imagery."""
    known = of_children({side for match in found for side in (match.a_id, match.b_id)})
    pairs = [match for match in found if known & {match.a_id, match.b_id}]
    return values_of({side for match in pairs for side in (match.a_id, match.b_id)})
