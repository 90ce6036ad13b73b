"""Requests to the service that are repeated, and go on where a transfer broke."""

from __future__ import annotations

import json
import random
import re
import tempfile
import time
from collections.abc import Callable
from typing import IO, Any

import urllib3

from bams3.errors import Bams3Error, IncompleteError, ServiceError

_REPEATED = {408, 425, 429, 500, 502, 503, 504}
_PIECE = 64 << 10
_IN_MEMORY = 8 << 20
_ANSWER_LIMIT = 256 << 20
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)\Z")


class Connection:
    """A pool of connections; each request is repeated `retries` times without progress before it fails."""

    def __init__(self, timeout: float, retries: int, connections: int = 8) -> None:
        self._pool = urllib3.PoolManager(
            num_pools=8, maxsize=connections, retries=False, timeout=urllib3.Timeout(connect=timeout, read=timeout)
        )
        self._retries = retries

    def json(self, method: str, url: str, headers: dict[str, str], body: Any = None) -> Any:
        """Returns the JSON document that a request answers."""
        encoded = None if body is None else json.dumps(body).encode()
        fields = {**headers, "Accept-Encoding": "identity"}
        if encoded is not None:
            fields["Content-Type"] = "application/json"
        data = self._repeat(url, lambda: self._whole(method, url, fields, encoded))
        try:
            return json.loads(data)
        except ValueError as e:
            raise IncompleteError(f"{url}: the answer is no JSON document: {e}") from None

    def _repeat(self, url: str, action: Callable[[], bytes]) -> bytes:
        attempt = 0
        while True:
            try:
                return action()
            except _Again as e:
                attempt += 1
                if attempt > self._retries:
                    raise e.error from None
                _pause(attempt, e.after)

    def _whole(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> bytes:
        try:
            response = self._pool.request(method, url, headers=headers, body=body, preload_content=False, redirect=True)
            try:
                data = response.read(_ANSWER_LIMIT + 1)
            finally:
                response.close()
        except urllib3.exceptions.HTTPError as e:
            raise _Again(IncompleteError(f"{url}: {_reason(e)}")) from None
        if len(data) > _ANSWER_LIMIT:
            raise Bams3Error(f"{url}: the answer has more than {_ANSWER_LIMIT} bytes")
        if response.status >= 300:
            raise _refusal(url, response.status, response.headers, data)
        expected = response.headers.get("Content-Length")
        if expected is not None and int(expected) != len(data):
            raise _Again(IncompleteError(f"{url}: the answer broke off"))
        return data

    def stream(self, url: str, headers: dict[str, str], body: Any, is_whole: Callable[[IO[bytes]], bool]) -> IO[bytes]:
        """Returns what a POST answers, which is asked for again until it is whole."""
        file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        fields = {**headers, "Accept-Encoding": "identity", "Content-Type": "application/json"}

        def take() -> bytes:
            file.seek(0)
            file.truncate()
            try:
                response = self._pool.request(
                    "POST", url, headers=fields, body=json.dumps(body).encode(), preload_content=False, redirect=True
                )
                try:
                    if response.status != 200:
                        raise _refusal(url, response.status, response.headers, response.read(_PIECE))
                    for piece in response.stream(_PIECE, decode_content=False):
                        file.write(piece)
                finally:
                    response.close()
            except urllib3.exceptions.HTTPError as e:
                raise _Again(IncompleteError(f"{url}: {_reason(e)}")) from None
            if not is_whole(file):
                raise _Again(IncompleteError(f"{url}: the answer broke off"))
            return b""

        try:
            self._repeat(url, take)
            file.seek(0)
            return file
        except BaseException:
            file.close()
            raise

    def part(self, url: str, headers: dict[str, str], progress: Callable[[int], None]) -> tuple[IO[bytes], bool]:
        """Returns the bytes at an address of a ticket, and whether their length was known beforehand.

        A transfer that breaks is taken up where it broke, if the service takes ranges, and begun again otherwise.
        """
        file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        try:
            transfer = _Transfer(self._pool, url, headers, file, progress)
            attempt = 0
            while not transfer.done:
                before = transfer.received
                try:
                    transfer.go_on()
                except _Again as e:
                    attempt = 1 if transfer.received > before else attempt + 1
                    transfer.attempts += 1
                    if attempt > self._retries or transfer.attempts > 20 * (self._retries + 1):
                        raise e.error from None
                    _pause(attempt, e.after)
            file.seek(0)
            return file, transfer.length is not None
        except BaseException:
            file.close()
            raise


class _Again(Exception):
    """A failure that may pass, and for how many seconds the service asks to wait."""

    def __init__(self, error: Bams3Error, after: float = 0.0) -> None:
        super().__init__(error)
        self.error = error
        self.after = after


class _Transfer:
    """The bytes at one address, as far as they have come."""

    def __init__(
        self,
        pool: urllib3.PoolManager,
        url: str,
        headers: dict[str, str],
        file: IO[bytes],
        progress: Callable[[int], None],
    ) -> None:
        self._pool = pool
        self._url = url
        self._headers = headers
        self._file = file
        self._progress = progress
        self._tag: str | None = None
        self.received = 0
        self.attempts = 0
        self.length: int | None = None
        self.done = False

    def go_on(self) -> None:
        """Asks for the bytes that are missing, and takes what comes."""
        headers = {**self._headers, "Accept-Encoding": "identity", "Range": f"bytes={self.received}-"}
        if self.received and self._tag is not None:
            headers["If-Range"] = self._tag
        try:
            response = self._pool.request("GET", self._url, headers=headers, preload_content=False, redirect=True)
            try:
                if response.status == 416 and self.received and self.length is None:
                    self._again()
                    raise _Again(IncompleteError(f"{self._url}: the answer changed between two requests"))
                if response.status not in (200, 206):
                    raise _refusal(self._url, response.status, response.headers, response.read(_PIECE))
                self._take(response)
            finally:
                response.close()
        except urllib3.exceptions.HTTPError as e:
            raise _Again(IncompleteError(f"{self._url}: {_reason(e)}")) from None
        if self.length is not None and self.received != self.length:
            raise _Again(IncompleteError(f"{self._url}: the answer broke off"))
        self.done = True

    def _take(self, response: urllib3.BaseHTTPResponse) -> None:
        tag = response.headers.get("ETag")
        length = self._announced(response)
        changed = self.received and (tag is None or tag != self._tag or length != (self.length or length))
        if response.status == 200 or changed:
            self._again()
            if response.status == 206 and changed:
                raise _Again(IncompleteError(f"{self._url}: the answer changed between two requests"))
        self._tag = tag
        self.length = length
        for piece in response.stream(_PIECE, decode_content=False):
            self._file.write(piece)
            self.received += len(piece)
            self._progress(len(piece))

    def _announced(self, response: urllib3.BaseHTTPResponse) -> int | None:
        """Returns the length of the whole, where the answer says it."""
        if response.status == 200:
            length = response.headers.get("Content-Length")
            return int(length) if length is not None and length.isdigit() else None
        match = _RANGE.match(response.headers.get("Content-Range", ""))
        if match is None or int(match.group(1)) != self.received or int(match.group(2)) + 1 != int(match.group(3)):
            raise Bams3Error(f"{self._url}: the answer is another range than was asked for")
        return int(match.group(3))

    def _again(self) -> None:
        self._progress(-self.received)
        self._file.seek(0)
        self._file.truncate()
        self.received = 0
        self._tag = None
        self.length = None


def _refusal(url: str, status: int, headers: Any, data: bytes) -> Exception:
    kind, message = "", data[:300].decode("utf-8", "replace").strip()
    try:
        document = json.loads(data)["htsget"]
        kind, message = str(document["error"]), str(document["message"])
    except (ValueError, KeyError, TypeError):
        pass
    error = ServiceError(status, kind, f"{url.split('?', maxsplit=1)[0]}: {status} {message}")
    if status not in _REPEATED:
        return error
    after = headers.get("Retry-After", "")
    return _Again(error, float(after) if after.isdigit() else 0.0)


def _reason(error: Exception) -> str:
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "the service did not answer in time"
    return f"the connection broke: {error}"


def _pause(attempt: int, after: float) -> None:
    time.sleep(min(60.0, after) if after else random.uniform(0, min(10.0, 0.05 * 2**attempt)))
