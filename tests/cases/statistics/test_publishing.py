"""Two people publish, everybody reads exactly that, and what is withdrawn is gone from the public's table."""
import json
from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.escalation import registry
from cases.statistics import publishing, spans
from cases.statistics.models import Counted, Edition, Publication, Tally
from cases.statistics.publishing import Refusal, Refused
from cases.statistics.spans import Span
from tests.cases.statistics.conftest import last_month, tally
from tests.factories.cases import make_member, make_unit, signed_in
from tests.fixtures.roles import acting_as

LIST = "/desk/figures/publish/"


@pytest.fixture
def year(db) -> Span:
    """Last year, counted since; nine reports of one harm, which nobody may learn, and twelve of another."""
    registry.seed()
    make_unit()
    span = spans.presets(running=False)["last_year"]
    for month in span.months:
        tally(month, "adults", unit={"adults": 40}, harm={"deepfake": 20, "grooming": 18, "doxxing": 1}, outcome={"removed": 40},
              age={"adult": 40}, written={"ur": 40}, answer={"day": 40}, opinion={"yes": 40}, platform={"facebook": 40},
              notice={"facebook:actioned": 30, "facebook:refused": 10}, removal={"facebook:24": 15, "facebook:48": 15})
        tally(month, "children", harm={"outing": 1}, event={"back": 2})
    Counted.objects.create(month=span.last, at=timezone.now())
    return span


@pytest.fixture
def zara(db):
    return make_member("Zara", role="analyst")


@pytest.fixture
def nadia(db):
    return make_member("Nadia", make_unit(), role="supervisor")


def publish(span: Span, zara, nadia) -> Edition:
    return publishing.publish(publication=publishing.prepare(span=span, by=zara), by=nadia)


def test_one_prepares_another_publishes_and_everybody_reads(year, zara, nadia, client):
    first, second = signed_in(zara), signed_in(nadia)
    assert "Nothing has been published yet" in client.get("/en/figures/").content.decode()
    made = first.post(LIST, {"first": f"{year.first:%Y-%m}", "last": f"{year.last:%Y-%m}"})
    row = Publication.objects.get()
    here = f"{LIST}{row.pk}/"
    assert made["Location"] == here
    assert "480 reports came in" in second.get(here).content.decode()
    assert first.post(f"{here}publish/").status_code == 409
    assert not Edition.objects.exists()
    assert second.post(f"{here}publish/").status_code == 302
    assert second.post(f"{here}publish/").status_code == 409
    Tally.objects.all().delete()                    # frozen: what is counted later changes nothing
    for language, words in (("en", ("Report for the year", "Facebook", "within one day", "Fake or altered")),
                            ("ur", ("فیس بک", "ایک دن کے اندر", "480"))):
        index, report = (client.get(f"/{language}/figures/{path}") for path in ("", f"{year.first.year}/"))
        assert f"/{language}/figures/{year.first.year}/" in index.content.decode()
        html = report.content.decode()
        assert all(word in html for word in words), words
        assert not report.cookies
        assert "<script" not in html.replace('<script type="module" src="/static/js/site', "")
        assert len(report.content) < 20_000
    assert sorted(entry.event for entry in Entry.objects.filter(event__startswith="figures_")) == [
        "figures_prepared", "figures_published"]


def test_what_is_below_ten_is_frozen_nowhere(year, zara):
    numbers = publishing.prepare(span=year, by=zara).numbers
    harms = {row["en"]: row["cells"][0] for table in numbers["tables"] if table["code"] == "harm" for row in table["rows"]}
    assert harms["Fake or altered pictures (deepfake)"] == 240
    assert harms["Address, phone or papers published"] == 12
    every = [cell for table in numbers["tables"] for row in table["rows"] for cell in row["cells"] if isinstance(cell, int)]
    assert not [n for n in every if 0 < n < 10]
    assert "children" not in json.dumps(numbers), "no unit alone"


