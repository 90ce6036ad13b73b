"""Names and mates of a block's records (docs/format.md, sections 7 and 8)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from bams3._bytes import I64, Cursor, as_u8, content, pieces, varints
from bams3._numbers import deltas, numbers
from bams3._streams import Streams


def decode(streams: Streams, n: int, limit: int) -> tuple[Any, I64, I64]:
    """Returns the names, and for each record the link and the first record of its name."""
    link = varints(streams.plain(9), n)
    record = np.arange(n, dtype=np.int64)
    if (link > record).any():
        raise ValueError("links to before the first record")
    root = record - link
    while True:
        further = root[root]
        if (further == root).all():
            break
        root = further
    is_new = link == 0
    template = varints(streams.plain(10), int(is_new.sum()))
    templates = _templates(streams)
    if int(template.max(initial=0)) > len(templates):
        raise ValueError("there is no such template")
    gaps = np.array([0] + [t.count(0) for t in templates], dtype=np.int64)[template]
    values: list[I64] = []
    for number in range(int(gaps.max(initial=0))):
        transform, data = streams.take(32 + number, 2, 3)
        wanted = int((gaps > number).sum())
        values.append((deltas if transform == 3 else numbers)(data, wanted))
    places = np.empty(len(template), dtype=np.int64)
    plain = np.flatnonzero(template == 0)
    whole = Cursor(streams.take(12)[1])
    parts = [pa.array([whole.take(whole.u8()) for _ in range(len(plain))], pa.large_binary())]
    whole.end()
    places[plain] = np.arange(len(plain))
    done = len(plain)
    for number in np.flatnonzero(np.bincount(template)).tolist():
        if number == 0:
            continue
        text = templates[number - 1]
        chosen = template == number
        own = values if bool(chosen.all()) else [v[chosen[gaps > gap]] for gap, v in enumerate(values)]
        count = int(chosen.sum())
        parts.append(_filled(text, [v.tolist() for v in own[: text.count(0)]], count))
        places[chosen] = done + np.arange(count)
        done += count
    names = pa.concat_arrays(parts)
    lengths = np.diff(content(names)[1])
    if int(lengths.max(initial=0)) > 255:
        raise ValueError("a name has more than 255 bytes")
    order = places[(np.cumsum(is_new) - 1)[root]]
    if int(lengths[order].sum()) > limit:
        raise ValueError("the names are longer than the records")
    return names.take(pa.array(order)), link, root


def _filled(template: bytes, columns: list[list[int]], count: int) -> Any:
    """Returns a template with each row of numbers in its gaps; every name ends with the only NUL in it."""
    pattern = template.replace(b"%", b"%%").replace(b"\0", b"%d") + b"\0"
    data = b"".join(map(pattern.__mod__, zip(*columns, strict=True))) if columns else (template + b"\0") * count
    offsets = np.zeros(count + 1, dtype=np.int64)
    offsets[1:] = np.flatnonzero(as_u8(data) == 0) + 1
    return pieces(data, offsets)


def _templates(streams: Streams) -> list[bytes]:
    data = streams.take(11)[1]
    if not data:
        return []
    cursor = Cursor(data)
    templates = []
    count = cursor.varint()
    if count > 255:
        raise ValueError("has more than 255 templates")
    for _ in range(count):
        text = cursor.take(cursor.varint(255))
        if text.count(0) > 16:
            raise ValueError("a template has more than 16 gaps")
        templates.append(text)
    cursor.end()
    return templates


def mates(flag: I64, link: I64, root: I64) -> I64:
    """Returns the mate of each record in the block, or -1 (section 8)."""
    candidate = (flag & 1 != 0) & (flag & 0x900 == 0)
    mate = np.full(len(flag), -1, dtype=np.int64)
    linked = np.flatnonzero((link > 0) & candidate)
    if len(linked) == 0:
        return mate
    # A name that stands twice needs no search.
    size = np.bincount(root, minlength=len(root))
    twice = linked[(size[root[linked]] == 2) & candidate[root[linked]]]
    mate[twice] = root[twice]
    mate[root[twice]] = twice
    links = link.tolist()
    for record in linked[size[root[linked]] > 2].tolist():
        other = record
        for _ in range(4):
            if links[other] == 0:
                break
            other -= links[other]
            if candidate[other] and mate[other] < 0:
                mate[record] = other
                mate[other] = record
                break
    return mate
