"""Many cases, one platform: chosen, worded and sent as one mail, each still its own escalation."""
import re

import pytest
from django.core import mail
from django.test import Client

from cases.escalation import replying
from cases.escalation.models import Batch, Channel, Escalation
from cases.models import Case, Consent
from cases.outbox.errors import Stop
from cases.units.models import Unit
from portal.accounts.models import User
from tests.cases.triage.test_escalate import LINK, case, in_review  # noqa: F401  the case in review, with its registry
from tests.factories.cases import make_case, make_member, reporter_consents, signed_in
from tests.fixtures.jobs import RunJobs


@pytest.fixture
def two(case: Case, unit: Unit, ayesha: User, monkeypatch: pytest.MonkeyPatch) -> list[Case]:  # noqa: F811
    monkeypatch.setattr("cases.escalation.services.GATHERING", 0)               # seconds; no test waits
    return [case, in_review(make_case(unit, platforms=("tiktok",), links=(f"{LINK}2",)), ayesha)]


def way() -> Channel:
    return Channel.objects.get(platform__slug="tiktok", kind="email")


def worded(client: Client, cases: list[Case]) -> dict[str, object]:
    """The page of their notices, as it is offered."""
    here = f"/desk/notices/batch/{way().pk}/"
    page = client.post(here, {"case": [each.ref for each in cases]})
    initial = {form.add_prefix(name): str(value) for form, *_rest in page.context["parts"]
               for name, value in form.initial.items() if value not in (False, None)}
    return initial | {"case": [each.ref for each in cases], "typed": "1"}


def leave(client: Client, cases: list[Case], run_jobs: RunJobs) -> list[mail.EmailMessage]:
    here = f"/desk/notices/batch/{way().pk}/"
    form = worded(client, cases)
    assert client.post(here, form).context["preview"]
    assert client.post(here, form | {"send": "1"}).status_code == 302
    assert client.post(here, form | {"send": "1"}).status_code == 302, "pressed twice, sent once"
    run_jobs()
    return [message for message in mail.outbox if way().address in message.to]


def test_two_cases_leave_in_one_mail_and_are_two_escalations(client: Client, two: list[Case], stranger: User, bilal: User,
                                                             run_jobs: RunJobs) -> None:
    refused = make_member("Zara", role="analyst")
    assert signed_in(refused).get("/desk/notices/batch/").status_code == 403
    assert client.get("/desk/notices/batch/").status_code == 200
    here = f"/desk/notices/batch/{way().pk}/"
    assert {each.ref for each in client.get(here).context["found"].cases} == {each.ref for each in two}
    assert client.post(here, {}).status_code == 400
    assert signed_in(stranger).get(here).context["found"].cases == []
    assert signed_in(stranger).post(here, {"case": two[0].ref}).status_code == 404
    [message] = leave(client, two, run_jobs)
    rows = list(Escalation.objects.order_by("pk"))
    batch = Batch.objects.earliest("at")
    assert {(row.state, row.batch_id) for row in rows} == {("sent", batch.pk)}
    assert batch.reference in message.subject
    for row in rows:
        assert message.body.count(f"Our reference: {row.reference}") == 1
    assert len({row.attempts.get(ok=True).proof["message_id"] for row in rows}) == 1
    named = replying.addressed(re.findall(r"[^\s<>]+@[^\s<>]+", message.body))
    answered = [replying.escalation_of([token]) for token in named]
    assert [row and row.pk for row in answered] == [row.pk for row in rows], "an answer to each address finds its notice"
    assert client.get(here).context["found"].cases == [], "it has been asked about them"


def test_a_mail_that_cannot_leave_lets_each_go_by_itself(client: Client, two: list[Case], run_jobs: RunJobs,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise Stop(552)

    monkeypatch.setattr("cases.escalation.channels.digest.message", refused)          # too long for their server
    assert len(leave(client, two, run_jobs)) == 2
    assert {row.state for row in Escalation.objects.all()} == {"sent"}


def test_a_yes_taken_back_meanwhile_holds_up_only_its_own(client: Client, two: list[Case], run_jobs: RunJobs) -> None:
    here, form = f"/desk/notices/batch/{way().pk}/", worded(client, two)
    client.post(here, form | {"send": "1"})
    reporter_consents(two[1], Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    run_jobs()
    assert {row.case_id: row.state for row in Escalation.objects.all()} == {two[0].pk: "sent", two[1].pk: "failed"}
