"""What comes back, what could not leave, what leaves together, who demands case data: every page, in both languages."""
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.escalation import delivery, registry, replying
from cases.escalation.channels.base import Proof
from cases.escalation.delivery_models import Gate
from cases.escalation.failures import Failure
from cases.escalation.inbound.taking import take_in
from cases.escalation.models import Channel, Escalation
from cases.models import Case, Consent
from cases.priority import Harm
from cases.referral.models import Demand
from cases.services import change_status
from cases.vault import custody
from cases.vault.unseal import key_for_unit
from cases.workflow import Status
from portal.accounts.models import User
from tests.browser.test_every_page import LANGUAGES, LINK, Eye, click, eye
from tests.cases.escalation.conftest import asked
from tests.cases.escalation.inbound.test_mail import written
from tests.cases.escalation.pgp_keys import owner
from tests.factories.cases import keyring_of, make_case, make_member, make_unit, reporter_consents, signed_in

__all__ = ["eye"]


@pytest.fixture
def ayesha(live: str) -> User:
    custody.new_worker_key()
    registry.seed()
    return make_member("Ayesha Khan", make_unit(), is_woman=True)


def in_work(by: User, **facts: object) -> Case:
    case = make_case(make_unit(), platforms=("tiktok",), links=[LINK], **facts)
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    return change_status(case=case, to=Status.IN_REVIEW, by=by)


def an_answer(by: User) -> Escalation:
    """A mail that nobody has read, and beside it one that belongs to nothing."""
    one = delivery.sent(escalation=asked(in_work(by), by), proof=Proof({}))
    mail = written("Thank you for your report 12345. We reviewed the video and removed it.\n\nTikTok Trust and Safety")
    mail.replace_header("To", replying.address(key_for_unit(one.notice_key, case=one.case_id, keyring=keyring_of(by)), one))
    assert take_in(bytes(mail))
    mail.replace_header("To", "takedown@mehfooz.example")
    assert not take_in(bytes(mail))
    return one


def a_dead_letter(by: User) -> Escalation:
    one = delivery.failed(escalation=asked(in_work(by), by), failure=Failure.REFUSED_ADDRESS, code="refused_address 550-5.1.1")
    Gate.objects.create(channel=one.channel, failures=5, failure=Failure.UNREACHABLE, paused_at=timezone.now(),
                        probe_at=timezone.now() + timedelta(minutes=4))
    return one


@LANGUAGES
def test_the_post_and_what_is_made_of_it(ayesha: User, eye: Callable[..., Eye], language: str) -> None:
    see = eye(language, ayesha)
    see.goto("/desk/post/")
    see("post-1-empty")
    answered, dead = an_answer(ayesha), a_dead_letter(ayesha)
    see.goto("/desk/post/")
    see("post-2-full")
    for name, one in (("answer", answered), ("dead", dead)):
        see.goto(f"/desk/case/{one.case.ref}/notice/{one.reference}/")
        see(f"post-3-{name}")
    see.goto("/desk/today/")
    see("post-4-today")
    locked = eye(language, ayesha, unlocked=False)
    locked.goto("/desk/post/")
    locked("post-5-locked")
    for each in (see, locked):
        each.verdict()


@LANGUAGES
def test_many_cases_for_one_platform(ayesha: User, eye: Callable[..., Eye], language: str) -> None:
    way = Channel.objects.get(platform__slug="tiktok", kind="email")
    see = eye(language, ayesha)
    see.goto(f"/desk/notices/batch/{way.pk}/")
    see("batch-1-none")
    for harm in (Harm.DEEPFAKE, Harm.DOXXING):
        in_work(ayesha, harm=harm)
    see.goto("/desk/notices/batch/")
    see("batch-2-platforms")
    see.goto(f"/desk/notices/batch/{way.pk}/")
    click(see.page, "main form .btn")
    see("batch-3-cases-error")
    for box in see.page.locator("[name=case]").all():
        box.check()
    click(see.page, "main form .btn")
    see("batch-4-write")
    see.page.locator("textarea[name$=reasons]").first.fill("")
    click(see.page, "main form .btn >> nth=-1")
    see("batch-5-write-error")
    see.page.locator("textarea[name$=reasons]").first.fill("It shows the affected person and was published without consent.")
    click(see.page, "main form .btn >> nth=-1")
    see("batch-6-preview")
    click(see.page, "button[name=send]")
    assert Escalation.objects.filter(batch__isnull=False).count() == 2
    see("batch-7-sent")
    see.verdict()


@LANGUAGES
def test_the_register_of_demands_and_who_decides(ayesha: User, eye: Callable[..., Eye], language: str) -> None:
    unit, case = make_unit(), in_work(ayesha)
    heads = [make_member(name, unit, role="supervisor", is_woman=True) for name in ("Nadia Aslam", "Sana Tariq")]
    see = eye(language, heads[1])
    see.goto("/desk/demands/")
    see("demands-1-none")
    see.goto("/desk/demands/new/")
    see("demands-2-new")
    typed = {"unit": unit.code, "received_on": f"{timezone.localdate()}", "law": "none", "text": "They want the FIR's papers."}
    theirs = signed_in(heads[0])
    for who, scope in (("minister", "many"), ("police", "case"), ("court", "case")):
        made = theirs.post("/desk/demands/new/", typed | {"who": who, "scope": scope, "ref": case.ref if scope == "case" else ""})
        assert made.status_code == 302
    for number in (1, 2):
        theirs.post(f"/desk/demands/{number}/", {"decision": "refused", "reason": "No court has ordered it."})
    signed_in(heads[1]).post("/desk/demands/1/agree/", {"decision": "refused"})
    assert [row.decision for row in Demand.objects.order_by("number")] == ["refused", "refused", ""]
    see.goto("/desk/demands/")
    see("demands-3-register")
    for number, name in ((1, "decided"), (2, "second"), (3, "open")):
        see.goto(f"/desk/demands/{number}/")
        see(f"demands-4-{name}")
    see.goto("/desk/settings/referrals/")
    see("demands-5-policy")
    see.verdict()


@LANGUAGES
def test_a_way_whose_recipient_has_a_key(ayesha: User, eye: Callable[..., Eye], language: str) -> None:
    way = Channel.objects.get(platform__slug="tiktok", kind="email")
    with owner() as recipient:
        Channel.objects.filter(pk=way.pk).update(pgp_key=recipient.key)
    see = eye(language, make_member("Asad Mir", role="administrator"), unlocked=False)
    see.goto(f"/desk/settings/registry/channel/{way.pk}/")
    see.page.locator("details summary").last.click()
    see("key-1-entry")
    see.page.locator("[name=pgp_key]").fill("no key")
    see.page.locator("[name=why]").fill("their page")
    click(see.page, "details form .btn")
    see("key-2-refused")
    see.verdict()
