"""Whether drawers were expected to hold what was paid in cash, shift by shift."""

from typing import LiteralString

from projections.reports.reconciliation.checks import Check, figures

# Which days a shift sold on is said by its entries, so that its sales are found by their key.
_DRAWERS: LiteralString = f"""
    WITH shifts AS (
        SELECT shift_id, store_id FROM drawer_facts
         WHERE company_id = %(company_id)s AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND kind = 'opening' AND position <= %(position)s::bigint
    ), drawers AS (
        SELECT shift_id, shifts.store_id, max(opening_float) AS opening_float, sum(expected) AS expected,
               coalesce(sum(cash_sales), 0) + coalesce(sum(cash_tips), 0)
               - coalesce(sum(cash_refunds), 0) AS cash,
               coalesce(sum(paid_in), 0) - coalesce(sum(paid_out), 0) - coalesce(sum(tips_out), 0)
               - coalesce(sum(drops), 0) AS moved
          FROM shifts JOIN drawer_facts AS fact USING (shift_id)
         WHERE fact.company_id = %(company_id)s AND fact.position <= %(position)s::bigint
         GROUP BY shift_id, shifts.store_id
        HAVING bool_or(fact.kind = 'close')
    ), paid AS (
        SELECT drawers.*, payments.cash AS paid
          FROM drawers
         CROSS JOIN LATERAL (
                SELECT coalesce(sum(coalesce(payment.amount, 0) + coalesce(payment.tips, 0)
                                    - coalesce(payment.refunds, 0)), 0) AS cash
                  FROM sales_facts AS sale
                  JOIN sales_payment_facts AS payment
                    ON payment.company_id = %(company_id)s AND payment.business_date = sale.business_date
                   AND payment.store_no = sale.store_no AND payment.position = sale.position
                 WHERE sale.company_id = %(company_id)s AND sale.shift_id = drawers.shift_id
                   AND sale.position <= %(position)s::bigint
                   AND sale.business_date = ANY(ARRAY(
                        SELECT business_date FROM shift_entries
                         WHERE company_id = %(company_id)s AND shift_id = drawers.shift_id))
                   AND sale.store_no = (SELECT no FROM report_places WHERE company_id = %(company_id)s
                                           AND kind = 'store' AND id = drawers.store_id)
                   AND payment.method_no = (SELECT method_no FROM report_methods
                                             WHERE company_id = %(company_id)s AND method = 'cash')
               ) AS payments
    )
    SELECT store_id, 'shift ' || shift_id AS subject, figure, a, b, NULL::bigint AS position
      FROM paid{figures({"cash": ("paid", "cash"), "expected": ("opening_float + cash + moved", "expected")})}
     WHERE a <> b
"""

DRAWERS = Check(
    rule="R4",
    meaning="A drawer is expected to hold what was paid in cash, net of change, and what was moved.",
    ways=("payments", "drawers"),
    statement=_DRAWERS,
    models=("report_drawers", "report_sales"),
    across_events=True,
)
