"""The errors of this package."""


class Bams3Error(Exception):
    """The base of every error that this package reports."""


class CorruptError(Bams3Error):
    """An object of a dataset breaks a rule that it claims to keep; names the object and the field."""

    def __init__(self, name: str, field: str, reason: str) -> None:
        super().__init__(f"{name}: {field}: {reason}")
        self.object = name
        self.field = field


class UnsupportedError(Bams3Error):
    """A dataset needs a newer reader; names the object and what it needs."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.object = name


class TooLargeError(Bams3Error):
    """An object is larger than this reader takes; names the object and the limit."""

    def __init__(self, name: str, size: int, limit: int) -> None:
        super().__init__(f"{name}: {size} bytes are more than the limit of {limit}")
        self.object = name


class NotFoundError(Bams3Error):
    """There is no dataset at this address, or an object of it is missing."""


class RegionError(Bams3Error, ValueError):
    """A region that cannot be asked for: an unknown reference, or positions that make no interval."""


class ServiceError(Bams3Error):
    """The service refused a request; has its HTTP status and, where it says so, its error type."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


class IncompleteError(Bams3Error):
    """An answer broke off, or does not have the reads that it has to have."""
