"""Sums of the facts of sales by day, hour, month and year: what reports are read from where they suffice.

Each row says of which positions its facts are: one whose last is no later than the position of a report is an
answer, one whose first is later is none, and of any other the facts are added up.
"""

from typing import LiteralString

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
_ITEM_COLUMNS: LiteralString = """
    first_position      bigint NOT NULL,
    last_position       bigint NOT NULL,
    item_no             int NOT NULL,
    orders              int NOT NULL,
    below_cost          int NOT NULL,
    uncosted            int NOT NULL,
    quantity            numeric NOT NULL,
    returned_quantity   numeric NOT NULL,
    gross_sales         numeric NOT NULL,
    discounts           numeric NOT NULL,
    returns             numeric NOT NULL,
    tax                 numeric NOT NULL,
    cost_of_goods       numeric NOT NULL,
    restocked_quantity  numeric NOT NULL,
    not_restocked_value numeric NOT NULL,
"""

# Today's rows are written again and again, each beside its former self; those of earlier days hardly ever.
ROLLUPS: LiteralString = f"""
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
        PRIMARY KEY (company_id, month, item_no)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_item_year (
        company_id     uuid NOT NULL,
        year           date NOT NULL,
        {_ITEM_COLUMNS}
        PRIMARY KEY (company_id, year, item_no)
    ) WITH (fillfactor = 90);
    CREATE TABLE sales_tax_day (
        company_id       uuid NOT NULL,
        business_date    date NOT NULL,
        store_no         int NOT NULL,
        tax_no           int NOT NULL,
        first_position   bigint NOT NULL,
        last_position    bigint NOT NULL,
        orders           int NOT NULL,
        taxable          numeric NOT NULL,
        tax              numeric NOT NULL,
        returned_taxable numeric NOT NULL,
        returned_tax     numeric NOT NULL,
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

# What follows are parts of the statements that add rows (`added`): they sum these up and add that to the sums
# so far. All measures of a table are written in one order: as columns, as sums, and as what a row becomes.
_SALE_NAMES: LiteralString = """
    first_position, last_position, orders, items, gross_sales, discounts, returns, tax, tips, rounding,
    cost_of_goods, returned_items, refund_count, voids, void_value, overrides, deposits, dues_created
"""
_SALE_SUMS: LiteralString = """
    min(position), max(position), coalesce(sum(orders), 0), coalesce(sum(items), 0),
    coalesce(sum(gross_sales), 0), coalesce(sum(discounts), 0), coalesce(sum(returns), 0),
    coalesce(sum(tax), 0), coalesce(sum(tips), 0), coalesce(sum(rounding), 0),
    coalesce(sum(cost_of_goods), 0), coalesce(sum(returned_items), 0), coalesce(sum(refund_count), 0),
    coalesce(sum(voids), 0), coalesce(sum(void_value), 0), coalesce(sum(overrides), 0),
    coalesce(sum(deposits), 0), coalesce(sum(dues_created), 0)
"""
_SALE_ADDED: LiteralString = """
    first_position = least(rollup.first_position, excluded.first_position),
    last_position = greatest(rollup.last_position, excluded.last_position),
    orders = rollup.orders + excluded.orders,
    items = rollup.items + excluded.items,
    gross_sales = rollup.gross_sales + excluded.gross_sales,
    discounts = rollup.discounts + excluded.discounts,
    returns = rollup.returns + excluded.returns,
    tax = rollup.tax + excluded.tax,
    tips = rollup.tips + excluded.tips,
    rounding = rollup.rounding + excluded.rounding,
    cost_of_goods = rollup.cost_of_goods + excluded.cost_of_goods,
    returned_items = rollup.returned_items + excluded.returned_items,
    refund_count = rollup.refund_count + excluded.refund_count,
    voids = rollup.voids + excluded.voids,
    void_value = rollup.void_value + excluded.void_value,
    overrides = rollup.overrides + excluded.overrides,
    deposits = rollup.deposits + excluded.deposits,
    dues_created = rollup.dues_created + excluded.dues_created
