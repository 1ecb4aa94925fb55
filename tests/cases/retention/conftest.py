"""A case with one of everything that a case can have, closed long ago; two supervisors of its unit."""
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from cases.escalation import registry, services as escalation
from cases.escalation.models import Channel
from cases.escalation.notices import Notice
from cases.evidence.processing import process
from cases.evidence.services import receive
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.services import match, store
from cases.models import Case, Consent, Link, Trace
from cases.notifications.models import Kind
from cases.notifications.services import keep_address, tell_reporter
from cases.retention.services import set_up_schedules
from cases.services import change_status, link_cases, mark_read
from cases.triage.models import Note, Subject
from cases.vault import custody, envelope
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from tests.cases.evidence.screenshots import Shot, as_bytes, draw
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents, reporter_writes, secrets_of
from tests.factories.lists import second_yes
from tests.fixtures.roles import acting_as

PDQ, SHARED = "5" * 64, "a5" * 32
SCREEN = as_bytes(draw(Shot(4, size=(270, 600))))
TYPED = {"story": "Zarghoona told nobody in Gilgit", "handle": "@moonlitraven77", "message": "He wrote again from Chitral",
         "note": "Ask whether Shabana is safe in Hunza", "assent": "I agree, says Palwasha", "address": "03459876543",
         "notice": "Taken without consent near Skardu"}


@pytest.fixture(autouse=True)
def places(settings: LazySettings, tmp_path: Path) -> None:
    settings.WORKER_KEYS, settings.TOMBSTONES = tmp_path / "worker-keys", tmp_path / "elsewhere" / "tombstones"


@pytest.fixture
def office(db: None) -> None:
    custody.new_worker_key()
    registry.seed()
    make_unit()
    set_up_schedules()


@pytest.fixture
def nadia(office: None) -> User:
    return make_member("Nadia", make_unit(), role="supervisor")


@pytest.fixture
def imran(office: None, nadia: User) -> User:
    return make_member("Imran", make_unit(), role="supervisor")


def full_case(by: User) -> Case:
    """In review, escalated, its fingerprint on the list; with message, note, entry, assent, address, trace, link and
    match."""
    case = make_case(make_unit(), story=TYPED["story"], handles=(TYPED["handle"],))
    for act in (Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES):
        reporter_consents(case, act, assent=TYPED["assent"])
    store(case=case, fingerprints=[Fingerprint(1, PDQ, 90, "a" * 64, "b" * 32)])
    reporter_writes(case, TYPED["message"])
    keep_address(case=case, kind=Kind.SMS, value=TYPED["address"])
    note = Note(case=case, by=by, at=timezone.now())
    note.body = envelope.seal(secrets_of(case).key, TYPED["note"].encode(), case=case.pk, field="note", record=note.pk)
    note.save()
    Trace.objects.create(case=case, kind="handle", tag="ab" * 32)
    entry = Subject(case=case, kind="account", by=by, at=timezone.now())
    words = json.dumps({"name": TYPED["handle"], "about": TYPED["note"]}).encode()
    entry.words = envelope.seal(secrets_of(case).key, words, case=case.pk, field="subject", record=entry.pk)
    entry.save()
    Trace.objects.create(case=case, kind="handle", tag="cd" * 32, subject=entry.pk)
    case = change_status(case=case, to=Status.IN_REVIEW, by=by)
    notice = Notice(escalation.new_reference(), ("https://x.example/1",), (PDQ,), TYPED["notice"], "", "", False, "A")
    escalation.request(case=case, channel=Channel.objects.filter(kind="email").first(), notice=notice, by=by)
    second_yes(case)
    other = make_case(make_unit(), story="Another")
    store(case=other, fingerprints=[Fingerprint(1, PDQ, 90, "c" * 64, "d" * 32)])
    match(case_id=other.pk)
    link_cases(a=case, b=other, because=Link.Because.HANDLE)
    tell_reporter(case=case)
    with acting_as("public"):
        files = [receive(case_id=case.pk, ticket=case.submission, number=n, content=SCREEN) for n in (1, 2)]
    process(evidence_id=files[0].pk)            # the other is still on its way
    return case


@pytest.fixture
def case(nadia: User) -> Case:
    return full_case(nadia)


@pytest.fixture
def close() -> Callable[..., Case]:
    """`close(case, days=400)`: closed that long ago, with an outcome."""
    def closed(case: Case, *, days: int = 400, outcome: Outcome = Outcome.REMOVED) -> Case:
        mark_read(case=case, by=make_member("Reader"))
        case.refresh_from_db()
        if case.status == Status.NEW:
            case = change_status(case=case, to=Status.IN_REVIEW, by=None)
        change_status(case=case, to=Status.CLOSED, by=None, outcome=outcome)
        Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=days))
        case.refresh_from_db()
        return case
    return closed
