"""A case on paper: who may, what is on it, and that the log says so."""
import pytest

from cases.audit.models import Entry
from cases.models import Consent, Taking
from cases.notifications.models import Kind
from cases.notifications.services import keep_address
from cases.paper import sheet
from cases.triage.printing import Section
from cases.vault import custody
from tests.factories.cases import grant_unit, make_case, make_member, reporter_consents, reporter_writes, signed_in

STORY = "اس نے 0300-1234567 سے فون کیا۔"
ALL = [section.value for section in Section]
pytestmark = pytest.mark.django_db


@pytest.fixture
def printed(monkeypatch) -> list[str]:
    """Every text that is put on paper."""
    texts: list[str] = []
    write = sheet.Sheet._at

    def remembered(self, cell, *args, **kwargs):
        texts.append(cell.text)
        return write(self, cell, *args, **kwargs)
    monkeypatch.setattr(sheet.Sheet, "_at", remembered)
    return texts


def test_the_chosen_parts_are_on_paper_and_the_reporters_address_never_is(unit, ayesha, printed):
    custody.new_worker_key()
    case = make_case(unit, story=STORY, links=("https://example.com/p/1",), handles=("@someone",), safe_to_contact="not at night")
    reporter_writes(case, "میں ڈری ہوئی ہوں")
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    keep_address(case=case, kind=Kind.SMS, value="0321 7654321")
    client = signed_in(ayesha)
    answer = client.post(f"/desk/case/{case.ref}/print/", {"sections": ALL, "language": "ur"})
    assert answer.status_code == 200, answer.content.decode()
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    page = "\n".join(printed)
    for words in (STORY, "https://example.com/p/1", "@someone", "میں ڈری ہوئی ہوں", "Ayesha Khan", "صفحہ 1"):
        assert words in page
    assert "7654321" not in page
    assert "not at night" not in page
    entry = Entry.objects.get(event="case_printed", subject=str(case.pk))
    assert (entry.actor, entry.details["sections"], entry.details["language"]) == (str(ayesha.pk), ALL, "ur")
    printed.clear()
    client.post(f"/desk/case/{case.ref}/print/", {"sections": ["now"], "language": "en"})
    assert "Where it stands" in printed
    assert STORY not in printed


def test_only_who_reads_the_case_prints_it_and_the_form_waits_for_the_vault(unit, ayesha, bilal, stranger, case, printed):
    address, wish = f"/desk/case/{case.ref}/print/", {"sections": ["now"], "language": "en"}
    assert signed_in(stranger).post(address, wish).status_code == 404
    locked = signed_in(bilal, unlocked=False)
    assert locked.get(address).status_code == 200
    waits = locked.post(address, wish)
    assert waits.status_code == 409
    assert 'name="carried-sections" value="now"' in waits.content.decode()
    keyless = make_member("Hina", unit, keys=False)
    assert signed_in(keyless).post(address, wish).status_code == 409
    grant_unit(unit, keyless)
    operator = make_member("Rabia", unit, role="intake_operator")
    assert signed_in(operator).post(address, wish).status_code == 403
    assert not printed
    assert not Entry.objects.filter(event="case_printed").exists()
    refused = signed_in(ayesha).post(address, {"language": "en"})
    assert (refused.status_code, "Choose at least one part." in refused.content.decode()) == (400, True)


def test_the_case_page_says_how_it_came_and_who_typed_it(unit, ayesha, client, case):
    type(case).objects.filter(pk=case.pk).update(source="phone")
    Taking.objects.create(case=case, by=ayesha, heard="v1", at=case.opened_at)
    page = client.get(f"/desk/case/{case.ref}/").content.decode()
    assert "By telephone" in page
    assert "was read aloud" in page
    assert f"/desk/case/{case.ref}/print/" in page
    assert case.ref in client.get("/desk/?source=phone").content.decode()
    assert case.ref not in client.get("/desk/?source=letter").content.decode()
