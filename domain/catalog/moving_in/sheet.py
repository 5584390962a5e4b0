"""The file of another system as rows of our own sheet, and what came of the rest of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from domain.catalog import cells
from domain.catalog.cells import CellNotValid
from domain.catalog.moving_in.amounts import mark_of
from domain.catalog.moving_in.cell_writer import CellWriter, Newcomer
from domain.catalog.moving_in.findings import Findings
from domain.catalog.moving_in.goods import Goods
from domain.catalog.moving_in.layout import Format, Layout, Line
from domain.catalog.moving_in.made_skus import group_key
from domain.catalog.moving_in.places import Places
from domain.catalog.moving_in.plain_text import plain_text
from domain.catalog.moving_in.reasons import reason_of
from domain.catalog.moving_in.uniques import Uniques
from domain.catalog.product_sheet import LONGEST_NAME, Sheet
from domain.catalog.products import MOST_VARIANTS
from domain.catalog.variant_types import combination_of
from domain.sheets import Table

#: What all rows of a product say alike, and what each says of its variant; other systems have no more.
_PRODUCT = [
    "product_id",
    "name",
    "description",
    "status",
    "brand",
    "category",
    "unit",
    "supplier",
    "tax_rates",
    "track_stock",
]
_VARIANT = ["variant_name", "sku", "barcodes", "options", "price", "cost", "reorder_level"]
_LONGEST_DESCRIPTION = 10_000

Texts = dict[str, str | None]


class MovedSheet(Sheet):
    """Rows of our own sheet, made of a file of another system: of those that can be articles.

    A cell that is empty over there says nothing, so that importing again clears nothing that was added here.
    """

    def __init__(
        self,
        table: Table,
        form: Format,
        company: Newcomer,
        location: str | None = None,
        *,
        takes_stock: bool = False,
    ) -> None:
        """Raises SheetNotReadable for too many rows, and where it is not clear which stock is meant."""
        super().__init__((*_PRODUCT, *_VARIANT))
        self.findings = Findings()
        #: How much of the article of a row lies there.
        self.stock: dict[int, Decimal] = {}
        self._form = form
        self._layout = Layout(form, table.header)
        self._places = Places(self._layout, location)
        self._takes_stock = takes_stock
        #: The columns that hold something nobody reads.
        self._left: list[int] = []
        if takes_stock:
            self._places.check()
        goods = list(form.read(self._lines(table), self.findings))
        self._mark = mark_of(text for one in goods for text in (one.price, one.cost))
        self._writer = CellWriter(company, self._layout, self.findings, self._mark)
        self._uniques = Uniques(form.name, goods, self._writer)
        for product in _by_product(goods):
            self._take(product)
        self.rows.sort(key=lambda row: row[0] if row else 0)
        self._tell()
        if table.broken:
            self.problems.append(table.broken)

    def label(self, column: str) -> str:
        """What the file calls a column of ours."""
        return self._writer.label(column)

    @property
    def stock_label(self) -> str:
        """What the file calls the stock that is taken."""
        return self._places.label

    def _lines(self, table: Table) -> list[Line]:
        """The rows, those that are too short filled up."""
        width, lines = len(table.header), []
        empty = set(range(width)) - self._taken()
        for number, found in table.rows():
            self.size += 1
            if len(found) > width:
                message = f"The row has {len(found)} cells; the header has {width}. Left out."
                self.findings.hand(number, "", "too_many_cells", message)
            else:
                lines.append(Line(number, found + [""] * (width - len(found)), self._layout))
                empty -= {index for index in empty if lines[-1].cell(index)}
        self._left = sorted(set(range(width)) - self._taken() - empty)
        return lines

    def _taken(self) -> set[int]:
        """The columns that somebody reads."""
        return self._layout.taken if self._takes_stock else self._layout.taken - self._places.columns

    def _take(self, product: Sequence[Goods]) -> None:
        """The rows of one product, as far as each can be an article."""
        first, write = product[0], self._writer
        if len(product) > MOST_VARIANTS:
            message = f"It has {len(product):,} variants; a product has {MOST_VARIANTS} at most. Left out."
            write.hand(first, "options", "too_many", message)
            return
        if not first.name:
            write.hand(first, "name", "required", "It has no name; left out.")
            return
        if not (name := write.fit(first, "name", first.name[:LONGEST_NAME])):
            return
        if len(first.name) > LONGEST_NAME:
            message = f"Its name is cut off at {LONGEST_NAME} characters."
            write.hand(first, "name", "too_long", message)
        tracked = {goods.track_stock for goods in product} - {None}
        shared = {
            **self._shared(first, name),
            # Stock is counted of all of a product, or of nothing.
            "track_stock": str(True in tracked).lower() if tracked else None,
        }
        for goods in self._distinct(product):
            if own := self._own(goods):
                texts = {**shared, **own}
                self.rows.append((goods.row, [texts[column] for column in (*_PRODUCT, *_VARIANT)]))
                self._take_stock(goods)

    def _distinct(self, product: Iterable[Goods]) -> Iterable[Goods]:
        """Those that differ in what they are."""
        chosen: dict[frozenset[tuple[str, str]], int] = {}
        for goods in product:
            options = combination_of(goods.options)
            if options and (earlier := chosen.setdefault(options, goods.row)) != goods.row:
                message = f"Row {earlier} has the same options; left out."
                self._writer.hand(goods, "options", "duplicate", message)
            else:
                yield goods

    def _shared(self, goods: Goods, name: str) -> Texts:
        write, description = self._writer, plain_text(goods.description)
        if len(description) > _LONGEST_DESCRIPTION:
            message = f"Its description is cut off at {_LONGEST_DESCRIPTION:,} characters."
            write.hand(goods, "description", "too_long", message)
        path = " > ".join(cells.escaped(part) for part in goods.category)
        taxes = (write.known("tax_rates", *names) for names in goods.taxes)
        return {
            "product_id": group_key(self._form.name, goods.product),
            "name": name,
            "description": write.fit(goods, "description", description[:_LONGEST_DESCRIPTION]),
            "status": "active" if goods.is_active else None,
            "brand": write.fit(goods, "brand", goods.brand),
            "category": write.fit(goods, "category", path),
            "unit": write.known("unit", goods.unit),
            "supplier": write.known("supplier", goods.supplier),
            "tax_rates": cells.parts_text(dict.fromkeys(rate for rate in taxes if rate)) or None,
        }

    def _own(self, goods: Goods) -> Texts | None:
        """What is the variant's own; None if it cannot be sold as it stands."""
        write = self._writer
        if not goods.price:
            write.hand(goods, "price", "required", "It has no price; left out.")
            return None
        if not (price := write.money(goods, "price", goods.price)):
            return None
        options = write.fit(goods, "options", cells.options_text(goods.options))
        # Options that cannot be kept still tell the variant from the others.
        words = goods.variant_name if options else goods.variant_name or " / ".join(goods.options.values())
        return {
            "variant_name": write.fit(goods, "variant_name", words[:LONGEST_NAME]),
            "sku": self._uniques.sku(goods),
            "barcodes": self._uniques.barcodes(goods),
            "options": options,
            "price": price,
            "cost": write.money(goods, "cost", goods.cost) if goods.cost else None,
            "reorder_level": write.fit(goods, "reorder_level", goods.reorder_level),
        }

    def _take_stock(self, goods: Goods) -> None:
        text = self._places.of(goods.stock) if self._takes_stock else ""
        if not text:
            return
        try:
            self.stock[goods.row] = self._places.read(text, self._mark)
        except CellNotValid as wrong:
            self.findings.hand(goods.row, self.stock_label, wrong.code, wrong.message)

    def _tell(self) -> None:
        """Say of each column that holds anything why it is not taken, and of the file what holds for all."""
        for index in self._left:
            name = self._layout.header[index].strip()
            self.findings.ignore([name or f"(column {index + 1})"], reason_of(name))
        self.findings.skus_made = self._uniques.made
        self._writer.tell_unknown()


def _by_product(goods: Iterable[Goods]) -> Iterable[list[Goods]]:
    products: defaultdict[str, list[Goods]] = defaultdict(list)
    for one in goods:
        products[one.product].append(one)
    return products.values()
