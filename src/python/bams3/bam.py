"""BAM: its header, and BGZF (SAM specification, sections 4.1 and 4.2)."""

from __future__ import annotations

import os
import secrets
import struct
import zlib
from types import TracebackType

from bams3.errors import Bams3Error, CorruptError, IncompleteError, TooLargeError
from bams3.header import Header
from bams3.records import Records

END_OF_FILE = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
HEADER_LIMIT = 64 << 20
_BLOCK = 0xFF00


def encode_header(header: Header) -> bytes:
    """Returns the header as BAM has it."""
    text = header.text.encode("utf-8", "surrogateescape")
    parts = [b"BAM\1", struct.pack("<i", len(text)), text, struct.pack("<i", len(header.references))]
    for name, length in zip(header.references, header.lengths, strict=True):
        raw = name.encode("utf-8", "surrogateescape") + b"\0"
        parts += [struct.pack("<i", len(raw)), raw, struct.pack("<i", length)]
    return b"".join(parts)


def decode_header(data: bytes) -> tuple[Header, int] | None:
    """Returns the header at the beginning of the bytes and its length; None if more bytes are needed."""
    at = 4

    def take(count: int) -> bytes | None:
        nonlocal at
        if count < 0 or at + count > HEADER_LIMIT:
            raise TooLargeError("BAM header", at + count, HEADER_LIMIT)
        if at + count > len(data):
            return None
        at += count
        return data[at - count : at]

    if len(data) >= 4 and data[:4] != b"BAM\1":
        raise CorruptError("BAM", "header", "does not begin with BAM")
    size = take(4)
    text = take(struct.unpack("<i", size)[0]) if size else None
    count = take(4) if text is not None else None
    if text is None or count is None:
        return None
    names, lengths = [], []
    for _ in range(struct.unpack("<i", count)[0]):
        size = take(4)
        name = take(struct.unpack("<i", size)[0]) if size else None
        length = take(4) if name is not None else None
        if name is None or length is None:
            return None
        names.append(name[:-1].decode("utf-8", "surrogateescape"))
        lengths.append(struct.unpack("<i", length)[0])
    return Header(text.decode("utf-8", "surrogateescape"), tuple(names), tuple(lengths)), at


def compress(data: bytes, level: int = 1) -> bytes:
    """Returns the bytes as BGZF blocks, without the end of the file."""
    out = []
    for at in range(0, len(data), _BLOCK):
        piece = data[at : at + _BLOCK]
        deflater = zlib.compressobj(level, zlib.DEFLATED, -15)
        body = deflater.compress(piece) + deflater.flush()
        if len(body) > 0xFFFF - 26:
            body = b"\1" + struct.pack("<HH", len(piece), len(piece) ^ 0xFFFF) + piece
        out.append(
            b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0"
            + struct.pack("<H", len(body) + 25)
            + body
            + struct.pack("<II", zlib.crc32(piece), len(piece))
        )
    return b"".join(out)


class BgzfReader:
    """Unpacks BGZF as it comes, checking each block; knows whether the end of the file came last."""

    def __init__(self) -> None:
        self._rest = b""
        self.ended = False

    def feed(self, data: bytes) -> bytes:
        """Returns what the blocks that are whole by now have."""
        data = self._rest + data if self._rest else data
        at = 0
        out = []
        while len(data) - at >= 18:
            if data[at : at + 4] != b"\x1f\x8b\x08\x04" or data[at + 10 : at + 16] != b"\x06\0BC\x02\0":
                raise CorruptError("BGZF", "block", "is no block of BGZF")
            size = data[at + 16] + (data[at + 17] << 8) + 1
            if size < 28:
                raise CorruptError("BGZF", "block", f"has a length of {size}")
            if len(data) - at < size:
                break
            self.ended = data[at : at + size] == END_OF_FILE
            if not self.ended:
                out.append(_inflate(data[at + 18 : at + size]))
            at += size
        self._rest = data[at:]
        return b"".join(out)

    def finish(self) -> None:
        """Checks that nothing is missing."""
        if self._rest or not self.ended:
            raise IncompleteError("the BAM has no end: the answer broke off")


def _inflate(body: bytes) -> bytes:
    checksum, size = struct.unpack("<II", body[-8:])
    if size > 65536:
        raise CorruptError("BGZF", "block", f"has {size} bytes")
    inflater = zlib.decompressobj(-15)
    try:
        data = inflater.decompress(body[:-8], size + 1)
    except zlib.error as e:
        raise CorruptError("BGZF", "block", str(e)) from None
    if len(data) != size or not inflater.eof or inflater.unused_data or zlib.crc32(data) != checksum:
        raise CorruptError("BGZF", "block", "its checksum or length is wrong")
    return data


class BamWriter:
    """Writes a BAM file beside its place, and moves it there when `finish` was called."""

    def __init__(self, path: str, header: Header) -> None:
        self._path = path
        self._part = f"{path}.{secrets.token_hex(4)}.part"
        self._count = 0
        self._rest = encode_header(header)
        try:
            self._file = open(self._part, "wb")  # noqa: SIM115  # __exit__ closes it
        except OSError as e:
            raise Bams3Error(f"{path}: cannot be written: {e}") from e

    def __enter__(self) -> BamWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._file.closed:
            self._file.close()
            os.unlink(self._part)

    def write(self, records: Records) -> None:
        """Adds records."""
        data = self._rest + records.data.tobytes()
        whole = len(data) // _BLOCK * _BLOCK
        self._file.write(compress(data[:whole]))
        self._rest = data[whole:]
        self._count += len(records)

    def finish(self) -> int:
        """Puts the file in its place and returns how many records it has."""
        self._file.write(compress(self._rest) + END_OF_FILE)
        self._file.close()
        os.replace(self._part, self._path)
        return self._count
