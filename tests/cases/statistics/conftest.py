from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from cases.escalation import registry
from cases.models import Case, Message
from cases.priority import Harm
from cases.services import change_status
from cases.statistics import spans
from cases.statistics.models import Tally
from cases.workflow import Outcome, Status
from tests.factories.cases import make_case, make_member, make_unit


def last_month() -> date:
    return spans.back(timezone.localdate().replace(day=1), 1)


def tally(month: date, of: str, /, **dimensions: Mapping[str, int]) -> None:
    Tally.objects.bulk_create(Tally(month=month, unit=of, dimension=dimension, value=value, gone=n // 2, living=n - n // 2)
                              for dimension, values in dimensions.items() for value, n in values.items())


@pytest.fixture
def seven(db, settings, tmp_path) -> list[Case]:
    """Of the month that is over: five of deepfakes, one of a child, one for another unit; one was answered and removed."""
    settings.TOMBSTONES = tmp_path / "tombstones"
    registry.seed()
    make_unit()
    cases = [make_case(make_unit(), harm=Harm.DEEPFAKE, platforms=("facebook", "tiktok")) for _ in range(5)]
    cases += [make_case(make_unit(), harm=Harm.GROOMING, age_now=12), make_case(make_unit("children"), harm=Harm.GROOMING)]
    moment = timezone.make_aware(datetime.combine(last_month(), datetime.min.time())) + timedelta(days=3)
    Case.objects.update(opened_at=moment)
    change_status(case=cases[0], to=Status.IN_REVIEW, by=None)
    change_status(case=cases[0], to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
    writer = make_member("Writer", make_unit())
    Message.objects.create(case=cases[0], author="staff", by=writer, body=b"x", at=moment + timedelta(hours=30))
    for case in cases:
        case.refresh_from_db()
    return cases
