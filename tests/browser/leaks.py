"""Looks for secrets the way a thief of disks would: in files, in a dump of the database, in everything Redis ever heard.

A secret can hide from `strings`: as hex (bytea), base64 (the broker's messages), JSON or shell escapes. So each text is read in
all of these ways, and each secret is sought in several spellings.
"""
import base64
import binascii
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from portal.accounts.models import Session
from tests.services import SERVICES

HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){16,}")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")
URDU = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def of_code(code: str) -> list[str]:
    """A receipt code in every way that a person or a program may write it."""
    fours = [code[at:at + 4] for at in range(0, 20, 4)]
    written = [code, *(mark.join(fours) for mark in (" ", "-", "\u00a0"))]
    return [*written, *(each.translate(URDU) for each in written)]


def spellings(secret: str) -> set[bytes]:
    in_json, in_url = json.dumps(secret)[1:-1], {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    ways = {secret, in_json, json.dumps(in_json)[1:-1]} | in_url
    return {way.encode() for way in ways} | {secret.encode("utf-16-le")}


def readings(raw: bytes) -> Iterator[bytes]:
    """The bytes themselves, unescaped, and what their runs of hex and base64 stand for."""
    yield raw
    if b"\\x" in raw:
        yield re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), raw)
    for run in HEX.findall(raw):
        yield bytes.fromhex(run.decode())
    for run in BASE64.findall(raw):
        try:
            yield base64.urlsafe_b64decode(run.replace(b"+", b"-").replace(b"/", b"_") + b"=" * (-len(run) % 4))
        except binascii.Error:
            continue


def found_in(raw: bytes, secrets: Iterable[str]) -> set[str]:
    wanted = {secret: spellings(secret) for secret in secrets}
    everything = b"\n".join(readings(raw))
    return {secret for secret, ways in wanted.items() if any(way in everything for way in ways)}


def redis_cli() -> list[str]:
    return ["redis-cli", "-s", str(SERVICES.directory / "redis.sock")]


class Ear:
    """Hears every command that Redis gets from now on: what has expired or been answered by the end was in its memory too."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "redis-heard.txt"
        with self.path.open("wb") as output:
            self.process = subprocess.Popen([*redis_cli(), "monitor"], stdout=output)

    def heard(self) -> bytes:
        self.process.terminate()
        self.process.wait(10)
        return self.path.read_bytes()


def redis_dump() -> bytes:
    """What Redis would write to a disk, uncompressed so that it can be read."""
    for command in (["config", "set", "rdbcompression", "no"], ["save"]):
        subprocess.run([*redis_cli(), *command], check=True, stdout=subprocess.DEVNULL)
    return (SERVICES.directory / "dump.rdb").read_bytes()


def database_dump(name: str, directory: Path) -> bytes:
    path = directory / "dump.sql"
    SERVICES.dump(name, path)
    sessions = json.dumps([session.get_decoded() for session in Session.objects.all()])      # stored compressed
    return path.read_bytes() + sessions.encode()


def files(directory: Path, *, but: Iterable[str] = ()) -> dict[Path, bytes]:
    """Every file below `directory` except in the parts (relative paths) that stand for the outside."""
    outside = [directory / name for name in but]
    return {path: path.read_bytes() for path in sorted(directory.rglob("*"))
            if path.is_file() and not any(path == other or other in path.parents for other in outside)}
