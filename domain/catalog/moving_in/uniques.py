"""What no two articles of a file may share: SKUs, barcodes, and the options of one product."""

from collections.abc import Iterable

from domain.catalog import cells
from domain.catalog.gtin import barcode_key
from domain.catalog.moving_in.cell_writer import CellWriter
from domain.catalog.moving_in.goods import Goods
from domain.catalog.moving_in.made_skus import made_sku
from domain.catalog.products import sku_key


class Uniques:
    """Finds a SKU for each article, and keeps of its barcodes those that no row before has."""

    def __init__(self, system: str, goods: Iterable[Goods], writer: CellWriter) -> None:
        self._system = system
        self._writer = writer
        #: How many SKUs were made up.
        self.made = 0
        self._taken = {sku_key(one.sku) for one in goods if one.sku}
        self._skus: dict[str, int] = {}
        self._barcodes: dict[str, int] = {}

    def sku(self, goods: Goods) -> str:
        """Its own, or one made up where it has none, or shares it with a row before."""
        if not goods.sku:
            return self._made_up(goods, "It has no SKU")
        earlier = self._skus.setdefault(sku_key(goods.sku), goods.row)
        if earlier != goods.row:
            return self._made_up(goods, f"Row {earlier} has the SKU {goods.sku[:64]} too")
        return self._writer.fit(goods, "sku", goods.sku) or self._made_up(goods, "Its SKU cannot be one")

    def barcodes(self, goods: Goods) -> str | None:
        """The barcodes as a cell."""
        kept = []
        for code in goods.barcodes:
            if self._writer.fit(goods, "barcodes", cells.escaped(code)) is None:
                continue
            earlier = self._barcodes.setdefault(barcode_key(code), goods.row)
            if earlier == goods.row:
                kept.append(code)
            else:
                message = f"Row {earlier} has {code} too; left out."
                self._writer.hand(goods, "barcodes", "duplicate_barcode", message)
        return "|".join({barcode_key(code): code for code in kept}.values()) or None

    def _made_up(self, goods: Goods, reason: str) -> str:
        words = (goods.name, goods.variant_name, *goods.options.values())
        identity = goods.identity or "\0".join((goods.product, *words[1:]))
        made = made_sku(self._system, identity, words)
        while sku_key(made) in self._taken:
            identity += "\0"
            made = made_sku(self._system, identity, words)
        self._taken.add(sku_key(made))
        self.made += 1
        self._writer.hand(goods, "sku", "made_up", f"{reason}; {made} was made up.")
        return made
