"""From the case page to a notice and back, as owner, colleague, stranger, locked member and nobody."""
from dataclasses import replace

import pytest
from django.core import mail
from django.test import Client

from cases.audit.models import Entry
from cases.escalation import registry, services
from cases.escalation.models import Channel, Element, Escalation, LegalBasis, Platform
from cases.escalation.notices import Missing, Notice
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import ListEntry
from cases.hashing.services import store
from cases.models import Case, Consent
from cases.priority import Harm
from cases.services import change_status
from cases.units.models import Unit
from cases.vault import custody
from cases.workflow import Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, reporter_consents, signed_in
from tests.fixtures.jobs import RunJobs

LINK = "https://tiktok.example/v/1"
PDQ = "5" * 64


@pytest.fixture
def case(unit: Unit, ayesha: User) -> Case:
    custody.new_worker_key()
    registry.seed()
    return in_review(make_case(unit, platforms=("tiktok",), links=(LINK,)), ayesha)


def in_review(case: Case, by: User) -> Case:
    for act in (Consent.Act.ASK_PLATFORM, Consent.Act.SHARE_HASHES):
        reporter_consents(case, act)
    store(case=case, fingerprints=[Fingerprint(1, PDQ, 90, "a" * 64, "b" * 32)])
    return change_status(case=case, to=Status.IN_REVIEW, by=by)


def address(case: Case, kind: str = "email") -> str:
    channel = Channel.objects.filter(platform__slug="tiktok", kind=kind).first()
    assert channel
    return f"/desk/case/{case.ref}/escalate/{channel.pk}/"


def typed(client: Client, case: Case, kind: str = "email", **changes: str) -> dict[str, str]:
    """The form as the page offers it, the fingerprints ticked."""
    initial = client.get(address(case, kind)).context["form"].initial
    return {name: str(value) for name, value in initial.items() if value is not False} | changes


def test_the_platforms_named_come_first_and_say_when_they_were_verified(client: Client, case: Case) -> None:
    page = client.get(f"/desk/case/{case.ref}/escalate/")
    assert page.context["ways"][0].channel.platform.slug == "tiktok"
    assert b"15 July 2026" in page.content
    assert b"Never verified" in page.content


def test_a_notice_is_drafted_previewed_and_sent(client: Client, case: Case, run_jobs: RunJobs) -> None:
    form = typed(client, case)
    assert form["links"] == LINK
    preview = client.post(address(case), form)
    assert form["reference"] in preview.content.decode()
    assert not Escalation.objects.exists(), "a preview sends nothing"
    answer = client.post(address(case), form | {"send": "1"})
    escalation = Escalation.objects.get()
    assert answer.headers["Location"] == f"/desk/case/{case.ref}/notice/{escalation.reference}/"
    run_jobs()
    assert PDQ in mail.outbox[0].body
    page = client.get(answer.headers["Location"]).content.decode()
    assert LINK in page
    assert "left" in page


def test_pressing_send_twice_sends_once(client: Client, case: Case) -> None:
    form = typed(client, case) | {"send": "1"}
    assert client.post(address(case), form).headers["Location"] == client.post(address(case), form).headers["Location"]
    assert Escalation.objects.count() == 1


def test_nothing_typed_is_lost_when_a_notice_is_refused(client: Client, case: Case) -> None:
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    page = client.post(address(case), typed(client, case, reasons="My own words <b>") | {"send": "1"})
    assert page.status_code == 409
    assert "has not agreed that we ask a platform" in page.content.decode()
    assert "My own words &lt;b&gt;" in page.content.decode()
    assert not Escalation.objects.exists()


def test_an_empty_notice_names_each_fault_beside_its_field(client: Client, case: Case) -> None:
    page = client.post(address(case), {"reference": "MZ-23456789AB", "links": "", "reasons": "", "signature": "", "send": "1"})
    assert page.status_code == 400
    assert set(page.context["form"].errors) == {"reasons", "signature"}
    page = client.post(address(case), {"reference": "MZ-23456789AB", "links": " ", "reasons": "x", "signature": "y", "send": "1"})
    assert set(page.context["form"].errors) == {"links", "policy"}


def test_a_forged_reference_is_refused(client: Client, case: Case) -> None:
    assert client.post(address(case), typed(client, case, reference=f"{case.ref}") | {"send": "1"}).status_code == 400
    assert not Escalation.objects.exists()


def test_a_childs_fingerprints_cannot_even_be_ticked(client: Client, unit: Unit, ayesha: User, case: Case) -> None:
    child = in_review(make_case(unit, age_now=16, platforms=("tiktok",), links=(LINK,)), ayesha)
    page = client.get(address(child))
    assert "never sent to platforms" in page.content.decode()
    client.post(address(child), typed(client, child, hashes="on") | {"send": "1"})
    assert Escalation.objects.get().entries.count() == 0
    assert not ListEntry.objects.exists()


def test_a_quoted_accusation_is_refused_in_words(client: Client, unit: Unit, ayesha: User, case: Case) -> None:
    accused = in_review(make_case(unit, harm=Harm.BLASPHEMY_ACCUSATION, platforms=("tiktok",), links=(LINK,)), ayesha)
    page = client.post(address(accused), typed(client, accused, reasons="They say it is blasphemy.") | {"send": "1"})
    assert "Do not quote the accusation" in page.content.decode()


def test_a_web_form_is_copied_out_and_its_reference_typed_back(client: Client, case: Case) -> None:
    page = client.post(address(case, "webform"), typed(client, case, "webform") | {"send": "1"}, follow=True)
    assert LINK in page.content.decode()
    escalation = Escalation.objects.get()
    assert (escalation.state, len(mail.outbox)) == (Escalation.State.REQUESTED, 0)
    done = client.post(f"/desk/case/{case.ref}/notice/{escalation.reference}/filled/", {"their_reference": "TT-99-77"},
                       follow=True)
    escalation.refresh_from_db()
    case.refresh_from_db()
    assert (escalation.state, case.status) == (Escalation.State.SENT, Status.WAITING_OUTSIDE)
    assert "TT-99-77" in done.content.decode()
    assert b"TT-99-77" not in bytes(escalation.their_reference or b"")


def test_a_web_form_is_not_offered_once_the_yes_is_taken_back(client: Client, case: Case) -> None:
    client.post(address(case, "webform"), typed(client, case, "webform") | {"send": "1"})
    here = f"/desk/case/{case.ref}/notice/{Escalation.objects.get().reference}/"
    assert client.get(here).context["texts"]
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    page = client.get(here)
    assert not page.context["texts"]
    assert "has not agreed that we ask a platform" in page.content.decode()


def test_a_fingerprint_in_the_words_is_refused_in_words(client: Client, case: Case) -> None:
    page = client.post(address(case), typed(client, case, reasons=f"Block {'a' * 64} please") | {"send": "1"})
    assert page.status_code == 409
    assert "A fingerprint stands in the words" in page.content.decode()


def test_an_answer_is_typed_in_once(client: Client, case: Case, run_jobs: RunJobs) -> None:
    client.post(address(case), typed(client, case) | {"send": "1"})
    run_jobs()
    escalation = Escalation.objects.get()
    here = f"/desk/case/{case.ref}/notice/{escalation.reference}/answer/"
    assert client.post(here, {"outcome": "requested"}).status_code == 400
    assert client.post(here, {"outcome": "actioned"}).status_code == 302
    assert client.post(here, {"outcome": "actioned"}).status_code == 400
    case.refresh_from_db()
    assert case.history.latest("at").said == "platform_removed"


def test_a_locked_member_composes_nothing(ayesha: User, case: Case) -> None:
    page = signed_in(ayesha, unlocked=False).get(address(case)).content.decode()
    assert LINK not in page
    assert "/desk/unlock/" in page


def test_a_colleague_may_a_stranger_and_nobody_may_not(unit: Unit, case: Case, stranger: User, bilal: User) -> None:
    assert signed_in(bilal).get(address(case)).status_code == 200
    assert signed_in(stranger).get(address(case)).status_code == 404
    assert signed_in(stranger).post(address(case), {"send": "1"}).status_code == 404
    assert signed_in(make_member("Zara", role="analyst")).get(address(case)).status_code == 403
    assert Client().get(address(case)).headers["Location"].startswith("/desk/sign-in/")


def test_a_notice_is_found_under_its_own_case_only(client: Client, unit: Unit, case: Case, ayesha: User) -> None:
    """Also between two cases that the member may read."""
    client.post(address(case), typed(client, case) | {"send": "1"})
    reference, other = Escalation.objects.get().reference, in_review(make_case(unit), ayesha)
    for part, method in (("", client.get), ("filled/", client.post), ("answer/", client.post)):
        assert method(f"/desk/case/{other.ref}/notice/{reference}/{part}").status_code == 404


def test_reading_a_notice_leaves_an_audit_row(client: Client, case: Case) -> None:
    page = client.post(address(case), typed(client, case) | {"send": "1"})
    client.get(page.headers["Location"])
    assert Entry.objects.filter(event="notice_read", subject=str(case.pk)).count() == 1


def test_several_platforms_get_a_notice_each_from_one_page(client: Client, case: Case, run_jobs: RunJobs) -> None:
    ways = list(Channel.objects.filter(kind="email", retired_at=None).order_by("pk")[:3])
    first = client.get(f"/desk/case/{case.ref}/escalate/", {"way": [way.pk for way in ways]})
    page = client.get(first.headers["Location"])
    form = {name: str(value) for name, value in page.context["form"].initial.items() if value not in (False, None)}
    posted = form | {"also": [str(way.pk) for way in ways[1:]]}
    here = f"/desk/case/{case.ref}/escalate/{ways[0].pk}/"
    preview = client.post(here, posted)
    assert len(preview.context["previews"]) == 3
    assert f'name="policy_{ways[1].pk}"' in preview.content.decode()
    sent = client.post(here, posted | {"send": "1"})
    assert sent.headers["Location"].endswith(f"{case.ref}/#escalations")
    assert {row.channel_id for row in Escalation.objects.all()} == {way.pk for way in ways}
    run_jobs()
    assert {way.address for way in ways} <= {message.to[0] for message in mail.outbox}
    assert client.get(here, {"also": "999999"}).status_code == 404


