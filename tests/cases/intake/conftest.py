import html
import re
import uuid
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cases.escalation.models import Channel, Escalation, Platform
from cases.hashing.models import ListEntry
from cases.intake import receipts
from cases.intake.models import Receipt
from cases.intake.receipts import Lock
from cases.intake.state import Draft, open_draft
from cases.models import Case, Consent
from cases.priority import Facts, Harm
from cases.services import CaseDraft, open_case
from cases.units.models import Unit
from cases.units.services import set_up_units
from cases.vault import custody, envelope, hpke, receipt as codes
from cases.vault.keyring import Keyring
from cases.vault.models import UnitKey
from tests.cases.intake.reporter import give_receipt
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents
from tests.factories.lists import list_entries

CODE = "48219037551620846003"
FINGERPRINT = "{}:88:{}:{}"
WHO = {"relation": "me", "age_now": "24", "dangers": ["deadline"]}
WHAT = {"harm": "sextortion", "conflict": ""}
STORY = {"story": "وہ میری تصویریں پھیلانے کی دھمکی دے رہا ہے۔", "links": "https://example.com/post/1\ninstagram.com/p/2",
         "handles": "@someone", "who_does_it": "ایک پرانا دوست", "wanted": ["remove", "stop"], "platform_other": "a forum"}
CONSENT = {"ask_platform": "yes", "assent": "مجھے منظور ہے", "pass_police": "ask_first", "pass_pta": "no", "contact": "none",
           "safe_to_contact": "رات کو نہیں"}


def fingerprint(number: int) -> str:
    """A well-formed fingerprint, of another file for each number."""
    return FINGERPRINT.format("0f" * 32, f"{number:064x}", f"{number:032x}")


@pytest.fixture(scope="session")
def lock() -> Lock:
    """One code's lock for the session: Argon2id is slow on purpose."""
    return receipts.make_lock(CODE)


@pytest.fixture
def privates(monkeypatch) -> dict[bytes, bytes]:
    """Public → private half of each pair that custody makes."""
    made: dict[bytes, bytes] = {}
    new_pair = hpke.new_pair

    def remembered() -> tuple[bytes, bytes]:
        private, public = new_pair()
        made[public] = private
        return private, public
    monkeypatch.setattr(hpke, "new_pair", remembered)
    return made


@pytest.fixture
def units(db, privates) -> dict[str, Unit]:
    """The three units, each with a key that no member holds."""
    units = set_up_units()
    for unit in units.values():
        custody.new_unit_key(unit, members=[], actor="system")
    return units


@pytest.fixture
def unit_private(privates) -> Callable[[Unit], Keyring]:
    """The keyring of somebody who holds a unit's keys."""
    def keyring(unit: Unit) -> Keyring:
        keys = UnitKey.objects.filter(unit=unit)
        return Keyring(uuid.uuid4(), {unit.pk: {key.version: privates[bytes(key.public)] for key in keys}})
    return keyring


@pytest.fixture
def case(units) -> Case:
    key, case_id = envelope.new_key(), uuid.uuid4()
    return open_case(draft=CaseDraft(
        id=case_id, submission=uuid.uuid4(), unit=units["adults"], reporter_public=hpke.new_pair()[1],
        key=custody.keep(key, case=case_id, unit=units["adults"]),
        conversation_key=custody.keep(key, case=case_id, unit=units["adults"]),
        answers=b"", summary=b"", facts=Facts(Harm.OTHER), language="ur"))


class Reporter:
    """A person without JavaScript: fills in what a page asks, presses a button, and keeps what the page carries."""

    def __init__(self, language: str = "ur") -> None:
        self.client, self.language, self.carried = Client(), language, {}
        self.read(self.client.get(f"/{language}/report/"))

    def read(self, response: HttpResponse) -> str:
        self.status, self.text = response.status_code, html.unescape(response.content.decode())
        self.response = response
        hidden = dict(re.findall(r'<input type="hidden" name="(state|page)" value="([^"]*)">', self.text))
        self.carried = hidden or self.carried
        return self.text

    @property
    def at(self) -> str:
        return self.carried["page"]

    @property
    def draft(self) -> Draft:
        return open_draft(self.carried["state"])

    def press(self, act: str = "next", language: str = "", headers: dict[str, str] | None = None, **answers: object) -> str:
        self.language = language or self.language
        body = urlencode({**self.carried, **answers, "act": act}, doseq=True)
        return self.read(self.client.post(f"/{self.language}/report/", body, content_type="application/x-www-form-urlencoded",
                                          headers=headers))

    def to_the_code(self, who=WHO, what=WHAT, pictures=None, story=STORY, consent=CONSENT) -> "Reporter":
        """All five steps and the answers; stands on the page with the code."""
        answers = {"who": who, "what": what, "pictures": pictures or {}, "story": story, "consent": consent, "check": {}}
        while self.at != "receipt":
            before = self.at
            self.press(**answers[self.at])
            assert self.at != before, self.text
        return self

    def send(self, **more: object) -> str:
        return self.press("send", typed=self.draft.code[-4:], **more)


@pytest.fixture
def reporter(units, redis_server) -> type[Reporter]:
    return Reporter


@pytest.fixture
def worker_key(settings, tmp_path, db) -> None:
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    custody.new_worker_key()
@pytest.fixture(scope="session")
def derived() -> codes.Derived:
    """What CODE derives to under the deployment's salt."""
    return codes.derive(CODE, settings.RECEIPT_SALTS[1])


@pytest.fixture
def receipt(db, derived) -> Receipt:
    """CODE's receipt, of a case whose conversation its reporter can open."""
    case = make_case(make_unit())
    give_receipt(case, derived)
    return Receipt.objects.select_related("case__unit").get(case=case)


@pytest.fixture
def listed(receipt) -> ListEntry:
    """A fingerprint of the case that was put on the list with a notice, after a yes."""
    case = receipt.case
    reporter_consents(case, Consent.Act.SHARE_HASHES)
    platform = Platform.objects.create(slug="listed", name_en="Listed", name_ur="Listed")
    channel = Channel.objects.create(platform=platform, kind="email", address="a@example.com", source="test",
                                     last_verified_at=timezone.localdate())
    entry, = list_entries(1, case=case, values=["ab" * 32])
    escalation = Escalation.objects.create(
        case=case, platform=platform, channel=channel, reference="MZ-LISTED", notice=b"", requested_at=timezone.now(),
        notice_key=custody.keep(envelope.new_key(), case=case.pk, unit=case.unit), by=make_member("Sender", case.unit))
    escalation.entries.set([entry])
    return entry
