"""From the case page to an authority and back, and the register of demands: as owner, colleague, stranger and locked member."""
import io
import re
import zipfile
from pathlib import Path

import pyrage
import pyzipper
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from cases.audit.models import Entry
from cases.conversation.models import Ask
from cases.escalation.models import Authority
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.services import store
from cases.models import Case, Consent
from cases.priority import Danger
from cases.referral import verify
from cases.referral.models import Demand, Referral
from cases.units.models import Unit
from portal.accounts.models import User
from tests.cases.referral.conftest import in_review
from tests.factories.cases import make_case, reporter_consents, signed_in

Act = Consent.Act
STORY = "Xyzzy wrote it"


def refer(client: Client, case: Case, to: str, **typed: object):
    return client.post(f"/desk/case/{case.ref}/refer/{to}/", {"because": "consent", "parts": ["links"]} | typed)


def act(client: Client, one: Referral, name: str):
    return client.post(f"/desk/case/{one.case.ref}/referral/{one.reference}/act/", {"act": name})


def test_the_reporter_is_asked_about_exactly_one_body(client: Client, stranger: User, case: Case) -> None:
    address = f"/desk/case/{case.ref}/refer/"
    page = client.get(address).content.decode()
    assert "No yes to this body" in page
    assert client.post(f"{address}ncrc/ask/").status_code == 302
    ask = Ask.objects.get()
    assert (ask.kind, ask.about, ask.platform) == ("consent", "pass_child", "ncrc")
    assert "The reporter is asked" in client.get(address).content.decode()
    client.post(f"{address}cpwb/ask/")
    assert Ask.objects.count() == 1
    assert client.get(f"{address}none/").status_code == 404
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(stranger).post(f"{address}ncrc/ask/").status_code == 404


def test_a_package_is_made_once_in_the_request_and_holds_what_was_agreed(client: Client, bilal: User, case: Case, child: Case,
                                                                         stranger: User) -> None:
    key = pyrage.x25519.Identity.generate()
    Authority.objects.filter(slug="nccia").update(public_key=str(key.to_public()))
    reporter_consents(case, Act.PASS_POLICE)
    store(case=case, fingerprints=[Fingerprint(1, "5" * 64, 90, "a" * 64, "b" * 32)])
    assert refer(client, case, "nccia", parts=["story", "links", "fingerprints"]).status_code == 302
    one = Referral.objects.select_related("case").get()
    address = f"/desk/case/{case.ref}/referral/{one.reference}/"
    assert "To the key of this body" in client.get(address).content.decode()
    assert signed_in(stranger).post(address + "package/").status_code == 404
    assert signed_in(bilal, unlocked=False).post(address + "package/").status_code == 409
    answer = client.post(address + "package/")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{one.reference}.zip.age"'
    assert "no-store" in answer.headers["Cache-Control"]
    files = verify.unzipped(pyrage.decrypt(answer.content, [key]))
    assert verify.check(files, settings.ROOT_PUBLIC_KEY.hex()) == []
    assert files["links.txt"].decode() == "https://example.com/p/1\n@someone\n"
    assert b"a" * 64 in files["fingerprints.csv"]
    assert case.ref.encode() not in b"".join(files.values()), "they know our reference of it, and never the case's"
    assert b"answers_read" in files["custody.json"]
    assert client.post(address + "package/").status_code == 302, "once"
    one.refresh_from_db()
    assert (one.state, one.taken_by.name) == ("taken", "Ayesha Khan")
    assert Entry.objects.filter(event="referral_taken", subject=str(case.pk)).count() == 1
    assert refer(client, child, "nccia").status_code == 400, "no yes, so no such ground"


def test_without_a_key_a_passphrase_and_of_pta_links_alone(client: Client, sana: User, case: Case) -> None:
    reporter_consents(case, Act.PASS_PTA)
    assert refer(client, case, "pta-e-portal", parts=["story"]).status_code == 400
    refer(client, case, "pta-e-portal")
    one = Referral.objects.select_related("case").get()
    address = f"/desk/case/{case.ref}/referral/{one.reference}/"
    passphrase = client.get(address).context["opened"].passphrase.words
    assert passphrase in client.get(address).content.decode()
    with zipfile.ZipFile(io.BytesIO(first := client.post(address + "package/").content)) as archive:
        assert set(archive.namelist()) == {"links.txt", "custody.json", "report.pdf", "manifest.json", "signature.json"}
    with pyzipper.AESZipFile(io.BytesIO(first)) as archive:
        archive.setpassword(passphrase.encode())
        assert archive.read("links.txt").startswith(b"https://example.com/p/1")
    act(client, one, "again")
    assert client.get(address).context["opened"].passphrase.words != passphrase, "a lost file opens with the old one alone"
    client.post(address + "package/")
    act(client, one, "handed")
    page = client.post(address + "answer/", {"outcome": "accepted", "their_reference": "FIR 12/2026"}, follow=True)
    assert "FIR 12/2026" in page.content.decode()
    one.refresh_from_db()
    assert b"FIR" not in bytes(one.their_reference or b"")
    reporter_consents(case, Act.PASS_PTA, Consent.Answer.NO)
    assert "The reporter does not agree any more" in client.get(address).content.decode()
    page = client.get(f"/desk/case/{case.ref}/").content.decode()
    for words in (one.reference, "Accepted by them", "The package was handed over to the authority."):
        assert words in page
    assert client.post(address + "answer/", {"outcome": "asked"}).status_code == 400
    assert act(client, one, "burn").status_code == 404


