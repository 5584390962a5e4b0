"""What is asked of clients who move goods from one storage to another."""

from typing import Any, get_args

from api.answers import meanings_of
from api.fields import (
    Body,
    Choice,
    Exact,
    Flag,
    Id,
    Many,
    Moment,
    Object,
    OwnId,
    Quantity,
    Text,
    optional,
)
from api.queries import PageQuery
from api.stock.transfers.answers import ArrivedLineAnswer, TransferAnswer, TransferLineAnswer
from commands.stock.transfers.drafts import RequestedLine
from domain.stock.transfers import TransferStatus
from projections.stock.transfer_list import SORT_KEYS

_MOST_LINES = 1000
# What is asked of clients means what they are answered.
_TRANSFER, _LINE = meanings_of(TransferAnswer), meanings_of(TransferLineAnswer)
_ARRIVED = meanings_of(ArrivedLineAnswer)
_WHEN = "When it happened, if not right now; at most `backdating_days` back, further with `pos.backdate`."


class RequestedLineBody(Body):
    """How much of a variant is to be sent, in a unit of the same kind as the product's."""

    variant_id = Id(required=True, **_LINE["variant_id"])
    quantity = Quantity(required=True, **_LINE["quantity"])
    unit_id = Id(allow_none=True, load_default=None, **_LINE["unit_id"])


class TransferBody(Body):
    """A transfer as it is planned; each variant stands in one line."""

    id = OwnId(**_TRANSFER["id"])
    from_storage_id = Id(required=True, **_TRANSFER["from_storage_id"])
    to_storage_id = Id(required=True, **_TRANSFER["to_storage_id"])
    expected_at = Moment(allow_none=True, load_default=None, **_TRANSFER["expected_at"])
    reference = optional(200, **_TRANSFER["reference"])
    note = optional(1000, **_TRANSFER["note"])
    occurred_at = Moment(allow_none=True, load_default=None, meaning=_WHEN)
    lines = Many(
        Object(RequestedLineBody()), required=True, shortest=1, longest=_MOST_LINES, **_TRANSFER["lines"]
    )


class TransferEdit(Body):
    """What can be changed of a plan; `lines`, where they are given, are all of them."""

    expected_at = Moment(allow_none=True, **_TRANSFER["expected_at"])
    reference = Text(longest=200, allow_none=True, **_TRANSFER["reference"])
    note = Text(longest=1000, allow_none=True, **_TRANSFER["note"])
    lines = Many(Object(RequestedLineBody()), shortest=1, longest=_MOST_LINES, **_TRANSFER["lines"])


class ShippedLineBody(Body):
    """How much of a line leaves, in the product's unit, whatever unit it was planned in."""

    line_id = Id(required=True, meaning="Which line of the plan leaves.")
    quantity = Quantity(
        required=True, meaning="How much leaves, in the product's unit: a part of `requested`.", example="2"
    )


class ShipBody(Body):
    """What leaves; without `lines`, all that was requested. Lines that are not named are dropped."""

    occurred_at = Moment(allow_none=True, load_default=None, meaning=_WHEN)
    carrier = optional(200, **_TRANSFER["carrier"])
    tracking = optional(200, **_TRANSFER["tracking"])
    lines = Many(
        Object(ShippedLineBody()),
        allow_none=True,
        load_default=None,
        shortest=1,
        longest=_MOST_LINES,
        meaning="How much of which lines leaves.",
    )


def _part(name: str) -> Exact:
    return Exact(least=0, most=1_000_000_000, **_ARRIVED[name])


class ArrivedLineBody(Body):
    """What became of a part of a line, in the product's unit; what is not said is 0."""

    line_id = Id(required=True, **_ARRIVED["line_id"])
    received = _part("received")
    damaged = _part("damaged")
    lost = _part("lost")
    returned = _part("returned")
    note = optional(1000, **_ARRIVED["note"])


class ReceiveBody(Body):
    """What became of a part of the goods, or of all the rest of them."""

    id = Id(meaning="The id of this receipt; you may choose it yourself, and send the same again.")
    occurred_at = Moment(allow_none=True, load_default=None, meaning=_WHEN)
    lines = Many(
        Object(ArrivedLineBody()),
        load_default=list,
        longest=_MOST_LINES,
        meaning="What became of which lines.",
    )
    close = Flag(load_default=False, meaning="Whether nothing more will come: the rest is lost.")


class CancelBody(Body):
    """Why a transfer ends."""

    reason = Text(shortest=1, longest=200, required=True, meaning="Why.", example="Wrong store")


class TransfersQuery(PageQuery):
    """Filters of the transfers."""

    sort = Choice(
        *SORT_KEYS, load_default="-created_at", meaning="What to sort by; a minus turns the order around."
    )
    status = Choice(
        *get_args(TransferStatus), meaning="Where they stand; without it, all but discarded drafts."
    )
    from_storage_id = Id(**_TRANSFER["from_storage_id"])
    to_storage_id = Id(**_TRANSFER["to_storage_id"])
    store_id = Id(meaning="A store that they leave or are for.")
    variant_id = Id(meaning="Only of this variant.")
    from_time = Moment(data_key="from", meaning="Planned not before.", example="2026-03-01T00:00:00Z")
    to_time = Moment(data_key="to", meaning="Planned before.", example="2026-04-01T00:00:00Z")
    overdue = Flag(load_default=False, meaning="Only what was expected by now, and has not arrived in full.")
    search = Text(
        shortest=1,
        longest=100,
        meaning="What number, reference or tracking number begin with.",
        example="TR-",
    )


def requested_lines(bodies: list[dict[str, Any]]) -> tuple[RequestedLine, ...]:
    """The lines of a plan, as the commands take them."""
    return tuple(RequestedLine(**line) for line in bodies)
