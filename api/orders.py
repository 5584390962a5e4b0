"""Orders: quotes and sales at the till, the cashier's own sales, receipts."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from falcon import Request, Response
from marshmallow import fields, validate

from api.costs import COST
from api.envelope import ok, page_of, written
from api.fields import (
    MAX_AMOUNT,
    Body,
    Code,
    Day,
    Exact,
    Flag,
    Id,
    Many,
    Moment,
    Money,
    OwnId,
    Percent,
    Quantity,
    Text,
    Whole,
)
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from api.settings import AsOfQuery
from commands.moments import BeforeTheCompany, TooFarBack
from commands.orders import BasketLine, PlaceSale, Quote, QuoteBasket, place_sale, quote_basket
from commands.ports import Caller, ConcurrentEdit, DuplicateId, Missing
from domain.catalog.products import NotForSale
from domain.discounts import DiscountAboveCeiling
from domain.money import AmountTooLarge, round_ratio, round_to_multiple
from domain.orders import Order, SaleLine
from domain.packages import PlanLimitReached
from domain.payments import PaymentExceedsTotal, PaymentInsufficient, Tender
from domain.pricing import Discount, DiscountExceedsValue, DiscountNotValid
from domain.stock import InsufficientStock
from domain.stores import Store, StoreClosed
from projections.base import EventNotReadable
from projections.companies import find_company
from projections.orders import list_orders


class DiscountBody(Body):
    """Percent of what is left, or an amount in minor currency units."""

    type = fields.String(required=True, validate=validate.OneOf(["percent", "amount"]))
    value = Exact(least=0, most=MAX_AMOUNT, required=True)
    reason = Text(longest=200, allow_none=True, load_default=None)


class BasketLineBody(Body):
    """A quantity of a variant; `unit_price` only for who may override prices."""

    variant_id = Id(required=True)
    quantity = Quantity(required=True)
    unit_price = Money(allow_none=True, load_default=None)
    discounts = Many(fields.Nested(DiscountBody()), longest=10, load_default=list)


class BasketBody(Body):
    """A basket. Register, else store, else the only store there is, say where it is sold."""

    register_id = Id(allow_none=True, load_default=None)
    store_id = Id(allow_none=True, load_default=None)
    customer_id = Id(allow_none=True, load_default=None)
    lines = Many(fields.Nested(BasketLineBody()), required=True, shortest=1, longest=500)
    discounts = Many(fields.Nested(DiscountBody()), longest=10, load_default=list)


class PaymentBody(Body):
    """A part of the payment: `amount` is what it pays of the order, `tendered` what was handed over.

    `method` is `cash`, `card`, `coupon`, or the code of one of the company's own payment methods.
    """

    method = Code(required=True)
    amount = Money(required=True)
    tendered = Money(allow_none=True, load_default=None)
    reference = Text(longest=200, allow_none=True, load_default=None)
    tip = Money(load_default=0)


class SaleBody(BasketBody):
    """A sale at a till."""

    id = OwnId()
    occurred_at = Moment(allow_none=True, load_default=None)
    payments = Many(fields.Nested(PaymentBody()), longest=20, load_default=list)
    note = Text(longest=1000, allow_none=True, load_default=None)


class TaxAnswer(Body):
    """A tax, on a line or over the order."""

    tax_rate_id = Id()
    name = Text()
    rate = Percent()
    inclusive = Flag()
    taxable = Money()
    amount = Money()


class QuoteLineAnswer(Body):
    """A priced line. Money is in minor currency units."""

    variant_id = Id()
    product_id = Id()
    sku = Text()
    name = Text()
    variant_name = Text()
    quantity = Exact(most=10**12)
    unit_price = Money()
    list_price = Money()
    price_overridden = Flag()
    gross_total = Money()
    discount_total = Money()
    taxes = fields.List(fields.Nested(TaxAnswer()))
    tax_total = Money()
    total = Money()


class LineAnswer(QuoteLineAnswer):
    """A line as it was sold; `unit_cost` and `cost_total` only for who may see costs."""

    id = Id()
    unit_cost = Money(metadata=COST)
    cost_total = Money(metadata=COST)
    returned_quantity = Exact(most=10**12)


class QuoteAnswer(Body):
    """What a basket costs; `cash_total` is what it would cost if paid in cash."""

    currency = Text()
    lines = fields.List(fields.Nested(QuoteLineAnswer()))
    taxes = fields.List(fields.Nested(TaxAnswer()))
    subtotal = Money()
    discount_total = Money()
    tax_total = Money()
    total = Money()
    cash_total = Money()


class PaymentAnswer(PaymentBody):
    """A payment as it was taken."""

    change = Money()


class OrderAnswer(Body):
    """An order. `total` is the sum of its lines; `rounding` and `tip_total` come on top of it."""

    id = Id()
    number = Text()
    channel = Text()
    store_id = Id()
    register_id = Id(allow_none=True)
    shift_id = Id(allow_none=True)
    cashier_id = Id(allow_none=True)
    customer_id = Id(allow_none=True)
    status = Text()
    payment_status = Text()
    fulfilment_status = Text()
    currency = Text()
    business_date = Day()
    occurred_at = Moment()
    recorded_at = Moment()
    lines = fields.List(fields.Nested(LineAnswer()))
    taxes = fields.List(fields.Nested(TaxAnswer()))
    discounts = fields.List(fields.Nested(DiscountBody()))
    payments = fields.List(fields.Nested(PaymentAnswer()))
    refunds = fields.List(fields.Dict())
    subtotal = Money()
    discount_total = Money()
    tax_total = Money()
    rounding = Money(least=-MAX_AMOUNT)
    tip_total = Money()
    total = Money()
    paid_total = Money()
    change_total = Money()
    refunded_total = Money()
    due_total = Money()
    cost_total = Money(metadata=COST)
    note = Text(allow_none=True)
    version = Whole()


class ReceiptAnswer(Body):
    """What is printed: the order, and who sold it where."""

    order = fields.Nested(OrderAnswer())
    company = fields.Dict()
    store = fields.Dict()


class OrdersQuery(Body):
    """Filters of the cashier's own sales; `search` is a whole order number."""

    page = Whole(least=1, most=100_000, load_default=1)
    limit = Whole(least=1, most=100, load_default=20)
    search = Text(shortest=1, longest=60)
    from_date = Day(data_key="from")
    to_date = Day(data_key="to")


