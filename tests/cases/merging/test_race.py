"""Two members merge the same two cases at one moment, each the other way round: one case leads, and nobody waits for ever."""
import threading
from uuid import uuid4

import pytest
from django.db import connection

from cases.merging import services as merging
from cases.merging.models import Merging
from cases.models import Case
from tests.factories.cases import make_case, make_member, make_unit

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_one_case_leads() -> None:
    unit = make_unit()
    members = [make_member("Ayesha", unit), make_member("Bilal", unit)]
    one, two = make_case(unit), make_case(unit)
    gate, refused = threading.Barrier(2), []

    def merge(case: Case, into: Case, by: object) -> None:
        gate.wait(10)
        try:
            merging.merge(case=case, into=into, merging_id=uuid4(), reason=b"x", by=by)
        except merging.MergeRefused as error:
            refused.append(error.reason)
        connection.close()

    threads = [threading.Thread(target=merge, args=given) for given in ((one, two, members[0]), (two, one, members[1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(refused) == Merging.objects.count() == Case.objects.exclude(merged_into=None).count() == 1
