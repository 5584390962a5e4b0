"""Of whom a log says itself that they were erased."""

from collections.abc import Iterator
from uuid import UUID

import msgspec

from domain.customers import Customer
from infra.eventstore.chain import ChainedEvent

_ERASED = f"{Customer.type_name}.Erased"


def forgotten_by(event: ChainedEvent) -> Iterator[UUID]:
    """Who was erased with this event: a customer, and whomever they had absorbed."""
    if event.type == _ERASED:
        yield event.stream_id
        yield from map(UUID, msgspec.json.decode(event.state).get("customer_ids", ()))
