import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.escalation.models import Attempt, Channel, Escalation, Platform
from cases.hashing.models import Match, MediaHash
from cases.models import Case, Consent, Trace
from cases.priority import Danger
from cases.triage.models import Note
from cases.triage.views.case import FORMS
from cases.vault import custody, envelope
from tests.factories.cases import (
    STORY,
    make_case,
    make_member,
    make_unit,
    reporter_consents,
    reporter_writes,
    secrets_of,
    signed_in,
)

pytestmark = pytest.mark.django_db


def address(case: Case, act: str = "") -> str:
    return f"/desk/case/{case.ref}/" + (f"{act}/" if act else "")


def body(client: Client, case: Case) -> str:
    response = client.get(address(case))
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_what_was_reported_and_the_log_says_who_read_it(client, ayesha, unit):
    case = make_case(unit, links=["https://facebook.com/groups/1/posts/88213"], handles=["@bad.actor"], dangers=[Danger.DEADLINE],
                     wanted=["remove", "stop"], safe_to_contact="صرف صبح", who_does_it="پرانا دوست")
    page = body(client, case)
    for words in (STORY, "@bad.actor", "Money or pictures are demanded by a time", "Have it removed", "صرف صبح", "پرانا دوست"):
        assert words in page
    assert '<bdi class="ltr hash copyable" dir="ltr">https://facebook.com/groups/1/posts/88213</bdi>' in page
    assert 'href="https://facebook.com' not in page
    entry = Entry.objects.get(event="case_read")
    assert (entry.subject, entry.actor) == (str(case.pk), str(ayesha.pk))


def test_reading_writes_nothing_but_the_audit_row(client, case):
    before = Case.objects.filter(pk=case.pk).values().get()
    entries = Entry.objects.count()
    body(client, case)
    assert Case.objects.filter(pk=case.pk).values().get() == before
    assert Entry.objects.count() == entries + 1
    assert not Trace.objects.exists()


@pytest.mark.parametrize("act", ["", "hand", "priority", "move", "write", "note", "read"])
def test_who_may_not_come_in(case, unit, stranger, act):
    editor = make_member("Editor", unit, role="campaign_editor")
    for client, answer in ((signed_in(stranger), 404), (signed_in(editor), 403), (Client(), 302)):
        response = client.post(address(case, act)) if act else client.get(address(case))
        assert response.status_code == answer
    assert not Entry.objects.filter(event="case_read").exists()


def test_a_colleague_reads_it_and_lower_case_finds_it(bilal, case):
    assert STORY in signed_in(bilal).get(f"/desk/case/{case.ref.lower()}/").content.decode()


def test_a_locked_member_sees_metadata_and_the_way_to_unlock(ayesha, unit):
    case = make_case(unit, links=["https://example.org/a/b"])
    reporter_writes(case, "Please answer")
    page = body(signed_in(ayesha, unlocked=False), case)
    assert "Intimate pictures shared" in page
    assert "/desk/unlock/?next=/desk/case/" in page
    for words in (STORY, "example.org/a/b", "Please answer"):
        assert words not in page
    assert not Entry.objects.filter(event="case_read").exists()


@pytest.mark.parametrize("field", ["answers", "key", "conversation_key", "json"])
def test_what_does_not_open_is_said_and_the_rest_stays(client, unit, field):
    case = make_case(unit)
    reporter_writes(case, "Are you there?")
    broken = {
        "answers": {"answers": b"\x01" + bytes(200)},
        "key": {"key": custody.keep(envelope.new_key(), case=unit.pk, unit=unit)},                     # another case's key
        "conversation_key": {"conversation_key": custody.keep(envelope.new_key(), case=case.pk, unit=unit)},
        "json": {"answers": envelope.seal(secrets_of(case).key, b"[1]", case=case.pk, field="answers", record=case.pk)},
    }[field]
    Case.objects.filter(pk=case.pk).update(**broken)
    page = body(client, case)
    assert "Part of this case could not be opened." in page
    assert (STORY in page) == (field == "conversation_key")
    assert ("Are you there?" in page) == (field != "conversation_key")


def test_the_timeline_tells_everything_once_and_the_newest_last(client, ayesha, unit, case):
    reporter_writes(case, "Will they know it was me?")
    client.post(address(case, "hand"), {"version": case.version, "me": "1"})
    client.post(address(case, "note"), {"version": 1, "text": "Ask legal first"})
    client.post(address(case, "write"), {"version": 1, "text": "No. We do not know your name."})
    reporter_consents(case, Consent.Act.ASK_PLATFORM, assent="I agree")
    escalated(case, ayesha)
    page = body(client, case)
    timeline = page[page.index('<ol class="tl">'):page.index("</ol>", page.index('<ol class="tl">'))]
    told = ["We have your report; it has not been read yet.", "Will they know it was me?", "Your report is being worked on.",
            "Ask legal first", "No. We do not know your name.", "Consent, Ask a platform in the ministry&#x27;s name: Yes",
            "asked Facebook to remove it", "Sent to Facebook", "Facebook answered: Removed"]
    places = [timeline.index(words) for words in told]
    assert places == sorted(places)
    assert all(timeline.count(words) == 1 for words in told)
    assert re.search(r'<li class="priv">[^§]*?staff only[^§]*?Ask legal first', timeline)
    assert "I agree" in page


