"""The pages of the registry: read by who escalates, changed by administrators, an address by two of them."""
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone

from cases.escalation import registry
from cases.escalation.channels import pgp
from cases.escalation.models import Authority, Change, Channel, LegalBasis, Platform
from cases.escalation.registry import book
from cases.escalation.registry.entries import key_of, row_of
from cases.permissions import ROLES, Permission
from cases.triage.registry_forms import EntryForm
from portal.accounts.models import User
from tests.cases.escalation.pgp_keys import owner
from tests.factories.cases import make_case, make_member, signed_in

HOME = "/desk/settings/registry/"
STALE = "Nobody has verified this"


@pytest.fixture
def asad(db) -> Client:
    registry.seed()
    return signed_in(make_member("Asad Mir", role="administrator"), unlocked=False)


@pytest.fixture
def hina(asad: Client) -> Client:
    return signed_in(make_member("Hina Gul", role="administrator"), unlocked=False)


def address(one) -> str:
    return f"{HOME}{key_of(one).partition(':')[0]}/{one.pk}/"


def typed(one, **changed: object) -> dict[str, object]:
    """An entry's form as it is, with some fields changed."""
    form = EntryForm(key_of(one), row_of(one))
    now = {name: form.initial.get(name) for name in form.fields}
    return {name: value for name, value in {**now, "why": "their page", **changed}.items() if value not in (None, False)}


def test_who_may_edit_sees_no_case_and_who_escalates_only_reads(asad, client, unit):
    assert not [role for role, may in ROLES.items() if Permission.EDIT_REGISTRY in may and Permission.READ_CASES in may]
    tiktok = Platform.objects.get(slug="tiktok")
    mail = Channel.objects.get(platform=tiktok, kind="email")
    pages = [HOME, f"{HOME}due/", f"{HOME}file/registry.yaml",
             *(address(one) for one in (tiktok, mail, Authority.objects.first(), LegalBasis.objects.first()))]
    own = [f"{HOME}changes/", f"{HOME}file/", f"{HOME}new/platform/", f"{HOME}new/channel/?of=tiktok"]
    analyst = signed_in(make_member("Kamran", role="analyst"), unlocked=False)
    for page in [*pages, *own]:
        assert asad.get(page).status_code == 200, page
        assert client.get(page).status_code == (200 if page in pages else 403), page
        assert analyst.get(page).status_code == 403, page
        assert Client().get(page).status_code in {302, 403}, page
    assert "<form" not in client.get(address(mail)).content.decode().split("<h1", 1)[1]
    assert client.post(address(mail), typed(mail, address="thief@example.org")).status_code == 403
    assert asad.get("/desk/").status_code == 403
    assert asad.get(f"{HOME}new/channel/?of=nobody").status_code == asad.get(f"{HOME}church/1/").status_code == 404
    waiting = registry.count_due(timezone.localdate())
    assert waiting == len(registry.due(timezone.localdate()))
    assert f"{waiting} entries of the registry" in asad.get("/desk/people/").content.decode()


def test_an_address_waits_for_a_second_administrator(asad, hina):
    mail = Channel.objects.get(platform__slug="tiktok", kind="email")
    answer = asad.post(address(mail), typed(mail, address="new@tiktok.com", capabilities=["many", "urdu"]))
    page = answer["Location"]
    mail.refresh_from_db()
    assert mail.address == "legal@tiktok.com"
    told = hina.get(page).content.decode()
    said = ("TikTok · Legal notices by mail", "legal@tiktok.com", "new@tiktok.com", "Reads Urdu", "their page")
    assert all(words in told for words in said)
    assert "their page" in hina.get(f"{HOME}changes/").content.decode()
    assert "waits for a second administrator" in hina.get("/desk/people/").content.decode()
    assert "waits for a second person" in hina.get(address(mail)).content.decode()
    assert asad.post(page, {"act": "approve"}).status_code == 403
    tired = signed_in(User.objects.get(name="Hina Gul"), unlocked=False, fresh=False)
    assert tired.post(page, {"act": "approve"}).status_code == 401                  # a desk that was left open agrees to nothing
    assert hina.post(page, {"act": "refuse"}).status_code == 400                    # with a reason
    assert hina.post(page, {"act": "approve"}).status_code == 302
    mail.refresh_from_db()
    assert (mail.address, "urdu" in mail.capabilities) == ("new@tiktok.com", True)
    assert hina.post(page, {"act": "refuse", "answer": "no"}).status_code == 409
    second = asad.post(address(mail), typed(mail, address="old@tiktok.com"))["Location"]
    Channel.objects.filter(pk=mail.pk).update(address="other@tiktok.com")
    assert hina.post(second, {"act": "approve"}).status_code == 409
    asad.post(second, {"act": "back"})
    assert Change.objects.get(pk=second.rstrip("/").rsplit("/", 1)[1]).state == "withdrawn"


