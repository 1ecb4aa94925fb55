"""A record sealed while the unit's key rotates must be sealed to the new version, or the rewrapping would miss it."""
import threading

import pytest
from django.db import connection, transaction

from cases.vault import custody, envelope
from cases.vault.models import DataKeyWrap

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_keeping_waits_for_a_rotation_and_seals_to_the_new_version(unit, member, case, ring):
    amna = member("amna", unit)
    custody.new_unit_key(unit, members=[amna], actor="system")
    started, kept = threading.Event(), threading.Event()

    def keep() -> None:
        started.set()
        custody.keep(envelope.new_key(), case=case, unit=unit)
        kept.set()
        connection.close()

    other = threading.Thread(target=keep, daemon=True)
    with transaction.atomic():
        custody.new_unit_key(unit, members=[amna], actor="system", keyring=ring(amna))
        other.start()
        assert started.wait(10)
        assert not kept.wait(0.5)               # it waits …
    assert kept.wait(10)                        # … until the rotation is done
    other.join(10)
    assert DataKeyWrap.objects.get().version == 2
