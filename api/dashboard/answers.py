"""What dashboards answer."""

from typing import Annotated

from msgspec import UNSET, UnsetType

from api.answers import Answer, Cost, Count, Currency, Day, Id, Meaning, Moment, Quantity, Ratio, Sum


class DashboardGlanceAnswer(Answer, rename={"from_date": "from", "to_date": "to"}, kw_only=True):
    """What every dashboard answers beside its figures."""

    currency: Currency
    from_date: Annotated[Day, Meaning("The first business date.", "2026-03-01")]
    to_date: Annotated[Day, Meaning("The last business date, itself included.", "2026-03-31")]
    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
    computed_at: Annotated[Moment, Meaning("When this was computed.")]


class DashboardFiguresAnswer(Answer, kw_only=True):
    """The figures of a period at a glance; a figure is null where there is nothing to tell."""

    net_sales: Annotated[Sum | None, Meaning("What was sold, without tax, discounts and returns.", 121_400)]
    total_collected: Annotated[Sum | None, Meaning("The same with tax, tips and rounding.", 130_450)]
    orders: Annotated[int | None, Meaning("How many sales, without those that were voided.", 118)]
    average_order: Annotated[Sum | None, Meaning("`net_sales / orders`.", 1_029)]
    items: Annotated[Quantity | None, Meaning("How many units were sold.", "274")]
    items_per_order: Annotated[Ratio | None, Meaning("`items / orders`.", "2.3220")]
    refunds: Annotated[Sum | None, Meaning("What was paid back, without tips.", 1_100)]
    refund_count: Annotated[int | None, Meaning("How often.", 2)]
    discounts: Annotated[Sum | None, Meaning("What discounts took off, without tax.", 9_000)]
    gross_profit: Annotated[Sum | None, Cost("Net sales without the cost of what was sold.", 59_400)]
    margin: Annotated[Ratio | None, Cost("`gross_profit / net_sales`.", "0.4893")]
    customers: Annotated[int | None, Meaning("How many different customers bought, as far as known.", 64)]
    new_customers: Annotated[int | None, Meaning("How many of them had never bought before.", 9)]


class DashboardRatiosAnswer(Answer, kw_only=True):
    """What each figure rose by, in proportion to what it was; null where it was nothing."""

    net_sales: Annotated[Ratio | None, Meaning("Net sales.", "0.0345")]
    total_collected: Annotated[Ratio | None, Meaning("What was collected.", "0.0345")]
    orders: Annotated[Ratio | None, Meaning("Orders.", "0.0345")]
    average_order: Annotated[Ratio | None, Meaning("The average order.", "0.0345")]
    items: Annotated[Ratio | None, Meaning("Items.", "0.0345")]
    items_per_order: Annotated[Ratio | None, Meaning("Items an order.", "0.0345")]
    refunds: Annotated[Ratio | None, Meaning("What was paid back.", "0.0345")]
    refund_count: Annotated[Ratio | None, Meaning("How often.", "0.0345")]
    discounts: Annotated[Ratio | None, Meaning("Discounts.", "0.0345")]
    gross_profit: Annotated[Ratio | None, Cost("Gross profit.", "0.0345")]
    margin: Annotated[Ratio | None, Cost("The margin.", "0.0345")]
    customers: Annotated[Ratio | None, Meaning("Customers.", "0.0345")]
    new_customers: Annotated[Ratio | None, Meaning("New customers.", "0.0345")]


class DashboardSpanAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """Some business dates."""

    from_date: Annotated[Day, Meaning("The first business date.", "2026-02-01")]
    to_date: Annotated[Day, Meaning("The last business date, itself included.", "2026-02-28")]


class DashboardSummaryAnswer(DashboardGlanceAnswer):
    """The figures of a period, those of the one before, and how things stand now."""

    period: Annotated[DashboardSpanAnswer, Meaning("What was asked about.")]
    previous: Annotated[DashboardSpanAnswer, Meaning("As many days, or whole months, right before.")]
    measures: Annotated[DashboardFiguresAnswer, Meaning("The figures.")]
    previous_measures: Annotated[DashboardFiguresAnswer, Meaning("Those of the period before.")]
    previous_same_time: Annotated[
        DashboardFiguresAnswer | None,
        Meaning("Those of the day before up to the same time, of a day that is not over; else null."),
    ]
    change: Annotated[
        DashboardFiguresAnswer,
        Meaning(
            "What the figures rose by; of a day that is not over, since the same time of the day before."
        ),
    ]
    change_ratio: Annotated[DashboardRatiosAnswer, Meaning("The same in proportion.")]
    low_stock_count: Annotated[Count, Meaning("How much is at or below its reorder level now.", 3)]
    out_of_stock_count: Annotated[Count, Meaning("Of how much there is none left.", 1)]
    open_shifts: Annotated[Count, Meaning("How many shifts are open.", 2)]
    unsynced_tills: Annotated[Count, Meaning("How many tills hold something that has not arrived.", 0)]


class DashboardPointAnswer(Answer):
    """One step of the trend."""

    period: Annotated[Day, Meaning("Its first business date.")]
    net_sales: Annotated[Sum, Meaning("Net sales.", 12_300)]
    orders: Annotated[int, Meaning("Orders.", 14)]
    previous_net_sales: Annotated[Sum | None, Meaning("Net sales of the same step before.", 11_800)]
    hour: Annotated[int, Meaning("The local hour, with `interval=hour`.", 9)] | UnsetType = UNSET


class DashboardTrendAnswer(DashboardGlanceAnswer):
    """Sales step by step, the empty ones included."""

    points: Annotated[list[DashboardPointAnswer], Meaning("The steps, in order of time.")]


