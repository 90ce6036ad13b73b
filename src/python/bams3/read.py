"""One record, with the names that pysam gives its parts."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from bams3._bytes import I32_MAX
from bams3.errors import CorruptError
from bams3.header import Header

_FIXED = struct.Struct("<iiiBBHHHiiii")
_NUMBERS = {"c": "b", "C": "B", "s": "h", "S": "H", "i": "i", "I": "I", "f": "f"}
_BASES = "=ACMGRSVTWYHKDBN"
_PAIRS = [_BASES[byte >> 4] + _BASES[byte & 15] for byte in range(256)]
_OPERATIONS = "MIDNSHP=XB??????"
WHOLE_NUMBERS = frozenset(
    [
        "AM",
        "AS",
        "CM",
        "CP",
        "FI",
        "H0",
        "H1",
        "H2",
        "HI",
        "IH",
        "MN",
        "MQ",
        "NH",
        "NM",
        "OP",
        "SM",
        "TC",
        "UQ",
        "PQ",
        "HP",
        "PS",
        "cm",
        "ms",
        "nn",
        "s1",
        "s2",
        "rl",
    ]
)
"""Tags that have whole numbers."""


def tags_of(data: bytes, start: int, end: int) -> Iterator[tuple[str, str, Any]]:
    """Gives tag, type (of arrays `B` and the type of their elements) and value of a record's tags."""
    at = start
    while at < end:
        if end - at < 4:
            raise CorruptError("records", "tags", "end within a tag")
        tag, kind = data[at : at + 2].decode("latin-1"), chr(data[at + 2])
        at += 3
        value: Any
        if kind in _NUMBERS:
            size = struct.calcsize(_NUMBERS[kind])
            if at + size > end:
                raise CorruptError("records", f"tag {tag}", "ends early")
            (value,) = struct.unpack_from("<" + _NUMBERS[kind], data, at)
            at += size
        elif kind == "A":
            value = chr(data[at])
            at += 1
        elif kind in "ZH":
            stop = data.find(b"\0", at, end)
            if stop < 0:
                raise CorruptError("records", f"tag {tag}", "has no end")
            value = data[at:stop].decode("utf-8", "replace")
            at = stop + 1
        elif kind == "B" and end - at >= 5 and chr(data[at]) in _NUMBERS:
            code = chr(data[at])
            (count,) = struct.unpack_from("<I", data, at + 1)
            size = struct.calcsize(_NUMBERS[code])
            at += 5
            if count * size > end - at:
                raise CorruptError("records", f"tag {tag}", "ends early")
            kind += code
            value = list(struct.unpack_from(f"<{count}{_NUMBERS[code]}", data, at))
            at += count * size
        else:
            raise CorruptError("records", f"tag {tag}", f"has no known type ({kind!r})")
        yield tag, kind, value


def tag_text(kind: str, value: Any) -> str:
    """Returns the value of a tag as SAM has it."""
    if kind[0] == "B":
        return ",".join([kind[1], *(_number(v) for v in value)])
    return value if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return format(value, "g") if isinstance(value, float) else str(value)


