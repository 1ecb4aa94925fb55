"""Signatures over HTTP requests: RFC 9421 with Ed25519, over what is sent, where, and the digest of its content (RFC 9530).

    headers = signed("POST", "https://abuse.example/notices", body, {"Content-Type": "application/json"}, created=now, key=key)

The receiver checks them with our public key, which `manage.py notice_key` prints; `keyid` is its thumbprint (RFC 7638).
"""
import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LABEL = "notice"
COVERED = ("@method", "@target-uri", "content-type", "content-digest", "idempotency-key")
TAG = "mehfooz-notice"


def signed(method: str, url: str, body: bytes, headers: Mapping[str, str], *, created: int,
           key: Ed25519PrivateKey) -> dict[str, str]:
    """`headers` with Content-Digest, Signature-Input and Signature. `created`: seconds since 1970."""
    whole = {**headers, "Content-Digest": content_digest(body)}
    params = parameters(COVERED, created=created, keyid=thumbprint(key.public_key()), tag=TAG)
    value = key.sign(signature_base(method, url, whole, COVERED, params))
    return {**whole, "Signature-Input": f"{LABEL}={params}", "Signature": f"{LABEL}=:{base64.b64encode(value).decode()}:"}


def content_digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def parameters(covered: Sequence[str], *, created: int, keyid: str, tag: str = "") -> str:
    """The value of @signature-params (section 2.3)."""
    names = " ".join(f'"{name}"' for name in covered)
    told = f'({names});created={created};keyid="{keyid}"'
    return f'{told};alg="ed25519";tag="{tag}"' if tag else told


def signature_base(method: str, url: str, headers: Mapping[str, str], covered: Sequence[str], params: str) -> bytes:
    """What is signed (section 2.5). Raises KeyError for a header that is not there."""
    lower, parts = {name.lower(): " ".join(value.split()) for name, value in headers.items()}, urlsplit(url)
    derived = {"@method": method, "@target-uri": url, "@authority": parts.netloc.lower(), "@path": parts.path or "/"}
    lines = [f'"{name}": {derived[name] if name.startswith("@") else lower[name]}' for name in covered]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode()


def public_jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """The members that RFC 8037 asks for."""
    return {"crv": "Ed25519", "kty": "OKP", "x": base64.urlsafe_b64encode(key.public_bytes_raw()).decode().rstrip("=")}


def thumbprint(key: Ed25519PublicKey) -> str:
    canonical = json.dumps(public_jwk(key), separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).decode().rstrip("=")
