"""The page and the CSV: who sees whose figures, and that no small number is among them."""
import csv
import io
import itertools
from datetime import date

from django.test import Client
from django.utils import timezone

from cases.escalation import registry
from cases.escalation.models import Platform
from cases.models import Case
from cases.priority import Harm
from cases.statistics import figures, spans
from cases.statistics.counting import Dimension, count_all
from cases.statistics.figures import Number, Scope
from cases.statistics.models import Call, Tally
from tests.cases.statistics.conftest import last_month, tally
from tests.factories.cases import make_case, make_member, make_unit, signed_in

PAGE, CSV = "/desk/figures/", "/desk/figures.csv"
HOUSE = Scope()
QUERIES = 11


def of(found: figures.Figures, dimension: Dimension) -> dict[str, tuple[object, ...]]:
    return {line.value: line.cells for table in found.tables if table.code == dimension for line in table.lines}


def read_csv(client: Client, **asked: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(CSV, asked).content.decode().removeprefix("\ufeff"))))[1:]


# --- what is shown ----------------------------------------------------------------------------------------------------
def test_every_value_is_listed_so_that_being_listed_says_nothing(seven):
    count_all()
    found = figures.figures(HOUSE, [last_month()])
    assert found.total == Number(7)
    assert of(found, Dimension.HARM).keys() == {harm.value for harm in Harm}
    assert {value for value, cells in of(found, Dimension.HARM).items() if cells != (Number(0),)} == {"deepfake", "grooming"}
    assert of(found, Dimension.HARM)["deepfake"] == (Number(None),), "five less would tell of the two"
    assert of(found, Dimension.UNIT) == {
        "adults": (Number(None),), "children": (Number(None),), "integrity": (Number(0),)}
    assert of(found, Dimension.PLATFORM)["tiktok"] == (Number(5),)


def test_a_month_of_fewer_than_five_shows_nothing_at_all(seven):
    Case.objects.filter(pk__in=[case.pk for case in seven[:3]]).update(opened_at=timezone.now())
    count_all()
    found = figures.figures(HOUSE, [last_month()])
    assert found.total == Number(None)
    assert {line.cells for table in found.tables if table.code in figures.OF_REPORTS for line in table.lines} == {(Number(None),)}


def test_the_house_adds_up_what_each_month_shows_so_that_spans_cannot_be_subtracted(db):
    months = spans.Span(spans.back(last_month(), 2), last_month()).months
    for month, deepfakes in zip(months, (20, 3, 30), strict=True):
        tally(month, "adults", unit={"adults": 60}, harm={"deepfake": deepfakes, "grooming": 8, "doxxing": 52 - deepfakes})
    spanned = {(first, last): of(figures.figures(HOUSE, months[first:last]), Dimension.HARM)["deepfake"][0]
               for first, last in itertools.combinations(range(4), 2)}
    assert spanned[1, 2] == Number(None)
    assert spanned[0, 1] == Number(20)
    assert spanned[0, 2] == Number(20, least=True)
    assert spanned[0, 3] == Number(50, least=True)


def test_a_unit_sees_its_months_together(db):
    months = spans.Span(spans.back(last_month(), 2), last_month()).months
    for month in months:
        tally(month, "adults", unit={"adults": 20}, harm={"deepfake": 2, "doxxing": 1, "outing": 1, "grooming": 16})
        tally(month, "children", unit={"children": 20}, harm={"deepfake": 20})
    found = figures.figures(Scope(("adults",)), months)
    assert found.total == Number(60)
    assert of(found, Dimension.HARM)["deepfake"] == (Number(6),)
    assert [number.n for _month, number in found.months] == [20, 20, 20]


def test_times_by_platform_are_of_five_and_nine_in_ten_of_ten(db):
    registry.seed()
    tally(last_month(), "adults",
          notice={"facebook:actioned": 12, "facebook:refused": 6, "facebook:sent": 5, "facebook:failed": 5,
                  "facebook:no_answer": 7, "tiktok:actioned": 5, "tiktok:refused": 9, "tiktok:no_answer": 9, "tiktok:sent": 9,
                  "tiktok:failed": 9, "x:actioned": 3, "whatsapp:sent": 2},
          removal={"facebook:24": 10, "facebook:later": 2, "tiktok:48": 5, "x:1": 3})
    table = next(each for each in figures.figures(Scope(("adults",)), [last_month()]).tables if each.code == "notice")
    assert table.heads == ("all", "removed", "refused", "no_answer", "waiting", "failed", "median", "ninetieth")
    rows = {line.value: line.cells for line in table.lines}
    assert rows["facebook"] == (Number(35), Number(12), Number(6), Number(7), Number(5), Number(5), "24", "later")
    assert rows["tiktok"][:2] == (Number(41), Number(5))
    assert rows["tiktok"][-2:] == ("48", "")
    assert rows["x"] == (Number(None),) * 6 + ("", "")


def test_calls_that_are_not_ours_are_counted_beside_the_reports(db):
    for day in (1, 28):
        Call.objects.create(day=last_month().replace(day=day), came="phone", reason="prank", sent_to="nobody", n=30)
    Call.objects.create(day=timezone.localdate(), came="phone", reason="prank", sent_to="nobody", n=9)
    assert of(figures.figures(HOUSE, [last_month()]), Dimension.CALL)["prank"] == (Number(60),)


