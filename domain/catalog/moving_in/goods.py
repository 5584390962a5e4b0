"""One article as another system has it: texts, not yet looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: A category with those above it, from the root.
Path = tuple[str, ...]


@dataclass(kw_only=True, slots=True)
class Goods:
    """What a row says of an article. Nothing at all is the empty text, or None where there is no text.

    `product` is what the rows of one product have in common there, `identity` what the article is known by
    there, `stock` how much of it lies in each place.
    """

    row: int
    product: str
    name: str
    identity: str = ""
    description: str = ""
    is_active: bool = True
    brand: str = ""
    category: Path = ()
    supplier: str = ""
    unit: str = ""
    #: Names of taxes; each may be written in several ways, the best first.
    taxes: tuple[tuple[str, ...], ...] = ()
    track_stock: bool | None = None
    sku: str = ""
    variant_name: str = ""
    barcodes: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    price: str = ""
    cost: str = ""
    reorder_level: str = ""
    stock: Mapping[str, str] = field(default_factory=dict)
