"""What the sales summary answers: measures of sales, and how they are grouped."""

from typing import Annotated

from msgspec import UNSET, UnsetType

from api.answers import Answer, Cost, Currency, Day, Id, Meaning, Moment, Quantity, Ratio, Sum


class MeasuresAnswer(Answer):
    """The measures of sales, in minor currency units unless they are counts.

    net_sales = gross_sales - discounts - returns, all without tax; total_collected = net_sales + tax + tips +
    rounding; gross_profit = net_sales - cost_of_goods; margin = gross_profit / net_sales. Goods of a placed
    order are sales of the day on which they are handed over.
    """

    orders: Annotated[
        int, Meaning("How many sales that were not voided, and placed orders with their first goods.", 118)
    ]
    items: Annotated[Quantity, Meaning("How many units were sold; what came back does not lower it.", "274")]
    gross_sales: Annotated[Sum, Meaning("Value of all lines before discounts, without tax.", 131_500)]
    discounts: Annotated[Sum, Meaning("What discounts took off, without tax.", 9_000)]
    returns: Annotated[Sum, Meaning("Value of what was refunded, without tax.", 1_100)]
    net_sales: Annotated[Sum, Meaning("`gross_sales - discounts - returns`.", 121_400)]
    tax: Annotated[Sum, Meaning("Tax of what was sold, without that of what came back.", 8_802)]
    tips: Annotated[Sum, Meaning("Tips, without those that were given back.", 0)]
    rounding: Annotated[Sum, Meaning("What cash rounding added or took away.", 0)]
    total_collected: Annotated[Sum, Meaning("`net_sales + tax + tips + rounding`.", 130_202)]
    average_order: Annotated[Sum | None, Meaning("`net_sales / orders`.", 1_029)]
    cost_of_goods: Annotated[
        Sum, Cost("Cost as it was when sold or handed over, minus that of returns.", 62_000)
    ]
    gross_profit: Annotated[Sum, Cost("`net_sales - cost_of_goods`.", 59_400)]
    margin: Annotated[Ratio | None, Cost("`gross_profit / net_sales`; null without sales.", "0.48929")]


class DifferencesAnswer(Answer):
    """What each measure rose by; null where one of the two periods has none."""

    orders: Annotated[int, Meaning("How many more sales.", 12)]
    items: Annotated[Quantity, Meaning("How many more units.", "31")]
    gross_sales: Annotated[Sum, Meaning("More value of all lines before discounts.", 4_200)]
    discounts: Annotated[Sum, Meaning("What discounts took off more.", 300)]
    returns: Annotated[Sum, Meaning("More value of what came back.", -100)]
    net_sales: Annotated[Sum, Meaning("More net sales.", 4_000)]
    tax: Annotated[Sum, Meaning("More tax.", 290)]
    tips: Annotated[Sum, Meaning("More tips.", 0)]
    rounding: Annotated[Sum, Meaning("More that cash rounding added or took away.", 0)]
    total_collected: Annotated[Sum, Meaning("What was collected more.", 4_290)]
    average_order: Annotated[Sum | None, Meaning("More net sales an order.", -9)]
    cost_of_goods: Annotated[Sum, Cost("More cost.", 2_100)]
    gross_profit: Annotated[Sum, Cost("More profit.", 1_900)]
    margin: Annotated[Ratio | None, Cost("What the margin rose by.", "-0.0021")]


class PeriodRowAnswer(MeasuresAnswer):
    """The measures of one period; `period` is its first business date, `hour` the local hour."""

    period: Annotated[Day, Meaning("The first business date of the period.")]
    hour: Annotated[int, Meaning("The local hour, with `interval=hour`.", 9)] | UnsetType = UNSET


class StoreRowAnswer(MeasuresAnswer):
    """The measures of one store."""

    store_id: Annotated[Id, Meaning("The store.")]
    store_name: Annotated[str | None, Meaning("What the store is called.", "Harbour")]


