"""Rebuilds the tags of a block's records (docs/format.md, section 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bams3._bytes import I64, Cursor, as_u8, content, equal_pieces, pieces, starts_of, varints
from bams3._numbers import deltas, numbers, radix
from bams3._streams import Streams

_WIDTHS = {ord(c): w for c, w in zip("AcCsSiIf", (1, 1, 1, 2, 2, 4, 4, 4), strict=True)}
_NO_BYTES = b""


@dataclass(frozen=True)
class _Field:
    """A tag, its type, and for arrays the type of their elements: what stands before each value."""

    prefix: bytes

    @property
    def type(self) -> int:
        return self.prefix[2]


class Tags:
    """The tags of all records: first their lengths, which are checked, then their bytes.

    A record's line says which fields it has. All its fields, in order, are taken out of one array that has the values
    of field 0, then those of field 1, and so on.
    """

    def __init__(self, streams: Streams, l_seq: I64, limit: int) -> None:
        self.l_seq = l_seq
        self.limit = limit
        fields, lines = _dictionary(streams.take(25)[1])
        line = varints(streams.plain(26), len(l_seq))
        if int(line.max()) > len(lines) - 1:
            raise ValueError("there is no such line")
        sizes = np.array([len(fs) for fs in lines], dtype=np.int64)
        firsts = starts_of(sizes)[:-1]
        flat = np.array([f for fs in lines for f in fs], dtype=np.int64)
        counts = sizes[line]
        total = int(counts.sum())
        if total > limit:
            raise ValueError("has more fields than the records have bytes")
        offsets = starts_of(counts)
        owner = np.repeat(np.arange(len(line), dtype=np.int64), counts)
        field = flat[firsts[line[owner]] + np.arange(total, dtype=np.int64) - offsets[owner]]
        # Numbers of fields have 11 bits; NumPy sorts 16 bits by their digits.
        order = np.argsort(field.astype(np.uint16), kind="stable")
        place = np.empty(total, dtype=np.int64)
        bounds = starts_of(np.bincount(field, minlength=len(fields) + 1))
        columns = [_raw(streams, int(bounds[1]))]
        place[order[: bounds[1]]] = np.arange(bounds[1], dtype=np.int64)
        base = int(bounds[1])
        for number, one in enumerate(fields):
            own = order[bounds[number + 1] : bounds[number + 2]]
            values, index = self._column(streams, number, one, owner[own])
            place[own] = base + (np.arange(len(own), dtype=np.int64) if index is None else index)
            base += len(values)
            columns.append(values)
        self._place = place
        self._offsets = offsets
        self._columns = pa.concat_arrays(columns)
        lengths = np.diff(content(self._columns)[1])[place]
        ends = starts_of(lengths)
        self.lengths = ends[offsets[1:]] - ends[offsets[:-1]]

    def build(self) -> Any:
        """Returns the tags of each record; call it when the sum of the lengths was found to be right."""
        data, places = content(self._columns.take(pa.array(self._place)))
        return pieces(data, places[self._offsets])

    def _column(self, streams: Streams, number: int, field: _Field, owners: I64) -> tuple[Any, I64 | None]:
        """Returns the values of a field as BAM has them, and the numbers of those meant; None: each once."""
        transform, data = streams.take(64 + number, *_transforms(field.type))
        count = len(owners)
        if count == 0:
            if data:
                raise ValueError("has values of a field that no record has")
            return pa.array([], pa.large_binary()), None
        if field.type in _WIDTHS:
            width = _WIDTHS[field.type]
            values = (deltas if transform == 3 else numbers)(data, count)
            rows = np.empty((count, 3 + width), dtype=np.uint8)
            rows[:, :3] = as_u8(field.prefix)
            rows[:, 3:] = values.astype("<u4").view(np.uint8).reshape(count, 4)[:, :width]
            return equal_pieces(rows), None
        if field.type == ord("B"):
            return _prefixed(field, _arrays(data, count, field.prefix[3])), None
        if transform == 4:
            return _chosen(field, data, count)
        if transform in (5, 6):
            lengths = self.l_seq[owners]
            total = int(lengths.sum())
            if total > self.limit:
                raise ValueError("has more bytes than the records")
            text = radix(data, total).tobytes() if transform == 6 and data else data
            if len(text) != total:
                raise ValueError("has not the length of the sequences")
            return _prefixed(field, pieces(text, starts_of(lengths)), b"\0"), None
        return _texts(data, count, field.prefix), None


def _chosen(field: _Field, data: bytes, count: int) -> tuple[Any, I64]:
    cursor = Cursor(data)
    size = cursor.varint()
    if size > 256:
        raise ValueError("has a dictionary of more than 256 texts")
    texts = []
    for _ in range(size):
        end = data.find(b"\0", cursor.at) + 1
        if end == 0:
            raise ValueError("has a text without an end")
        texts.append(field.prefix + cursor.take(end - cursor.at))
    index = as_u8(cursor.rest())
    if len(index) != count or int(index.max()) >= size:
        raise ValueError("has not a text of its dictionary for each value")
    return pa.array(texts, pa.large_binary()), index.astype(np.int64)


def _transforms(kind: int) -> tuple[int, ...]:
    if kind in _WIDTHS:
        return (2, 3)
    return (0,) if kind == ord("B") else (0, 4, 5, 6)


def _prefixed(field: _Field, values: Any, end: bytes = _NO_BYTES) -> Any:
    kind = pa.large_binary()
    return pc.binary_join_element_wise(
        pa.scalar(field.prefix, kind), values, pa.scalar(end, kind), pa.scalar(b"", kind)
    )


def _dictionary(data: bytes) -> tuple[list[_Field], list[list[int]]]:
    """Returns the fields, and the lines as numbers of fields from 1; line 0 has field 0, the tags as they are."""
    fields: list[_Field] = []
    lines: list[list[int]] = [[0]]
    if not data:
        return fields, lines
    cursor = Cursor(data)
    count = cursor.varint()
    if count > 1024:
        raise ValueError("has more than 1024 fields")
    for _ in range(count):
        prefix = cursor.take(3)
        if prefix[2] == ord("B"):
            prefix += cursor.take(1)
            if prefix[3] not in b"cCsSiIf":
                raise ValueError("has an array of elements of no known type")
        elif prefix[2] not in _WIDTHS and prefix[2] not in b"ZH":
            raise ValueError("has a field of no known type")
        fields.append(_Field(prefix))
    for _ in range(cursor.varint(len(data))):
        line = [cursor.varint() + 1 for _ in range(cursor.varint(len(data)))]
        if line and max(line) > len(fields):
            raise ValueError("has a line of a field that is not there")
        lines.append(line)
    cursor.end()
    return fields, lines


def _raw(streams: Streams, count: int) -> Any:
    cursor = Cursor(streams.take(27)[1])
    values = [cursor.take(cursor.varint()) for _ in range(count)]
    cursor.end()
    return pa.array(values, pa.large_binary())


def _texts(data: bytes, count: int, prefix: bytes) -> Any:
    """Returns the texts, each with the prefix before it and its NUL behind it."""
    ends = np.flatnonzero(as_u8(data) == 0) + 1
    if len(ends) != count or int(ends[-1]) != len(data):
        raise ValueError("has not a text for each value")
    offsets = np.zeros(count + 1, dtype=np.int64)
    offsets[1:] = ends + len(prefix) * np.arange(1, count + 1)
    return pieces(prefix + data[:-1].replace(b"\0", b"\0" + prefix) + b"\0", offsets)


def _arrays(data: bytes, count: int, kind: int) -> Any:
    width = _WIDTHS[kind]
    offsets = [0]
    at = 0
    for _ in range(count):
        if len(data) - at < 4:
            raise ValueError("ends within its values")
        at += 4 + width * int.from_bytes(data[at : at + 4], "little")
        offsets.append(at)
        if at > len(data):
            raise ValueError("ends within its values")
    if at != len(data):
        raise ValueError("has bytes behind its last value")
    return pieces(data, np.array(offsets, dtype=np.int64))
