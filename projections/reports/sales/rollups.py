"""Sums of the facts of sales by day, hour, month and year: what reports are read from where they suffice.

Each row says of which positions its facts are: one whose last is no later than the position of a report is an
answer, one whose first is later is none, and of any other the facts are added up.
"""

from collections.abc import Mapping
from typing import LiteralString

from projections.reports.sales.additions import OF_LINE, OF_PAYMENT, OF_SALE, OF_TAX

#: Stands in sums of customers for what was sold to nobody known.
NOBODY: LiteralString = "'00000000-0000-0000-0000-000000000000'::uuid"

# Sums are numeric: a thousand of the largest sales are more than 64 bits hold.
_SALE_COLUMNS: LiteralString = """
    first_position bigint NOT NULL,
    last_position  bigint NOT NULL,
    orders         int NOT NULL,
    refund_count   int NOT NULL,
    voids          int NOT NULL,
    overrides      int NOT NULL,
    items          numeric NOT NULL,
    gross_sales    numeric NOT NULL,
    discounts      numeric NOT NULL,
    returns        numeric NOT NULL,
    tax            numeric NOT NULL,
    tips           numeric NOT NULL,
    rounding       numeric NOT NULL,
    cost_of_goods  numeric NOT NULL,
    returned_items numeric NOT NULL,
    void_value     numeric NOT NULL,
    deposits       numeric NOT NULL,
    dues_created   numeric NOT NULL,
"""
# Of items there are so many sums that it counts what each costs: whole numbers are added up three times as
# fast as numeric ones. NULL is nothing, which takes no room.
_ITEM_COLUMNS: LiteralString = """
    first_position      bigint NOT NULL,
    last_position       bigint NOT NULL,
    apart               bigint NOT NULL,
    quantity            bigint,
    returned_quantity   bigint,
    gross_sales         bigint,
    discounts           bigint,
    returns             bigint,
    tax                 bigint,
    cost_of_goods       bigint,
    restocked_quantity  bigint,
    not_restocked_value bigint,
    item_no             int NOT NULL,
    orders              int,
    below_cost          int,
    uncosted            int,
    repeated_orders     int,
"""
_TAX_COLUMNS: LiteralString = """
    first_position   bigint NOT NULL,
    last_position    bigint NOT NULL,
    orders           int NOT NULL,
    taxable          numeric NOT NULL,
    tax              numeric NOT NULL,
    returned_taxable numeric NOT NULL,
    returned_tax     numeric NOT NULL,
"""

# Today's rows are written again and again, each beside its former self; those of earlier days hardly ever.
ROLLUPS: LiteralString = f"""
    CREATE TABLE sales_company_day (
        company_id     uuid NOT NULL,
        business_date  date NOT NULL,
        {_SALE_COLUMNS}
        PRIMARY KEY (company_id, business_date)
    ) WITH (fillfactor = 50);
    CREATE TABLE sales_company_hour (
        company_id     uuid NOT NULL,
        business_date  date NOT NULL,
        hour           smallint NOT NULL,
        {_SALE_COLUMNS}
        PRIMARY KEY (company_id, business_date, hour)
    ) WITH (fillfactor = 50);
    CREATE TABLE sales_store_day (
        company_id     uuid NOT NULL,
        business_date  date NOT NULL,
        store_no       int NOT NULL,
        {_SALE_COLUMNS}
        PRIMARY KEY (company_id, business_date, store_no)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_store_hour (
        company_id     uuid NOT NULL,
        business_date  date NOT NULL,
        store_no       int NOT NULL,
        hour           smallint NOT NULL,
        {_SALE_COLUMNS}
        PRIMARY KEY (company_id, business_date, store_no, hour)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_store_month (
        company_id     uuid NOT NULL,
        month          date NOT NULL,
        store_no       int NOT NULL,
        {_SALE_COLUMNS}
        PRIMARY KEY (company_id, month, store_no)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_register_day (
        company_id     uuid NOT NULL,
        business_date  date NOT NULL,
        store_no       int NOT NULL,
        register_no    int NOT NULL,
        {_SALE_COLUMNS}
        PRIMARY KEY (company_id, business_date, store_no, register_no)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_cashier_day (
        company_id     uuid NOT NULL,
        business_date  date NOT NULL,
        store_no       int NOT NULL,
        cashier_no     int NOT NULL,
        {_SALE_COLUMNS}
        PRIMARY KEY (company_id, business_date, store_no, cashier_no)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_customer_month (
        company_id     uuid NOT NULL,
        customer_id    uuid NOT NULL,
        month          date NOT NULL,
        store_no       int NOT NULL,
        {_SALE_COLUMNS}
        PRIMARY KEY (company_id, month, customer_id, store_no)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_item_month (
        company_id     uuid NOT NULL,
        month          date NOT NULL,
        {_ITEM_COLUMNS}
        PRIMARY KEY (company_id, month, item_no, apart)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_item_year (
        company_id     uuid NOT NULL,
        year           date NOT NULL,
        {_ITEM_COLUMNS}
        PRIMARY KEY (company_id, year, item_no, apart)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_company_tax_day (
        company_id       uuid NOT NULL,
        business_date    date NOT NULL,
        tax_no           int NOT NULL,
        {_TAX_COLUMNS}
        PRIMARY KEY (company_id, business_date, tax_no)
    ) WITH (fillfactor = 50);
    CREATE TABLE sales_tax_day (
        company_id       uuid NOT NULL,
        business_date    date NOT NULL,
        store_no         int NOT NULL,
        tax_no           int NOT NULL,
        {_TAX_COLUMNS}
        PRIMARY KEY (company_id, business_date, store_no, tax_no)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_payment_day (
        company_id     uuid NOT NULL,
        business_date  date NOT NULL,
        store_no       int NOT NULL,
        method_no      int NOT NULL,
        first_position bigint NOT NULL,
        last_position  bigint NOT NULL,
        payments       int NOT NULL,
        refund_count   int NOT NULL,
        amount         numeric NOT NULL,
        tips           numeric NOT NULL,
        refunds        numeric NOT NULL,
        change         numeric NOT NULL,
        PRIMARY KEY (company_id, business_date, store_no, method_no)
    ) WITH (fillfactor = 90);
"""