class ProductMeasuresAnswer(Answer):
    """The measures of what was sold of variants, and of what came back."""

    quantity: Annotated[Quantity, Meaning("How much was sold; what came back does not lower it.")]
    returned_quantity: Annotated[Quantity, Meaning("How much came back.", "0")]
    gross_sales: Annotated[Sum, Meaning("Value of all lines before discounts, without tax.", 131_500)]
    discounts: Annotated[Sum, Meaning("What discounts took off, without tax.", 9_000)]
    returns: Annotated[Sum, Meaning("Value of what was refunded, without tax.", 1_100)]
    net_sales: Annotated[Sum, Meaning("`gross_sales - discounts - returns`.", 121_400)]
    tax: Annotated[Sum, Meaning("Tax of what was sold, without that of what came back.", 8_802)]
    cost_of_goods: Annotated[
        Sum, Cost("Cost as it was when sold or handed over, minus that of returns.", 62_000)
    ]
    gross_profit: Annotated[Sum, Cost("`net_sales - cost_of_goods`.", 59_400)]
    margin: Annotated[Ratio | None, Cost("`gross_profit / net_sales`; null without sales.", "0.48929")]


class ProductRowAnswer(ProductMeasuresAnswer):
    """What was sold of one variant."""

    variant_id: Annotated[Id, Meaning("The variant.")]
    product_id: Annotated[Id, Meaning("The product.")]
    sku: Annotated[str, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant is called.", "250 g")]


class PaymentMeasuresAnswer(Answer):
    """What payments brought in, change already given back; refunds stand apart.

    Deposits are among them on the day they were paid, and count as sales only when goods are handed over.
    """

    payments: Annotated[int, Meaning("How many payments.", 96)]
    amount: Annotated[Sum, Meaning("What came in, change already given back.", 98_310)]
    tips: Annotated[Sum, Meaning("Tips.", 0)]
    refund_count: Annotated[int, Meaning("How many payments back.", 1)]
    refunds: Annotated[Sum, Meaning("What was paid back, without tips.", 1_100)]


class PaymentRowAnswer(PaymentMeasuresAnswer):
    """What one method brought in."""

    method: Annotated[
        str,
        Meaning(
            "`cash`, `card`, `coupon`, `store_credit`, `account`, the code of a payment method, or "
            "`exchange`, which ties what came back to what it was exchanged for.",
            "cash",
        ),
    ]


class ComparisonAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """The same measures of another period, and the differences to them."""

    from_date: Annotated[Day, Meaning("The first business date.", "2026-02-01")]
    to_date: Annotated[Day, Meaning("The last business date, itself included.", "2026-02-28")]
    measures: Annotated[MeasuresAnswer, Meaning("The measures of that period.")]
    differences: Annotated[DifferencesAnswer, Meaning("What each measure rose by since.")]


class OverviewAnswer(MeasuresAnswer, rename={"from_date": "from", "to_date": "to"}):
    """The measures of a period, and what they are compared with."""

    currency: Currency
    from_date: Annotated[Day, Meaning("The first business date.", "2026-03-01")]
    to_date: Annotated[Day, Meaning("The last business date, itself included.", "2026-03-31")]
    comparison: Annotated[
        ComparisonAnswer | None,
        Meaning("The same measures of what it is compared with, and the differences."),
    ]
    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
    computed_at: Annotated[Moment, Meaning("When this was computed.")]


class SectionAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """What all sections have beside their rows and footer."""

    currency: Currency
    from_date: Annotated[Day, Meaning("The first business date.", "2026-03-01")]
    to_date: Annotated[Day, Meaning("The last business date, itself included.", "2026-03-31")]
    count: Annotated[int, Meaning("How many rows there are in all.", 1)]
    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
    computed_at: Annotated[Moment, Meaning("When this was computed.")]


class SalesByPeriodAnswer(SectionAnswer):
    """The measures of each period."""

    rows: Annotated[list[PeriodRowAnswer], Meaning("The rows.")]
    totals: Annotated[MeasuresAnswer, Meaning("The sums of the rows shown.")]


class SalesByStoreAnswer(SectionAnswer):
    """The measures of each store."""

    rows: Annotated[list[StoreRowAnswer], Meaning("The rows.")]
    totals: Annotated[MeasuresAnswer, Meaning("The sums of the rows shown.")]


class SalesByProductAnswer(SectionAnswer):
    """What was sold of each variant."""

    rows: Annotated[list[ProductRowAnswer], Meaning("The rows.")]
    totals: Annotated[ProductMeasuresAnswer, Meaning("The sums of the rows shown.")]


class SalesByPaymentMethodAnswer(SectionAnswer):
    """What each method brought in."""

    rows: Annotated[list[PaymentRowAnswer], Meaning("The rows.")]
    totals: Annotated[PaymentMeasuresAnswer, Meaning("The sums of the rows shown.")]