def test_no_month_is_in_two_and_none_that_runs(year, zara, nadia):
    publishing.prepare(span=year, by=zara)
    for span in (year, Span(year.last, year.last)):
        with pytest.raises(Refused) as refused:
            publishing.prepare(span=span, by=nadia)
        assert refused.value.reason == Refusal.OVERLAPS
    this = timezone.localdate().replace(day=1)
    with pytest.raises(Refused) as refused:
        publishing.prepare(span=Span(this, this), by=nadia)
    assert refused.value.reason == Refusal.RUNNING
    Counted.objects.update(at=timezone.make_aware(timezone.datetime(last_month().year, last_month().month, 20)))
    with pytest.raises(Refused) as refused:
        publishing.prepare(span=Span(last_month(), last_month()), by=nadia)
    assert refused.value.reason == Refusal.RUNNING
    page = signed_in(nadia).post(LIST, {"first": f"{year.last:%Y-%m}", "last": f"{year.last:%Y-%m}"})
    assert page.status_code == 400
    assert "could be subtracted" in page.content.decode()


def test_too_few_reports_are_no_publication(year, zara):
    month = spans.back(year.first, 2)
    tally(month, "adults", unit={"adults": 9})
    with pytest.raises(Refused) as refused:
        publishing.prepare(span=Span(month, month), by=zara)
    assert refused.value.reason == Refusal.FEW


def test_what_is_withdrawn_leaves_the_publics_table_and_its_note_stays(year, zara, nadia, client):
    edition = publish(year, zara, nadia)
    where = f"{LIST}{edition.pk}/withdraw/"
    desk = signed_in(zara)
    assert desk.post(where, {"note_en": "Wrong months.", "note_ur": ""}).status_code == 400
    assert desk.post(where, {"note_en": "Wrong months.", "note_ur": "مہینے غلط تھے۔"}).status_code == 302
    edition.refresh_from_db()
    assert edition.numbers is None
    assert client.get(f"/en/figures/{year.first.year}/").status_code == 404
    assert "Wrong months." in client.get("/en/figures/").content.decode()
    assert "مہینے غلط تھے۔" in client.get("/ur/figures/").content.decode()
    assert desk.post(where, {"note_en": "x", "note_ur": "x"}).status_code == 409
    publish(year, nadia, zara)
    assert "takes the place" in client.get(f"/en/figures/{year.first.year}/").content.decode()


def test_what_was_only_prepared_is_dropped_without_a_word(year, zara, client):
    row = publishing.prepare(span=year, by=zara)
    assert signed_in(zara).post(f"{LIST}{row.pk}/withdraw/").status_code == 302
    assert not Edition.objects.exists()
    assert publishing.prepare(span=year, by=zara)


def test_who_may_not(year, zara):
    row = publishing.prepare(span=year, by=zara)
    for role in ("caseworker", "auditor", "administrator"):
        other = signed_in(make_member(role, make_unit(), role=role))
        assert {other.get(LIST).status_code, other.get(f"{LIST}{row.pk}/").status_code,
                other.post(f"{LIST}{row.pk}/publish/").status_code, other.post(f"{LIST}{row.pk}/withdraw/").status_code} == {403}
    assert Client().get(LIST).status_code == 302


@pytest.mark.skipif(connection.vendor != "postgresql", reason="roles are PostgreSQL's")
def test_the_publics_process_reads_what_is_published_and_no_other_figure(year, zara, nadia):
    publish(year, zara, nadia)
    with acting_as("public"):
        assert Edition.objects.count() == 1
        for model in (Tally, Counted, Publication):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                model.objects.count()


def test_slugs_name_a_year_or_its_months():
    assert publishing.slug_of(date(2026, 1, 1), date(2026, 12, 1)) == "2026"
    assert publishing.slug_of(date(2026, 1, 1), date(2026, 3, 1)) == "2026-01_2026-03"
