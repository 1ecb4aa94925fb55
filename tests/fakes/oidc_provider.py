"""An OpenID Connect provider on a free loopback port, as strict as the specifications: Discovery 1.0, Core 1.0 (code flow), PKCE.

    with provider() as ministry:
        back = ministry.signs_in(address, subject="s-1", email="ayesha@example.org")    # where the browser is led back to
"""
import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "mehfooz-desk", "a shared secret"


@dataclass
class Provider:
    issuer: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1", "use": "sig", "alg": "ES256"}))
    signs_with: Any = None                      # another key than the one that is published
    algorithm: str = "ES256"
    described_as: str = ""                      # another issuer than it has
    down: bool = False
    codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = field(default_factory=dict)

    def signs_in(self, address: str, *, subject: str = "s-1", email: str = "ayesha@example.org", verified: Any = True,
                 **claims: Any) -> str:
        """What the provider's own pages do once the person has shown who they are. `claims` override what is right; None leaves
        a claim out."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        assert "openid" in asked["scope"].split()
        assert asked["redirect_uri"].endswith("/desk/single-sign-on/back/")
        assert len(asked["state"]) >= 32
        now, code = int(time.time()), secrets.token_urlsafe(24)
        right = {"iss": self.issuer, "sub": subject, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"],
                 "email": email, "email_verified": verified}
        self.codes[code] = asked, {name: value for name, value in (right | claims).items() if value is not None}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Core 1.0, 3.1.3: the client proves itself, the code works once, the verifier is the challenge's (RFC 7636, 4.6)."""
        asked, claims = self.codes.pop(form.get("code", ""), ({}, {}))
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        right = (authorization == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
                 and form.get("grant_type") == "authorization_code" and form.get("redirect_uri") == asked.get("redirect_uri")
                 and base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == asked.get("code_challenge"))
        if not right:
            return None
        signed = jwt.encode({"alg": self.algorithm, "kid": "1"}, claims, self.signs_with or self.key, algorithms=[self.algorithm])
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def described(self) -> dict[str, Any]:
        return {"issuer": self.described_as or self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys", "response_types_supported": ["code"],
                "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"]}


def shared_secret() -> OctKey:
    """For a token signed with what the client knows as well (an HS256 confusion)."""
    return OctKey.import_key(SECRET * 3)


@contextmanager
def provider() -> Iterator[Provider]:
    ministry = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/.well-known/openid-configuration": ministry.described(),
                     "/keys": {"keys": [ministry.key.as_dict(private=False)]}}
            self.answer(pages.get(self.path))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer(ministry.token({name: values[0] for name, values in form.items()}, self.headers.get("Authorization", "")))

        def answer(self, page: dict[str, Any] | None) -> None:
            body = json.dumps(page or {"error": "invalid_grant"}).encode()
            self.send_response(503 if ministry.down else 200 if page else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ministry.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield ministry
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
