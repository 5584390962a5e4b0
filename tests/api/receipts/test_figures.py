"""What a receipt prints adds up to what was paid: property 9, read back out of every format."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from api.receipts.refunds import refund_receipt
from api.receipts.sales import sale_receipt
from api.receipts.slips import slip_of
from api.slips import FORMATS, PAPERS
from api.slips.languages import ENGLISH, LANGUAGES, Language
from domain.orders import Order
from domain.payments import Tender
from domain.pricing import Discount, Item, Rules, price
from tests.api.receipts.sold import CONTEXT, item, sold, tax
from tests.api.slips.reading import LINES_OF
from tests.domain.sales import gift, refund, returned

TAXES = [
    tax("20", inclusive=True, name="VAT"),
    tax("7", inclusive=True, name="VAT"),
    tax("8.875"),
    tax("1.5"),
]
_FIGURE = re.compile(r"^(?P<label>.*?)\s+(?P<amount>-?[\d,]*\d\.\d\d)(?:\s+[A-Z]+)?$")

percents = some.decimals("0", "100", places=2).map(lambda value: Discount(type="percent", value=value))
amounts = some.integers(0, 30).map(lambda value: Discount(type="amount", value=Decimal(value)))
items = some.builds(
    item,
    some.integers(100, 200_000),
    some.sampled_from(["1", "2", "3", "0.375", "12"]),
    some.lists(some.sampled_from(TAXES), max_size=2, unique=True),
    # What the second takes never exceeds what the first leaves.
    some.tuples(amounts, percents) | some.tuples(percents, percents) | some.just(()),
)


@some.composite
def sales(draw: some.DrawFn) -> Order:
    """A sale with discounts of both kinds, taxes in prices and on top, cash rounding, tips and change."""
    basket: Sequence[Item] = draw(some.lists(items, min_size=1, max_size=6))
    level: Literal["line", "order"] = draw(some.sampled_from(["line", "order"]))
    rules = Rules(currency="EUR", rounding_level=level, cash_rounding=draw(some.sampled_from([0, 5])))
    discounts = draw(some.lists(percents, max_size=2))
    total = price(basket, discounts, rules).total
    by_card, tip = draw(some.integers(0, total)), draw(some.integers(0, 500))
    cash = Tender(method="cash", amount=total - by_card, tendered=total + 10_000, tip=tip)
    tenders = [Tender(method="card", amount=by_card, tip=tip), cash] if by_card else [cash]
    return sold(basket, tenders, discounts=discounts, rules=rules)


def figures(lines: Sequence[str]) -> list[tuple[str, int]]:
    """The labels and amounts that stand on a receipt, up to the table of taxes."""
    matches = [_FIGURE.match(line.strip()) for line in lines]
    found = [(one["label"].strip(), one["amount"]) for one in matches if one]
    return [(label, int(amount.replace(",", "").replace(".", ""))) for label, amount in found]


def check_sums(printed: Sequence[tuple[str, int]], order: Order) -> None:
    """Add up what is printed, from the first line to the change."""
    at = next(place for place, (label, _) in enumerate(printed) if label in ("Subtotal", "Total EUR"))
    total_at = next(place for place, (label, _) in enumerate(printed) if label == "Total EUR")
    assert sum(amount for _, amount in printed[:at]) == printed[at][1]
    if at != total_at:
        assert sum(amount for _, amount in printed[at:total_at]) == printed[total_at][1]
    assert printed[total_at][1] == order.terms.totals.total
    rest = dict(printed[total_at + 1 :])
    assert order.terms.totals.total + rest.get("Rounding", 0) + rest.get("Tip", 0) == order.paid.paid_total
    assert rest.get("To pay EUR", order.terms.totals.total) == order.paid.paid_total
    tendered = rest.get("Cash", 0) + rest.get("Card", 0)
    assert tendered - rest.get("Change", 0) == order.paid.paid_total


def lines_in(format_: str, order: Order, paper: str = "80mm", language: Language = ENGLISH) -> list[str]:
    receipt = sale_receipt(order, CONTEXT, language.code, 0)
    return LINES_OF[format_](FORMATS[format_][1](slip_of(receipt, language), PAPERS[paper]))


@pytest.mark.parametrize(("format_", "examples"), [("html", 100), ("escpos", 100), ("pdf", 15)])
def test_every_format_adds_up(format_: str, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, database=None)
    @given(order=sales(), paper=some.sampled_from(sorted(PAPERS)))
    def check(order: Order, paper: str) -> None:
        check_sums(figures(lines_in(format_, order, paper)), order)

    check()


@given(order=sales())
def test_the_data_adds_up(order: Order) -> None:
    receipt = sale_receipt(order, CONTEXT, "en", 0)
    figure = msgspec.to_builtins(receipt)
    assert sum(line["amount"] - line["discount"] for line in figure["lines"]) == figure["subtotal"]
    added = sum(one["amount"] for one in figure["taxes"] if not one["inclusive"])
    assert figure["subtotal"] - figure["order_discount"] + added == figure["total"]
    assert figure["total"] + figure["rounding"] + figure["tip_total"] == figure["paid_total"]
    assert sum(one["tendered"] - one["change"] for one in figure["tenders"]) == figure["paid_total"]
    assert all(one["taxable"] + one["amount"] == one["gross"] for one in figure["taxes"])
    assert all(line["discount"] >= 0 for line in figure["lines"])
    assert figure["order_discount"] >= 0


@given(order=sales(), part=some.sampled_from(["1", "0.5", "0.375"]), given_back=some.integers(0, 99))
def test_the_data_of_refunds_in_parts_adds_up(order: Order, part: str, given_back: int) -> None:
    for line in order.terms.lines:
        number, quantity = line.id.int, min(Decimal(part), line.quantity)
        if amount := min(given_back, line.total):
            refund(order, goodwill=[gift(number, amount)], cash_rounding=5)
        refund(order, returned(number, f"{quantity}"), cash_rounding=5)
    for one in order.refunds:
        figure = msgspec.to_builtins(refund_receipt(order, one, CONTEXT, "en", 0))
        assert sum(line["amount"] for line in figure["lines"]) == figure["subtotal"]
        assert all(line["amount"] >= 0 for line in figure["lines"])
        added = sum(tax["amount"] for tax in figure["taxes"] if not tax["inclusive"])
        assert figure["subtotal"] + added == figure["total"]
        assert figure["total"] + figure["rounding"] + figure["tip_total"] == figure["paid_total"]
        assert sum(tender["tendered"] for tender in figure["tenders"]) == figure["paid_total"]


@pytest.mark.parametrize(
    ("language", "money", "quantity", "percent"),
    [
        ("en", "1,234.50", "1,234.5", "8.875%"),
        ("de", "1.234,50", "1.234,5", "8,875\xa0%"),
        ("fr", "1\u202f234,50", "1\u202f234,5", "8,875\xa0%"),
    ],
)
def test_figures_are_written_as_the_language_writes_them(
    language: str, money: str, quantity: str, percent: str
) -> None:
    own = LANGUAGES[language]
    assert own.money(123_450, "EUR") == money
    assert own.money(-123_450, "EUR") == f"-{money}"
    assert own.number(Decimal("1234.500")) == quantity
    assert own.percent(Decimal("8.875")) == percent


@pytest.mark.parametrize(("currency", "written"), [("JPY", "1,234"), ("BHD", "1.234"), ("EUR", "12.34")])
def test_amounts_have_the_digits_of_their_currency(currency: str, written: str) -> None:
    assert ENGLISH.money(1234, currency) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("VAT", "VAT 19%"),
        ("VAT 19 %", "VAT 19 %"),
        ("VAT 19%", "VAT 19%"),
        ("VAT 119 %", "VAT 119 % 19%"),
        ("VAT 1.19 %", "VAT 1.19 % 19%"),
        ("19 %", "19 %"),
    ],
)
def test_a_tax_whose_name_says_its_rate_is_written_with_it_once(name: str, written: str) -> None:
    assert LANGUAGES["en"].tax(name, Decimal(19)) == written
