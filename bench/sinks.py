"""Who gets the notices of a run: a mail server and a partner's API on loopback, each as well or as ill as the run wants.

What counts as arrived is what they took: a mail that was answered with 250, a request that was acted on. Nothing is written down
for what they refuse or drop. Both know our notices and those of plain Celery apart by the key that each bears.
"""
import asyncio
import json
import random
import re
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.fakes.webhook_receiver import self_signed

MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([0-9a-f]{32})@", re.MULTILINE | re.IGNORECASE)      # staff mail has another kind
STALL = 4.0                     # seconds: longer than whoever sends has patience for


@dataclass
class Mailbox:
    """aiosmtpd's handler. `mood`: well, stalls, resets, or a reply to every mail; `takes`: seconds that it needs for one."""
    mood: str = "well"
    takes: float = 0.0
    arrived: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)             # was told so, once and for all
    times: list[float] = field(default_factory=list)
    content: list[bytes] = field(default_factory=list)         # what came last

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        found = MESSAGE_ID.search(bytes(envelope.original_content or b""))
        key, mood = found[1].decode() if found else "", self.mood
        await asyncio.sleep(STALL if mood == "stalls" else self.takes)
        if mood == "resets":
            return self.reset(server, key)
        if mood.startswith("5"):
            self.refused.add(key)
        if mood[0] in "45" or mood == "stalls":
            return mood if mood[0] in "45" else "451 4.3.0 too late"
        self.take(key)
        self.content = [bytes(envelope.original_content or b"")]
        return "250 2.0.0 Ok: queued"

    def reset(self, server: SMTP, key: str) -> str:
        """Half of them after it took the mail: the worst moment, which no sender can tell from the other half."""
        if random.random() < 0.5:  # noqa: S311  not a secret
            self.take(key)
        server.transport.abort()
        return "421 4.3.0 gone"

    def take(self, key: str) -> None:
        if key:
            self.arrived[key] += 1
            self.times.append(time.monotonic())


class OnAnyPort(Controller):
    """aiosmtpd looks whether it listens at the port it was asked for, which is none yet."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(takes: float = 0.0) -> Iterator[tuple[Mailbox, int]]:
    """The mailbox and its port."""
    there = Mailbox(takes=takes)
    server = OnAnyPort(there, hostname="127.0.0.1", port=0, ready_timeout=30)
    server.start()
    try:
        yield there, server.port
    finally:
        server.stop(no_assert=True)


@dataclass
class Partner:
    """An API that knows a repeated request by its Idempotency-Key, and acts once. `mood`: well, drips, resets or a status."""
    certificate: Path
    url: str = ""
    mood: str = "well"
    keys: dict[str, str] = field(default_factory=dict)          # of what it acted on: key → reference
    repeated: int = 0
    refused: set[str] = field(default_factory=set)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def act(self, key: str, reference: str) -> None:
        with self.turn:
            self.repeated += key in self.keys
            self.keys.setdefault(key, reference)

    def twice(self) -> list[str]:
        """References that it acted on more than once, because they came under several keys."""
        return [reference for reference, count in Counter(self.keys.values()).items() if count > 1]


class Answers(BaseHTTPRequestHandler):
    partner: Partner

    def do_POST(self) -> None:
        self.close_connection, partner, mood = True, self.partner, self.partner.mood
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key, reference = self.headers["Idempotency-Key"].strip('"'), json.loads(body)["reference"]
        if mood == "well" or mood in {"drips", "resets"} and random.random() < 0.5:  # noqa: S311  not a secret
            partner.act(key, reference)
        if mood == "drips":
            return self.drip()
        if mood == "resets":
            return self.connection.close()
        if mood.startswith("4"):
            partner.refused.add(key)
        self.send_response(204 if mood == "well" else int(mood))
        self.end_headers()
        return None

    def drip(self) -> None:
        """A slow loris: a byte at a time, for longer than a caller should wait."""
        with suppress(OSError):
            for byte in b"HTTP/1.1 204 No Content\r\nX-Slow: " + b"x" * 100:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)

    def log_message(self, *_: object) -> None:
        pass


class Patient(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A caller that was killed in the middle is what the run is about."""


@contextmanager
def partner_api(folder: Path) -> Iterator[Partner]:
    partner = Partner(self_signed(folder / "partner.pem"))
    server = Patient(("127.0.0.1", 0), type("Answering", (Answers,), {"partner": partner}))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(partner.certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    partner.url = f"https://127.0.0.1:{server.server_address[1]}/notices"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield partner
    finally:
        server.shutdown()
        server.server_close()
