"""What becomes of a file: compared with what is intimate, kept out of reports on children's pictures, given up, tried again."""
import io
from datetime import timedelta
from hashlib import md5, sha256

import numpy as np
import pytest
from django.conf import LazySettings
from django.utils import timezone
from PIL import Image

from cases.audit.models import Entry
from cases.evidence import processing, sandbox, selectors, services
from cases.evidence.handing_off import hand_off
from cases.evidence.instruction import Instruction, Order
from cases.evidence.models import Evidence, Page
from cases.evidence.near import NEAR
from cases.hashing import pdq
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.foreign import Row, take_in
from cases.hashing.models import Listing
from cases.hashing.services import match, store
from cases.hashing.video import FrameHash, VideoFingerprint
from cases.models import Case
from cases.notifications.models import Address, Kind, Notification, Occasion
from cases.notifications.services import keep_address
from cases.outbox.models import Job
from cases.priority import AgeBand, Harm
from cases.vault import ceremony, custody, hpke, pages
from cases.vault.models import DataKey, DataKeyWrap
from portal.accounts.models import User
from tests.cases.evidence.conftest import SCREEN, SMALL, Send
from tests.cases.evidence.screenshots import Shot, as_bytes, draw
from tests.cases.hashing.conftest import near, new_pdq, new_variants
from tests.cases.hashing.pictures import photo
from tests.factories.cases import keyring_of, make_case, make_member, make_unit
from tests.factories.lists import list_entries, publish
from tests.fixtures.jobs import RunJobs
from tests.fixtures.roles import acting_as

State, Why = Evidence.State, Evidence.Why
PDQ = pdq.from_image(Image.open(io.BytesIO(SCREEN))).hex


def became(evidence: Evidence) -> tuple[str, str]:
    evidence.refresh_from_db()
    if evidence.state in {State.DESTROYED, State.FAILED}:
        assert evidence.key_id is None
        assert not Page.objects.filter(evidence=evidence).exists()
    waiting = Evidence.objects.filter(state=State.ARRIVED).values("key")
    sealed = DataKeyWrap.objects.filter(recipient="worker").exclude(key__in=waiting)
    assert not sealed.exclude(key__in=Address.objects.values("key")).exists()
    return evidence.state, evidence.why


def own(case: Case, value: str, *, content: bytes = b"another file") -> None:
    digests = sha256(content).hexdigest(), md5(content, usedforsecurity=False).hexdigest()
    store(case=case, fingerprints=[Fingerprint(1, value, 90, *digests)])


# --- compared before it rests -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("bits", [0, 20, 30])
def test_the_picture_that_the_report_is_about_is_destroyed_unread(send: Send, case: Case, run_jobs: RunJobs, bits: int):
    keep_address(case=case, kind=Kind.EMAIL, value="noor@example.net")
    own(case, near(PDQ, bits))
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.DESTROYED, Why.OWN_FINGERPRINT)
    assert (evidence.pdq, evidence.sha256) == (PDQ, sha256(SCREEN).hexdigest())       # the hash stays
    entry = Entry.objects.get(event="evidence_destroyed")
    assert (entry.actor, entry.details) == ("system", {"evidence": str(evidence.pk), "why": "own_fingerprint"})
    assert Notification.objects.filter(address__case=case).count() == 1               # told that something waits
    assert [(row.state, row.why) for row in selectors.told(case)] == [(State.DESTROYED, Why.OWN_FINGERPRINT)]


def test_the_same_file_is_known_whatever_its_fingerprint_says(send: Send, case: Case, run_jobs: RunJobs):
    own(case, new_pdq(), content=SCREEN)
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.DESTROYED, Why.OWN_FINGERPRINT)


def test_one_that_is_merely_alike_rests(send: Send, case: Case, run_jobs: RunJobs):
    own(case, near(PDQ, 32))
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.KEPT, "")


