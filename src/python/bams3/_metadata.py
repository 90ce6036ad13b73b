"""`_metadata.json`: the commit of a dataset (docs/format.md, section 2)."""

from __future__ import annotations

import base64
import binascii
import itertools
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bams3._bytes import I32_MAX, crc32c
from bams3._index import COUNT_LIMIT, HEAD_LENGTH, Totals
from bams3.errors import CorruptError, UnsupportedError

NAME = "_metadata.json"
FLAGSTAT = (
    "total",
    "primary",
    "secondary",
    "supplementary",
    "duplicates",
    "primary_duplicates",
    "mapped",
    "primary_mapped",
    "paired",
    "read1",
    "read2",
    "properly_paired",
    "both_mapped",
    "singletons",
    "mate_on_other_reference",
    "mate_on_other_reference_mapq5",
)
_END = re.compile(rb',"checksum":"([0-9a-f]{8})"\}\Z')
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_GENERATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}\Z")
_VERSION = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\Z")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z")


@dataclass(frozen=True)
class Section:
    """Bytes of the index: in the metadata itself, or a range with its checksum."""

    inline: bytes | None
    offset: int = 0
    size: int = 0
    checksum: int = 0


@dataclass(frozen=True)
class Digest:
    """The identity of the contents: checksums, bytes and number of all records in file order."""

    crc32c: int
    crc32: int
    bytes: int
    records: int
    sha256: str | None


@dataclass(frozen=True)
class Metadata:
    """What the metadata says."""

    version: tuple[int, int, int]
    uuid: str
    generation: str
    document: dict[str, Any]
    statistics: dict[str, int]
    flagstat: dict[str, tuple[int, int]]
    digest: Digest
    header_size: int
    header_raw_size: int
    header_checksum: int
    references: int
    unplaced: Totals
    index_size: int
    sections: dict[str, Section]
    block_count: int
    block_bytes: int
    chunk_count: int
    chunk_bytes: int


def parse(name: str, data: bytes) -> Metadata:
    """Returns the metadata of a document that keeps every rule, or raises what is wrong with it."""
    sealed = _END.search(data)
    valid = sealed is not None and crc32c(data[: sealed.start()]) == int(sealed.group(1), 16)
    try:
        document = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant, parse_int=_integer
        )
    except (ValueError, RecursionError) as e:
        raise CorruptError(name, "document", f"is no JSON document of UTF-8: {e}") from None
    if not isinstance(document, dict) or document.get("format") != "BAMS3":
        raise CorruptError(name, "format", "is not BAMS3")
    version = document.get("version")
    match = _VERSION.match(version) if isinstance(version, str) else None
    if match is None:
        raise CorruptError(name, "version", "is no version")
    if match.group(1) != "1":
        raise UnsupportedError(name, f"version {version} is not known to this reader")
    if not valid and isinstance(document.get("references"), list) and "checksum" not in document:
        raise UnsupportedError(name, "references: is a dataset of a trial of version 1.0")
    if not valid:
        raise CorruptError(name, "checksum", "is wrong, or the document does not end with it")
    if isinstance(document.get("references"), list):
        raise UnsupportedError(name, "references: is a dataset of a trial of version 1.0")
    try:
        return _Reader(document).metadata((1, int(match.group(2)), int(match.group(3))))
    except _Bad as e:
        raise CorruptError(name, e.field, e.reason) from None
    except _Unknown as e:
        raise UnsupportedError(name, str(e)) from None


