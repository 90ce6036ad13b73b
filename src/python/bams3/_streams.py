"""The streams of a block (docs/format.md, section 7): their table, checksums and codecs."""

from __future__ import annotations

import struct

import numpy as np

from bams3._bytes import I64, U8, Cursor, as_u8, crc32c, unpack_zstd
from bams3._index import BlockEntry
from bams3._rans import Packed

_HEAD = struct.Struct("<4sIIiHH")
_LAST_NUMBER_STREAM = 47
_FIRST_OPTIONAL_STREAM = 32768


class UnknownPart(Exception):
    """A block needs a newer reader."""


class Streams:
    """The streams of a block, unpacked; each is taken once, so that what is left over is seen."""

    def __init__(self, contents: dict[int, tuple[int, bytes]], first_reference: int) -> None:
        self.contents = contents
        self.first_reference = first_reference
        self.last = 0
        self.packed: dict[int, tuple[int, Packed]] = {}
        """Streams of codec 2, with their transforms, until they are unpacked."""

    def settle(self) -> None:
        """Adds the streams of codec 2, which have been unpacked, to the others."""
        for number, (transform, packed) in self.packed.items():
            if packed.error is not None:
                raise ValueError(f"stream {number}: {packed.error}")
            self.contents[number] = (transform, packed.content)
        self.packed = {}

    def take(self, number: int, *transforms: int) -> tuple[int, bytes]:
        """Returns transform and bytes of a stream and takes it away; an absent one is empty."""
        self.last = number
        transform, data = self.contents.pop(number, (-1, b""))
        if transform != -1 and transform not in (transforms or (0,)):
            raise UnknownPart(f"stream {number}: transform {transform} is not one that this reader knows for it")
        return transform, data

    def plain(self, number: int) -> U8:
        """Returns the bytes of a stream that has no transform."""
        return as_u8(self.take(number)[1])

    def exceptions(self, number: int, count: int, width: int) -> tuple[I64, I64]:
        """Returns which of `count` records are exceptions, and the values that stand for them."""
        cursor = Cursor(self.take(number)[1])
        records: list[int] = []
        values = []
        record = 0
        while cursor.at < len(cursor.data):
            distance = cursor.varint()
            record += distance
            if record >= count or (records and distance == 0):
                raise ValueError("has an exception for a record that is not there")
            records.append(record)
            values.append(int.from_bytes(cursor.take(width), "little"))
        return np.array(records, dtype=np.int64), np.array(values, dtype=np.int64)


def parse(stored: bytes, entry: BlockEntry) -> Streams:
    """Returns the streams of a block that its index entry describes, checked; codec 2 stays packed."""
    if len(stored) != entry.stored_length or len(stored) < _HEAD.size + 4:
        raise ValueError("has another length than the index says")
    magic, raw_length, records, first_reference, count, table_length = _HEAD.unpack_from(stored)
    if magic != b"B3BK":
        raise ValueError("does not begin with B3BK")
    if _HEAD.size + table_length + 4 > len(stored):
        raise ValueError("stream table: goes beyond the end of the block")
    (checksum,) = struct.unpack_from("<I", stored, _HEAD.size + table_length)
    if crc32c(stored[: _HEAD.size + table_length]) != checksum:
        raise ValueError("head and stream table: the checksum is wrong")
    if raw_length != entry.raw_length or records != entry.records:
        raise ValueError("has another number of records, or of their bytes, than the index says")
    if not 1 <= count <= 2048:
        raise ValueError(f"number of streams: {count} is not 1 to 2048")
    rows = _table(stored[_HEAD.size : _HEAD.size + table_length], count)
    at = _HEAD.size + table_length + 4
    if at + sum(row[4] for row in rows) != len(stored):
        raise ValueError("stream table: the streams do not fill the block")
    if sum(row[3] for row in rows) > 4 * raw_length + 65536:
        raise ValueError("stream table: the streams are longer, unpacked, than those of a block may be")
    contents: dict[int, tuple[int, bytes]] = {}
    streams = Streams(contents, first_reference)
    for number, transform, codec, raw, length, check in rows:
        data = stored[at : at + length]
        at += length
        if crc32c(data) != check:
            raise ValueError(f"stream {number}: the checksum is wrong")
        if number >= _FIRST_OPTIONAL_STREAM:
            continue
        if number in (1, 29, 30, 31) or _LAST_NUMBER_STREAM < number < 64 or number > 64 + 1023:
            raise UnknownPart(f"stream {number}: is not known to this reader")
        if codec not in (0, 1, 2):
            raise UnknownPart(f"stream {number}: codec {codec} is not known to this reader")
        if transform > 6:
            raise UnknownPart(f"stream {number}: transform {transform} is not known to this reader")
        if codec == 0:
            if raw != length:
                raise ValueError(f"stream {number}: is stored as it is with another length")
            contents[number] = (transform, data)
        elif codec == 2:
            streams.packed[number] = (transform, Packed(data, raw))
        else:
            try:
                contents[number] = (transform, unpack_zstd(data, raw))
            except ValueError as e:
                raise ValueError(f"stream {number}: {e}") from None
    return streams


def _table(table: bytes, count: int) -> list[tuple[int, int, int, int, int, int]]:
    rows = []
    cursor = Cursor(table)
    before = -1
    try:
        for _ in range(count):
            number = cursor.varint(65535)
            transform, codec = cursor.u8(), cursor.u8()
            raw, length = cursor.varint(), cursor.varint()
            check = int.from_bytes(cursor.take(4), "little")
            if number <= before:
                raise ValueError("the numbers of the streams do not rise")
            before = number
            rows.append((number, transform, codec, raw, length, check))
        cursor.end()
    except ValueError as e:
        raise ValueError(f"stream table: {e}") from None
    return rows
