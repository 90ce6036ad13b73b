"""Regions, and BED files of them."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from bams3._bytes import I32_MAX
from bams3.errors import Bams3Error, RegionError


@dataclass(frozen=True)
class Region:
    """[start, end) of a reference, 0-based; without an end, up to the reference's."""

    reference: str
    start: int = 0
    end: int | None = None

    def __post_init__(self) -> None:
        if not self.reference:
            raise RegionError("a region needs a reference")
        if not 0 <= self.start <= (I32_MAX if self.end is None else min(self.end, I32_MAX)):
            raise RegionError(f"{self.reference}: start {self.start} and end {self.end} make no interval")


def region_of(value: Region | str | tuple[str, int, int]) -> Region:
    """Returns a region, a reference's name or a triple of name, start and end as a region."""
    if isinstance(value, Region):
        return value
    return Region(value) if isinstance(value, str) else Region(*value)


def parse_region(text: str) -> Region:
    """Returns the region that samtools means by a text: `chr1`, `chr1:1,000`, `chr1:1,000-2,000`, from 1, inclusive.

    Names with colons are put in braces: `{HLA-A*01:01}:1-100`.
    """
    if text.startswith("{") and text.endswith("}"):
        return Region(text[1:-1])
    name, colon, interval = text.rpartition(":")
    if name.startswith("{") and name.endswith("}"):
        name = name[1:-1]
    if not colon or not interval.replace(",", "").replace("-", "").isdigit():
        return Region(text)
    start, dash, end = interval.replace(",", "").partition("-")
    if not start.isdigit() or int(start) < 1 or (dash and end and not end.isdigit()):
        raise RegionError(f"{text}: is no region such as chr1:1,000-2,000")
    return Region(name, int(start) - 1, int(end) if end else None)


def read_bed(path: str | os.PathLike[str]) -> list[Region]:
    """Returns the intervals of a BED file, which may be gzipped."""
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        opened: IO[str] = gzip.open(path, "rt") if packed else open(path, encoding="utf-8")  # noqa: SIM115
        with opened as lines:
            return list(_bed(str(path), lines))
    except (OSError, EOFError, UnicodeDecodeError) as e:
        raise Bams3Error(f"{path}: cannot be read: {e}") from e


def _bed(path: str, lines: Iterable[str]) -> Iterable[Region]:
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith(("#", "track", "browser")):
            continue
        fields = line.rstrip("\r\n").split("\t") if "\t" in line else line.split()
        if len(fields) < 3 or not fields[1].isdigit() or not fields[2].isdigit():
            raise RegionError(f"{path}:{number}: is no line of a BED file: reference, start and end")
        yield Region(fields[0], int(fields[1]), int(fields[2]))


def merged(regions: Iterable[Region]) -> list[Region]:
    """Returns the regions without overlaps; references stay in the order in which they come first."""
    of: dict[str, list[Region]] = {}
    for region in regions:
        of.setdefault(region.reference, []).append(region)
    result = []
    for reference, some in of.items():
        open_start, open_end = -1, -1
        for region in sorted(some, key=lambda r: r.start):
            end = I32_MAX if region.end is None else region.end
            if end == region.start:
                continue
            if region.start <= open_end:
                open_end = max(open_end, end)
                continue
            if open_end > 0:
                result.append(_region(reference, open_start, open_end))
            open_start, open_end = region.start, end
        if open_end > 0:
            result.append(_region(reference, open_start, open_end))
    return result


def _region(reference: str, start: int, end: int) -> Region:
    return Region(reference, start, None if end >= I32_MAX else end)
