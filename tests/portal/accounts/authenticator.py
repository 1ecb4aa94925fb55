"""An authenticator in software, which can also misbehave: what a device would sign, and what an attacker would like it to."""
import hashlib
import json
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN = "https://desk.example.org"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ES256, EC2, P256 = -7, 2, 1


@dataclass
class Authenticator:
    """One credential. `counter` goes up with each signature; 0 for good if `counts` is False."""
    origin: str = ORIGIN
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: token_bytes(32))
    counter: int = 0
    handle: bytes = b""
    prf: bytes = field(default_factory=lambda: token_bytes(32))

    def create(self, options: dict[str, Any], **client: Any) -> str:
        self.handle = base64url_to_bytes(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: EC2, 3: ES256, -1: P256, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        named = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential
        data = self._data(options["rp"]["id"], ATTESTED) + named + cose
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": self._client("webauthn.create", options, client),
                             "attestationObject": attestation}, prf={"enabled": True}, transports=["internal", "nonsense"])

    def get(self, options: dict[str, Any], **client: Any) -> str:
        seen = self._client("webauthn.get", options, client)
        data = self._data(options["rpId"])
        signature = self.key.sign(data + hashlib.sha256(seen).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": seen, "authenticatorData": data, "signature": signature,
                             "userHandle": self.handle})

    def _data(self, rp_id: str, more: int = 0) -> bytes:
        self.counter += self.counts
        return hashlib.sha256(rp_id.encode()).digest() + bytes([self.flags | more]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any], more: dict[str, Any]) -> bytes:
        seen = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(seen | more).encode()

    def _answer(self, response: dict[str, bytes], prf: dict[str, Any] | None = None, **more: Any) -> str:
        name = bytes_to_base64url(self.credential)
        said = {key: bytes_to_base64url(value) for key, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": {**said, **more},
                           "clientExtensionResults": {"prf": prf or {}}})


def challenge(browser: Client, purpose: str, *, arriving: bool = False, **fields: str) -> dict[str, Any]:
    address = "/desk/sign-in/passkey/challenge/" if arriving else "/desk/passkeys/challenge/"
    response = browser.post(address, {"purpose": purpose, **fields})
    assert response.status_code == 200, response.status_code
    return response.json()


def add_passkey(browser: Client, device: Authenticator, name: str = "Telephone") -> None:
    answer = device.create(challenge(browser, "add"))
    response = browser.post("/desk/passkeys/add/", {"credential": answer, "name": name})
    assert response.status_code == 302


def sign_in_with(browser: Client, device: Authenticator, **fields: str):
    answer = device.get(challenge(browser, "sign-in", arriving=True))
    return browser.post("/desk/sign-in/passkey/", {"credential": answer, **fields})
