"""WooCommerce's product export: simple products, and variations below a parent that has what they share."""

import re
from collections.abc import Iterator, Sequence

from domain.catalog.moving_in.findings import Findings
from domain.catalog.moving_in.goods import Goods, Path
from domain.catalog.moving_in.layout import Format, Line, key
from domain.catalog.moving_in.systems.words import barcodes, is_yes, listed, path

_NO_GOODS = {
    "grouped": "It only groups other products.",
    "external": "It is sold by somebody else.",
    "subscription": "Subscriptions are not sold here.",
}


def _read(lines: Sequence[Line], findings: Findings) -> Iterator[Goods]:
    parents = _parents(lines)
    for line in lines:
        kinds = {kind.strip().casefold() for kind in line["kind"].split(",")}
        if reason := next((_NO_GOODS[kind] for kind in kinds if kind in _NO_GOODS), ""):
            findings.skip(line.number, reason)
        elif "variable" in kinds:
            findings.skip(line.number, "It holds what its variations share.")
            if line["stock"].strip("0."):
                message = "Its stock is of all its variations together; count what there is of each."
                findings.hand(line.number, line.layout.label("stock"), "shared_stock", message)
        elif "variation" in kinds:
            if parent := parents.get(key(line["parent"])):
                yield _goods(line, parent, _options(line, parent))
            else:
                message = f"Its parent {line['parent'][:80]} is not in the file."
                findings.hand(line.number, line.layout.label("parent"), "no_parent", message)
        else:
            yield _goods(line, line, {})


def _parents(lines: Sequence[Line]) -> dict[str, Line]:
    """Products by what variations call them: their SKU, or `id:` with their id."""
    parents = {}
    for line in lines:
        if "variation" not in line["kind"].casefold():
            names = (line["sku"], f"id:{line['id']}" if line["id"] else "")
            parents.update({key(name): line for name in names if name})
    return parents


def _goods(line: Line, parent: Line, options: dict[str, str]) -> Goods:
    stock = line["stock"] if line["stock"].casefold() != "parent" else ""
    is_product = line is parent
    return Goods(
        row=line.number,
        product=parent["id"] or parent["sku"] or parent["name"],
        identity=line["id"],
        name=parent["name"],
        # Ends of lines are written as they are in source code.
        description=(parent["description"] or parent["short_description"]).replace("\\n", "\n"),
        is_active=is_yes(parent["published"]) if line.has("published") else True,
        brand=next(iter(listed(parent["brand"])), ""),
        category=_category(parent),
        track_stock=bool(line["stock"]) if line.has("stock") else None,
        # A parent's SKU is nobody's to scan; some shops repeat it in each variation.
        sku=line["sku"] if is_product or line["sku"] != parent["sku"] else "",
        barcodes=barcodes(line["barcode"]),
        options=options,
        price=line["price"],
        cost=line["cost"],
        reorder_level=line["low_stock"],
        stock={"": stock} if stock else {},
    )


def _options(line: Line, parent: Line) -> dict[str, str]:
    """What a variation chooses of its parent's attributes; what it leaves open is none."""
    names = {**parent.each("attribute"), **line.each("attribute")}
    values = line.each("value")
    return {name: values[number].replace("\\,", ",") for number, name in names.items() if number in values}


def _category(line: Line) -> Path:
    r"""The deepest of those it is in; a comma in a name is written `\,`."""
    paths = [path(re.sub(r"\s*>\s*", ">", one), ">") for one in listed(line["categories"])]
    return max(paths, key=len, default=())


WOOCOMMERCE = Format(
    name="woocommerce",
    title="WooCommerce",
    marks=(("type",), ("name",), ("regular price",)),
    fields={
        "id": ("id",),
        "kind": ("type",),
        "sku": ("sku",),
        "barcode": ("gtin, upc, ean, or isbn", "gtin", "ean", "meta: gtin", "meta: ean"),
        "name": ("name",),
        "published": ("published",),
        "short_description": ("short description",),
        "description": ("description",),
        "stock": ("stock",),
        "low_stock": ("low stock amount",),
        "price": ("regular price",),
        "cost": ("cost of goods", "cost", "meta: wc cog cost"),
        "categories": ("categories",),
        "brand": ("brands", "brand"),
        "parent": ("parent",),
    },
    series={"attribute": r"attribute (\d+) name", "value": r"attribute (\d+) value\(s\)"},
    read=_read,
)
