"""Records as BAM has them, and what becomes of them: Arrow, pandas, polars, BAM, or one object for each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bams3._block import FIXED
from bams3._bytes import I32_MAX, I64, U8, as_u8, gather, pieces, starts_of
from bams3.errors import Bams3Error, CorruptError
from bams3.header import Header
from bams3.read import WHOLE_NUMBERS, Read, tag_text, tags_of

_LETTERS = np.frombuffer(b"=ACMGRSVTWYHKDBN", dtype=np.uint8)
_LETTERS_OF_BYTE = np.stack([_LETTERS[np.arange(256) >> 4], _LETTERS[np.arange(256) & 15]], axis=1)
_OPERATIONS = b"MIDNSHP=XB??????"
_REFERENCE = np.isin(np.arange(16), [0, 2, 3, 7, 8])
COLUMNS = ("QNAME", "FLAG", "RNAME", "POS", "MAPQ", "CIGAR", "RNEXT", "PNEXT", "TLEN", "SEQ", "QUAL")


class Records:
    """Some records, one behind the other."""

    def __init__(self, header: Header, data: bytes | U8, offsets: I64) -> None:
        self.header = header
        self.data = as_u8(data) if isinstance(data, bytes) else data
        self.offsets = offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def _bytes(self) -> bytes:
        return self.data.tobytes()

    @cached_property
    def fixed(self) -> npt.NDArray[Any]:
        """The fields of fixed length, by the names of the SAM specification."""
        starts = self.offsets[:-1]
        if len(starts) == 0:
            return np.empty(0, dtype=FIXED)
        windows = np.lib.stride_tricks.sliding_window_view(self.data, FIXED.itemsize)
        return windows[starts].reshape(-1).view(FIXED)

    @cached_property
    def _layout(self) -> tuple[I64, I64, I64, I64, I64]:
        """Where each record's CIGAR, SEQ, QUAL and tags begin, and its l_seq."""
        f = self.fixed
        l_seq = f["l_seq"].astype(np.int64)
        cigar = self.offsets[:-1] + FIXED.itemsize + f["l_read_name"]
        sequence = cigar + 4 * f["n_cigar_op"].astype(np.int64)
        quality = sequence + (l_seq + 1) // 2
        tags = quality + l_seq
        wrong = np.flatnonzero((l_seq < 0) | (tags > self.offsets[1:]))
        if len(wrong):
            raise CorruptError("records", f"record {int(wrong[0])}", "its parts are longer than the record")
        return cigar, sequence, quality, tags, l_seq

    @cached_property
    def _operations(self) -> tuple[I64, I64]:
        """The CIGAR operations of all records, and the n + 1 offsets of the records in them."""
        cigar, sequence, _, _, _ = self._layout
        counts = self.fixed["n_cigar_op"].astype(np.int64)
        data = gather(self._bytes, cigar, sequence - cigar)
        return data.view("<u4").astype(np.int64), starts_of(counts)

    @cached_property
    def ends(self) -> I64:
        """The alignment end of each record."""
        operations, starts = self._operations
        total = starts_of(np.where(_REFERENCE[operations & 15], operations >> 4, 0))
        span = total[starts[1:]] - total[starts[:-1]]
        span[self.fixed["flag"] & 4 != 0] = 0
        ends: I64 = np.minimum(self.fixed["pos"] + np.maximum(1, span), I32_MAX)
        return ends

    def overlapping(self, reference: int, start: int, end: int) -> Records:
        """Returns the records that overlap a region."""
        f = self.fixed
        keep = (f["refID"] == reference) & (f["pos"] < end)
        keep &= self.ends > start
        return self.select(np.flatnonzero(keep))

    def select(self, numbers: I64) -> Records:
        """Returns some of the records, by number, in the order that is given."""
        if len(numbers) == len(self) and (len(numbers) == 0 or numbers[0] == 0):
            return self
        starts, lengths = self.offsets[:-1][numbers], np.diff(self.offsets)[numbers]
        if len(numbers) and int(numbers[-1] - numbers[0]) == len(numbers) - 1:
            data = self.data[starts[0] : starts[0] + int(lengths.sum())]
        else:
            data = gather(self._bytes, starts, lengths)
        return Records(self.header, data, starts_of(lengths))

    def __getitem__(self, number: int) -> Read:
        _ = self._layout
        return Read(self.header, self._bytes[self.offsets[number] : self.offsets[number + 1]])

    def __iter__(self) -> Iterator[Read]:
        data = self._bytes
        offsets = self.offsets.tolist()
        _ = self._layout
        for start, end in itertools.pairwise(offsets):
            yield Read(self.header, data[start:end])

    def to_batch(self, columns: Sequence[str] = COLUMNS, tags: Sequence[str] = ()) -> Any:
        """Returns an Arrow record batch; see `Reads.to_arrow`."""
        wanted = schema(columns, tags)
        values = [_COLUMN[name](self) for name in columns]
        found = self._tags([tag[:2] for tag in tags])
        values += [_tag_array(tag, texts) for tag, texts in zip(tags, found, strict=True)]
        return pa.RecordBatch.from_arrays(values, schema=wanted)

    def _names(self) -> Any:
        lengths = self.fixed["l_read_name"].astype(np.int64)
        text = np.maximum(lengths - 1, 0)
        data = gather(self._bytes, self.offsets[:-1] + FIXED.itemsize, text)
        return _text(pieces(data, starts_of(text)))

    def _reference(self, field: str) -> Any:
        numbers = self.fixed[field].astype(np.int32)
        if len(numbers) and int(numbers.max()) >= len(self.header.references):
            raise CorruptError("records", field, "is no reference of the header")
        return pa.DictionaryArray.from_arrays(
            pa.array(numbers, mask=numbers < 0), pa.array(_shown(self.header.references), pa.string())
        )

    def _position(self, field: str) -> Any:
        return pa.array(self.fixed[field].astype(np.int64) + 1)

    def _number(self, field: str, kind: Any) -> Any:
        return pa.array(self.fixed[field], kind)

    def _cigar_text(self) -> Any:
        operations, starts = self._operations
        if len(operations) == 0:
            return pa.nulls(len(self), pa.string())
        unique, index = np.unique(operations, return_inverse=True)
        parts = pa.array([b"%d%c" % (op >> 4, _OPERATIONS[op & 15]) for op in unique.tolist()], pa.large_binary())
        each = parts.take(pa.array(index))
        _, offsets, data = each.buffers()
        places = np.frombuffer(offsets, dtype=np.int64)[: len(each) + 1]
        joined = _text(pieces(np.frombuffer(data, dtype=np.uint8)[: places[-1]], places[starts]))
        texts = pc.if_else(pa.array(np.diff(starts) == 0), pa.scalar(None, pa.string()), joined)
        return self._with_long_cigars(texts, operations, starts)

    def _with_long_cigars(self, texts: Any, operations: I64, starts: I64) -> Any:
        """Puts the CIGARs in place that are so long that BAM has them in a tag."""
        two = np.flatnonzero(np.diff(starts) == 2)
        first, second = operations[starts[two]], operations[starts[two] + 1]
        long = two[(first == (self.fixed["l_seq"][two].astype(np.int64) << 4 | 4)) & (second & 15 == 3)]
        if len(long) == 0:
            return texts
        values = texts.to_pylist()
        for number in long.tolist():
            values[number] = self[number].cigarstring
        return pa.array(values, pa.string())

    def _sequence(self) -> Any:
        _, sequence, quality, _, l_seq = self._layout
        packed = gather(self._bytes, sequence, quality - sequence)
        letters = np.take(_LETTERS_OF_BYTE, packed, axis=0).reshape(-1)
        if (l_seq & 1).any():
            keep = np.ones(len(letters), dtype=bool)
            keep[(starts_of((l_seq + 1) // 2 * 2)[1:] - 1)[l_seq & 1 == 1]] = False
            letters = letters[keep]
        text = _text(pieces(letters, starts_of(l_seq)))
        return pc.if_else(pa.array(l_seq == 0), pa.scalar(None, pa.string()), text)

    def _quality(self) -> Any:
        _, _, quality, _tags, l_seq = self._layout
        values = gather(self._bytes, quality, l_seq)
        missing = l_seq == 0
        firsts = starts_of(l_seq)[:-1][~missing]
        missing[~missing] = values[firsts] == 0xFF
        rows = pieces(values, starts_of(l_seq)).cast(pa.binary())
        return pc.if_else(pa.array(missing), pa.scalar(None, pa.binary()), rows)

    def _tags(self, tags: Sequence[str]) -> list[list[Any]]:
        _, _, _, starts, _ = self._layout
        columns: list[list[Any]] = [[] for _ in tags]
        for start, end in zip(starts.tolist(), self.offsets[1:].tolist(), strict=True):
            found = {tag: (kind, value) for tag, kind, value in tags_of(self._bytes, start, end)}
            for tag, column in zip(tags, columns, strict=True):
                column.append(found.get(tag))
        return columns


def _text(values: Any) -> Any:
    """Returns pieces of bytes as text; bytes that are no UTF-8 become U+FFFD."""
    values = values.cast(pa.binary())
    try:
        return values.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([v.decode("utf-8", "replace") for v in values.to_pylist()], pa.string())


def _shown(names: Sequence[str]) -> list[str]:
    return [name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for name in names]


def _tag_type(tag: str) -> Any:
    """Returns the type of the column of a tag, such as `NM` or `XS:i`."""
    if len(tag) > 2:
        if tag[2:] not in _NAMED_TYPES:
            raise ValueError(f"tags: '{tag}' is no tag with a type i, f or Z")
        return _NAMED_TYPES[tag[2:]]
    if tag in WHOLE_NUMBERS:
        return pa.int32()
    return _TAG_TYPES.get(tag, pa.string())


def _tag_array(tag: str, values: list[tuple[str, Any] | None]) -> Any:
    kind = _tag_type(tag)
    if not pa.types.is_string(kind) and not pa.types.is_dictionary(kind):
        try:
            return pa.array([None if v is None else v[1] for v in values], kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as e:
            raise Bams3Error(f"tags: a value of {tag} does not fit a column of {kind}: {e}") from None
    texts = pa.array([None if v is None else tag_text(*v) for v in values], pa.string())
    return texts.dictionary_encode() if pa.types.is_dictionary(kind) else texts


_NAMED_TYPES: dict[str, Any] = {":i": pa.int32(), ":f": pa.float64(), ":Z": pa.string()}
_TAG_TYPES: dict[str, Any] = {
    "RG": pa.dictionary(pa.int32(), pa.string()),
    "ML": pa.list_(pa.uint8()),
    "FZ": pa.list_(pa.uint16()),
}
_COLUMN: dict[str, Callable[[Records], Any]] = {
    "QNAME": lambda r: r._names(),
    "FLAG": lambda r: r._number("flag", pa.uint16()),
    "RNAME": lambda r: r._reference("refID"),
    "POS": lambda r: r._position("pos"),
    "MAPQ": lambda r: r._number("mapq", pa.uint8()),
    "CIGAR": lambda r: r._cigar_text(),
    "RNEXT": lambda r: r._reference("next_refID"),
    "PNEXT": lambda r: r._position("next_pos"),
    "TLEN": lambda r: r._number("tlen", pa.int32()),
    "SEQ": lambda r: r._sequence(),
    "QUAL": lambda r: r._quality(),
}
_TYPES: dict[str, Any] = {
    "QNAME": pa.string(),
    "FLAG": pa.uint16(),
    "RNAME": pa.dictionary(pa.int32(), pa.string()),
    "POS": pa.int64(),
    "MAPQ": pa.uint8(),
    "CIGAR": pa.string(),
    "RNEXT": pa.dictionary(pa.int32(), pa.string()),
    "PNEXT": pa.int64(),
    "TLEN": pa.int32(),
    "SEQ": pa.string(),
    "QUAL": pa.binary(),
}


def schema(columns: Sequence[str], tags: Sequence[str]) -> Any:
    """Returns the Arrow schema of these columns."""
    for name in columns:
        if name not in _TYPES:
            raise ValueError(f"columns: there is no column '{name}'; there are {', '.join(COLUMNS)}")
    fields = [pa.field(name, _TYPES[name]) for name in columns]
    fields += [pa.field(tag[:2], _tag_type(tag)) for tag in tags]
    return pa.schema(fields)


class Reads:
    """The answer to a question: its records come as they are needed, a block at a time.

    An answer is read once, by one of its methods. Those that return everything hold it in memory. An answer that is not
    complete raises an error at its end; what came before is right as far as it goes.
    """

    def __init__(self, header: Header, batches: Iterable[Records]) -> None:
        self.header = header
        self._batches = iter(batches)

    def batches(self) -> Iterator[Records]:
        """Gives the records of a block at a time."""
        return self._batches

    def __iter__(self) -> Iterator[Read]:
        for records in self._batches:
            yield from records

    def count(self) -> int:
        """Returns the number of records."""
        return sum(len(records) for records in self._batches)

    def to_batches(self, columns: Sequence[str] = COLUMNS, tags: Sequence[str] = ()) -> Iterator[Any]:
        """Gives Arrow record batches."""
        schema(columns, tags)
        return (records.to_batch(columns, tags) for records in self._batches)

    def to_arrow(self, columns: Sequence[str] = COLUMNS, tags: Sequence[str] = ()) -> Any:
        """Returns an Arrow table with SAM's columns.

        POS and PNEXT are 1-based, as in SAM, and 0 where there is none. RNAME and RNEXT are dictionaries; what SAM has
        as `*` is null; QUAL has the qualities as bytes, without the offset of 33. `tags` are columns of their own:
        whole numbers where the SAM specification says so, a dictionary for RG, lists for ML and FZ, else SAM's text;
        `XS:i`, `de:f`, `NM:Z` name the type.
        """
        return pa.Table.from_batches(self.to_batches(columns, tags), schema=schema(columns, tags))

    def to_pandas(self, columns: Sequence[str] = COLUMNS, tags: Sequence[str] = ()) -> Any:
        """Returns a pandas data frame with the columns of `to_arrow`."""
        return self.to_arrow(columns, tags).to_pandas()

    def to_polars(self, columns: Sequence[str] = COLUMNS, tags: Sequence[str] = ()) -> Any:
        """Returns a polars data frame with the columns of `to_arrow`."""
        import polars

        return polars.from_arrow(self.to_arrow(columns, tags))

    def to_bam(self, path: str) -> int:
        """Writes a BAM file, which appears when it is whole, and returns the number of records."""
        from bams3.bam import BamWriter

        with BamWriter(path, self.header) as writer:
            for records in self._batches:
                writer.write(records)
            return writer.finish()