def _show_line(line: SaleLine, *, with_costs: bool) -> dict[str, Any]:
    shown = {
        "id": line.id,
        "product_id": line.product_id,
        "variant_id": line.variant_id,
        "sku": line.sku,
        "name": line.name,
        "variant_name": line.variant_name,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "list_price": line.list_price,
        "price_overridden": line.unit_price != line.list_price,
        "gross_total": line.gross_total,
        "discount_total": line.discount_total,
        "taxes": line.taxes,
        "tax_total": line.tax_total,
        "total": line.total,
        "returned_quantity": _NOTHING,
    }
    if with_costs:
        shown["unit_cost"] = _unit_cost(line)
        shown["cost_total"] = line.cost_total
    return shown


_NOTHING = Decimal(0)


def _unit_cost(line: SaleLine) -> int:
    """The cost of one unit in minor currency units, rounded for display."""
    if not line.quantity:
        return 0
    numerator, denominator = line.quantity.as_integer_ratio()
    return round_ratio(line.cost_total * denominator, numerator, "half_up")


def show_order(order: Order, *, with_costs: bool) -> dict[str, Any]:
    """An order as clients see it; costs only for those who may see them."""
    sale, totals = order.sale, order.sale.totals
    shown = {
        "id": order.id,
        "number": sale.number,
        "channel": sale.channel,
        "store_id": sale.store_id,
        "register_id": sale.register_id,
        "shift_id": None,
        "cashier_id": sale.cashier_id,
        "customer_id": sale.customer_id,
        "status": "completed",
        "payment_status": "paid",
        "fulfilment_status": "fulfilled",
        "currency": sale.currency,
        "business_date": sale.business_date,
        "occurred_at": sale.occurred_at,
        "recorded_at": order.created_on,
        "lines": [_show_line(line, with_costs=with_costs) for line in sale.lines],
        "taxes": sale.taxes,
        "discounts": sale.discounts,
        "payments": sale.payments,
        "refunds": [],
        "subtotal": totals.subtotal,
        "discount_total": totals.discount_total,
        "tax_total": totals.tax_total,
        "rounding": totals.rounding,
        "tip_total": totals.tip_total,
        "total": totals.total,
        "paid_total": totals.paid_total,
        "change_total": totals.change_total,
        "refunded_total": 0,
        "due_total": 0,
        "note": sale.note,
        "version": order.version,
    }
    if with_costs:
        shown["cost_total"] = totals.cost_total
    return shown