class _Bad(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


class _Unknown(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice")
    return result


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is no number")


class _Reader:
    """Takes the members out of the document, checking type and range of each."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def metadata(self, version: tuple[int, int, int]) -> Metadata:
        d = self.document
        features = _typed(d, "required_features", list)
        if not all(isinstance(f, str) for f in features):
            raise _Bad("required_features", "is no array of texts")
        if features:
            raise _Unknown(f"required_features: {', '.join(features)} is not known to this reader")
        created = _typed(d, "created", str)
        if not _TIME.match(created) or not _is_time(created):
            raise _Bad("created", "is no time of RFC 3339")
        _typed(d, "created_by", str)
        self._source(_typed(d, "source", dict))
        uuid = _typed(d, "uuid", str)
        if not _UUID.match(uuid):
            raise _Bad("uuid", "is no UUID of lower-case digits")
        generation = _typed(d, "generation", str)
        if not _GENERATION.match(generation):
            raise _Bad("generation", "is no name of a generation")
        if d.get("sort_order") != "coordinate":
            raise _Bad("sort_order", "is not coordinate")
        compression = _typed(d, "compression", dict)
        _typed(compression, "algorithm", str, "compression.")
        _count(compression, "level", "compression.")
        self._warnings()
        self._read_groups()
        statistics = _typed(d, "statistics", dict)
        names = ("total_reads", "mapped_reads", "unmapped_reads", "duplicate_reads", "total_bases")
        counts = {n: _count(statistics, n, "statistics.") for n in names}
        flagstat = self._flagstat(_typed(statistics, "flagstat", dict, "statistics."))
        digest = _typed(d, "digest", dict)
        sha256 = digest.get("sha256")
        if sha256 is not None and not (isinstance(sha256, str) and re.match(r"[0-9a-f]{64}\Z", sha256)):
            raise _Bad("digest.sha256", "is no SHA-256")
        header = _typed(d, "header", dict)
        index = _typed(d, "index", dict)
        blocks, chunks = _typed(d, "blocks", dict), _typed(d, "chunks", dict)
        unplaced = _typed(d, "unplaced", dict)
        metadata = Metadata(
            version=version,
            uuid=uuid,
            generation=generation,
            document=d,
            statistics=counts,
            flagstat=flagstat,
            digest=Digest(
                _checksum(digest, "crc32c", "digest."),
                _checksum(digest, "crc32", "digest."),
                _count(digest, "bytes", "digest."),
                _count(digest, "records", "digest."),
                sha256,
            ),
            header_size=_count(header, "size", "header."),
            header_raw_size=_count(header, "raw_size", "header."),
            header_checksum=_checksum(header, "crc32c", "header."),
            references=_count(d, "references", largest=I32_MAX),
            unplaced=Totals(*(_count(unplaced, n, "unplaced.") for n in ("mapped", "unmapped", "bases", "raw_bytes"))),
            index_size=_count(index, "size", "index."),
            sections={
                n: s for n in ("references", "totals", "pages", "chunks") if (s := _section(index, n)) is not None
            },
            block_count=_count(blocks, "count", "blocks."),
            block_bytes=_count(blocks, "size", "blocks."),
            chunk_count=_count(chunks, "count", "chunks.", 1_000_000),
            chunk_bytes=_count(chunks, "size", "chunks."),
        )
        _check(metadata)
        return metadata

    def _source(self, source: dict[str, Any]) -> None:
        _typed(source, "file", str, "source.")
        _typed(source, "format", str, "source.")
        _typed(source, "sorted_on_conversion", bool, "source.")
        if "size" in source:
            _count(source, "size", "source.")
        for name in ("etag", "declared_order"):
            if name in source:
                _typed(source, name, str, "source.")

    def _warnings(self) -> None:
        if "warnings" not in self.document:
            return
        for warning in _typed(self.document, "warnings", list):
            if not isinstance(warning, dict):
                raise _Bad("warnings", "is no array of objects")
            _typed(warning, "kind", str, "warnings.")
            _count(warning, "count", "warnings.")
            _typed(warning, "example", str, "warnings.")

    def _read_groups(self) -> None:
        for group in _typed(self.document, "read_groups", list):
            if not isinstance(group, dict):
                raise _Bad("read_groups", "is no array of objects")
            _typed(group, "id", str, "read_groups.")
            for name in ("sample", "library", "platform"):
                if name in group:
                    _typed(group, name, str, "read_groups.")

    def _flagstat(self, flagstat: dict[str, Any]) -> dict[str, tuple[int, int]]:
        result = {}
        for name in FLAGSTAT:
            pair = flagstat.get(name)
            if not (isinstance(pair, list) and len(pair) == 2 and all(_is_count(v) for v in pair)):
                raise _Bad(f"statistics.flagstat.{name}", "is no pair of counts")
            result[name] = (pair[0], pair[1])
        return result


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", text.upper()).replace("Z", "+00:00").replace(":60", ":59"))
    except ValueError:
        return False
    return True


def _typed(of: dict[str, Any], name: str, kind: type, path: str = "") -> Any:
    value = of.get(name)
    if not isinstance(value, kind):
        raise _Bad(path + name, f"is missing, or no {kind.__name__}")
    return value


def _is_count(value: object, largest: int = COUNT_LIMIT) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest


def _count(of: dict[str, Any], name: str, path: str = "", largest: int = COUNT_LIMIT) -> int:
    value = of.get(name)
    if not _is_count(value, largest):
        raise _Bad(path + name, f"is missing, or no integer from 0 to {largest}")
    return int(value)  # type: ignore[arg-type]


def _checksum(of: dict[str, Any], name: str, path: str) -> int:
    value = of.get(name)
    if not (isinstance(value, str) and re.match(r"[0-9a-f]{8}\Z", value)):
        raise _Bad(path + name, "is missing, or not eight hexadecimal digits")
    return int(value, 16)


def _section(index: dict[str, Any], name: str) -> Section | None:
    if name not in index:
        return None
    path = f"index.{name}."
    section = _typed(index, name, dict, "index.")
    if "inline" in section:
        try:
            return Section(base64.b64decode(_typed(section, "inline", str, path), validate=True))
        except (binascii.Error, ValueError):
            raise _Bad(path + "inline", "is no Base64") from None
    offset, size = _count(section, "offset", path), _count(section, "size", path)
    if offset < HEAD_LENGTH or offset + size > _count(index, "size", "index."):
        raise _Bad(f"index.{name}", "lies outside of the index")
    return Section(None, offset, size, _checksum(section, "crc32c", path))


def _check(m: Metadata) -> None:
    """Compares the numbers with one another."""
    records = m.digest.records
    s = m.statistics
    for field, holds in (
        ("statistics.total_reads", s["total_reads"] == records),
        ("statistics.mapped_reads", s["mapped_reads"] + s["unmapped_reads"] == records),
        ("statistics.duplicate_reads", s["duplicate_reads"] <= records),
        ("statistics.flagstat.total", sum(m.flagstat["total"]) == records),
        ("statistics.flagstat.mapped", sum(m.flagstat["mapped"]) == s["mapped_reads"]),
        ("statistics.flagstat.duplicates", sum(m.flagstat["duplicates"]) == s["duplicate_reads"]),
        ("unplaced.mapped", m.unplaced.mapped == 0),
        ("unplaced.unmapped", m.unplaced.unmapped <= s["unmapped_reads"]),
        ("unplaced.bases", m.unplaced.bases <= s["total_bases"]),
        ("unplaced.raw_bytes", m.unplaced.raw_bytes <= m.digest.bytes),
        ("digest.bytes", m.digest.bytes >= 36 * records),
        ("blocks.count", m.chunk_count <= m.block_count <= records and (m.block_count > 0) == (records > 0)),
        ("chunks.count", (m.chunk_count > 0) == (records > 0)),
        ("chunks.size", m.block_bytes <= m.chunk_bytes),
        ("index.size", m.index_size >= HEAD_LENGTH),
        ("index.references", ("references" in m.sections) == (m.references > 0)),
        ("index.totals", ("totals" in m.sections) == (m.references > 0)),
        ("index.pages", ("pages" in m.sections) == (records > 0)),
        ("index.chunks", ("chunks" in m.sections) == (records > 0)),
    ):
        if not holds:
            raise _Bad(field, "does not agree with the other numbers")
    ranges = sorted((s.offset, s.offset + s.size) for s in m.sections.values() if s.inline is None)
    if any(a[1] > b[0] for a, b in itertools.pairwise(ranges)):
        raise _Bad("index", "sections overlap")
