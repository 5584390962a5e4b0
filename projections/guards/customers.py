"""What decisions about customers must know of the others, and of what is open with them."""

from collections.abc import Collection, Mapping
from typing import LiteralString
from uuid import UUID

from domain.customer_groups import CustomerGroup
from domain.customers import Standing
from domain.errors import Detail
from domain.pending import Pending
from domain.phones import phone_key
from projections import orders
from projections.accounts.balances import HAS_CREDIT, OWES
from projections.base import Database, Row
from projections.customer_standings import Standings
from projections.customers import email_key
from projections.guards.references import References

# While something is sold to them, a sale holds the row as well: this waits for it, and it for this.
_HOLD: LiteralString = """
    SELECT id FROM customers
     WHERE company_id = %(company_id)s
       AND id = ANY(%(ids)b::uuid[] || ARRAY(SELECT alias_id FROM customer_aliases
                                              WHERE company_id = %(company_id)s
                                                AND customer_id = ANY(%(ids)b::uuid[])))
     ORDER BY id
       FOR UPDATE
"""

# A family may share a telephone, so that there may be many: a few are enough to look at. They are found first
# (`OFFSET 0`) and sorted then, or all customers are walked in the order of their ids until there are ten.
_NAMESAKES: LiteralString = """
    (SELECT 'phone' AS field, id
       FROM (SELECT id FROM customers
              WHERE company_id = %(company_id)s AND phone_key = %(phone_key)s::text AND id <> %(id)s
                AND NOT is_archived
             OFFSET 0) AS found
      ORDER BY id LIMIT 10)
     UNION ALL
    (SELECT 'email', id
       FROM (SELECT id FROM customers
              WHERE company_id = %(company_id)s AND email_key = %(email_key)s::text AND id <> %(id)s
                AND NOT is_archived
             OFFSET 0) AS found
      ORDER BY id LIMIT 10)
"""

#: What is open with a customer says itself how it is found; each names `company_id` and `id`.
_ENGAGEMENTS: LiteralString = f"""
    SELECT {OWES} AS customer_owes, {HAS_CREDIT} AS customer_has_credit,
           {orders.OPEN_OF_CUSTOMER} AS open_orders
"""


class CustomersGuard:
    """What commands ask of customers before they decide."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def hold(self, *customer_ids: UUID) -> None:
        """Hold customers from the next round trip on, and whom they absorbed."""
        self._db.execute(_HOLD, {"company_id": self._db.company_id, "ids": list(customer_ids)})

    def namesakes(self, customer_id: UUID, *, phone: str | None, email: str | None) -> Pending[list[Detail]]:
        """Ask who else has this telephone number or e-mail address."""
        if not phone and not email:
            return Pending(list)
        keys = {"phone_key": phone_key(phone) if phone else None, "email_key": email_key(email)}
        answer = self._db.ask(_NAMESAKES, {**self._own(customer_id), **keys})
        return Pending(lambda: [_namesake(row) for row in answer.rows()])

    def missing_groups(self, group_ids: Collection[UUID]) -> Pending[Mapping[UUID, Detail]]:
        """Ask which of these groups are not there; the others are held until the end."""
        fields = {f"group_ids.{index}": group_id for index, group_id in enumerate(group_ids)}
        targets = [(field, CustomerGroup.kind, group_id) for field, group_id in fields.items()]
        references = References(self._db, targets)
        return Pending(lambda: {fields[detail["field"]]: detail for detail in references.missing()})

    def standing(self, customer_id: UUID, store_ids: tuple[UUID, ...]) -> Pending[Standing]:
        """Ask how they stand."""
        standings = Standings(self._db, [customer_id], store_ids)
        return Pending(lambda: standings.of(customer_id))

    def engagements(self, customer_id: UUID) -> Pending[list[str]]:
        """Ask whether they owe, have something to their credit, or have an order that is open."""
        answer = self._db.ask(_ENGAGEMENTS, self._own(customer_id))
        return Pending(lambda: [code for code, is_so in (answer.row() or {}).items() if is_so])

    def _own(self, customer_id: UUID) -> dict[str, UUID]:
        return {"company_id": self._db.company_id, "id": customer_id}


def _namesake(row: Row) -> Detail:
    what = "telephone number" if row["field"] == "phone" else "e-mail address"
    detail = Detail(row["field"], "possible_duplicate", f"Another customer has this {what}.")
    detail["customer_id"] = str(row["id"])
    return detail