def show_quote(quote: Quote, command: QuoteBasket) -> dict[str, Any]:
    """A quote as clients see it."""
    basket, rules = quote.basket, quote.context.rules
    return {
        "currency": rules.currency,
        "lines": [
            {
                "variant_id": asked.variant_id,
                "product_id": variant.product_id,
                "sku": variant.sku,
                "name": variant.name,
                "variant_name": variant.variant_name,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "list_price": variant.price,
                "price_overridden": line.unit_price != variant.price,
                "gross_total": line.gross_total,
                "discount_total": line.discount_total,
                "taxes": line.taxes,
                "tax_total": line.tax_total,
                "total": line.total,
            }
            for asked, line in zip(command.lines, basket.lines, strict=True)
            for variant in [quote.context.variants[asked.variant_id]]
        ],
        "taxes": basket.taxes,
        "subtotal": basket.subtotal,
        "discount_total": basket.discount_total,
        "tax_total": basket.tax_total,
        "total": basket.total,
        "cash_total": round_to_multiple(basket.total, rules.cash_rounding)
        if rules.cash_rounding
        else basket.total,
    }


def _basket(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "register_id": body["register_id"],
        "store_id": body["store_id"],
        "customer_id": body["customer_id"],
        "lines": tuple(
            BasketLine(
                variant_id=line["variant_id"],
                quantity=line["quantity"],
                unit_price=line["unit_price"],
                discounts=_discounts(line["discounts"]),
            )
            for line in body["lines"]
        ),
        "discounts": _discounts(body["discounts"]),
    }


def _discounts(bodies: list[dict[str, Any]]) -> tuple[Discount, ...]:
    return tuple(Discount(**body) for body in bodies)