#: Of the largest lines a thousand are more than 64 bits hold. So a line of more than a million of millions
#: has sums of its own, apart from those of the others (0), of which it takes eight millions.
APART: LiteralString = """CASE WHEN greatest(abs(quantity), abs(returned_quantity), abs(gross_sales),
                                  abs(discounts), abs(returns), abs(tax), abs(cost_of_goods),
                                  abs(not_restocked_value)) > 1000000000000
                    THEN position ELSE 0 END"""
_STORE: Mapping[LiteralString, LiteralString] = {"store_no": "store_no"}
_DAY: Mapping[LiteralString, LiteralString] = {"business_date": "business_date"}
_STORE_DAY: Mapping[LiteralString, LiteralString] = {**_DAY, **_STORE}
_MONTH: Mapping[LiteralString, LiteralString] = {
    "month": "date_trunc('month', business_date::timestamp)::date"
}
_YEAR: Mapping[LiteralString, LiteralString] = {"year": "date_trunc('year', month::timestamp)::date"}


def _add(
    name: LiteralString,
    keys: Mapping[LiteralString, LiteralString],
    measures: LiteralString,
    *,
    of: LiteralString = "",
    nothing: LiteralString = "0",
) -> LiteralString:
    """The part of a statement that sums up its rows `added`, and adds that to the table `sales_{name}`.

    The keys of the table are given with what they are of a row; measures have the same names in both. Sums
    that come to `nothing` are 0, or NULL. Coarse sums are made `of` finer ones of the same statement, which
    are far fewer than its rows.
    """
    columns: LiteralString = ", ".join(("company_id", *keys))
    values: LiteralString = ", ".join(("company_id", *(f"{value} AS {one}" for one, value in keys.items())))
    groups: LiteralString = ", ".join(("company_id", *keys.values()))
    rows: LiteralString = f"sums_of_{of}" if of else "added"
    first: LiteralString = "first_position" if of else "position"
    last: LiteralString = "last_position" if of else "position"
    names: LiteralString = ", ".join(measures.split())
    sums: LiteralString = ", ".join(f"sum({one}) AS {one}" for one in measures.split())
    some: LiteralString = ", ".join(f"coalesce(nullif({one}, 0), {nothing})" for one in measures.split())
    grown: LiteralString = ",\n               ".join(
        f"{one} = coalesce(nullif(coalesce(rollup.{one}, 0) + coalesce(excluded.{one}, 0), 0), {nothing})"
        for one in measures.split()
    )
    return f"""
    sums_of_{name} AS (
        SELECT {values}, min({first}) AS first_position, max({last}) AS last_position, {sums}
          FROM {rows}
         GROUP BY {groups}
    ), by_{name} AS (
        INSERT INTO sales_{name} AS rollup ({columns}, first_position, last_position, {names})
        SELECT {columns}, first_position, last_position, {some}
          FROM sums_of_{name}
            ON CONFLICT ({columns}) DO UPDATE
           SET first_position = least(rollup.first_position, excluded.first_position),
               last_position = greatest(rollup.last_position, excluded.last_position),
               {grown}
    )
"""


ADD_STORE_HOUR = _add("store_hour", {**_STORE_DAY, "hour": "hour"}, OF_SALE)
ADD_COMPANY_HOUR = _add("company_hour", {**_DAY, "hour": "hour"}, OF_SALE, of="store_hour")
ADD_STORE_DAY = _add("store_day", _STORE_DAY, OF_SALE, of="store_hour")
ADD_COMPANY_DAY = _add("company_day", _DAY, OF_SALE, of="store_day")
ADD_STORE_MONTH = _add("store_month", {**_MONTH, **_STORE}, OF_SALE, of="store_day")
ADD_REGISTER_DAY = _add("register_day", {**_STORE_DAY, "register_no": "register_no"}, OF_SALE)
ADD_CASHIER_DAY = _add("cashier_day", {**_STORE_DAY, "cashier_no": "cashier_no"}, OF_SALE)
ADD_CUSTOMER_MONTH = _add(
    "customer_month",
    {**_MONTH, "customer_id": f"coalesce(customer_id, {NOBODY})", **_STORE},
    OF_SALE,
)
ADD_ITEM_MONTH = _add("item_month", {**_MONTH, "item_no": "item_no", "apart": APART}, OF_LINE, nothing="NULL")
ADD_ITEM_YEAR = _add(
    "item_year",
    {**_YEAR, "item_no": "item_no", "apart": "apart"},
    OF_LINE,
    of="item_month",
    nothing="NULL",
)
ADD_TAX_DAY = _add("tax_day", {**_STORE_DAY, "tax_no": "tax_no"}, OF_TAX)
ADD_COMPANY_TAX_DAY = _add("company_tax_day", {**_DAY, "tax_no": "tax_no"}, OF_TAX, of="tax_day")
ADD_PAYMENT_DAY = _add("payment_day", {**_STORE_DAY, "method_no": "method_no"}, OF_PAYMENT)
