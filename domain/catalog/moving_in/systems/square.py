"""Square's item library: one row a variation, which the items' names or handles hold together."""

import re
from collections.abc import Iterator, Sequence

from domain.catalog.moving_in.findings import Findings
from domain.catalog.moving_in.goods import Goods, Path
from domain.catalog.moving_in.layout import Format, Line
from domain.catalog.moving_in.systems.words import barcodes, is_no, is_yes, listed, path, taxes

_OPTIONS = (1, 2, 3, 4, 5, 6)
#: What Square calls the one variation of an item that has none.
_NO_VARIATION = frozenset({"regular", "", "normal", "default"})
#: What follows a category's name since they have tokens.
_TOKEN = re.compile(r"\s*\([A-Z0-9]{16,}\)\s*\Z")
_NO_GOODS = ("gift card", "event", "donation", "membership")


def _read(lines: Sequence[Line], findings: Findings) -> Iterator[Goods]:
    first: Line | None = None
    for line in lines:
        if not first or not _goes_on(line, first):
            first = line
        if is_yes(line["archived"] or first["archived"]):
            findings.skip(line.number, "It is archived there.")
        elif first["kind"].casefold() in _NO_GOODS:
            findings.skip(line.number, f"What is sold as {first['kind']} is no article here.")
        elif not first["name"]:
            findings.hand(line.number, line.layout.label("name"), "required", "A row without a name.")
        else:
            yield _goods(line, first)


def _goes_on(line: Line, first: Line) -> bool:
    """Whether it is one more variation of the item above, which is not named again."""
    return not line["name"] and bool(line["variation"]) and line["handle"] in ("", first["handle"])


def _goods(line: Line, first: Line) -> Goods:
    variation = line["variation"]
    pairs = ((line[f"name{one}"] or first[f"name{one}"], line[f"option{one}"]) for one in _OPTIONS)
    named = {name: value for name, value in pairs if name and value}
    return Goods(
        row=line.number,
        product=first["handle"] or first["name"],
        identity=line["token"],
        name=first["name"],
        description=first["description"],
        is_active=not is_no(line["sellable"]),
        brand=first["brand"],
        category=_category(first),
        supplier=line["supplier"],
        taxes=taxes(label for label, text in line.each("tax").items() if is_yes(text)),
        sku=line["sku"],
        variant_name="" if named or variation.casefold() in _NO_VARIATION else variation,
        barcodes=barcodes(line["barcode"]),
        options=named,
        price=line["price"],
        cost=line["cost"],
        stock=line.each("stock"),
    )


def _category(line: Line) -> Path:
    """The one that Square reports by, else the first it lists."""
    text = line["category"] or next(iter(listed(line["categories"])), "")
    return tuple(_TOKEN.sub("", name) for name in path(text, ">"))


SQUARE = Format(
    name="square",
    title="Square",
    marks=(("item name",), ("variation name", "token", "reference handle"), ("price", "sku", "token")),
    fields={
        "handle": ("reference handle",),
        "token": ("token",),
        "name": ("item name",),
        "variation": ("variation name",),
        "kind": ("item type",),
        "description": ("description",),
        "category": ("reporting category", "category"),
        "categories": ("categories",),
        "brand": ("brand",),
        "supplier": ("default vendor name",),
        "sku": ("sku",),
        "barcode": ("gtin",),
        "price": ("price",),
        "cost": ("default unit cost", "unit cost"),
        "archived": ("archived",),
        "sellable": ("sellable",),
        **{f"name{number}": (f"option name {number}",) for number in _OPTIONS},
        **{f"option{number}": (f"option value {number}",) for number in _OPTIONS},
    },
    series={"stock": r"current quantity (.+)", "tax": r"tax - (.+)"},
    read=_read,
)
