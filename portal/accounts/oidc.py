"""Single sign-on with a ministry's OpenID Connect provider (Core 1.0): authorization code, PKCE (RFC 7636), state and nonce.

Authlib speaks the protocol and checks the token. mozilla-django-oidc checks neither audience nor issuer by itself (its issue 340)
and knows no discovery. Authlib's own Django client keeps the state in the session, whose cookie is SameSite=Strict and so is not
sent when the provider leads the browser back: here the state is in a cookie of its own, signed, for ten minutes, used once.

A provider proves who somebody is. It makes no account, gives no role and opens no vault.
"""
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cases.audit.services import actor, record
from portal.accounts import alerts, sessions
from portal.accounts.models import Identity, User

COOKIE_SECONDS, TICKET_SECONDS = 600, 120
TIMEOUT = 10                                    # seconds, for each of three requests
ALGORITHMS = ["RS256", "PS256", "ES256"]        # never "none", never a shared secret
LEEWAY = 30                                     # seconds that two clocks may differ
SALT = "portal.accounts.oidc"


class Refused(Exception):
    """What came back is not what was asked for, or not from whom. The message is a code for the log, never the answer itself."""


class NoOtherWay(Exception):
    """Without single sign-on the member could not sign in at all."""


class Unreachable(Exception):
    """The provider does not answer, or not in a way that can be understood."""


@dataclass(frozen=True)
class Proved:
    """Who the provider says this is. `email` is empty unless verified; `factor`: a second factor that we accept was shown."""
    subject: str
    email: str
    factor: bool


def configured() -> bool:
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID) and settings.PORTAL_ROLE in {"desk", "all"}


# --- there and back ---------------------------------------------------------------------------------------------------
def begin(wish: str) -> tuple[str, str]:
    """The provider's address to go to, and what this browser keeps until it comes back. Raises Unreachable."""
    kept = {"state": secrets.token_urlsafe(32), "nonce": secrets.token_urlsafe(32), "verifier": secrets.token_urlsafe(48),
            "next": wish}
    place = _discovered()["authorization_endpoint"]
    address, _ = _client().create_authorization_url(place, state=kept["state"], nonce=kept["nonce"],
                                                    code_verifier=kept["verifier"])
    return address, signing.dumps(kept, key=_key(), salt=SALT)


def come_back(request: HttpRequest, kept_by_browser: str) -> tuple[Proved, str]:
    """Who came back, and where they wanted to go. Raises Refused, Unreachable."""
    kept, answer = _kept(kept_by_browser), request.GET
    if not secrets.compare_digest(answer.get("state", "").encode(), kept["state"].encode()):
        raise Refused("state")
    if not once("state", kept["state"], COOKIE_SECONDS):
        raise Refused("replayed")
    if answer.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:         # RFC 9207: another provider's answer
        raise Refused("issuer")
    if "error" in answer or not answer.get("code"):
        raise Refused("no_code")
    return _proved(_claims(answer["code"], kept)), kept["next"]


def once(kind: str, value: str, seconds: int) -> bool:
    """True the first time only."""
    return bool(cache.add(f"oidc:{kind}:{hashlib.sha256(value.encode()).hexdigest()}", 1, seconds))


def _kept(kept_by_browser: str) -> dict[str, str]:
    try:
        kept: dict[str, str] = signing.loads(kept_by_browser, key=_key(), salt=SALT, fallback_keys=[], max_age=COOKIE_SECONDS)
    except signing.BadSignature as error:
        raise Refused("cookie") from error
    return kept


