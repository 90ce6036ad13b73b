"""The sections of the index, and heads and tails of objects (docs/format.md, sections 4 to 6)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from bams3._bytes import I32_MAX, Cursor, as_u8, crc32c, leading_varints, unpack_zstd
from bams3.errors import CorruptError, UnsupportedError

HEAD_LENGTH = 64
TAIL_LENGTH = 24
BODY_LIMIT = 1 << 30
BLOCK_LIMIT = 64 << 20
LENGTH_LIMIT = I32_MAX - 16
COUNT_LIMIT = (1 << 53) - 1
_HEAD = struct.Struct("<4sII I")


@dataclass(frozen=True)
class Stretch:
    """Where records lie; unplaced ones have the reference -1."""

    first_reference: int
    last_reference: int
    first_start: int
    last_start: int
    end: int


@dataclass(frozen=True)
class BlockEntry(Stretch):
    """What the index says of a block."""

    chunk: int
    offset: int
    stored_length: int
    raw_length: int
    records: int
    bases: int
    checksum: int


@dataclass(frozen=True)
class PageEntry(Stretch):
    """A page: where its list of blocks stands in the index, and what it adds up to."""

    offset: int
    size: int
    blocks: int
    raw_bytes: int
    checksum: int


@dataclass(frozen=True)
class ChunkEntry:
    """A chunk object."""

    number: int
    size: int
    blocks: int
    records: int
    raw_bytes: int


@dataclass(frozen=True)
class Totals:
    """Counts of the records of a reference, or of the unplaced ones."""

    mapped: int
    unmapped: int
    bases: int
    raw_bytes: int


S = TypeVar("S", bound=Stretch)


def candidates(stretches: Sequence[S], reference: int, start: int, end: int) -> list[S]:
    """Returns those that can hold a record of the reference that overlaps [start, end) (section 11)."""
    return [
        s
        for s in stretches
        if s.first_reference <= reference <= s.last_reference
        and (s.first_reference < reference or s.first_start < end)
        and (s.last_reference > reference or s.end > start)
    ]


class _Section:
    """The body of a section, and how many entries it has."""

    def __init__(self, name: str, kind: str, section: bytes, least: int) -> None:
        self.name = name
        self.kind = kind
        if len(section) < _HEAD.size:
            raise self.corrupt("is shorter than its head")
        magic, self.count, size, codec = _HEAD.unpack_from(section)
        if magic != kind.encode():
            raise self.corrupt(f"does not begin with {kind}")
        if codec > 1:
            raise UnsupportedError(name, f"section {kind}: codec {codec} is not known to this reader")
        if not 1 <= self.count <= I32_MAX or size > BODY_LIMIT or size < least * self.count:
            raise self.corrupt(f"cannot have {self.count} entries in {size} bytes")
        stored = section[_HEAD.size :]
        try:
            self.body = unpack_zstd(stored, size) if codec else stored
        except ValueError as e:
            raise self.corrupt(str(e)) from None
        if len(self.body) != size:
            raise self.corrupt("has another length than its head says")

    def corrupt(self, reason: str) -> CorruptError:
        return CorruptError(self.name, f"section {self.kind}", reason)

    def columns(self, count: int, checksums: bool) -> list[list[int]]:
        """Returns the columns that the body is, to its last byte; checksums are the last one."""
        try:
            values, used = leading_varints(as_u8(self.body), count * self.count, 9, COUNT_LIMIT)
        except ValueError as e:
            raise self.corrupt(str(e)) from None
        columns: list[list[int]] = values.reshape(count, self.count).tolist()
        rest = self.body[used:]
        if len(rest) != (4 * self.count if checksums else 0):
            raise self.corrupt("has not the columns that it has to have")
        if checksums:
            columns.append(np.frombuffer(rest, dtype="<u4").tolist())
        return columns


def references(name: str, section: bytes, count: int) -> tuple[list[str], list[int]]:
    """Returns names and lengths of the references."""
    s = _Section(name, "B3RF", section, 3)
    if s.count != count:
        raise s.corrupt(f"has {s.count} references, the metadata says {count}")
    try:
        values, used = leading_varints(as_u8(s.body), 2 * s.count, 9, COUNT_LIMIT)
    except ValueError as e:
        raise s.corrupt(str(e)) from None
    lengths: list[int] = values[: s.count].tolist()
    if max(lengths) > I32_MAX:
        raise s.corrupt("a reference is longer than 2^31-1")
    cursor = Cursor(s.body)
    cursor.at = used
    try:
        raw = [cursor.take(size) for size in values[s.count :].tolist()]
        cursor.end()
    except ValueError as e:
        raise s.corrupt(str(e)) from None
    if b"" in raw or len(set(raw)) != len(raw):
        raise s.corrupt("a name is empty, or stands twice")
    return [r.decode("utf-8", "surrogateescape") for r in raw], lengths


def totals(name: str, section: bytes, count: int) -> list[Totals]:
    """Returns the counts of each reference."""
    s = _Section(name, "B3RT", section, 4)
    if s.count != count:
        raise s.corrupt(f"has {s.count} references, the metadata says {count}")
    return [Totals(*row) for row in zip(*s.columns(4, False), strict=True)]


def chunks(name: str, section: bytes) -> list[ChunkEntry]:
    """Returns the chunk objects by number."""
    s = _Section(name, "B3CT", section, 5)
    entries = []
    number = -1
    for left_out, size, blocks, records, raw_bytes in zip(*s.columns(5, False), strict=True):
        number += 1 + left_out
        if number > 999_999 or not blocks or records < blocks or size < HEAD_LENGTH + TAIL_LENGTH:
            raise s.corrupt(f"chunk {number} cannot be")
        entries.append(ChunkEntry(number, size, blocks, records, raw_bytes))
    return entries


class _Stretches:
    """Undoes the differences of the five columns of stretches, one entry after the other."""

    def __init__(self, section: _Section, count: int) -> None:
        self.section = section
        self.count = count
        self.reference = 0
        self.start = -1
        self.is_first = True
        self.unplaced = False

    def next(self, first: int, last: int, start: int, last_start: int, end: int) -> tuple[int, int, int, int, int]:
        if first == 0:
            if last or start or last_start or end != 1:
                raise self.section.corrupt("unplaced records have a place")
            self.unplaced = True
            return -1, -1, -1, -1, 0
        if self.unplaced:
            raise self.section.corrupt("placed records follow unplaced ones")
        reference = self.reference + first - 1
        same = reference == self.reference and not self.is_first
        begin = start + (self.start if same else -1)
        self.is_first = False
        self.reference = reference + last
        self.start = last_start + (begin if last == 0 else -1)
        reach = self.start + end
        if self.reference >= self.count or max(begin, self.start, reach) > I32_MAX:
            raise self.section.corrupt("records lie where there is no reference or position")
        return reference, self.reference, begin, self.start, reach


def pages(name: str, section: bytes, reference_count: int, index_size: int) -> list[PageEntry]:
    """Returns the pages of the list of blocks."""
    s = _Section(name, "B3PG", section, 13)
    stretches = _Stretches(s, reference_count)
    entries = []
    at = HEAD_LENGTH
    for gap, size, blocks, raw_bytes, first, last, start, last_start, end, checksum in zip(
        *s.columns(9, True), strict=True
    ):
        at += gap
        if size < _HEAD.size or at + size > index_size or not blocks:
            raise s.corrupt(f"a page at {at} lies outside of the index")
        entries.append(
            PageEntry(*stretches.next(first, last, start, last_start, end), at, size, blocks, raw_bytes, checksum)
        )
        at += size
    return entries


def blocks(name: str, section: bytes, reference_count: int) -> list[BlockEntry]:
    """Returns a list of blocks: that of a page, or the directory of a chunk."""
    s = _Section(name, "B3BL", section, 15)
    stretches = _Stretches(s, reference_count)
    entries: list[BlockEntry] = []
    chunk, at = 0, HEAD_LENGTH
    for step, gap, stored, raw, records, first, last, start, last_start, end, bases, checksum in zip(
        *s.columns(11, True), strict=True
    ):
        if step:
            chunk, at = chunk + step, HEAD_LENGTH
        at += gap
        if chunk > 999_999:
            raise s.corrupt(f"chunk {chunk} cannot be")
        if not (1 <= stored <= LENGTH_LIMIT and 1 <= raw <= LENGTH_LIMIT and 1 <= records <= raw // 36):
            raise s.corrupt(f"block at {at} of chunk {chunk} cannot have these lengths")
        if records > 1 and raw > BLOCK_LIMIT:
            raise s.corrupt(f"block at {at} of chunk {chunk} has more than 64 MiB of several records")
        stretch = stretches.next(first, last, start, last_start, end)
        entries.append(BlockEntry(*stretch, chunk, at, stored, raw, records, bases, checksum))
        at += stored
    return entries


def check_page(name: str, page: PageEntry, found: list[BlockEntry]) -> None:
    """Compares a page with its entry in the list of pages."""
    first, last = found[0], found[-1]
    reach = max(b.end for b in found if b.last_reference == last.last_reference)
    if (
        len(found) != page.blocks
        or sum(b.raw_length for b in found) != page.raw_bytes
        or (first.first_reference, first.first_start) != (page.first_reference, page.first_start)
        or (last.last_reference, last.last_start) != (page.last_reference, page.last_start)
        or reach != page.end
    ):
        raise CorruptError(name, f"page at {page.offset}", "is not what the list of pages says of it")


def check_head(
    name: str, head: bytes, magic: bytes, version: tuple[int, int, int], uuid: str, generation: str, number: int
) -> None:
    """Checks the head of an index or chunk object."""
    if len(head) != HEAD_LENGTH or crc32c(head[:60]) != int.from_bytes(head[60:], "little"):
        raise CorruptError(name, "head", "the checksum is wrong")
    if head[:4] != magic:
        raise CorruptError(name, "head", f"does not begin with {magic.decode()}")
    major, minor = struct.unpack_from("<HH", head, 4)
    if major != 1:
        raise UnsupportedError(name, f"head: version {major}.{minor} is not known to this reader")
    if (
        minor != version[1]
        or head[8:24].hex() != uuid.replace("-", "")
        or head[28:60].rstrip(b"\0") != generation.encode()
        or int.from_bytes(head[24:28], "little") != number
    ):
        raise CorruptError(name, "head", "belongs to another dataset, generation or chunk")


def directory(name: str, tail: bytes, size: int) -> tuple[int, int, int]:
    """Returns offset, length and checksum of a chunk's directory, from the tail of a chunk of `size` bytes."""
    if len(tail) != TAIL_LENGTH or tail[20:] != b"B3CE" or crc32c(tail[:16]) != int.from_bytes(tail[16:20], "little"):
        raise CorruptError(name, "tail", "the checksum is wrong, or it does not end with B3CE")
    offset, length, checksum = struct.unpack_from("<QII", tail)
    if offset < HEAD_LENGTH or offset + length != size - TAIL_LENGTH:
        raise CorruptError(name, "tail", "the directory does not end where the tail begins")
    return offset, length, checksum
