"""The forms that a file of a catalog may have, and which of them one has."""

from collections.abc import Sequence

from domain.catalog.moving_in.layout import Format
from domain.catalog.moving_in.systems.lightspeed import LIGHTSPEED
from domain.catalog.moving_in.systems.lightspeed_retail import LIGHTSPEED_RETAIL
from domain.catalog.moving_in.systems.loyverse import LOYVERSE
from domain.catalog.moving_in.systems.odoo import ODOO
from domain.catalog.moving_in.systems.shopify import SHOPIFY
from domain.catalog.moving_in.systems.square import SQUARE
from domain.catalog.moving_in.systems.woocommerce import WOOCOMMERCE
from domain.catalog.product_sheet import COLUMNS, check_width, known_columns, name_of
from domain.errors import Detail
from domain.sheets import SheetNotReadable

#: Our own form.
OWN = "mipos"
#: Of two that a header fits, the first counts: those that ask for more stand before.
SYSTEMS = (SHOPIFY, SQUARE, WOOCOMMERCE, LIGHTSPEED, LOYVERSE, LIGHTSPEED_RETAIL, ODOO)
FORMATS = (OWN, *dict.fromkeys(form.name for form in SYSTEMS))


def find_format(
    header: Sequence[str], wanted: str | None = None, *, ignore_unknown: bool = False
) -> Format | None:
    """The form of a file with this header; None for our own.

    Raises SheetNotReadable where it has not the one that is wanted, or none, naming the nearest.
    """
    check_width(header)
    if wanted == OWN or (wanted is None and all(name_of(one) in COLUMNS for one in header)):
        return None
    candidates = [form for form in SYSTEMS if wanted in (None, form.name)]
    fitting = next((form for form in candidates if not form.missing(header)), None)
    if fitting:
        return fitting
    if wanted:
        raise _unlike(_nearest(header, candidates), header)
    if not ignore_unknown:
        _refuse(header)
    return None


def _refuse(header: Sequence[str]) -> None:
    """Raise SheetNotReadable for a header that no form has; what is wrong with it as ours is told too."""
    near = _nearest(header, SYSTEMS)
    names = ", ".join(FORMATS)
    own = sum(name_of(one) in COLUMNS for one in header)
    if own >= near.known(header):
        hint = f"It is nearest to {OWN}, whose columns are {', '.join(COLUMNS)}."
    else:
        hint = (
            f"It is nearest to {near.name} ({near.title}), which also has {', '.join(near.missing(header))}."
        )
    try:
        known_columns(header)
    except SheetNotReadable as refusal:
        message = f"The header is of none of the forms {names}. {hint}"
        raise SheetNotReadable(message, details=refusal.details) from None


def _unlike(form: Format, header: Sequence[str]) -> SheetNotReadable:
    message = f"A file of {form.title} has other columns."
    details = [
        Detail(name, "missing_column", f"{form.title} has this column, or one that means the same.")
        for name in form.missing(header)
    ]
    return SheetNotReadable(message, details=details)


def _nearest(header: Sequence[str], forms: Sequence[Format]) -> Format:
    """The one that lacks least, and knows most."""
    return min(forms, key=lambda form: (len(form.missing(header)), -form.known(header)))
