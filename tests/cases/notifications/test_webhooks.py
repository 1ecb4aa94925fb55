"""Webhooks against a receiver that really listens: what leaves, signed how, to where, and what becomes of it."""
import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from cases.models import Case
from cases.notifications import webhook_delivery, webhook_wire, webhooks
from cases.notifications.models import Delivery, News, Occasion, Webhook
from cases.notifications.services import tell_members
from cases.outbox.errors import Retry, Stop
from cases.triage import walls
from cases.units.models import Unit
from cases.vault.models import DataKey
from portal.accounts.models import User
from tests.cases.notifications.conftest import STORY
from tests.factories.cases import make_member, make_unit, signed_in
from tests.fakes.webhook_receiver import Receiver, webhook_receiver
from tests.fixtures.jobs import RunJobs
from tests.fixtures.roles import acting_as

PAGE = "/desk/settings/webhooks/"
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "webhooks.md"


@pytest.fixture
def receiver(settings: LazySettings, tmp_path: Path, worker_key: None) -> Iterator[Receiver]:
    with webhook_receiver(tmp_path) as running:
        settings.WEBHOOK_NETWORKS, settings.WEBHOOK_CA_FILE = [ip_network("127.0.0.0/8")], str(running.certificate)
        yield running


@pytest.fixture
def head(unit: Unit) -> User:
    return make_member("Head", unit, role="supervisor")


@pytest.fixture
def verified() -> Callable[..., bool]:
    """The ten lines that the document gives to whoever receives."""
    found: dict[str, Any] = {}
    exec(re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[1], found)  # noqa: S102  our own document
    return found["verified"]


def hook_of(unit: Unit, receiver: Receiver, by: User, **options: Any) -> tuple[Webhook, str]:
    told = {"occasions": [Occasion.MESSAGE], "with_reference": True, **options}
    return webhooks.register(unit=unit, url=receiver.url, by=by, **told)


def happens(case: Case, occasion: Occasion = Occasion.MESSAGE) -> None:
    with acting_as("worker"):
        tell_members(occasion=occasion, members=[], case=case)


def test_a_supervisor_registers_one_and_what_leaves_is_signed_and_says_nothing(
        unit: Unit, case: Case, ayesha: User, head: User, receiver: Receiver, run_jobs: RunJobs, verified: Callable[..., bool]):
    form = {"url": receiver.url, "unit": str(unit.pk), "occasions": ["message"], "with_reference": "on"}
    assert signed_in(ayesha).post(PAGE, form).status_code == 403
    late = signed_in(head, fresh=False)
    assert late.post(PAGE, form).status_code == 401
    assert late.get(PAGE)["Location"].startswith("/desk/prove/")
    assert not Webhook.objects.exists()
    browser = signed_in(head)
    assert "Webhooks" in browser.get("/desk/settings/").content.decode()
    assert browser.post(PAGE, form | {"url": "https://10.1.2.3/"}).status_code == 400
    shown = browser.post(PAGE, form)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", shown.content.decode())[0]
    hook = Webhook.objects.get()
    address = f"{PAGE}{hook.pk}/"
    assert secret not in browser.get(address).content.decode(), "once"
    assert secret.removeprefix("whsec_") not in repr(bytes(hook.sealed))
    other = make_member("Their head", make_unit("children"), role="supervisor")
    assert signed_in(other).get(address).status_code == 404
    happens(case)
    happens(case)
    happens(case, Occasion.GLASS)
    run_jobs()
    (headers, body), = receiver.taken
    assert verified(secret, headers, body)
    assert not verified(secret, headers, body + b" ")
    told = json.loads(body)
    assert told == {"type": "case.message", "timestamp": told["timestamp"], "data": {"unit": "adults", "reference": case.ref}}
    assert STORY not in body.decode()
    page = browser.get(address).content.decode()
    assert "204" in page
    assert case.ref not in page
    browser.post(f"{address}act/", {"act": "test"})
    renewed = browser.post(f"{address}act/", {"act": "secret"})
    run_jobs()
    assert json.loads(receiver.taken[1][1])["type"] == "test"
    assert not verified(secret, *receiver.taken[1])
    assert verified(re.search(r"whsec_[A-Za-z0-9+/=]+", renewed.content.decode())[0], *receiver.taken[1])
    browser.post(f"{address}act/", {"act": "off"})
    happens(case, Occasion.MESSAGE)
    key = Webhook.objects.get().key_id
    browser.post(f"{address}act/", {"act": "remove"})
    assert not Delivery.objects.exists()
    assert DataKey.objects.get(pk=key).destroyed_at
    administrator = make_member("Admin", role="administrator", keys=False)
    assert signed_in(administrator, unlocked=False).post(PAGE, form).status_code == 200


