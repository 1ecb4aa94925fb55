"""The scorecard of one platform, for its page in the registry and for the partner itself: the last twelve months that are over,
of the whole house. It is read from the sums, so cases that are gone are in it."""
from django.db.models import Sum

from cases.statistics import spans
from cases.statistics.counting import Dimension
from cases.statistics.figures import score
from cases.statistics.hiding import FOR_STAFF
from cases.statistics.models import Tally
from cases.statistics.naming import Names, bases
from cases.statistics.presenting import Shown, present


def of_platform(slug: str) -> Shown:
    """A row for each legal basis; none of fewer than five notices."""
    return of_platforms({slug: ""})[slug]


def of_platforms(names: Names) -> dict[str, Shown]:
    """Of each slug; its rows begin with its name. Two queries."""
    span, known = spans.presets(running=False)["12"], bases()
    rows = Tally.objects.filter(month__gte=span.first, month__lte=span.last, dimension=Dimension.SCORE.value)
    sums = {(Dimension.SCORE, value): living + gone for value, living, gone in
            rows.values_list("value").annotate(living=Sum("living"), gone=Sum("gone"))}
    return {slug: present(score({slug: name}, known, [sums], FOR_STAFF)) for slug, name in names.items()}