def test_weeks_are_whole(db):
    month = date(2026, 3, 1)                # a Sunday
    tally(month, "adults", unit={"adults": 60}, week={f"2026-03-{day:02}": 10 for day in (2, 9, 16, 23, 30)} | {"2026-02-23": 10})
    assert [week for week, _n in figures.figures(Scope(("adults",)), [month]).weeks] == [
        date(2026, 3, day) for day in (2, 9, 16, 23)]


# --- the page ---------------------------------------------------------------------------------------------------------
def test_who_sees_whose(seven, client):
    """A member the own units, an analyst the house and no unit alone; the month that runs only who may open its cases."""
    count_all()
    adults, running = make_unit(), f"{timezone.localdate():%Y-%m}"
    month = {"from": f"{last_month():%Y-%m}"}
    worker, zara = signed_in(make_member("Ayesha", adults)), signed_in(make_member("Zara", role="analyst"))
    page = worker.get(PAGE, month).content.decode()
    assert "6 reports" in page
    assert not [case.ref for case in seven if case.ref in page]
    assert "7 reports" in zara.get(PAGE, month).content.decode()
    assert worker.get(PAGE, {"from": running}).status_code == 200
    assert zara.get(PAGE, {"from": running}).status_code == 404
    assert worker.get(PAGE, {"unit": "children"}).status_code == 404
    assert zara.get(PAGE, {"unit": "adults"}).status_code == 404
    for wrong in ("2019-01", "x", "9999-99"):
        assert worker.get(PAGE, {"to": wrong}).status_code == 404
    nobody = signed_in(make_member("Nobody"))
    assert "You are in no unit" in nobody.get(PAGE).content.decode()
    assert nobody.get(CSV).status_code == 404
    for role in ("campaign_editor", "intake_operator", "administrator"):
        other = signed_in(make_member(role, role=role))
        assert {other.get(address).status_code for address in (PAGE, CSV)} == {403}
    assert client.get(PAGE).status_code == 302


def test_the_page_costs_the_same_however_much_was_counted(seven, django_assert_num_queries):
    client = signed_in(make_member("Ayesha", make_unit(), make_unit("children"), role="supervisor"))
    client.get(PAGE)
    with django_assert_num_queries(QUERIES):
        client.get(PAGE)
    for back in range(12):
        tally(spans.back(last_month(), back), "adults", unit={"adults": 500}, harm={"deepfake": 100, "grooming": 400})
    with django_assert_num_queries(QUERIES):
        page = client.get(PAGE, {"from": f"{spans.back(last_month(), 11):%Y-%m}", "to": f"{last_month():%Y-%m}"}).content.decode()
    assert 'role="img"' in page
    assert "6000 reports" in page
    assert 'style="' not in page


def test_charts_are_named_and_tables_say_the_same(db):
    tally(last_month(), "adults", unit={"adults": 30}, harm={"deepfake": 20, "grooming": 10, "doxxing": 0})
    client = signed_in(make_member("Ayesha", make_unit()), language="ur")
    page = client.get(PAGE, {"from": f"{last_month():%Y-%m}"}).content.decode()
    assert 'aria-labelledby="ct-harm cd-harm"' in page
    assert '<title id="ct-harm">' in page
    assert 'dir="rtl"' in page


def test_the_csv_has_each_number_and_no_formula(seven):
    tally(last_month(), "adults", unit={"adults": 50}, harm={"deepfake": 45, "grooming": 3, "doxxing": 2})
    Platform.objects.filter(slug="tiktok").update(name_en='=HYPERLINK("https://x.example")')
    client = signed_in(make_member("Zara", role="analyst"))
    month = f"{last_month():%Y-%m}"
    rows = read_csv(client, **{"from": month, "table": "harm"})
    assert {tuple(row[:3]) for row in rows} == {(month, month, "Harm")}
    assert [row[5] for row in rows if row[3].startswith("Fake or altered")] == ["45"]
    assert [row[5] for row in rows if row[3].startswith("An adult grooming")] == [""]
    everything = read_csv(client, **{"from": month})
    assert {"Harm", "Reports by month", "Notices to platforms"} <= {row[2] for row in everything}
    assert [row for row in everything if row[3].startswith("'=HYPERLINK")]
    assert not [cell for row in everything for cell in row if cell.startswith("=")]
    assert not [row for row in everything if row[5].isdigit() and 0 < int(row[5]) < 5]
    assert client.get(CSV, {"table": "x"}).status_code == 404
    assert not Tally.objects.filter(value__contains=" =").exists()


def test_a_case_that_came_today_is_in_its_units_figures_after_the_night(db):
    make_unit()
    for _ in range(5):
        make_case(make_unit())
    count_all()
    client = signed_in(make_member("Ayesha", make_unit()))
    assert "5 reports" in client.get(PAGE, {"from": f"{timezone.localdate():%Y-%m}"}).content.decode()


def test_spans_are_whole_months_in_either_order():
    today = date(2026, 1, 15)
    assert spans.presets(running=True, today=today)["12"] == spans.Span(date(2025, 2, 1), date(2026, 1, 1))
    assert spans.presets(running=False, today=today).keys() == {"last", "3", "12", "last_year"}
    assert spans.presets(running=False, today=today)["last_year"] == spans.Span(date(2025, 1, 1), date(2025, 12, 1))
    months = spans.offered(running=False)
    asked = {"from": f"{months[0]:%Y-%m}", "to": f"{months[5]:%Y-%m}"}
    assert spans.read(asked, running=False).months == months[5::-1]
