"""What sales would have come to as CSV (RFC 4180): a row for each figure, amounts in major units."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from domain.catalog.cells import money_text
from domain.money import exponent
from domain.sheets import guarded

COLUMNS = (
    "scope",
    "id",
    "name",
    "jurisdiction",
    "rate",
    "what_if_rate",
    "figure",
    "currency",
    "as_sold",
    "what_if",
    "difference",
)
#: The figures of sales and of taxes, in this order.
FIGURES = ("gross_sales", "discounts", "net_sales", "taxable", "tax", "total", "rounding", "gross_profit")
_COST_FIGURES = frozenset({"gross_profit"})


def write_table(result: Mapping[str, Any], permissions: Collection[str]) -> bytes:
    """The rows that somebody with these permissions may see."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    hidden = frozenset[str]() if "costs.view" in permissions else _COST_FIGURES
    for scope, one in _scopes(result):
        for figure in (name for name in FIGURES if name in one["as_sold"] and name not in hidden):
            amounts = [_amount(one[side][figure], result["currency"]) for side in COLUMNS[-3:]]
            lines.writerow([*scope, figure, result["currency"], *amounts])
    return text.getvalue().encode()


def _scopes(result: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    yield ("all", "", "", "", "", ""), result
    for store in result["by_store"]:
        yield ("store", store["store_id"], guarded(store["store"] or ""), "", "", ""), store
    for tax in result["by_tax_rate"]:
        named = (guarded(tax["name"] or ""), guarded(tax["jurisdiction"] or ""))
        rates = (tax["rate"] or "", tax["what_if_rate"] or "")
        yield ("tax_rate", tax["tax_rate_id"] or "", *named, *rates), tax


def _amount(amount: int, currency: str) -> str:
    places = exponent(currency)
    return f"-{money_text(-amount, places)}" if amount < 0 else money_text(amount, places)