def test_a_case_that_is_kept_for_some_is_not_named(unit: Unit, case: Case, ayesha: User, head: User, receiver: Receiver,
                                                  run_jobs: RunJobs):
    hook_of(unit, receiver, head)
    make_member("Third", unit)
    walls.exclude(case=case, member=head, cause=walls.Exclusion.Cause.KNOWS, by=head)
    happens(case)
    run_jobs()
    assert json.loads(receiver.taken[0][1])["data"] == {"unit": "adults"}


def test_trouble_is_tried_again_or_given_up_and_ends_the_webhook(unit: Unit, case: Case, head: User, receiver: Receiver,
                                                                run_jobs: RunJobs):
    hook, _secret = hook_of(unit, receiver, head)
    happens(case)
    row, receiver.status, receiver.headers = Delivery.objects.get(), 503, {"Retry-After": "7"}
    with acting_as("worker"), pytest.raises(Retry) as again:
        webhook_delivery.deliver(delivery_id=row.pk)
    assert again.value.after == 7
    receiver.status, receiver.headers = 302, {"Location": receiver.url}
    with acting_as("worker"), pytest.raises(Stop):
        webhook_delivery.deliver(delivery_id=row.pk)
    row.refresh_from_db()
    assert (row.tries, row.answer, row.given_up, len(receiver.taken)) == (2, "302", True, 2)
    Delivery.objects.all().delete()
    receiver.status = 410
    happens(case)
    run_jobs()
    hook.refresh_from_db()
    assert hook.off_at
    assert News.objects.filter(member=head, occasion="webhook").exists()
    taken = len(receiver.taken)
    Delivery.objects.all().delete()
    happens(case)
    run_jobs()
    assert len(receiver.taken) == taken


def test_its_secret_moves_to_the_workers_newest_key(unit: Unit, case: Case, head: User, receiver: Receiver, run_jobs: RunJobs,
                                                   verified: Callable[..., bool]):
    hook, secret = hook_of(unit, receiver, head)
    with acting_as("worker"):
        assert webhook_delivery.renew(timezone.now()) == 0
        assert webhook_delivery.renew(timezone.now() + timedelta(days=8)) == 1
    assert Webhook.objects.get().key_id != hook.key_id
    happens(case)
    run_jobs()
    assert verified(secret, *receiver.taken[0])


def test_another_certificate_and_a_private_network_are_refused(receiver: Receiver, settings: LazySettings):
    to = {"message_id": "1", "timestamp": 1, "secret": b"k"}
    settings.WEBHOOK_CA_FILE = ""
    with pytest.raises(Stop, match="certificate"):
        webhook_wire.post(receiver.url, b"{}", **to)
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(Stop, match="private_address"):
        webhook_wire.post(receiver.url, b"{}", **to)
    with pytest.raises(Stop, match="private_address"):
        webhook_wire.resolved("localhost", 443)
    assert receiver.taken == []


def test_an_answer_that_drips_keeps_no_worker(receiver: Receiver, monkeypatch: pytest.MonkeyPatch):
    receiver.drips = True
    monkeypatch.setattr(webhook_wire, "LONGEST_CALL", 0.3)
    began = time.monotonic()
    with pytest.raises(Retry):
        webhook_wire.call(receiver.url, b"{}", {})
    assert 0.3 <= time.monotonic() - began < 3


@pytest.mark.parametrize("cut", ["HTTP/1.1 204 No Content\r\n", "HTTP/1.1 204 No Content\r\nX-Slow: x", "HTTP/1.1 2"])
def test_a_yes_that_breaks_off_is_none(receiver: Receiver, cut: str):
    receiver.breaks_off = cut.encode()
    with pytest.raises(Retry):
        webhook_wire.call(receiver.url, b"{}", {})
    receiver.breaks_off = b"HTTP/1.1 204 No Content\r\n\r\n"
    assert webhook_wire.call(receiver.url, b"{}", {}) == 204


@pytest.mark.parametrize("address", [
    "10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1", "172.16.0.1", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "::"])
def test_no_address_inside_a_network(address: str):
    assert not webhook_wire.allowed(ip_address(address))


@pytest.mark.parametrize("url", [
    "http://example.org/", "https://", "https://user:word@example.org/", "https://example.org/#part", "https://example.org:25/",
    "https://exa mple.org/", "https://localhost/", "https://[::1]/", "https://example.org:x/", "ftp://example.org/", "https://مثال.pk/"])
def test_what_is_no_address_for_it(url: str):
    with pytest.raises(webhook_wire.BadAddress):
        webhook_wire.parsed(url)


def test_the_signature_is_that_of_the_standards_own_example():
    """standard-webhooks/standard-webhooks, libraries/python/tests/test_webhooks.py."""
    secret = webhook_wire.base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert webhook_wire.shown(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert webhook_wire.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}') == \
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert webhook_wire.allowed(ip_address("8.8.8.8"))
    assert webhook_wire.allowed(ip_address("2001:4860:4860::8888"))
