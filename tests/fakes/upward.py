"""StopNCII and ThreatExchange as servers that take fingerprints and give them back; what they were told is kept. Verified by the
stock client. A descriptor's id is 7 followed by how many were asked for before it."""
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
                self.say({"success": True, "id": f"7{len(fake.taken)}"})

            def do_DELETE(self) -> None:
                address = urlsplit(self.path)
                fake.taken.append((address.path, {}, {"DELETE": dict(parse_qsl(address.query))}))
                self.say({"success": True})

            def say(self, words: dict[str, object]) -> None:
                body = json.dumps(words).encode()
                self.send_response(fake.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

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
