"""The log's page: for auditors only, without a word of any case."""

from django.test import Client

from cases.audit.models import Entry
from cases.audit.services import record
from cases.models import Case
from cases.triage.views.audit import PAGE
from portal.accounts.models import User
from tests.factories.cases import STORY, make_member, signed_in


def test_an_auditor_reads_who_did_what_and_leaves_a_row(case: Case, ayesha: User) -> None:
    signed_in(ayesha).get(f"/desk/case/{case.ref}/")
    auditor = make_member("Kamran", role="auditor")
    page = signed_in(auditor).get("/desk/audit/", {"subject": str(case.pk)}).content.decode()
    assert "The case was opened and read." in page
    assert str(ayesha) in page
    assert STORY[:20] not in page
    assert Entry.objects.filter(event="audit_read", actor=str(auditor.pk)).count() == 1


def test_older_pages_follow_without_a_gap(db: None) -> None:
    for n in range(PAGE + 5):
        record("signed_in", subject="many", actor="system", n=n)
    client = signed_in(make_member("Kamran", role="auditor"))
    first = client.get("/desk/audit/", {"subject": "many"})
    second = client.get("/desk/audit/", {"subject": "many", "before": first.context["more"].at.isoformat()})
    seen = [line.entry.pk for page in (first, second) for line in page.context["lines"]]
    assert len(seen) == len(set(seen)) == PAGE + 5
    assert client.get("/desk/audit/", {"before": "yesterday"}).status_code == 200


def test_nobody_else_reads_it(ayesha: User) -> None:
    assert signed_in(ayesha).get("/desk/audit/").status_code == 403
    assert signed_in(make_member("Rabia", role="administrator")).get("/desk/audit/").status_code == 403
    assert Client().get("/desk/audit/").status_code == 302


def test_the_menu_leads_an_auditor_there(db: None) -> None:
    assert b'href="/desk/audit/"' in signed_in(make_member("Kamran", role="auditor")).get("/desk/account/").content
