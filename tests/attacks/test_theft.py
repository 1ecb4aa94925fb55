"""A case goes through five processes, as they are deployed; then somebody steals the whole database, Redis, the disk and the
environment of the public web server, and tries everything they found on everything they found."""
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import connection, transaction

from cases.audit.models import AuditLink, Entry
from cases.escalation import registry
from cases.escalation.models import Channel, Escalation
from cases.escalation.services import new_reference
from cases.evidence import sandbox
from cases.evidence.models import Evidence, Page
from cases.evidence.services import receive
from cases.exchange.partners import Keys, add_partner
from cases.hashing.models import MediaHash
from cases.intake.models import Receipt
from cases.models import Case, Consent, Message
from cases.notifications.models import Address
from cases.outbox.models import Job
from cases.vault import custody, envelope, hpke, pages, receipt as codes, unseal
from cases.vault.aead import OpenFailed
from cases.vault.models import DataKeyWrap
from portal.accounts.models import User
from tests.browser import leaks
from tests.cases.evidence.screenshots import Shot, as_bytes, draw
from tests.cases.intake.conftest import CONSENT, STORY, Reporter, fingerprint
from tests.factories.cases import keyring_of, make_member, make_unit, private_of, signed_in
from tests.factories.lists import second_yes
from tests.fakes.mail_server import MailServer, mail_server
from tests.fixtures.jobs import WORKER, wait_for
from tests.fixtures.roles import acting_as
from tests.processes import MADE_OF, Processes
from tests.web import Web

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WHAT = {"harm": "intimate_images", "conflict": "", "platforms": ["tiktok"]}
WHO = {"relation": "me", "age_now": "24", "dangers": []}
ADDRESS, ANSWER = "noor@example.net", "اب وہ ویڈیو نظر نہیں آتی"
REPLY, NOTE = "We have written to TikTok.", "Ask Zainab in Skardu."
TYPED = [STORY["story"], "instagram.com/p/2", "@someone", STORY["who_does_it"], CONSENT["assent"], CONSENT["safe_to_contact"],
         ADDRESS, ANSWER, REPLY, NOTE]


HEX = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")       # 32 bytes


@dataclass
class Office:
    processes: Processes
    mail: MailServer
    keys: Keys
    hina: User
    data: Path


@pytest.fixture
def office(transactional_db: None, redis_server: None, static_files: None, settings: LazySettings,
           tmp_path: Path) -> Iterator[Office]:
    WORKER.stop()                               # of other tests: it would take these jobs
    data = tmp_path / "var"
    data.mkdir()
    (data / "static").symlink_to(settings.STATIC_ROOT)
    settings.WORKER_KEYS = data / "worker-keys"
    settings.SECRET_KEY = MADE_OF["SECRET_KEY"]                      # the desk's: Hina's session is begun here
    settings.DRAFT_KEYS = [bytes.fromhex(MADE_OF["DRAFT_KEY"])]      # to read the code off the page
    custody.new_worker_key()
    registry.seed()
    hina = make_member("Hina Baloch", make_unit(), email="hina@ministry.example", on_duty=True, is_woman=True)
    make_member("Sana", make_unit(), role="supervisor")
    _partner, keys = add_partner(name="TikTok", platform="tiktok")
    with mail_server() as mail:
        processes = Processes(str(connection.settings_dict["NAME"]), data, EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(mail.port),
                              ROOT_PUBLIC_KEY=settings.ROOT_PUBLIC_KEY.hex())
        with processes:
            yield Office(processes, mail, keys, hina, data)


class Remotely(Reporter):
    """The reporter without JavaScript, at the public process."""

    def __init__(self, web: Web) -> None:
        self.client, self.language, self.carried = web, "en", {}
        self.read(web.get("/en/report/"))


def report(web: Web) -> str:
    """Returns the receipt code."""
    noor = Remotely(web)
    consent = {**CONSENT, "share_hashes": "yes", "contact": "email", "address": ADDRESS}
    noor.to_the_code(who=WHO, what=WHAT, pictures={"fingerprint": [fingerprint(1)]}, consent=consent)
    code: str = noor.draft.code
    noor.send()
    assert noor.carried["page"] == "done", noor.text
    return code


