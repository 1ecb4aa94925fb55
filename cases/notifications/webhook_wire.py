"""How a webhook's message is signed and leaves (docs/webhooks.md). Signature and headers are those of Standard Webhooks 1.0.0.

Who registers an address makes our worker call it, so it is called only where anybody could: the name is looked up once, every
address behind it is judged, and the connection goes to one of those, so that a name cannot answer otherwise a moment later.
Private networks are closed unless the operator has opened them (settings.WEBHOOK_NETWORKS). No redirect is followed.
"""
import base64
import hashlib
import hmac
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPException, HTTPResponse, HTTPSConnection, RemoteDisconnected
from io import BufferedReader
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from django.conf import settings

from cases.outbox.errors import Retry, Stop

TIMEOUT, LONGEST_CALL = settings.WEBHOOK_SECONDS        # an answer that drips byte by byte keeps no worker
LONGEST_WAIT = 3600                     # what a receiver may ask for in Retry-After
HTTPS, LOWEST_PORT = 443, 1024          # others below belong to other services: mail, names
NAT64 = ip_network("64:ff9b::/96")
Address = IPv4Address | IPv6Address


class BadAddress(ValueError):
    """Not an https address that we would call. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Gone(Stop):
    """The receiver wants nothing more (410)."""


def parsed(url: str) -> SplitResult:
    """Raises BadAddress. What its name leads to is judged when something is sent."""
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        raise BadAddress("malformed") from None
    if parts.scheme != "https" or not parts.hostname or not url.isascii() or any(char.isspace() for char in url):
        raise BadAddress("malformed")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadAddress("malformed")
    if port is not None and port != HTTPS and port < LOWEST_PORT:
        raise BadAddress("port")
    literal = _literal(parts.hostname)
    if literal is not None and not allowed(literal) or parts.hostname.rpartition(".")[2] == "localhost":
        raise BadAddress("private_address")
    return parts


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def allowed(address: Address) -> bool:
    """Whether anybody could reach it, or the operator has opened its network."""
    inner = _inner(address)
    return public(address) or any(inner.version == network.version and inner in network for network in settings.WEBHOOK_NETWORKS)


def public(address: Address) -> bool:
    """Whether anybody could reach it."""
    inner = _inner(address)
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _inner(address: Address) -> Address:
    """An IPv4 address that hides in an IPv6 one is what it is."""
    if isinstance(address, IPv4Address):
        return address
    hidden = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if hidden is None and address in NAT64:
        hidden = IPv4Address(int(address) & 0xFFFFFFFF)
    return hidden or address


def resolved(host: str, port: int) -> str:
    """One address behind the name, after all of them were judged. Raises Retry (no answer), Stop (one is not allowed)."""
    try:
        addresses = behind(host, port)
    except OSError as error:
        raise Retry(code="no_such_name") from error
    if not addresses or not all(map(allowed, addresses)):
        raise Stop("private_address")
    return str(addresses[0])


def behind(host: str, port: int) -> Sequence[Address]:
    """Every address behind the name, each of them once. Raises OSError."""
    found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    return [ip_address(str(each).partition("%")[0]) for each in sorted(map(str, found))]


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """`webhook-signature`: HMAC-SHA256 over "id.timestamp.body"."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()}"


def shown(secret: bytes) -> str:
    """As its owner is given it, once."""
    return f"whsec_{base64.b64encode(secret).decode()}"


class Lines(BufferedReader):
    """Remembers the last line that was read; at the end of the stream that is empty."""
    last = b""

    def readline(self, size: int | None = -1) -> bytes:
        self.last = super().readline(size)
        return self.last


class Whole(HTTPResponse):
    """A head that breaks off is no answer (RFC 9112, section 8), whatever its first line said. The library would take it."""

    def begin(self) -> None:
        self.fp = lines = Lines(self.fp.detach())
        super().begin()
        if not lines.last:
            raise RemoteDisconnected("the head broke off")


class Pinned(HTTPSConnection):
    """To the address that was judged, with the name in the certificate's check and in the request."""
    response_class = Whole

    def __init__(self, host: str, port: int, address: str) -> None:
        self.context = ssl.create_default_context(cafile=settings.WEBHOOK_CA_FILE or None)
        super().__init__(host, port, timeout=TIMEOUT, context=self.context)
        self.address = address

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), TIMEOUT)
        self.sock = tls = self.context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        tls.do_handshake()

    def hang_up(self) -> None:
        """From another thread: whoever reads at this moment finds the line cut."""
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)         # not the TLS layer's own, which would wait


def post(url: str, body: bytes, *, message_id: UUID, timestamp: int, secret: bytes) -> int:
    """Deliver a webhook's message; the status of a yes. Raises Retry, Stop, Gone."""
    return call(url, body, {
        "Content-Type": "application/json", "User-Agent": "Mehfooz-Webhooks/1", "webhook-id": str(message_id),
        "webhook-timestamp": str(timestamp), "webhook-signature": signature(secret, str(message_id), timestamp, body)})


def call(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """POST; the status of a yes. Raises Retry, Stop, Gone. What the receiver says beside its status is not read."""
    try:
        parts = parsed(url)
    except BadAddress as error:
        raise Stop(error.code) from error
    host, port = parts.hostname or "", parts.port or HTTPS
    connection = Pinned(host, port, resolved(host, port))
    patience = threading.Timer(LONGEST_CALL, connection.hang_up)
    patience.start()
    try:
        connection.request("POST", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", body, dict(headers))
        answer = connection.getresponse()
        status, after = answer.status, answer.headers.get("Retry-After", "")
    except ssl.SSLCertVerificationError as error:
        raise Stop("certificate") from error
    except (HTTPException, OSError) as error:
        raise Retry(code=type(error).__name__[:40]) from error
    finally:
        patience.cancel()
        connection.close()
    return _verdict(status, after)


def _verdict(status: int, after: str) -> int:
    if status == 410:
        raise Gone(status)
    if status == 429 or status >= 500:
        asked = min(int(after), LONGEST_WAIT) if after.isascii() and after.isdecimal() else None
        raise Retry(asked, code=status)
    if not 200 <= status < 300:                 # also a redirect: it goes to the address that was registered, or nowhere
        raise Stop(status)
    return status
