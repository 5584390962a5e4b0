"""The read model of the reports of sales: facts, what they are told apart by, and their sums."""

from collections.abc import Sequence

from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Database, Fact, Projection
from projections.reports.sales.baskets import BASKETS
from projections.reports.sales.batch import Batch
from projections.reports.sales.facts import FACTS
from projections.reports.sales.numbers import ITEMS, METHODS, PLACES, TAXES
from projections.reports.sales.origins import CHANNELS
from projections.reports.sales.readings import (
    Amendment,
    Cancellation,
    Deposit,
    Handover,
    Placement,
    Refund,
    Return,
    Sale,
    Void,
)
from projections.reports.sales.rollups import ROLLUPS
from projections.reports.sales.variant_names import NAMES, VariantNames


class SalesReports(Projection):
    """Sales, refunds, voids and handovers as rows that never change, and their sums.

    What a fact counts for, and on which date, is told at `FactKind`. Money is minor currency units,
    quantities are counted in hundred-thousandths. Stores, registers, cashiers, what was sold, taxes and
    payment methods stand in the rows by numbers; 0 is none.
    """

    name = "report_sales"
    version = 6
    tables = (
        "report_places",
        "report_items",
        "report_taxes",
        "report_methods",
        "report_order_channels",
        "sales_variant_names",
        "sales_facts",
        "sales_line_facts",
        "sales_tax_facts",
        "sales_discount_facts",
        "sales_payment_facts",
        "sales_company_day",
        "sales_company_hour",
        "sales_store_day",
        "sales_store_month",
        "sales_store_hour",
        "sales_register_day",
        "sales_cashier_day",
        "sales_customer_month",
        "sales_item_month",
        "sales_item_year",
        "sales_company_tax_day",
        "sales_tax_day",
        "sales_payment_day",
        "basket_tail",
        "basket_chunks",
        "basket_changes",
    )
    reading_indexes = (
        "sales_facts_by_day",
        "sales_facts_by_register",
        "sales_facts_by_cashier",
        "sales_facts_of_refunds",
        "sales_facts_of_further_handovers",
        "sales_facts_of_deposits",
        "sales_facts_by_customer",
        "sales_line_facts_by_day",
        "sales_tax_facts_by_day",
        "sales_payment_facts_by_day",
        "sales_payment_facts_of_refunds",
        "sales_variant_names_by_product",
    )
    folds = {
        Order.Sold: Sale,
        Order.Voided: Void,
        Order.Refunded: Refund,
        Order.Placed: Placement,
        Order.Amended: Amendment,
        Order.Fulfilled: Handover,
        Order.Paid: Deposit,
        Order.Cancelled: Cancellation,
        UnlinkedReturn.Taken: Return,
    }
    # A receipt changes no sum.
    ignores = frozenset(
        {
            Order.ReservationLapsed,
            Order.Completed,
            Order.ReceiptPrinted,
            Order.ReceiptSent,
        }
    )
    schema = f"{PLACES}{ITEMS}{TAXES}{METHODS}{CHANNELS}{NAMES}{FACTS}{ROLLUPS}{BASKETS}"

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Gather the batch's rows in memory, then add them and their sums, one statement a table."""
        batch, names = Batch(), VariantNames()
        for fact in facts:
            if fact.event in _NAMED:
                names.note(fact, fact.data.lines)
            if fact.event is Order.Placed:
                batch.origins.place(fact)
            elif fact.event is not Order.Amended:
                batch.add(fact)
        batch.write(db)
        names.write(db)


#: Goods are handed over and come back under the names that they were ordered by.
_NAMED = frozenset({Order.Sold, Order.Placed, Order.Amended, UnlinkedReturn.Taken})
