"""A dataset in a folder or bucket, read without a server (docs/format.md, section 11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bams3 import _block, _index, _metadata
from bams3._bytes import I32_MAX, crc32c, unpack_zstd
from bams3._index import BlockEntry, ChunkEntry, PageEntry, Totals
from bams3._store import Store
from bams3._verify import verify
from bams3.errors import CorruptError, RegionError, TooLargeError
from bams3.header import Header
from bams3.records import Reads, Records

METADATA_LIMIT = 64 << 20
HEADER_LIMIT = 64 << 20
RANGE_BYTES = 8 << 20
RANGE_GAP = 64 << 10


@dataclass(frozen=True)
class Stats:
    """Counts of the records, without reading any."""

    reads: int
    mapped: int
    unmapped: int
    duplicates: int
    bases: int
    flagstat: dict[str, tuple[int, int]]
    """As `samtools flagstat` counts: without and with flag 0x200."""
    references: dict[str, Totals]
    """The counts of each reference."""
    unplaced: Totals
    """The counts of the reads without a reference."""


def open(address: str, *, max_block: int = 256 << 20, **storage_options: Any) -> Dataset:
    """Opens the dataset at a folder, or an address that fsspec knows (`s3://`, `https://`, ...).

    `storage_options` go to fsspec. Blocks of more than `max_block` bytes of records are refused.
    """
    return Dataset(Store(address, storage_options), max_block)


class Dataset:
    """A dataset as it was when it was opened; a replacement is another dataset."""

    def __init__(self, store: Store, max_block: int = 256 << 20) -> None:
        self._store = store
        self._max_block = max_block
        self.metadata = _metadata.parse(store.name(_metadata.NAME), store.whole(_metadata.NAME, METADATA_LIMIT))
        self._index_key = f"{self.metadata.generation}/index.b3i"

    def __repr__(self) -> str:
        return f"<Dataset {self._store.address}: {self.metadata.digest.records} records>"

    @cached_property
    def header(self) -> Header:
        """The header text, verbatim, and the references."""
        names, lengths = self._names
        return Header(self._text, tuple(names), tuple(lengths))

    @cached_property
    def _text(self) -> str:
        m = self.metadata
        key = f"{m.generation}/header.sam.zst"
        name = self._store.name(key)
        for size in (m.header_size, m.header_raw_size):
            if size > HEADER_LIMIT:
                raise TooLargeError(name, size, HEADER_LIMIT)
        data = self._store.range(key, 0, m.header_size) if m.header_size else b""
        if crc32c(data) != m.header_checksum:
            raise CorruptError(name, "object", "the checksum is not that of the metadata")
        try:
            return unpack_zstd(data, m.header_raw_size).decode("utf-8", "surrogateescape")
        except ValueError as e:
            raise CorruptError(name, "object", str(e)) from None

    @cached_property
    def _names(self) -> tuple[list[str], list[int]]:
        if not self.metadata.references:
            return [], []
        return _index.references(self._place("references"), self._section("references"), self.metadata.references)

    @cached_property
    def stats(self) -> Stats:
        """Counts of all records and of each reference."""
        m = self.metadata
        totals = _index.totals(self._place("totals"), self._section("totals"), m.references) if m.references else []
        s = m.statistics
        return Stats(
            s["total_reads"],
            s["mapped_reads"],
            s["unmapped_reads"],
            s["duplicate_reads"],
            s["total_bases"],
            m.flagstat,
            dict(zip(self._names[0], totals, strict=True)),
            m.unplaced,
        )

    def fetch(self, reference: str | None = None, start: int | None = None, end: int | None = None) -> Reads:
        """Asks for the reads that overlap [start, end) of a reference, 0-based and half-open as in pysam.

        Without a start or an end the region begins or ends with the reference. Without a reference: all reads in file
        order. The reference `*` has the reads without one.
        """
        if reference is None:
            if start is not None or end is not None:
                raise RegionError("start and end need a reference")
            return Reads(self.header, self._all())
        if reference == "*":
            if start is not None or end is not None:
                raise RegionError("the reads without a reference have no start or end")
            return Reads(self.header, self._unplaced())
        number = self.header.index.get(reference)
        if number is None:
            raise RegionError(f"reference '{reference}' is not in the header of {self._store.address}")
        begin, stop = start or 0, I32_MAX if end is None else end
        if begin < 0 or stop < begin:
            raise RegionError(f"start {begin} and end {stop} make no interval")
        return Reads(self.header, self._region(number, begin, min(stop, I32_MAX)))

    def count(self, reference: str | None = None, start: int | None = None, end: int | None = None) -> int:
        """Returns how many reads `fetch` would give."""
        return self.fetch(reference, start, end).count()

    def verify(self) -> None:
        """Reads everything and compares all that metadata and index say with the records; raises what is wrong."""
        verify(self)

    def _all(self) -> Iterator[Records]:
        for page in self._pages:
            yield from self._blocks(self._page(page))

    def _unplaced(self) -> Iterator[Records]:
        for page in self._pages:
            if page.first_reference < 0:
                yield from self._blocks(self._page(page))

    def _region(self, reference: int, start: int, end: int) -> Iterator[Records]:
        if start == end:
            return
        for page in _index.candidates(self._pages, reference, start, end):
            for records in self._blocks(_index.candidates(self._page(page), reference, start, end)):
                found = records.overlapping(reference, start, end)
                if len(found):
                    yield found

    def _blocks(self, entries: list[BlockEntry]) -> Iterator[Records]:
        """Gives the records of blocks; neighbours are read in one range."""
        at = 0
        while at < len(entries):
            first = entries[at]
            after = at + 1
            while (
                after < len(entries)
                and entries[after].chunk == first.chunk
                and 0 <= entries[after].offset - _behind(entries[after - 1]) <= RANGE_GAP
                and _behind(entries[after]) - first.offset <= RANGE_BYTES
            ):
                after += 1
            key = self._chunk_key(first.chunk)
            for entry in entries[at:after]:
                for size in (entry.raw_length, entry.stored_length):
                    if size > self._max_block:
                        raise TooLargeError(f"{self._store.name(key)}: block at {entry.offset}", size, self._max_block)
            data = self._store.range(key, first.offset, _behind(entries[after - 1]) - first.offset)
            stored = ((data[e.offset - first.offset : _behind(e) - first.offset], e) for e in entries[at:after])
            for block in _block.decode_all(self._store.name(key), stored):
                yield Records(self.header, block.data, block.offsets)
            at = after

    def _chunk_key(self, number: int) -> str:
        return f"{self.metadata.generation}/chunks/{number:06d}.b3c"

    @cached_property
    def _pages(self) -> list[PageEntry]:
        m = self.metadata
        if "pages" not in m.sections:
            return []
        pages = _index.pages(self._place("pages"), self._section("pages"), m.references, m.index_size)
        if sum(p.blocks for p in pages) != m.block_count or sum(p.raw_bytes for p in pages) != m.digest.bytes:
            raise CorruptError(self._index_name, "section B3PG", "does not add up to what the metadata says")
        return pages

    @cached_property
    def _chunks(self) -> list[ChunkEntry]:
        m = self.metadata
        if "chunks" not in m.sections:
            return []
        chunks = _index.chunks(self._place("chunks"), self._section("chunks"))
        if (
            len(chunks) != m.chunk_count
            or sum(c.size for c in chunks) != m.chunk_bytes
            or sum(c.blocks for c in chunks) != m.block_count
            or sum(c.records for c in chunks) != m.digest.records
            or sum(c.raw_bytes for c in chunks) != m.digest.bytes
        ):
            raise CorruptError(self._index_name, "section B3CT", "does not add up to what the metadata says")
        return chunks

    def _page(self, page: PageEntry) -> list[BlockEntry]:
        if page.size > METADATA_LIMIT:
            raise TooLargeError(f"{self._index_name}: page at {page.offset}", page.size, METADATA_LIMIT)
        data = self._store.range(self._index_key, page.offset, page.size)
        if crc32c(data) != page.checksum:
            raise CorruptError(self._index_name, f"page at {page.offset}", "the checksum is wrong")
        blocks = _index.blocks(self._index_name, data, self.metadata.references)
        _index.check_page(self._index_name, page, blocks)
        return blocks

    @property
    def _index_name(self) -> str:
        return self._store.name(self._index_key)

    def _place(self, name: str) -> str:
        """Returns the name of the object in which a section stands."""
        inline = self.metadata.sections[name].inline is not None
        return self._store.name(_metadata.NAME) if inline else self._index_name

    def _section(self, name: str) -> bytes:
        section = self.metadata.sections[name]
        if section.inline is not None:
            return section.inline
        if section.size > 2 * _index.BODY_LIMIT:
            raise TooLargeError(f"{self._index_name}: section {name}", section.size, 2 * _index.BODY_LIMIT)
        data = self._store.range(self._index_key, section.offset, section.size)
        if crc32c(data) != section.checksum:
            raise CorruptError(self._index_name, f"section {name}", "the checksum is wrong")
        return data


def _behind(entry: BlockEntry) -> int:
    return entry.offset + entry.stored_length
