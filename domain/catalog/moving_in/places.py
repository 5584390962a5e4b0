"""Which of the places in a file its stock is taken from."""

from collections.abc import Mapping
from decimal import Decimal

from domain.catalog.cells import CellNotValid
from domain.catalog.moving_in.amounts import quantity
from domain.catalog.moving_in.layout import Layout, key
from domain.errors import Detail
from domain.sheets import SheetNotReadable

_MOST_PLACES = 5
_MOST = Decimal(1_000_000_000)


class Places:
    """The places of a file: columns of one series, or the one column there is."""

    def __init__(self, layout: Layout, location: str | None) -> None:
        """Raises SheetNotReadable for a place that the file does not have."""
        #: What the file calls them; a file of one place does not name it.
        self.names = [name for name, _ in layout.series.get("stock", ())]
        self.is_there = bool(self.names) or "stock" in layout.indexes
        #: Where in the file they stand.
        self.columns = {index for _, index in layout.series.get("stock", ())}
        self.columns |= {index for word, index in layout.indexes.items() if word == "stock"}
        self._name = self._find(location)
        #: What the file calls the column of the place that is meant.
        self.label = self._label(layout)

    def of(self, stock: Mapping[str, str]) -> str:
        """How much lies in the place that is meant; nothing where none is."""
        return "" if self._name is None else stock.get(self._name, "")

    def check(self) -> None:
        """Raise SheetNotReadable where it is not clear which place is meant, or there is no stock."""
        if not self.is_there:
            message = "The file has no column of stock."
            raise SheetNotReadable(message, details=[Detail("storage_id", "no_stock", message)])
        if self._name is None:
            message = f"The file has stock of {', '.join(self.names)}; say which with location."
            raise SheetNotReadable(message, details=[Detail("location", "required", message)])

    @staticmethod
    def read(text: str, mark: str) -> Decimal:
        """A quantity with at most five decimal places. Raises CellNotValid."""
        value = quantity(text, mark)
        if abs(value) > _MOST:
            raise CellNotValid("too_large", "The stock is too large; left out.")
        if value != round(value, _MOST_PLACES):
            raise CellNotValid("too_precise", f"At most {_MOST_PLACES} decimal places; left out.")
        return value

    def _label(self, layout: Layout) -> str:
        columns = dict(layout.series.get("stock", ()))
        index = columns.get(self._name or "", layout.indexes.get("stock"))
        return "" if index is None else layout.header[index].strip()

    def _find(self, location: str | None) -> str | None:
        if location is None:
            return (self.names or [""])[0] if len(self.names) <= 1 else None
        for name in self.names:
            if key(name) == key(location):
                return name
        message = (
            f"The file has no stock of {location[:80]}; it has {', '.join(self.names) or 'one place alone'}."
        )
        raise SheetNotReadable(message, details=[Detail("location", "not_found", message)])
