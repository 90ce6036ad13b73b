"""CIGARs, alignment ends and bins of a block's records (docs/format.md, sections 1 and 7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bams3._bytes import I32_MAX, I64, starts_of, varints
from bams3._streams import Streams


@dataclass(frozen=True)
class Cigar:
    """The operations of all records, as BAM stores them, and for each record its count, place and lengths."""

    operations: I64
    count: I64
    starts: I64
    length: I64
    """Length of each operation."""
    is_query: npt.NDArray[np.bool_]
    is_reference: npt.NDArray[np.bool_]
    query: I64
    """Bases of the read that the operations of each record take."""
    span: I64
    """Bases of the reference that the operations of each record take."""


_QUERY = np.zeros(16, dtype=bool)
_QUERY[[0, 1, 4, 7, 8]] = True
_REFERENCE = np.zeros(16, dtype=bool)
_REFERENCE[[0, 2, 3, 7, 8]] = True


def _sums(values: I64, starts: I64) -> I64:
    total = starts_of(values)
    return total[starts[1:]] - total[starts[:-1]]


def decode(streams: Streams, l_seq: I64) -> Cigar:
    n = len(l_seq)
    counts = varints(streams.plain(7), n)
    implied = (counts & 1).astype(bool)
    count = counts >> 1
    if int(count.max()) > 65535:
        raise ValueError("a record has more than 65,535 operations")
    starts = starts_of(count)
    operations = varints(streams.plain(8), int(starts[-1]))
    code = operations & 15
    length = operations >> 4
    is_query = _QUERY[code]
    query = _sums(length * is_query, starts)
    if implied.any():
        rank = np.where(is_query, np.arange(len(operations)), -1)
        last = np.full(n, -1, dtype=np.int64)
        some = count > 0
        if len(rank):
            last[some] = np.maximum.accumulate(rank)[starts[1:][some] - 1]
        last = last[implied]
        missing = (l_seq - query)[implied]
        if (last < starts[:-1][implied]).any():
            raise ValueError("a length is implied for a record without such an operation")
        if (length[last] != 0).any() or (missing < 0).any() or (missing >= 1 << 28).any():
            raise ValueError("an implied length cannot be")
        length[last] = missing
        operations[last] |= missing << 4
        query[implied] = l_seq[implied]
    is_reference = _REFERENCE[code]
    return Cigar(operations, count, starts, length, is_query, is_reference, query, _sums(length * is_reference, starts))


def ends(position: I64, flag: I64, span: I64) -> I64:
    covered = np.where(flag & 4 != 0, 0, span)
    return np.minimum(position + np.maximum(1, covered), I32_MAX)


def bins(position: I64, end: I64) -> I64:
    """Returns the bins of [position, end)."""
    last = end - 1
    result = np.zeros(len(position), dtype=np.int64)
    for shift, first in ((26, 1), (23, 9), (20, 73), (17, 585), (14, 4681)):
        start = position >> shift
        same = start == last >> shift
        result[same] = (first + start[same]) & 0xFFFF
    return result
