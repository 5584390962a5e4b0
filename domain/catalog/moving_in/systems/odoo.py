"""Odoo's export of products, by the names of its fields or by their labels: variants, or templates."""

import re
from collections.abc import Iterator, Sequence
from itertools import product

from domain.catalog.moving_in.findings import Findings
from domain.catalog.moving_in.goods import Goods, Path
from domain.catalog.moving_in.layout import Format, Line
from domain.catalog.moving_in.systems.words import barcodes, is_no, is_yes, listed, path, taxes
from domain.catalog.products import MOST_VARIANTS

#: Where Odoo puts whatever nobody filed: they are no categories of a shop.
_ROOTS = ("all", "saleable", "all products")
_REFERENCE = re.compile(r"\[[^\]]*\]\s*")
_PAIR = re.compile(r"\s*([^:]+?)\s*:\s*(.+?)\s*\Z")
_ONE_BY_ONE = "Export product variants from Odoo to have their own references and prices."


def _read(lines: Sequence[Line], findings: Findings) -> Iterator[Goods]:
    for first, more in _records(lines, findings):
        if is_no(first["active"]):
            findings.skip(first.number, "It is archived there.")
            continue
        attributes = [(line["attribute"], listed(line["values"])) for line in (first, *more)]
        chosen = [(name, values) for name, values in attributes if name and values]
        if chosen:
            yield from _variants(first, chosen, findings)
        else:
            yield _goods(first, _pairs(first, *more))


def _records(lines: Sequence[Line], findings: Findings) -> Iterator[tuple[Line, list[Line]]]:
    """Each record with the rows below that go on with its lists: they name nothing of their own."""
    first: Line | None = None
    more: list[Line] = []
    for line in lines:
        if line["name"] or line["external_id"] or line["sku"]:
            if first:
                yield first, more
            first, more = line, []
        elif first:
            more.append(line)
            findings.skip(line.number, f"It goes on with row {first.number}.")
        else:
            findings.hand(line.number, line.layout.label("name"), "required", "A row without a name.")
    if first:
        yield first, more


def _variants(first: Line, chosen: list[tuple[str, list[str]]], findings: Findings) -> Iterator[Goods]:
    """A template says its attributes alone: each way to choose one value of each is a variant."""
    names = [name for name, _ in chosen]
    count = 1
    for _, values in chosen:
        count *= len(values)
    if count > MOST_VARIANTS:
        message = f"Its attributes make {count:,} variants; a product has {MOST_VARIANTS} at most."
        findings.hand(first.number, first.layout.label("values"), "too_many", message)
        return
    for choice in product(*(values for _, values in chosen)):
        goods = _goods(first, dict(zip(names, choice, strict=True)))
        if count > 1:
            goods.identity = f"{goods.identity or goods.product}/{'/'.join(choice)}"
            goods.sku, goods.barcodes, goods.stock = "", (), {}
        yield goods
    if count > 1:
        message = f"Made {count} variants of its attributes, at one price. {_ONE_BY_ONE}"
        findings.hand(first.number, first.layout.label("values"), "variants_made", message)


def _goods(line: Line, options: dict[str, str]) -> Goods:
    name = _REFERENCE.sub("", line["name"], count=1)
    return Goods(
        row=line.number,
        # A category is the template's: what is called alike and filed elsewhere is another product.
        product=_REFERENCE.sub("", line["template"], count=1) or "\0".join((name, *_category(line))),
        identity=line["external_id"],
        name=name,
        description=line["description"],
        is_active=not is_no(line["sale_ok"]),
        brand=line["brand"],
        category=_category(line),
        supplier=next(iter(listed(line["supplier"])), ""),
        unit=line["unit"],
        taxes=taxes(listed(line["taxes"])),
        track_stock=_track_stock(line),
        sku=line["sku"],
        barcodes=barcodes(line["barcode"]),
        options=options,
        price=line["price"],
        cost=line["cost"],
        stock={"": line["stock"]} if line["stock"] else {},
    )


def _pairs(*lines: Line) -> dict[str, str]:
    """What a variant is, `Colour: Red`, in one cell or in the rows below."""
    pairs = (_PAIR.match(text) for line in lines for text in listed(line["variant_values"]))
    return {pair[1]: pair[2] for pair in pairs if pair}


def _category(line: Line) -> Path:
    names = list(path(re.sub(r"\s/\s", "/", line["category"]), "/"))
    while names and names[0].casefold() in _ROOTS:
        del names[0]
    return tuple(names) or path(line["till_category"], "/")


def _track_stock(line: Line) -> bool | None:
    if line["storable"]:
        return is_yes(line["storable"])
    kind = line["kind"].casefold()
    return False if kind in {"service", "combo"} else None


ODOO = Format(
    name="odoo",
    title="Odoo",
    marks=(
        ("name", "display name", "product name"),
        ("sales price", "list price", "lst price", "public price", "sale price"),
        (
            "internal reference",
            "default code",
            "barcode",
            "product category",
            "categ id",
            "external id",
            "cost",
        ),
    ),
    fields={
        "external_id": ("external id", "id"),
        "template": ("product template", "product tmpl id"),
        "name": ("name", "product name", "display name"),
        "sku": ("internal reference", "default code"),
        "barcode": ("barcode",),
        "price": ("sales price", "lst price", "list price", "public price", "sale price"),
        "cost": ("cost", "standard price"),
        "category": (
            "product category",
            "categ id",
            "product category/complete name",
            "product category/display name",
            "categ id/complete name",
            "categ id/display name",
            "categ id/name",
        ),
        "till_category": (
            "point of sale category",
            "point of sale categories",
            "pos categ ids",
            "pos categ id",
        ),
        "brand": ("brand", "product brand id"),
        "kind": ("product type", "type", "detailed type"),
        "storable": ("track inventory", "is storable"),
        "active": ("active",),
        "sale_ok": ("can be sold", "sale ok", "sales"),
        "taxes": ("customer taxes", "sales taxes", "taxes id"),
        "unit": ("unit of measure", "unit", "uom id"),
        "supplier": ("vendors/vendor", "vendors", "seller ids/partner id", "seller ids/name"),
        "description": ("sales description", "description sale", "description"),
        "stock": ("quantity on hand", "qty available"),
        "variant_values": (
            "variant values",
            "attribute values",
            "product template variant value ids",
            "product template attribute value ids",
            "variant values/display name",
            "product template variant value ids/display name",
            "product values",
        ),
        "attribute": (
            "product attributes/attribute",
            "attribute line ids/attribute id",
            "attribute lines/attribute",
        ),
        "values": ("product attributes/values", "attribute line ids/value ids", "attribute lines/values"),
    },
    read=_read,
)
