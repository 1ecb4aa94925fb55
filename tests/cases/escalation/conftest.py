"""A notice on its way, and a real mail server to send it to."""
import time
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cases.escalation import registry, services
from cases.escalation.models import Channel, Escalation
from cases.escalation.notices import Notice
from cases.models import Case, Consent
from cases.services import change_status
from cases.vault import custody
from cases.workflow import Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, reporter_consents

REASONS = "Published without consent."


class Platform:
    """aiosmtpd's handler: a recipient's server that says what the test wants. `mails`: what it took."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.rcpt, self.data, self.stall = "250 2.1.5 Ok", "250 2.0.0 Ok: queued as 4Xyz", 0.0

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        time.sleep(self.stall)
        if self.data.startswith("2"):
            self.mails.append(envelope)
        return self.data


class OnAnyPort(Controller):
    """aiosmtpd looks whether it listens at the port it was asked for, which is none yet."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def platform(settings: Any) -> Iterator[Platform]:
    """Listens on a port of its own for the time of a test: two hundredths of a second."""
    there = Platform()
    server = OnAnyPort(there, hostname="127.0.0.1", port=0, ready_timeout=10)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT, settings.EMAIL_USE_TLS, settings.NOTICES_PER_MINUTE = 5, False, {}
    yield there
    server.stop(no_assert=True)


@pytest.fixture
def ayesha(db: None) -> User:
    custody.new_worker_key()
    registry.seed()
    return make_member("Ayesha Khan", make_unit())


@pytest.fixture
def case(ayesha: User) -> Case:
    case = make_case(make_unit(), platforms=("tiktok",), links=("https://tiktok.example/v/1",))
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    return change_status(case=case, to=Status.IN_REVIEW, by=ayesha)


@pytest.fixture
def notice(case: Case, ayesha: User) -> Escalation:
    """By mail, waiting."""
    return asked(case, ayesha)


def asked(case: Case, by: User) -> Escalation:
    channel = Channel.objects.get(platform__slug="tiktok", kind="email", harms=[])
    words = Notice(reference=services.new_reference(), links=("https://tiktok.example/v/1",), hashes=(), reasons=REASONS,
                   policy="", law="", child=False, signature="A. Khan, Ministry")
    return services.request(case=case, channel=channel, notice=words, by=by)


__all__ = ["REASONS", "Platform", "asked"]
