"""The reporter's own right to erase, and the end of receipts."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.evidence.ending import settle
from cases.evidence.models import Evidence
from cases.intake import expiry, receipts
from cases.intake.models import Receipt
from cases.models import Case
from cases.retention.models import Disposal, Hold
from cases.retention.services import place_hold
from cases.services import change_status
from cases.vault.models import DataKeyWrap
from cases.workflow import Outcome, Status
from tests.cases.intake.conftest import CODE
from tests.cases.intake.reporter import LOCATORS, Reporter, visiting
from tests.factories.cases import make_case, make_member, secrets_of
from tests.factories.evidence import kept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_server")]


@pytest.fixture(autouse=True)
def tombstones(settings, tmp_path):
    settings.TOMBSTONES = tmp_path / "tombstones"


@pytest.fixture
def case(receipt) -> Case:
    return receipt.case


def opened(receipt, language="en") -> Reporter:
    one = Reporter(language)
    one.post(visit=visiting(receipt, secrets_of(receipt.case).reporter))
    return one


def close(case: Case, days: int) -> None:
    change_status(case=case, to=Status.IN_REVIEW, by=None)
    change_status(case=case, to=Status.CLOSED, by=None, outcome=Outcome.REMOVED)
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=days))


# --- erasing ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("language", "word"), [("en", " Erase. "), ("ur", "«مٹائیں»"), ("ur", "ERASE")])
def test_the_word_erases_at_once_and_the_code_is_then_like_any_unknown_one(case, receipt, run_jobs, language, word):
    reporter = opened(receipt, language)
    asked = reporter.press("erase", message="not sent yet")
    assert 'value="not sent yet"' in asked                           # nothing typed is lost if they change their mind
    assert not Disposal.objects.exists()
    old_page = reporter.visit
    reporter.press("erase:yes", word=word)
    assert reporter.response.status_code == 200
    assert 'name="visit"' not in reporter.html
    assert receipts.live(LOCATORS[receipt.case_id]) is None                  # at once, before the worker has done anything
    run_jobs()
    assert not Case.objects.exists()
    assert not Receipt.objects.exists()
    assert Disposal.objects.get().why == Disposal.Why.REPORTER
    assert Entry.objects.get(event="case_disposed").actor == "reporter"
    erased, unknown = Reporter("en"), Reporter("en")
    assert erased.post(code=CODE).replace(CODE, "") == unknown.post(code="1" * 20).replace("1" * 20, "")
    reporter.post(visit=old_page, act="look")
    assert "We find no report" not in reporter.html                  # a page that was still open asks for the code again
    assert 'name="code"' in reporter.html


@pytest.mark.parametrize("word", ["", "yes", "erase it", "مٹا"])
def test_another_word_erases_nothing_and_says_so_beside_the_field(case, receipt, word):
    reporter = opened(receipt)
    page = reporter.press("erase:yes", word=word)
    assert reporter.response.status_code == 400
    assert "Nothing was erased." in page
    assert 'name="visit"' in page
    assert not Disposal.objects.exists()


def test_a_hold_refuses_in_plain_words_and_offers_to_withdraw(case, receipt):
    place_hold(case=case, reason=Hold.Reason.COURT, by=make_member("Ayesha", case.unit))
    reporter = opened(receipt)
    for page in (reporter.press("erase"), reporter.press("erase:yes", word="erase")):
        assert "We must keep this report for now." in page
        assert 'value="withdraw"' in page
    assert not Disposal.objects.exists()
    assert "Your report" in reporter.press("keep")


def test_a_preserved_file_refuses_too_until_it_was_handed_out(case, receipt):
    make_member("Ayesha", case.unit)
    file = kept(case)
    settle(file, Evidence.State.LOCKED, Evidence.Why.CHILD, by=None, preserved=b"sealed")
    reporter = opened(receipt)
    for page in (reporter.press("erase"), reporter.press("erase:yes", word="erase")):
        assert "We must keep this report for now." in page
    Evidence.objects.update(exported_at=timezone.now())
    reporter.press("erase:yes", word="erase")
    assert Disposal.objects.exists()


def test_the_language_button_asks_the_same_question(case, receipt):
    reporter = opened(receipt)
    reporter.press("erase")
    reporter.url = "/ur/inbox/"
    assert "رپورٹ مٹا دیں؟" in reporter.press("language", asking="erase")
    assert "رپورٹ واپس" in reporter.press("language", asking="withdraw")


def test_a_closed_report_can_be_erased_too(case, receipt):
    close(case, days=3)
    reporter = opened(receipt)
    assert 'value="erase"' in reporter.html
    assert 'value="withdraw"' not in reporter.html
    reporter.press("erase:yes", word="erase")
    assert Disposal.objects.get().outcome == Outcome.REMOVED


# --- receipts come to their end ---------------------------------------------------------------------------------------
def reporter_wraps(case: Case) -> int:
    return DataKeyWrap.objects.filter(key=case.conversation_key_id, recipient="reporter").count()


def test_after_180_days_the_night_takes_the_receipt_and_the_reporters_wrap(case, receipt):
    close(case, days=179)
    assert expiry.expire(timezone.now()) == 0
    assert expiry.expire(timezone.now() + timedelta(days=1, minutes=1)) == 1
    assert not Receipt.objects.exists()
    assert reporter_wraps(case) == 0
    assert DataKeyWrap.objects.filter(key=case.conversation_key_id, recipient="unit").exists()     # the unit still reads
    assert Entry.objects.filter(event="receipt_expired", subject=case.pk).count() == 1


def test_a_case_opened_again_in_time_keeps_its_receipt_and_counts_anew(case, receipt):
    close(case, days=181)
    assert receipts.live(LOCATORS[receipt.case_id]) is None
    change_status(case=Case.objects.get(pk=case.pk), to=Status.IN_REVIEW, by=None)
    assert expiry.expire(timezone.now()) == 0
    assert receipts.live(LOCATORS[receipt.case_id]) == receipt
    assert reporter_wraps(case) == 1


def test_an_open_case_keeps_its_receipt_for_ever(case, receipt):
    assert expiry.expire(timezone.now() + timedelta(days=4000)) == 0
    make_case(case.unit)
    assert Receipt.objects.count() == 1
