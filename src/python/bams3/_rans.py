"""Codec 2 of streams (docs/format.md, section 7): many streams at once, all their states side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bams3._bytes import I64, U8

BITS = 10
TOTAL = 1 << BITS
LEAST = 1 << 31
STEP = 3
_SYMBOL, _DISTANCE = 8, BITS
_MOST_CONTEXTS = 1 << 13
"""Contexts whose tables are held at a time; each takes 4 KiB."""
_MOST_BYTES = 64 << 20

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]


@dataclass
class Packed:
    """A stream as it is stored, and what became of it: its bytes, or why there are none."""

    data: bytes
    length: int
    content: bytes = b""
    error: str | None = None
    order: int = field(default=0, init=False)
    symbols: U8 = field(default_factory=lambda: np.empty(0, np.uint8), init=False)
    slots: U32 = field(default_factory=lambda: np.empty(0, np.uint32), init=False)
    states: U64 = field(default_factory=lambda: np.empty(0, np.uint64), init=False)
    words: U32 = field(default_factory=lambda: np.empty(0, np.uint32), init=False)
    part: int = field(default=0, init=False)

    @property
    def rest(self) -> int:
        """Returns how many bytes at the end are stored as they are."""
        return self.length - self.part * len(self.states)

    def open(self) -> None:
        """Reads all but the symbols."""
        data = self.data
        if len(data) < 2:
            raise ValueError("is too short for rANS")
        self.order, count = data[0], 4 * data[1]
        if self.order > 1 or not 4 <= count <= 256:
            raise ValueError(f"is rANS of order {self.order} with {count} states")
        at = self._tables()
        self.part = self.length // (STEP * count) * STEP
        rest = self.length - self.part * count
        words = len(data) - rest - at - 8 * count
        if words < 0 or words % 4:
            raise ValueError("has not the states, words and last bytes that it should have")
        self.states = np.frombuffer(data, dtype="<u8", count=count, offset=at).astype(np.uint64)
        if int(self.states.min()) < LEAST or int(self.states.max()) >> 63:
            raise ValueError("has a rANS state that begins below 2^31 or above 2^63")
        self.words = np.frombuffer(data, dtype="<u4", count=words // 4, offset=at + 8 * count).astype(np.uint32)

    def _tables(self) -> int:
        """Makes the slots of each context; returns where the tables end."""
        bits = _Bits(self.data[2:])
        k = bits.take(8) + 1
        symbols = np.cumsum([bits.gamma() for _ in range(k)]) - 1
        if int(symbols[-1]) > 255:
            raise ValueError(f"has a rANS symbol of {symbols[-1]}")
        self.symbols = symbols.astype(np.uint8)
        contexts = k if self.order else 1
        frequencies = np.zeros((contexts, k), dtype=np.int64)
        for context in range(contexts):
            digits = bits.take(4)
            if digits > BITS:
                raise ValueError("has rANS frequencies of more than 10 bits")
            left = 1 << digits
            symbol = 0
            while left > 0:
                frequency = bits.gamma() - 1
                if symbol == k or frequency > left:
                    raise ValueError(f"has rANS frequencies of context {context} that do not add up")
                left -= frequency
                frequencies[context, symbol] = frequency << (BITS - digits)
                symbol += 1
        first = np.cumsum(frequencies, axis=1) - frequencies
        entry = np.arange(k) | frequencies << (_SYMBOL + _DISTANCE)
        slots = np.repeat(entry.ravel(), frequencies.ravel())
        distance = np.tile(np.arange(TOTAL), contexts) - np.repeat(first.ravel(), frequencies.ravel())
        self.slots = (slots | distance << _SYMBOL).astype(np.uint32)
        return 2 + bits.bytes()


class _Bits:
    """Bits, the highest of each byte first."""

    def __init__(self, data: bytes) -> None:
        # Tables have at most 256 contexts of 256 numbers.
        data = data[: 256 * 257]
        self.text = bin(int.from_bytes(b"\1" + data, "big"))[3:]
        self.at = 0

    def take(self, count: int) -> int:
        end = self.at + count
        if end > len(self.text):
            raise ValueError("ends within its rANS tables")
        value = int(self.text[self.at : end] or "0", 2)
        self.at = end
        return value

    def gamma(self) -> int:
        """Returns a number of 1 or more."""
        one = self.text.find("1", self.at)
        zeros = one - self.at
        if one < 0 or zeros > BITS:
            raise ValueError("has a number in its rANS tables that is cut or too large")
        self.at = one
        return self.take(zeros + 1)

    def bytes(self) -> int:
        return -(-self.at // 8)


def unpack(streams: list[Packed]) -> None:
    """Unpacks streams; one that cannot be has an error."""
    for stream in streams:
        try:
            stream.open()
        except ValueError as e:
            stream.error = str(e)
    for some in _groups([stream for stream in streams if stream.error is None]):
        _decode(some)


def _groups(streams: list[Packed]) -> Iterator[list[Packed]]:
    """Gives the streams in runs that do not take much memory, in each the longest parts first."""
    run: list[Packed] = []
    slots = size = 0
    for stream in streams:
        if run and (slots + len(stream.slots) > _MOST_CONTEXTS * TOTAL or size + stream.length > _MOST_BYTES):
            yield sorted(run, key=lambda s: -s.part)
            run, slots, size = [], 0, 0
        run.append(stream)
        slots += len(stream.slots)
        size += stream.length
    if run:
        yield sorted(run, key=lambda s: -s.part)


def _starts(lengths: list[int]) -> I64:
    return np.cumsum([0, *lengths[:-1]])


def _decode(streams: list[Packed]) -> None:
    counts = [len(s.states) for s in streams]
    of = np.repeat(np.arange(len(streams)), counts)
    state = np.concatenate([s.states for s in streams])
    slots = np.concatenate([s.slots for s in streams])
    base = _starts([len(s.slots) for s in streams])[of]
    stride = np.array([TOTAL * s.order for s in streams])[of]
    parts = np.array([s.part for s in streams])
    words = np.concatenate([*(s.words for s in streams), np.zeros(1, np.uint32)]).astype(np.uint64)
    word_counts = [len(s.words) for s in streams]
    word = _starts(word_counts)
    word_end = word + word_counts
    size = parts * counts
    # Where each state's symbols go.
    begins = _starts(list(size))
    target = np.concatenate(
        [begin + s.part * np.arange(len(s.states)) for s, begin in zip(streams, begins, strict=True)]
    )
    ranks = np.empty(int(size.sum()), dtype=np.uint8)
    context = base.copy()
    lane_ends = np.cumsum(counts)
    mask, bits, least = np.uint64(TOTAL - 1), np.uint64(BITS), np.uint64(LEAST)
    frequency_shift, high = np.uint32(_SYMBOL + _DISTANCE), np.uint64(32)
    i = 0
    while True:
        alive = int(np.count_nonzero(parts > i))
        if alive == 0:
            break
        until = int(parts[alive - 1])
        n = int(lane_ends[alive - 1])
        x, c, lanes, b, by, to = state[:n], context[:n], of[:n], base[:n], stride[:n], target[:n]
        for at in range(i, until, STEP):
            for k in range(STEP):
                slot = slots[c + (x & mask).view(np.int64)]
                x = (slot >> frequency_shift) * (x >> bits) + (slot >> np.uint32(_SYMBOL) & np.uint32(TOTAL - 1))
                rank = slot.astype(np.uint8)
                ranks[to + (at + k)] = rank
                c = b + rank * by
            low = np.flatnonzero(x < least)
            if len(low):
                taker = lanes[low]
                taken = np.bincount(taker, minlength=alive)
                place = np.arange(len(low)) + (word[:alive] - np.cumsum(taken) + taken)[taker]
                x[low] = x[low] << high | words[np.minimum(place, len(words) - 1)]
                word[:alive] += taken
        state[:n], context[:n] = x, c
        i = until
    ends = np.add.reduceat(state != least, np.cumsum([0, *counts[:-1]]))
    for number, (stream, begin) in enumerate(zip(streams, begins, strict=True)):
        if ends[number] or word[number] != word_end[number]:
            stream.error = "has rANS states that do not end where they should"
            continue
        symbols = stream.symbols[ranks[begin : begin + size[number]]]
        stream.content = symbols.tobytes() + stream.data[len(stream.data) - stream.rest :]
