"""Loyverse's item export: one row a variant, below its handle, with columns for each store."""

from collections.abc import Iterator, Sequence

from domain.catalog.moving_in.findings import Findings
from domain.catalog.moving_in.goods import Goods
from domain.catalog.moving_in.layout import Format, Line
from domain.catalog.moving_in.systems.words import barcodes, is_yes, taxes

_OPTIONS = (1, 2, 3)


def _read(lines: Sequence[Line], findings: Findings) -> Iterator[Goods]:
    firsts: dict[str, Line] = {}
    for line in lines:
        handle = _handle(line)
        first = firsts.setdefault(handle, line)
        if first["part_sku"]:
            reason = (
                "It is made of others, which articles here are not." if line is first else "A part of it."
            )
            findings.skip(line.number, reason)
        elif not handle:
            findings.hand(line.number, line.layout.label("product"), "required", "A row without a handle.")
        else:
            yield _goods(line, first, findings)


def _handle(line: Line) -> str:
    """What the rows of one item share; what has none is an item of one row, whatever else is called so."""
    return line["product"] or line["sku"] or line["name"]


def _goods(line: Line, first: Line, findings: Findings) -> Goods:
    on_sale = first.each("available")
    pairs = (
        (first[f"name{number}"] or line[f"name{number}"], line[f"option{number}"]) for number in _OPTIONS
    )
    return Goods(
        row=line.number,
        product=_handle(line),
        name=first["name"],
        description=first["description"],
        is_active=not on_sale or any(map(is_yes, on_sale.values())),
        category=(first["category"],) if first["category"] else (),
        supplier=first["supplier"],
        unit="kg" if is_yes(first["by_weight"]) else "",
        taxes=taxes(label for label, text in first.each("tax").items() if is_yes(text)),
        track_stock=is_yes(first["track_stock"]) if first["track_stock"] else None,
        sku=line["sku"],
        barcodes=barcodes(line["barcode"]),
        options={name: value for name, value in pairs if name and value},
        price=_price(line, findings),
        cost=line["cost"] or line["purchase_cost"],
        reorder_level=next(iter(line.each("low_stock").values()), ""),
        stock=line.each("stock"),
    )


def _price(line: Line, findings: Findings) -> str:
    """The price of all stores, else of the first; where stores differ, that is told."""
    by_store = line.each("price")
    price = line["price"] or next(iter(by_store.values()), "")
    others = [store for store, other in by_store.items() if other != price]
    if price and others:
        message = f"Taken at {price[:20]}; {', '.join(others)[:100]} differ. Set their prices by store."
        findings.hand(line.number, line.layout.label("price"), "prices_differ", message)
    return price


LOYVERSE = Format(
    name="loyverse",
    title="Loyverse",
    marks=(
        ("handle",),
        ("name",),
        ("sold by weight", "track stock", "default price", "price […", "in stock […"),
    ),
    fields={
        "product": ("handle",),
        "sku": ("sku",),
        "name": ("name",),
        "category": ("category",),
        "description": ("description",),
        "by_weight": ("sold by weight",),
        "name1": ("option 1 name",),
        "option1": ("option 1 value",),
        "name2": ("option 2 name",),
        "option2": ("option 2 value",),
        "name3": ("option 3 name",),
        "option3": ("option 3 value",),
        "price": ("default price", "price"),
        "cost": ("cost",),
        "purchase_cost": ("purchase cost",),
        "barcode": ("barcode",),
        "part_sku": ("sku of included item",),
        "track_stock": ("track stock",),
        "supplier": ("supplier",),
    },
    series={
        "available": r"available for sale \[(.+)\]",
        "price": r"price \[(.+)\]",
        "stock": r"in stock(?: \[(.+)\])?",
        "low_stock": r"low stock \[(.+)\]",
        "tax": r"tax - (.+)",
    },
    read=_read,
)