def test_what_is_wrong_is_said_beside_the_field_and_what_is_typed_stays(asad):
    mail, basis = Channel.objects.get(platform__slug="tiktok", kind="email"), LegalBasis.objects.get(slug="peca-16")
    refused = asad.post(address(mail), typed(mail, address="nobody", label_ur="نیا"))
    assert refused.status_code == 400
    assert all(words in refused.content.decode() for words in ("This is not an e-mail address.", 'value="nobody"', "نیا"))
    refused = asad.post(address(basis), typed(basis, citation="PECA 2016 s. 26-A"))
    assert "This law is about what people say." in refused.content.decode()
    stale = typed(mail, label_ur="دوسرا")
    Channel.objects.filter(pk=mail.pk).update(label_ur="پہلا")
    assert asad.post(address(mail), stale).status_code == 409
    assert not Change.objects.exists()
    platform = Platform.objects.get(slug="tiktok")
    assert asad.post(address(platform), typed(platform, policy_en="Rule 9"))["Location"] == address(platform)
    assert Platform.objects.get(slug="tiktok").policy_en == "Rule 9"                # needs nobody else


def test_a_new_way_and_a_file_are_read_by_a_second_person(asad, hina):
    new = f"{HOME}new/channel/?of=tiktok"
    first = asad.post(new, {"kind": "webform", "label_en": "Child safety"})
    assert b"Child safety" in first.content
    whole = {"kind": "webform", "label_en": "Child safety", "label_ur": "بچے", "address": "https://tiktok.com/child",
             "source": "page", "why": "new form", "form_fields": "Links | 500 | links", "harms": ["grooming"]}
    hina.post(asad.post(new, whole)["Location"], {"act": "approve"})
    added = Channel.objects.get(label_en="Child safety")
    assert (added.form_fields, added.last_verified_at) == ([{"label": "Links", "limit": 500, "content": "links"}], None)
    assert asad.post(new, whole).status_code == 409
    text = hina.get(f"{HOME}file/registry.yaml").content.decode().replace("https://tiktok.com/child", "https://tiktok.com/kids")
    sent = asad.post(f"{HOME}file/", {"file": named(text), "why": "moved"})
    assert "https://tiktok.com/kids" in hina.get(sent["Location"]).content.decode()
    assert asad.post(f"{HOME}file/", {"file": named(book.write()), "why": "same"}).status_code == 400
    refused = asad.post(f"{HOME}file/", {"file": named("version: 1\nplatforms: [{slug: x, kind: church}]"), "why": "x"})
    assert "platform:x kind" in refused.content.decode()


def test_a_key_waits_for_a_second_person_who_reads_its_fingerprint(asad, hina):
    mail = Channel.objects.get(platform__slug="tiktok", kind="email")
    refused = asad.post(address(mail), typed(mail, pgp_key="no key"))
    assert refused.status_code == 400
    assert "This is not a public PGP key" in refused.content.decode()
    assert "no key</textarea>" in refused.content.decode()
    with owner() as platform:
        key, spelled = platform.key, pgp.fingerprint(platform.key)
    waiting = asad.post(address(mail), typed(mail, pgp_key=key.replace("\n", "\r\n")))["Location"]
    page = hina.get(waiting).content.decode()
    assert f'dir="ltr">{spelled}<' in page
    assert "BEGIN PGP" not in page
    hina.post(waiting, {"act": "approve"})
    mail.refresh_from_db()
    assert mail.pgp_key == key.strip()
    assert spelled in asad.get(address(mail)).content.decode()


def named(text: str) -> BytesIO:
    file = BytesIO(text.encode())
    file.name = "registry.yaml"
    return file


def test_a_stale_way_warns_before_use_until_somebody_looked(asad, client, unit, ayesha):
    case = make_case(unit, platforms=("tiktok",))
    mail = Channel.objects.get(platform__slug="tiktok", kind="email")
    assert STALE in client.get(f"/desk/case/{case.ref}/escalate/{mail.pk}/").content.decode()
    assert "not been verified" in client.get("/desk/today/").content.decode()
    before = asad.get(f"{HOME}due/").content.decode().count("<tr>")
    assert asad.post(address(mail), {"act": "verify"}).status_code == 400
    assert asad.post(address(mail), {"act": "verify", "source": "their page"})["Location"] == f"{HOME}due/"
    mail.refresh_from_db()
    assert (mail.last_verified_at, mail.source) == (timezone.localdate(), "their page")
    assert asad.get(f"{HOME}due/").content.decode().count("<tr>") == before - 1
    assert STALE not in client.get(f"/desk/case/{case.ref}/escalate/{mail.pk}/").content.decode()
    assert "Fewer than five notices" in asad.get(address(mail.platform)).content.decode()
