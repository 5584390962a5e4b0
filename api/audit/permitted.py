"""What of the log a caller may see: costs and stock values take `costs.view`."""

from typing import Any

from commands.ports import Caller
from domain.companies import PLATFORM_ID
from domain.errors import NotAllowed
from projections.base import Row
from projections.cost_fields import is_cost

PERMISSION = "audit.view"

#: What the operations say of it.
DESCRIPTION = (
    "Whoever lacks `costs.view` gets it without costs and stock values, at any depth. Whoever is bound to "
    "stores sees what lies in them: sales and what else is done at tills, movements of goods, the stores "
    "with their storages and registers, and users who are bound to nothing else. What belongs to the whole "
    "company is for whoever is bound to no store."
)


class NotForAll(NotAllowed):
    """What follows from all that events say is for whoever sees costs and is bound to no store."""


def sees_all(caller: Caller) -> bool:
    """Whether the caller may see every event whole: only then a digest tells nothing that is to be hidden."""
    # The log of the platform has no costs in it.
    return not caller.store_ids and (caller.sees_costs or caller.company_id == PLATFORM_ID)


def check_sees_all(caller: Caller) -> None:
    """Raise NotForAll for whoever may see a part only: a digest tells what is left to be guessed."""
    if caller.store_ids:
        raise NotForAll
    if not sees_all(caller):
        raise NotForAll.without("costs.view")


def permitted_event(caller: Caller, event: Row) -> Row:
    """What of an event the caller may see."""
    event = {**event, "hash": event["hash"].hex() if sees_all(caller) else None}
    if caller.sees_costs:
        return event
    permitted: Row = _without_costs(event)
    if permitted["unreadable"] or isinstance(permitted["data"], str):
        # What cannot be read cannot be searched for costs: a newer event may call them otherwise.
        permitted["data"] = None
    return permitted


def permitted_state(caller: Caller, state: dict[str, Any]) -> dict[str, Any]:
    """What of an aggregate's state the caller may see."""
    if caller.sees_costs:
        return state
    permitted: dict[str, Any] = _without_costs(state)
    return permitted


def _without_costs(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_costs(inner) for name, inner in value.items() if not is_cost(name, value)}
    return [_without_costs(inner) for inner in value] if isinstance(value, (list, tuple)) else value
