"""A proxy that opens tunnels (CONNECT), and behind it one server that plays every host of the world, on loopback ports."""
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class World:
    """`url`: of the proxy. `tunnels`: whereto it was asked to open one; `heard`: what came out of each, as the server reads it.

    The server says `answer`, byte by byte if it `drips`; the proxy opens nothing while it `refuses`. With a `certificate` the
    server speaks TLS.
    """
    url: str = ""
    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
    drips: bool = False
    refuses: bool = False
    certificate: Path | None = None
    tunnels: list[str] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def look_proxy() -> Iterator[World]:
    world, over = World(), threading.Event()
    server = listening(over, lambda line: serve(world, line))
    proxy = listening(over, lambda line: tunnel(world, line, server))
    world.url = f"http://127.0.0.1:{proxy}"
    try:
        yield world
    finally:
        over.set()


def listening(over: threading.Event, handle: Callable[[socket.socket], None]) -> int:
    """Its port."""
    door = socket.create_server(("127.0.0.1", 0))
    door.settimeout(0.05)

    def each() -> None:
        with door:
            while not over.is_set():
                with suppress(TimeoutError):
                    line, _peer = door.accept()
                    line.settimeout(5)
                    threading.Thread(target=answer, args=(handle, line), daemon=True).start()

    threading.Thread(target=each, daemon=True).start()
    return int(door.getsockname()[1])


def answer(handle: Callable[[socket.socket], None], line: socket.socket) -> None:
    with suppress(OSError), line:                       # until the other side has enough
        handle(line)


def head(line: socket.socket) -> bytes:
    taken = b""
    while b"\r\n\r\n" not in taken and (more := line.recv(4096)):
        taken += more
    return taken


def tunnel(world: World, line: socket.socket, server: int) -> None:
    method, target = head(line).decode().split(" ")[:2]
    world.tunnels.append(f"{method} {target}")
    if world.refuses:
        line.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        return
    with socket.create_connection(("127.0.0.1", server), 5) as behind:
        line.sendall(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
        there = threading.Thread(target=relay, args=(line, behind), daemon=True)
        there.start()
        relay(behind, line)
        there.join(5)


def relay(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(4096):
            target.sendall(part)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def serve(world: World, line: socket.socket) -> None:
    if world.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(world.certificate)
        line = context.wrap_socket(line, server_side=True)
    with line:
        world.heard.append(head(line))
        for part in [world.answer[i:i + 1] for i in range(len(world.answer))] if world.drips else [world.answer]:
            line.sendall(part)
            time.sleep(0.05 if world.drips else 0)
