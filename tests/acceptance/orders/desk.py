"""A desk beside its books: after every step the order, the shelf and the accounts are what the books say."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from commands.orders.back_office.lapsing import LapseOrders, lapse_orders
from commands.ports import Caller
from infra.decisions.unit_of_work import EventWriter
from infra.jobs.order_promises import LapsingWork
from infra.postgres.transactions import transaction
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.acceptance.orders.books import AT_FIRST, LIMIT, PRICE, OrderBooks, ShopBooks

ORDERS, CUSTOMERS = "/api/admin/orders", "/api/admin/customers"
#: What is read of orders, their goods and their money.
MODELS = {"orders", "accounts", "refunds", "stock", "report_sales", "customer_totals"}


class Desk:
    """Everything is done by an admin; there is one article, and one customer who may owe."""

    def __init__(self, shop: Any) -> None:
        self.shop, self.client, self.books = shop, shop.client(), ShopBooks()
        self.store = self.make("stores", name="Main Street", code="MAIN")
        self.storage = self.make("storages", name="Back", code="B", store_id=self.store)
        variant = {"sku": "OAT-1", "price": PRICE}
        product = self.client.post("/api/admin/products", {"name": "Oats", "variants": [variant]}).data
        self.client.post(f"/api/admin/products/{product['id']}/status", {"status": "active"})
        self.variant = str(product["variants"][0]["id"])
        line = {"variant_id": self.variant, "quantity": AT_FIRST, "unit_cost": 60}
        self.make("inventory/receipts", storage_id=self.storage, lines=[line])
        self.customer = self.make("customers", name="Ada", credit_limit=LIMIT, terms_days=14)

    def make(self, what: str, **body: Any) -> str:
        """Make a thing, and say its id."""
        made = self.client.post(f"/api/admin/{what}", body)
        assert made.status == 201, made.body
        return str(made.data["id"])

    def place(self, units: int, deposit: int, *, on_account: bool) -> None:
        body = {
            "store_id": self.store,
            "channel": "phone",
            "customer_id": self.customer,
            "lines": [{"variant_id": self.variant, "quantity": units}],
            "payments": [{"method": "card", "amount": deposit}] if deposit else [],
            "on_account": on_account,
        }
        answer = self.client.post(ORDERS, body)
        order_id = str(answer.data["id"]) if answer.status == 201 else str(uuid4())
        order = OrderBooks(order_id, units, on_account)
        self.is_told(answer, self.books.place(order, deposit))
        if answer.status == 201:
            self.check(order)

    def amend(self, order: OrderBooks, units: int) -> None:
        body = {"lines": [{"id": self.line_of(order), "quantity": units}]}
        answer = self.client.patch(f"{ORDERS}/{order.id}", body)
        self.is_told(answer, self.books.amend(order, units))

    def pay(self, order: OrderBooks, amount: int, method: str) -> None:
        answer = self.post(order, "payments", payments=[{"method": method, "amount": amount}])
        self.is_told(answer, self.books.pay(order, amount, method))

    def fulfil(self, order: OrderBooks, units: int) -> None:
        answer = self.post(order, "fulfil", lines=self.units(order, units))
        self.is_told(answer, self.books.fulfil(order, units))

    def cancel(self, order: OrderBooks, units: int, *, as_credit: bool) -> None:
        refund = {"refund": "store_credit"} if as_credit else {}
        answer = self.post(order, "cancel", reason="less", lines=self.units(order, units), **refund)
        self.is_told(answer, self.books.cancel(order, units, as_credit=as_credit))

    def refund(self, order: OrderBooks, units: int) -> None:
        payment = {"method": "store_credit", "amount": PRICE * units}
        lines = self.units(order, units)
        answer = self.post(order, "refunds", lines=lines, payments=[payment], reason="sour")
        self.is_told(answer, self.books.refund(order, units))

    def lapse(self, order: OrderBooks) -> None:
        """What the job does once the reservation is over."""
        assert lapse(self.shop, order.id) == self.books.lapse(order)

    def settle(self, amount: int) -> None:
        body = {"method": "card", "amount": amount}
        answer = self.client.post(f"{CUSTOMERS}/{self.customer}/payments", body)
        self.is_told(answer, self.books.settle(amount))

    def post(self, order: OrderBooks, what: str, **body: Any) -> Any:
        return self.client.post(f"{ORDERS}/{order.id}/{what}", body)

    def line_of(self, order: OrderBooks) -> str:
        """Its line, also once nothing of it is ordered any more."""
        shown = self.client.get(f"{ORDERS}/{order.id}").data
        (line_id,) = {line["id"] for line in shown["lines"]} | {
            one["line_id"] for one in shown["back_office"]["cancelled"]
        }
        return str(line_id)

    def units(self, order: OrderBooks, units: int) -> list[dict[str, Any]]:
        return [{"line_id": self.line_of(order), "quantity": units}]

    def is_told(self, answer: Any, code: str) -> None:
        """It was done, or refused by this code."""
        got = answer.code if answer.status >= 400 else ""
        assert got == code, (answer.status, answer.body, self.books)

    def check(self, order: OrderBooks) -> None:
        """An order as anybody reads it."""
        shown = self.client.get(f"{ORDERS}/{order.id}").data
        names = ("status", "payment_status", "fulfilment_status")
        assert [shown[name] for name in names] == [getattr(order, name) for name in names], (shown, order)
        due = order.due - min(order.settled, max(order.due, 0))
        assert (shown["due_total"], shown["back_office"]["charged_total"]) == (due, order.charged), order
        if order.ordered:
            assert (shown["total"], shown["paid_total"]) == (order.total, order.paid), order

    def check_shelf_and_accounts(self) -> None:
        """What there is, what is reserved of it, and what the customer owes and has to their credit."""
        (level,) = self.client.get(f"/api/admin/inventory/levels?variant_id={self.variant}").data
        assert (int(level["on_hand"]), int(level["reserved"]), int(level["available"])) == (
            self.books.on_hand,
            self.books.reserved,
            self.books.available,
        )
        balances = self.client.get(f"{CUSTOMERS}/{self.customer}").data["balances"]
        assert (balances["due"], balances["store_credit"]) == (self.books.dues, self.books.credit)

    def differences(self) -> list[Any]:
        """Where read models of orders, goods and money are not what the log makes of them."""
        database, company_id = self.shop.service.database, self.shop.company_id
        models = [model for model in PROJECTIONS if model.name in MODELS]
        reports = {model.name: verify(database.worker, EVENT_TYPES, model, company_id) for model in models}
        assert set(reports) == MODELS
        return [one for report in reports.values() for one in report.differences]


def lapse(shop: Any, order_id: str) -> int:
    """Let the reservation of an order end as its job does, a year from now; how many ended."""
    writer, now = EventWriter(EVENT_TYPES, PROJECTIONS), datetime.now(UTC) + timedelta(days=365)
    with (
        psycopg.connect(shop.service.database.worker, autocommit=True) as connection,
        transaction(connection, shop.company_id, models=writer.models) as db,
    ):
        caller = Caller(company_id=shop.company_id, user_id=None)
        work = LapsingWork(db, writer, caller, now)
        lapsed = lapse_orders(LapseOrders(ids=(UUID(order_id),)), work)
        if work.has_events:
            work.record()
        return lapsed
