"""Names and mates of a block's records (docs/format.md, sections 7 and 8)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from bams3._bytes import I64, Cursor, content, varints
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
    gaps = np.array([0] + [t.count(0) for t in templates], dtype=np.int64)
    values = []
    for number in range(16):
        transform, data = streams.take(32 + number, 2, 3)
        wanted = int((gaps[template] > number).sum())
        if (wanted == 0) != (len(data) == 0):
            raise ValueError("has not a number for each name that needs one")
        values.append((deltas if transform == 3 else numbers)(data, wanted) if wanted else np.zeros(0, dtype=np.int64))
    new: list[bytes] = [b""] * len(template)
    whole = Cursor(streams.take(12)[1])
    plain = np.flatnonzero(template == 0).tolist()
    for index in plain:
        new[index] = whole.take(whole.u8())
    whole.end()
    for number in np.unique(template[template > 0]).tolist():
        chosen = template == number
        text = templates[number - 1]
        columns = [values[gap][chosen[gaps[template] > gap]].tolist() for gap in range(int(gaps[number]))]
        if columns:
            pattern = text.replace(b"%", b"%%").replace(b"\0", b"%d") + b"\0"
            made = list(map(pattern.__mod__, zip(*columns, strict=True)))
        else:
            made = [text + b"\0"] * int(chosen.sum())
        if len(made) == len(new):
            new = made
        else:
            for index, name in zip(np.flatnonzero(chosen).tolist(), made, strict=True):
                new[index] = name
    names = pa.array(new, pa.large_binary())
    lengths = np.diff(content(names)[1])
    if int(lengths.max(initial=0)) > 255:
        raise ValueError("a name has more than 255 bytes")
    rank = np.cumsum(is_new) - 1
    order = rank[root]
    if int(lengths[order].sum()) > limit:
        raise ValueError("the names are longer than the records")
    return names.take(pa.array(order)), link, root


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
