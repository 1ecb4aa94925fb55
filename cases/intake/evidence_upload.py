"""Taking one file out of a multipart body. At no size does a byte of it reach a disk: Django's own handlers would write a
temporary file for anything large, ours only ever collects. Its name is not kept either: names of files tell of people.
"""
import io
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.datastructures import MultiValueDict

from cases.evidence.services import MOST_BYTES
from cases.intake.posting import drain

MULTIPART = "multipart/form-data"
MOST_BODY = MOST_BYTES + 320 * 1024      # with what else a form of ours carries; as in deploy/nginx.conf
FILE = "file"                            # the field


class BrokenOff(Exception):
    """The body did not arrive whole."""


class TooLarge(Exception):
    """More than a file of ours; the body was not looked at."""


@dataclass(frozen=True)
class Upload:
    """`content` is None when no file was chosen."""
    fields: MultiValueDict
    content: bytes | None = field(repr=False)


class Collected(FileUploadHandler):
    """One part of the body in memory, whatever its size; the size of the whole is limited before it is read."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.pieces: list[bytes] = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.pieces.append(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        whole = io.BytesIO(b"".join(self.pieces))
        self.pieces = []
        return InMemoryUploadedFile(whole, self.field_name, FILE, "", file_size, None)

    def upload_interrupted(self) -> None:
        """The body ended within the file. Half a screenshot would be kept as a whole one."""
        raise BrokenOff


def is_upload(request: HttpRequest) -> bool:
    return request.content_type == MULTIPART


def uploaded(request: HttpRequest) -> Upload:
    """The body, read once. Raises TooLarge, BrokenOff (also for what is no multipart body at all)."""
    if _length(request) > MOST_BODY:
        drain(request)
        raise TooLarge
    try:
        fields, files = MultiPartParser(request.META, request, [Collected(request)]).parse()
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        raise BrokenOff from error
    if FILE not in files:
        return Upload(fields, None)
    return Upload(fields, files[FILE].read())


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
