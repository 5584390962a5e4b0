"""Rows on their way into a file: what CSVs and spreadsheets are made of, whatever was asked to find them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import msgspec

from api.reports.files.about import About
from api.reports.files.cells import Cells, Checksum, heading, headings_checksum
from domain.money import exponent
from projections.base import Row
from projections.reports.columns import Column


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is written: the first four are for CSV, `paper` for PDF."""

    separator: Literal[",", ";", "\t"] = ","
    decimal: Literal[".", ","] = "."
    bom: bool = True
    footer: bool = False
    paper: Literal["a4", "letter"] = "a4"


@dataclass(frozen=True, kw_only=True)
class Listing(ABC):
    """Rows of some columns, and what they are of."""

    about: About
    #: What the ids that are asked for are called, as far as the reader may know it.
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    @abstractmethod
    def columns(self) -> Sequence[Column]:
        """Those that the reader may see."""

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """All rows. They can be read once."""

    @property
    def footer(self) -> Row | None:
        """The figures of the whole, if rows come to anything together."""
        return None

    @property
    def beyond(self) -> Mapping[str, str]:
        """What each line of a CSV ends with, by the names of those columns."""
        return MappingProxyType({})

    @property
    def places(self) -> int:
        """How many decimal places amounts have."""
        return exponent(self.about.currency)

    def cells(self) -> Cells:
        """What makes texts of rows."""
        return Cells(self.columns, self.places)

    def sealed(self, checksum: Checksum) -> About:
        """What the file is of, with the rows that were written."""
        headings = headings_checksum([heading(column, self.about.currency) for column in self.columns])
        return msgspec.structs.replace(
            self.about, rows=checksum.rows, checksum=checksum.hexdigest(), headings=headings
        )
