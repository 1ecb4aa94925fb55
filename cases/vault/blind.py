"""Blind index: equal handles and links get equal tags, and the tag says nothing without the desk's key. Pure."""
import hashlib
import hmac
import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit

from cases.vault.aead import framed

FRONTS = ("www.", "m.", "mobile.", "mbasic.", "web.", "touch.")       # the same page for another screen
OTHER_NAMES = {"twitter.com": "x.com", "fb.com": "facebook.com", "instagr.am": "instagram.com"}
TRACKING = re.compile(r"utm_\w+|fbclid|gclid|igsh|igshid|si|s|_t|_r|mibextid|rdid|share_\w+|ref|ref_src|ref_url|feature|"
                      r"is_from_webapp|sender_device|__\w+", re.ASCII)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.ASCII | re.IGNORECASE)
PHONE = re.compile(r"(?:\+|0)[\d\s().-]{8,20}", re.ASCII)
COUNTRY = "92"


def tag(key: bytes, kind: str, value: str) -> str:
    """HMAC-SHA256 in hex (64 characters). `value` comes from normalise_handle or normalise_url; `kind` keeps them apart."""
    return hmac.new(key, framed(kind.encode()) + value.encode(), hashlib.sha256).hexdigest()


def normalise_handle(typed: str) -> str:
    """One spelling of an account name or telephone number, however it was typed: "@Name " → "name", "0300 1234567" →
    "+923001234567"."""
    handle = _plain(typed)
    if PHONE.fullmatch(handle):
        return _phone(handle)
    return "".join(handle.casefold().split()).lstrip("@").rstrip("/")


def normalise_url(typed: str) -> str:
    """One spelling of a link: no scheme, mobile front, tracking, fragment or last slash; "" if nothing is left.

    The path keeps its case, because platforms tell apart what differs in it.
    """
    text = "".join(_plain(typed).split())
    try:
        parts = urlsplit(text if SCHEME.match(text) else f"//{text}")
        host = _host(parts.hostname or "")
    except ValueError:                          # not a link; equal nonsense still gets equal tags
        return text.casefold()
    kept = sorted((name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(name))
    return host + parts.path.rstrip("/") + (f"?{urlencode(kept)}" if kept else "")


def _plain(typed: str) -> str:
    """Compatibility forms folded, invisible characters dropped, every digit ASCII."""
    folded = unicodedata.normalize("NFKC", typed)
    visible = "".join(char for char in folded if unicodedata.category(char) not in {"Cf", "Cc", "Cs"} or char.isspace())
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in visible).strip()


def _phone(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    if number.startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+{COUNTRY}{digits[1:]}"                 # 0300… as dialled inside the country


def _host(host: str) -> str:
    host = host.lower().rstrip(".")
    while host.count(".") > 1 and host.startswith(FRONTS):
        host = host.partition(".")[2]
    return OTHER_NAMES.get(host, host)
