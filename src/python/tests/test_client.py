"""The client against the real service, directly and through a proxy that breaks connections."""

from __future__ import annotations

import os
import pathlib
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pysam
import pytest
from breaking import Breaking, haproxy
from conftest import Running
from places import SEED

import bams3
from bams3.regions import Region, merged, parse_region

FAULTS = int(os.environ.get("BAMS3_TEST_PYTHON_FAULTS", "40"))


@pytest.fixture(scope="session")
def whole(service: Running, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("whole") / "made.bam"
    bams3.connect(service.url).download("made", path)
    return path


def test_fetches_what_the_dataset_has(service: Running) -> None:
    here = bams3.open(str(service.folder))
    there = bams3.connect(service.url)
    chance = random.Random(SEED)
    assert [r.data for r in there.fetch("made")] == [r.data for r in here.fetch()]
    assert [r.data for r in there.fetch("made", "*")] == [r.data for r in here.fetch("*")]
    for _ in range(20):
        start = chance.randrange(60_000)
        region = ("chr1", start, start + chance.choice([1, 100, 20_000]))
        assert [r.data for r in there.fetch("made", region)] == [r.data for r in here.fetch(*region)], f"seed {SEED}"
        assert there.count("made", region) == here.count(*region)
    assert there.stats("made")["records"] == here.stats.reads
    bins = there.coverage("made", "chr1", 1000, 2000, bins=10)["bins"]
    assert [b["start"] for b in bins] == list(range(1000, 2000, 100))


def test_regions_and_filters(service: Running, whole: pathlib.Path, tmp_path: pathlib.Path) -> None:
    there = bams3.connect(service.url)
    bed = tmp_path / "targets.bed"
    bed.write_text("#targets\nchr2\t500\t900\tx\nchr1\t1000\t2000\nchr1\t1500\t2500\n")
    with pysam.AlignmentFile(str(whole)) as bam:
        reads = list(bam.fetch(until_eof=True))
    overlap = [
        r.query_name
        for r in reads
        if r.reference_id >= 0
        and any(
            r.reference_name == name and r.reference_start < end and (r.reference_end or r.reference_start + 1) > start
            for name, start, end in (("chr1", 1000, 2500), ("chr2", 500, 900))
        )
    ]
    assert [r.query_name for r in there.fetch("made", bed=bed)] == overlap
    good = [r.query_name for r in reads if r.mapping_quality >= 30 and r.flag & 3 == 3 and not r.flag & 0x400]
    found = there.fetch("made", min_mapq=30, required_flags=3, excluded_flags=0x400)
    assert [r.query_name for r in found] == good
    table = there.fetch("made", "chr1", fields=["QNAME", "POS"], limit=5).to_arrow(["QNAME", "POS"])
    assert table.column("POS").to_pylist() == [r.reference_start + 1 for r in reads[:5]]


def test_a_table_is_that_of_the_dataset(service: Running, tmp_path: pathlib.Path) -> None:
    here = bams3.open(str(service.folder))
    there = bams3.connect(service.url)
    assert there.table("made").to_pylist() == here.fetch().to_arrow().to_pylist()
    columns, tags = ["POS", "QNAME", "RNEXT"], ["NM", "RG", "MD:Z", "ML", "XS:i", "AS:f"]
    expected = here.fetch("chr1", 1000, 3000).to_arrow(["QNAME", "POS", "RNEXT"], tags)
    found = there.table("made", ("chr1", 1000, 3000), columns=columns, tags=tags)
    assert found.schema.names == ["QNAME", "POS", "RNEXT", *(tag[:2] for tag in tags)]
    assert found.schema.remove_metadata() == expected.schema
    assert found.to_pylist() == expected.to_pylist()
    assert found.schema.metadata[b"header"].decode() == here.header.text
    bed = tmp_path / "targets.bed"
    bed.write_text("chr2\t500\t900\nchr1\t1000\t2000\n")
    names = [r.query_name for r in there.fetch("made", bed=bed, min_mapq=30)]
    assert there.table("made", bed=bed, columns=["QNAME"], min_mapq=30)["QNAME"].to_pylist() == names
    with pytest.raises(bams3.ServiceError, match="no such dataset"):
        there.table("nothing")


def test_refusals_have_the_words_of_the_service(service: Running) -> None:
    there = bams3.connect(service.url)
    with pytest.raises(bams3.ServiceError, match="no such dataset") as error:
        there.fetch("nothing")
    assert (error.value.status, error.value.kind) == (404, "NotFound")
    with pytest.raises(bams3.ServiceError, match="chrX"):
        there.fetch("made", "chrX")
    with pytest.raises(bams3.IncompleteError):
        bams3.connect("http://127.0.0.1:9", retries=1, timeout=1).stats("made")


def test_a_download_is_the_original(service: Running, whole: pathlib.Path) -> None:
    with pysam.AlignmentFile(str(service.bam)) as a, pysam.AlignmentFile(str(whole)) as b:
        assert [r.to_string() for r in a.fetch(until_eof=True)] == [r.to_string() for r in b.fetch(until_eof=True)]
    assert whole.read_bytes().endswith(bams3.bam.END_OF_FILE)


def _through_proxies(url: str, run: Callable[[str, int], bool], share: Callable[[int], float]) -> int:
    """Runs something FAULTS times, each behind a proxy of its own; returns how many were done."""

    def one(number: int) -> bool:
        proxy = Breaking(url, SEED + number, share(number))
        try:
            return run(proxy.url, number)
        except AssertionError as e:
            raise AssertionError(f"seed {SEED}, run {number}") from e
        finally:
            proxy.close()
            broken.append(proxy.broken)

    broken: list[int] = []
    with ThreadPoolExecutor(12) as pool:
        done = sum(pool.map(one, range(FAULTS)))
    assert sum(broken) > FAULTS // 2, "the proxy broke too little"
    return done


def test_identical_bytes_or_an_error(service: Running, whole: pathlib.Path, tmp_path: pathlib.Path) -> None:
    expected = whole.read_bytes()

    def run(url: str, number: int) -> bool:
        path = tmp_path / f"{number}" / "out.bam"
        path.parent.mkdir()
        try:
            bams3.connect(url, timeout=1.0, retries=3).download("made", path)
        except bams3.Bams3Error:
            assert list(path.parent.iterdir()) == []
            return False
        assert path.read_bytes() == expected
        path.unlink()
        return True

    done = _through_proxies(service.url, run, lambda number: 0.4 if number % 5 else 0.95)
    assert done >= FAULTS // 25, f"{done} of {FAULTS} were done, seed {SEED}"


def test_streams_are_complete_or_raise(service: Running) -> None:
    question = ("chr1", 5000, 40_000)
    expected = [r.data for r in bams3.connect(service.url).fetch("made", question, min_mapq=20)]

    def run(url: str, _: int) -> bool:
        try:
            found = [r.data for r in bams3.connect(url, timeout=1.0, retries=2).fetch("made", question, min_mapq=20)]
        except bams3.Bams3Error:
            return False
        assert found == expected
        return True

    done = _through_proxies(service.url, run, lambda _: 0.5)
    assert done >= FAULTS // 25, f"{done} of {FAULTS} were done, seed {SEED}"


def test_tables_are_complete_or_raise(service: Running) -> None:
    expected = bams3.connect(service.url).table("made", "chr1", columns=["QNAME", "POS"], tags=["MD"])

    def run(url: str, _: int) -> bool:
        there = bams3.connect(url, timeout=1.0, retries=2)
        try:
            found = there.table("made", "chr1", columns=["QNAME", "POS"], tags=["MD"])
        except bams3.Bams3Error:
            return False
        assert found == expected
        return True

    done = _through_proxies(service.url, run, lambda _: 0.5)
    assert done >= FAULTS // 25, f"{done} of {FAULTS} were done, seed {SEED}"


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="haproxy is not installed")
def test_identical_bytes_or_an_error_behind_haproxy(
    service: Running, whole: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    expected = whole.read_bytes()
    proxy = Breaking(service.url, SEED, 0.3)

    def run(number: int) -> bool:
        path = tmp_path / f"{number}" / "out.bam"
        path.parent.mkdir()
        try:
            bams3.connect(url, timeout=2.0, retries=3).download("made", path)
        except bams3.Bams3Error:
            assert list(path.parent.iterdir()) == []
            return False
        assert path.read_bytes() == expected, f"seed {SEED}, run {number}"
        path.unlink()
        return True

    try:
        with haproxy(proxy.url, tmp_path) as url, ThreadPoolExecutor(12) as pool:
            done = sum(pool.map(run, range(FAULTS)))
    finally:
        proxy.close()
    assert proxy.broken > FAULTS // 2, "the proxy broke too little"
    assert done >= FAULTS // 25, f"{done} of {FAULTS} were done, seed {SEED}"


def test_what_samtools_lost_over_s3(service: Running, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over s3:// samtools 1.23 lost reads of BED targets (htslib#2043), and with threads (samtools#2352), silently."""
    # htslib keeps the index where it works.
    monkeypatch.chdir(tmp_path)
    chance = random.Random(SEED)
    bed = tmp_path / "targets.bed"
    starts = sorted(chance.sample(range(59_000), 200))
    bed.write_text("".join(f"chr1\t{start}\t{start + chance.randrange(1, 300)}\n" for start in starts))
    pysam.index(str(service.bam), str(tmp_path / "made.bai"))
    file = f"{service.url}/files/made.bam"

    def view(*arguments: str) -> list[str]:
        return str(pysam.samtools.view(*arguments)).splitlines()

    local = view("-M", "-X", "-L", str(bed), str(service.bam), str(tmp_path / "made.bai"))
    assert len(local) > 100
    assert view("-M", "-X", "-L", str(bed), file, f"{file}.bai") == local, f"seed {SEED}"
    everything = view(str(service.bam))
    for threads in ("1", "2", "4"):
        assert view("-@", threads, file) == everything
        assert view("-@", threads, f"{service.url}/reads/made") == everything


def _command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAMS3_")} | settings
    return subprocess.run(
        [sys.executable, "-m", "bams3.cli", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_command(service: Running, whole: pathlib.Path, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out.bam"
    done = _command("fetch", "made", "-o", str(out), BAMS3_URL=service.url)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == whole.read_bytes()
    bed = tmp_path / "targets.bed"
    bed.write_text("chr1\t1000\t2000\n")
    done = _command("fetch", "made", "--bed", str(bed), "-o", str(out), "--server", service.url)
    assert done.returncode == 0, done.stderr
    region = _command("fetch", "made", "chr1:1,001-2,000", "-o", str(tmp_path / "region.bam"), "--server", service.url)
    assert region.returncode == 0, region.stderr
    assert out.read_bytes() == (tmp_path / "region.bam").read_bytes()
    with pysam.AlignmentFile(str(out)) as bam:
        assert f"{sum(1 for _ in bam.fetch(until_eof=True))} reads" in done.stderr
    missing = _command("fetch", "nothing", "-o", str(tmp_path / "no.bam"), "--server", service.url)
    assert missing.returncode == 1
    assert "no such dataset" in missing.stderr
    assert not (tmp_path / "no.bam").exists()
    assert _command("fetch", "made").returncode == 2


def test_regions() -> None:
    assert parse_region("chr1:1,001-2,000") == Region("chr1", 1000, 2000)
    assert parse_region("chr1:5") == Region("chr1", 4)
    assert parse_region("{HLA-A*01:01}") == Region("HLA-A*01:01")
    assert parse_region("{HLA-A*01:01}:2-3") == Region("HLA-A*01:01", 1, 3)
    assert merged([Region("b", 5, 9), Region("a"), Region("b", 8, 12), Region("b", 20, 20), Region("b", 12, 13)]) == [
        Region("b", 5, 13),
        Region("a", 0, None),
    ]
    with pytest.raises(bams3.RegionError):
        Region("a", 5, 4)
    with pytest.raises(ValueError, match="make no interval"):
        bams3.Region("a", -1, 4)
