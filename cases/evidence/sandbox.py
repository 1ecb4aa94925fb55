"""Our side of the sandbox: hands one file in, takes hashes and a clean picture out, and believes neither.

The worker's side, and the desk's: what a child painted is a stranger's bytes still if the child was taken over, and the desk
holds open keys. Each process keeps one sandbox process (inside.py) from its first file on. A file that kills its child ends
there, and the next one meets a fresh child; should the sandbox itself be gone, it is started anew and the job comes again.
"""
import json
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from cases.evidence import picture
from cases.evidence.picture import BLUR, DEVELOP, GREY, Developed, Unreadable
from cases.outbox.errors import Retry

__all__ = ["Developed", "Unreadable", "blurred", "close", "develop", "grey"]

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.path.insert(0, sys.argv[1]); from cases.evidence import inside; inside.main()"
ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}     # all of it: a fresh child asks for memory in large pieces
PATIENCE = 60                    # seconds; the sandbox ends a child after 40
MOST_BACK = 32 * 1024 * 1024
HEX64, HEX16 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{16}")
TOO_MUCH = {24: "too_large", 9: "too_large", 255: "too_large"}        # SIGXCPU, SIGKILL (memory), not in time; else it crashed


class Sandbox:
    """One process. Not for two threads at once."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        self.control.settimeout(PATIENCE)
        self.owed = False                    # how the child before has ended
        with theirs:
            self.process = subprocess.Popen(             # noqa: S603  our own interpreter and our own code
                [sys.executable, "-I", "-c", START, str(ROOT)], stdin=theirs.fileno(), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env=ENVIRONMENT, cwd="/", start_new_session=True)

    def ask(self, content: bytes) -> bytes:
        """The child's answer, empty if it died. Raises Unreadable when it was ended, OSError when the sandbox is gone."""
        if self.owed:
            self._ended()
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(PATIENCE)
            with theirs:
                socket.send_fds(self.control, [b"."], [theirs.fileno()])
            self.owed = True
            answer = self._spoken(ours, content)
        if not answer and (status := self._ended()):
            raise Unreadable(TOO_MUCH.get(status, "unreadable"))
        return answer

    def _ended(self) -> int:
        """0, or the signal that ended the child. Waits for it."""
        status = self.control.recv(1)
        if not status:
            raise ConnectionResetError
        self.owed = False
        return status[0]

    @staticmethod
    def _spoken(line: socket.socket, content: bytes) -> bytes:
        parts, length = [], 0
        try:
            line.sendall(content)
            line.shutdown(socket.SHUT_WR)
            while length <= MOST_BACK and (part := line.recv(1 << 20)):
                parts.append(part)
                length += len(part)
        except ConnectionError:          # the child died over it; its end says how
            return b""
        return b"".join(parts)

    def close(self) -> None:
        """It ends when nobody speaks to it any more."""
        self.control.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_lock = threading.Lock()
_mine: dict[int, Sandbox] = {}           # by process id: a forked worker starts its own


def develop(content: bytes) -> Developed:
    """Hashes and the clean picture. Raises Unreadable; Retry when the sandbox could not be asked."""
    return checked(asked(DEVELOP, content))


def blurred(content: bytes) -> bytes:
    """JPEG for the desk of a WebP that was kept. Raises as develop."""
    return covered(BLUR, content, b"\xff\xd8\xff")


def grey(content: bytes) -> bytes:
    """WebP. Raises as develop."""
    return covered(GREY, content, b"RIFF")


def covered(what: bytes, content: bytes, begins: bytes) -> bytes:
    """Somebody waits for this, so a sandbox that is gone is started anew at once."""
    try:
        answer = asked(what, content)
    except Retry:
        answer = asked(what, content)
    _facts, found = parsed(answer)
    if not found.startswith(begins):
        raise Unreadable
    return found


def asked(what: bytes, content: bytes) -> bytes:
    with _lock:
        try:
            mine = _mine.get(os.getpid()) or _mine.setdefault(os.getpid(), Sandbox())
            return mine.ask(what + content)
        except OSError as error:         # also a timeout
            _forget()
            raise Retry(code="sandbox") from error


def close() -> None:
    with _lock:
        _forget()


def _forget() -> None:
    """Only our own: what a parent process left in the table is the parent's to end."""
    mine = _mine.pop(os.getpid(), None)
    if mine is not None:
        mine.process.kill()
        mine.close()


def checked(answer: bytes) -> Developed:
    """What a child says that a file may have taken over. Raises Unreadable unless it is what it should be, to the letter."""
    facts, content = parsed(answer)
    try:
        found = Developed(**facts, content=content)
        sound = _sound(found)
    except TypeError as error:
        raise Unreadable from error
    if not sound:
        raise Unreadable
    return found


def parsed(answer: bytes) -> tuple[dict[str, Any], bytes]:
    line, _newline, content = answer.partition(b"\n")
    try:
        facts: dict[str, Any] = json.loads(line)
        if "why" in facts:
            raise Unreadable("too_large" if facts["why"] == "too_large" else "unreadable")
    except (ValueError, TypeError, RecursionError) as error:
        raise Unreadable from error
    return facts, content


def _sound(found: Developed) -> bool:
    sides = all(type(side) is int and 0 < side <= picture.LONGEST_SIDE for side in (found.width, found.height))
    hashes = HEX64.fullmatch(found.pdq) and HEX16.fullmatch(found.phash) and HEX16.fullmatch(found.dhash)
    inside = found.inside == "" or HEX64.fullmatch(found.inside)
    webp = found.content[:4] == b"RIFF" and found.content[8:12] == b"WEBP"
    return bool(sides and hashes and inside and webp and type(found.quality) is int and 0 <= found.quality <= 100)
