"""What lies behind the cases: half a year of figures from cases that are long gone, and two whose time is over."""
import random
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from cases.models import Case
from cases.priority import Harm
from cases.retention.services import approve, propose
from cases.statistics import counting, spans
from cases.statistics.counting import Dimension, Event
from cases.statistics.models import Tally
from cases.workflow import Outcome
from portal.accounts.models import User
from portal.demonstration.cases import put_back

LONG_AGO = timedelta(days=200)
SHORTEST = (Outcome.DUPLICATE, Outcome.NOT_FOR_US)          # kept for 180 days
UNITS = {"adults": 50, "children": 25, "integrity": 15}      # reports in the newest month
STATES = ("actioned", "actioned", "actioned", "refused", "no_answer", "acknowledged")
VALUES: dict[Dimension, tuple[str, ...]] = {
    Dimension.HARM: tuple(harm.value for harm in Harm), Dimension.AGE: ("child", "adult", "adult", "unknown"),
    Dimension.WRITTEN: ("ur", "ur", "roman_ur", "en", "ps", "sd"), Dimension.OUTCOME: tuple(outcome.value for outcome in Outcome),
    Dimension.ANSWER: ("day", "day", "three_days", "week", "none"), Dimension.OPINION: ("yes", "partly", "no", "none", "none"),
    Dimension.SOURCE: ("web", "web", "web", "phone", "walk_in"), Dimension.PLATFORM: ("facebook", "tiktok", "whatsapp"),
    Dimension.FIRST: tuple(f"{level}:{hours}" for level in "1234" for hours in ("1", "4", "4", "24", "72")),
    Dimension.NOTICE: tuple(f"{slug}:{state}" for slug in ("facebook", "tiktok") for state in STATES),
    Dimension.REMOVAL: tuple(f"{slug}:{hours}" for slug in ("facebook", "tiktok") for hours in ("12", "24", "48", "48", "120")),
    Dimension.SCORE: tuple(f"{pair}:{kept}" for pair in ("facebook:take-it-down-act", "facebook:own-rules", "tiktok:dsa-16")
                           for kept in ("on_time:12", "on_time:24", "on_time:48", "late:72", "silent:none", "removed:24",
                                        "removed:48")),
    Dimension.LAW: ("PECA 2016 s. 21", "PECA 2016 s. 21", "PECA 2016 s. 21, 24", "PECA 2016 s. 20, 21"),
    Dimension.BREACH: ("1", "2", "3", "3", "4"),
    Dimension.EVENT: (Event.BACK, Event.BACK, Event.SECOND_LOOK, Event.REVIEWED),
}
FEWER = {Dimension.REMOVAL: 2, Dimension.BREACH: 4, Dimension.EVENT: 5}         # one of so many reports


@transaction.atomic
def remember(staff: dict[str, User]) -> None:
    tally_months()
    for case in Case.objects.filter(outcome__in=[outcome.value for outcome in SHORTEST]):
        put_back(case, LONG_AGO)
        Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - LONG_AGO)
    propose(timezone.now())
    first = Case.objects.filter(proposal__isnull=False, unit__memberships__member=staff["tariq"]).first()
    if first:
        approve(case=first, by=staff["tariq"])
    counting.count_all()


def tally_months() -> None:
    """Of cases that are gone, and of those that are here."""
    chance = random.Random(7)  # noqa: S311  not a secret
    this = timezone.localdate().replace(day=1)
    for number, month in enumerate(spans.back(this, by) for by in range(1, 7)):
        for unit, newest in UNITS.items():
            reports = newest - newest * number // 10
            weeks = [spans.monday_of(month + timedelta(days=7 * week)).isoformat() for week in range(4)]
            for dimension, values in {**VALUES, Dimension.UNIT: (unit,), Dimension.WEEK: weeks}.items():
                picked = Counter(chance.choices(values, k=reports // FEWER.get(dimension, 1)))
                Tally.objects.bulk_create(Tally(month=month, unit=unit, dimension=dimension.value, value=value, gone=n)
                                          for value, n in picked.items())
