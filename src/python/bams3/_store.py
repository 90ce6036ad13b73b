"""Reads ranges of objects below an address, by fsspec."""

from __future__ import annotations

from typing import Any

import fsspec

from bams3.errors import Bams3Error, CorruptError, NotFoundError, TooLargeError


class Store:
    """The objects of a dataset."""

    def __init__(self, address: str, options: dict[str, Any]) -> None:
        self.address = address.rstrip("/")
        try:
            self._fs, root = fsspec.core.url_to_fs(self.address, **options)
        except (ImportError, ValueError) as e:
            raise Bams3Error(f"{address}: cannot be opened: {e}") from e
        self._root = root.rstrip("/")

    def whole(self, key: str, limit: int) -> bytes:
        """Returns a whole object of at most `limit` bytes."""
        name = self.name(key)
        try:
            size = self._fs.size(self._path(key))
            if size is not None and size > limit:
                raise TooLargeError(name, size, limit)
            data = bytes(self._fs.cat_file(self._path(key), start=0, end=size))
        except FileNotFoundError:
            raise NotFoundError(f"{name}: there is no such object") from None
        except (OSError, ValueError) as e:
            raise Bams3Error(f"{name}: cannot be read: {e}") from e
        if len(data) > limit:
            raise TooLargeError(name, len(data), limit)
        return data

    def range(self, key: str, offset: int, length: int) -> bytes:
        """Returns exactly `length` bytes of an object."""
        name = self.name(key)
        try:
            data = bytes(self._fs.cat_file(self._path(key), start=offset, end=offset + length))
        except FileNotFoundError:
            raise CorruptError(name, "object", "is missing") from None
        except (OSError, ValueError) as e:
            raise Bams3Error(f"{name}: cannot be read: {e}") from e
        if len(data) > length:
            raise Bams3Error(f"{name}: the store sends more than the range that was asked for")
        if len(data) < length:
            raise CorruptError(name, "object", f"ends before byte {offset + length}")
        return data

    def size(self, key: str) -> int:
        """Returns the length of an object."""
        try:
            return int(self._fs.size(self._path(key)))
        except FileNotFoundError:
            raise CorruptError(self.name(key), "object", "is missing") from None
        except (OSError, TypeError) as e:
            raise Bams3Error(f"{self.name(key)}: cannot be read: {e}") from e

    def name(self, key: str) -> str:
        """Returns the address of an object, for messages."""
        return f"{self.address}/{key}"

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"
