"""The facts of sales as rows that never change, and the statements that add them and their sums."""

from typing import LiteralString

from projections.reports.sales.rollups import (
    ADD_CASHIER_DAY,
    ADD_COMPANY_DAY,
    ADD_COMPANY_HOUR,
    ADD_COMPANY_TAX_DAY,
    ADD_CUSTOMER_MONTH,
    ADD_ITEM_MONTH,
    ADD_ITEM_YEAR,
    ADD_PAYMENT_DAY,
    ADD_REGISTER_DAY,
    ADD_STORE_DAY,
    ADD_STORE_HOUR,
    ADD_STORE_MONTH,
    ADD_TAX_DAY,
)

# Wide columns come first, so that none is padded. A measure of which a row has nothing is NULL, which takes
# no room. Rows are found by their dates, and within these by their stores: that index says each pair once and
# then only where its rows are, a tenth of what it takes to tell all rows apart. The key, which does so, grows
# at its end alone, where pages are filled up.
FACTS: LiteralString = """
    CREATE TABLE sales_facts (
        company_id     uuid NOT NULL,
        order_id       uuid NOT NULL,
        customer_id    uuid,
        shift_id       uuid,
        position       bigint NOT NULL,
        recorded_at    timestamptz NOT NULL,
        items          bigint,
        gross_sales    bigint,
        discounts      bigint,
        returns        bigint,
        tax            bigint,
        tips           bigint,
        rounding       bigint,
        cost_of_goods  bigint,
        returned_items bigint,
        void_value     bigint,
        deposits       bigint,
        dues_created   bigint,
        business_date  date NOT NULL,
        sold_on        date,
        store_no       int NOT NULL,
        register_no    int NOT NULL,
        cashier_no     int NOT NULL,
        kind           smallint NOT NULL,
        hour           smallint NOT NULL,
        orders         smallint,
        refund_count   smallint,
        voids          smallint,
        overrides      smallint,
        channel        text NOT NULL,
        PRIMARY KEY (company_id, position)
    );
    CREATE INDEX sales_facts_by_day ON sales_facts (company_id, business_date, store_no);
    CREATE INDEX sales_facts_by_order ON sales_facts (company_id, order_id);
    CREATE INDEX sales_facts_by_register ON sales_facts (company_id, register_no, business_date);
    CREATE INDEX sales_facts_by_cashier ON sales_facts (company_id, cashier_no, business_date);
    CREATE INDEX sales_facts_of_refunds ON sales_facts (company_id, business_date) WHERE kind IN (2, 7);
    CREATE INDEX sales_facts_of_further_handovers ON sales_facts (company_id, business_date)
     WHERE kind = 4 AND orders IS NULL;
    CREATE INDEX sales_facts_of_deposits ON sales_facts (company_id, business_date)
     WHERE deposits IS NOT NULL;
    CREATE INDEX sales_facts_by_customer ON sales_facts (company_id, customer_id, business_date)
     WHERE customer_id IS NOT NULL;
    CREATE TABLE sales_line_facts (
        company_id          uuid NOT NULL,
        position            bigint NOT NULL,
        quantity            bigint,
        returned_quantity   bigint,
        gross_sales         bigint,
        discounts           bigint,
        returns             bigint,
        tax                 bigint,
        cost_of_goods       bigint,
        restocked_quantity  bigint,
        not_restocked_value bigint,
        business_date       date NOT NULL,
        store_no            int NOT NULL,
        item_no             int NOT NULL,
        line                smallint NOT NULL,
        orders              smallint,
        below_cost          smallint,
        uncosted            smallint,
        repeated_orders     smallint,
        PRIMARY KEY (company_id, position, line)
    );
    CREATE INDEX sales_line_facts_by_day ON sales_line_facts (company_id, business_date, store_no);
    CREATE TABLE sales_tax_facts (
        company_id       uuid NOT NULL,
        position         bigint NOT NULL,
        taxable          bigint,
        tax              bigint,
        returned_taxable bigint,
        returned_tax     bigint,
        business_date    date NOT NULL,
        store_no         int NOT NULL,
        tax_no           int NOT NULL,
        orders           smallint,
        PRIMARY KEY (company_id, position, tax_no)
    );
    CREATE INDEX sales_tax_facts_by_day ON sales_tax_facts (company_id, business_date, store_no);
    CREATE TABLE sales_discount_facts (
        company_id    uuid NOT NULL,
        position      bigint NOT NULL,
        amount        bigint NOT NULL,
        gross_before  bigint NOT NULL,
        cost_of_goods bigint NOT NULL,
        business_date date NOT NULL,
        store_no      int NOT NULL,
        cashier_no    int NOT NULL,
        uses          smallint NOT NULL,
        lines         smallint NOT NULL,
        kind          text NOT NULL,
        PRIMARY KEY (company_id, position, kind)
    );
    CREATE INDEX sales_discount_facts_by_day ON sales_discount_facts (company_id, business_date, store_no);
    CREATE TABLE sales_payment_facts (
        company_id    uuid NOT NULL,
        position      bigint NOT NULL,
        amount        bigint,
        tips          bigint,
        refunds       bigint,
        change        bigint,
        business_date date NOT NULL,
        store_no      int NOT NULL,
        method_no     int NOT NULL,
        line          smallint NOT NULL,
        payments      smallint,
        refund_count  smallint,
        PRIMARY KEY (company_id, position, line)
    );
    CREATE INDEX sales_payment_facts_by_day ON sales_payment_facts (company_id, business_date, store_no);
    CREATE INDEX sales_payment_facts_of_refunds ON sales_payment_facts (company_id, business_date)
     WHERE refund_count IS NOT NULL;
"""

