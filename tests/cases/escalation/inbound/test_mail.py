"""Mails of every kind, as bytes, and what is read of them."""
from email.message import EmailMessage

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from cases.escalation.inbound import mail
from cases.escalation.inbound.mail import LONGEST, MOST_BYTES, Report, Unreadable, read

BOUNCE = b"""From: MAILER-DAEMON@mx.example\r\nTo: takedown+x@example.org\r\nSubject: Undelivered Mail\r\nMessage-ID: <b@mx>\r
MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r
Content-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n--B\r\nContent-Type: message/delivery-status\r\n\r
Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; legal@x.example\r\nAction: %s\r\nStatus: %s\r
Diagnostic-Code: smtp; 550 no\r\n\r\n--B\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: the notice\r\n\r\n--B--\r\n"""


def written(text: str = "We removed it.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in {"From": "Support <support@x.example>", "To": "takedown+tok@example.org", "Subject": "Re: your notice",
                        "Message-ID": "<1@x.example>", **given}.items():
        message[name] = value
    message.set_content(text)
    return message


def test_words_are_read_and_attachments_thrown_away() -> None:
    message = written("شکریہ۔ It is gone.\n")
    message.add_alternative("<p>Another <b>version</b></p>", subtype="html")
    message.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="x.exe")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="x.png")
    found = read(message.as_bytes())
    assert (found.text, found.left_out, found.automatic, found.report) == ("شکریہ۔ It is gone.", 2, False, None)
    assert (found.sender, found.subject, found.recipients) == ("Support <support@x.example>", "Re: your notice",
                                                               ["takedown+tok@example.org"])


def test_of_html_only_the_words_remain() -> None:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "a@x.example", "<2@x>"
    message.set_content("<style>p{}</style><p>Removed<br>today</p><script>alert(1)</script><img src=https://t.example/p.gif>"
                        "<a href='https://evil.example'>here</a> &lt;ok&gt;", subtype="html")
    assert read(message.as_bytes()).text == "Removed\ntoday\nhere <ok>"


@pytest.mark.parametrize("headers", [
    {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated; x=y"}, {"Precedence": "auto_reply"},
    {"Precedence": "bulk"}, {"X_Autoreply": "yes"}, {"X_Autorespond": "x"}, {"X_Auto_Response_Suppress": "All"},
    {"Return_Path": "<>"}, {"Subject": "Automatic reply: your notice"}, {"Subject": "Out of office"}])
def test_a_machines_reply_is_known(headers: dict[str, str]) -> None:
    assert read(written(**headers).as_bytes()).automatic
    assert not read(written(Auto_Submitted="no").as_bytes()).automatic


@pytest.mark.parametrize(("action", "status", "report"), [
    (b"failed", b"5.1.1", Report("failed", "5.1.1")), (b"delayed", b"4.4.1", Report("delayed", "4.4.1")),
    (b"Failed", b"5.2.2 (full)", Report("failed", "5.2.2")), (b"failed", b"", Report("failed", ""))])
def test_a_mail_servers_report_is_known(action: bytes, status: bytes, report: Report) -> None:
    found = read(BOUNCE % (action, status))
    assert (found.report, found.postmaster, found.left_out) == (report, True, 0)
    assert found.text == "Your mail could not be delivered."


def test_limits_and_what_is_not_a_mail() -> None:
    assert len(read(written("x " * LONGEST).as_bytes()).text) == LONGEST
    for raw in (b"", b"\r\n\r\nwords without a head", b"x" * (MOST_BYTES + 1)):
        with pytest.raises(Unreadable):
            read(raw)
    turned = read(written("a\u202eb\u2066c\x00\x07d").as_bytes()).text
    assert turned == "abcd", "nothing turns the page round"
    assert read(written().as_bytes()).message != read(written(Message_ID="<3@x>").as_bytes()).message


HEADS = [b"", b"Content-Type: multipart/report; boundary=B\r\n\r\n--B\r\n", b"Content-Type: message/delivery-status\r\n\r\n",
         b"From: \xff\r\nTo: =?x?q?=\r\n"]


@hypothesis_settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(HEADS))
def test_any_bytes_are_read_or_refused(raw: bytes, head: bytes) -> None:
    try:
        found = mail.read(head + raw)
    except Unreadable:
        return
    assert len(found.text) <= LONGEST
