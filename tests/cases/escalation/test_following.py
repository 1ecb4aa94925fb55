"""A notice that reminds of an earlier one: its words, its thread, and when we look again."""
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail

from cases.escalation import following, notices, services
from cases.escalation.channels import letter, webhook
from cases.escalation.channels.base import Outgoing
from cases.escalation.models import Channel, Escalation, LegalBasis, Platform, Step
from cases.escalation.notices import Earlier, Notice
from cases.models import Case
from portal.accounts.models import User
from tests.cases.escalation.conftest import asked
from tests.cases.escalation.test_notices import FULL
from tests.factories.cases import make_case, make_member, make_unit
from tests.fixtures.jobs import RunJobs

BEFORE = Earlier("MZ-23456789AB", "2026-12-03", "TikTok", Step.REMINDER.value)


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("step", Step)
def test_a_notice_names_what_it_follows_in_both_languages(step: Step, language: str) -> None:
    notice = replace(FULL, reference="MZ-BBBBBBBBBB", earlier=replace(BEFORE, step=step.value))
    subject, text = notices.render(notice, office="M", contact="a@b.c", language=language)
    assert BEFORE.reference in text
    assert ("3 December 2026" in text) == (language == "en")
    assert notice.reference in subject
    assert BEFORE.reference not in subject
    assert Notice.from_json(notice.as_json()) == notice
    fields = [{"label": "Why", "limit": None, "content": "reasons"}]
    assert BEFORE.reference in str(notices.form_texts(notice, fields, contact="a@b.c", language=language)[0]["text"])


def test_a_notice_that_was_frozen_before_there_were_any_still_opens() -> None:
    old = json.loads(FULL.as_json())
    del old["earlier"]
    assert Notice.from_json(json.dumps(old).encode()) == FULL


def test_a_machine_and_paper_are_told_too() -> None:
    outgoing = Outgoing(replace(FULL, earlier=BEFORE), "https://x.example", "en", key="a" * 32)
    assert webhook.document(outgoing)["earlier"] == {"reference": BEFORE.reference, "on": BEFORE.on, "as": "reminder"}
    assert "earlier" not in webhook.document(replace(outgoing, notice=FULL))
    assert len(letter.pdf(outgoing)) > len(letter.pdf(replace(outgoing, notice=FULL)))


def follow(case: Case, by: User, earlier: Escalation, channel: Channel, step: Step) -> Escalation:
    words = replace(FULL, reference=services.new_reference(), hashes=(), earlier=following.named(earlier, step, "en"))
    return services.request(case=case, channel=channel, notice=words, by=by, earlier=earlier, step=step.value)


def test_a_reminder_stands_in_the_thread_and_what_goes_to_others_does_not(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    first = asked(case, ayesha)
    run_jobs()
    second = follow(case, ayesha, first, first.channel, Step.REMINDER)
    third = follow(case, ayesha, second, Channel.objects.get(platform__slug="godaddy"), Step.REGISTRAR)
    fourth = follow(case, ayesha, third, first.channel, Step.SECOND)
    run_jobs()
    sent = {message.subject.split("]")[0].lstrip("["): message.extra_headers for message in mail.outbox}
    ids = {reference: headers["Message-ID"] for reference, headers in sent.items()}
    assert "In-Reply-To" not in sent[first.reference]
    assert sent[second.reference]["In-Reply-To"] == ids[first.reference]
    assert "In-Reply-To" not in sent[third.reference]
    assert sent[fourth.reference]["References"] == f"{ids[first.reference]} {ids[second.reference]}"
    assert [one.pk for one in following.before(fourth)] == [first.pk, second.pk, third.pk]


@pytest.mark.parametrize(("basis", "child", "hours"), [
    (None, False, 48), ("take-it-down-act", False, 48), ("esafety-77", False, 24), ("dsa-16", False, 48),
    ("take-it-down-act", True, 24), (None, True, 24)])
def test_we_look_again_when_the_law_promises_and_of_a_child_within_a_day(
        case: Case, ayesha: User, run_jobs: RunJobs, basis: str | None, child: bool, hours: int) -> None:
    Case.objects.filter(pk=case.pk).update(child=child)
    case.refresh_from_db()
    one = asked(case, ayesha)
    Escalation.objects.filter(pk=one.pk).update(basis=LegalBasis.objects.get(slug=basis) if basis else None)
    run_jobs()
    one.refresh_from_db()
    case.refresh_from_db()
    assert one.sent_at
    assert one.next_check_at == one.sent_at + timedelta(hours=hours) == case.due_at
    assert case.history.latest("at").next_check == one.next_check_at, "so the reporter reads"


def test_only_what_left_of_the_same_report_can_be_followed(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    one = asked(case, ayesha)
    assert not following.followable(case, ayesha).exists(), "it has not left"
    run_jobs()
    part, other = make_case(make_unit()), make_case(make_unit())
    Case.objects.filter(pk=part.pk).update(split_of=case)
    part.refresh_from_db()
    stranger = make_member("Sana Malik", make_unit("children"))
    assert list(following.followable(case, ayesha)) == list(following.followable(part, ayesha)) == [one]
    assert not following.followable(other, ayesha).exists()
    Case.objects.filter(pk=case.pk).update(restricted=True)
    assert not following.followable(part, ayesha).exists(), "the first case is kept for somebody else"
    assert not following.followable(part, stranger).filter(case=case).exists()


def test_what_a_step_is_follows_from_where_it_goes(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    one = asked(case, ayesha)
    run_jobs()
    one.refresh_from_db()
    to = {slug: following.step_to(Platform.objects.get(slug=slug), one) for slug in ("tiktok", "google", "aws", "godaddy", "x")}
    assert to == {"tiktok": "reminder", "google": "search", "aws": "host", "godaddy": "registrar", "x": "copies"}
    one.state = Escalation.State.REFUSED
    assert following.step_to(one.platform, one) == Step.SECOND


def test_the_earlier_one_may_go_without_the_later(case: Case, ayesha: User, run_jobs: RunJobs) -> None:
    first = asked(case, ayesha)
    run_jobs()
    later = follow(case, ayesha, first, first.channel, Step.REMINDER)
    first.attempts.all().delete()
    Escalation.objects.filter(pk=first.pk).delete()
    later.refresh_from_db()
    assert later.earlier is None