def test_somebody_s_fingerprint_that_is_on_no_list_destroys_nothing(send: Send, unit, run_jobs: RunJobs):
    """Or anybody could have another's evidence destroyed by reporting its fingerprint first."""
    other = make_case(unit)
    own(other, PDQ)
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.KEPT, "")


@pytest.mark.parametrize(("state", "category", "why"), [
    ("active", "intimate", Why.INTIMATE_LIST), ("suspended", "synthetic", Why.INTIMATE_LIST),
    ("withdrawn", "threatened", Why.INTIMATE_LIST), ("waiting", "intimate", Why.INTIMATE_LIST),
    ("active", "child", Why.CHILD_LIST), ("withdrawn", "child", Why.CHILD_LIST)])
def test_what_is_on_our_lists_is_destroyed_unread(send: Send, unit, run_jobs: RunJobs, state: str, category: str, why: str):
    other = make_case(unit)
    list_entries(values=[near(PDQ, 24)], state=state, category=category, case=other)
    match(case_id=other.pk)
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.DESTROYED, why)


def test_what_two_people_refused_to_list_is_no_reason(send: Send, unit, run_jobs: RunJobs):
    other = make_case(unit)
    list_entries(values=[PDQ], state="waiting", case=other)
    Listing.objects.update(state=Listing.State.REFUSED, why=Listing.Why.NOT_INTIMATE)
    match(case_id=other.pk)
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.KEPT, "")


@pytest.mark.parametrize(("child", "why"), [(False, Why.INTIMATE_LIST), (True, Why.CHILD_LIST)])
@pytest.mark.parametrize(("kind", "value"), [("pdq", near(PDQ, 30)), ("md5", md5(SCREEN, usedforsecurity=False).hexdigest())])
def test_what_others_list_is_destroyed_unread(send: Send, run_jobs: RunJobs, child: bool, why: str, kind: str, value: str):
    take_in(source="ncmec", rows=[Row("1", kind, value, timezone.now())], child=child)
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.DESTROYED, why)


def test_of_a_picture_on_a_list_of_children_the_supervisors_are_told(send: Send, unit, run_jobs: RunJobs):
    """A child may be in danger, and the reporter alone would know."""
    sana = make_member("Sana", unit, role="supervisor")
    take_in(source="ncmec", rows=[Row("1", "pdq", PDQ, timezone.now())], child=True)
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.DESTROYED, Why.CHILD_LIST)
    assert Notification.objects.get(occasion=Occasion.LOCKED).member_id == sana.pk


def test_of_a_picture_on_a_list_of_children_the_written_order_holds_too(send: Send, case: Case, unit, hina: User,
                                                                        run_jobs: RunJobs, settings: LazySettings):
    outside, settings.RECOVERY_PUBLIC_KEY = hpke.new_pair()
    settings.LEGAL_INSTRUCTION = Instruction(Order.PRESERVE, "Legal/14")
    take_in(source="ncmec", rows=[Row("1", "pdq", PDQ, timezone.now())], child=True)
    sana = make_member("Sana", unit, role="supervisor")
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.LOCKED, Why.CHILD_LIST)
    assert not DataKeyWrap.objects.filter(key=evidence.key_id).exists()
    assert Notification.objects.get(occasion=Occasion.LOCKED).member_id == sana.pk
    with pytest.raises(services.NotNow):
        services.look(evidence=evidence, by=hina, keyring=keyring_of(hina))
    secret = hpke.open_blob(outside, evidence.preserved, info=ceremony.preserved_context(case=case.pk, file=evidence.pk))
    blobs = list(evidence.pages.values_list("blob", flat=True))
    assert pages.join(secret, blobs, case=case.pk, record=evidence.pk) == SCREEN
    assert evidence.pdq == PDQ
    paper = hand_off(evidence, case)
    assert "nobody here has seen it" in paper.lines[0]
    assert "locked at once" in paper.lines[1]


