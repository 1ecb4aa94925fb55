"""What leaves, on each way, read with what others read it with: XARF's own schemas, another's RFC 9421, poppler, TLS."""
import base64
import json
import subprocess
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
import xarf
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import LazySettings
from django.core import mail
from http_message_signatures import HTTPMessageSignaturesException, HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from requests import Request

from cases.escalation import notices
from cases.escalation.channels import email, letter, signing, webhook
from cases.escalation.channels.base import Outgoing
from cases.escalation.channels.xarf import has_word, reports, send as send_xarf
from cases.escalation.notices import Notice
from cases.outbox.errors import Stop
from cases.priority import Harm
from tests.fakes.webhook_receiver import webhook_receiver

NOTICE = Notice("MZ-23456789AB", ("https://files.example/a?b=1", "@someone", "http://mirror.example/2"), ("ab" * 32, "cd" * 16),
                "Published without consent.", "Rule 3", "PECA 2016 s. 21", False, "A. Khan", harm="intimate_images")
OUT = Outgoing(NOTICE, "abuse@host.example", "en", key="0" * 31 + "7", at=datetime(2026, 11, 23, tzinfo=UTC), recipient="Host")
# RFC 9421, B.1.4 and B.2.6
RFC_KEY = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
RFC_SIGNATURE = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="


def changed(**fields: object) -> Outgoing:
    whole = {**vars(OUT), **fields}
    return Outgoing(**whole)


def test_an_email_stands_in_its_thread_and_in_the_list() -> None:
    first = email.send(OUT).details
    email.send(changed(key="8", earlier=(first["message_id"], "<x@y>"), reply_to="answers+token@example.org"))
    one, two = (sent.message() for sent in mail.outbox)
    assert one["List-Id"] == two["List-Id"] == "<removal-requests.example.org>"
    assert (one["In-Reply-To"], one["Reply-To"]) == (None, "takedown@example.org")
    assert (two["In-Reply-To"], two["References"]) == ("<x@y>", f"{one['Message-ID']} <x@y>")
    assert two["Reply-To"] == "answers+token@example.org"
    assert "Contact: answers+token@example.org" in mail.outbox[1].body
    assert one.get_content_type() == "text/plain"


@pytest.mark.parametrize("child", [False, True])
def test_xarf_reads_our_reports_with_its_own_schemas(child: bool) -> None:
    words = [harm for harm in Harm if has_word(harm, child=child)]
    assert Harm.CHILD_IMAGERY in words
    assert Harm.BULLYING not in words
    assert (Harm.DOXXING in words) != child
    for harm in words:
        notice = Notice(**{**vars(NOTICE), "harm": harm.value, "child": child, "hashes": ()})
        made = reports(changed(notice=notice))
        assert [each["url"] for each in made] == ["https://files.example/a?b=1", "http://mirror.example/2"]
        assert made == reports(changed(notice=notice)), "sent again, it is the same"
        for each in made:
            read = xarf.parse(json.dumps(each), strict=False)
            assert read.errors == []
            assert NOTICE.reference in base64.b64decode(each["evidence"][0]["payload"]).decode()
    wrong = xarf.parse(json.dumps({**made[0], "type": "ncii"}))
    assert wrong.errors, "its schemas know no such word: if they do one day, use it"


def test_a_host_with_a_mailbox_gets_the_reports_beside_the_words() -> None:
    send_xarf(OUT)
    sent = mail.outbox[0]
    assert [name for name, _content, kind in sent.attachments] == ["xarf-1.json", "xarf-2.json"]
    assert json.loads(sent.attachments[0][1])["category"] == "content"
    with pytest.raises(Stop, match="nothing_to_report"):
        send_xarf(changed(notice=Notice(**{**vars(NOTICE), "links": ("@someone",)})))
    with pytest.raises(Stop, match="nothing_to_report"):
        send_xarf(changed(notice=Notice(**{**vars(NOTICE), "harm": "bullying"})))


