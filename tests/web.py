"""A browser's requests to a process of its own: cookies, forms with their token, redirects. No script, no picture."""
import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin

URLENCODED = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Answer:
    status_code: int
    content: bytes
    headers: Any

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Web:
    """As much of django.test.Client as the tests of one process use, over a socket."""

    def __init__(self, base: str, headers: dict[str, str] | None = None, *, cookies: dict[str, str] | None = None) -> None:
        self.base, self.headers, self.cookies = base, headers or {}, dict(cookies or {})
        self.opener = urllib.request.build_opener(Stay)

    def get(self, path: str) -> Answer:
        return self.ask(path, None, {})

    def post(self, path: str, body: str, content_type: str = URLENCODED, headers: dict[str, str] | None = None) -> Answer:
        return self.ask(path, body.encode(), {"Content-Type": content_type, "Origin": self.base, **(headers or {})})

    def press(self, page: str, action: str, **fields: str) -> Answer:
        """Send a form of `page` to `action` (relative to it) with its hidden fields, and follow where it leads."""
        shown = self.get(page)
        hidden = dict(re.findall(r'<input type="hidden" name="(csrfmiddlewaretoken|version|loaded)" value="([^"]*)"', shown.text))
        answer = self.post(urljoin(page, action), urlencode({name: unescape(value) for name, value in hidden.items()} | fields))
        return self.get(answer.headers["Location"]) if answer.status_code in {302, 303} else answer

    def ask(self, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        request = urllib.request.Request(urljoin(self.base, path), body, {**self.headers, **headers, **cookie})  # noqa: S310  loopback
        try:
            with self.opener.open(request, timeout=60) as answer:
                return self.read(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return self.read(answer)

    def read(self, answer: Any) -> Answer:
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return Answer(answer.status, answer.read(), answer.headers)