def test_before_it_leaves_one_reads_it_in_urdu_what_it_lacks_and_what_it_gives_away(client: Client, case: Case) -> None:
    page = client.post(address(case), typed(client, case, policy=""))
    words = page.content.decode()
    assert "بغیر" in page.context["previews"][0].ours[1]
    assert page.context["lacks"]["policy"], "the platform's own rules ask for their clause"
    assert "Without it they may let the notice lie" in words
    lines = {line.line.what: line.mark for line in page.context["disclosed"]}
    assert lines == {"request": "+", "places": "+", "fingerprints": "+", "names": "−", "story": "−", "reach": "−"}
    reporter_consents(case, Consent.Act.SHARE_HASHES, Consent.Answer.ASK_FIRST)
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    lines = {line.line.what: line.mark for line in client.post(address(case), typed(client, case)).context["disclosed"]}
    assert (lines["request"], lines["fingerprints"]) == ("!", "−")


def test_what_the_way_or_the_law_asks_for_must_be_there_before_it_leaves(client: Client, case: Case) -> None:
    refused = client.post(address(case), typed(client, case, policy="") | {"send": "1"})
    assert refused.status_code == 400
    assert "own clause" in refused.context["form"].errors["policy"][0]
    assert "policy" not in refused.context["lacks"], "said once"
    Platform.objects.filter(slug="tiktok").update(policy="")
    way = Channel.objects.filter(platform__slug="tiktok", kind="email").first()
    way.requires = [Element.LAW, Element.NAME]
    way.save()
    refused = client.post(address(case), typed(client, case, policy="Rule 4", law="", basis="") | {"send": "1"})
    assert list(refused.context["form"].errors) == ["law"]
    assert refused.context["lacks"].keys() == {"never"}, "the name of the affected person is in no notice of ours"
    assert not Escalation.objects.exists()
    assert client.post(address(case), typed(client, case, policy="Rule 4", basis="") | {"send": "1"}).status_code == 302


def test_the_service_asks_for_it_too(case: Case, ayesha: User) -> None:
    basis = LegalBasis.objects.get(slug="peca-21")
    way = Channel.objects.select_related("platform").filter(platform__slug="tiktok", kind="email").first()
    notice = Notice(reference=services.new_reference(), links=(LINK,), hashes=(), reasons="It was published.", policy="", law="x",
                    child=False, signature="A. Khan")
    with pytest.raises(services.Incomplete) as refused:
        services.request(case=case, channel=way, notice=notice, by=ayesha, basis=basis)
    assert refused.value.lacks == [Missing.ASKED]
    assert services.request(case=case, channel=way, notice=replace(notice, policy="Rule 4"), by=ayesha, basis=basis)


def test_a_known_name_in_the_words_is_found_and_leaves_only_on_purpose(client: Client, case: Case) -> None:
    client.post(f"/desk/case/{case.ref}/subject/", {"kind": "harmed", "text": "Noor Fatima", "version": case.version})
    form = typed(client, case, reasons="It shows pictures of fatima, published without consent.")
    refused = client.post(address(case), form | {"send": "1"})
    assert refused.status_code == 400
    assert "Noor Fatima" in refused.content.decode()
    assert not Escalation.objects.exists()
    assert client.post(address(case), form | {"send": "1", "names_stay": "on"}).status_code == 302


def test_a_letter_is_printed_posted_and_recorded(client: Client, case: Case) -> None:
    post = Channel.objects.create(platform=Channel.objects.filter(platform__slug="tiktok")[0].platform, kind="letter",
                                  address="1 Legal Street", label="Legal department, by post")
    here = f"/desk/case/{case.ref}/escalate/{post.pk}/"
    initial = client.get(here).context["form"].initial
    form = {name: str(value) for name, value in initial.items() if value not in (False, None)}
    page = client.post(here, form | {"send": "1"}, follow=True)
    assert "Print the letter and post it" in page.content.decode()
    one = Escalation.objects.get()
    letter = client.get(f"/desk/case/{case.ref}/notice/{one.reference}/letter/en/")
    assert (letter.headers["Content-Type"], letter.content[:5]) == ("application/pdf", b"%PDF-")
    assert client.get(f"/desk/case/{case.ref}/notice/{one.reference}/letter/fr/").status_code == 404
    client.post(f"/desk/case/{case.ref}/notice/{one.reference}/filled/", {"their_reference": ""})
    one.refresh_from_db()
    assert one.state == "sent"
