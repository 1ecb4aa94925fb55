"""Files at the desk: nothing sharp by accident, everything written down, and what a member says about one is done at once."""
import base64
import io
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image, ImageChops, ImageStat

from cases.audit.models import Entry
from cases.evidence.ending import settle
from cases.evidence.instruction import Instruction, Order
from cases.evidence.models import Evidence, Exposure, Page
from cases.evidence.picture import LEFT, blurred
from cases.models import Case, Exclusion
from cases.retention.models import Hold
from cases.retention.services import Held, erase
from cases.services import assign
from cases.triage import walls
from cases.units.welfare import FILES_A_DAY
from cases.vault import hpke
from tests.factories.cases import make_case, make_member, make_unit, signed_in
from tests.factories.evidence import kept, picture

pytestmark = pytest.mark.django_db
State, Why = Evidence.State, Evidence.Why


@pytest.fixture
def file(case: Case) -> Evidence:
    return kept(case)


def address(file: Evidence, act: str = "") -> str:
    return f"/desk/case/{file.case.ref}/evidence/{file.pk}/" + (f"{act}/" if act else "")


def html(client: Client, file: Evidence) -> str:
    response = client.get(address(file))
    assert response.status_code == 200
    return response.content.decode()


def shown(page: str) -> Image.Image:
    found = re.findall(r'<img src="data:image/(?:jpeg|webp);base64,([^"]+)"', page)
    assert len(found) == 1
    return Image.open(io.BytesIO(base64.b64decode(found[0]))).convert("RGB")