def escalated(case: Case, by: object) -> Escalation:
    platform = Platform.objects.get_or_create(slug="facebook", defaults={"name_en": "Facebook", "name_ur": "فیس بک"})[0]
    channel = Channel.objects.create(platform=platform, kind="email", address="a@example.org", label="x", source="x",
                                     last_verified_at=timezone.now().date())
    now = timezone.now()
    escalation = Escalation.objects.create(case=case, platform=platform, channel=channel, reference="MZ-7QK2P9", state="actioned",
                                           by=by,
                                           notice_key=custody.keep(envelope.new_key(), case=case.pk, unit=case.unit), notice=b"",
                                           requested_at=now, answered_at=now + timedelta(seconds=2))
    Attempt.objects.create(escalation=escalation, at=now + timedelta(seconds=1), ok=True)
    return escalation


def picture(case: Case, number: int, digit: str) -> MediaHash:
    return MediaHash.objects.create(case=case, number=number, pdq=digit * 64, quality=90,
                                    sha256=f"{number}{digit}".ljust(64, "0"),
                                    md5="0" * 32, at=timezone.now(), matched_at=timezone.now())


def test_matches_name_a_case_only_to_who_may_see_it(client, unit, case):
    hidden, seen = make_case(make_unit("children")), make_case(unit)
    first, second = picture(case, 1, "a"), picture(case, 2, "b")
    for other, distance in ((picture(hidden, 1, "a"), 0), (picture(seen, 1, "a"), 4)):
        Match.objects.create(a=other, b=first, distance=distance, at=timezone.now())
    Match.objects.create(a=second, b=first, distance=2, at=timezone.now())
    page = body(client, case)
    assert f'href="/desk/case/{seen.ref}/"' in page
    assert hidden.ref not in page
    assert "Another unit holds a match." in page
    assert "Near copy of 1" in page
    assert "Near copy of 2" in page


def test_every_act_of_consent_is_listed_with_its_newest_answer(client, case):
    reporter_consents(case, Consent.Act.SHARE_HASHES, Consent.Answer.YES)
    reporter_consents(case, Consent.Act.SHARE_HASHES, Consent.Answer.NO)
    lines = {line.act: line.newest and line.newest.answer for line, _assent in client.get(address(case)).context["consents"]}
    assert lines == {"Share fingerprints with platforms": "no", "Ask a platform in the ministry's name": None,
                     "Pass to the police": None,
                     "Pass to the telecom authority": None, "Let another of our units read it": None}


def test_a_page_costs_the_same_however_much_happened(client, unit, ayesha, django_assert_num_queries):
    case, other = make_case(unit, links=["https://x.com/a/1"], handles=["@one1"]), make_case(unit)
    escalated(case, ayesha)

    def happen(number: int) -> None:
        reporter_writes(case, f"Another {number}")
        reporter_consents(case, Consent.Act.ASK_PLATFORM)
        ours, theirs = (picture(one, number, "abcdef"[number]) for one in (case, other))
        Match.objects.create(a=theirs, b=ours, distance=2, at=timezone.now())
        Note.objects.create(case=case, by=ayesha, body=b"x", at=timezone.now())

    happen(1)
    body(client, case)                          # a first visit: the session notes that it is used
    with django_assert_num_queries(QUERIES):
        body(client, case)
    for number in range(2, 6):
        happen(number)
    with django_assert_num_queries(QUERIES):
        body(client, case)


def test_forms_of_the_page_are_the_acts_of_the_desk(client, case):
    page = body(client, case)
    assert all(f'action="/desk/case/{case.ref}/{act}/"' in page for act in FORMS)


# A constant: nothing is asked again for each message, picture or match. Ten for the facts that tasks follow from, two for tasks
# and news, two for labels, what is asked of the reporter, two for drafts and closing, two for merging, the rest for what the
# timeline tells from the log and from matches. Two for why it is so urgent: the rules, and what was put right; one for reminders,
# one for splitting, one for deadlines that ran out, one for people and accounts, one for where else all of it is named, one for
# advice of other units, one for what went to authorities, three for what could come next after notices.
QUERIES = 72