def test_without_a_yes_a_reason_is_sealed_and_read_by_who_decides(client: Client, unit: Unit, ayesha: User, bilal: User,
                                                                  sana: User) -> None:
    case = in_review(make_case(unit, story=STORY, dangers=[Danger.LIFE]), ayesha)
    refused = refer(client, case, "nccia", because="danger", unsafe="on", parts=[])
    assert refused.status_code == 400
    assert set(refused.context["form"].errors) == {"reason", "reasons", "parts"}
    refer(client, case, "nccia", because="danger", reason="He is at her door", unsafe="on", reasons="He holds her telephone",
          parts=["story"])
    one = Referral.objects.select_related("case").get()
    assert b"door" not in bytes(one.why or b"") + bytes(one.untold or b"")
    assert act(signed_in(bilal), one, "agree").status_code == 403
    supervisor = signed_in(sana)
    page = supervisor.get(f"/desk/case/{case.ref}/referral/{one.reference}/").content.decode()
    for words in ("He is at her door", "He holds her telephone", "I agree"):
        assert words in page
    assert act(supervisor, one, "agree").status_code == 302
    assert client.post(f"/desk/case/{case.ref}/referral/{one.reference}/package/").status_code == 200
    act(client, one, "handed")
    assert "The reporter does not know yet" in client.get(f"/desk/case/{case.ref}/referral/{one.reference}/").content.decode()


def test_a_demand_is_written_down_decided_by_two_and_read_by_its_unit(client: Client, unit: Unit, case: Case, sana: User,
                                                                      stranger: User) -> None:
    typed = {"unit": unit.code, "received_on": "2026-11-20", "who": "minister", "law": "none", "scope": "case", "ref": case.ref,
             "text": "The minister wants Xyzzy"}
    refused = client.post("/desk/demands/new/", typed | {"ref": "26-ZZZZZZ", "received_on": "2126-01-01"})
    assert set(refused.context["form"].errors) == {"ref", "received_on"}
    client.post("/desk/demands/new/", typed)
    row = Demand.objects.get()
    assert b"minister" not in bytes(row.words)
    assert "The minister wants Xyzzy" in client.get("/desk/demands/1/").content.decode()
    assert "Xyzzy" not in client.get("/desk/demands/").content.decode(), "the register unseals nothing"
    assert client.post("/desk/demands/1/", {"decision": "refused", "reason": "No law"}).status_code == 403
    supervisor = signed_in(sana)
    supervisor.post("/desk/demands/1/", {"decision": "refused", "reason": "No law"})
    assert supervisor.post("/desk/demands/1/agree/", {"decision": "refused"}).status_code == 403
    assert "Waits for a second supervisor" in client.get("/desk/demands/").content.decode()
    for address in ("/desk/demands/1/", "/desk/demands/1/agree/"):
        assert signed_in(stranger).get(address).status_code in {404, 405}
    assert "Xyzzy" not in signed_in(sana, unlocked=False).get("/desk/demands/1/").content.decode()
    supervisor.post("/desk/settings/referrals/", {"unit": unit.code, "two": "on"})
    assert "checked" in supervisor.get("/desk/settings/referrals/").content.decode()
    assert client.get("/desk/settings/referrals/").status_code == 403


def test_no_other_way_out_for_many_cases_exists() -> None:
    """Each address of the desk that hands out a file, and what is in it. A new one is looked at here by whoever adds it."""
    gives = {"audit_export": "the log: ids and codes", "print": "one case, to its member", "referral_package": "one case, once",
             "download": "sums", "registry_export": "whom we ask",
             "download_once": "what was put before a partner body, to that body, once"}
    telling = re.compile("export|csv|download|package|dump|print|zip|backup")
    names = set(_names(get_resolver("portal.urls.desk").url_patterns))
    assert {name for name in names if telling.search(name)} == set(gives)
    commands = {path.stem for path in Path("cases").rglob("management/commands/*.py")}
    assert {name for name in commands if telling.search(name)} == {"verify_export"}, "of the log"


def _names(patterns) -> list[str]:
    found: list[str] = []
    for each in patterns:
        found += _names(each.url_patterns) if hasattr(each, "url_patterns") else [each.name or ""]
    return found