def unlike(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of a pixel, 0 … 255, both at the size of the first."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other.resize(one.size))).mean) / 3


def detail(image: Image.Image) -> float:
    """How much neighbours differ: what is left of edges and letters."""
    grey = image.convert("L")
    return sum(ImageStat.Stat(ImageChops.difference(grey, ImageChops.offset(grey, 1, 0))).mean)


# --- opening ----------------------------------------------------------------------------------------------------------
def test_the_case_page_lists_files_and_shows_none(client, case, file):
    page = client.get(f"/desk/case/{case.ref}/").content.decode()
    assert "540 × 1200" in page
    assert f'href="{address(file)}"' in page
    assert "<img" not in page
    assert "data:image" not in page
    assert not Entry.objects.filter(event="evidence_read").exists()


def test_a_case_without_files_says_nothing_of_them(client, case):
    assert 'id="evidence"' not in client.get(f"/desk/case/{case.ref}/").content.decode()


def test_opened_it_is_blurred_and_the_sharp_one_is_not_in_the_page(client, ayesha, file):
    page = html(client, file)
    covered = shown(page)
    assert detail(covered) < 1.5 < detail(picture().resize(covered.size))
    entry = Entry.objects.get(event="evidence_read")
    assert (entry.subject, entry.actor, entry.details.get("blurred")) == (str(file.case_id), str(ayesha.pk), True)
    assert not Exposure.objects.exists()
    file.refresh_from_db()
    assert file.looked_at is None


def test_a_blurred_picture_has_nothing_to_sharpen():
    out = io.BytesIO()
    picture().save(out, "WEBP")
    covered = Image.open(io.BytesIO(blurred(out.getvalue())))
    again = covered.resize((LEFT, LEFT), Image.Resampling.BOX).resize(covered.size, Image.Resampling.BICUBIC)
    assert unlike(covered.convert("RGB"), again.convert("RGB")) < 6, "a few hundred colours describe all of it"


@pytest.mark.parametrize(("how", "grey"), [("grey", True), ("whole", False), ("", True)])
def test_a_press_shows_it_once_and_counts(client, ayesha, file, how, grey):
    response = client.post(address(file, "look"), {"as": how})
    seen = shown(response.content.decode())
    assert seen.size == (540, 1200)
    assert unlike(seen, picture().convert("L").convert("RGB") if grey else picture()) < 6
    assert Exposure.objects.get(member=ayesha).opened == 1
    assert Entry.objects.get(event="evidence_read").details.get("blurred") is None
    file.refresh_from_db()
    assert file.looked_at is not None


def test_no_address_leads_to_a_picture(client, file):
    """Not by a link, not by going back, not by guessing: what is asked for with GET is blurred or nothing."""
    page = client.post(address(file, "look"), {"as": "whole"}).content.decode()
    assert client.get(address(file, "look")).status_code == 405
    assert "download" not in page
    links = re.findall(r'(?:href|src)="(/desk/case[^"]+)"', page)
    for link in links:
        response = client.get(unescape(link).partition("#")[0])
        assert "image/" not in response["Content-Type"]


def test_the_answer_is_kept_by_nobody_and_allows_no_more_than_it_needs(client, file):
    for response in (client.get(address(file)), client.post(address(file, "look"))):
        assert "no-store" in response["Cache-Control"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response["X-Frame-Options"] == "DENY"
        assert "img-src 'self' data:" in response["Content-Security-Policy"]
        assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "data:" not in client.get("/desk/")["Content-Security-Policy"]


# --- who ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("act", ["", "look", "intimate", "child"])
def test_who_may_not_come_in(case, file, unit, stranger, act):
    editor = make_member("Editor", unit, role="campaign_editor")
    for client, answer in ((signed_in(stranger), 404), (signed_in(editor), 403), (Client(), 302)):
        response = client.post(address(file, act)) if act else client.get(address(file))
        assert response.status_code == answer
    assert not Entry.objects.filter(event="evidence_read").exists()
    file.refresh_from_db()
    assert file.state == State.KEPT


def test_a_colleague_opens_it(bilal, file):
    assert shown(html(signed_in(bilal), file))


def test_a_file_of_another_case_is_not_found_under_this_one(client, case, unit, file):
    other = make_case(unit)
    assert client.get(f"/desk/case/{other.ref}/evidence/{file.pk}/").status_code == 404
    assert client.get(f"/desk/case/{case.ref}/evidence/{uuid.uuid4()}/").status_code == 404


@pytest.mark.parametrize("kept_how", ["restricted", "wants_woman"])
def test_a_kept_case_opens_no_file(case, file, bilal, ayesha, kept_how):
    assign(case=case, to=ayesha, by=ayesha)
    Case.objects.filter(pk=case.pk).update(**{kept_how: True})
    client = signed_in(bilal)
    assert "<img" not in client.get(address(file)).content.decode()
    assert [client.post(address(file, act)).status_code for act in ("look", "intimate", "child")] == [403] * 3
    assert not Entry.objects.filter(event="evidence_read").exists()
    assert "Open 1, blurred" not in client.get(f"/desk/case/{case.ref}/").content.decode()


def test_while_the_vault_is_locked_the_press_waits(ayesha, file):
    client = signed_in(ayesha, unlocked=False)
    page = html(client, file)
    assert "Unlock the vault" in page
    assert "<img" not in page
    waiting = client.post(address(file, "look"), {"as": "whole"})
    assert waiting.status_code == 409
    assert 'type="password"' in waiting.content.decode()


def test_a_member_without_the_key_sees_that_it_is_sealed(unit, file):
    client = signed_in(make_member("Zara", unit, keys=False))
    assert "<img" not in client.get(address(file)).content.decode()


# --- what it is ---------------------------------------------------------------------------------------------------------
def test_this_is_intimate_destroys_it_at_once(client, ayesha, case, file):
    unseen = client.post(address(file, "intimate"), follow=True).content.decode()
    assert "Nothing was destroyed" in unseen                     # and shows it, blurred
    assert shown(unseen)
    response = client.post(address(file, "intimate"))
    assert response.status_code == 302
    file.refresh_from_db()
    assert (file.state, file.why, file.key_id) == (State.DESTROYED, Why.INTIMATE, None)
    assert not Page.objects.exists()
    assert file.pdq
    assert Exposure.objects.get(member=ayesha).intimate == 1
    page = client.get(f"/desk/case/{case.ref}/").content.decode()
    assert "It is destroyed" in page
    assert "Open 1, blurred" not in page
    assert "<img" not in html(client, file)
    client.post(address(file, "intimate"))
    assert "It was not there any more" in client.get(f"/desk/case/{case.ref}/").content.decode()
    assert client.post(address(file, "look")).status_code == 200


@pytest.mark.parametrize("act", ["intimate", "child"])
def test_a_session_without_the_vault_ends_no_file(ayesha, file, act):
    assert signed_in(ayesha, unlocked=False).post(address(file, act)).status_code == 409
    file.refresh_from_db()
    assert file.state == State.KEPT


def test_it_takes_one_confirmation_and_no_look(client, file):
    page = html(client, file)
    assert page.index("<summary>This is intimate</summary>") < page.index("Destroy it now")


def test_ordered_to_destroy_a_child_s_picture_is_gone(client, case, file, settings: LazySettings):
    settings.LEGAL_INSTRUCTION = Instruction(Order.DESTROY, "Legal/2026/14")
    assert "Legal/2026/14" in html(client, file)
    client.post(address(file, "child"))
    file.refresh_from_db()
    assert (file.state, file.why) == (State.DESTROYED, Why.CHILD)
    assert not Hold.objects.exists()


def test_after_a_child_s_picture_the_page_says_what_to_hand_to_whom(client, case, file, bilal):
    page = client.post(address(file, "child"), follow=True).content.decode()
    assert "Nobody can open it any more" in page
    for words in ("Cyber Crime Investigation", case.ref, file.sha256, "Do not copy, photograph or describe"):
        assert words in page
    assert "What to do now" in client.get(f"/desk/case/{case.ref}/").content.decode()
    Case.objects.filter(pk=case.pk).update(restricted=True)
    assert file.sha256 not in signed_in(bilal).get(address(file)).content.decode()


@pytest.fixture
def preserving(settings: LazySettings) -> None:
    settings.LEGAL_INSTRUCTION = Instruction(Order.PRESERVE, "Legal/2026/15")
    settings.RECOVERY_PUBLIC_KEY = hpke.new_pair()[1]


def test_ordered_to_preserve_it_nobody_opens_it_and_the_case_is_held(preserving, client, ayesha, bilal, case, file):
    assert client.post(address(file, "child")).status_code == 302
    file.refresh_from_db()
    assert (file.state, file.why) == (State.LOCKED, Why.CHILD)
    assert Hold.objects.get(case=case).reason == Hold.Reason.AUTHORITY
    for browser in (client, signed_in(bilal)):
        assert "<img" not in browser.get(address(file)).content.decode()
        assert "<img" not in browser.post(address(file, "look")).content.decode()
    assert not Exposure.objects.exclude(opened=0).exists()


def test_a_hold_that_stands_for_another_reason_becomes_the_authority_s(preserving, client, case, ayesha, file):
    Hold.objects.create(case=case, reason="pressure", by=ayesha, at=timezone.now())
    client.post(address(file, "child"))
    file.refresh_from_db()
    assert file.state == State.LOCKED
    assert Hold.objects.get(case=case, lifted_at=None).reason == Hold.Reason.AUTHORITY
    assert Entry.objects.filter(event="hold_for_authority", subject=case.pk).count() == 1


def test_a_preserved_file_keeps_its_report_until_it_is_handed_out(preserving, client, case, unit, file):
    client.post(address(file, "child"))
    supervisor = signed_in(make_member("Nadia", unit, role="supervisor"))
    lift = {"lift": "over"}
    page = unescape(supervisor.post(f"/desk/case/{case.ref}/lift-hold/", lift, follow=True).content.decode())
    assert "until it is handed out the hold stays" in page
    assert "Lift the hold" not in page
    Hold.objects.update(lifted_at=timezone.now(), lifted_because="over", lifted_by=F("by"))      # as after a backup: no hold
    assert "preserved as the ministry has ordered" in client.get(f"/desk/case/{case.ref}/").content.decode()
    with pytest.raises(Held):
        erase(case=case)
    Evidence.objects.update(exported_at=timezone.now())
    assert erase(case=case)


def test_while_the_report_is_being_erased_the_page_promises_nothing(preserving, client, case, file):
    erase(case=case)
    assert "the file goes with it" in html(client, file)
    page = client.post(address(file, "child"), follow=True).content.decode()
    assert "it cannot be preserved" in page
    assert "holders of the recovery key" not in page
    file.refresh_from_db()
    assert file.state == State.LOCKED


def test_to_preserve_takes_an_open_vault(preserving, ayesha, file):
    assert signed_in(ayesha, unlocked=False).post(address(file, "child")).status_code == 409
    file.refresh_from_db()
    assert file.state == State.KEPT


@pytest.mark.parametrize(("state", "why"), [(State.DESTROYED, Why.OWN_FINGERPRINT), (State.FAILED, Why.UNREADABLE)])
def test_what_is_gone_says_why(client, case, file, state, why):
    settle(file, state, why, by=None)
    page = unescape(client.get(f"/desk/case/{case.ref}/").content.decode())
    assert str(why.label) in page
    assert "Open 1, blurred" not in page


# --- seen before ----------------------------------------------------------------------------------------------------------
def test_the_same_file_twice_in_a_case_is_said(client, case, file):
    kept(case, 2, sha256=file.sha256)
    assert "The same file as 1" in client.get(f"/desk/case/{case.ref}/").content.decode()
    assert "The same file as 2" in html(client, file)


def test_another_case_is_named_where_it_exists_for_the_member(client, unit, file):
    other = kept(make_case(unit), sha256=file.sha256, phash="0f" * 8, dhash="0e" * 8)
    page = html(client, file)
    assert f'href="/desk/case/{other.case.ref}/"' in page
    assert "the very same file" in page
    assert "Another unit" not in page


def test_of_another_unit_only_that_it_has_one(client, file):
    other = kept(make_case(make_unit("children")))
    page = html(client, file)
    assert other.case.ref not in page
    assert "Another unit holds nearly the same picture." in page


def test_a_wall_has_no_second_side(ayesha, bilal, unit, file):
    other = kept(make_case(unit))
    walls.exclude(case=other.case, member=bilal, cause=Exclusion.Cause.KNOWS, by=bilal)
    page = html(signed_in(bilal), file)
    assert other.case.ref not in page
    assert "In no other case that we know." in page
    assert other.case.ref in html(signed_in(ayesha), file)


@pytest.mark.parametrize("kept_how", ["restricted", "wants_woman"])
def test_a_case_kept_for_others_is_not_named(ayesha, bilal, unit, file, kept_how):
    other = kept(make_case(unit))
    Case.objects.filter(pk=other.case_id).update(**{kept_how: True, "assignee": ayesha})
    page = html(signed_in(bilal), file)
    assert other.case.ref not in page
    assert "A case kept for others of your unit holds a match." in page
    assert "Another unit" not in page
    assert other.case.ref in html(signed_in(ayesha), file)


def test_the_page_of_a_kept_case_s_file_names_no_other_and_offers_nothing(ayesha, bilal, unit, case, file):
    other = kept(make_case(unit))
    Case.objects.filter(pk=case.pk).update(restricted=True, assignee=ayesha)
    page = html(signed_in(bilal, unlocked=False), file)
    assert other.case.ref not in page
    assert "This is intimate" not in page


def test_what_differs_is_not_named(client, unit, file):
    other = kept(make_case(unit), phash="f0" * 8, dhash="f0" * 8)
    assert other.case.ref not in html(client, file)


# --- exposure -------------------------------------------------------------------------------------------------------------
def test_the_member_reads_how_many_it_were_today(client, ayesha, file):
    Exposure.objects.create(member=ayesha, day=timezone.localdate() - timedelta(days=1), opened=40)
    assert "You have opened 0 files today." in html(client, file)
    client.post(address(file, "look"))
    assert "You have opened 1 file today." in html(client, file)
    assert "Take a break now" not in html(client, file)
    Exposure.objects.filter(day=timezone.localdate()).update(opened=FILES_A_DAY)
    assert "Take a break now" in html(client, file)


# --- cost -----------------------------------------------------------------------------------------------------------------
def queries(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        ask()
    return len(caught)


def test_more_files_take_no_more_questions(client, case, file):
    client.get(f"/desk/case/{case.ref}/")
    one = queries(lambda: client.get(f"/desk/case/{case.ref}/"))
    for number in range(2, 6):
        kept(case, number)
    assert queries(lambda: client.get(f"/desk/case/{case.ref}/")) == one


def test_the_page_of_a_file_asks_little(client, file):
    client.get(address(file))
    assert queries(lambda: client.get(address(file))) <= 25            # one of them: what the unit does for its staff


def test_another_unit_s_supervisor_is_no_supervisor_here(file):
    other = make_member("Tariq", make_unit("children"), role="supervisor")
    assert signed_in(other).get(address(file)).status_code == 404
