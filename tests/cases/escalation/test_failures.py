"""Each kind of failure by what a server says."""
import smtplib
import ssl

import pytest

from cases.escalation.failures import Failure, of_code, of_exception, of_reply


@pytest.mark.parametrize(("number", "text", "failure", "code"), [
    (550, b"5.1.1 <legal@tiktok.com>: Recipient address rejected", Failure.REFUSED_ADDRESS, "550-5.1.1"),
    (550, b"No such user", Failure.REFUSED_ADDRESS, "550"), (552, b"5.2.2 Over quota", Failure.MAILBOX_FULL, "552-5.2.2"),
    (452, b"4.2.2 Over quota", Failure.MAILBOX_FULL, "452-4.2.2"), (450, b"4.2.0 Greylisted", Failure.GREYLISTED, "450-4.2.0"),
    (451, b"4.7.1 Try again later", Failure.GREYLISTED, "451-4.7.1"), (554, b"5.7.1 Spam", Failure.POLICY, "554-5.7.1"),
    (421, b"Too many connections", Failure.BUSY, "421"), (552, b"5.3.4 Too big", Failure.TOO_LARGE, "552-5.3.4"),
    (535, b"5.7.8 Bad credentials", Failure.LOGIN, "535-5.7.8"), (530, b"5.7.0 Must issue STARTTLS", Failure.POLICY, "530-5.7.0"),
    (599, b"\xff\xfe", Failure.POLICY, "599")])
def test_a_mail_servers_words_become_a_kind_and_a_code(number: int, text: bytes, failure: Failure, code: str) -> None:
    assert of_reply(number, text) == (failure, code)
    assert of_code(f"{failure.value} {code}") == failure


@pytest.mark.parametrize(("code", "failure"), [
    ("404", Failure.REFUSED_ADDRESS), ("429", Failure.BUSY), ("503", Failure.UNREACHABLE), ("422", Failure.POLICY),
    ("connecttimeout", Failure.TIMEOUT), ("sslerror", Failure.TLS), ("connectionerror", Failure.UNREACHABLE),
    ("not_configured", Failure.OUR_SIDE), ("what", Failure.OTHER), ("", Failure.OTHER)])
def test_so_do_machines(code: str, failure: Failure) -> None:
    assert of_code(code) == failure


@pytest.mark.parametrize(("error", "failure"), [
    (ssl.SSLCertVerificationError(), Failure.TLS),
    (smtplib.SMTPNotSupportedError("STARTTLS extension not supported"), Failure.TLS),
    (TimeoutError(), Failure.TIMEOUT), (ConnectionRefusedError(), Failure.UNREACHABLE),
    (smtplib.SMTPServerDisconnected("Connection unexpectedly closed: timed out"), Failure.TIMEOUT)])
def test_so_does_a_connection(error: Exception, failure: Failure) -> None:
    assert of_exception(error) == failure


def test_every_kind_has_words_of_its_own() -> None:
    assert len({str(each.label) for each in Failure}) == len(Failure)
