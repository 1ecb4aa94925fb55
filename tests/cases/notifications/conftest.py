"""A unit with somebody on duty, a case, the worker's key, and gateways that really answer."""
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

from cases.models import Case
from cases.units.models import Unit
from cases.vault.custody import new_worker_key
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit
from tests.fakes.mail_server import MailServer, mail_server
from tests.fakes.sms_gateway import Gateway, sms_gateway

STORY = "Bilal has my private pictures and wants 50,000 rupees"
SetClock = Callable[[datetime], None]


@pytest.fixture
def unit(db: None) -> Unit:
    return make_unit()


@pytest.fixture
def ayesha(unit: Unit) -> User:
    """On duty, reads English, has a number."""
    return make_member("Ayesha Khan", unit, on_duty=True, phone="+923001234567")


@pytest.fixture
def sana(unit: Unit) -> User:
    """Not on duty, reads Urdu."""
    return make_member("Sana Malik", unit, language="ur")


@pytest.fixture
def case(unit: Unit, ayesha: User) -> Case:
    return make_case(unit, story=STORY, language="ur")


@pytest.fixture
def worker_key(db: None, settings: LazySettings, tmp_path: Path) -> None:
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    new_worker_key()


@pytest.fixture(autouse=True)
def sms_files(settings: LazySettings, tmp_path: Path) -> Path:
    settings.SMS_FILE_PATH = tmp_path / "sms"
    return settings.SMS_FILE_PATH


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Every later look at the clock sees this moment."""
    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    return set_to


@pytest.fixture
def gateway(settings: LazySettings) -> Iterator[Gateway]:
    with sms_gateway() as running:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = running.url, "token"
        yield running


@pytest.fixture
def mail(settings: LazySettings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running