def test_from_the_report_to_the_answer_and_then_to_the_thief(office: Office, settings: LazySettings, tmp_path: Path):
    ear = leaks.Ear(tmp_path)
    public, desk = Web(office.processes.url("public")), at_the_desk(office)
    code = report(public)
    case = Case.objects.get()
    wait_for(lambda: MediaHash.objects.filter(case=case, matched_at__isnull=False).exists(), seconds=60)

    screen, waiting = files_of(case)
    assert STORY["story"][:40] in desk.get("/desk/").text
    page = desk.get(f"/desk/case/{case.ref}/").text
    assert all(words in unescape(page) for words in (STORY["story"], STORY["who_does_it"], "@someone"))
    desk.press(f"/desk/case/{case.ref}/", "hand/", me="1")
    desk.press(f"/desk/case/{case.ref}/", "write/", text=REPLY)
    desk.press(f"/desk/case/{case.ref}/", "note/", text=NOTE)
    ask_platform(desk, case)
    wait_for(lambda: any("MZ-" in text for text in office.mail.messages), seconds=60)
    wait_for(lambda: Escalation.objects.get().state == Escalation.State.SENT, seconds=60)
    wait_for(lambda: any(ADDRESS in text for text in office.mail.messages), seconds=60)

    second_yes(case)
    partner = Web(office.processes.url("exchange"), {"x-functions-key": office.keys.first,
                                                     "Ocp-Apim-Subscription-Key": office.keys.second})
    pulled = partner.get("/exchange/stopncii/v1/FetchHashes?startTimestamp=10&pageSize=800").json()
    [value] = [record["hashValue"] for record in pulled["hashRecords"]]
    told = {"count": 1, "hashFeedbacks": [{"hashValue": value, "feedbackValue": "Blocked", "tags": []}]}
    assert partner.post("/exchange/stopncii/v1/SubmitFeedback", json.dumps(told), "application/json").status_code == 200
    wait_for(lambda: Escalation.objects.get().state == Escalation.State.ACTIONED, seconds=60)

    inbox = public.post("/en/inbox/", urlencode({"code": code}))
    assert "TikTok" in inbox.text
    assert REPLY in inbox.text
    visit = unescape(re.findall(r'name="visit" value="([^"]+)"', inbox.text)[0])
    public.post("/en/inbox/", urlencode({"visit": visit, "act": "write", "message": ANSWER}))
    public.post("/en/inbox/", urlencode({"visit": visit, "act": "answer:share_hashes", "share_hashes": "no"}))
    wait_for(lambda: Entry.objects.filter(event="hashes_withdrawn").exists(), seconds=60)
    assert ANSWER in unescape(desk.get(f"/desk/case/{case.ref}/").text)

    assert Web(office.processes.url("cms")).get("/desk/sign-in/").status_code == 200
    assert Web(office.processes.url("public")).get("/desk/sign-in/").status_code == 404
    wait_for(lambda: AuditLink.objects.count() == Entry.objects.count(), seconds=60)
    verified = office.processes.command("worker", "verify_audit")
    assert verified.returncode == 0, verified.stderr
    assert "denied" not in "".join(office.processes.log(role) for role in office.processes.running)

    loot = stolen(office, ear, tmp_path)
    assert leaks.found_in(loot["database"], [case.ref, "case_opened"])                       # what lies there is found
    typed = [*TYPED, *leaks.of_code(code), *(MADE_OF[name] for name in ("SECRET_KEY", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY"))]
    assert {place: found for place, raw in loot.items() if (found := leaks.found_in(raw, typed))} == {}
    pieces = [screen[64:128], sandbox.develop(screen).content[64:128]]
    for place, raw in loot.items():
        assert not [piece for text in leaks.readings(raw) for piece in pieces if piece in text], place
    no_key_lies_open(loot, office, case)
    keys = candidates(loot)
    assert len(keys) > 20
    assert opened_with(keys) == []

    assert opened_with([private_of(office.hina), *unit_keys(office.hina)]) != [], "with the unit's key, the same attempts succeed"
    from_the_disk = {"the address", "the key of a file on its way"}
    assert set(opened_with(worker_keys(office))) == from_the_disk, "from the worker's own disk, no word of the report"
    assert waiting.state == Evidence.State.ARRIVED


def files_of(case: Case) -> tuple[bytes, Evidence]:
    """One that rests, and one on whose way the thief comes: nobody has asked for its job."""
    screen, ticket = as_bytes(draw(Shot(5, size=(540, 1200)))), uuid4()
    with acting_as("public"):
        receive(case_id=case.pk, ticket=ticket, number=1, content=screen)
    wait_for(lambda: Evidence.objects.get(number=1).state == Evidence.State.KEPT, seconds=60)
    with transaction.atomic(), acting_as("public"):
        waiting = receive(case_id=case.pk, ticket=ticket, number=2, content=screen)
        with acting_as(None):
            Job.objects.filter(payload__evidence_id=str(waiting.pk)).delete()
    return screen, waiting


def at_the_desk(office: Office) -> Web:
    cookies = {name: cookie.value for name, cookie in signed_in(office.hina).cookies.items()}
    return Web(office.processes.url("desk"), cookies=cookies)


def ask_platform(desk: Web, case: Case) -> None:
    channel = Channel.objects.filter(platform__slug="tiktok", kind="email").first()
    assert channel
    page = f"/desk/case/{case.ref}/escalate/{channel.pk}/"
    answer = desk.press(page, "", reference=new_reference(), links="https://www.tiktok.com/@x/video/1", hashes="on",
                        reasons="It shows a person who did not agree.", policy="Adult sexual abuse", law="",
                        signature="Hina Baloch", send="1")
    assert answer.status_code == 200, answer.text
    assert Escalation.objects.filter(case=case).exists(), answer.text


# --- the thief --------------------------------------------------------------------------------------------------------
def stolen(office: Office, ear: leaks.Ear, directory: Path) -> dict[str, bytes]:
    """Everything but what the unit's members have in their heads, and the worker's own disk."""
    environment = office.processes.environment("public")
    assert not {"SECRET_KEY", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY", "EMAIL_HOST_PASSWORD"} & set(environment)
    return {
        "database": leaks.database_dump(str(connection.settings_dict["NAME"]), directory),
        "redis, all it heard": ear.heard(), "redis, what it keeps": leaks.redis_dump(),
        "environment of the public process": json.dumps(environment).encode(),
        **{str(path): raw for path, raw in leaks.files(office.data, but=["worker-keys", "static"]).items()},
    }


def no_key_lies_open(loot: dict[str, bytes], office: Office, case: Case) -> None:
    """The keys themselves, which only a member's keyring opens, in no reading of any place."""
    ring = keyring_of(office.hina)
    secrets = [private_of(office.hina), *unit_keys(office.hina), unseal.key_for_unit(case.key, case=case.pk, keyring=ring),
               unseal.key_for_unit(case.conversation_key, case=case.pk, keyring=ring), *worker_keys(office)]
    for place, raw in loot.items():
        readable = b"\n".join(leaks.readings(raw))
        assert not [secret for secret in secrets if secret in readable], place


def unit_keys(member: User) -> list[bytes]:
    return [private for versions in keyring_of(member).units.values() for private in versions.values()]


def worker_keys(office: Office) -> list[bytes]:
    return [bytes.fromhex(path.read_text()) for path in (office.data / "worker-keys").glob("*.key")]


def candidates(loot: dict[str, bytes]) -> list[bytes]:
    """Everything of the length of a key: in the environment, in any column of any table, in Redis and in files."""
    found = {bytes.fromhex(run.decode()) for raw in loot.values() for run in HEX.findall(raw)}
    for model in apps.get_models():
        for row in model._base_manager.values_list():
            found |= {bytes(value)[:32] for value in row if isinstance(value, bytes | memoryview) and len(value) >= 32}
    return sorted(found)


def opened_with(keys: list[bytes]) -> list[str]:
    """What any of these keys opens, tried as private half on every wrap and as the key itself on every sealed field."""
    opened = list[str]()
    for name, attempt in attempts():
        for key in keys:
            try:
                attempt(key)
            except (OpenFailed, ValueError):
                continue
            opened.append(name)
            break
    return opened


def attempts() -> Iterator[tuple[str, Callable[[bytes], object]]]:
    """Each with the context it was sealed in, which the thief reads from the source."""
    for case in Case.objects.all():
        yield "the answers", field(case.pk, case.answers, "answers", case.pk)
        yield "the summary", field(case.pk, case.summary, "summary", case.pk)
        yield from wraps("the report's key", case.key_id, case.pk)
        yield from wraps("the conversation's key", case.conversation_key_id, case.pk)
    for message in Message.objects.all():
        yield "a message", field(message.case_id, message.body, "message", message.pk)
    for consent in Consent.objects.exclude(assent=None):
        yield "an assent", field(consent.case_id, consent.assent, "assent", consent.pk)
    for notice in Escalation.objects.all():
        yield "a notice", field(notice.case_id, notice.notice, "notice", notice.pk)
        yield from wraps("a notice's key", notice.notice_key_id, notice.case_id)
    for address in Address.objects.all():
        yield from wraps("the address", address.key_id, address.case_id)
    for file in Evidence.objects.exclude(key=None):
        where = " on its way" if file.state == Evidence.State.ARRIVED else ""
        yield from wraps(f"the key of a file{where}", file.key_id, file.case_id)
        blobs = list(Page.objects.filter(evidence=file).values_list("blob", flat=True))
        yield f"a file{where}", lambda key, file=file, blobs=blobs: pages.join(key, blobs, case=file.case_id, record=file.pk)
    for receipt in Receipt.objects.all():
        yield "a reporter's key", lambda key, receipt=receipt: codes.unlock_private(key, receipt.locked)


def field(case: UUID, sealed: bytes | memoryview | None, name: str, record: UUID) -> Callable[[bytes], object]:
    return lambda key: envelope.open_blob(key, bytes(sealed or b""), case=case, field=name, record=record)


def wraps(what: str, key_id: UUID, case: UUID) -> Iterator[tuple[str, Callable[[bytes], object]]]:
    for wrap in DataKeyWrap.objects.filter(key=key_id):
        info = hpke.context("data-key", scope=case, key=key_id, kind=wrap.recipient, recipient=wrap.recipient_id,
                            version=wrap.version)
        yield what, lambda key, wrap=wrap, info=info: hpke.open_blob(key, wrap.sealed, info=info)
