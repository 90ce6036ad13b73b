"""The format's test vectors: datasets that have to be read, and those that have to be refused."""

from __future__ import annotations

import base64
import hashlib
import json
import pathlib
import shutil
from typing import Any

import pytest
from places import VECTORS

import bams3
from bams3.read import tag_text

CASES = json.loads((VECTORS / "refuse/cases.json").read_text()) if VECTORS.is_dir() else []
READ = sorted(p.name for p in (VECTORS / "read").iterdir()) if VECTORS.is_dir() else []


@pytest.mark.parametrize("name", READ)
def test_reads(name: str) -> None:
    folder = VECTORS / "read" / name
    expected = json.loads((folder / "expected.json").read_text())
    dataset = bams3.open(str(folder / "dataset.bams3"))
    batches = list(dataset.fetch().batches())
    data = b"".join(b.data.tobytes() for b in batches)
    assert sum(len(b) for b in batches) == expected["records"]
    assert len(data) == expected["record_bytes"]
    assert hashlib.sha256(data).hexdigest() == expected["record_sha256"]
    text = dataset.header.text.encode("utf-8", "surrogateescape")
    assert hashlib.sha256(text).hexdigest() == expected["header_sha256"]
    stats = dataset.stats
    assert [
        {"name": n, "length": length, "mapped": t.mapped, "unmapped": t.unmapped, "bases": t.bases}
        for (n, t), length in zip(stats.references.items(), dataset.header.lengths, strict=True)
    ] == expected["references"]
    unplaced = stats.unplaced
    assert {"mapped": unplaced.mapped, "unmapped": unplaced.unmapped, "bases": unplaced.bases} == expected["unplaced"]
    assert {k: list(v) for k, v in stats.flagstat.items()} == expected["flagstat"]
    everything = [data[a:b] for a, b in _bounds(data)]
    for region in expected["regions"]:
        found = dataset.fetch(region["reference"], region["start"], region["end"])
        assert [r.data for r in found] == [everything[n] for n in region["records"]], region
    if (folder / "expected.sam").exists():
        lines = (folder / "expected.sam").read_bytes()
        assert lines[: len(text)] == text
        ours = [sam_line(r) for r in dataset.fetch()]
        assert "\n".join(ours).encode("utf-8") + b"\n" * bool(ours) == lines[len(text) :].removeprefix(b"\0")
    if name != "unsound-records":
        dataset.verify()


def _bounds(data: bytes) -> list[tuple[int, int]]:
    bounds, at = [], 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "little")
        bounds.append((at, end))
        at = end
    return bounds


def sam_line(read: bams3.Read) -> str:
    """A line of SAM text."""
    mate = read.next_reference_name
    if mate is not None and read.next_reference_id == read.reference_id:
        mate = "="
    qualities = read.query_qualities
    return "\t".join(
        [
            read.query_name or "*",
            str(read.flag),
            read.reference_name or "*",
            str(read.reference_start + 1),
            str(read.mapping_quality),
            read.cigarstring or "*",
            mate or "*",
            str(read.next_reference_start + 1),
            str(read.template_length),
            read.query_sequence or "*",
            "".join(chr(q + 33) for q in qualities) if qualities else "*",
            *(
                f"{tag}:{'i' if kind in 'cCsSiI' else kind[0]}:{tag_text(kind, value)}"
                for tag, kind, value in read.tags
            ),
        ]
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].replace(" ", "-"))
def test_refuses(case: dict[str, Any], tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "dataset.bams3"
    shutil.copytree(VECTORS / "read/worked-example/dataset.bams3", folder)
    for key, content in case["objects"].items():
        (folder / key).write_bytes(base64.b64decode(content))
    kind = {"corrupt": bams3.CorruptError, "unsupported": bams3.UnsupportedError}[case["kind"]]
    with pytest.raises(kind) as error:
        bams3.open(str(folder)).verify()
    said = error.value.object.removeprefix(f"{folder}/")  # type: ignore[attr-defined]
    # A section of the index may stand in the metadata: what is wrong in it is wrong in either.
    either = {said, case["object"]} <= {"_metadata.json", case["object"]} and case["object"].endswith("index.b3i")
    assert said == case["object"] or either, error.value
