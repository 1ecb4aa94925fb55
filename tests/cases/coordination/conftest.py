"""A notice of a case to TikTok, which has a desk here, and a package for the police, which has one too."""
import uuid

import pytest

from cases.coordination import services
from cases.coordination.models import Body, Shown
from cases.escalation import registry, services as escalation
from cases.escalation.models import Authority, Channel, Escalation, Platform
from cases.escalation.notices import Notice
from cases.models import Case, Consent
from cases.referral import services as referrals
from cases.referral.models import Ground, Referral
from cases.referral.words import Part
from cases.services import change_status
from cases.vault import custody, unseal
from cases.vault.keyring import Keyring
from cases.vault.unseal import key_for_unit
from cases.workflow import Status
from portal.accounts.models import User
from tests.factories.cases import keyring_of, make_case, make_liaison, make_member, make_unit, private_of, reporter_consents

REASONS = "Xyzzy, published without consent."


@pytest.fixture
def ayesha(db: None) -> User:
    custody.new_worker_key()
    registry.seed()
    return make_member("Ayesha Khan", make_unit())


@pytest.fixture
def case(ayesha: User) -> Case:
    made = make_case(make_unit(), story="Plugh told it", platforms=("tiktok",), links=("https://tiktok.example/v/1",))
    for act in (Consent.Act.ASK_PLATFORM, Consent.Act.PASS_POLICE):
        reporter_consents(made, act)
    return change_status(case=made, to=Status.IN_REVIEW, by=ayesha)


def make_body(slug: str, **points_to: object) -> Body:
    kind = Body.Kind.AUTHORITY if "authority" in points_to else Body.Kind.PLATFORM
    return Body.objects.create(slug=slug, kind=kind, name_en=slug.title(), name_ur="ادارہ", **points_to)


@pytest.fixture
def tiktok(ayesha: User) -> Body:
    return make_body("tiktok", platform=Platform.objects.get(slug="tiktok"))


@pytest.fixture
def police(ayesha: User) -> Body:
    return make_body("nccia", authority=Authority.objects.get(slug="nccia"))


@pytest.fixture
def omar(tiktok: Body) -> User:
    """Speaks for TikTok."""
    return make_liaison("Omar of TikTok", tiktok)


@pytest.fixture
def hina(police: Body) -> User:
    """Speaks for the agency."""
    return make_liaison("Hina of the agency", police)


@pytest.fixture
def notice(case: Case, ayesha: User) -> Escalation:
    return asked(case, ayesha)


@pytest.fixture
def shown(notice: Escalation, tiktok: Body, omar: User, ayesha: User) -> Shown:
    return put(notice, tiktok, ayesha)


@pytest.fixture
def left(case: Case, police: Body, hina: User, ayesha: User) -> Shown:
    """A package before the agency."""
    return services.put_package(referral=prepared(case, ayesha), body=police, package=b"PK sealed", name="MZ-1.zip",
                                sha256="ab" * 32, by=ayesha)


def asked(case: Case, by: User, kind: str = "webform") -> Escalation:
    channel = Channel.objects.filter(platform__slug="tiktok", kind=kind).earliest("pk")
    words = Notice(reference=escalation.new_reference(), links=("https://tiktok.example/v/1",), hashes=(), reasons=REASONS,
                   policy="", law="", child=False, signature="A. Khan, Ministry")
    return escalation.request(case=case, channel=channel, notice=words, by=by)


def secret_of(one: Escalation, by: User) -> bytes:
    return key_for_unit(one.notice_key, case=one.case_id, keyring=keyring_of(by))


def put(one: Escalation, body: Body, by: User) -> Shown:
    return services.put(escalation=one, body=body, secret=secret_of(one, by), by=by)


def prepared(case: Case, by: User) -> Referral:
    return referrals.prepare(referral_id=uuid.uuid4(), case=case, authority=Authority.objects.get(slug="nccia"),
                             ground=Ground.CONSENT, parts=[Part.LINKS], passphrase=b"sealed", by=by)


def body_keyring(member: User) -> Keyring:
    return unseal.body_keyring(member, private_of(member))
