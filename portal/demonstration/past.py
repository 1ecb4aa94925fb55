"""What lies behind the cases: half a year of figures from cases that are long gone, and two whose time is over."""
import random
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from cases.models import Case
from cases.priority import Harm
from cases.retention.services import approve, propose
from cases.statistics.counting import Dimension
from cases.statistics.figures import months
from cases.statistics.models import Tally
from cases.workflow import Outcome
from portal.accounts.models import User
from portal.demonstration.cases import put_back

LONG_AGO = timedelta(days=200)
SHORTEST = (Outcome.DUPLICATE, Outcome.NOT_FOR_US)          # kept for 180 days
VALUES: dict[Dimension, tuple[str, ...]] = {
    Dimension.UNIT: ("adults", "adults", "children", "integrity"), Dimension.HARM: tuple(harm.value for harm in Harm),
    Dimension.AGE: ("child", "adult", "adult", "unknown"), Dimension.OUTCOME: tuple(outcome.value for outcome in Outcome),
    Dimension.ANSWER: ("day", "day", "three_days", "week", "none"), Dimension.PLATFORM: ("facebook", "tiktok", "whatsapp"),
}


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


def tally_months() -> None:
    chance = random.Random(7)  # noqa: S311  not a secret
    for number, month in enumerate(months()[:6]):
        reports = 90 - 9 * number
        rows = [Tally(month=month, dimension=dimension.value, value=value, n=n) for dimension, values in VALUES.items()
                for value, n in Counter(chance.choices(values, k=reports)).items()]
        Tally.objects.bulk_create(rows)
