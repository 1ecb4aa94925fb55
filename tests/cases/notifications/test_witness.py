"""The witness gets what was signed, hourly, and nothing else."""
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage

from cases.audit import witness
from cases.audit.services import checkpoint, record, signing_public_key
from cases.outbox.services import enqueue_once
from tests.fixtures.jobs import RunJobs

WITNESS = "witness@ombudsman.example"
pytestmark = pytest.mark.django_db


def test_a_mail_holds_the_key_and_the_newest_heads(run_jobs: RunJobs, mailoutbox: list[EmailMessage], settings: LazySettings):
    settings.WITNESS_EMAIL = WITNESS
    for number in range(3):
        record("case_opened", subject=uuid4(), actor="reporter", number=number)
        checkpoint()
    enqueue_once("notifications.witness", slot="1")
    run_jobs()
    mail, = mailoutbox
    assert mail.to == [WITNESS]
    assert f"key {signing_public_key().hex()}" in mail.body
    assert sorted(witness.read(mail.body.splitlines(), signing_public_key())) == [1, 2, 3]


def test_without_an_address_or_a_checkpoint_nothing_leaves(run_jobs: RunJobs, mailoutbox: list[EmailMessage],
                                                           settings: LazySettings):
    settings.WITNESS_EMAIL = WITNESS
    enqueue_once("notifications.witness", slot="1")
    run_jobs()
    settings.WITNESS_EMAIL = ""
    record("case_opened", subject=uuid4(), actor="reporter")
    checkpoint()
    enqueue_once("notifications.witness", slot="2")
    run_jobs()
    assert mailoutbox == []