class DashboardTopProductAnswer(Answer):
    """A variant that sold well."""

    id: Annotated[Id, Meaning("The variant.")]
    sku: Annotated[str | None, Meaning("The stock-keeping unit.", "BEANS-250")]
    name: Annotated[str | None, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str | None, Meaning("What the variant is called.", "250 g")]
    quantity: Annotated[Quantity, Meaning("How much was sold.", "42")]
    net_sales: Annotated[Sum, Meaning("Net sales.", 41_800)]
    gross_profit: Annotated[Sum, Cost("Gross profit.", 20_300)]
    share: Annotated[Ratio | None, Meaning("Its part of all net sales.", "0.0721")]
    change_ratio: Annotated[Ratio | None, Meaning("What its net sales rose by, in proportion.", "0.0345")]


class DashboardTopProductsAnswer(DashboardGlanceAnswer):
    """What sold best."""

    products: Annotated[list[DashboardTopProductAnswer], Meaning("The best first.")]


class DashboardTopCustomerAnswer(Answer):
    """A customer who bought much."""

    id: Annotated[Id, Meaning("The customer.")]
    name: Annotated[str | None, Meaning("What they are called; `erased` once they are forgotten.", "Ada")]
    orders: Annotated[int, Meaning("Orders.", 7)]
    net_sales: Annotated[Sum, Meaning("Net sales.", 23_900)]
    last_visit: Annotated[Day | None, Meaning("The business date of the last order.")]


class DashboardTopCustomersAnswer(DashboardGlanceAnswer):
    """Who bought most."""

    customers: Annotated[list[DashboardTopCustomerAnswer], Meaning("The best first.")]


class DashboardMethodAnswer(Answer):
    """What one payment method brought in."""

    method: Annotated[str, Meaning("The method.", "cash")]
    amount: Annotated[Sum, Meaning("What came in, without tips, change already given back.", 98_310)]
    refunds: Annotated[Sum, Meaning("What was paid back.", 1_100)]
    share: Annotated[Ratio | None, Meaning("Its part of all that came in.", "0.7500")]


class DashboardPaymentMethodsAnswer(DashboardGlanceAnswer):
    """How customers paid."""

    methods: Annotated[list[DashboardMethodAnswer], Meaning("The largest first.")]


class DashboardHourAnswer(Answer):
    """One hour of the trading day."""

    hour: Annotated[int, Meaning("The local hour.", 9)]
    net_sales: Annotated[Sum, Meaning("Net sales of all days.", 83_000)]
    orders: Annotated[int, Meaning("Orders of all days.", 91)]
    average: Annotated[Sum | None, Meaning("Net sales a day.", 2_677)]


class DashboardSalesByHourAnswer(DashboardGlanceAnswer):
    """When in the day and the week it is sold; a trading day begins with the hour of the day cut."""

    hours: Annotated[list[DashboardHourAnswer], Meaning("The 24 hours, in the order of the trading day.")]
    weekday: Annotated[
        list[list[int]],
        Meaning("Net sales of Monday to Sunday, each by these 24 hours.", [[0] * 24] * 7),
    ]


class DashboardLowAnswer(Answer):
    """What is low."""

    variant_id: Annotated[Id, Meaning("The variant.")]
    sku: Annotated[str | None, Meaning("The stock-keeping unit.", "BEANS-250")]
    name: Annotated[str | None, Meaning("What it is called.", "Espresso beans")]
    storage_id: Annotated[Id, Meaning("Where it is low.")]
    storage_name: Annotated[str | None, Meaning("What that is called.", "Cellar")]
    available: Annotated[Quantity, Meaning("What may be sold or promised.", "4")]
    reorder_level: Annotated[Quantity, Meaning("At how much, or less, it is ordered again.", "10")]
    days_left: Annotated[Ratio | None, Meaning("For how many days it still lasts.", "3.5000")]


class DashboardLowStockAnswer(DashboardGlanceAnswer):
    """What has to be ordered."""

    levels: Annotated[list[DashboardLowAnswer], Meaning("The shortest first.")]


class DashboardRecentOrderAnswer(Answer):
    """One of the newest orders."""

    id: Annotated[Id, Meaning("The order.")]
    number: Annotated[str, Meaning("Its number.", "MAIN-1-000042")]
    occurred_at: Annotated[Moment, Meaning("When it was made.")]
    store_id: Annotated[Id, Meaning("Where.")]
    store_name: Annotated[str | None, Meaning("What the store is called.", "Harbour")]
    cashier_id: Annotated[Id | None, Meaning("By whom.")]
    cashier_name: Annotated[str | None, Meaning("What they are called.", "ada")]
    total: Annotated[Sum, Meaning("What it comes to.", 2_398)]
    status: Annotated[str, Meaning("Where it stands.", "completed")]
    payment_status: Annotated[str, Meaning("What of it is paid.", "paid")]
    fulfilment_status: Annotated[str, Meaning("What of it was handed over.", "fulfilled")]


class DashboardRecentOrdersAnswer(DashboardGlanceAnswer):
    """The newest orders."""

    orders: Annotated[list[DashboardRecentOrderAnswer], Meaning("The newest first.")]


class DashboardStoreSalesAnswer(Answer):
    """What a store sold."""

    store_id: Annotated[Id, Meaning("The store.")]
    name: Annotated[str | None, Meaning("What it is called.", "Harbour")]
    net_sales: Annotated[Sum, Meaning("Net sales.", 41_800)]
    orders: Annotated[int, Meaning("Orders.", 40)]
    change_ratio: Annotated[Ratio | None, Meaning("What net sales rose by, in proportion.", "0.0345")]


class DashboardSalesByStoreAnswer(DashboardGlanceAnswer):
    """What each store sold."""

    stores: Annotated[list[DashboardStoreSalesAnswer], Meaning("The best first.")]
