"""Lightspeed X-Series (Vend): one row a variant, below its handle, with columns for each outlet."""

from collections.abc import Iterator, Sequence

from domain.catalog.moving_in.findings import Findings
from domain.catalog.moving_in.goods import Goods
from domain.catalog.moving_in.layout import Format, Line
from domain.catalog.moving_in.systems.words import barcodes, is_no, is_yes, path, taxes

_OPTIONS = ("one", "two", "three")


def _read(lines: Sequence[Line], findings: Findings) -> Iterator[Goods]:
    firsts: dict[str, Line] = {}
    for line in lines:
        handle = line["product"] or line["id"] or line["name"]
        first = firsts.setdefault(handle, line)
        if line["part_name"] or line["part_sku"]:
            findings.skip(line.number, "It says what an article is made of, which articles here are not.")
        elif not (first["name"] or line["name"]):
            findings.hand(line.number, line.layout.label("name"), "required", "A row without a name.")
        else:
            yield _goods(handle, line, first)


def _goods(handle: str, line: Line, first: Line) -> Goods:
    pairs = ((line[f"name_{n}"] or first[f"name_{n}"], line[f"option_{n}"]) for n in _OPTIONS)
    return Goods(
        row=line.number,
        product=handle,
        identity=line["id"],
        name=first["name"] or line["name"],
        description=first["description"],
        is_active=not is_no(first["active"]),
        brand=first["brand"],
        category=path(first["category"], " / "),
        supplier=first["supplier"],
        taxes=taxes([first["tax"]] if first["tax"] else ()),
        track_stock=is_yes(first["track_stock"]) if first["track_stock"] else None,
        sku=line["sku"],
        barcodes=barcodes(line["barcode"]),
        options={name: value for name, value in pairs if name and value},
        price=line["price"],
        cost=line["cost"],
        reorder_level=next(iter(line.each("reorder").values()), ""),
        stock=line.each("stock"),
    )


LIGHTSPEED = Format(
    name="lightspeed",
    title="Lightspeed X-Series",
    marks=(("handle",), ("sku",), ("name",), ("retail price", "supply price")),
    fields={
        "id": ("id",),
        "product": ("handle",),
        "sku": ("sku",),
        "name": ("name",),
        "description": ("description",),
        "category": ("product category", "type"),
        "brand": ("brand name",),
        "supplier": ("supplier name",),
        "tax": ("tax name",),
        "active": ("active",),
        "track_stock": ("track inventory",),
        "barcode": ("barcode", "upc", "ean", "product codes"),
        "price": ("retail price",),
        "cost": ("supply price",),
        "part_name": ("composite name", "composite handle"),
        "part_sku": ("composite sku",),
        **{f"name_{n}": (f"variant option {n} name",) for n in _OPTIONS},
        **{f"option_{n}": (f"variant option {n} value",) for n in _OPTIONS},
    },
    series={"stock": r"inventory[_ ](.+)", "reorder": r"reorder[_ ]point[_ ](.+)"},
    read=_read,
)
