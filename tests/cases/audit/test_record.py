from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from cases.audit.models import Entry
from cases.audit.services import MOST_ITEMS, WouldLeak, actor, record, record_read
from cases.priority import Harm, Level
from cases.workflow import Status

pytestmark = pytest.mark.django_db
CASE = UUID("5f0c1a52-1111-4222-8333-444455556666")


def test_an_entry_keeps_ids_codes_dates_and_counts_as_plain_json():
    other = uuid4()
    made = record("status_changed", subject=CASE, actor="reporter", to=Status.IN_REVIEW, harm=Harm.DOXXING, level=Level.P1,
                  count=3, again=False, by=None, outcome="", day=date(2026, 11, 9), cases=[other, CASE], kinds={"email", "a"})
    entry = Entry.objects.get(pk=made.pk)
    assert entry.subject == str(CASE)
    assert entry.details == {"to": "in_review", "harm": "doxxing", "level": 1, "count": 3, "again": False, "by": None,
                             "outcome": "",
                             "day": "2026-11-09", "cases": [str(other), str(CASE)], "kinds": ["a", "email"]}


@pytest.mark.parametrize("text", [
    "he said he would send it to my father", "Ayesha", "ayesha@example.com", "https://example.com/p/1", "@ayesha",
    "03001234567", "+923001234567", "48219930117264550913", "4821 9930 1172 6455 0913", "مجھے دھمکی ملی", " ", "x" * 41, "a\n",
    3001234567, 1.5, b"bytes", {"name": "x"}, [["nested"]], object(),
])
def test_what_could_be_text_an_address_or_a_code_is_refused_and_never_named(text):
    with pytest.raises(WouldLeak) as refused:
        record("case_opened", subject=CASE, actor="system", what=text)
    assert str(refused.value) == "what"
    assert not Entry.objects.exists()


def test_subject_and_actor_are_guarded_too():
    with pytest.raises(WouldLeak):
        record("case_opened", subject="MZ 4821", actor="system")
    with pytest.raises(WouldLeak):
        record("case_opened", subject=CASE, actor="ayesha@example.com")


def test_a_collection_is_bounded():
    with pytest.raises(WouldLeak):
        record_read("queue_read", subject="queue", actor="system", cases=[uuid4()] * (MOST_ITEMS + 1))


def test_only_reads_are_recorded_as_reads():
    record_read("case_read", subject=CASE, actor=f"partner:{uuid4()}")
    with pytest.raises(ValueError, match="_read"):
        record_read("case_opened", subject=CASE, actor="system")


def test_a_member_is_named_by_id(django_user_model):
    member = django_user_model.objects.create_user("a@example.org", name="A", role="caseworker")
    assert actor(member) == str(member.pk)
    assert actor(None) == "system"
    record("case_opened", subject=CASE, actor=actor(member))


def test_an_entry_goes_with_the_transaction_that_wrote_it():
    with pytest.raises(RuntimeError), transaction.atomic():        # noqa: PT012 (the transaction is what is tried)
        record("case_opened", subject=CASE, actor="system")
        raise RuntimeError
    assert not Entry.objects.exists()
