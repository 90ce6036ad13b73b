"""Compares everything that metadata and index of a dataset say with its records."""

from __future__ import annotations

import hashlib
import itertools
import zlib
from typing import TYPE_CHECKING, Any

import google_crc32c
import numpy as np
import numpy.typing as npt

from bams3 import _block, _index
from bams3._bytes import crc32c
from bams3._index import BlockEntry, ChunkEntry, Totals
from bams3._metadata import FLAGSTAT
from bams3.errors import CorruptError
from bams3.records import Records

if TYPE_CHECKING:
    from bams3.dataset import Dataset


def verify(dataset: Dataset) -> None:
    """Reads every object whole; raises what is wrong."""
    _Verifier(dataset).run()


class _Verifier:
    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.store = dataset._store
        self.metadata = dataset.metadata
        self.flagstat = np.zeros((len(FLAGSTAT), 2), dtype=np.int64)
        self.totals = np.zeros((self.metadata.references + 1, 4), dtype=np.int64)
        self.crc32 = 0
        self.crc32c = 0
        self.sha256 = hashlib.sha256()
        self.duplicates = 0

    def run(self) -> None:
        d, m = self.dataset, self.metadata
        _ = d.header, d.stats
        name, key = d._index_name, d._index_key
        if self.store.size(key) != m.index_size:
            raise CorruptError(name, "object", "has another length than the metadata says")
        _index.check_head(name, self.store.range(key, 0, 64), b"B3IX", m.version, m.uuid, m.generation, 0)
        if self.store.size(f"{m.generation}/header.sam.zst") != m.header_size:
            raise CorruptError(
                self.store.name(f"{m.generation}/header.sam.zst"), "object", "has another length than the metadata says"
            )
        ranges = sorted(
            [(s.offset, s.offset + s.size) for s in m.sections.values() if s.inline is None]
            + [(p.offset, p.offset + p.size) for p in d._pages]
        )
        if any(a[1] > b[0] for a, b in itertools.pairwise(ranges)):
            raise CorruptError(name, "object", "sections overlap")
        chunks = {c.number: c for c in d._chunks}
        blocks: dict[int, list[BlockEntry]] = {number: [] for number in chunks}
        before = (0, 0)
        for page in d._pages:
            for entry in d._page(page):
                if entry.chunk not in chunks or (entry.chunk, entry.offset) < before:
                    raise CorruptError(name, f"page at {page.offset}", "has a block of a chunk that is not there")
                before = (entry.chunk, entry.offset + entry.stored_length)
                blocks[entry.chunk].append(entry)
        for number, chunk in chunks.items():
            self._chunk(chunk, blocks[number])
        if sum(e.stored_length for es in blocks.values() for e in es) != m.block_bytes:
            raise self._wrong("blocks.size")
        self._compare()

    def _wrong(self, field: str) -> CorruptError:
        return CorruptError(self.store.name("_metadata.json"), field, "does not agree with the records")

    def _chunk(self, chunk: ChunkEntry, entries: list[BlockEntry]) -> None:
        d, m = self.dataset, self.metadata
        key = d._chunk_key(chunk.number)
        name = self.store.name(key)
        if self.store.size(key) != chunk.size:
            raise CorruptError(name, "object", "has another length than the index says")
        _index.check_head(name, self.store.range(key, 0, 64), b"B3CH", m.version, m.uuid, m.generation, chunk.number)
        tail = self.store.range(key, chunk.size - _index.TAIL_LENGTH, _index.TAIL_LENGTH)
        offset, length, checksum = _index.directory(name, tail, chunk.size)
        section = self.store.range(key, offset, length)
        if crc32c(section) != checksum:
            raise CorruptError(name, "directory", "the checksum is wrong")
        listed = _index.blocks(name, section, m.references)
        if listed[0].chunk != chunk.number:
            raise CorruptError(name, "directory", "is that of another chunk")
        if listed != entries:
            raise CorruptError(name, "directory", "is not what the index says")
        if entries and entries[-1].offset + entries[-1].stored_length > offset:
            raise CorruptError(name, "directory", "a block overlaps it")
        if (
            len(entries) != chunk.blocks
            or sum(e.records for e in entries) != chunk.records
            or sum(e.raw_length for e in entries) != chunk.raw_bytes
        ):
            raise CorruptError(d._index_name, "section B3CT", f"says of chunk {chunk.number} what its blocks do not")
        for entry in entries:
            stored = self.store.range(key, entry.offset, entry.stored_length)
            block = _block.decode(name, stored, entry)
            self._records(name, entry, Records(d.header, block.data, block.offsets))

    def _records(self, name: str, entry: BlockEntry, records: Records) -> None:
        data = records._bytes
        self.crc32 = zlib.crc32(data, self.crc32)
        self.crc32c = google_crc32c.extend(self.crc32c, data)
        self.sha256.update(data)
        f = records.fixed
        reference = f["refID"].astype(np.int64)
        position = f["pos"].astype(np.int64)
        last = reference == reference[-1]
        ordered = np.diff(reference) > 0
        ordered |= (np.diff(reference) == 0) & (np.diff(position) >= 0)
        place = f"block at {entry.offset}"
        if reference[0] >= 0:
            if not ordered.all() or int(reference[-1]) >= self.metadata.references or int(position.min()) < -1:
                raise CorruptError(name, place, "the records are not in order")
            if int(records.ends[last].max()) != entry.end:
                raise CorruptError(name, place, "the records end elsewhere than the index says")
        elif (reference != -1).any():
            raise CorruptError(name, place, "has placed records beside unplaced ones")
        l_seq = f["l_seq"].astype(np.int64)
        if int(l_seq.sum()) != entry.bases:
            raise CorruptError(name, place, "has another number of bases than the index says")
        mapped = (f["flag"] & 4) == 0
        lengths = np.diff(records.offsets)
        for number in np.unique(reference).tolist():
            of = reference == number
            self.totals[number] += (
                int((of & mapped).sum()),
                int((of & ~mapped).sum()),
                int(l_seq[of].sum()),
                int(lengths[of].sum()),
            )
        self.duplicates += int((f["flag"] & 0x400 != 0).sum())
        self._count(f)

    def _count(self, f: npt.NDArray[Any]) -> None:
        flag = f["flag"].astype(np.int64)

        def has(bit: int) -> npt.NDArray[np.bool_]:
            return np.asarray(flag & bit != 0, dtype=np.bool_)

        mapped = ~has(4)
        primary = ~has(0x900)
        pair = primary & has(1)
        both = pair & mapped & ~has(8)
        elsewhere = both & (f["next_refID"] != f["refID"])
        counted = {
            "total": np.ones(len(flag), dtype=bool),
            "primary": primary,
            "secondary": has(0x100),
            "supplementary": has(0x800) & ~has(0x100),
            "duplicates": has(0x400),
            "primary_duplicates": primary & has(0x400),
            "mapped": mapped,
            "primary_mapped": primary & mapped,
            "paired": pair,
            "read1": pair & has(0x40),
            "read2": pair & has(0x80),
            "properly_paired": pair & has(2) & mapped,
            "both_mapped": both,
            "singletons": pair & has(8) & mapped,
            "mate_on_other_reference": elsewhere,
            "mate_on_other_reference_mapq5": elsewhere & (f["mapq"] >= 5),
        }
        failed = has(0x200)
        for row, name in enumerate(FLAGSTAT):
            self.flagstat[row] += (int((counted[name] & ~failed).sum()), int((counted[name] & failed).sum()))

    def _compare(self) -> None:
        m, stats = self.metadata, self.dataset.stats
        if self.crc32 != m.digest.crc32 or self.crc32c != m.digest.crc32c:
            raise self._wrong("digest")
        if m.digest.sha256 is not None and self.sha256.hexdigest() != m.digest.sha256:
            raise self._wrong("digest.sha256")
        if dict(zip(FLAGSTAT, map(tuple, self.flagstat.tolist()), strict=True)) != m.flagstat:
            raise self._wrong("statistics.flagstat")
        if self.duplicates != stats.duplicates or int(self.totals[:, 2].sum()) != stats.bases:
            raise self._wrong("statistics")
        found = [Totals(*row) for row in self.totals.tolist()]
        if found[-1] != m.unplaced:
            raise self._wrong("unplaced")
        if found[:-1] != list(stats.references.values()):
            raise CorruptError(self.dataset._index_name, "section B3RT", "does not agree with the records")
