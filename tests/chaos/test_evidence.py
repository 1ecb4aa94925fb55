"""Workers die while they look at files: each file comes to its rest once, no picture is lost and no plain byte is left.

The worker is a real one, under its own database role; SIGKILL reaches it and its children. See test_outbox for the leases.
"""
import io
import uuid

import pytest
from django.db import connection, transaction
from PIL import Image

from cases.audit.models import Entry
from cases.evidence.models import Evidence, Page
from cases.evidence.services import look, receive
from cases.models import Case
from cases.outbox.models import Job
from cases.vault import custody
from cases.vault.models import DataKey, DataKeyWrap
from portal.accounts.models import User
from tests.cases.evidence.screenshots import as_bytes, draw, some
from tests.chaos.test_outbox import lapse
from tests.factories.cases import keyring_of, make_case, make_member, make_unit
from tests.fixtures.jobs import Worker, wait_for
from tests.fixtures.roles import acting_as

pytestmark = pytest.mark.postgres
FILES, KILLS = 6, 2


@pytest.fixture
def hina(celery_worker: Worker) -> User:
    custody.new_worker_key()
    return make_member("Hina Baloch", make_unit())


def send(case: Case, count: int) -> list[Evidence]:
    ticket, files = uuid.uuid4(), [as_bytes(draw(shot)) for shot in some(count)]
    with acting_as("public"):
        return [receive(case_id=case.pk, ticket=uuid.uuid5(ticket, str(n // 5)), number=n % 5 + 1, content=content)
                for n, content in enumerate(files)]


def test_killed_workers_lose_no_file_and_look_at_none_twice(celery_worker: Worker, hina: User) -> None:
    case = make_case(make_unit())
    sent = send(case, FILES)
    for done in range(KILLS):
        wait_for(lambda done=done: Evidence.objects.exclude(state="arrived").count() > done, seconds=90)
        celery_worker.kill()                        # at whatever point of whichever file
        lapse()
        celery_worker.start()
    wait_for(settled, seconds=120)
    killed_at_the_worst_moment(celery_worker, case)
    wait_for(settled, seconds=120)

    files = list(Evidence.objects.all())
    assert [file.state for file in files] == ["kept"] * (FILES + 1)
    assert Entry.objects.filter(event="evidence_kept").count() == FILES + 1
    assert not DataKeyWrap.objects.filter(recipient="worker").exists()
    assert DataKey.objects.filter(destroyed_at=None).count() == FILES + 1 + 2        # one a file, the case's two
    for file in files:
        with Image.open(io.BytesIO(look(evidence=file, by=hina, keyring=keyring_of(hina)).content)) as picture:
            assert picture.size == (file.width, file.height)
    assert {file.pk for file in sent} <= {file.pk for file in files}
    assert Page.objects.filter(evidence__state="kept").count() == Page.objects.count()


def settled() -> bool:
    return not Job.objects.exclude(state=Job.State.DONE).exists()


def somebody_waits() -> bool:
    """For a lock, in this database. Without the first line PostgreSQL answers the same all through our transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.fetchone() is not None


def killed_at_the_worst_moment(worker: Worker, case: Case) -> None:
    """It has looked and compared, and dies before it can write that down: it waits for our lock."""
    [file] = send(case, 1)
    with transaction.atomic():
        Case.objects.select_for_update(no_key=True).get(pk=case.pk)
        wait_for(somebody_waits, seconds=90)
        worker.kill()
    file.refresh_from_db()
    assert file.state == "arrived"
    lapse()
    worker.start()
