"""A report on its way into a file: what it is of, and its rows, page after page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from api.reports.files.compared import shown_columns, shown_footer, shown_rows
from api.reports.files.listing import Listing
from projections.base import Row
from projections.reports.columns import Column
from projections.reports.section import Section
from projections.reports.table import Table

#: The last column of a CSV: an amount alone does not say in which currency it is.
CURRENCY = "currency"


@dataclass(frozen=True, kw_only=True)
class Report(Listing):
    """One answer of a section whose rows come in pages, so that they are never in memory all at once."""

    first: Table
    rest: Iterable[Table] = ()
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
    def footer(self) -> Row:
        """The figures of the whole; of keys it has none."""
        return shown_footer(self.first)

    @property
    def beyond(self) -> Mapping[str, str]:
        """The currency of the amounts."""
        return {CURRENCY: self.about.currency}

    def rows(self) -> Iterator[Row]:
        """All rows. They can be read once."""
        for table in chain([self.first], self.rest):
            yield from shown_rows(table)