class PosQuote(Resource):
    """What a basket costs."""

    @operation(
        "pos.use",
        "Quote a basket",
        description="To the last minor unit what the sale will be; nothing is written.",
        body=BasketBody(),
        answer=QuoteAnswer(),
        refusals=(
            NotForSale,
            DiscountExceedsValue,
            DiscountAboveCeiling,
            StoreClosed,
            DiscountNotValid,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Price a basket."""
        command = QuoteBasket(**_basket(req.context.body))
        self.write(
            req, resp, quote_basket, command, lambda quote: written(show_quote(quote, command), "Quoted")
        )


class PosOrders(Resource):
    """Sales at a till."""

    @operation(
        "pos.use",
        "Sell a basket",
        description="Price, payment, stock, tax and cost are decided in one transaction. The same `id` "
        "with the same content answers with the sale that was made.",
        body=SaleBody(),
        answer=OrderAnswer(),
        status=201,
        refusals=(
            InsufficientStock,
            PaymentInsufficient,
            PaymentExceedsTotal,
            DiscountExceedsValue,
            NotForSale,
            StoreClosed,
            DuplicateId,
            ConcurrentEdit,
            PlanLimitReached,
            DiscountAboveCeiling,
            DiscountNotValid,
            TooFarBack,
            BeforeTheCompany,
            AmountTooLarge,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Sell a basket."""
        body = req.context.body
        command = PlaceSale(
            **_basket(body),
            id=body.get("id"),
            tenders=tuple(Tender(**payment) for payment in body["payments"]),
            occurred_at=body["occurred_at"],
            note=body["note"],
        )
        with_costs = req.context.caller.sees_costs
        self.create(
            req,
            resp,
            place_sale,
            command,
            lambda order: written(
                show_order(order, with_costs=with_costs), "Sold", status=201, version=order.version
            ),
        )


class CashierOrders(Resource):
    """The caller's own sales."""

    @operation(
        "cashier.orders",
        "List my sales",
        query=OrdersQuery(),
        answer=OrderAnswer(),
        many=True,
        description="A sale that cannot be read is a row of its `id` and, as `unreadable`, the code of why: "
        "`newer_event` or `damaged_event`.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of the caller's own sales, newest first."""
        query, caller = req.context.query, req.context.caller

        def question(reading: Reading) -> tuple[list[tuple[UUID, Any]], int]:
            ids, total = list_orders(
                reading.db, cashier_id=caller.user_id, store_ids=caller.store_ids, **query
            )
            return reading.streams(Order, ids), total

        orders, total = self.ask(req, resp, question)
        shown = [
            # One that cannot be read is a row of its own, and the others are shown all the same.
            {"id": order_id, "unreadable": order.code}
            if isinstance(order, EventNotReadable)
            else show_order(order, with_costs=caller.sees_costs)
            for order_id, order in orders
        ]
        resp.media = page_of(shown, total, query["page"], query["limit"])


class _OwnOrder(Resource):
    def own_order(
        self, reading: Reading, caller: Caller, order_id: UUID, as_of: datetime | None = None
    ) -> Order:
        """The order if the caller sold it, in a store of theirs; others do not exist. Raises Missing."""
        found = reading.aggregates(Order, [order_id], as_of)
        if not found or found[0].sale.cashier_id != caller.user_id:
            raise Missing
        order: Order = found[0]
        if caller.store_ids and order.sale.store_id not in caller.store_ids:
            raise Missing
        return order


class CashierOrder(_OwnOrder):
    """One of the caller's own sales."""

    @operation("cashier.orders", "Show my sale", query=AsOfQuery(), answer=OrderAnswer())
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        """The sale as it was made, or as it was recorded by `as_of`."""
        caller, as_of = req.context.caller, req.context.query.get("as_of")
        order = self.ask(req, resp, lambda reading: self.own_order(reading, caller, order_id, as_of))
        self.show(req, resp, ok(show_order(order, with_costs=caller.sees_costs)), order.version)


class CashierReceipt(_OwnOrder):
    """The receipt of one of the caller's own sales."""

    @operation("cashier.orders", "Show my sale's receipt", answer=ReceiptAnswer())
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        """What is printed for the customer; never a cost."""
        caller = req.context.caller

        def question(reading: Reading) -> dict[str, Any]:
            order = self.own_order(reading, caller, order_id)
            return receipt_of(reading, order)

        resp.media = ok(self.ask(req, resp, question))


def receipt_of(reading: Reading, order: Order) -> dict[str, Any]:
    """A receipt as data: the order, the company, and the store's texts. Raises Missing."""
    company = find_company(reading.db)
    stores = reading.aggregates(Store, [order.sale.store_id])
    if company is None or not stores:
        raise Missing
    store = {**stores[0].values}
    for text in ("receipt_header", "receipt_footer"):
        # A store that has no text of its own prints the company's.
        store[text] = store[text] or company[text]
    return {
        "order": show_order(order, with_costs=False),
        "company": {name: company[name] for name in ("name", "address", "phone", "email", "tax_number")},
        "store": {
            name: store[name]
            for name in ("name", "code", "address", "phone", "receipt_header", "receipt_footer", "timezone")
        },
    }
