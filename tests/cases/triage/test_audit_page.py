"""The log's page: for auditors only, without a word of any case."""
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cases.audit import export
from cases.audit.models import Entry
from cases.audit.services import checkpoint, record
from cases.models import BreakGlass, Case, Exclusion, Link
from cases.services import link_cases
from cases.triage import walls
from cases.triage.views.audit import PAGE
from portal.accounts.models import User
from tests.cases.audit.intruder import intruder
from tests.factories.cases import STORY, make_case, make_member, make_unit, signed_in

AUDIT = "/desk/audit/"


@pytest.fixture
def auditor(db: None) -> User:
    return make_member("Kamran", role="auditor")


@pytest.fixture
def browser(auditor: User) -> Client:
    return signed_in(auditor)


def told(browser: Client, **asked: str) -> list[tuple[str, str]]:
    return [(line.entry.event, line.who) for line in browser.get(AUDIT, asked).context["lines"]]


def test_an_auditor_reads_who_did_what_and_leaves_a_row(case: Case, ayesha: User, auditor: User, browser: Client) -> None:
    signed_in(ayesha).get(f"/desk/case/{case.ref}/")
    page = browser.get(AUDIT, {"subject": str(case.pk)}).content.decode()
    assert "The case was opened and read." in page
    assert str(ayesha) in page
    assert STORY[:20] not in page
    entry = Entry.objects.get(event="audit_read", actor=str(auditor.pk))
    assert entry.details["case"] == str(case.pk)


def test_who_read_this_case_by_its_reference_and_on_pages_of_the_queue(case: Case, unit, ayesha, bilal, browser: Client) -> None:
    other = make_case(unit)
    signed_in(ayesha).get(f"/desk/case/{case.ref}/")
    signed_in(bilal).get("/desk/")
    signed_in(bilal).get(f"/desk/case/{other.ref}/")
    found = told(browser, subject=case.ref.lower(), kind="reads")
    assert sorted(found) == [("case_read", str(ayesha)), ("queue_read", str(bilal))]


def test_what_did_this_person_read_and_when(case: Case, ayesha, bilal, browser: Client) -> None:
    for member in (ayesha, bilal):
        signed_in(member).get(f"/desk/case/{case.ref}/")
    record("case_assigned", subject=case.pk, actor=str(ayesha.pk), to=bilal.pk)
    assert told(browser, who=str(ayesha.pk), kind="reads") == [("case_read", str(ayesha))]
    today = timezone.localdate()
    assert told(browser, who=str(ayesha.pk), since=str(today + timedelta(days=1))) == []
    assert told(browser, who=str(ayesha.pk), until=str(today - timedelta(days=1))) == []
    assert len(told(browser, who=str(ayesha.pk), since=str(today), until=str(today))) == 2
    page = browser.get(AUDIT, {"who": str(ayesha.pk)}).content.decode()
    assert "→" in page
    assert str(bilal) in page


def test_emergencies_and_failed_attempts_stand_out(case: Case, ayesha, bilal, unit, browser: Client) -> None:
    head = make_member("Head", unit, role="supervisor")
    Case.objects.filter(pk=case.pk).update(assignee=ayesha, restricted=True)
    walls.break_glass(case=case, glass_id=uuid4(), cause=BreakGlass.Cause.LIFE, reason=b"x", by=bilal)
    signed_in(bilal).get(f"/desk/case/{case.ref}/")
    signed_in(head).get(f"/desk/case/{case.ref}/")
    record("unlock_failed", subject=bilal.pk, actor=str(bilal.pk))
    assert told(browser, kind="emergency") == [("case_read", str(bilal)), ("glass_broken", str(bilal))]
    assert told(browser, kind="refused") == [("unlock_failed", str(bilal))]


