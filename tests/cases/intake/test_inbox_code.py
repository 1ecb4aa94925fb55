"""The receipt code at the door: right, wrong, malformed, throttled, busy, expired."""
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.intake import throttle
from cases.models import Case
from cases.vault import receipt as codes, turnstile
from tests.cases.intake.conftest import CODE
from tests.cases.intake.reporter import Reporter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_server")]
OPEN = "Everything so far|Your report</h1>"
STRANGER = "11112222333344445555"


@pytest.fixture
def derivations(monkeypatch) -> list[str]:
    """The codes that Argon2id was run for."""
    ran: list[str] = []
    derive = codes.derive
    monkeypatch.setattr(codes, "derive", lambda code, salt: (ran.append(code), derive(code, salt))[1])
    return ran


def test_the_form_asks_for_the_code_with_a_neutral_title_and_keeps_nothing(client: Client):
    response = client.get("/en/inbox/")
    html = response.content.decode()
    assert response.status_code == 200
    assert "<title>Form</title>" in html
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in html


@pytest.mark.parametrize("typed", [
    CODE, codes.display(CODE), "-".join([CODE[:10], CODE[10:]]), CODE.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")),
    "\u2067" + CODE.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")) + "\u2069",
])
def test_the_right_code_opens_however_it_is_written(receipt, typed):
    reporter = Reporter()
    html = reporter.post(code=typed)
    assert "Your report</h1>" in html
    assert "We have your report; it has not been read yet." in html
    assert CODE not in html
    assert not reporter.response.cookies
    assert "no-store" in reporter.response["Cache-Control"]
    assert "<title>Form</title>" in html


def test_reading_leaves_one_row_in_the_log(receipt):
    Reporter().post(code=CODE)
    entry = Entry.objects.get(event="inbox_read")
    assert (entry.subject, entry.actor) == (str(receipt.case_id), "reporter")


def test_a_wrong_code_costs_the_same_and_is_counted(receipt, derivations, rf):
    reporter = Reporter()
    reporter.post(code=CODE)
    html = reporter.post(code=STRANGER)
    assert derivations == [CODE, STRANGER]
    assert "We find no report with this code" in html
    assert f'value="{STRANGER}"' in html
    assert "Your report</h1>" not in html
    assert not Entry.objects.filter(event="inbox_read").exclude(subject=str(receipt.case_id)).exists()


def test_the_mistake_is_named_beside_the_field_in_the_readers_language(receipt):
    html = Reporter("ur").post(code=STRANGER)
    assert "اس رسید نمبر سے کوئی رپورٹ نہیں ملی" in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_code_error"' in html


@pytest.mark.parametrize("typed", ["1234", CODE + "1", "الف" + CODE[3:], "<script>alert(1)</script>", "", "9" * 5000])
def test_what_is_no_code_is_refused_kindly_and_kept(receipt, derivations, typed):
    html = Reporter().post(code=typed)
    assert derivations == []
    assert "A receipt code has 20 digits" in html or "Type your receipt code." in html
    assert "<script>alert" not in html
    assert typed in html or "&lt;script&gt;" in html


def test_after_many_wrong_codes_even_the_right_one_waits(receipt, monkeypatch, derivations):
    monkeypatch.setattr(throttle, "WRONG_CODES", throttle.Limit("wrong-codes", 1, 600))
    reporter = Reporter()
    reporter.post(code=STRANGER)
    html = reporter.post(code=CODE)
    assert reporter.response.status_code == 429
    assert "Please try again in an hour" in html
    assert CODE in html
    assert derivations == [STRANGER]


def test_right_codes_are_not_counted(receipt, monkeypatch):
    monkeypatch.setattr(throttle, "WRONG_CODES", throttle.Limit("wrong-codes", 1, 600))
    for _ in range(2):
        assert "Your report</h1>" in Reporter().post(code=CODE)


def test_a_crowd_is_asked_to_wait_a_moment(receipt, monkeypatch):
    monkeypatch.setattr(turnstile, "ARGON2ID", turnstile.Turnstile(at_once=0, waiting=0))
    reporter = Reporter()
    html = reporter.post(code=CODE)
    assert reporter.response.status_code == 503
    assert "try again in a moment" in html
    assert CODE in html


def test_half_a_year_after_closing_the_code_finds_nothing(receipt):
    Case.objects.update(status="closed", outcome="removed", closed_at=timezone.now() - timedelta(days=181))
    assert "We find no report with this code" in Reporter().post(code=CODE)


def test_the_other_language_keeps_what_was_typed_and_tries_nothing(receipt, derivations):
    html = Reporter("ur").post(code=CODE, act="language")
    assert derivations == []
    assert f'value="{CODE}"' in html
    assert "ہمارا جواب پڑھیں" in html


def test_another_site_may_not_post(client: Client):
    response = client.post("/en/inbox/", "code=1", content_type="application/x-www-form-urlencoded",
                           headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403


def test_a_body_that_is_no_form_is_answered_with_the_form(client: Client):
    assert "Type your receipt code." in client.post("/en/inbox/", {"code": CODE}).content.decode()      # multipart
    assert client.put("/en/inbox/").status_code == 405
