from datetime import timedelta

import pytest
from django.utils import timezone

from cases.intake import receipts
from cases.intake.models import Receipt
from cases.models import Case
from cases.vault import hpke, receipt as codes, turnstile
from tests.cases.intake.conftest import CODE

pytestmark = pytest.mark.django_db


def test_the_code_finds_its_receipt_and_opens_the_key(case, lock):
    receipts.issue(case=case, lock=lock)
    found = receipts.find(receipts.derive(CODE))
    assert found.receipt.case == case
    assert hpke.public_of(found.private) == lock.public


def test_urdu_digits_and_spaces_are_the_same_code(case, lock):
    receipts.issue(case=case, lock=lock)
    urdu = codes.display(CODE).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert receipts.find(receipts.derive(urdu)).receipt.case == case


def test_the_row_holds_neither_the_code_nor_what_it_is_asked_with(case, lock):
    receipts.issue(case=case, lock=lock)
    row = Receipt.objects.values().get()
    assert CODE not in str(row)
    assert lock.locator.hex() != row["locator"]
    assert lock.locator not in bytes(row["locked"])


def test_a_wrong_and_an_expired_code_answer_alike(case, lock):
    receipts.issue(case=case, lock=lock)
    with pytest.raises(receipts.NoReceipt):
        receipts.find(receipts.derive("9" * 20))
    closed(case, ago=receipts.LIFETIME + timedelta(minutes=1))
    with pytest.raises(receipts.NoReceipt):
        receipts.find(receipts.derive(CODE))


def test_a_receipt_lasts_half_a_year_beyond_its_case(case, lock):
    receipts.issue(case=case, lock=lock)
    closed(case, ago=receipts.LIFETIME - timedelta(minutes=1))
    assert receipts.find(receipts.derive(CODE)).receipt.case == case


def closed(case, *, ago: timedelta) -> None:
    Case.objects.filter(pk=case.pk).update(status="closed", outcome="removed", closed_at=timezone.now() - ago)


def test_a_receipt_made_under_an_older_salt_still_opens(case, lock, settings):
    receipts.issue(case=case, lock=lock)
    settings.RECEIPT_SALTS = {**settings.RECEIPT_SALTS, 2: b"another salt of 32 bytes length."}
    assert receipts.find(receipts.derive(CODE)).receipt.case == case
    assert receipts.make_lock(CODE).salt_version == 2


def test_what_is_no_code_costs_nothing(monkeypatch):
    monkeypatch.setattr(codes, "derive", lambda *_: pytest.fail("derived"))
    with pytest.raises(codes.CodeMalformed):
        receipts.find(receipts.derive("12345"))


def test_a_crowd_is_turned_away(monkeypatch):
    monkeypatch.setattr(turnstile, "ARGON2ID", turnstile.Turnstile(at_once=0, waiting=0))
    with pytest.raises(turnstile.Busy):
        receipts.find(receipts.derive(CODE))


def test_nothing_secret_is_printed(lock):
    assert repr(lock) == "Lock(salt_version=1)"
