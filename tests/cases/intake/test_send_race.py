"""Send pressed while the same Send is still at work, as after a connection that broke: one case, and both are told so."""
import threading

import pytest
from django.db import connection, transaction

from cases.intake import receipts
from cases.intake.models import Receipt
from cases.models import Case
from cases.vault.models import DataKey
from tests.cases.intake.browser import Browser
from tests.cases.intake.conftest import CODE

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_second_send_waits_for_the_first_and_opens_nothing(units, lock, worker_key, redis_server):
    browser, answers = Browser(units["adults"], lock), []
    browser.leave_address()

    def again() -> None:
        try:
            answers.append(browser.send(language="en"))
        finally:
            connection.close()

    with transaction.atomic():                      # the first, until its commit
        first = browser.send(language="en")
        second = threading.Thread(target=again, daemon=True)
        second.start()
        second.join(1)
        assert second.is_alive()
    second.join(10)
    assert (first.status_code, answers[0].status_code) == (200, 200)
    assert "We already had this report" in answers[0].content.decode()
    assert (Case.objects.count(), Receipt.objects.count(), DataKey.objects.count()) == (1, 1, 3)
    assert receipts.find(receipts.derive(CODE)).receipt.case == Case.objects.get()
