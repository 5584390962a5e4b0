"""Lightspeed R-Series: one row an item, with a category that is told level by level."""

from collections.abc import Iterator, Sequence

from domain.catalog.moving_in.findings import Findings
from domain.catalog.moving_in.goods import Goods
from domain.catalog.moving_in.layout import Format, Line
from domain.catalog.moving_in.systems.words import barcodes, is_yes

_LEVELS = tuple(f"level{number}" for number in range(1, 10))


def _read(lines: Sequence[Line], findings: Findings) -> Iterator[Goods]:
    for line in lines:
        if is_yes(line["archived"]):
            findings.skip(line.number, "It is archived there.")
        elif not line["name"]:
            findings.hand(line.number, line.layout.label("name"), "required", "A row without a name.")
        else:
            yield _goods(line)


def _goods(line: Line) -> Goods:
    return Goods(
        row=line.number,
        product=line["id"] or f"row {line.number}",
        identity=line["id"],
        name=line["name"],
        brand=line["brand"],
        category=tuple(name for word in ("category", *_LEVELS) if (name := line[word])),
        supplier=line["supplier"],
        sku=line["sku"] or line["maker_sku"] or line["id"],
        barcodes=barcodes(line["upc"], line["ean"]),
        price=line["price"],
        cost=line["cost"],
        stock={"": line["stock"]} if line["stock"] else {},
    )


LIGHTSPEED_RETAIL = Format(
    name="lightspeed",
    title="Lightspeed R-Series",
    marks=(("system id",), ("item", "description"), ("price", "default price")),
    fields={
        "id": ("system id",),
        "upc": ("upc",),
        "ean": ("ean",),
        "sku": ("custom sku",),
        "maker_sku": ("manufact. sku", "manufacturer sku"),
        "name": ("item", "description"),
        "brand": ("brand",),
        "supplier": ("vendor", "default vendor"),
        "price": ("price", "default price"),
        "cost": ("default cost",),
        "stock": ("qty.", "qty", "quantity on hand"),
        "archived": ("archived", "archive"),
        "category": ("category",),
        **{word: (f"subcategory {word[-1]}",) for word in _LEVELS},
    },
    read=_read,
)
