"""Compares a table that is an Arrow stream with the same one as JSON: table.py ARROW JSON."""

import json
import sys

import duckdb
import polars
import pyarrow as pa

rows = json.load(open(sys.argv[2], encoding="utf-8"))
arrow = pa.ipc.open_stream(sys.argv[1]).read_all()
arrow.validate(full=True)
assert arrow.schema.metadata == {b"what": b"a test"}, arrow.schema.metadata
assert [str(field.type) for field in arrow.schema] == ["string", "int32", "int64", "double"], arrow.schema
assert arrow.to_pylist() == rows
assert polars.read_ipc_stream(sys.argv[1]).to_dicts() == rows
assert duckdb.sql("select * from arrow").to_arrow_table().to_pylist() == rows
print(len(rows), "rows")
