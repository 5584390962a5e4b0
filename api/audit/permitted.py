"""What of the log a caller may see: costs and stock values take `costs.view`."""

from typing import Any

from commands.ports import Caller
from projections.base import Row

PERMISSION = "audit.view"

#: What the operations say of it.
DESCRIPTION = (
    "Whoever lacks `costs.view` gets it without costs and stock values, at any depth. Whoever is bound to "
    "stores sees what lies in them: sales and what else is done at tills, movements of goods, the stores "
    "with their storages and registers, and users who are bound to nothing else. What belongs to the whole "
    "company is for whoever is bound to no store."
)

#: What events and aggregates call their costs; left out at any depth. So is a `value` that is no discount's.
COST_FIELDS = frozenset(
    {
        "cost",
        "old_cost",
        "unit_cost",
        "not_restocked_cost",
        "entered_cost",
        "credit",
        "unit_credit",
        "credit_total",
        "last_unit_cost",
        "average_cost",
        "cost_total",
        "value_change",
        "settlement",
        "balance_value",
        "transit_value",
        "received_value",
        "damaged_value",
        "lost_value",
        "returned_value",
    }
)


def permitted_event(caller: Caller, event: Row) -> Row:
    """What of an event the caller may see."""
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
        return {name: _without_costs(inner) for name, inner in value.items() if not _is_cost(name, value)}
    return [_without_costs(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _is_cost(name: str, within: dict[str, Any]) -> bool:
    return name in COST_FIELDS or (name == "value" and "type" not in within)