def _claims(code: str, kept: dict[str, str]) -> dict[str, Any]:
    """The claims of the ID token, every check of Core 1.0, 3.1.3.7 done."""
    found = _discovered()
    try:
        token = _client().fetch_token(found["token_endpoint"], code=code, code_verifier=kept["verifier"], timeout=TIMEOUT,
                                      allow_redirects=False)
        opened = jwt.decode(token["id_token"], KeySet.import_key_set(_get(found["jwks_uri"])), algorithms=ALGORITHMS)
        claims = CodeIDToken(
            opened.claims, opened.header, {"iss": {"essential": True, "value": found["issuer"]},
                                           "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID}},
            {"nonce": kept["nonce"], "client_id": settings.OIDC_CLIENT_ID, "access_token": token.get("access_token")})
        claims.validate(leeway=LEEWAY)
    except requests.RequestException as error:
        raise Unreachable from error
    except (AuthlibBaseError, JoseError, KeyError, ValueError, TypeError) as error:
        raise Refused("token") from error
    return dict(claims)


def _proved(claims: dict[str, Any]) -> Proved:
    """`email_verified` must be true itself: a provider that lets people type an address would let them name a colleague's."""
    email = str(claims.get("email", "")).lower() if claims.get("email_verified") is True else ""
    shown = {*claims.get("amr", []), str(claims.get("acr", ""))}
    return Proved(str(claims["sub"]), email, bool(shown & set(settings.OIDC_SECOND_FACTOR)))


def _key() -> str:
    """The desk's alone: the CMS, which shares SECRET_KEY, holds no client secret and signs nobody in here."""
    return f"{settings.SECRET_KEY} {settings.OIDC_CLIENT_SECRET}"


def _client() -> OAuth2Session:
    return OAuth2Session(settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, scope="openid email", code_challenge_method="S256",
                         redirect_uri=settings.ORIGINS["desk"] + reverse("accounts:single_sign_on_back"))


def _discovered() -> dict[str, str]:
    """The provider's own description. Its issuer must be the one that was configured (Discovery 1.0, 4.3)."""
    found: dict[str, str] = _get(settings.OIDC_ISSUER.rstrip("/") + "/.well-known/openid-configuration")
    places = [found.get(name, "") for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    scheme = urlsplit(settings.OIDC_ISSUER).scheme
    if found.get("issuer") != settings.OIDC_ISSUER or not all(urlsplit(place).scheme == scheme for place in places):
        raise Unreachable
    return found


def _get(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise Unreachable from error
    if not isinstance(found, dict):
        raise Unreachable
    return found


# --- from the page that came back to the member -----------------------------------------------------------------------
def ticket(proved: Proved, wish: str) -> str:
    """What the page sends on. The answer came from another site, so the session's cookie was not with it; with the page's own
    form it is."""
    held = [secrets.token_hex(8), proved.subject, proved.email, proved.factor, wish]
    return signing.dumps(held, key=_key(), salt=f"{SALT}.ticket")


def redeem(presented: str) -> tuple[Proved, str]:
    """Once, within two minutes. Raises Refused."""
    try:
        _, subject, email, factor, wish = signing.loads(
            presented, key=_key(), salt=f"{SALT}.ticket", fallback_keys=[], max_age=TICKET_SECONDS)
    except (signing.BadSignature, ValueError) as error:
        raise Refused("ticket") from error
    if not once("ticket", presented, TICKET_SECONDS):
        raise Refused("replayed")
    return Proved(subject, email, factor), wish


def member_of(proved: Proved) -> User | None:
    """The member to whom this subject was bound, if they still work here."""
    bound = Identity.objects.filter(issuer=settings.OIDC_ISSUER, subject=proved.subject, member__is_active=True)
    found = bound.select_related("member").first()
    return found.member if found else None


def bind(*, member: User, proved: Proved) -> None:
    """Bind a subject to the member who is signed in by our own means. The address must be theirs, verified; neither may be bound
    already. Raises Refused."""
    if proved.email != member.email:
        raise Refused("address")
    try:
        with transaction.atomic():
            Identity.objects.create(member=member, issuer=settings.OIDC_ISSUER, subject=proved.subject)
            record("identity_bound", subject=member.pk, actor=actor(member))
            alerts.tell(member, "identity_bound")
    except IntegrityError as error:
        raise Refused("bound") from error


@transaction.atomic
def unbind(*, member: User, by: User, but: str = "") -> None:
    """Single sign-on lets the member in no more. Sessions end, as any may have begun with it, except `but` (a row key of
    portal.accounts.sessions). Raises NoOtherWay."""
    member = User.objects.select_for_update().get(pk=member.pk)
    if not (member.has_usable_password() or member.passkeys.exists()):
        raise NoOtherWay
    if Identity.objects.filter(member=member).delete()[0]:
        record("identity_unbound", subject=member.pk, actor=actor(by))
        alerts.tell(member, "identity_unbound")
        sessions.end(member=member, by=by, but=but)
