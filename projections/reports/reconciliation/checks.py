"""Checks of reports: two ways to come to one figure, compared for the business dates of a span."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, LiteralString

#: What a check is about at once: a business date, its month or year, or all that there ever was.
Span = Literal["day", "month", "year", "ever"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Two ways to come to the same, and the read models that are to be made anew where they do not."""

    rule: LiteralString
    meaning: str
    #: What the two figures are said by.
    ways: tuple[str, str]
    models: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Check(Rule):
    """A rule by a statement, which answers with what differs.

    It takes `from_date`, `to_date` and `position`, beyond which no fact counts. A row says whose figure it is
    (`store_id`, and `subject` where a store is not enough), which `figure`, what it is by both ways (`a` and
    `b`), and from which `position` on, null where that takes a search. What is recorded together may come to
    the two ways by several events (`across_events`): then they agree only where a decision ends.
    """

    statement: LiteralString
    span: Span = "day"
    across_events: bool = False


#: The facts that count, in the tables of the reports of sales.
KNOWN: LiteralString = """
         WHERE company_id = %(company_id)s AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND position <= %(position)s::bigint"""

#: The store whose number is in `store_no`.
STORE: LiteralString = """
      LEFT JOIN report_places AS place
        ON place.company_id = %(company_id)s AND place.kind = 'store' AND place.no = store_no"""

_QUANTITIES = frozenset(
    {"items", "returned_items", "quantity", "returned_quantity", "restocked_quantity", "on_hand"}
)


def shown(name: str, sql: LiteralString) -> LiteralString:
    """A figure as people read it: tables count quantities in hundred-thousandths."""
    return f"trim_scale({sql} * 0.00001)" if name in _QUANTITIES else f"({sql})::numeric"


def figures(pairs: Mapping[LiteralString, tuple[LiteralString, LiteralString]]) -> LiteralString:
    """A row for each figure, of what it is by both ways."""
    rows: LiteralString = ",\n                   ".join(
        f"('{name}', {shown(name, one)}, {shown(name, other)})" for name, (one, other) in pairs.items()
    )
    return f"""
     CROSS JOIN LATERAL (
            VALUES {rows}
           ) AS compared(figure, a, b)"""
