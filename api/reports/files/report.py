"""A report on its way into a file: what it is of, and its rows, page after page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Literal

import msgspec

from api.reports.files.about import About
from api.reports.files.cells import Cells, Checksum, heading, headings_checksum
from api.reports.files.compared import shown_columns, shown_footer, shown_rows
from domain.money import exponent
from projections.base import Row
from projections.reports.columns import Column
from projections.reports.section import Section
from projections.reports.table import Table


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is written: the first four are for CSV, `paper` for PDF."""

    separator: Literal[",", ";", "\t"] = ","
    decimal: Literal[".", ","] = "."
    bom: bool = True
    footer: bool = False
    paper: Literal["a4", "letter"] = "a4"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One answer of a section whose rows come in pages, so that they are never in memory all at once."""

    about: About
    first: Table
    rest: Iterable[Table] = ()
    #: What the ids that are asked for are called, as far as the reader may know it.
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: Whether rows follow that only the other period has.
    has_gone: bool = False

    @property
    def section(self) -> Section:
        """What it is an answer of."""
        return self.first.section

    @cached_property
    def columns(self) -> Sequence[Column]:
        """Those that the reader may see, with those of the period that it is compared with."""
        return shown_columns(self.first)

    @property
    def most_rows(self) -> int:
        """So many rows it has at most: all of its own, and all of the other period that may be gone."""
        comparison = self.first.comparison
        return self.first.count + (comparison.count if comparison and self.has_gone else 0)

    @property
    def places(self) -> int:
        """How many decimal places amounts have."""
        return exponent(self.about.currency)

    @property
    def footer(self) -> Row:
        """The figures of the whole; of keys it has none."""
        return shown_footer(self.first)

    def rows(self) -> Iterator[Row]:
        """All rows. They can be read once."""
        for table in chain([self.first], self.rest):
            yield from shown_rows(table)

    def cells(self) -> Cells:
        """What makes texts of them."""
        return Cells(self.columns, self.places)

    def sealed(self, checksum: Checksum) -> About:
        """What the file is of, with the rows that were written."""
        headings = headings_checksum([heading(column, self.about.currency) for column in self.columns])
        return msgspec.structs.replace(
            self.about, rows=checksum.rows, checksum=checksum.hexdigest(), headings=headings
        )
