"""Counts survive the cases, and no small number can be read or worked out."""
import csv
import io
import itertools
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.escalation import registry
from cases.escalation.models import Platform
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
                    ("platform", "tiktok"): 2, ("opinion", "none"): 2}
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
def test_no_small_number_can_be_worked_out_from_what_is_shown():
    """By somebody who knows the total, the tables and this very rule: for each hidden cell below five, zero included, another
    number would have looked the same."""
    for width, top in ((2, 14), (3, 14), (4, 10)):
        alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
        for numbers in itertools.product(range(top), repeat=width):
            cells = dict(zip("abcd", numbers, strict=False))
            if sum(numbers) >= 5 and not figures.all_fours(cells):      # else nothing is shown
                hidden = figures.suppressed(cells)
                shown = tuple(None if value in hidden else n for value, n in cells.items())
                assert all(n is None or n >= 5 for n in shown), cells
                alike[sum(numbers), shown].append(numbers)
        for (_total, shown), believed in alike.items():
            for column in [at for at, n in enumerate(shown) if n is None]:
                possible = {numbers[column] for numbers in believed}
                assert len(possible) > 1 or min(possible) >= 5, (shown, believed)


def test_a_single_small_cell_takes_the_smallest_other_with_it():
    assert figures.suppressed({"a": 2, "b": 30, "c": 8}) == {"a", "c"}
    assert figures.suppressed({"a": 4, "b": 4, "c": 8, "d": 9}) == {"a", "b", "c"}
    assert figures.suppressed({"a": 0, "b": 0, "c": 8, "d": 9}) == {"a", "b", "c"}
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


def test_a_name_is_no_formula_in_a_spreadsheet(seven):
    Platform.objects.filter(slug="tiktok").update(name_en='=HYPERLINK("https://x.example")')
    lines = signed_in(make_member("Zara", role="analyst")).get("/desk/figures.csv").content.decode().splitlines()
    assert [line for line in csv.reader(lines) if line[3].startswith("'=HYPERLINK")]
    assert not [line for line in csv.reader(lines) for cell in line if cell.startswith("=")]


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
