"""Reading what a form carried. Django's own parsing answers a body that is too large with an error page, and all typed is
lost; we take as much as we take, the form then says what is too long, and the rest is thrown away unread."""
from urllib.parse import parse_qsl

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

URLENCODED = "application/x-www-form-urlencoded"
TAKEN = 2 * 1024 * 1024             # bytes read; a form with everything in it has a tenth of that
DRAINED = 16 * 1024 * 1024          # bytes read and dropped, so that the browser hears the answer; beyond it, hang up
PIECE = 64 * 1024
FIELDS = 1_000                      # looked at; the form that asks most has a hundred. A million take seconds to take apart


def posted(request: HttpRequest) -> MultiValueDict:
    """The fields of a urlencoded body, read once. Of any other kind nothing is read: no file gets as far as a temporary file."""
    if not hasattr(request, "posted"):
        request.posted = _read(request)             # type: ignore[attr-defined]   # kept on the request itself
    return request.posted                           # type: ignore[attr-defined,no-any-return]   # put there above


def _read(request: HttpRequest) -> MultiValueDict:
    fields: MultiValueDict = MultiValueDict()
    if request.content_type != URLENCODED:
        return fields
    body = request.read(TAKEN)
    drain(request)
    first = b"&".join(body.split(b"&", FIELDS)[:FIELDS])
    for name, value in parse_qsl(first.decode("utf-8", "replace"), keep_blank_values=True, errors="replace"):
        fields.appendlist(name, value)
    return fields


def body(request: HttpRequest, most: int) -> bytes:
    """The raw bytes of JSON that a script posted, one more than `most` at the most; of any other kind nothing."""
    if request.content_type != "application/json":
        return b""
    read = request.read(most + 1)
    drain(request)
    return bytes(read)


def drain(request: HttpRequest) -> None:
    dropped = 0
    while dropped < DRAINED and (piece := request.read(PIECE)):
        dropped += len(piece)
