"""The command `bams3`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from tqdm import tqdm

from bams3.client import connect
from bams3.errors import Bams3Error
from bams3.regions import parse_region


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bams3", description="Asks a bams3-server for reads.")
    commands = parser.add_subparsers(dest="command", required=True)
    fetch = commands.add_parser(
        "fetch",
        help="write reads as a BAM file",
        description="Writes reads as a BAM file. The file appears when it is complete; otherwise the exit code is 1.",
    )
    fetch.add_argument("id", help="id of the dataset")
    fetch.add_argument(
        "region", nargs="*", help="chr1, chr1:1000, chr1:1,000-2,000 (1-based, inclusive), or '*' for unplaced reads"
    )
    fetch.add_argument("-o", "--output", required=True, metavar="FILE", help="the BAM file to write")
    fetch.add_argument("--bed", metavar="FILE", help="the intervals of a BED file, too")
    fetch.add_argument(
        "--server", default=os.environ.get("BAMS3_URL"), metavar="URL", help="the service; default: $BAMS3_URL"
    )
    fetch.add_argument("--token", metavar="FILE", help="file with a bearer token; default: $BAMS3_TOKEN is the token")
    fetch.add_argument("--parallel", type=int, default=4, metavar="N", help="parts at the same time; default: 4")
    fetch.add_argument("--timeout", type=float, default=30, metavar="SECONDS", help="without a byte; default: 30")
    fetch.add_argument("--retries", type=int, default=8, metavar="N", help="without progress; default: 8")
    fetch.add_argument("-f", dest="required_flags", type=_flags, metavar="FLAGS", help="bits that must all be set")
    fetch.add_argument("-F", dest="excluded_flags", type=_flags, metavar="FLAGS", help="bits of which none may be set")
    fetch.add_argument("-q", dest="min_mapq", type=int, metavar="N", help="least MAPQ")
    fetch.add_argument("-r", dest="read_group", action="append", default=[], metavar="ID", help="a read group")
    fetch.add_argument("--level", type=int, metavar="N", help="compression, 0 to 9; default: the service's")
    fetch.add_argument("--quiet", action="store_true", help="no progress bar, which a terminal has otherwise")
    return parser


def _flags(text: str) -> int:
    return int(text, 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code: 0 for done, 1 for failed; argparse ends with 2 for called wrongly."""
    parser = _parser()
    args = parser.parse_args(arguments)
    if not args.server:
        parser.error("name the service with --server or BAMS3_URL")
    try:
        token = os.environ.get("BAMS3_TOKEN")
        if args.token:
            with open(args.token, encoding="utf-8") as file:
                token = file.read().strip()
        service = connect(args.server, token, timeout=args.timeout, retries=args.retries, parallel=args.parallel)
        shown = sys.stderr.isatty() and not args.quiet
        with tqdm(unit="B", unit_scale=True, unit_divisor=1024, desc=args.id, disable=not shown) as bar:
            count = service.download(
                args.id,
                args.output,
                [parse_region(r) for r in args.region] if args.region else None,
                bed=args.bed,
                progress=bar.update,
                required_flags=args.required_flags,
                excluded_flags=args.excluded_flags,
                min_mapq=args.min_mapq,
                read_group=args.read_group,
                level=args.level,
            )
    except (Bams3Error, OSError, ValueError) as e:
        print(f"bams3: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bams3: interrupted; nothing was written", file=sys.stderr)
        return 130
    print(f"{args.output}: {count} reads", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