def test_what_others_took_back_is_no_reason(send: Send, run_jobs: RunJobs):
    now = timezone.now()
    take_in(source="ncmec", rows=[Row("1", "pdq", PDQ, now)])
    take_in(source="ncmec", rows=[Row("1", "pdq", "", now + timedelta(seconds=1))])
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.KEPT, "")


WHOLE = near(PDQ, 50)
CROPPED = Fingerprint(1, WHOLE, 90, "ab" * 32, "ab" * 16, ("", near(PDQ, 12), *new_variants(WHOLE)[2:]))
FILMED = VideoFingerprint(1, "ab" * 32, "ab" * 16, (FrameHash(0, new_pdq(), 90), FrameHash(1000, near(PDQ, 12), 90)))


@pytest.mark.parametrize("told", [CROPPED, FILMED], ids=["crop", "picture out of a video"])
@pytest.mark.parametrize("matched", [True, False])
def test_a_crop_or_a_still_of_what_the_report_is_about_is_destroyed_unread(
        send: Send, case: Case, told: Fingerprint | VideoFingerprint, matched: bool):
    """Files come seconds after Send; what compares the report's pictures with others may not have run yet."""
    store(case=case, fingerprints=[told])
    if matched:
        match(case_id=case.pk)
    evidence = send()
    processing.process(evidence_id=evidence.pk)
    assert became(evidence) == (State.DESTROYED, Why.OWN_FINGERPRINT)


@pytest.mark.parametrize("on", ["own", "intimate", "foreign"])
def test_a_screenshot_that_shows_the_picture_between_a_phone_s_bars_is_that_picture(send: Send, case: Case, unit,
                                                                                    run_jobs: RunJobs, on: str):
    """As a gallery shows it, and as most people would send it by mistake."""
    image = photo(np.random.default_rng(8), *SMALL[:1], 700)
    screen = Image.new("RGB", SMALL, "black")
    screen.paste(image, (0, 250))
    value = pdq.from_image(image).hex
    assert pdq.distance(pdq.from_image(screen).hex, value) > pdq.MATCH_DISTANCE
    if on == "own":
        own(case, value)
    elif on == "intimate":
        other = make_case(unit)
        list_entries(values=[value], case=other)
        match(case_id=other.pk)
    else:
        take_in(source="ncmec", rows=[Row("1", "pdq", value, timezone.now())], child=True)
    evidence = send(as_bytes(screen))
    run_jobs()
    assert became(evidence) == (State.DESTROYED, {"own": Why.OWN_FINGERPRINT, "intimate": Why.INTIMATE_LIST,
                                                  "foreign": Why.CHILD_LIST}[on])


def test_a_still_of_a_video_on_our_lists_is_destroyed_unread(send: Send, unit, run_jobs: RunJobs):
    other = make_case(unit)
    store(case=other, fingerprints=[FILMED])
    publish(other)
    evidence = send()
    run_jobs()
    assert became(evidence) == (State.DESTROYED, Why.INTIMATE_LIST)


# --- never on a child's path ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("harm", "age", "takes"), [
    (Harm.CHILD_IMAGERY, 30, False), (Harm.INTIMATE_IMAGES, 15, False), (Harm.SEXTORTION, 12, False), (Harm.DEEPFAKE, 17, False),
    (Harm.GROOMING, 13, True), (Harm.BULLYING, 12, True), (Harm.SEXTORTION, 18, True), (Harm.INTIMATE_IMAGES, None, True)])
def test_a_report_about_pictures_of_a_child_takes_no_file(send: Send, unit, run_jobs: RunJobs, harm: Harm, age: int | None,
                                                          takes: bool, monkeypatch: pytest.MonkeyPatch):
    case, seen = make_case(unit, harm=harm, age_now=age), list[bytes]()
    monkeypatch.setattr(sandbox, "develop", lambda content, meet=sandbox.develop: seen.append(content) or meet(content))
    evidence = send(of=case)
    run_jobs()
    assert became(evidence) == ((State.KEPT, "") if takes else (State.DESTROYED, Why.CHILD_CASE))
    assert bool(seen) == takes                       # what is unwelcome is not even opened
    assert selectors.case_takes_files(case) == takes


