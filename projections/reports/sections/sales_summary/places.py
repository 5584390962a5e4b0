"""The stores, registers and cashiers of rows: which number is which of them, and what they are called."""

from typing import LiteralString

from projections.reports.names import name_of

STORE_NAME: LiteralString = name_of("store.id")
REGISTER_NAME: LiteralString = name_of("register.id")
JOIN_STORE: LiteralString = """
      JOIN report_places AS store
        ON store.company_id = %(company_id)s AND store.kind = 'store' AND store.no = summed.store_no"""
JOIN_REGISTER: LiteralString = """
      LEFT JOIN report_places AS register
        ON register.company_id = %(company_id)s AND register.kind = 'register'
       AND register.no = summed.register_no"""
JOIN_CASHIER: LiteralString = """
      LEFT JOIN report_places AS cashier
        ON cashier.company_id = %(company_id)s AND cashier.kind = 'cashier'
       AND cashier.no = summed.cashier_no"""


def is_place(kind: LiteralString) -> LiteralString:
    """Whether a fact is of the store, register or cashier of a row, which may be none."""
    return f"""{kind}_no = CASE WHEN %(key_{kind}_id)s::uuid IS NULL THEN 0 ELSE (
                SELECT no FROM report_places
                 WHERE company_id = %(company_id)s AND kind = '{kind}'
                   AND id = %(key_{kind}_id)s::uuid) END"""
