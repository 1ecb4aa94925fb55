"""Somebody else's list as a server that may misbehave: answers come in the order they were told.

    with Lists() as lists:
        lists.says(b"{}"), lists.says(status=503), lists.breaks_off(b"half a page"), lists.drips(b"a byte now and then")
"""
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Lists:
    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes, int, dict[str, str]]] = []
        self.asked: list[str] = []
        self.pace = 0.0                                 # seconds between two bytes
        self.over = threading.Event()
        lists = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                lists.asked.append(self.path)
                status, body, claimed, headers = lists.answers.pop(0) if lists.answers else (500, b"", 0, {})
                self.send_response(status)
                for name, value in {"Content-Length": str(claimed), "Connection": "close", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.close_connection = True
                for piece in lists.pieces(body):
                    try:
                        self.wfile.write(piece)
                    except OSError:                     # they have had enough
                        return

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def pieces(self, body: bytes) -> Iterator[bytes]:
        """All at once, or byte by byte until somebody has had enough."""
        if not self.pace:
            yield body
            return
        for n in range(len(body)):
            yield body[n:n + 1]
            if self.over.wait(self.pace):
                return

    def says(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        self.answers.append((status, body, len(body), {name.replace("_", "-"): value for name, value in headers.items()}))

    def drips(self, body: bytes, pace: float) -> None:
        """So slowly from now on."""
        self.pace = pace
        self.says(body)

    def breaks_off(self, body: bytes) -> None:
        """The line goes dead in the middle of the page."""
        self.answers.append((200, body, len(body) * 2, {}))

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
