"""Reads BAMS3 datasets from any store, and asks a bams3-server for reads."""

from bams3.client import Filters, Service, connect
from bams3.dataset import Dataset, Stats, open
from bams3.errors import (
    Bams3Error,
    CorruptError,
    IncompleteError,
    NotFoundError,
    RegionError,
    ServiceError,
    TooLargeError,
    UnsupportedError,
)
from bams3.header import Header
from bams3.read import Read
from bams3.records import COLUMNS, Reads, Records
from bams3.regions import Region, read_bed

__all__ = [
    "COLUMNS",
    "Bams3Error",
    "CorruptError",
    "Dataset",
    "Filters",
    "Header",
    "IncompleteError",
    "NotFoundError",
    "Read",
    "Reads",
    "Records",
    "Region",
    "RegionError",
    "Service",
    "ServiceError",
    "Stats",
    "TooLargeError",
    "UnsupportedError",
    "connect",
    "open",
    "read_bed",
]
__version__ = "1.0.0"
