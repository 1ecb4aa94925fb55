"""What runs inside the sandbox: a process that has loaded Pillow and numpy and knows nothing else, and a child of it for each
file.

Started by sandbox.py with nothing of our environment, no descriptor but the one it is spoken to by, and no database. It forks for
each file because loading the libraries takes longer than the work, and a child that has met one file meets no other.
"""
import gc
import io
import json
import os
import select
import signal
import socket

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"      # read once, by the next line but one

import numpy as np
from PIL import Image

from cases.evidence.confinement import confine
from cases.evidence.picture import BLUR, GREY, Unreadable, blurred, develop, grey

WALL_SECONDS = 40
LATE = 255                       # what is reported for a child that had to be ended
MOST_READ = 16 * 1024 * 1024


def main() -> None:
    """Serve until whoever started us hangs up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)        # systemd tells all at once, and the worker may still need us
    control = socket.socket(fileno=os.dup(0))
    os.close(0)
    os.open(os.devnull, os.O_RDONLY)
    warm_up()
    while True:
        _, handed, _, _ = socket.recv_fds(control, 1, 1)
        if not handed:
            return
        control.send(bytes([in_a_child(handed[0], control)]))


def warm_up() -> None:
    """Everything that a file will need is loaded now: later no file can be opened any more, not even ours."""
    for form in ("PNG", "JPEG", "WEBP"):
        out = io.BytesIO()
        Image.fromarray(np.arange(64 * 64 * 3, dtype=np.uint8).reshape(64, 64, 3)).save(out, form)
        develop(out.getvalue())
    blurred(out.getvalue())
    grey(out.getvalue())
    gc.collect()
    gc.freeze()                  # what is loaded is shared with the children, not copied


def in_a_child(data: int, control: socket.socket) -> int:
    """0, or the signal that ended the child, or LATE."""
    ended, ends = os.pipe()
    child = os.fork()
    if child == 0:
        control.close()
        os.close(ended)
        work(data)
    os.close(ends)
    os.close(data)
    in_time, _, _ = select.select([ended], [], [], WALL_SECONDS)         # the pipe closes when the child is gone
    if not in_time:
        os.kill(child, signal.SIGKILL)
    os.close(ended)
    _, status = os.waitpid(child, 0)
    return (status & 127) if in_time else LATE


def work(data: int) -> None:
    """The child's whole life."""
    try:
        line = socket.socket(fileno=data)
        confine()
        line.sendall(answer_to(read(line)))
        line.shutdown(socket.SHUT_WR)        # whoever waits goes on while this process is cleared away
    finally:
        os._exit(0)


def read(line: socket.socket) -> bytes:
    parts, length = [], 0
    while length <= MOST_READ and (part := line.recv(1 << 20)):
        parts.append(part)
        length += len(part)
    return b"".join(parts)


def answer_to(asked: bytes) -> bytes:
    """A line of JSON, then the picture. `asked`: a letter that says what for, then the file."""
    try:
        facts, content = done(asked[:1], asked[1:])
    except Unreadable as error:
        return told({"why": error.why})
    except MemoryError:
        return told({"why": "too_large"})
    except Exception:  # noqa: BLE001  between us and whatever a stranger's file makes a decoder do
        return told({"why": "unreadable"})
    return told(facts) + content


def done(what: bytes, content: bytes) -> tuple[dict[str, object], bytes]:
    if what in {BLUR, GREY}:
        return {}, (blurred if what == BLUR else grey)(content)
    found = develop(content)
    return {name: value for name, value in vars(found).items() if name != "content"}, found.content


def told(facts: dict[str, object]) -> bytes:
    return json.dumps(facts).encode() + b"\n"
