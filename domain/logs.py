"""Logs as things of their own: what happens to one is told in it."""

from typing import TYPE_CHECKING

from domain.aggregate import Aggregate
from domain.entities import fields_of


class Log(Aggregate):
    """An entry about a company's log itself: a single event, which is never changed."""

    type_name = "logs.Log"

    class Restored(Aggregate.Created):
        """The log was brought back as it had been at an earlier moment, and another life of it begins here.

        Its first `from_size` events are those of the life before. That one had been signed up to `lost_to`:
        what stood from `lost_from` on is gone. Both are null where nothing that was signed is known to be
        gone; what was recorded after the last signature may be. `last_checkpoint` is the last that is known
        of the life before, as it was published; null without any.
        """

        from_size: int
        lost_from: int | None
        lost_to: int | None
        last_checkpoint: str | None

        def apply(self, aggregate: "Log") -> None:
            """Keep the entry."""
            for name in fields_of(type(self)):
                setattr(aggregate, name, getattr(self, name))

    if TYPE_CHECKING:
        from_size: int
        lost_from: int | None
        lost_to: int | None
        last_checkpoint: str | None
