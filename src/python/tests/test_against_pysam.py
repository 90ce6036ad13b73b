"""Real files, converted by the Java command: all records and random regions are what pysam reads."""

from __future__ import annotations

import os
import pathlib
import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pysam
import pytest
from places import SEED, java, real_files, run_java

import bams3

REGIONS = int(os.environ.get("BAMS3_TEST_PYTHON_REGIONS", "20"))

pytestmark = pytest.mark.skipif(java() is None or not real_files(), reason="no jar, or no BAMS3_TEST_DATA")


@pytest.fixture(scope="session")
def conversions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[pathlib.Path]]]:
    """The datasets of all files, which are made while the tests of the first ones run."""
    kept = os.environ.get("BAMS3_TEST_DATASETS")
    folder = pathlib.Path(kept) if kept else tmp_path_factory.mktemp("datasets")

    def convert(source: pathlib.Path) -> pathlib.Path:
        target = folder / f"{source.stem}.bams3"
        if not target.exists():
            run_java("convert", str(source), str(target))
        return target

    with ThreadPoolExecutor(1) as pool:
        yield {source.stem: pool.submit(convert, source) for source in real_files()}


@pytest.fixture(scope="module", params=real_files(), ids=lambda p: p.stem)
def pair(
    request: pytest.FixtureRequest, conversions: dict[str, Future[pathlib.Path]]
) -> tuple[pathlib.Path, bams3.Dataset]:
    """A BAM file, and the dataset that it became."""
    source: pathlib.Path = request.param
    return source, bams3.open(str(conversions[source.stem].result()))


def _key(read: bams3.Read | pysam.AlignedSegment) -> tuple[object, ...]:
    # array.array of pysam, lists here
    tags = sorted(read.tags) if isinstance(read, bams3.Read) else sorted(read.get_tags(with_value_type=True))
    named = [
        (t[0], list(v) if not isinstance(v, str | int | float) else v)
        for t, v in (
            ((tag, kind), value) if isinstance(read, bams3.Read) else ((tag, value), kind) for tag, kind, value in tags
        )
    ]
    qualities = read.query_qualities
    return (
        read.query_name,
        read.flag,
        read.reference_id,
        read.reference_start,
        read.mapping_quality,
        read.cigarstring,
        read.next_reference_id,
        read.next_reference_start,
        read.template_length,
        read.query_sequence,
        bytes(qualities) if qualities is not None else None,
        repr(named),
    )


def test_all_records(pair: tuple[pathlib.Path, bams3.Dataset]) -> None:
    source, dataset = pair
    with pysam.AlignmentFile(str(source), check_sq=False) as bam:
        expected = [_key(r) for r in bam.fetch(until_eof=True)]
    found = [_key(r) for r in dataset.fetch()]
    if dataset.metadata.document["source"]["sorted_on_conversion"]:
        assert sorted(map(repr, found)) == sorted(map(repr, expected))
    else:
        assert found == expected
    assert dataset.stats.reads == len(expected)


def test_table(pair: tuple[pathlib.Path, bams3.Dataset]) -> None:
    _, dataset = pair
    columns = {
        name: column.to_pylist() for name, column in zip(bams3.COLUMNS, dataset.fetch().to_arrow().columns, strict=True)
    }
    for number, read in enumerate(dataset.fetch()):
        assert [columns[name][number] for name in bams3.COLUMNS] == [
            read.query_name,
            read.flag,
            read.reference_name,
            read.reference_start + 1,
            read.mapping_quality,
            read.cigarstring,
            read.next_reference_name,
            read.next_reference_start + 1,
            read.template_length,
            read.query_sequence,
            read.query_qualities,
        ]


def test_random_regions(pair: tuple[pathlib.Path, bams3.Dataset]) -> None:
    _, dataset = pair
    chance = random.Random(SEED)
    fixed = [(r.header, r.fixed["refID"], r.fixed["pos"], r.ends) for r in dataset.fetch().batches()]
    reference = np.concatenate([f[1] for f in fixed])
    start = np.concatenate([f[2] for f in fixed])
    end = np.concatenate([f[3] for f in fixed])
    placed = np.flatnonzero(reference >= 0)
    everything = [r.data for r in dataset.fetch()]
    for _ in range(REGIONS if len(placed) else 0):
        near = int(chance.choice(placed.tolist()))
        number = int(reference[near])
        begin = max(0, int(start[near]) + chance.randint(-300, 300))
        stop = begin + chance.choice([0, 1, 10, 1000, 100_000, 1 << 30])
        name = dataset.header.references[number]
        found = [r.data for r in dataset.fetch(name, begin, stop)]
        chosen = np.flatnonzero((reference == number) & (start < stop) & (end > begin) & (begin < stop))
        assert found == [everything[n] for n in chosen.tolist()], f"{name}:{begin}-{stop} seed {SEED}"


def test_regions_of_an_indexed_file(pair: tuple[pathlib.Path, bams3.Dataset], tmp_path: pathlib.Path) -> None:
    source, dataset = pair
    chance = random.Random(SEED + 1)
    copy = tmp_path / "copy.bam"
    pysam.sort("-o", str(copy), str(source))
    pysam.index("-c", str(copy))
    with pysam.AlignmentFile(str(copy), check_sq=False) as bam:
        used = [n for n, t in dataset.stats.references.items() if t.mapped + t.unmapped]
        for _ in range(REGIONS if used else 0):
            name = chance.choice(used)
            reads = bam.fetch(name)
            first = next(reads).reference_start
            begin = first + chance.randint(0, 20_000)
            stop = begin + chance.choice([1, 100, 5000])
            expected = sorted(repr(_key(r)) for r in bam.fetch(name, begin, stop))
            found = sorted(repr(_key(r)) for r in dataset.fetch(name, begin, stop))
            assert found == expected, f"{name}:{begin}-{stop} seed {SEED}"
        assert dataset.count("*") == sum(1 for _ in bam.fetch("*"))
