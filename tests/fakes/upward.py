"""StopNCII and ThreatExchange as servers that take fingerprints; what they took is kept. Verified by the stock client."""
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

KEYS = ("x-functions-key", "Ocp-Apim-Subscription-Key")


class Upward:
    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, str], Any]] = []          # path, keys, what was in the body
        self.status, fake = 200, self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
                address = urlsplit(self.path)
                keys = {name: self.headers[name] for name in KEYS if name in self.headers}
                body = json.loads(raw) if raw.startswith("{") else {**dict(parse_qsl(address.query)), **dict(parse_qsl(raw))}
                fake.taken.append((address.path, keys, body))
                self.send_response(fake.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