class Read:
    """A record. Positions are 0-based and ends exclusive, as pysam has them."""

    def __init__(self, header: Header, data: bytes) -> None:
        self.header = header
        self.data = data
        """The record as BAM has it, with its `block_size`."""
        self.reference_id: int
        self.reference_start: int
        self.mapping_quality: int
        self.flag: int
        self.query_length: int
        self.next_reference_id: int
        self.next_reference_start: int
        self.template_length: int
        self._name_length: int
        self._operations: int
        (
            _,
            self.reference_id,
            self.reference_start,
            self._name_length,
            self.mapping_quality,
            self.bin,
            self._operations,
            self.flag,
            self.query_length,
            self.next_reference_id,
            self.next_reference_start,
            self.template_length,
        ) = _FIXED.unpack_from(data)

    def __repr__(self) -> str:
        return f"<Read {self.query_name} {self.reference_name}:{self.reference_start}>"

    @property
    def query_name(self) -> str:
        """QNAME."""
        return self.data[36 : 36 + max(0, self._name_length - 1)].decode("utf-8", "replace")

    @property
    def reference_name(self) -> str | None:
        """RNAME; None where there is none."""
        return self.header.name(self.reference_id)

    @property
    def next_reference_name(self) -> str | None:
        """RNEXT, a name in full; None where there is none."""
        return self.header.name(self.next_reference_id)

    @property
    def _cigar_at(self) -> int:
        return 36 + self._name_length

    @property
    def _sequence_at(self) -> int:
        return self._cigar_at + 4 * self._operations

    @property
    def _quality_at(self) -> int:
        return self._sequence_at + (self.query_length + 1) // 2

    @cached_property
    def cigartuples(self) -> list[tuple[int, int]]:
        """The CIGAR as pairs of operation and length, also where it is so long that BAM has it in the tag CG."""
        codes = self._long_cigar
        if codes is None:
            codes = struct.unpack_from(f"<{self._operations}I", self.data, self._cigar_at)
        return [(code & 15, code >> 4) for code in codes]

    @cached_property
    def _long_cigar(self) -> Sequence[int] | None:
        """The CIGAR of the tag CG, where the CIGAR field is its placeholder."""
        if self._operations != 2 or self.reference_id < 0 or self.reference_start < 0:
            return None
        first, second = struct.unpack_from("<2I", self.data, self._cigar_at)
        if first != self.query_length << 4 | 4 or second & 15 != 3:
            return None
        for tag, kind, value in self._all_tags:
            if tag == "CG" and kind in ("BI", "Bi"):
                return [code & 0xFFFFFFFF for code in value] or None
        return None

    @property
    def cigarstring(self) -> str | None:
        """CIGAR; None where there is none."""
        return "".join(f"{length}{_OPERATIONS[code]}" for code, length in self.cigartuples) or None

    @property
    def reference_end(self) -> int:
        """The alignment end, exclusive; one behind the start where no base is aligned."""
        codes = struct.unpack_from(f"<{self._operations}I", self.data, self._cigar_at)
        span = 0 if self.flag & 4 else sum(code >> 4 for code in codes if code & 15 in (0, 2, 3, 7, 8))
        return min(self.reference_start + max(1, span), I32_MAX)

    @property
    def query_sequence(self) -> str | None:
        """SEQ; None where there is none."""
        packed = self.data[self._sequence_at : self._quality_at]
        return "".join([_PAIRS[byte] for byte in packed])[: self.query_length] or None

    @property
    def query_qualities(self) -> bytes | None:
        """QUAL without its offset of 33; None where there is none."""
        values = self.data[self._quality_at : self._quality_at + self.query_length]
        return None if not values or values[0] == 0xFF else values

    @cached_property
    def tags(self) -> list[tuple[str, str, Any]]:
        """Tag, type and value of all tags; not CG where it has the CIGAR."""
        if self._long_cigar is None:
            return self._all_tags
        return [tag for tag in self._all_tags if tag[0] != "CG"]

    @cached_property
    def _all_tags(self) -> list[tuple[str, str, Any]]:
        return list(tags_of(self.data, self._quality_at + self.query_length, len(self.data)))

    def has_tag(self, tag: str) -> bool:
        """Whether the record has a tag."""
        return any(name == tag for name, _, _ in self.tags)

    def get_tag(self, tag: str) -> Any:
        """Returns the value of a tag; KeyError where the record has none."""
        for name, _, value in self.tags:
            if name == tag:
                return value
        raise KeyError(tag)

    @property
    def is_unmapped(self) -> bool:
        """Flag 0x4."""
        return bool(self.flag & 4)

    @property
    def is_reverse(self) -> bool:
        """Flag 0x10."""
        return bool(self.flag & 0x10)

    @property
    def is_paired(self) -> bool:
        """Flag 0x1."""
        return bool(self.flag & 1)

    @property
    def is_proper_pair(self) -> bool:
        """Flag 0x2."""
        return bool(self.flag & 2)

    @property
    def is_secondary(self) -> bool:
        """Flag 0x100."""
        return bool(self.flag & 0x100)

    @property
    def is_supplementary(self) -> bool:
        """Flag 0x800."""
        return bool(self.flag & 0x800)

    @property
    def is_duplicate(self) -> bool:
        """Flag 0x400."""
        return bool(self.flag & 0x400)
