"""Rebuilds the records of a block (docs/format.md, sections 7 to 10), a column of all records at a time.

Columns are arrays with a value for each record; pieces of bytes of different lengths are Arrow arrays. What a block
says of its own size is checked against the length of its records before memory is taken for it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bams3 import _cigar, _names, _sequence, _tags
from bams3._bytes import (
    I32_MAX,
    I64,
    U8,
    as_u8,
    content,
    crc32c,
    equal_pieces,
    pieces,
    starts_of,
    to_i32,
    varints,
    zigzags,
)
from bams3._index import BlockEntry
from bams3._numbers import radix
from bams3._rans import unpack
from bams3._streams import Streams, UnknownPart, parse
from bams3.errors import CorruptError, UnsupportedError

FIXED = np.dtype(
    [
        ("block_size", "<i4"),
        ("refID", "<i4"),
        ("pos", "<i4"),
        ("l_read_name", "u1"),
        ("mapq", "u1"),
        ("bin", "<u2"),
        ("n_cigar_op", "<u2"),
        ("flag", "<u2"),
        ("l_seq", "<i4"),
        ("next_refID", "<i4"),
        ("next_pos", "<i4"),
        ("tlen", "<i4"),
    ]
)


_TOGETHER = 48
_TOGETHER_BYTES = 24 << 20
"""Blocks, and bytes of their records, that are unpacked together."""


@dataclass(frozen=True)
class Block:
    """The records of a block as BAM has them, one behind the other, and where each begins (n + 1 offsets)."""

    data: bytes | U8
    offsets: I64


def decode(name: str, stored: bytes, entry: BlockEntry) -> Block:
    """Returns the records of a block of the object `name`, checked against its entry in the index."""
    return next(decode_all(name, [(stored, entry)]))


def decode_all(name: str, blocks: Iterable[tuple[bytes, BlockEntry]]) -> Iterator[Block]:
    """Gives the records of each block in turn, several unpacked together, which is faster."""
    some: list[tuple[bytes, BlockEntry]] = []
    for stored, entry in blocks:
        if some and (len(some) == _TOGETHER or sum(e.raw_length for _, e in some) + entry.raw_length > _TOGETHER_BYTES):
            yield from _decode_together(name, some)
            some = []
        some.append((stored, entry))
    yield from _decode_together(name, some)


def _decode_together(name: str, blocks: list[tuple[bytes, BlockEntry]]) -> Iterator[Block]:
    parsed: list[Streams | Exception] = []
    for stored, entry in blocks:
        try:
            parsed.append(parse(stored, entry))
        except (ValueError, UnknownPart) as e:
            # The blocks before this one are given first.
            parsed.append(e)
            break
    unpack([packed for s in parsed if isinstance(s, Streams) for _, packed in s.packed.values()])
    for (_, entry), streams in zip(blocks, parsed, strict=False):
        yield _checked(name, streams, entry)


def _checked(name: str, streams: Streams | Exception, entry: BlockEntry) -> Block:
    place = f"block at {entry.offset}"
    try:
        if isinstance(streams, Exception):
            raise streams
        streams.settle()
        try:
            block = _plain(streams, entry) if 0 in streams.contents else _rebuild(streams, entry)
        except ValueError as e:
            raise ValueError(f"stream {streams.last}: {e}") from None
        if crc32c(block.data) != entry.checksum:
            raise ValueError("records: the checksum is not that of the index")
        _check_stretch(block, entry)
    except UnknownPart as e:
        raise UnsupportedError(name, f"{place}: {e}") from None
    except ValueError as e:
        raise CorruptError(name, place, str(e)) from None
    return block


def _plain(streams: Streams, entry: BlockEntry) -> Block:
    _, data = streams.take(0)
    if streams.contents:
        raise ValueError("stream 0: other streams stand beside the records")
    if len(data) != entry.raw_length:
        raise ValueError("has another length than the records")
    return Block(data, record_offsets(data, entry.records))


def record_offsets(data: bytes, count: int | None = None) -> I64:
    """Returns where each record of the bytes begins, and their end; checks every length."""
    offsets = [0]
    at, end = 0, len(data)
    unpack = struct.Struct("<i").unpack_from
    while at < end:
        if end - at < FIXED.itemsize:
            raise ValueError("records: the last one ends early")
        size = unpack(data, at)[0]
        if not FIXED.itemsize - 4 <= size <= end - at - 4:
            raise ValueError(f"records: one at {at} has a length of {size}")
        at += 4 + size
        offsets.append(at)
    if count is not None and len(offsets) - 1 != count:
        raise ValueError(f"records: there are {len(offsets) - 1} instead of {count}")
    return np.array(offsets, dtype=np.int64)


def _rebuild(streams: Streams, entry: BlockEntry) -> Block:
    n = entry.records
    if n * FIXED.itemsize > entry.raw_length:
        raise ValueError("the records are more than their bytes can be")
    reference = _references(streams, n)
    position = _positions(streams, reference, n)
    flags = streams.plain(3)
    if len(flags) != 2 * n:
        raise ValueError("has not two bytes for each record")
    flag = flags[:n].astype(np.int64) | flags[n:].astype(np.int64) << 8
    mapq = streams.plain(4)
    if len(mapq) != n:
        raise ValueError("has not one byte for each record")
    l_seq = varints(streams.plain(5), n, largest=I32_MAX)
    if _bases_length(l_seq) > entry.raw_length:
        raise ValueError("has more bases than the records have bytes")
    cigar = _cigar.decode(streams, l_seq)
    end = _cigar.ends(position, flag, cigar.span)
    names, link, root = _names.decode(streams, n, entry.raw_length)
    mates = _names.mates(flag, link, root)
    next_reference, next_position, template_length = _mate_fields(streams, reference, position, end, flag, mates)
    bins = _cigar.bins(position, end)
    exceptions, values = streams.exceptions(6, n, 2)
    bins[exceptions] = values
    tag_plan = _tags.Tags(streams, l_seq, entry.raw_length)
    name_length = np.diff(content(names)[1])
    sequence_length = (l_seq + 1) // 2
    length = 36 + name_length + 4 * cigar.count + sequence_length + l_seq + tag_plan.lengths
    if int(length.sum()) != entry.raw_length:
        raise ValueError("records: their lengths do not add up to that of the index")
    places = _sequence.Places(reference, position, end)
    sequence = _sequence.decode(streams, l_seq, cigar, places, entry.raw_length)
    quality = _quality(streams, l_seq)
    tags = tag_plan.build()
    left = [number for number, (_, data) in streams.contents.items() if data]
    if left:
        raise ValueError(f"nothing in this block uses stream {min(left)}")

    fixed = np.empty(n, dtype=FIXED)
    fixed["block_size"] = length - 4
    fixed["refID"] = reference
    fixed["pos"] = position
    fixed["l_read_name"] = name_length
    fixed["mapq"] = mapq
    fixed["n_cigar_op"] = cigar.count
    fixed["flag"] = flag
    fixed["l_seq"] = l_seq
    fixed["next_refID"] = next_reference
    fixed["next_pos"] = next_position
    fixed["tlen"] = template_length
    fixed["bin"] = bins
    return _join(fixed, names, cigar, sequence, sequence_length, quality, l_seq, tags, length)


def _join(
    fixed: npt.NDArray[Any],
    names: Any,
    cigar: _cigar.Cigar,
    sequence: U8,
    sequence_length: I64,
    quality: U8,
    l_seq: I64,
    tags: Any,
    length: I64,
) -> Block:
    rows = pc.binary_join_element_wise(
        equal_pieces(fixed.view(np.uint8).reshape(len(fixed), FIXED.itemsize)),
        names,
        pieces(cigar.operations.astype("<u4").view(np.uint8), 4 * cigar.starts),
        pieces(sequence, starts_of(sequence_length)),
        pieces(quality, starts_of(l_seq)),
        tags,
        pa.scalar(b"", pa.large_binary()),
    )
    data, offsets = content(rows)
    return Block(data, offsets)


def _references(streams: Streams, n: int) -> I64:
    first = streams.first_reference
    stream = streams.plain(28)
    if len(stream) == 0:
        return np.full(n, first, dtype=np.int64)
    reference: I64 = first + np.cumsum(varints(stream, n))
    if reference[0] != first:
        raise ValueError("the first record has another reference than the block says")
    if first < 0 or int(reference[-1]) > I32_MAX:
        raise ValueError("references rise too far")
    return reference


def _positions(streams: Streams, reference: I64, n: int) -> I64:
    position: I64 = np.cumsum(zigzags(streams.plain(2), n))
    changes = np.flatnonzero(np.diff(reference)) + 1
    if len(changes):
        base = np.zeros(n, dtype=np.int64)
        base[changes] = np.diff(position[changes - 1], prepend=0)
        position -= np.cumsum(base)
    if int(position.min()) < -0x80000000 or int(position.max()) > I32_MAX:
        raise ValueError("a position has more than 32 bits")
    return position


def _mate_fields(
    streams: Streams, reference: I64, position: I64, end: I64, flag: I64, mate: I64
) -> tuple[I64, I64, I64]:
    n = len(flag)
    explicit = streams.plain(13)
    if len(explicit) != n:
        raise ValueError("has not one byte for each record")
    if int(explicit.max()) > 7:
        raise ValueError("has bits that mean nothing")
    paired = flag & 1 != 0
    has_mate = mate >= 0

    def corrected(predicted: I64, bit: int, stream: int, add: bool) -> I64:
        chosen = np.flatnonzero(explicit & bit)
        said = zigzags(streams.plain(stream), len(chosen))
        if len(chosen) == 0:
            return predicted
        predicted[chosen] = to_i32(said + predicted[chosen]) if add else said
        if not add and (said != to_i32(said)).any():
            raise ValueError("a reference has more than 32 bits")
        return predicted

    next_reference = corrected(np.where(has_mate, reference[mate], np.where(paired, reference, -1)), 1, 14, False)
    next_position = corrected(np.where(has_mate, position[mate], np.where(paired, position, -1)), 2, 15, True)
    five = np.where(flag & 0x10 != 0, end, position)
    other = np.where(
        has_mate & (reference[mate] == reference),
        five[mate],
        next_position + np.where(flag & 0x20 != 0, end - position, 0),
    )
    predicts = paired & (flag & 0xC == 0) & (next_reference == reference)
    length = corrected(np.where(predicts, to_i32(other - five), 0), 4, 16, True)
    return next_reference, next_position, length


def _bases_length(l_seq: I64) -> int:
    return int((l_seq + (l_seq + 1) // 2).sum())


def _quality(streams: Streams, l_seq: I64) -> U8:
    transform, data = streams.take(24, 0, 1)
    count = int(l_seq.sum())
    if transform == 1 and data:
        return radix(data, count)
    if len(data) != count:
        raise ValueError("has not a quality for each base")
    return as_u8(data)


def _check_stretch(block: Block, entry: BlockEntry) -> None:
    """Compares what the index says of the block with its first and last record."""
    for at, reference, start, what in (
        (int(block.offsets[0]), entry.first_reference, entry.first_start, "first"),
        (int(block.offsets[-2]), entry.last_reference, entry.last_start, "last"),
    ):
        found = np.frombuffer(block.data, dtype="<i4", count=2, offset=at + 4)
        if int(found[0]) != reference or (reference >= 0 and int(found[1]) != start):
            raise ValueError(f"records: the {what} one is not where the index says")
