"""What is counted of a case while it is here is what stays when it is gone."""
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from cases.conversation.models import Ask, Review
from cases.escalation.models import Channel, Escalation
from cases.models import ClockEvent
from cases.outbox.models import Job
from cases.retention import disposal, services
from cases.statistics import counting, tasks
from cases.statistics.counting import Dimension, count, count_all, keep, month_of
from cases.statistics.lengths import length, quantile
from cases.statistics.models import Counted, Tally
from tests.cases.statistics.conftest import last_month
from tests.factories.cases import make_member, make_unit, secrets_of


def sums() -> Counter[tuple[date, str, str, str]]:
    return Counter({(row.month, row.unit, row.dimension, row.value): row.living + row.gone
                    for row in Tally.objects.all() if row.living + row.gone})


@pytest.fixture
def busy(seven):
    """Much has happened to the first of them; its unit has been late once."""
    case, now = seven[0], timezone.now()
    channel = Channel.objects.filter(platform__slug="facebook").first()
    for number, (state, hours) in enumerate(((Escalation.State.ACTIONED, 30), (Escalation.State.REFUSED, 3))):
        Escalation.objects.create(
            case=case, platform=channel.platform, channel=channel, reference=f"MZ-{number}", state=state, notice=b"",
            notice_key=seven[number + 1].key, by=make_member("Writer 2", make_unit()), requested_at=case.opened_at,
            sent_at=case.opened_at + timedelta(hours=1), answered_at=case.opened_at + timedelta(hours=1 + hours))
    children = make_unit("children")
    for what, due in ((ClockEvent.What.BREACHED, case.opened_at), (ClockEvent.What.WARNED, now)):
        ClockEvent.objects.create(case=case, unit=children, what=what, level=2, due_at=due, at=now)
    Ask.objects.create(case=case, kind=Ask.Kind.LINKS, about=Ask.About.BACK, by=None, at=now)
    Review.objects.create(case=case, key=seven[3].key, about=case.unit, reader=children, kind=Review.Kind.SECOND_LOOK, body=b"",
                          at=now)
    return case


def test_each_fact_by_itself_in_its_month_and_unit(busy, seven):
    count_all()
    then, now = last_month(), month_of(timezone.now())
    monday = timezone.localdate(busy.opened_at)
    monday -= timedelta(days=monday.weekday())
    assert {key[1:]: n for key, n in sums().items() if key[0] == then and key[1] == "adults"} == {
        ("adults", "unit", "adults"): 6, ("adults", "week", monday.isoformat()): 6, ("adults", "harm", "deepfake"): 5,
        ("adults", "harm", "grooming"): 1, ("adults", "age", "adult"): 5, ("adults", "age", "child"): 1,
        ("adults", "written", "none"): 6, ("adults", "source", "web"): 6,
        ("adults", "outcome", "removed"): 1, ("adults", "outcome", "open"): 5,
        ("adults", "answer", "three_days"): 1, ("adults", "answer", "none"): 5, ("adults", "opinion", "none"): 6,
        ("adults", "platform", "facebook"): 6, ("adults", "platform", "tiktok"): 5,
        **Counter(("adults", "first", f"{case.priority}:{'1' if case == busy else 'none'}") for case in seven[:6]),
        ("adults", "notice", "facebook:actioned"): 1, ("adults", "notice", "facebook:refused"): 1,
        ("adults", "law", "PECA 2016 s. 21"): 2, ("adults", "removal", "facebook:48"): 1,
        ("adults", "score", "facebook:none:on_time:48"): 1, ("adults", "score", "facebook:none:on_time:4"): 1,
        ("adults", "score", "facebook:none:removed:48"): 1}
    assert sums()[then, "children", "breach", "2"] == 1
    assert {key[1:]: n for key, n in sums().items() if key[0] == now} == {
        ("adults", "event", "back"): 1, ("adults", "event", "second_look"): 1}
    assert {field.name for field in Tally._meta.get_fields()} == {"id", "month", "unit", "dimension", "value", "living", "gone"}


def test_a_recount_gives_the_same_also_after_nights_without_one(busy, seven):
    count(last_month())
    first = sums()
    count(last_month())
    assert sums() == first
    Tally.objects.filter(dimension="harm").update(living=77)        # whatever went wrong
    Tally.objects.filter(dimension="age").delete()
    count(last_month())
    assert sums() == first
    assert Counted.objects.get(month=last_month()).at is not None


@pytest.mark.parametrize("counted_before", [True, False])
def test_a_destroyed_case_is_counted_on_and_never_twice(busy, seven, counted_before):
    count_all()
    everything = sums()
    if not counted_before:
        Tally.objects.all().delete()
    for case in (seven[0], seven[5]):
        secrets_of(case)
        disposal.carry_out(disposal_id=services.erase(case=case).pk)
    if counted_before:
        assert sums() == everything
    count_all()
    assert sums() == everything
    assert Tally.objects.get(unit="adults", dimension="harm", value="deepfake").gone == 1
    assert Tally.objects.get(dimension="breach").gone == 1
    for case in seven[1:5]:
        keep(case)
        case.delete()
    count_all()
    assert sums() == everything


def test_a_dead_transaction_counts_nothing(seven, monkeypatch):
    decided = services.erase(case=seven[0])

    def fall(**_kwargs: object) -> None:
        raise RuntimeError
    with monkeypatch.context() as broken:
        broken.setattr(disposal, "withdraw_hashes", fall)
        with pytest.raises(RuntimeError):
            disposal.carry_out(disposal_id=decided.pk)
    assert not Tally.objects.exists()


def test_the_nightly_job_asks_for_every_month_since_the_oldest_case(seven):
    first = counting.month_after(date(last_month().year - 1, last_month().month, 1))
    Tally.objects.create(month=first, unit="adults", dimension="harm", value="deepfake", living=3)      # of cases that are gone
    tasks.count()
    asked = set(Job.objects.filter(task="statistics.count_month").values_list("payload__month", flat=True))
    assert asked == {month.isoformat() for month in (first, last_month(), month_of(timezone.now()))}
    for month in asked:
        tasks.count_month(month)
    assert not Tally.objects.filter(month=first, living__gt=0).exists()
    assert Tally.objects.get(month=last_month(), dimension=Dimension.HARM, value="deepfake").living == 5


def test_a_month_is_the_calendars_of_pakistan():
    assert month_of(datetime.fromisoformat("2026-02-28T19:30:00+00:00")) == date(2026, 3, 1)


@pytest.mark.parametrize("month", [date(2026, 1, 1), date(2026, 12, 1)])
def test_every_month_can_be_counted(db, month):
    count(month)
    assert not Tally.objects.exists()


def test_lengths_are_few_and_their_quantiles_are_upper_ends():
    hours = [1, 1.01, 24, 25, 10_000]
    assert [length(timedelta(hours=each)) for each in hours] == ["1", "2", "24", "48", "later"]
    assert quantile({}, 0.5) is None
    assert quantile({"1": 5, "24": 5}, 0.5) == "1"
    assert quantile({"1": 5, "24": 6}, 0.5) == "24"
    assert quantile({"1": 9, "later": 1}, 0.9) == "1"
    assert quantile({"1": 8, "later": 2}, 0.9) == "later"
