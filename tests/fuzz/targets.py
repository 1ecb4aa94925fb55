"""Every parser that takes bytes from outside, as a function of bytes. Its own typed refusal is the only exception it may raise.

Two drivers call them: hypothesis with rubbish and with damaged real input, atheris guided by the branches it reaches.
"""
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.cookies import CookieError, SimpleCookie
from uuid import UUID

from django.http import QueryDict

from cases.hashing.fingerprint import FingerprintRefused, parse_all
from cases.hashing.wire import ncmec, stopncii
from cases.hashing.wire.stopncii import FetchRequest, Malformed, parse_feedback
from cases.intake import inbox_forms, sealed, state, steps
from cases.vault import aead, envelope, hpke, receipt
from cases.vault.aead import OpenFailed

KEY, CASE = bytes(range(32)), UUID(int=7)
PRIVATE = hpke.new_pair()[0]
DIGITS = set("0123456789")


def text_of(data: bytes) -> str:
    """Text as it reaches a view: Django has decoded it, surrogates are gone."""
    return data.decode("utf-8", "replace")


def sealed_field(data: bytes) -> None:
    try:
        envelope.open_blob(KEY, data, case=CASE, field="answers", record=CASE)
    except OpenFailed:
        return
    raise AssertionError("a forged field opened")


def padded(data: bytes) -> None:
    try:
        plain = envelope.unpad(data)
    except OpenFailed:
        return
    assert envelope.pad(plain) == data


def sealed_key(data: bytes) -> None:
    hpke.is_sealed(data, length=32)
    try:
        hpke.open_blob(PRIVATE, data, info=b"")
    except OpenFailed:
        return
    raise AssertionError("a forged wrap opened")


def public_key(data: bytes) -> None:
    try:
        hpke.seal(data, b"", info=b"")
    except hpke.KeyRefused:
        return


def receipt_code(data: bytes) -> None:
    try:
        code = receipt.normalise(text_of(data))
    except receipt.CodeMalformed:
        return
    assert len(code) == receipt.DIGITS
    assert set(code) <= DIGITS


def locked_receipt(data: bytes) -> None:
    try:
        receipt.unlock_private(KEY, data)
    except OpenFailed:
        return
    raise AssertionError("a forged receipt opened")


def form_state(data: bytes) -> None:
    try:
        state.open_draft(text_of(data))
    except state.Lost:
        return
    raise AssertionError("a forged state opened")


def report_form(data: bytes) -> None:
    """A whole report from nothing but a query string: the same fields for each step."""
    posted, draft = QueryDict(data[:4096]), state.Draft()
    for step in steps.STEPS:
        draft.answers[step.name] = steps.typed(step, steps.walk(draft).known, posted)
    walked = steps.walk(draft)
    for name, form in walked.forms.items():
        steps.shown(steps.BY_NAME[name], walked.before[name], draft.answers[name])
        if form.is_valid():
            steps.told(form)


def fingerprints(data: bytes) -> None:
    try:
        parse_all(text_of(data).split("\n"))
    except FingerprintRefused:
        return


def partner_query(data: bytes) -> None:
    try:
        FetchRequest.parse(QueryDict(data[:4096]).dict())
    except Malformed:
        return


def partner_feedback(data: bytes) -> None:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return                              # the view refuses it: cases.exchange.views.stopncii.parsed
    for parse in (parse_feedback, stopncii.parse_hashes, stopncii.parse_page):
        try:
            parse(body)
        except Malformed:
            continue


def exchanged_xml(data: bytes) -> None:
    """A partner's vote, and a page of a list that we pull."""
    for parse in (ncmec.parse_vote, ncmec.parse_page):
        try:
            parse(data)
        except Malformed:
            continue


def sealed_report(data: bytes) -> None:
    """What Send posts when the browser seals."""
    try:
        sealed.parse(data)
    except sealed.Malformed:
        return


def locator(data: bytes) -> None:
    """What a browser posts in the place of a receipt code."""
    assert all(len(found) == 32 for found in inbox_forms.locators(text_of(data).split("\n")))


