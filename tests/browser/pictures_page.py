"""The picture part of the form on a page of its own, under the portal's policy, served from loopback. What is posted is kept."""
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"


class Site:
    """Pages by path; `/static/` is the repository's own directory. `hold` names files to be refused."""

    def __init__(self, pages: dict[str, str], headers: dict[str, str]) -> None:
        self.pages, self.headers = pages, headers
        self.posts: list[bytes] = []
        self.refused: set[str] = set()
        self.url = ""

    def file(self, path: str) -> tuple[bytes, str] | None:
        if path in self.pages:
            return self.pages[path].encode(), "text/html; charset=utf-8"
        found = STATIC / path.removeprefix("/static/")
        if path in self.refused or not path.startswith("/static/") or not found.is_file():
            return None
        return found.read_bytes(), mimetypes.guess_type(found.name)[0] or "application/octet-stream"


@contextmanager
def serve(pages: dict[str, str], headers: dict[str, str]) -> Iterator[Site]:
    site = Site(pages, headers)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            body, kind = site.file(self.path.split("?")[0]) or (b"", "text/plain")
            self.send_response(200 if body else 404)
            for name, value in {**site.headers, "Content-Type": kind, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            site.posts.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


HASH = """async ({url, bytes, side}) => {
  const worker = new Worker(url, {type: 'module'});
  try {
    const file = await (await fetch('data:application/octet-stream;base64,' + bytes)).blob();
    const start = performance.now();
    const done = await new Promise((resolve, reject) => {
      worker.onerror = () => reject(new Error('the worker did not start'));
      worker.onmessage = ({data}) => { if (!data.progress) resolve(data); };
      worker.postMessage({id: 1, file, side});
    });
    return {...done, ms: performance.now() - start};
  } finally { worker.terminate(); }
}"""                                       # hashes one file in a fresh worker; the page must be allowed to fetch data:
