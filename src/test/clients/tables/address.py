"""Reads an address as a stream of Arrow, by pyarrow and by polars, and prints the rows, or what each reader raised."""

import io
import sys
import urllib.request

import polars
import pyarrow as pa


def by_pyarrow(answer):
    return pa.ipc.open_stream(answer).read_all().num_rows


def batch_by_batch(answer):
    return sum(batch.num_rows for batch in pa.ipc.open_stream(answer))


def by_polars(answer):
    return polars.read_ipc_stream(io.BytesIO(answer.read())).height


for reader in (by_pyarrow, batch_by_batch, by_polars):
    try:
        with urllib.request.urlopen(sys.argv[1]) as answer:
            print(reader.__name__, reader(answer))
    except Exception as e:
        print(reader.__name__, type(e).__name__)