"""

ADD_STORE_DAY: LiteralString = f"""
    by_store_day AS (
        INSERT INTO sales_store_day AS rollup (company_id, business_date, store_no, {_SALE_NAMES})
        SELECT company_id, business_date, store_no, {_SALE_SUMS}
          FROM added
         GROUP BY company_id, business_date, store_no
            ON CONFLICT (company_id, business_date, store_no) DO UPDATE SET {_SALE_ADDED}
    )
"""

ADD_STORE_MONTH: LiteralString = f"""
    by_store_month AS (
        INSERT INTO sales_store_month AS rollup (company_id, month, store_no, {_SALE_NAMES})
        SELECT company_id, date_trunc('month', business_date::timestamp)::date, store_no, {_SALE_SUMS}
          FROM added
         GROUP BY company_id, date_trunc('month', business_date::timestamp)::date, store_no
            ON CONFLICT (company_id, month, store_no) DO UPDATE SET {_SALE_ADDED}
    )
"""

ADD_STORE_HOUR: LiteralString = f"""
    by_store_hour AS (
        INSERT INTO sales_store_hour AS rollup (company_id, business_date, store_no, hour, {_SALE_NAMES})
        SELECT company_id, business_date, store_no, hour, {_SALE_SUMS}
          FROM added
         GROUP BY company_id, business_date, store_no, hour
            ON CONFLICT (company_id, business_date, store_no, hour) DO UPDATE SET {_SALE_ADDED}
    )
"""

ADD_REGISTER_DAY: LiteralString = f"""
    by_register_day AS (
        INSERT INTO sales_register_day AS rollup (company_id, business_date, store_no, register_no,
                    {_SALE_NAMES})
        SELECT company_id, business_date, store_no, register_no, {_SALE_SUMS}
          FROM added
         GROUP BY company_id, business_date, store_no, register_no
            ON CONFLICT (company_id, business_date, store_no, register_no) DO UPDATE SET {_SALE_ADDED}
    )
"""

ADD_CASHIER_DAY: LiteralString = f"""
    by_cashier_day AS (
        INSERT INTO sales_cashier_day AS rollup (company_id, business_date, store_no, cashier_no,
                    {_SALE_NAMES})
        SELECT company_id, business_date, store_no, cashier_no, {_SALE_SUMS}
          FROM added
         GROUP BY company_id, business_date, store_no, cashier_no
            ON CONFLICT (company_id, business_date, store_no, cashier_no) DO UPDATE SET {_SALE_ADDED}
    )
"""

ADD_CUSTOMER_MONTH: LiteralString = f"""
    by_customer_month AS (
        INSERT INTO sales_customer_month AS rollup (company_id, month, customer_id, store_no, {_SALE_NAMES})
        SELECT company_id, date_trunc('month', business_date::timestamp)::date,
               coalesce(customer_id, {NOBODY}), store_no, {_SALE_SUMS}
          FROM added
         GROUP BY company_id, date_trunc('month', business_date::timestamp)::date, 3, store_no
            ON CONFLICT (company_id, month, customer_id, store_no) DO UPDATE SET {_SALE_ADDED}
    )
"""

_ITEM_NAMES: LiteralString = """
    first_position, last_position, orders, quantity, returned_quantity, gross_sales, discounts, returns, tax,
    cost_of_goods, restocked_quantity, not_restocked_value, below_cost, uncosted
"""
_ITEM_SUMS: LiteralString = """
    min(position), max(position), coalesce(sum(orders), 0), coalesce(sum(quantity), 0),
    coalesce(sum(returned_quantity), 0), coalesce(sum(gross_sales), 0), coalesce(sum(discounts), 0),
    coalesce(sum(returns), 0), coalesce(sum(tax), 0), coalesce(sum(cost_of_goods), 0),
    coalesce(sum(restocked_quantity), 0), coalesce(sum(not_restocked_value), 0),
    coalesce(sum(below_cost), 0), coalesce(sum(uncosted), 0)
