"""The adapters against servers that really listen."""
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings

from cases.notifications.gateways import Outgoing, Refused, email, sms
from cases.outbox.errors import Retry, Stop
from tests.fakes.mail_server import MailServer
from tests.fakes.sms_gateway import Gateway

TEXT = "آپ کے لیے ایک پیغام ہے"


def message(**changes: object) -> Outgoing:
    return Outgoing(**{"to": "+923001234567", "subject": TEXT, "text": TEXT, "language": "ur", "key": uuid4(), **changes})


def test_a_gateway_gets_number_text_token_and_a_key_that_repeats(gateway: Gateway):
    one = message()
    sms(one)
    sms(one)
    first, second = gateway.taken
    assert (first["to"], first["text"], first["from"]) == ("+923001234567", TEXT, "Mehfooz")
    assert first["path"] == "/messages?route=gov"
    assert first["headers"]["Authorization"] == "Bearer token"
    assert first["headers"]["Idempotency-Key"] == second["headers"]["Idempotency-Key"] == str(one.key)


def test_a_reporter_sees_a_sender_that_says_nothing(gateway: Gateway, settings: LazySettings):
    sms(message(neutral=True))
    assert gateway.taken[0]["from"] == settings.REPORTER_SMS_SENDER


@pytest.mark.parametrize(("status", "headers", "after"), [
    (500, {}, None), (503, {"Retry-After": "30"}, 30), (429, {"Retry-After": "999999"}, 3600),
    (429, {"Retry-After": "tomorrow"}, None)])
def test_a_gateway_in_trouble_is_tried_again(gateway: Gateway, status: int, headers: dict[str, str], after: float | None):
    gateway.status, gateway.headers = status, headers
    with pytest.raises(Retry) as again:
        sms(message())
    assert (again.value.after, again.value.code) == (after, str(status))


@pytest.mark.parametrize("status", [400, 401, 403, 301])
def test_what_the_gateway_will_never_take_is_for_a_person(gateway: Gateway, status: int):
    gateway.status, gateway.headers = status, {"Location": gateway.url}
    with pytest.raises(Stop) as stopped:
        sms(message())
    assert not isinstance(stopped.value, Refused)
    assert len(gateway.taken) == 1                       # a redirect is not followed: a number goes where it was meant to go


@pytest.mark.parametrize("status", [404, 410, 422])
def test_a_number_that_does_not_exist_is_named_as_such(gateway: Gateway, status: int):
    gateway.status = status
    with pytest.raises(Refused):
        sms(message())


def test_a_gateway_that_is_away_is_tried_again(settings: LazySettings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/"
    with pytest.raises(Retry):
        sms(message())


def test_without_a_gateway_messages_are_files_for_their_owner_only(sms_files: Path):
    sms(message())
    written, = sms_files.iterdir()
    assert written.read_text() == f"To: +923001234567\n\n{TEXT}\n"
    assert written.stat().st_mode & 0o777 == 0o600


def test_mail_bears_the_key_and_asks_for_no_holiday_answers(mail: MailServer):
    one = message(to="sara@example.org")
    email(one)
    assert f"Message-ID: <{one.key}@example.org>" in mail.messages[0]
    assert "Auto-Submitted: auto-generated" in mail.messages[0]


@pytest.mark.parametrize(("answer", "raised"), [("550 no such user", Refused), ("450 mailbox busy", Retry)])
def test_a_mail_server_refuses_for_good_or_for_now(mail: MailServer, answer: str, raised: type[Exception]):
    mail.recipient = answer
    with pytest.raises(raised):
        email(message(to="sara@example.org"))


def test_a_mail_server_that_is_away_is_tried_again(mail: MailServer, settings: LazySettings):
    settings.EMAIL_PORT = 1
    with pytest.raises(Retry):
        email(message(to="sara@example.org"))
