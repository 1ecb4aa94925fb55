"""Whether an address still answers: one HEAD request through settings.LOOK_PROXY, and of the answer the status line alone.

No header and no body is read, byte by byte up to the end of that line, so that what may be behind it never reaches this machine's
memory but by the grace of the network. The name is looked up here, every address behind it is judged, and the proxy is asked for
one of those, so that no link of a stranger leads into the proxy's own network. No redirect is followed.
"""
import socket
import ssl
import threading
from contextlib import suppress
from ipaddress import IPv6Address
from urllib.parse import quote, urlsplit

from django.conf import settings

from cases.notifications.webhook_wire import behind, public
from cases.outbox.errors import Retry

STEP, LONGEST_CALL = 8, 20              # seconds: for each step, and for all of them together
LONGEST_LINE, LONGEST_HEAD = 512, 8192  # bytes: of a status line; of all that the proxy says first
PORTS = {"http": 80, "https": 443}
AGENT = "Mozilla/5.0"                   # says nothing of who asks
KEPT = "/%:@!$&'()*+,;=~-._?[]"         # of a link as it stands


class Unanswered(Exception):
    """No status came of it. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def proxy(url: str) -> tuple[str, int]:
    """Host and port. Raises ValueError for what names no plain HTTP proxy."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or not parts.port or parts.username or parts.path.strip("/") or parts.query:
        raise ValueError("LOOK_PROXY")
    return parts.hostname, parts.port


def can_look(link: str) -> bool:
    """A web address at the usual port; an account's name is none."""
    try:
        _target(link)
    except Unanswered:
        return False
    return True


def host_of(link: str) -> str:
    return _target(link)[1]


def status_of(link: str) -> int:
    """The HTTP status, such as 404. Raises Unanswered; Retry when the proxy itself does not answer."""
    scheme, host, path = _target(link)
    address = _judged(host, PORTS[scheme])
    try:
        tunnel = Tunnel()
    except OSError as error:
        raise Retry(code="proxy") from error
    patience = threading.Timer(LONGEST_CALL, tunnel.cut)
    patience.start()
    try:
        tunnel.open(address, PORTS[scheme])
        if scheme == "https":
            tunnel.secure(host)
        return tunnel.head(host, path)
    except ssl.SSLCertVerificationError as error:
        raise Unanswered("certificate") from error
    except (OSError, ValueError) as error:
        raise Unanswered(type(error).__name__[:20]) from error
    finally:
        patience.cancel()
        tunnel.sock.close()


def _target(link: str) -> tuple[str, str, str]:
    """Scheme, host and path of a link that may be looked at. Raises Unanswered."""
    try:
        parts, port = urlsplit(link), urlsplit(link).port
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Unanswered("malformed") from None
    if parts.scheme not in PORTS or not host or parts.username is not None or any(char.isspace() for char in link):
        raise Unanswered("malformed")
    if port not in {None, PORTS[parts.scheme]}:
        raise Unanswered("port")
    return parts.scheme, host, quote(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", safe=KEPT)


def _judged(host: str, port: int) -> str:
    """One address behind the name, in brackets where it has colons. Private networks are closed."""
    try:
        addresses = behind(host, port)
    except (OSError, UnicodeError) as error:
        raise Unanswered("no_such_name") from error
    if not addresses or not all(map(public, addresses)):
        raise Unanswered("private_address")
    first = addresses[0]
    return f"[{first}]" if isinstance(first, IPv6Address) else str(first)


class Tunnel:
    """A connection through the proxy, which another thread may cut. `sock` is the TLS layer's once that is there."""

    def __init__(self) -> None:
        self.sock: socket.socket = socket.create_connection(proxy(settings.LOOK_PROXY), STEP)

    def open(self, address: str, port: int) -> None:
        self.sock.sendall(f"CONNECT {address}:{port} HTTP/1.1\r\nHost: {address}:{port}\r\n\r\n".encode())
        status, taken = _status(read_line(self.sock, LONGEST_LINE)), 0
        if not 200 <= status < 300:
            raise Unanswered(f"proxy {status}")
        while (line := read_line(self.sock, LONGEST_HEAD - taken)) != b"\r\n":
            taken += len(line)

    def secure(self, host: str) -> None:
        tls = ssl.create_default_context().wrap_socket(self.sock, server_hostname=host, do_handshake_on_connect=False)
        self.sock = tls
        tls.do_handshake()

    def head(self, host: str, path: str) -> int:
        name = f"[{host}]" if ":" in host else host
        self.sock.sendall(f"HEAD {path} HTTP/1.1\r\nHost: {name}\r\nUser-Agent: {AGENT}\r\nAccept: */*\r\n"
                          "Connection: close\r\n\r\n".encode())
        return _status(read_line(self.sock, LONGEST_LINE))

    def cut(self) -> None:
        """Whoever reads at this moment finds the line cut."""
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)     # not the TLS layer's own, which would wait


def read_line(sock: socket.socket, most: int) -> bytes:
    """Up to its end, and not a byte more. Raises Unanswered for one longer than `most` bytes."""
    taken = b""
    while not taken.endswith(b"\n"):
        byte = sock.recv(1)
        if not byte or len(taken) >= most:
            raise Unanswered("too_long" if byte else "cut_off")
        taken += byte
    return taken


def _status(line: bytes) -> int:
    """Of "HTTP/1.1 404 Not Found". Raises ValueError."""
    version, status = line.split(None, 2)[:2]
    if not version.startswith(b"HTTP/") or not status.isdigit() or len(status) != 3:
        raise ValueError("status line")
    return int(status)
