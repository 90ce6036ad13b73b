"""Asks a bams3-server for reads, and proves that the answer is complete."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import quote, urlencode, urlsplit

import pyarrow as pa

from bams3._block import record_offsets
from bams3._http import Connection
from bams3.bam import BgzfReader, decode_header
from bams3.errors import Bams3Error, CorruptError, IncompleteError, RegionError
from bams3.header import Header
from bams3.records import COLUMNS, Reads, Records
from bams3.regions import Region, merged, read_bed, region_of

_PIECE = 1 << 20
_END_OF_ARROW = b"\xff\xff\xff\xff\0\0\0\0"


@dataclass(frozen=True)
class Filters:
    """Which reads are wanted, and what of them (docs/queries.md)."""

    required_flags: int | None = None
    excluded_flags: int | None = None
    min_mapq: int | None = None
    read_group: Sequence[str] = ()
    sample: Sequence[str] = ()
    name: Sequence[str] = ()
    tag: Sequence[str] = ()
    subsample: float | None = None
    seed: int | None = None
    limit: int | None = None
    fields: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    notags: Sequence[str] | None = None
    level: int | None = None

    def criteria(self) -> dict[str, Any]:
        """The parameters that choose records, by the names of the service without their prefix."""
        values = {
            "requiredFlags": self.required_flags,
            "excludedFlags": self.excluded_flags,
            "minMapq": self.min_mapq,
            "readGroup": list(self.read_group),
            "sample": list(self.sample),
            "name": list(self.name),
            "tag": list(self.tag),
            "subsample": self.subsample,
            "seed": self.seed,
            "limit": self.limit,
        }
        return {k: v for k, v in values.items() if v is not None and v != []}

    def body(self) -> dict[str, Any]:
        """The members of a request."""
        body: dict[str, Any] = {
            k: list(v)
            for k, v in (("fields", self.fields), ("tags", self.tags), ("notags", self.notags))
            if v is not None
        }
        own = self.criteria()
        if self.level is not None:
            own["level"] = self.level
        if own:
            body["bams3"] = own
        return body


def connect(
    url: str, token: str | None = None, *, timeout: float = 30.0, retries: int = 8, parallel: int = 4
) -> Service:
    """Names a service; nothing is asked yet.

    `timeout` is how many seconds may pass without a byte. A request is repeated up to `retries` times without progress.
    `parallel` parts of an answer are fetched at the same time.
    """
    return Service(url, token, timeout=timeout, retries=retries, parallel=parallel)


class Service:
    """A bams3-server."""

    def __init__(self, url: str, token: str | None, *, timeout: float, retries: int, parallel: int) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise Bams3Error(f"{url}: is no address of a service, such as https://host")
        if parallel < 1 or retries < 0 or timeout <= 0:
            raise ValueError("timeout and parallel must be above 0, retries 0 or more")
        self._url = url.rstrip("/")
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = Connection(timeout, retries, parallel)
        self._parallel = parallel

    def stats(self, dataset: str) -> dict[str, Any]:
        """Returns what the service says of a dataset: counts, references, read groups."""
        return self._get(f"/datasets/{quote(dataset)}")

    def count(self, dataset: str, region: Region | str | tuple[str, int, int] | None = None, **filters: Any) -> int:
        """Returns how many reads there are, of the dataset or of a region."""
        query = _query(None if region is None else region_of(region))
        query += [(f"bams3.{k}", v) for k, v in Filters(**filters).criteria().items()]
        return int(self._get(f"/datasets/{quote(dataset)}/count", query)["records"])

    def coverage(self, dataset: str, reference: str, start: int, end: int, bins: int = 100) -> dict[str, Any]:
        """Returns the depth of a region in bins, as the service has it."""
        return self._get(
            f"/datasets/{quote(dataset)}/coverage", [*_query(Region(reference, start, end)), ("bins", bins)]
        )

    def _get(self, path: str, query: Iterable[tuple[str, Any]] = ()) -> dict[str, Any]:
        text = urlencode(list(query), doseq=True)
        answer = self._http.json("GET", self._url + path + ("?" + text if text else ""), self._headers)
        if not isinstance(answer, dict):
            raise IncompleteError(f"{self._url}{path}: the answer is no JSON object")
        return answer

    def fetch(
        self,
        dataset: str,
        regions: Region | str | tuple[str, int, int] | Iterable[Region | str | tuple[str, int, int]] | None = None,
        *,
        bed: str | os.PathLike[str] | None = None,
        **filters: Any,
    ) -> Reads:
        """Asks for reads: those of regions (0-based, half-open), of a BED file, or all.

        Each read comes once, in file order, however many regions it overlaps. `filters` are the members of `Filters`.
        The answer is complete, or its end raises `IncompleteError`.
        """
        answer = _Answer(self, dataset, _regions(regions, bed), Filters(**filters))
        batches = answer.batches()
        header = next(batches)
        assert isinstance(header, Header)
        return Reads(header, (b for b in batches if isinstance(b, Records)))

    def table(
        self,
        dataset: str,
        regions: Region | str | tuple[str, int, int] | Iterable[Region | str | tuple[str, int, int]] | None = None,
        *,
        bed: str | os.PathLike[str] | None = None,
        columns: Sequence[str] = COLUMNS,
        tags: Sequence[str] = (),
        **filters: Any,
    ) -> Any:
        """Returns reads as an Arrow table: the columns and tags that are named, and nothing else is sent.

        `regions`, `bed` and `filters` are those of `fetch`. The table is complete, or `IncompleteError` is raised.
        """
        wanted = _regions(regions, bed)
        chosen = Filters(**{**filters, "fields": list(columns), "tags": list(tags)})
        body = {"format": "ARROW", **chosen.body(), **_body(wanted)}
        address = f"{self._url}/stream/reads/{quote(dataset)}"
        with self._http.stream(address, self._headers, body, _ends_as_arrow) as file:
            try:
                table = pa.ipc.open_stream(file).read_all()
            except pa.ArrowInvalid as e:
                raise CorruptError(address, "stream", f"is not one of Arrow: {e}") from None
        _compare(self, dataset, wanted, chosen, table.num_rows)
        return table

    def download(
        self,
        dataset: str,
        path: str | os.PathLike[str],
        regions: Region | str | tuple[str, int, int] | Iterable[Region | str | tuple[str, int, int]] | None = None,
        *,
        bed: str | os.PathLike[str] | None = None,
        progress: Callable[[int], None] = lambda _: None,
        **filters: Any,
    ) -> int:
        """Writes what `fetch` asks for as a BAM file, which appears when it is complete; returns the number of reads.

        `progress` is called with bytes as they come, and a negative number where some have to come again.
        """
        answer = _Answer(self, dataset, _regions(regions, bed), Filters(**filters), progress)
        part = f"{os.fspath(path)}.{secrets.token_hex(4)}.part"
        try:
            with open(part, "wb") as file:
                records = sum(len(b) for b in answer.batches(file) if isinstance(b, Records))
            os.replace(part, path)
        except OSError as e:
            raise Bams3Error(f"{os.fspath(path)}: cannot be written: {e}") from e
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part)
        return records


def _query(region: Region | None) -> list[tuple[str, Any]]:
    if region is None:
        return []
    query: list[tuple[str, Any]] = [("referenceName", region.reference)]
    if region.start:
        query.append(("start", region.start))
    if region.end is not None:
        query.append(("end", region.end))
    return query


def _body(regions: list[Region] | None) -> dict[str, Any]:
    """Returns the member of a request that says which regions are asked for; none for all reads."""
    if regions is None:
        return {}
    return {
        "regions": [
            {"referenceName": r.reference}
            | ({"start": r.start} if r.start or r.end is not None else {})
            | ({"end": r.end} if r.end is not None else {})
            for r in regions
        ]
    }


def _ends_as_arrow(file: IO[bytes]) -> bool:
    """Whether a stream of Arrow has the end that the service writes behind a whole answer; pyarrow can do without."""
    if file.seek(0, os.SEEK_END) < len(_END_OF_ARROW):
        return False
    file.seek(-len(_END_OF_ARROW), os.SEEK_END)
    return file.read() == _END_OF_ARROW


def _compare(service: Service, dataset: str, regions: list[Region] | None, filters: Filters, count: int) -> None:
    """Compares the number of records with what the index of the service says, where it says it without reading."""
    if filters.criteria() or (regions is not None and len(regions) > 1):
        return
    said = service._get(f"/datasets/{quote(dataset)}/count", _query(regions[0] if regions else None))["records"]
    if said != count:
        raise IncompleteError(f"{dataset}: {count} reads came, the service counts {said}")


def _regions(regions: Any, bed: str | os.PathLike[str] | None) -> list[Region] | None:
    """Returns the regions that are asked for, without overlaps; None for all reads."""
    if regions is None and bed is None:
        return None
    wanted: list[Region] = []
    if isinstance(regions, Region | str):
        wanted.append(region_of(regions))
    elif isinstance(regions, tuple) and len(regions) == 3 and isinstance(regions[1], int):
        wanted.append(region_of((str(regions[0]), regions[1], int(regions[2]))))
    elif regions is not None:
        wanted += [region_of(r) for r in regions]
    if bed is not None:
        wanted += read_bed(bed)
    result = merged(wanted)
    if not result:
        raise RegionError("no region has a base")
    return result


class _Answer:
    """One question to the service: its ticket, its parts, and the proof that nothing is missing."""

    def __init__(
        self,
        service: Service,
        dataset: str,
        regions: list[Region] | None,
        filters: Filters,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._service = service
        self._dataset = dataset
        self._regions = regions
        self._filters = filters
        self._progress = progress

    def batches(self, copy: IO[bytes] | None = None) -> Iterator[Header | Records]:
        """Gives the header, then the records of the parts; writes the bytes to `copy`."""
        bgzf = BgzfReader()
        header: Header | None = None
        rest = b""
        count = 0
        measured = True
        for file, known in self._parts():
            if not measured:
                # Only the last part shows by its own end, that of the BAM, that it is whole.
                file.close()
                raise IncompleteError(f"{self._dataset}: the service does not say how long a part of the answer is")
            measured = known
            with file:
                while piece := file.read(_PIECE):
                    if copy is not None:
                        copy.write(piece)
                    rest += bgzf.feed(piece)
                    if header is None:
                        decoded = decode_header(rest)
                        if decoded is None:
                            continue
                        header, used = decoded
                        rest = rest[used:]
                        yield header
                    whole = _whole_records(rest)
                    if whole:
                        records = Records(header, rest[:whole], record_offsets(rest[:whole]))
                        count += len(records)
                        rest = rest[whole:]
                        yield records
        bgzf.finish()
        if header is None or rest:
            raise IncompleteError(f"{self._dataset}: the answer ends within its header or a record")
        _compare(self._service, self._dataset, self._regions, self._filters, count)

    def _parts(self) -> Iterator[tuple[IO[bytes], bool]]:
        """Gives the parts of the ticket in their order, several being fetched at the same time."""
        urls = self._ticket()
        service = self._service
        waiting: deque[Future[tuple[IO[bytes], bool]]] = deque()
        with ThreadPoolExecutor(service._parallel, "bams3-fetch") as pool:
            try:
                at = 0
                while at < len(urls) or waiting:
                    while at < len(urls) and len(waiting) < 2 * service._parallel:
                        waiting.append(pool.submit(self._part, urls[at]))
                        at += 1
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()
                pool.shutdown(wait=True, cancel_futures=True)
                for future in waiting:
                    if future.done() and not future.cancelled() and future.exception() is None:
                        future.result()[0].close()

    def _part(self, url: dict[str, Any]) -> tuple[IO[bytes], bool]:
        address = url["url"]
        if address.startswith("data:"):
            import io

            try:
                return io.BytesIO(base64.b64decode(address.partition(",")[2], validate=True)), True
            except (binascii.Error, ValueError):
                raise CorruptError("ticket", "url", "its data is no Base64") from None
        file, known = self._service._http.part(address, url.get("headers") or {}, self._progress)
        return file, known

    def _ticket(self) -> list[dict[str, Any]]:
        body = {"format": "BAM", **self._filters.body(), **_body(self._regions)}
        service = self._service
        address = f"{service._url}/reads/{quote(self._dataset)}"
        ticket = service._http.json("POST", address, service._headers, body)
        try:
            urls = ticket["htsget"]["urls"]
            if ticket["htsget"].get("format", "BAM") != "BAM" or not all(
                isinstance(u["url"], str) and urlsplit(u["url"]).scheme in ("http", "https", "data") for u in urls
            ):
                raise CorruptError(address, "ticket", "is not one of addresses of BAM")
        except (KeyError, TypeError):
            raise CorruptError(address, "ticket", "has no addresses") from None
        return list(urls)


def _whole_records(data: bytes) -> int:
    """Returns how many of the bytes are whole records."""
    at, end = 0, len(data)
    while end - at >= 4:
        after = at + 4 + int.from_bytes(data[at : at + 4], "little")
        if after > end:
            break
        at = after
    return at
