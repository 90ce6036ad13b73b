"""Rebuilds SEQ of a block's records (docs/format.md, section 9)."""

from __future__ import annotations

import numpy as np

from bams3._bytes import I32_MAX, I64, U8, gather, starts_of, varints
from bams3._cigar import Cigar
from bams3._streams import Streams

_NIBBLE_OF_BASE = np.array([1, 2, 4, 8], dtype=np.uint8)
_BASES_OF_BYTE = _NIBBLE_OF_BASE[(np.arange(256)[:, None] >> np.array([6, 4, 2, 0])[None, :]) & 3]
_BASE_OF_NIBBLE = np.full(16, 0, dtype=np.int64)
_BASE_OF_NIBBLE[[1, 2, 4, 8]] = [0, 1, 2, 3]
_HALVES_OF_BYTE = np.stack([np.arange(256) >> 4, np.arange(256) & 15], axis=1).astype(np.uint8)


class Places:
    """Where the records of a block lie on one axis: references follow one another."""

    def __init__(self, reference: I64, position: I64, end: I64) -> None:
        self.position = position
        changes = np.flatnonzero(np.diff(reference)) + 1
        if len(changes) == 0:
            self.start = position
            return
        firsts = np.concatenate(([0], changes))
        largest = np.maximum.reduceat(end, firsts)
        counts = np.diff(np.append(firsts, len(reference)))
        self.start = position + np.repeat(starts_of(largest)[:-1], counts)


def decode(streams: Streams, l_seq: I64, cigar: Cigar, places: Places, raw_length: int) -> U8:
    """Returns SEQ of all records, one behind the other, each in whole bytes."""
    runs = streams.plain(20)
    if len(runs) == 0:
        data = streams.plain(17)
        if len(data) != int(((l_seq + 1) // 2).sum()):
            raise ValueError("has not the bases of the records")
        return data
    return _Consensus(streams, runs, raw_length).apply(streams, l_seq, cigar, places)


class _Consensus:
    """The runs of a block, and a BAM code for each of their places."""

    def __init__(self, streams: Streams, runs: U8, raw_length: int) -> None:
        count = int((runs < 0x80).sum())
        if count % 2 or count // 2 > raw_length // 4:
            raise ValueError("has more runs than a block may have, or half a run")
        columns = varints(runs, count).reshape(-1, 2)
        gap, length = columns[:, 0], columns[:, 1]
        total = int(length.sum())
        if (length < 1).any() or total > 4 * raw_length:
            raise ValueError("has runs that are empty, or longer than those of a block may be")
        self.end = np.cumsum(gap + length)
        self.start = self.end - length
        self.offset = starts_of(length)[:-1]
        bases = streams.plain(21)
        if len(bases) != -(-total // 4):
            raise ValueError("has not a base for each place")
        self.bases = np.take(_BASES_OF_BYTE, bases, axis=0).reshape(-1)[:total]

    def apply(self, streams: Streams, l_seq: I64, cigar: Cigar, places: Places) -> U8:
        n = len(l_seq)
        owner = np.repeat(np.arange(n, dtype=np.int64), cigar.count)
        comparable = (
            (cigar.query == l_seq) & (l_seq > 0) & (places.position >= 0) & (places.start + cigar.span <= I32_MAX)
        )
        spans = starts_of(cigar.length * cigar.is_reference)
        place = places.start[owner] + spans[:-1] - spans[cigar.starts[owner]]
        run = np.searchsorted(self.start, place, side="right") - 1
        compared = cigar.is_query & cigar.is_reference & (run >= 0) & (place + cigar.length <= self.end[run])
        source = self.offset[run] + place - self.start[run]

        # The segments of SEQ: operations that take bases, all bases of a record that is not comparable, and the half
        # byte that fills up an odd SEQ.
        chosen = cigar.is_query & comparable[owner] & (cigar.length > 0)
        other = np.flatnonzero(~comparable & (l_seq > 0))
        odd = np.flatnonzero(l_seq & 1)
        record = np.concatenate((owner[chosen], other, odd))
        length = np.concatenate((cigar.length[chosen], l_seq[other], np.ones(len(odd), dtype=np.int64)))
        is_compared = np.concatenate((compared[chosen], np.zeros(len(other) + len(odd), dtype=bool)))
        is_padding = np.concatenate((np.zeros(len(record) - len(odd), dtype=bool), np.ones(len(odd), dtype=bool)))
        source = np.concatenate((source[chosen], np.zeros(len(other) + len(odd), dtype=np.int64)))
        if len(other) or len(odd):
            order = np.argsort(record, kind="stable")
            length, is_compared, is_padding, source = (a[order] for a in (length, is_compared, is_padding, source))
        literal = ~is_compared & ~is_padding
        literals = np.where(literal, length, 0)
        total = int(literals.sum())
        nibbles = streams.plain(18)
        if len(nibbles) != (total + 1) // 2:
            raise ValueError("has not the bases that are not compared")
        source = np.where(literal, len(self.bases) + starts_of(literals)[:-1], source)
        source[is_padding] = len(self.bases) + total
        text = self.bases.tobytes() + _HALVES_OF_BYTE[nibbles].reshape(-1)[:total].tobytes() + b"\0"
        halves = gather(text, source, length)
        offsets = starts_of(length)[:-1]
        self._mismatches(streams, halves, offsets[is_compared], length[is_compared])
        self._paddings(streams, halves, l_seq)
        pairs = halves.view("<u2")
        return ((pairs << 4) | (pairs >> 8)).astype(np.uint8)

    def _mismatches(self, streams: Streams, halves: U8, offsets: I64, lengths: I64) -> None:
        gaps = streams.plain(22)
        symbols = streams.plain(23)
        if len(symbols) == 0 and len(gaps) == 0:
            return
        compared = np.cumsum(varints(gaps, len(symbols)) + 1) - 1
        before = starts_of(lengths)
        if int(compared[-1]) >= int(before[-1]):
            raise ValueError("has a mismatch behind the last compared base")
        segment = np.searchsorted(before, compared, side="right") - 1
        at = offsets[segment] + compared - before[segment]
        if int(symbols.min()) < 1 or int(symbols.max()) > 19:
            raise ValueError("has a symbol that means nothing")
        turned = _NIBBLE_OF_BASE[(_BASE_OF_NIBBLE[halves[at]] + symbols) & 3]
        halves[at] = np.where(symbols < 4, turned, symbols - 4)

    def _paddings(self, streams: Streams, halves: U8, l_seq: I64) -> None:
        records, values = streams.exceptions(19, len(l_seq), 1)
        if len(records) == 0:
            return
        if (l_seq[records] & 1 == 0).any() or int(values.max()) > 15:
            raise ValueError("has a half byte for a SEQ that is even, or more than one")
        halves[starts_of((l_seq + 1) // 2 * 2)[1:][records] - 1] = values
