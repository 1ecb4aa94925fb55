"""What is put before a body, and when it ends."""
import json
import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from cases.audit.models import Entry
from cases.coordination import services
from cases.coordination.models import Body, Collected, Shown
from cases.coordination.selectors import shown_before, still_open
from cases.escalation import services as escalation
from cases.escalation.models import Answer, Escalation
from cases.models import Case, Consent
from cases.notifications.models import Notification
from cases.outbox.services import enqueue
from cases.referral.models import Referral
from cases.services import change_status
from cases.vault.keyring import NotHeld
from cases.vault.models import DataKeyWrap
from cases.vault.signing import KeyMissing
from cases.vault.unseal import key_for_body
from cases.workflow import Status
from portal.accounts.models import User
from tests.cases.coordination.conftest import REASONS, asked, body_keyring, make_body, prepared, put, secret_of
from tests.factories.cases import make_case, make_liaison, make_member, make_unit, reporter_consents
from tests.fixtures.jobs import RunJobs

State = Escalation.State


def test_a_notice_is_put_before_the_body_of_its_platform_and_counts_as_sent(shown: Shown, notice: Escalation, omar: User) -> None:
    notice.refresh_from_db()
    assert notice.state == State.SENT
    assert notice.attempts.get().proof == {"shown": str(shown.pk)}
    content = services.content_of(shown, key_for_body(shown.key, shown=shown.pk, keyring=body_keyring(omar)))
    assert json.loads(content)["notice"]["reasons"] == REASONS
    assert {wrap.recipient for wrap in shown.key.wraps.all()} == {DataKeyWrap.Recipient.BODY}, "nobody else has a copy"
    assert not DataKeyWrap.objects.filter(key=notice.notice_key, recipient="body").exists(), "not of the notice's key"


def test_the_body_learns_by_mail_only_that_something_waits(shown: Shown, omar: User) -> None:
    told = Notification.objects.get(member=omar)
    assert (told.occasion, told.counts) == ("partner", {"count": 1})


def test_another_body_opens_nothing_of_it(shown: Shown, hina: User) -> None:
    with pytest.raises(NotHeld):
        key_for_body(shown.key, shown=shown.pk, keyring=body_keyring(hina))


def test_it_goes_before_the_body_of_its_platform_only(notice: Escalation, police: Body, hina: User, ayesha: User) -> None:
    with pytest.raises(services.NotTheirs):
        put(notice, police, ayesha)


def test_only_who_opens_the_case_puts_it_there(notice: Escalation, tiktok: Body, omar: User, ayesha: User) -> None:
    secret = secret_of(notice, ayesha)
    for other in (make_member("Zara", make_unit("children")), make_member("Rabia", role="administrator"), omar):
        with pytest.raises(services.NotTheirs):
            services.put(escalation=notice, body=tiktok, secret=secret, by=other)


def test_without_a_yes_nothing_is_put_there(notice: Escalation, case: Case, tiktok: Body, omar: User, ayesha: User) -> None:
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    with pytest.raises(escalation.ConsentMissing):
        put(notice, tiktok, ayesha)
    assert not Shown.objects.exists()


def test_a_notice_that_waits_for_a_second_person_does_not_go_there(notice: Escalation, tiktok: Body, omar: User,
                                                                   ayesha: User) -> None:
    Escalation.objects.filter(pk=notice.pk).update(state=State.PROPOSED)
    with pytest.raises(services.Over):
        put(notice, tiktok, ayesha)


def test_practice_is_put_before_nobody(notice: Escalation, tiktok: Body, omar: User, ayesha: User) -> None:
    unit = notice.case.unit
    unit.practice = True
    unit.save()
    with pytest.raises(escalation.Practice):
        put(notice, tiktok, ayesha)


def test_nothing_is_sealed_to_a_body_whose_key_nobody_signed(notice: Escalation, tiktok: Body, ayesha: User) -> None:
    with pytest.raises(KeyMissing):
        put(notice, tiktok, ayesha)


