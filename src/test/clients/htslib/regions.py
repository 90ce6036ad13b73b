"""Compares random regions of a BAM at an address with those of the original: python3 regions.py <original> <url> <seed>
<count>. The original has an index beside it. Prints what differs and ends with 1 where anything does."""
import os
import random
import sys

import pysam

original, url, seed, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
random.seed(seed)
local = pysam.AlignmentFile(original, check_sq=False)
remotes = []
for suffix in (".bai", ".csi"):
    try:
        remotes.append(pysam.AlignmentFile(url, index_filename=url + suffix, check_sq=False))
    except (OSError, ValueError) as e:
        # A BAI is refused where a reference is longer than it can hold.
        if suffix == ".csi" or all(length <= 1 << 29 for length in local.lengths):
            raise
failures = []


def texts(reads):
    return [read.to_string() for read in reads]


def compare(what, wanted, found):
    if wanted != found:
        failures.append(f"{what}: {len(wanted)} wanted, {len(found)} found")


everything = list(local.fetch(until_eof=True))
for remote in remotes:
    compare("idxstats", local.get_index_statistics(), remote.get_index_statistics())
    compare("reads without a place", local.nocoordinate, remote.nocoordinate)
    compare("all", texts(everything), texts(remote.fetch(until_eof=True)))
    compare("unplaced", texts(local.fetch("*")), texts(remote.fetch("*")))

starts = [(read.reference_name, read.reference_start) for read in everything if read.reference_id >= 0]
for i in range(count if starts else 0):
    remote = remotes[i % len(remotes)]
    name, near = random.choice(starts)
    length = local.get_reference_length(name)
    span = int(10 ** random.uniform(0, 6))
    start = min(max(0, near + random.randint(-span, span)), length - 1)
    end = min(length, start + random.randint(1, span))
    what = f"{name}:[{start},{end}) by {'bai' if remote is remotes[0] else 'csi'}"
    compare(what, texts(local.fetch(name, start, end)), texts(remote.fetch(name, start, end)))
    if i % 10 == 0:
        compare("count " + what, local.count(name, start, end), remote.count(name, start, end))
        compare(
            "pileup " + what,
            [(c.pos, c.nsegments) for c in local.pileup(name, start, min(end, start + 200), max_depth=100)],
            [(c.pos, c.nsegments) for c in remote.pileup(name, start, min(end, start + 200), max_depth=100)],
        )
print(f"pysam {pysam.__version__}: {count} regions, seed {seed}")
for failure in failures[:20]:
    print(failure)
sys.stdout.flush()
# Without a tidy end: closing is no part of what is compared.
os._exit(1 if failures else 0)
