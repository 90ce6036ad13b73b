"""Compares reads as an Arrow stream with the same reads as NDJSON and TSV, by pyarrow, pandas, polars and DuckDB.

reads.py ARROW NDJSON TSV [ARROW NDJSON TSV ...]; the columns are those of the stream, and the TSV has the same.
"""

import json
import sys

import duckdb
import pandas
import polars
import pyarrow as pa

FIELDS = ("QNAME", "FLAG", "RNAME", "POS", "MAPQ", "CIGAR", "RNEXT", "PNEXT", "TLEN", "SEQ", "QUAL")
TYPES = {
    "QNAME": "string", "FLAG": "uint16", "RNAME": "dictionary<values=string, indices=int32, ordered=0>", "POS": "int64",
    "MAPQ": "uint8", "CIGAR": "string", "RNEXT": "dictionary<values=string, indices=int32, ordered=0>", "PNEXT": "int64",
    "TLEN": "int32", "SEQ": "string", "QUAL": "binary", "NM": "int32", "AS": "int32", "NH": "string", "de": "double", "rl": "int32", "MD": "string", "XA": "string",
    "RG": "dictionary<values=string, indices=int32, ordered=0>", "ML": "list<item: uint8>", "FZ": "list<item: uint16>",
}

TEXTS = ("string", TYPES["RG"])


def of_field(read, name):
    value = read[name]
    if name == "QNAME" or not isinstance(value, str):
        return value
    if name == "RNEXT" and value == "=":
        value = read["RNAME"]
    if value == "*":
        return None
    return bytes((ord(letter) - 33) % 256 for letter in value) if name == "QUAL" else value


def of_tag(read, name, text):
    """The value of NDJSON; of a number in a column of text, the digits of TSV."""
    tag = read["TAGS"].get(name)
    tag = tag[0] if isinstance(tag, list) else tag
    if tag is None:
        return None
    return text if TYPES.get(name, "string") in TEXTS and tag["type"] not in "ZHA" else tag["value"]


def rows(ndjson, tsv, names):
    with open(ndjson, encoding="utf-8") as lines, open(tsv, encoding="utf-8", errors="surrogateescape", newline="\n") as table:
        assert table.readline().rstrip("\n").split("\t") == names, names
        for line, row in zip(lines, table, strict=True):
            read = json.loads(line)
            texts = row.rstrip("\n").split("\t")
            yield [
                of_field(read, name) if name in FIELDS else of_tag(read, name, text)
                for name, text in zip(names, texts, strict=True)
            ]


def same(what, names, found, expected):
    for name, column in zip(names, expected, strict=True):
        for number, (value, right) in enumerate(zip(found[name], column, strict=True)):
            # SAM writes one quality of 9 as it writes none.
            # SAM has six digits of a number with a fraction.
            value = float(f"{value:g}") if isinstance(value, float) else value
            assert value == right or (name == "QUAL" and value == b"\t"), (what, number, name, value, right)


def compare(stream, ndjson, tsv):
    arrow = pa.ipc.open_stream(stream).read_all()
    arrow.validate(full=True)
    names = arrow.schema.names
    assert [str(field.type) for field in arrow.schema] == [TYPES.get(name, "string") for name in names], arrow.schema
    assert b"header" in arrow.schema.metadata
    columns = zip(*rows(ndjson, tsv, names), strict=True)
    expected = [list(column) for column in columns] or [[] for _ in names]
    same("pyarrow", names, {name: arrow[name].to_pylist() for name in names}, expected)
    frame = arrow.to_pandas(types_mapper=pandas.ArrowDtype)
    none = {name: [None if value is pandas.NA else value for value in frame[name].tolist()] for name in names}
    same("pandas", names, none, expected)
    same("polars", names, polars.read_ipc_stream(stream).to_dict(as_series=False), expected)
    same("DuckDB", names, duckdb.sql("select * from arrow").to_arrow_table().to_pydict(), expected)
    return arrow.num_rows


files = sys.argv[1:]
print(sum(compare(*files[i : i + 3]) for i in range(0, len(files), 3)), "rows")
