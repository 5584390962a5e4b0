"""How orders came, and where and when something of them was sold first, which later facts do not say."""

from collections.abc import Callable
from datetime import date
from typing import LiteralString, NamedTuple
from uuid import UUID

from projections.base import Database, Fact

#: How goods come back whose order nobody knows.
AT_TILL = "pos"


class Origin(NamedTuple):
    """How an order came, and where and when something of it was sold first, if it was."""

    channel: str | None = None
    position: int | None = None
    sold_on: date | None = None


class Origins:
    """The orders of a batch: those that began in it, and those that something follows on."""

    def __init__(self) -> None:
        self._placed: dict[UUID, str] = {}
        self._sold: dict[UUID, tuple[str | None, Fact]] = {}
        self._followed: dict[UUID, None] = {}

    def place(self, fact: Fact) -> None:
        """Note how an order came that was placed."""
        self._placed[fact.stream_id] = fact.data.channel

    def sell(self, fact: Fact, channel: str | None) -> None:
        """Note where and when something of an order was sold, unless something of it was before."""
        self._sold.setdefault(fact.stream_id, (channel, fact))

    def follow(self, fact: Fact) -> None:
        """Note that something follows on an order."""
        self._followed[fact.stream_id] = None

    def write(self, db: Database) -> None:
        """Keep how orders came whose goods are sold later."""
        if self._placed:
            params = {"order_id": list(self._placed), "channel": list(self._placed.values())}
            db.execute(_ADD_CHANNELS, {"company_id": db.company_id, **params})

    def ask(self, db: Database) -> Callable[[], dict[UUID, Origin]]:
        """Ask for the origins of the orders that something follows on, with the next round trip."""
        if not self._followed:
            return dict
        answer = db.ask(_ORIGINS, {"company_id": db.company_id, "order_ids": list(self._followed)})

        def origins() -> dict[UUID, Origin]:
            earlier = {
                row["order_id"]: Origin(row["channel"], row["position"], row["business_date"])
                for row in answer.rows()
            }
            return {order_id: self._whole(order_id, earlier[order_id]) for order_id in self._followed}

        return origins

    def _whole(self, order_id: UUID, earlier: Origin) -> Origin:
        """What was sold in earlier batches comes before what is in this one."""
        own = self._own(order_id)
        channel = earlier.channel or own.channel or self._placed.get(order_id, AT_TILL)
        return (own if earlier.position is None else earlier)._replace(channel=channel)

    def _own(self, order_id: UUID) -> Origin:
        """What this batch says."""
        if order_id not in self._sold:
            return Origin()
        channel, fact = self._sold[order_id]
        return Origin(channel, fact.position, fact.data.business_date)


CHANNELS: LiteralString = """
    CREATE TABLE report_order_channels (
        company_id uuid NOT NULL,
        order_id   uuid NOT NULL,
        channel    text NOT NULL,
        PRIMARY KEY (company_id, order_id)
    );
"""

_ADD_CHANNELS: LiteralString = """
    INSERT INTO report_order_channels (company_id, order_id, channel)
    SELECT %(company_id)s, unnest(%(order_id)b::uuid[]), unnest(%(channel)b::text[])
        ON CONFLICT (company_id, order_id) DO NOTHING
"""

# Goods are sold by a sale (1), or handed over (4).
_ORIGINS: LiteralString = """
    SELECT asked.order_id, sold.position, sold.business_date,
           coalesce(sold.channel, placed.channel) AS channel
      FROM unnest(%(order_ids)b::uuid[]) AS asked(order_id)
      LEFT JOIN report_order_channels AS placed
        ON placed.company_id = %(company_id)s AND placed.order_id = asked.order_id
      LEFT JOIN LATERAL (
            SELECT position, business_date, channel FROM sales_facts
             WHERE company_id = %(company_id)s AND order_id = asked.order_id AND kind IN (1, 4)
             ORDER BY position LIMIT 1
           ) AS sold ON true
"""
