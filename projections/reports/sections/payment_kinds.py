"""What the tenders of sales are to whoever pays: money, or what was paid before or is still owed."""

from typing import LiteralString

#: What the kinds mean.
KINDS = "`money`, a `liability` that is used up, `on_account`, or `exchange`."


def kind_of(method: LiteralString) -> LiteralString:
    """The SQL of a payment method's kind, of the SQL that has its code."""
    return f"""CASE {method} WHEN 'account' THEN 'on_account'
                 WHEN 'store_credit' THEN 'liability' WHEN 'exchange' THEN 'exchange' ELSE 'money' END"""