def cookie(data: bytes) -> None:
    """What a browser returns of the key that opens a parked private key."""
    try:
        jar = SimpleCookie(text_of(data))
    except CookieError:
        return
    for morsel in jar.values():
        try:
            aead.open_blob(morsel.value.encode(), data, belongs=b"")
        except OpenFailed:
            continue


TARGETS: dict[str, Callable[[bytes], None]] = {target.__name__: target for target in (
    sealed_field, padded, sealed_key, public_key, receipt_code, locked_receipt, form_state, report_form, fingerprints,
    partner_query, partner_feedback, exchanged_xml, sealed_report, locator, cookie)}
ASK_THE_DATABASE = {"report_form"}          # which platforms there are
FINGERPRINT = ("a5" * 32 + ":90:" + "0b" * 32 + ":" + "0c" * 16).encode()
FEEDBACK = {"count": 1, "hashFeedbacks": [{"hashValue": "a5" * 32, "signalType": "ImagePDQ", "feedbackValue": "Blocked",
                                           "tags": ["nude"], "source": "platform"}]}
ID, WRAP = "6f1c1a52-6c1e-4a6b-9d7e-3f0f5f6b2a11", {"version": 1, "sealed": b64encode(bytes(sealed.WRAPPED[0])).decode()}
REPORT = {
    "submission": ID, "case": ID, "unit": ID, "platforms": ["tiktok"], "fingerprints": [], "contact": None, "consents": [],
    "facts": {"harm": "sextortion", "age_now": "adult", "age_then": "unknown", "dangers": ["deadline"], "conflict": "",
              "wants_woman": False},
    "receipt": {"locator": b64encode(KEY).decode(), "public": b64encode(hpke.new_pair()[1]).decode(),
                "locked": b64encode(bytes(sealed.LOCKED[0])).decode(), "salt_version": 1},
    "key": {"id": ID, "wraps": {"unit": WRAP}},
    "conversation": {"id": ID.replace("6", "7"), "wraps": {"unit": WRAP, "reporter": WRAP}},
    "answers": b64encode(bytes(sealed.SEALED[0])).decode(), "summary": b64encode(bytes(sealed.SHORT[0])).decode()}


def seeds(name: str) -> Iterator[bytes]:
    """Real input, for drivers to damage."""
    yield from {
        "sealed_field": [envelope.seal(bytes(32), b"x", case=CASE, field="answers", record=CASE)],
        "padded": [envelope.pad(b"x"), envelope.pad(bytes(300))],
        "sealed_key": [hpke.seal(hpke.new_pair()[1], KEY, info=b"")],
        "public_key": [hpke.new_pair()[1]],
        "receipt_code": [b"1234 5678 9012 3456 7890", "۱۲۳۴-۵۶۷۸-۹۰۱۲-۳۴۵۶-۷۸۹۰".encode()],
        "locked_receipt": [receipt.lock(bytes(32), KEY)],
        "form_state": [state.seal(state.Draft())[:-4].encode()],
        "report_form": [b"relation=me&age_now=19&age_then=19&harm=sextortion&dangers=deadline&story=x&links=https://a.example"
                        b"&handles=@b&platforms=tiktok&wanted=remove&contact=email&address=a@b.example&hours=9-12"
                        b"&share_hashes=yes&ask_platform=yes&assent=yes&fingerprint=" + FINGERPRINT],
        "fingerprints": [FINGERPRINT, FINGERPRINT + b"\n" + FINGERPRINT],
        "partner_query": [b"startTimestamp=1700000000&pageSize=800", b"nextPageToken=" + b"A" * 32],
        "partner_feedback": [json.dumps(FEEDBACK).encode()],
        "exchanged_xml": [b"<feedbackSubmission><affirmative/></feedbackSubmission>",
                          b'<queryResult><images><image><member id="7">M</member><timestamp>2026-11-22T09:00:00Z'
                          b'</timestamp><id>1</id>'
                          b"<fingerprints><pdq>" + b"a5" * 32 + b"</pdq></fingerprints></image></images></queryResult>"],
        "sealed_report": [json.dumps(REPORT).encode()],
        "locator": [b64encode(KEY), KEY.hex().encode()],
        "cookie": [b"vault=" + b"A" * 44],
    }[name]
