"""The demonstration: believable, whole, sealed, and made once."""
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from cases.coordination.models import Shown
from cases.escalation.models import Answer, Approval, Batch, DeadLetter, Escalation
from cases.evidence.models import Evidence
from cases.evidence.selectors import case_takes_files
from cases.hashing.models import ListEntry, MediaHash
from cases.models import Case, Trace
from cases.notifications.models import Webhook
from cases.priority import Harm
from cases.retention.selectors import proposals_for
from cases.statistics import spans
from cases.statistics.figures import Scope, figures
from cases.triage.models import Consult, Question, Subject
from cases.triage.next_steps import advice_for
from cases.units.models import Unit
from cases.vault import unseal
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from portal.demonstration.people import PEOPLE
from portal.demonstration.reports import REPORTS
from tests.factories.cases import signed_in
from tests.services import SERVICES


@pytest.fixture(scope="module")
def demonstration(django_db_setup: None, django_db_blocker: DjangoDbBlocker,
                  tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Made once for this module, because a dozen people cost Argon2id twice each, and undone with its transaction."""
    SERVICES.redis()
    data = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(DATA=data, WORKER_KEYS=data / "keys", DEMO=True), transaction.atomic():
        call_command("demo")
        yield json.loads((data / "demo.json").read_text())
        transaction.set_rollback(True)


@pytest.fixture
def facts(demonstration: dict[str, Any], db: None) -> dict[str, Any]:
    """What demo.json says. What a test changes is undone after it."""
    return demonstration


def test_the_cases_go_over_everything(facts: dict) -> None:
    assert Case.objects.count() == len(REPORTS) == 45
    assert set(Case.objects.values_list("status", flat=True)) == set(Status)
    assert set(Case.objects.values_list("outcome", flat=True)) - {""} == set(Outcome)
    assert set(Case.objects.values_list("harm", flat=True)) == set(Harm)
    assert set(Case.objects.values_list("unit__code", flat=True)) == {"adults", "children", "integrity"}
    assert Unit.objects.filter(practice=True).exists(), "where somebody can begin"
    assert set(Case.objects.values_list("language", flat=True)) == {"en", "ur"}
    escalated = Escalation.objects.filter(case__child=False, state=Escalation.State.SENT, platform__slug="tiktok",
                                          entries__isnull=False)
    assert escalated.exists(), "an adult's case whose hashes the partner can pull"
    assert not Escalation.objects.filter(case__child=True, entries__isnull=False).exists()
    assert Evidence.objects.count() == sum(report.screenshots for report in REPORTS) > 2
    assert all(case_takes_files(each.case) for each in Evidence.objects.select_related("case"))
    call_command("demo")
    assert Case.objects.count() == 45, "a second start adds nothing"


def test_the_post_has_something_in_it(facts: dict) -> None:
    assert Answer.objects.filter(sorted_at=None).count() == DeadLetter.objects.filter(settled_at=None).count() == 1
    waits = Approval.objects.get(decided_at=None).escalation
    assert (waits.state, waits.case.unit.code) == ("proposed", "children")
    assert Batch.objects.get().escalations.count() == 2
    client = signed_in(User.objects.get(name="Nadia Shah"), unlocked=False)
    for address, count in (("/desk/post/", 2), ("/desk/notices/", 1)):
        assert client.get(address).content.decode().count("/notice/MZ-") >= count, address


def test_pictures_are_found_again_across_units_and_on_a_list_of_others(facts: dict) -> None:
    question = Question.objects.get()
    assert (question.asking.unit.code, question.about.unit.code) == ("integrity", "adults")
    consult = Consult.objects.get()
    assert (consult.case.unit.code, consult.unit.code, consult.scope) == ("adults", "integrity", "question")
    assert Webhook.objects.get().off_at, "nobody listens there"
    rules = set(Case.objects.exclude(seen_rule="").values_list("seen_rule", flat=True))
    assert {"seen", "listed"} <= rules
    assert not MediaHash.objects.filter(matched_at=None).exists()


def test_two_cases_wait_for_their_end_and_past_months_have_figures(facts: dict) -> None:
    nadia, tariq = (User.objects.get(email__startswith=name) for name in ("nadia", "tariq"))
    assert {row.approved_by for row in proposals_for(nadia)} == {tariq, None}
    found = figures(Scope(), spans.offered(running=False)[:6][::-1])
    assert all(number.n for _month, number in found.months)


def test_every_account_signs_in_and_opens_its_units(facts: dict) -> None:
    assert {account["role"] for account in facts["accounts"]} == {person.role.value for person in PEOPLE}
    ayesha = facts["accounts"][0]
    member = authenticate(None, username=ayesha["email"], password=ayesha["password"])
    assert isinstance(member, User)
    ring = unseal.keyring(member, unseal.unlock_staff(member, ayesha["password"]))
    assert len(ring.units) == 2


def test_a_platform_has_a_desk_and_opens_what_was_put_before_it(facts: dict) -> None:
    account = next(each for each in facts["accounts"] if each["role"] == "liaison")
    member = authenticate(None, username=account["email"], password=account["password"])
    assert isinstance(member, User)
    ring = unseal.body_keyring(member, unseal.unlock_staff(member, account["password"]))
    assert Shown.objects.exists()
    assert all(unseal.key_for_body(row.key, shown=row.pk, keyring=ring) for row in Shown.objects.all())


def test_nothing_that_was_told_lies_in_the_clear(facts: dict) -> None:
    stored = b"".join(bytes(blob) for row in Case.objects.values_list("answers", "summary") for blob in row)
    assert not any(report.story[:20].encode() in stored for report in REPORTS)
    assert ListEntry.objects.exists()


def test_a_real_installation_is_never_filled_with_made_up_cases(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO", False)
    before = Case.objects.count()
    with pytest.raises(CommandError):
        call_command("demo")
    assert Case.objects.count() == before


def test_one_account_was_written_down_in_several_cases(facts: dict) -> None:
    assert Subject.objects.values("case").distinct().count() > 2
    assert max(Counter(Trace.objects.values_list("tag", flat=True)).values()) > 2


def test_a_next_step_is_suggested_after_a_silent_notice(facts: dict) -> None:
    silent = Case.objects.get(escalations__state=Escalation.State.NO_ANSWER)
    [advice] = advice_for([silent])[silent.pk]
    assert (advice.suggestion.step, advice.now) == ("reminder", True)
    assert silent.opened_at < Escalation.objects.get(case=silent).requested_at
