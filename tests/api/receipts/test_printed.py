"""What is printed besides the sums: names, marks, letters, and the receipts of refunds."""

from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.receipts.refunds import refund_receipt
from api.receipts.sales import sale_receipt
from api.receipts.slips import slip_of
from api.receipts.taxes import Letters
from api.receipts.texts import TEXTS
from api.slips import FORMATS, PAPERS
from api.slips.columns import lines_of
from api.slips.languages import ENGLISH, LANGUAGES
from domain.orders import Offline, Order, void
from domain.payments import Tender
from domain.pricing import Discount, Rules
from tests.api.receipts.sold import CONTEXT, SOLD_AT, item, sold, tax
from tests.api.slips.reading import LINES_OF
from tests.domain.sales import gift, refund, returned

VAT, SALES_TAX = tax("20", inclusive=True, name="VAT"), tax("8.875")


def printed(order: Order, copy: int = 0, language: str = "en") -> list[str]:
    """The lines of the receipt of a sale on the wide roll."""
    slip = slip_of(sale_receipt(order, CONTEXT, language, copy), LANGUAGES[language])
    return [line.text for line in lines_of(slip, 48)]


def refund_of_two() -> Order:
    """A sale of which the first line was given back, and something on the second, with a tip."""
    paid = [Tender(method="cash", amount=1341, tip=100)]
    fives = Rules(currency="EUR", cash_rounding=5)
    order = sold([item(681, "1", [SALES_TAX]), item(600, "1", [VAT])], paid, rules=fives)
    refund(order, returned(1), goodwill=[gift(2, 60)], tip=100, cash_rounding=5)
    return order


class TestASale:
    def test_is_headed_by_the_company_the_store_and_its_texts(self) -> None:
        lines = printed(sold([item(250, "1", [VAT])]))
        head = ["Corner Shop", "Harbour", "12 Harbour Street", "10115 Berlin", "030 1"]
        assert lines[:8] == [*head, "Tax number DE811907980", "", "Welcome!"]
        assert "Thank you." in lines

    def test_tells_the_day_and_time_of_the_store(self) -> None:
        assert any(line.split() == ["Date", "2", "Mar", "2026", "00:30"] for line in printed(sold([])))

    def test_says_which_copy_it_is_and_that_it_was_taken_back_or_made_offline(self) -> None:
        order = sold([item(250, "1")])
        assert not {"COPY 1", "VOIDED", "Sold without a connection"} & set(printed(order))
        assert "COPY 3" in printed(order, copy=3)
        void(order, occurred_at=SOLD_AT, reason="Wrong goods")
        assert "VOIDED" in printed(order)
        offline = Offline(device_id=UUID(int=1), seq=1, received_at=SOLD_AT, told_at=SOLD_AT)
        assert "Sold without a connection" in printed(sold([item(250, "1")], offline=offline))

    def test_names_the_price_that_was_not_taken(self) -> None:
        lines = printed(sold([item(250, "2")], list_price=300))
        assert lines[lines.index("  instead of 3.00") - 1].split() == ["2", "\u00d7", "2.50", "5.00"]

    def test_tells_discounts_of_a_line_apart_from_those_of_the_order(self) -> None:
        ten = Discount(type="percent", value=Decimal(10))
        lines = [line.split() for line in printed(sold([item(1000, "1", [VAT], [ten])], discounts=[ten]))]
        assert ["Discount", "10%", "-1.00"] in lines
        assert ["Subtotal", "9.00"] in lines
        assert ["Discount", "-0.90"] in lines
        assert ["Total", "EUR", "8.10"] in lines

    def test_letters_go_on_after_z(self) -> None:
        taxes = sold([item(10_000, "1", [tax(str(rate)) for rate in range(1, 31)])]).terms.taxes
        letters = [one.letter for one in Letters(taxes).show(taxes)]
        assert (letters[0], letters[25], letters[26], letters[29]) == ("A", "Z", "A1", "D1")


class TestARefund:
    @pytest.mark.parametrize("format_", FORMATS)
    def test_adds_up_to_what_was_paid_out(self, format_: str) -> None:
        order = refund_of_two()
        receipt = refund_receipt(order, order.refunds[0], CONTEXT, "en", 0)
        written = FORMATS[format_][1](slip_of(receipt, ENGLISH), PAPERS["80mm"])
        lines = [line.split() for line in LINES_OF[format_](written)]
        for line in (
            "Refund",
            "Number MAIN-R000001",
            "Of sale MAIN-1-000001",
            "Thing 6.81 A",
            "Goodwill: Thing 0.60 B",
            "Subtotal 7.41",
            "Sales tax 8.875% 0.60",
            "Total EUR 8.01",
            "Rounding -0.01",
            "Tip 1.00",
            "Paid out EUR 9.00",
            "Cash 9.00",
        ):
            assert line.split() in lines

    def test_is_counted_by_itself(self) -> None:
        order = refund_of_two()
        assert (order.prints, order.refund_prints) == (0, {})
        assert refund_receipt(order, order.refunds[0], CONTEXT, "en", 1).copy == 1


class TestLanguages:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_language_has_every_text_and_fills_in_the_same(self, language: str) -> None:
        for field in fields(TEXTS["en"]):
            own, english = (getattr(TEXTS[code], field.name) for code in (language, "en"))
            if field.name == "methods":
                assert own.keys() == english.keys()
            else:
                assert own
                assert own.count("{") == english.count("{"), field.name

    @given(minutes=some.integers(0, 3 * 366 * 1440), language=some.sampled_from(sorted(LANGUAGES)))
    def test_a_moment_has_day_month_year_and_time(self, minutes: int, language: str) -> None:
        moment = SOLD_AT + timedelta(minutes=minutes)
        written = LANGUAGES[language].moment(moment)
        assert f"{moment.year}" in written
        assert written.endswith(f"{moment:%H:%M}")
