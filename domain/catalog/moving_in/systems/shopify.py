"""Shopify's product export: one row a variant, with what is the product's in the first row of its handle."""

from collections.abc import Iterator, Sequence

from domain.catalog.moving_in.findings import Findings
from domain.catalog.moving_in.goods import Goods
from domain.catalog.moving_in.layout import Format, Line
from domain.catalog.moving_in.systems.words import barcodes, is_yes, path

_OPTIONS = (1, 2, 3)
#: A row that has none of these is there for one more picture.
_OF_A_VARIANT = ("sku", "price", "barcode", "option1", "option2", "option3")
#: What stands where a product has no options.
_NO_OPTION = ("title", "default title")


def _read(lines: Sequence[Line], findings: Findings) -> Iterator[Goods]:
    firsts: dict[str, Line] = {}
    for line in lines:
        handle = line["product"]
        if not handle:
            findings.hand(line.number, line.layout.label("product"), "required", "A row without a handle.")
            continue
        first = firsts.setdefault(handle, line)
        if first is not line and not any(line[word] for word in _OF_A_VARIANT):
            findings.skip(line.number, "It holds nothing but one more picture.")
        elif first["status"].casefold() == "archived":
            findings.skip(line.number, "It is archived there.")
        elif is_yes(first["gift_card"]):
            findings.skip(line.number, "A gift card is no article here; see gift cards.")
        else:
            yield _goods(line, first)


def _goods(line: Line, first: Line) -> Goods:
    # Shops file by their own type; the other is Shopify's list of everything that there is.
    category = (first["type"],) if first["type"] else path(first["category"], ">")
    return Goods(
        row=line.number,
        product=line["product"],
        name=first["name"],
        description=first["description"],
        is_active=first["status"].casefold() != "draft",
        brand=first["brand"],
        category=category,
        track_stock=bool(line["tracker"]) if line.has("tracker") else None,
        sku=line["sku"].lstrip("'"),
        barcodes=barcodes(line["barcode"]),
        options=_options(line, first),
        price=line["price"],
        cost=line["cost"],
        stock={"": line["stock"]} if line["stock"] else {},
    )


def _options(line: Line, first: Line) -> dict[str, str]:
    """The options by the names that only the first row has."""
    pairs = (
        (first[f"name{number}"] or line[f"name{number}"], line[f"option{number}"]) for number in _OPTIONS
    )
    named = {name: value for name, value in pairs if name and value}
    return (
        {}
        if [(name.casefold(), value.casefold()) for name, value in named.items()] == [_NO_OPTION]
        else named
    )


SHOPIFY = Format(
    name="shopify",
    title="Shopify",
    marks=(("handle", "url handle"), ("title",), ("variant price", "price", "variant sku", "option1 value")),
    fields={
        "product": ("handle", "url handle"),
        "name": ("title",),
        "description": ("body (html)", "body html", "description"),
        "brand": ("vendor",),
        "type": ("type", "custom product type"),
        "category": ("product category", "standardized product type", "standard product type"),
        "status": ("status",),
        "gift_card": ("gift card",),
        "name1": ("option1 name",),
        "option1": ("option1 value",),
        "name2": ("option2 name",),
        "option2": ("option2 value",),
        "name3": ("option3 name",),
        "option3": ("option3 value",),
        "sku": ("variant sku", "sku"),
        "barcode": ("variant barcode", "variant barcodes", "barcode"),
        "price": ("variant price", "price"),
        "cost": ("cost per item", "variant cost"),
        "tracker": ("variant inventory tracker", "inventory tracker"),
        "stock": ("variant inventory qty", "inventory quantity"),
    },
    read=_read,
)