"""
_ITEM_ADDED: LiteralString = """
    first_position = least(rollup.first_position, excluded.first_position),
    last_position = greatest(rollup.last_position, excluded.last_position),
    orders = rollup.orders + excluded.orders,
    quantity = rollup.quantity + excluded.quantity,
    returned_quantity = rollup.returned_quantity + excluded.returned_quantity,
    gross_sales = rollup.gross_sales + excluded.gross_sales,
    discounts = rollup.discounts + excluded.discounts,
    returns = rollup.returns + excluded.returns,
    tax = rollup.tax + excluded.tax,
    cost_of_goods = rollup.cost_of_goods + excluded.cost_of_goods,
    restocked_quantity = rollup.restocked_quantity + excluded.restocked_quantity,
    not_restocked_value = rollup.not_restocked_value + excluded.not_restocked_value,
    below_cost = rollup.below_cost + excluded.below_cost,
    uncosted = rollup.uncosted + excluded.uncosted
"""

ADD_ITEM_MONTH: LiteralString = f"""
    by_item_month AS (
        INSERT INTO sales_item_month AS rollup (company_id, month, item_no, {_ITEM_NAMES})
        SELECT company_id, date_trunc('month', business_date::timestamp)::date, item_no, {_ITEM_SUMS}
          FROM added
         GROUP BY company_id, date_trunc('month', business_date::timestamp)::date, item_no
            ON CONFLICT (company_id, month, item_no) DO UPDATE SET {_ITEM_ADDED}
    )
"""

ADD_ITEM_YEAR: LiteralString = f"""
    by_item_year AS (
        INSERT INTO sales_item_year AS rollup (company_id, year, item_no, {_ITEM_NAMES})
        SELECT company_id, date_trunc('year', business_date::timestamp)::date, item_no, {_ITEM_SUMS}
          FROM added
         GROUP BY company_id, date_trunc('year', business_date::timestamp)::date, item_no
            ON CONFLICT (company_id, year, item_no) DO UPDATE SET {_ITEM_ADDED}
    )
"""

ADD_TAX_DAY: LiteralString = """
    by_tax_day AS (
        INSERT INTO sales_tax_day AS rollup (company_id, business_date, store_no, tax_no, first_position,
                                             last_position, orders, taxable, tax, returned_taxable,
                                             returned_tax)
        SELECT company_id, business_date, store_no, tax_no, min(position), max(position),
               coalesce(sum(orders), 0), coalesce(sum(taxable), 0), coalesce(sum(tax), 0),
               coalesce(sum(returned_taxable), 0), coalesce(sum(returned_tax), 0)
          FROM added
         GROUP BY company_id, business_date, store_no, tax_no
            ON CONFLICT (company_id, business_date, store_no, tax_no) DO UPDATE
           SET first_position = least(rollup.first_position, excluded.first_position),
               last_position = greatest(rollup.last_position, excluded.last_position),
               orders = rollup.orders + excluded.orders,
           taxable = rollup.taxable + excluded.taxable,
               tax = rollup.tax + excluded.tax,
               returned_taxable = rollup.returned_taxable + excluded.returned_taxable,
               returned_tax = rollup.returned_tax + excluded.returned_tax
    )
"""

ADD_PAYMENT_DAY: LiteralString = """
    by_payment_day AS (
        INSERT INTO sales_payment_day AS rollup (company_id, business_date, store_no, method_no,
                                                 first_position, last_position, payments, amount, tips,
                                                 refund_count, refunds, change)
        SELECT company_id, business_date, store_no, method_no, min(position), max(position),
               coalesce(sum(payments), 0), coalesce(sum(amount), 0), coalesce(sum(tips), 0),
               coalesce(sum(refund_count), 0), coalesce(sum(refunds), 0), coalesce(sum(change), 0)
          FROM added
         GROUP BY company_id, business_date, store_no, method_no
            ON CONFLICT (company_id, business_date, store_no, method_no) DO UPDATE
           SET first_position = least(rollup.first_position, excluded.first_position),
               last_position = greatest(rollup.last_position, excluded.last_position),
               payments = rollup.payments + excluded.payments,
               amount = rollup.amount + excluded.amount,
               tips = rollup.tips + excluded.tips,
               refund_count = rollup.refund_count + excluded.refund_count,
               refunds = rollup.refunds + excluded.refunds,
               change = rollup.change + excluded.change
    )
"""