def test_it_is_there_once(shown: Shown, notice: Escalation, tiktok: Body, ayesha: User) -> None:
    with pytest.raises(services.Over):
        put(notice, tiktok, ayesha)
    services.withdraw(shown=shown, by=ayesha)
    assert put(notice, tiktok, ayesha).pk != shown.pk


@pytest.mark.parametrize("outcome", [State.ACTIONED, State.REFUSED])
def test_a_last_answer_moves_the_case_and_ends_it(shown: Shown, omar: User, outcome: State) -> None:
    services.answer(shown=shown, outcome=outcome.value, reason="rules" if outcome == State.REFUSED else "", by=omar)
    fresh = Shown.objects.select_related("escalation").get(pk=shown.pk)
    assert fresh.escalation.state == outcome
    assert (fresh.end, bytes(fresh.content), fresh.key.wraps.count()) == ("answered", b"", 0)
    assert Answer.objects.get().way == Answer.Way.DESK
    with pytest.raises(services.Over):
        services.answer(shown=shown, outcome=State.ACTIONED.value, by=omar)


@pytest.mark.parametrize("outcome", [State.ACKNOWLEDGED, State.NEEDS_MORE])
def test_an_answer_on_the_way_leaves_it_open(shown: Shown, omar: User, outcome: State) -> None:
    services.answer(shown=shown, outcome=outcome.value, reason="links", by=omar)
    assert still_open(Shown.objects.get(pk=shown.pk))


def test_another_body_neither_answers_nor_collects(shown: Shown, hina: User, ayesha: User) -> None:
    for stranger in (hina, ayesha):
        with pytest.raises(services.NotTheirs):
            services.answer(shown=shown, outcome=State.ACTIONED.value, by=stranger)
        with pytest.raises(services.NotTheirs):
            services.collect(shown=shown, sha256="", by=stranger)


def test_a_package_counts_as_handed_over_and_goes_with_its_download(left: Shown, hina: User) -> None:
    assert Referral.objects.get().state == Referral.State.HANDED
    services.collect(shown=left, sha256="ab" * 32, by=hina)
    fresh = Shown.objects.get(pk=left.pk)
    assert (bytes(fresh.content), fresh.key.wraps.count(), fresh.ended_at) == (b"", 0, None)
    services.answer(shown=left, outcome=Referral.State.ACCEPTED.value, by=hina)
    services.answer(shown=left, outcome=Referral.State.ACTED.value, by=hina)
    assert Referral.objects.get().state == Referral.State.ACTED
    assert Shown.objects.get(pk=left.pk).end == "answered"


def test_a_package_goes_to_its_authority_only_and_is_not_too_large(case: Case, tiktok: Body, police: Body, hina: User,
                                                                   ayesha: User, monkeypatch: pytest.MonkeyPatch) -> None:
    one = prepared(case, ayesha)
    with pytest.raises(services.NotTheirs):
        services.put_package(referral=one, body=tiktok, package=b"", name="a", sha256="", by=ayesha)
    monkeypatch.setattr(services, "MOST_BYTES", 3)
    with pytest.raises(services.TooLarge):
        services.put_package(referral=one, body=police, package=b"1234", name="a", sha256="", by=ayesha)


def test_what_is_answered_in_another_way_ends(shown: Shown, notice: Escalation, ayesha: User) -> None:
    assert services.settle() == 0
    escalation.answer(escalation=notice, outcome=State.ACTIONED, by=ayesha)
    assert services.settle() == 1
    assert (Shown.objects.get(pk=shown.pk).end, shown.key.wraps.count()) == ("answered", 0)


def test_a_yes_that_is_taken_back_closes_it_at_once(shown: Shown, case: Case, omar: User) -> None:
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    with pytest.raises(services.Over):
        services.collect(shown=shown, sha256="", by=omar)
    services.settle()
    assert (Shown.objects.get(pk=shown.pk).end, shown.key.wraps.count()) == ("withdrawn", 0)


