"""How fast blocks become records: python benchmarks/decode.py DATASET ...; the best of five rounds, CPU time."""

from __future__ import annotations

import sys
import time

import bams3

ROUNDS = 5


def main() -> None:
    """Prints a line for each dataset."""
    for address in sys.argv[1:]:
        dataset = bams3.open(address)
        best = float("inf")
        for _ in range(ROUNDS):
            start = time.process_time()
            reads = dataset.fetch().count()
            best = min(best, time.process_time() - start)
        size = dataset.metadata.digest.bytes
        print(f"{address}: {reads / best:,.0f} reads/s, {size / best / 1e6:.0f} MB/s of records")


main()
