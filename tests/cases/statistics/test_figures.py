"""Counts survive the cases, and no small number can be read or worked out."""
import csv
import io
import random
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.escalation import registry
from cases.models import Case, Message
from cases.priority import Harm
from cases.retention import disposal, services
from cases.services import change_status
from cases.statistics import figures
from cases.statistics.counting import Dimension, keep, live, month_of
from cases.statistics.models import Tally
from cases.workflow import Outcome, Status
from tests.factories.cases import make_case, make_member, make_unit, signed_in

PAGE = "/desk/figures/"


def last_month() -> date:
    return figures.months()[0]


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


# --- counting ---------------------------------------------------------------------------------------------------------
def test_a_case_is_counted_once_alive_and_once_gone_and_never_twice(seven):
    before = figures.month(last_month())
    assert before.total == 7
    for case in seven[:3]:
        disposal.carry_out(disposal_id=services.erase(case=case).pk)
    assert Case.objects.count() == 4
    assert figures.month(last_month()) == before


def test_what_is_kept_is_counts_of_single_facts(seven):
    for case in seven[:2]:
        keep(case)
    rows = {(row.dimension, row.value): row.n for row in Tally.objects.all()}
    assert rows == {("unit", "adults"): 2, ("harm", "deepfake"): 2, ("age", "adult"): 2, ("outcome", "removed"): 1,
                    ("outcome", "open"): 1, ("answer", "three_days"): 1, ("answer", "none"): 1, ("platform", "facebook"): 2,
                    ("platform", "tiktok"): 2}
    assert {field.name for field in Tally._meta.get_fields()} == {"id", "month", "dimension", "value", "n"}


def test_a_month_is_the_calendars_of_pakistan():
    assert month_of(datetime.fromisoformat("2026-02-28T19:30:00+00:00")) == date(2026, 3, 1)


@pytest.mark.parametrize("month", [date(2026, 1, 1), date(2026, 12, 1)])
def test_every_month_can_be_counted(db, month):
    assert live(month) == {}


def test_a_dead_transaction_counts_nothing(seven, monkeypatch):
    decided = services.erase(case=seven[0])

    def fall(**_kwargs: object) -> None:
        raise RuntimeError
    with monkeypatch.context() as broken:
        broken.setattr(disposal, "withdraw_hashes", fall)
        with pytest.raises(RuntimeError):
            disposal.carry_out(disposal_id=decided.pk)
    assert not Tally.objects.exists()


# --- hiding -----------------------------------------------------------------------------------------------------------
def possible(cells: dict[str, int], hidden: set[str]) -> dict[str, set[int]]:
    """What somebody who knows the total and the rule can still believe of each hidden cell that is small."""
    total, small = sum(cells[value] for value in hidden), [value for value in hidden if cells[value] < 5]
    others = len(hidden) - len(small)
    believed: dict[str, set[int]] = {value: set() for value in small}

    def fill(values: list[str], left: int, chosen: dict[str, int]) -> None:
        if not values:
            if left == 0 or others and left >= 5:
                for value, n in chosen.items():
                    believed[value].add(n)
            return
        for n in range(min(4, left) + 1):
            fill(values[1:], left - n, {**chosen, values[0]: n})
    fill(small, total, {})
    return believed


def test_no_small_number_can_be_worked_out_from_the_total():
    chance = random.Random(20260301)  # noqa: S311  not a secret
    for _ in range(2000):
        cells = {f"v{n}": chance.choice([0, 0, 1, 2, 3, 4, 5, 6, 9, 40]) for n in range(chance.randint(2, 5))}
        hidden = figures.suppressed(cells)
        assert all(value in hidden for value, n in cells.items() if n < 5), cells
        if sum(cells.values()) < 5 or figures.all_fours(cells):        # then the month shows nothing at all
            continue
        for value, numbers in possible(cells, hidden).items():
            one_person = cells[value] in range(1, 5)
            assert not one_person or len(numbers) > 1, (cells, hidden, value)


def test_a_single_small_cell_takes_the_smallest_other_with_it():
    assert figures.suppressed({"a": 2, "b": 30, "c": 8}) == {"a", "c"}
    assert figures.suppressed({"a": 4, "b": 4, "c": 8, "d": 9}) == {"a", "b", "c"}
    assert figures.suppressed({"a": 5, "b": 6}) == set()


def test_a_month_of_fewer_than_five_shows_nothing_at_all(seven):
    Case.objects.filter(pk__in=[case.pk for case in seven[:3]]).update(opened_at=timezone.now())
    assert figures.month(last_month()) == figures.Month(last_month(), None, [])


def test_every_value_is_listed_so_that_being_listed_says_nothing(seven):
    tables = {table.dimension: table for table in figures.month(last_month()).tables}
    assert {line.value for line in tables[Dimension.HARM].lines} == {harm.value for harm in Harm}
    assert {line.value: line.n for line in tables[Dimension.HARM].lines if line.n} == {"deepfake": 5}
    assert {line.n for line in tables[Dimension.UNIT].lines} == {None, 6}


def test_the_month_that_runs_is_not_shown(seven):
    assert timezone.localdate().replace(day=1) not in figures.months()
    assert len(figures.months()) == len(set(figures.months())) == 12


# --- the page ---------------------------------------------------------------------------------------------------------
def test_analysts_read_the_page_and_the_csv(seven):
    client = signed_in(make_member("Zara", role="analyst"))
    page = client.get(PAGE).content.decode()
    assert "7 reports" in page
    assert not [case.ref for case in seven if case.ref in page]
    rows = list(csv.reader(io.StringIO(client.get("/desk/figures.csv").content.decode().removeprefix("\ufeff"))))
    assert rows[1][1::3] == ["total", "7"]
    assert [row[4] for row in rows if row[1:3] == ["harm", "deepfake"]] == ["5"]
    assert {row[4] for row in rows if row[1:3] in (["harm", "grooming"], ["unit", "children"])} == {""}


def test_who_may_not(seven):
    for role in ("campaign_editor", "intake_operator", "administrator"):
        client = signed_in(make_member(role, role=role))
        assert {client.get(address).status_code for address in (PAGE, "/desk/figures.csv")} == {403}
    assert Client().get(PAGE).status_code == 302
    assert Client().get("/en/figures/").status_code == 404


def test_only_months_that_are_shown_can_be_asked_for(seven):
    client = signed_in(make_member("Zara", role="analyst"))
    for month in (f"{timezone.localdate():%Y-%m}", "2019-01", "x", "9999-99"):
        assert client.get(PAGE, {"month": month}).status_code == 404
    assert "Fewer than five" in client.get(PAGE, {"month": f"{figures.months()[5]:%Y-%m}"}).content.decode()
