"""How fast reads become a pandas frame, from the service on: python benchmarks/tables.py URL DATASET ...

Rows a second of wall time, the best of 15 rounds, in which the forms take turns.
"""

from __future__ import annotations

import io
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa

ROUNDS = 15


def ndjson(address: str) -> Any:
    """Reads all fields and three tags."""
    with urllib.request.urlopen(f"{address}?format=NDJSON&tags=NM,MD,RG") as answer:
        return pd.read_json(io.BytesIO(answer.read()), lines=True)


def tsv(address: str) -> Any:
    """Reads all fields and three tags."""
    with urllib.request.urlopen(f"{address}?format=TSV&tags=NM,MD,RG") as answer:
        return pd.read_csv(answer, sep="\t", quoting=3)


def arrow(address: str, query: str = "&tags=NM,MD,RG") -> Any:
    """Reads all fields and three tags, or what is asked for."""
    with urllib.request.urlopen(f"{address}?format=ARROW{query}") as answer:
        return pa.ipc.open_stream(answer).read_pandas()


def two_columns(address: str) -> Any:
    """Reads POS and MAPQ."""
    return arrow(address, "&fields=POS,MAPQ")


FORMS: list[tuple[str, Callable[[str], Any]]] = [
    ("NDJSON", ndjson),
    ("TSV", tsv),
    ("Arrow", arrow),
    ("Arrow, two columns", two_columns),
]


def main() -> None:
    """Prints a line for each dataset and form."""
    for dataset in sys.argv[2:]:
        best = {name: 0.0 for name, _ in FORMS}
        for _ in range(ROUNDS):
            for name, read in FORMS:
                start = time.perf_counter()
                rows = len(read(f"{sys.argv[1]}/stream/reads/{dataset}"))
                best[name] = max(best[name], rows / (time.perf_counter() - start))
        for name, speed in best.items():
            print(f"{dataset}: {name}: {speed:,.0f} rows/s, {speed / best['NDJSON']:.1f} of NDJSON")


main()
