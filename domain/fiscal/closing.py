"""Closings: what a store took in a day, a month or a year, stated once and never changed."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from domain.aggregate import Aggregate
from domain.fiscal.figures import ClosedFigures, LateFigures, StorePerpetual
from domain.fiscal.periods import ClosingKind, FiscalPeriod

#: The ids of closings are made of what they close, so that nobody can close it twice.
_CLOSINGS = UUID("5f1c2f0e-6d8b-5d1b-9a38-7c0a3f2b6e41")


def closing_id(store_id: UUID, period: FiscalPeriod) -> UUID:
    """The id of the one closing of a store's period."""
    return uuid5(_CLOSINGS, f"{store_id}/{period.kind}/{period.first_day.isoformat()}")


class Closing(Aggregate):
    """One closed period of one store."""

    type_name = "fiscal.Closing"

    class Made(Aggregate.Created):
        """A period was closed; `number` counts the closings of the store of this kind, from 1.

        It covers the company's log up to `head_position`, whose hash (`head_hash`, in hex) it repeats:
        `figures` are those of the period, and `late` is what became known of days that were closed before.
        """

        store_id: UUID
        kind: ClosingKind
        first_day: date
        last_day: date
        number: int
        previous_id: UUID | None
        currency: str
        figures: ClosedFigures
        late: LateFigures | None
        perpetual: StorePerpetual
        head_position: int
        head_hash: str

        def apply(self, aggregate: "Closing") -> None:
            """It is all there is."""
            aggregate.made = self

    if TYPE_CHECKING:
        made: Made

    @classmethod
    def make(cls, store_id: UUID, period: FiscalPeriod, **facts: Any) -> "Closing":
        """Close a period."""
        return cls.begin(
            Closing.Made,
            closing_id(store_id, period),
            store_id=store_id,
            kind=period.kind,
            first_day=period.first_day,
            last_day=period.last_day,
            **facts,
        )

    def is_within(self, store_ids: Any) -> bool:
        """Whether it is of one of these stores; no stores are no bounds."""
        return not store_ids or self.made.store_id in store_ids
