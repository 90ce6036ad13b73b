"""The transforms of streams (docs/format.md, section 7)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bams3._bytes import I64, U8, U32_MAX, Cursor, as_u8, to_i32, unzigzag

_PER_BYTE = {2: 8, 3: 5, 4: 4, 5: 3, 6: 3}


@lru_cache(maxsize=16)
def _digits(k: int) -> U8:
    """Returns the indexes of symbols that each byte stands for."""
    per = _PER_BYTE.get(k, 2)
    return (np.arange(256)[:, None] // k ** np.arange(per)[None, :] % k).astype(np.uint8)


def radix(data: bytes, count: int) -> U8:
    """Undoes transform 1."""
    cursor = Cursor(data)
    k = cursor.u8()
    if not 1 <= k <= 16:
        raise ValueError(f"has {k} symbols instead of 1 to 16")
    symbols = as_u8(cursor.take(k))
    packed = as_u8(cursor.rest())
    if k == 1:
        if len(packed):
            raise ValueError("has bytes behind its only symbol")
        return np.full(count, symbols[0], dtype=np.uint8)
    digits = _digits(k)
    per = digits.shape[1]
    if len(packed) != -(-count // per):
        raise ValueError("has another number of values than are needed")
    return np.take(symbols[digits], packed, axis=0).reshape(-1)[:count]


def numbers(data: bytes, count: int) -> I64:
    """Undoes transform 2: unsigned numbers of 32 bits."""
    cursor = Cursor(data)
    width = cursor.u8()
    if width > 4:
        raise ValueError(f"has numbers of {width} bytes")
    base = cursor.zigzag()
    planes = as_u8(cursor.rest())
    if len(planes) != width * count:
        raise ValueError("has another number of values than are needed")
    values = np.full(count, base, dtype=np.int64)
    for plane in range(width):
        values += planes[plane * count : (plane + 1) * count].astype(np.int64) << (8 * plane)
    return values & U32_MAX


def deltas(data: bytes, count: int) -> I64:
    """Undoes transform 3: unsigned numbers of 32 bits."""
    return np.cumsum(to_i32(unzigzag(numbers(data, count)))) & U32_MAX