# The sums of a batch are made of its rows as they are added: the rows travel once, and sums cannot part from
# them. Rows are added store by store, as a log goes from day to day by itself: what a report reads together
# lies together, and the index of the key grows at its end, which takes half as long as anywhere else.
ADD_SALES: LiteralString = f"""
    WITH added AS (
        INSERT INTO sales_facts (
            company_id, business_date, store_no, position, recorded_at, kind, order_id, hour, register_no,
            cashier_no, customer_id, shift_id, channel, sold_on, orders, items, gross_sales, discounts,
            returns, tax, tips, rounding, cost_of_goods, returned_items, refund_count, voids, void_value,
            overrides, deposits, dues_created)
        SELECT %(company_id)s, unnest(%(business_date)b::date[]) AS business_date,
               unnest(%(store_no)b::int[]) AS store_no, unnest(%(position)b::bigint[]) AS position,
               unnest(%(recorded_at)b::timestamptz[]), unnest(%(kind)b::smallint[]),
               unnest(%(order_id)b::uuid[]), unnest(%(hour)b::smallint[]), unnest(%(register_no)b::int[]),
               unnest(%(cashier_no)b::int[]), unnest(%(customer_id)b::uuid[]), unnest(%(shift_id)b::uuid[]),
               unnest(%(channel)b::text[]), unnest(%(sold_on)b::date[]), unnest(%(orders)b::smallint[]),
               unnest(%(items)b::bigint[]), unnest(%(gross_sales)b::bigint[]),
               unnest(%(discounts)b::bigint[]), unnest(%(returns)b::bigint[]), unnest(%(tax)b::bigint[]),
               unnest(%(tips)b::bigint[]), unnest(%(rounding)b::bigint[]),
               unnest(%(cost_of_goods)b::bigint[]), unnest(%(returned_items)b::bigint[]),
               unnest(%(refund_count)b::smallint[]), unnest(%(voids)b::smallint[]),
               unnest(%(void_value)b::bigint[]), unnest(%(overrides)b::smallint[]),
               unnest(%(deposits)b::bigint[]), unnest(%(dues_created)b::bigint[])
         ORDER BY store_no, position
        RETURNING company_id, business_date, store_no, position, hour, register_no, cashier_no, customer_id,
                  orders, items, gross_sales, discounts, returns, tax, tips, rounding, cost_of_goods,
                  returned_items, refund_count, voids, void_value, overrides, deposits, dues_created
    ), {ADD_STORE_HOUR}, {ADD_COMPANY_HOUR}, {ADD_STORE_DAY}, {ADD_COMPANY_DAY}, {ADD_STORE_MONTH},
       {ADD_REGISTER_DAY}, {ADD_CASHIER_DAY}, {ADD_CUSTOMER_MONTH}
    SELECT count(*) FROM added
"""

