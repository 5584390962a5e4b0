"""How customers stand: what they bought, owe and have to their credit, and what became of them."""

from collections.abc import Iterable, Sequence
from typing import LiteralString
from uuid import UUID

from domain.customers import Standing, Totals
from projections.accounts.balances import ask_balances
from projections.base import Database, Row
from projections.customer_totals import ALL_STORES

_TOTALS: LiteralString = """
    SELECT customer_id, sum(visits)::bigint AS visits, sum(spent) AS spent, sum(returned) AS returned,
           max(last_visit) AS last_visit
      FROM customer_totals
     WHERE company_id = %(company_id)s AND customer_id = ANY(%(ids)b::uuid[])
       AND store_id = ANY(%(stores)b::uuid[])
     GROUP BY customer_id
"""

_FORGOTTEN: LiteralString = """
    SELECT id, erased_at, merged_into FROM customers
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
"""


class Standings:
    """How some customers stand, asked for with the next round trip.

    What they bought counts in the caller's stores (`store_ids`; none: all), and is not asked for by who shows
    nothing of it.
    """

    def __init__(
        self,
        db: Database,
        customer_ids: Iterable[UUID],
        store_ids: Sequence[UUID] = (),
        *,
        with_totals: bool = True,
    ) -> None:
        ids = list(customer_ids)
        params = {
            "company_id": db.company_id,
            "ids": ids,
            "stores": list(store_ids) or [ALL_STORES],
        }
        self._totals = db.ask(_TOTALS, params) if with_totals else None
        self._balances = ask_balances(db, ids)
        self._customers = db.ask(_FORGOTTEN, params)

    def of(self, customer_id: UUID) -> Standing:
        """How that customer stands."""
        return self.by_id().get(customer_id, Standing())

    def by_id(self) -> dict[UUID, Standing]:
        """How each of them stands who is there."""
        bought = self._totals.rows() if self._totals else []
        totals = {row["customer_id"]: _totals_of(row) for row in bought}
        balances = {row["customer_id"]: row for row in self._balances.rows()}
        return {
            row["id"]: Standing(
                due=balances[row["id"]]["due"] if row["id"] in balances else 0,
                store_credit=balances[row["id"]]["store_credit"] if row["id"] in balances else 0,
                totals=totals.get(row["id"], Totals()),
                erased_at=row["erased_at"],
                merged_into=row["merged_into"],
            )
            for row in self._customers.rows()
        }


def _totals_of(row: Row) -> Totals:
    return Totals(
        visits=row["visits"],
        spent=int(row["spent"]),
        returned=int(row["returned"]),
        last_visit=row["last_visit"],
    )