def test_the_worker_ends_what_is_over(shown: Shown, tiktok: Body, run_jobs: RunJobs) -> None:
    Body.objects.filter(pk=tiktok.pk).update(retired_at=timezone.now())
    enqueue("coordination.settle")
    enqueue("coordination.forget_posts")
    assert {"coordination.settle", "coordination.forget_posts"} <= set(run_jobs())
    assert (Shown.objects.get(pk=shown.pk).end, shown.key.wraps.count()) == ("withdrawn", 0)


def test_who_speaks_for_a_retired_body_does_nothing(shown: Shown, tiktok: Body, omar: User) -> None:
    Body.objects.filter(pk=tiktok.pk).update(retired_at=timezone.now())
    with pytest.raises(services.NotTheirs):
        services.collect(shown=shown, sha256="", by=omar)


def test_a_body_is_shown_only_its_own(ayesha: User, shown: Shown, left: Shown, tiktok: Body, police: Body) -> None:
    assert list(shown_before(tiktok, answered=False)) == [shown]
    assert list(shown_before(police, answered=False)) == [left]
    assert not shown_before(tiktok, answered=True)


def test_the_log_names_who_did_what_under_the_case(shown: Shown, case: Case, omar: User) -> None:
    services.collect(shown=shown, sha256="ab" * 32, by=omar)
    events = Entry.objects.filter(subject=str(case.pk), actor=str(omar.pk)).values_list("event", flat=True)
    assert list(events) == ["partner_collected"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_of_two_downloads_at_once_one_is_refused(shown: Shown, omar: User) -> None:
    results: list[str] = []
    both = threading.Barrier(2)

    def fetch() -> None:
        both.wait()
        try:
            services.collect(shown=shown, sha256="ab" * 32, by=omar)
            results.append("got it")
        except services.AlreadyCollected as refused:
            results.append(str(refused.collected.by))
        finally:
            connection.close()
    together(fetch, fetch)
    assert sorted(results) == sorted(["got it", str(omar)])
    assert Collected.objects.count() == 1


def together(*acts: Callable[[], None]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_body_without_a_platform_is_asked_for_nothing(case: Case, ayesha: User) -> None:
    ministry = make_body("it-ministry")
    make_liaison("Zara", ministry)
    with pytest.raises(services.NotTheirs):
        put(asked(case, ayesha), ministry, ayesha)


def test_a_case_that_is_over_is_put_before_nobody(notice: Escalation, tiktok: Body, omar: User, ayesha: User) -> None:
    change_status(case=notice.case, to=Status.WAITING_REPORTER, by=ayesha)
    with pytest.raises(escalation.NotNow):
        put(notice, tiktok, ayesha)


def test_a_body_opens_exactly_what_was_put_before_it(ayesha: User, omar: User, hina: User, tiktok: Body, police: Body) -> None:
    """Whatever is put before whom, in whichever order."""
    bodies, made = {tiktok: omar, police: hina}, []
    for number in range(4):
        case = make_case(make_unit(), platforms=("tiktok",))
        for act in (Consent.Act.ASK_PLATFORM, Consent.Act.PASS_POLICE):
            reporter_consents(case, act)
        change_status(case=case, to=Status.IN_REVIEW, by=ayesha)
        if number % 2:
            made.append(put(asked(case, ayesha), tiktok, ayesha))
        else:
            made.append(services.put_package(referral=prepared(case, ayesha), body=police, package=b"PK", name="a.zip", sha256="",
                                             by=ayesha))
    for body, member in bodies.items():
        opened = [row for row in made if opens(row, member)]
        assert opened == [row for row in made if row.body == body]


def opens(row: Shown, member: User) -> bool:
    try:
        return bool(services.content_of(row, key_for_body(row.key, shown=row.pk, keyring=body_keyring(member))))
    except NotHeld:
        return False