def test_older_pages_follow_without_a_gap_even_at_one_instant(browser: Client) -> None:
    at = timezone.now()
    Entry.objects.bulk_create([Entry(at=at, event="signed_in", subject="many", actor="system", details={"n": n})
                               for n in range(PAGE * 2 + 5)])
    seen, before = [], ""
    for _page in range(3):
        page = browser.get(AUDIT, {"subject": "many", "before": before}).context
        seen += [line.entry.pk for line in page["lines"]]
        before = page["more"]
    assert len(seen) == len(set(seen)) == PAGE * 2 + 5
    assert before == ""
    for odd in ("yesterday", "2026-13-45T00:00:00+00:00~x", f"{at.isoformat()}~", "~~",
                f"0001-01-01T00:00:00+14:00~{uuid4()}", f"~{uuid4()}"):
        assert browser.get(AUDIT, {"before": odd}).status_code == 200


@pytest.mark.parametrize(("asked", "says"), [
    ({"subject": "26-NOBODY"}, "No case has this reference"), ({"subject": "café"}, "No case has this reference"),
    ({"subject": "a" * 60}, "No case has this reference"), ({"since": "2026-11-22", "until": "2026-11-20"}, "lies before"),
    ({"who": "nobody"}, "is not a valid UUID"), ({"kind": "curious"}, "Select a valid choice"), ({"since": "soon"}, "valid date"),
])
def test_an_odd_question_gets_a_plain_answer(browser: Client, asked: dict[str, str], says: str) -> None:
    page = browser.get(AUDIT, asked)
    assert page.status_code == 200
    assert says in page.content.decode()
    assert page.context["lines"] == []


def test_a_name_that_was_typed_does_not_enter_the_log(case: Case, browser: Client) -> None:
    assert "No case has this reference" in browser.get(AUDIT, {"subject": "ayeshakhan"}).content.decode()
    assert not Entry.objects.filter(details__has_key="case").exists()


def test_any_day_can_be_asked_for(case: Case, browser: Client) -> None:
    assert told(browser, since="0001-01-01", until="9999-12-31")[-1] == ("unit_made", "The portal")
    assert told(browser, until="0001-01-01") == []


def test_a_page_costs_the_same_however_much_it_shows(case: Case, browser: Client, django_assert_num_queries) -> None:
    browser.get(AUDIT)
    with django_assert_num_queries(QUERIES):
        browser.get(AUDIT)
    for n in range(PAGE):
        record("case_read", subject=case.pk, actor=str(make_member(f"Member {n}").pk) if n < 5 else "system", n=n)
    with django_assert_num_queries(QUERIES):
        browser.get(AUDIT)


def test_what_it_led_to_and_what_it_is_about_are_said_in_words(case: Case, unit, ayesha, auditor: User) -> None:
    for event, subject, details in (
            ("escalation_moved", case.pk, {"to": "needs_more"}), ("status_changed", case.pk, {"to": "waiting_outside"}),
            ("priority_set", case.pk, {"to": 1}), ("case_transferred", case.pk, {"to": make_unit("children").pk}),
            ("notices_by_two", unit.pk, {"to": "on"}), ("channel_paused", "channels", {}), ("unlock_failed", ayesha.pk, {}),
            ("reply_added", "reply-7", {}), ("something_new", "a-thing", {"to": "a_code"})):
        record(event, subject=subject, actor="system", **details)
    for language, words in (("en", ("Asks for more", "Switched on", "Ways to platforms", "A text for writing", str(unit))),
                            ("ur", ("چالو کیا گیا", "پلیٹ فارموں تک کے ذرائع"))):
        page = signed_in(auditor, language=language).get(AUDIT)
        assert all(word in page.content.decode() for word in words), language
        lines = {line.entry.event: line for line in page.context["lines"]}
        assert all(lines[event].target for event in ("escalation_moved", "status_changed", "priority_set", "case_transferred"))
        assert lines["unlock_failed"].subject == str(ayesha)
        assert (lines["something_new"].target, lines["something_new"].subject) == ("", ""), "and so stands as a code"
        assert lines["case_transferred"].subject == "", "a case by its reference alone"
    assert "a-thing" in page.content.decode()


