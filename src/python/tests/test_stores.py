"""Datasets behind https:// and s3://: a server that answers ranges is all that a store has to be."""

from __future__ import annotations

import pathlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from places import VECTORS

import bams3

FOLDER = VECTORS / "read" / "pairs" / "dataset.bams3"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no test vectors")


class _Objects(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(False)

    def do_GET(self) -> None:
        self._answer(True)

    def _answer(self, body: bool) -> None:
        path = pathlib.Path(str(FOLDER.parent) + self.path.split("?")[0].removeprefix("/bucket"))
        if not path.is_file():
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = path.read_bytes()
        size = len(data)
        first, last = 0, size - 1
        wanted = self.headers.get("Range")
        if wanted:
            begin, _, end = wanted.removeprefix("bytes=").partition("-")
            first, last = int(begin), min(int(end or last), last)
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Sat, 28 Nov 2026 10:00:00 GMT")
        self.end_headers()
        if body:
            self.wfile.write(data[first : last + 1])

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Objects)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_https(store: str) -> None:
    dataset = bams3.open(f"{store}/bucket/dataset.bams3")
    assert [r.data for r in dataset.fetch()] == [r.data for r in bams3.open(str(FOLDER)).fetch()]
    dataset.verify()
    with pytest.raises(bams3.NotFoundError):
        bams3.open(f"{store}/bucket/nothing.bams3")


def test_s3(store: str) -> None:
    dataset = bams3.open("s3://bucket/dataset.bams3", anon=True, endpoint_url=store)
    assert [r.data for r in dataset.fetch()] == [r.data for r in bams3.open(str(FOLDER)).fetch()]
    dataset.verify()
    with pytest.raises(bams3.NotFoundError):
        bams3.open("s3://bucket/nothing.bams3", anon=True, endpoint_url=store)
