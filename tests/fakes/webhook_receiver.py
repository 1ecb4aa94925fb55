"""Another system of the ministry that takes webhooks, over TLS with a certificate of its own, on a free loopback port."""
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Receiver:
    """Answers with `status` and `headers`; `taken` holds headers and body of every request. `certificate`: whom to trust.

    `drips`: answers byte by byte instead, without end. `breaks_off`: answers with these bytes instead, and hangs up.
    """
    url: str
    certificate: Path
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    drips: bool = False
    breaks_off: bytes = b""


@contextmanager
def webhook_receiver(folder: Path) -> Iterator[Receiver]:
    certificate = self_signed(folder / "receiver.pem")
    receiver = Receiver("", certificate)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.close_connection = True
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if receiver.drips:
                return self.drip()
            if receiver.breaks_off:
                self.wfile.write(receiver.breaks_off)
                return
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def drip(self) -> None:
            with suppress(OSError):                 # until the other side has enough
                for byte in b"HTTP/1.1 204 No Content\r\nX-Slow: " + b"x" * 100:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.05)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.url = f"https://127.0.0.1:{server.server_address[1]}/mehfooz"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def self_signed(path: Path, address: str = "127.0.0.1") -> Path:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(
        1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path