def test_the_signature_is_the_one_that_the_rfc_prints() -> None:
    key = load_pem_private_key(RFC_KEY, None)
    headers = {"Date": "Tue, 20 Apr 2021 02:07:55 GMT", "Content-Type": "application/json", "Content-Length": "18"}
    covered = ("date", "@method", "@path", "@authority", "content-type", "content-length")
    params = signing.parameters(covered, created=1618884473, keyid="test-key-ed25519")
    base = signing.signature_base("POST", "https://example.com/foo?param=Value&Pet=dog", headers, covered, params)
    assert base64.b64encode(key.sign(base)).decode() == RFC_SIGNATURE                           # type: ignore[union-attr,call-arg]


def test_a_platform_gets_json_that_anothers_verifier_accepts(settings: LazySettings, tmp_path: Path) -> None:
    key = webhook.signing_key()
    keyid = signing.thumbprint(key.public_key())

    class Keys(HTTPSignatureKeyResolver):
        def resolve_public_key(self, key_id: str) -> object:
            return {keyid: key.public_key()}[key_id]

    def verified(headers: dict[str, str], body: bytes) -> list[object]:
        request = Request("POST", running.url, headers=headers, data=body).prepare()
        return HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys()).verify(request)

    with webhook_receiver(tmp_path) as running:
        settings.WEBHOOK_NETWORKS, settings.WEBHOOK_CA_FILE = [ip_network("127.0.0.0/8")], str(running.certificate)
        first = webhook.send(changed(address=running.url)).details
        webhook.send(changed(address=running.url))
        xarf_proof = send_xarf(changed(address=running.url)).details
        settings.NOTICE_SIGNING_KEY = b""
        with pytest.raises(Stop, match="no_signing_key"):
            webhook.send(changed(address=running.url))
    (headers, body), (again, same), *reported = running.taken
    assert verified(headers, body)
    assert (same, again["idempotency-key"]) == (body, headers["idempotency-key"])
    assert headers["content-digest"] == signing.content_digest(body)
    told = json.loads(body)
    assert (told["reference"], told["asked"]["hours"], told["under_18"]) == (NOTICE.reference, 48, False)
    assert (told["locations"], told["fingerprints"]) == (list(NOTICE.links), {"pdq": ["ab" * 32], "md5": ["cd" * 16]})
    assert first["signature"] == headers["signature"]
    with pytest.raises(HTTPMessageSignaturesException):
        verified({**headers, "idempotency-key": '"another"'}, body)
    assert len(reported) == 2 == int(xarf_proof["reports"])


@pytest.mark.parametrize(("language", "words"), [("en", "Request to remove content"), ("ur", "مواد")])
def test_a_letter_is_readable_paper_in_both_languages(language: str, words: str, tmp_path: Path) -> None:
    drafted = notices.draft(reference="MZ-23456789AB", harm=Harm.INTIMATE_IMAGES, child=False, links=list(NOTICE.links),
                            hashes=[], policy="Rule 3", signature="A. Khan", language="en")
    paper = tmp_path / "letter.pdf"
    paper.write_bytes(letter.pdf(changed(notice=drafted), language=language))
    text = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, check=True, text=True).stdout  # noqa: S607
    fonts = subprocess.run(["pdffonts", paper], capture_output=True, check=True, text=True).stdout.splitlines()[2:]  # noqa: S607
    for part in ("MZ-23456789AB", "https://files.example/a?b=1", "A. Khan", "PECA 2016 s. 21"):
        assert part in text, part
    assert words in text
    assert ("without consent" in text) == (language == "en"), "the drafted words are in the letter's language"
    assert all(line.split()[-5] == "yes" for line in fonts), "every font is embedded"
    assert any("Nastaliq" in line for line in fonts) == (language == "ur")


def test_an_email_takes_the_letter_along_where_it_is_wanted() -> None:
    proof = email.send(changed(with_letter=True)).details
    (name, content, kind), = mail.outbox[0].attachments
    assert (name, content[:5], kind) == ("MZ-23456789AB.pdf", b"%PDF-", "application/pdf")
    assert proof["sha256"] != email.send(OUT).details["sha256"]


def test_what_staff_wrote_is_not_put_into_other_words() -> None:
    own = Notice(**{**vars(NOTICE), "reasons": "My own words."})
    assert notices.in_language(own, "ur") == own
    drafted = notices.draft(reference="MZ-2", harm=Harm.DOXXING, child=False, links=[], hashes=[], policy="", signature="A",
                            language="en")
    assert notices.in_language(notices.in_language(drafted, "ur"), "en") == drafted
