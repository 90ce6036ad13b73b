"""Numbers, texts and pieces of bytes, whole columns at a time. Errors are ValueError with the reason alone."""

from __future__ import annotations

from typing import Any

import google_crc32c
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import zstandard

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
Bytes = bytes | bytearray | memoryview

U32_MAX = 0xFFFFFFFF
I32_MAX = 0x7FFFFFFF
WINDOW_LIMIT = 128 << 20

_ZSTD = zstandard.ZstdDecompressor(max_window_size=WINDOW_LIMIT)


def crc32c(data: Bytes | U8) -> int:
    """Returns the CRC-32C (Castagnoli) of the bytes."""
    return int(google_crc32c.value(bytes(data) if isinstance(data, memoryview) else data))


def unpack_zstd(data: bytes, size: int) -> bytes:
    """Returns the content of exactly one zstd frame that declares `size` bytes of content."""
    if data[:4] != b"\x28\xb5\x2f\xfd":
        raise ValueError("is no zstd frame")
    try:
        frame = zstandard.get_frame_parameters(data)
        if frame.dict_id:
            raise ValueError("the zstd frame needs a dictionary")
        if frame.content_size != size:
            raise ValueError("the zstd frame declares another size, or none")
        if frame.window_size > WINDOW_LIMIT:
            raise ValueError("the zstd frame has a window of more than 128 MiB")
        content = _ZSTD.decompress(data, max_output_size=max(size, 1), allow_extra_data=False)
    except zstandard.ZstdError as e:
        raise ValueError(f"cannot be unpacked: {e}") from None
    if len(content) != size:
        raise ValueError("the zstd frame has another size than it declares")
    return bytes(content)


def as_u8(data: Bytes) -> U8:
    """Returns a view of the bytes."""
    return np.frombuffer(data, dtype=np.uint8)


def varints(data: U8, count: int, longest: int = 5, largest: int = U32_MAX) -> I64:
    """Returns the `count` varints that the bytes are, to the last byte."""
    values, used = leading_varints(data, count, longest, largest)
    if used != len(data):
        raise ValueError("has bytes behind its last value")
    return values


def leading_varints(data: U8, count: int, longest: int = 5, largest: int = U32_MAX) -> tuple[I64, int]:
    """Returns the first `count` varints of the bytes, and how many bytes they take."""
    if count > len(data):
        raise ValueError("ends within its values")
    last = data < 0x80
    ends = np.flatnonzero(last)[:count]
    if len(ends) < count:
        raise ValueError("ends within its values")
    if count == 0:
        return np.zeros(0, dtype=np.int64), 0
    used = int(ends[-1]) + 1
    if used == count:
        values = data[:count].astype(np.int64)
    else:
        starts = np.empty(count, dtype=np.int64)
        starts[0] = 0
        starts[1:] = ends[:-1] + 1
        lengths = ends - starts + 1
        if int(lengths.max()) > longest:
            raise ValueError(f"has a number of more than {longest} bytes")
        values = (data[starts] & 0x7F).astype(np.int64)
        left = np.flatnonzero(lengths > 1)
        place = 1
        while len(left):
            values[left] |= (data[starts[left] + place] & 0x7F).astype(np.int64) << (7 * place)
            place += 1
            left = left[lengths[left] > place]
    if count and int(values.max()) > largest:
        raise ValueError("has a number that is too large")
    return values, used


def zigzags(data: U8, count: int) -> I64:
    """Returns the `count` zigzags that the bytes are, to the last byte."""
    return unzigzag(varints(data, count, 6, (1 << 42) - 1))


def unzigzag(values: I64) -> I64:
    return (values >> 1) ^ -(values & 1)


def to_i32(values: I64) -> I64:
    """Returns the values modulo 2^32 as signed numbers."""
    return ((values + 0x80000000) & U32_MAX) - 0x80000000


def starts_of(lengths: I64) -> I64:
    """Returns n + 1 offsets of n pieces that follow one another, beginning with 0."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def within(lengths: I64) -> I64:
    """Returns 0, 1, 2 .. for each piece, one after the other."""
    offsets = starts_of(lengths)
    return np.arange(offsets[-1], dtype=np.int64) - np.repeat(offsets[:-1], lengths)


class Cursor:
    """Reads single numbers and texts out of bytes, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def varint(self, largest: int = U32_MAX) -> int:
        if self.at < len(self.data) and self.data[self.at] < 0x80:
            self.at += 1
            return self._bounded(self.data[self.at - 1], largest)
        value = 0
        for shift in range(0, 63 if largest > U32_MAX else 35, 7):
            byte = self.u8()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return self._bounded(value, largest)
        raise ValueError("has a number of too many bytes")

    def _bounded(self, value: int, largest: int) -> int:
        if value > largest:
            raise ValueError("has a number that is too large")
        return value

    def zigzag(self) -> int:
        value = self.varint((1 << 42) - 1)
        return (value >> 1) ^ -(value & 1)

    def u8(self) -> int:
        if self.at >= len(self.data):
            raise ValueError("ends within its values")
        self.at += 1
        return self.data[self.at - 1]

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise ValueError("ends within its values")
        self.at += count
        return self.data[self.at - count : self.at]

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.at)

    def end(self) -> None:
        if self.at != len(self.data):
            raise ValueError("has bytes behind its last value")


def pieces(data: Bytes | U8, offsets: I64) -> Any:
    """Returns an Arrow array of the pieces of the bytes between n + 1 offsets."""
    return pa.Array.from_buffers(
        pa.large_binary(),
        len(offsets) - 1,
        [None, pa.py_buffer(offsets.astype(np.int64, copy=False)), pa.py_buffer(data)],
    )


def equal_pieces(rows: npt.NDArray[Any]) -> Any:
    """Returns an Arrow array of the rows of an array of bytes."""
    return pieces(np.ascontiguousarray(rows), np.arange(rows.shape[0] + 1, dtype=np.int64) * rows.shape[1])


def content(array: Any) -> tuple[U8, I64]:
    """Returns the bytes of an Arrow array of pieces, and the n + 1 offsets of the pieces in them."""
    _, offsets, data = array.buffers()
    places = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    base = int(places[0])
    total = int(places[-1]) - base
    flat = np.frombuffer(data, dtype=np.uint8)[base : base + total] if total else np.zeros(0, dtype=np.uint8)
    return flat, places - base


def gather(data: bytes, starts: I64, lengths: I64) -> U8:
    """Returns a new array of the pieces of the bytes that begin at `starts`, one behind the other."""
    if len(lengths) == 0:
        return np.zeros(0, dtype=np.uint8)
    if int(lengths.sum()) > 24 * len(lengths):
        ends = (starts + lengths).tolist()
        return as_u8(bytearray().join([data[a:b] for a, b in zip(starts.tolist(), ends, strict=True)]))
    offsets = starts_of(lengths)[:-1]
    index = np.repeat(starts - offsets, lengths)
    index += np.arange(len(index), dtype=np.int64)
    return as_u8(data)[index]
