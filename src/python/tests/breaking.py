"""A proxy that cuts, stalls and refuses, at seeded places; and HAProxy, as operators have it before a service."""

from __future__ import annotations

import contextlib
import pathlib
import random
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit


class Breaking:
    """Passes connections on to a service; each has a fate that the seed and its number give."""

    def __init__(self, url: str, seed: int, share: float) -> None:
        self._target = (urlsplit(url).hostname or "", urlsplit(url).port or 80)
        self._seed = seed
        self._share = share
        self._number = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._closed = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.broken = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Ends the proxy and what waits in it."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._number += 1
            chance = random.Random(self._seed * 1_000_003 + self._number)
            threading.Thread(target=self._serve, args=(client, chance), daemon=True).start()

    def _serve(self, client: socket.socket, chance: random.Random) -> None:
        fate = chance.choice(["reset", "end", "stall", "refuse"]) if chance.random() < self._share else "pass"
        limit = int(chance.expovariate(1 / 40_000))
        if fate != "pass":
            self.broken += 1
        with client:
            if fate == "refuse":
                with contextlib.suppress(OSError):
                    client.recv(1 << 16)
                    client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            with contextlib.suppress(OSError), socket.create_connection(self._target) as upstream:
                threading.Thread(target=_copy, args=(client, upstream), daemon=True).start()
                for piece in _pieces(upstream, None if fate == "pass" else limit):
                    client.sendall(piece)
                if fate == "stall":
                    self._closed.wait(5)
                elif fate == "reset":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        for piece in _pieces(source, None):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def _pieces(source: socket.socket, limit: int | None) -> Iterator[bytes]:
    left = limit
    while left is None or left > 0:
        piece = source.recv(1 << 14 if left is None else min(left, 1 << 14))
        if not piece:
            return
        if left is not None:
            left -= len(piece)
        yield piece


@contextlib.contextmanager
def haproxy(url: str, folder: pathlib.Path) -> Iterator[str]:
    """The address of an HAProxy that lets a service stall for a second and then cuts the answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "haproxy.cfg"
    config.write_text(
        "defaults\n mode http\n timeout connect 2s\n timeout client 5s\n timeout server 1s\n retries 1\n"
        f"frontend front\n bind 127.0.0.1:{port}\n default_backend back\n"
        f"backend back\n option http-server-close\n http-reuse never\n server one {urlsplit(url).netloc}\n"
    )
    process = subprocess.Popen(["haproxy", "-db", "-q", "-f", str(config)])
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            threading.Event().wait(0.05)
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)