def test_a_child_then_is_a_child_now(unit):
    assert not selectors.takes_files(harm=Harm.INTIMATE_IMAGES, age_now=AgeBand.ADULT, age_then=AgeBand.FROM_13_TO_15)
    assert not selectors.takes_files(harm=Harm.DEEPFAKE, age_now=AgeBand.ADULT, age_then=AgeBand.UNKNOWN, child=True)


# --- what cannot be read ----------------------------------------------------------------------------------------------
def test_what_is_no_picture_fails_and_the_next_file_rests(send: Send, run_jobs: RunJobs):
    bad, good = send(SCREEN[:4000]), send(number=2)
    run_jobs()
    assert (became(bad), became(good)) == ((State.FAILED, Why.UNREADABLE), (State.KEPT, ""))
    assert (bad.pdq, bad.sha256) == ("", "")


def test_a_damaged_page_fails(send: Send, run_jobs: RunJobs):
    evidence = send()
    Page.objects.filter(evidence=evidence).update(blob=b"\1" + bytes(200))
    run_jobs()
    assert became(evidence) == (State.FAILED, Why.UNREADABLE)


def test_a_case_takes_only_so_many(send: Send, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(processing, "MOST_OF_A_CASE", 1)
    first, second = send(), send(as_bytes(draw(Shot(9, size=SMALL))), number=2)
    run_jobs()
    assert (became(first), became(second)) == ((State.KEPT, ""), (State.DESTROYED, Why.TOO_MANY))


# --- what is tried again ----------------------------------------------------------------------------------------------
def test_without_the_unit_s_key_it_waits(send: Send, run_jobs: RunJobs, settings: LazySettings):
    evidence, settings.ROOT_PUBLIC_KEY = send(), b"\4" * 65
    run_jobs()
    assert became(evidence) == (State.ARRIVED, "")
    job = Job.objects.get(task="evidence.process")
    assert (job.state, job.error) == (Job.State.QUEUED, "KeyRefused")


def test_without_the_worker_s_file_it_waits(send: Send, run_jobs: RunJobs, settings: LazySettings, tmp_path):
    evidence, settings.WORKER_KEYS = send(), tmp_path
    run_jobs()
    assert became(evidence) == (State.ARRIVED, "")


def test_a_sandbox_that_cannot_be_asked_is_asked_again(send: Send, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch):
    evidence = send()
    with monkeypatch.context() as patch:
        patch.setattr(sandbox.sys, "executable", "/nowhere/python")
        sandbox.close()
        run_jobs()
    assert became(evidence) == (State.ARRIVED, "")
    assert Job.objects.get(task="evidence.process").error == "Retry sandbox"
    Job.objects.update(due_at=timezone.now(), rings=1)
    run_jobs()
    assert became(evidence) == (State.KEPT, "")


def test_what_was_given_up_fails_and_what_was_lost_is_asked_for_again(send: Send, run_jobs: RunJobs):
    given_up, lost, young = send(), send(number=2), send(number=3)
    Job.objects.filter(payload__evidence_id=str(given_up.pk)).update(state=Job.State.FAILED)
    Job.objects.exclude(payload__evidence_id=str(given_up.pk)).delete()
    later = timezone.now() + timedelta(hours=2)
    Evidence.objects.filter(pk=young.pk).update(arrived_at=later)
    with acting_as("worker"):
        processing.sweep(later)
    assert (became(given_up), became(lost)) == ((State.FAILED, Why.GAVE_UP), (State.ARRIVED, ""))
    assert Job.objects.get(state=Job.State.QUEUED).payload == {"evidence_id": str(lost.pk)}
    processing.sweep(later)
    assert Job.objects.filter(state=Job.State.QUEUED).count() == 1
    run_jobs()
    assert became(lost) == (State.KEPT, "")


@pytest.mark.parametrize("error", processing.OUR_DOING)
def test_what_only_our_own_missing_key_keeps_waiting_is_not_given_up_in_a_night(send: Send, run_jobs: RunJobs, error: str):
    evidence = send()
    Job.objects.update(state=Job.State.FAILED, error=error)
    for days, becomes in ((0.5, (State.ARRIVED, "")), (8, (State.FAILED, Why.GAVE_UP))):
        processing.sweep(timezone.now() + timedelta(days=days))
        assert became(evidence) == becomes
        assert Job.objects.filter(state=Job.State.QUEUED, task="evidence.process").exists() == (days < 1)
        Job.objects.filter(state=Job.State.QUEUED).update(state=Job.State.FAILED, error=error)


def test_of_two_workers_at_one_file_one_is_late(send: Send, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch):
    """The second comes to its end while the first was still looking."""
    evidence = send()
    meet = sandbox.develop

    def slowly(content: bytes) -> sandbox.Developed:
        found = meet(content)
        with monkeypatch.context() as patch:
            patch.setattr(sandbox, "develop", meet)
            processing.process(evidence_id=evidence.pk)
        return found
    monkeypatch.setattr(sandbox, "develop", slowly)
    run_jobs()
    assert became(evidence) == (State.KEPT, "")
    assert Entry.objects.filter(event="evidence_kept").count() == 1
    assert DataKey.objects.filter(destroyed_at=None, wraps__recipient="unit").count() == 3      # case, conversation, file


# --- the same screenshot in another case ------------------------------------------------------------------------------
def test_the_same_screenshot_is_found_in_other_cases_that_the_member_may_know(send: Send, unit, hina: User, run_jobs: RunJobs):
    shot = Shot(21, size=SMALL)
    again = as_bytes(draw(shot).crop((0, 30, *SMALL)), "JPEG", quality=60)           # without its status bar, saved again
    same_unit, elsewhere = make_case(unit), make_case(make_unit("integrity"))
    sent = [send(as_bytes(draw(shot))), send(again, of=same_unit, number=2), send(again, of=elsewhere, number=3),
            send(as_bytes(draw(Shot(22, size=SMALL))), of=same_unit, number=4), send(again, number=5)]
    run_jobs()
    assert {became(each)[0] for each in sent} == {State.KEPT}
    [found] = selectors.near_duplicates(sent[0], hina)
    assert (found.evidence, found.evidence.case, found.same_file) == (sent[1], same_unit, False)
    assert 0 < found.bits <= NEAR
    assert [each.evidence for each in selectors.near_duplicates(sent[1], hina)] == [sent[4], sent[0]]
    assert selectors.near_duplicates(sent[3], hina) == []
    imran = make_member("Imran", make_unit("integrity"))
    assert selectors.near_duplicates(sent[2], imran) == []
    analyst = make_member("Asad", unit, role="analyst", keys=False)
    assert selectors.near_duplicates(sent[0], analyst) == []
    assert services.look(evidence=sent[4], by=hina, keyring=keyring_of(hina)).content


def test_the_one_file_in_two_cases_is_called_that(send: Send, unit, hina: User, run_jobs: RunJobs):
    first, second = send(), send(of=make_case(unit), number=2)
    run_jobs()
    first.refresh_from_db()
    [found] = selectors.near_duplicates(first, hina)
    assert (found.evidence, found.bits, found.same_file) == (second, 0, True)


def test_a_wall_hides_the_other_case(kept: Evidence, unit):
    assert selectors.near_duplicates(kept, make_member("Omar")) == []
    assert custody.sealed_to(kept.case.unit, [kept.key])