def test_an_auditor_behind_a_wall_reads_nothing_of_the_case(case: Case, unit, ayesha, bilal, browser: Client) -> None:
    """A caseworker who was excluded, and is an auditor now."""
    walls.exclude(case=case, member=ayesha, cause=Exclusion.Cause.KNOWS, by=ayesha)
    signed_in(bilal).get("/desk/")
    link_cases(a=case, b=make_case(unit), because=Link.Because.HANDLE)
    browser.get(AUDIT, {"subject": case.ref})
    User.objects.filter(pk=ayesha.pk).update(role="auditor")
    hers = signed_in(User.objects.get(pk=ayesha.pk))
    page = hers.get(AUDIT).content.decode()
    assert str(case.pk) not in page
    assert case.ref not in page
    assert "No case has this reference" in hers.get(AUDIT, {"subject": case.ref}).content.decode()
    assert str(case.pk) in browser.get(AUDIT).content.decode()
    given = hers.post(f"{AUDIT}export/").content
    entries = export.unpack(given, export.public_pem())
    assert len(entries) > 5
    assert str(case.pk) not in repr(entries)


def test_nobody_else_reads_it(ayesha: User) -> None:
    for browser in (signed_in(ayesha), signed_in(make_member("Rabia", role="administrator"))):
        assert browser.get(AUDIT).status_code == 403
        assert browser.post(f"{AUDIT}export/").status_code == 403
    assert Client().get(AUDIT).status_code == 302


def test_the_menu_leads_an_auditor_there(browser: Client) -> None:
    assert b'href="/desk/audit/"' in browser.get("/desk/account/").content


# --- the file ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def given_out(case: Case, ayesha: User, browser: Client, tmp_path: Path) -> Path:
    signed_in(ayesha).get(f"/desk/case/{case.ref}/")
    checkpoint()
    answer = browser.post(f"{AUDIT}export/", {"subject": case.ref})
    assert answer["Content-Type"] == "application/zip"
    path = tmp_path / "audit.zip"
    path.write_bytes(answer.content)
    return path


def verified(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("verify_export", str(path), *options, stdout=out)
    return out.getvalue()


def test_an_export_holds_what_was_asked_and_is_verified(given_out: Path, case: Case, auditor: User) -> None:
    heading, *entries = export.unpack(given_out.read_bytes(), export.public_pem())
    assert heading["by"] == str(auditor.pk)
    assert heading["question"] == {"case": str(case.pk)}
    assert {line["entry"]["event"] for line in entries} >= {"case_opened", "case_read"}
    assert all(line["entry"]["subject"] == str(case.pk) for line in entries)
    assert STORY[:20] not in given_out.read_bytes().decode("latin-1")
    assert verified(given_out).endswith("sound\n")
    assert Entry.objects.get(event="audit_exported").details == {"count": len(entries), "case": str(case.pk)}


def test_a_changed_file_does_not_verify(given_out: Path) -> None:
    with zipfile.ZipFile(given_out) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts[export.LINES] = parts[export.LINES].replace(b"case_read", b"case_gone")
    with zipfile.ZipFile(given_out, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    with pytest.raises(CommandError, match="the signature does not hold"):
        verified(given_out)
    given_out.write_bytes(b"PK")
    with pytest.raises(CommandError, match="no export of ours"):
        verified(given_out, "--signature-only")


def test_a_log_changed_since_does_not_match_the_file(given_out: Path) -> None:
    with intruder():
        Entry.objects.filter(event="case_read").update(actor="system")
    assert "the signature holds" in verified(given_out, "--signature-only")
    with pytest.raises(CommandError, match="the log says otherwise at lines"):
        verified(given_out)


def test_another_desks_key_does_not_verify(given_out: Path, tmp_path: Path, settings) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(export.public_pem())
    settings.BLIND_INDEX_KEY = bytes(32)
    export._key.cache_clear()
    try:
        with pytest.raises(CommandError, match="the signature does not hold"):
            verified(given_out)
        assert verified(given_out, "--public-key", str(key)).endswith("sound\n")
    finally:
        export._key.cache_clear()


def test_more_than_a_file_can_hold_is_refused(browser: Client, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST", 0)
    answer = browser.post(f"{AUDIT}export/", {"subject": case.ref})
    assert answer.status_code == 400
    assert "choose a shorter time" in answer.content.decode()


QUERIES = 12