ADD_LINES: LiteralString = f"""
    WITH added AS (
        INSERT INTO sales_line_facts (
            company_id, business_date, store_no, position, line, item_no, orders, quantity,
            returned_quantity, gross_sales, discounts, returns, tax, cost_of_goods, restocked_quantity,
            not_restocked_value, below_cost, uncosted, repeated_orders)
        SELECT %(company_id)s, unnest(%(business_date)b::date[]) AS business_date,
               unnest(%(store_no)b::int[]) AS store_no, unnest(%(position)b::bigint[]) AS position,
               unnest(%(line)b::smallint[]) AS line, unnest(%(item_no)b::int[]),
               unnest(%(orders)b::smallint[]), unnest(%(quantity)b::bigint[]),
               unnest(%(returned_quantity)b::bigint[]), unnest(%(gross_sales)b::bigint[]),
               unnest(%(discounts)b::bigint[]), unnest(%(returns)b::bigint[]), unnest(%(tax)b::bigint[]),
               unnest(%(cost_of_goods)b::bigint[]), unnest(%(restocked_quantity)b::bigint[]),
               unnest(%(not_restocked_value)b::bigint[]), unnest(%(below_cost)b::smallint[]),
               unnest(%(uncosted)b::smallint[]), unnest(%(repeated_orders)b::smallint[])
         ORDER BY store_no, position, line
        RETURNING company_id, business_date, position, item_no, orders, quantity, returned_quantity,
                  gross_sales, discounts, returns, tax, cost_of_goods, restocked_quantity,
                  not_restocked_value, below_cost, uncosted, repeated_orders
    ), {ADD_ITEM_MONTH}, {ADD_ITEM_YEAR}
    SELECT count(*) FROM added
"""

ADD_TAXES: LiteralString = f"""
    WITH added AS (
        INSERT INTO sales_tax_facts (company_id, business_date, store_no, position, tax_no, orders, taxable,
                                     tax, returned_taxable, returned_tax)
        SELECT %(company_id)s, unnest(%(business_date)b::date[]) AS business_date,
               unnest(%(store_no)b::int[]) AS store_no, unnest(%(position)b::bigint[]) AS position,
               unnest(%(tax_no)b::int[]) AS tax_no, unnest(%(orders)b::smallint[]),
               unnest(%(taxable)b::bigint[]), unnest(%(tax)b::bigint[]),
               unnest(%(returned_taxable)b::bigint[]), unnest(%(returned_tax)b::bigint[])
         ORDER BY store_no, position, tax_no
        RETURNING *
    ), {ADD_TAX_DAY}, {ADD_COMPANY_TAX_DAY}
    SELECT count(*) FROM added
"""

ADD_PAYMENTS: LiteralString = f"""
    WITH added AS (
        INSERT INTO sales_payment_facts (company_id, business_date, store_no, position, line, method_no,
                                         payments, amount, tips, refund_count, refunds, change)
        SELECT %(company_id)s, unnest(%(business_date)b::date[]) AS business_date,
               unnest(%(store_no)b::int[]) AS store_no, unnest(%(position)b::bigint[]) AS position,
               unnest(%(line)b::smallint[]) AS line, unnest(%(method_no)b::int[]),
               unnest(%(payments)b::smallint[]), unnest(%(amount)b::bigint[]), unnest(%(tips)b::bigint[]),
               unnest(%(refund_count)b::smallint[]), unnest(%(refunds)b::bigint[]),
               unnest(%(change)b::bigint[])
         ORDER BY store_no, position, line
        RETURNING *
    ), {ADD_PAYMENT_DAY}
    SELECT count(*) FROM added
"""

ADD_DISCOUNTS: LiteralString = """
    INSERT INTO sales_discount_facts (company_id, business_date, store_no, position, cashier_no, kind, uses,
                                      lines, amount, gross_before, cost_of_goods)
    SELECT %(company_id)s, unnest(%(business_date)b::date[]), unnest(%(store_no)b::int[]),
           unnest(%(position)b::bigint[]), unnest(%(cashier_no)b::int[]), unnest(%(kind)b::text[]),
           unnest(%(uses)b::smallint[]), unnest(%(lines)b::smallint[]), unnest(%(amount)b::bigint[]),
           unnest(%(gross_before)b::bigint[]), unnest(%(cost_of_goods)b::bigint[])
    RETURNING company_id
"""

# A void takes back what the sale's own rows say, which come before it, if need be in this very batch.
TAKE_DISCOUNTS_BACK: LiteralString = """
    INSERT INTO sales_discount_facts (company_id, business_date, store_no, position, cashier_no, kind, uses,
                                      lines, amount, gross_before, cost_of_goods)
    SELECT %(company_id)s, sold.business_date, sold.store_no, void.position, sold.cashier_no, sold.kind,
           -sold.uses, -sold.lines, -sold.amount, -sold.gross_before, -sold.cost_of_goods
      FROM (SELECT unnest(%(position)b::bigint[]) AS position,
                   unnest(%(sale_position)b::bigint[]) AS sale_position,
                   unnest(%(business_date)b::date[]) AS business_date,
                   unnest(%(store_no)b::int[]) AS store_no) AS void
      JOIN sales_discount_facts AS sold
        ON sold.company_id = %(company_id)s AND sold.business_date = void.business_date
       AND sold.store_no = void.store_no AND sold.position = void.sale_position
    RETURNING company_id
"""
