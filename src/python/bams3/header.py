"""The header of a dataset or an answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Header:
    """The header text, and names and lengths of the references."""

    text: str
    references: tuple[str, ...]
    lengths: tuple[int, ...]

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of each reference."""
        return {name: number for number, name in enumerate(self.references)}

    def name(self, reference: int) -> str | None:
        """Returns the name of a reference by its number; None for -1."""
        return self.references[reference] if 0 <= reference < len(self.references) else None
